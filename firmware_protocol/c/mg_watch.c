/* What watches a shot that moves: it measures nothing, and decides on what was measured.
 *
 * The plunger starts only behind a needle that was measured where it was ordered. A needle that is
 * elsewhere, a plunger that stands, the end of the syringe, a foot that left the skin: each ends
 * the shot by itself. A needle that does not come out is found when the motion is over.
 */
#include "mg_core.h"

/* What there is to do. */
typedef struct {
    uint8_t reason; /* stop it for this; MGP_REFUSAL_NONE: nothing is wrong */
    uint8_t fault;
    uint8_t in_doubt;
    uint8_t may_dose; /* the plunger waits, and the needle is where it was ordered */
} seen;

int mg_is_deep_enough(const mg_config *config, uint32_t ordered_um, uint32_t measured_um) {
    const uint32_t off_um =
        ordered_um < measured_um ? measured_um - ordered_um : ordered_um - measured_um;
    return off_um <= config->depth_error_um;
}

/* 1: less left the needle than the plunger's error explains. */
static int is_short(const mg_config *config, uint32_t ordered_nl, uint32_t measured_nl) {
    return measured_nl < ordered_nl &&
           ordered_nl - measured_nl > mg_dose_nl_worst(config, ordered_nl) - ordered_nl;
}

static seen look(const mg_pistol *pistol) {
    const mg_under_way *now = &pistol->under_way;
    const mgp_shot *shot = &now->kept.shot;
    seen found = {MGP_REFUSAL_NONE, MGP_FAULT_CODE_NONE, 0, 0};
    mg_motion motion;
    mg_senses senses;
    if (now->stage != MG_STAGE_MOTION || now->stopped_for != MGP_REFUSAL_NONE) {
        return found; /* nothing moves, or it is on its way out already */
    }
    mg_hw_motion(pistol->hw, pistol->now_us, &motion);
    if (!now->is_dosing && motion.in_place &&
        !mg_is_deep_enough(pistol->config, shot->depth_um, motion.depth_um)) {
        found.reason = MGP_REFUSAL_STATE;
        found.fault = MGP_FAULT_CODE_NEEDLE;
    } else if (now->is_dosing && motion.dose_done && motion.at_end) {
        found.reason = MGP_REFUSAL_EMPTY;
    } else if (now->is_dosing && motion.dose_done &&
               is_short(pistol->config, shot->dose_nl, motion.dose_nl)) {
        found.reason = MGP_REFUSAL_STATE;
        found.fault = MGP_FAULT_CODE_PLUNGER;
    } else if (!motion.dose_done && shot->trigger != MGP_TRIGGER_AUTO) {
        mg_hw_sense(pistol->hw, pistol->now_us, &senses);
        found.in_doubt = senses.contact != 1;
        found.reason = found.in_doubt ? MGP_REFUSAL_STATE : MGP_REFUSAL_NONE;
    }
    found.may_dose = !now->is_dosing && motion.moves && motion.in_place &&
                     found.reason == MGP_REFUSAL_NONE;
    return found;
}

void mg_watch(mg_pistol *pistol) {
    const seen found = look(pistol);
    if (found.reason != MGP_REFUSAL_NONE) {
        pistol->under_way.stopped_for = found.reason;
        pistol->under_way.fault = found.fault;
        pistol->under_way.in_doubt = found.in_doubt;
        mg_hw_stop(pistol->hw, pistol->now_us);
    }
}

int mg_watch_dose(mg_pistol *pistol) {
    const int lets_go = look(pistol).may_dose;
    if (lets_go) {
        pistol->under_way.is_dosing = 1;
        mg_hw_dose(pistol->hw, pistol->now_us);
    }
    return lets_go;
}

uint64_t mg_watch_next_us(const mg_pistol *pistol) {
    const seen found = look(pistol);
    const int waits = found.may_dose || found.reason != MGP_REFUSAL_NONE;
    return waits ? pistol->now_us : MG_NEVER;
}
