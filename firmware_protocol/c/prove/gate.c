/* Proof: for every shot, every state and every limit, the motor runs exactly when all is allowed.
 *
 * The conditions are written a second time here, from the protocol, not from mg_guard.c.
 */
#include "../mg_core.h"

mg_kept_shot nondet_kept(void);
mg_held nondet_held(void);
mgp_limits nondet_limits(void);
uint8_t nondet_u8(void);

static unsigned fired;
static mg_order ordered;

void mg_hw_fire(void *hw, const mg_order *order, uint64_t now_us) {
    (void)hw;
    (void)now_us;
    fired++;
    ordered = *order;
}

static int limits_allow(const mgp_shot *shot, const mgp_limits *most, int serves) {
    const int complete = most->dose_nl_min && most->dose_nl_max &&
                         (most->depth_um_max || serves) &&
                         most->rate_nl_per_s_max && most->interval_ms_min && most->lease_ms_min &&
                         most->lease_ms_max && most->ttl_ms_max && most->dwell_ms_max &&
                         most->shots_max && most->volume_nl_max;
    return complete && shot->dose_nl >= most->dose_nl_min && shot->dose_nl <= most->dose_nl_max &&
           shot->dose_nl != 0 && shot->depth_um <= most->depth_um_max &&
           shot->rate_nl_per_s != 0 && shot->rate_nl_per_s <= most->rate_nl_per_s_max &&
           shot->dwell_ms <= most->dwell_ms_max && shot->ttl_ms != 0 &&
           shot->ttl_ms <= most->ttl_ms_max &&
           (shot->trigger != MGP_TRIGGER_HELD || shot->interval_ms >= most->interval_ms_min);
}

static int all_allow(const mg_kept_shot *kept, const mg_held *held) {
    const mgp_shot *shot = &kept->shot;
    const int armed = held->state == MGP_PISTOL_STATE_ARMED && held->token.value != 0 &&
                      shot->arm_token == held->token.value && held->limits != NULL;
    const int in_time = held->now_us < held->lease_until_us && held->now_us < held->deadline_us &&
                        held->now_us >= held->from_us;
    const __uint128_t dose = (__uint128_t)shot->dose_nl + held->dose_nl_uncharged;
    const __uint128_t worst = (__uint128_t)held->dose_nl_worst + held->pending_nl_worst;
    const int enough = (uint64_t)held->shots_uncharged + 1u <= held->shots_left.value &&
                       dose <= held->budget_nl_left.value && worst <= held->syringe_nl;
    const int treats =
        held->service.value == 0 && held->contact == 1 &&
        (shot->trigger == MGP_TRIGGER_PRESS || shot->trigger == MGP_TRIGGER_HELD);
    const int serves = held->service.value == 1 && held->contact == 0 &&
                       shot->trigger == MGP_TRIGGER_AUTO;
    return armed && in_time && enough && (treats || serves) && held->at_rest == 1 &&
           held->journal_free > 0 && limits_allow(shot, held->limits, serves) &&
           shot->crit ==
               mg_crit(shot->shot_id, shot->dose_nl, shot->depth_um, shot->rate_nl_per_s);
}

static int unflipped(const mg_kept_shot *kept, const mg_held *held) {
    const mgp_shot *shot = &kept->shot;
    return (shot->shot_id ^ kept->shot_id_inverse) == UINT32_MAX &&
           (shot->dose_nl ^ kept->dose_nl_inverse) == UINT32_MAX &&
           (shot->depth_um ^ kept->depth_um_inverse) == UINT32_MAX &&
           (shot->rate_nl_per_s ^ kept->rate_nl_per_s_inverse) == UINT32_MAX &&
           (held->token.value ^ held->token.inverse) == UINT32_MAX &&
           (held->shots_left.value ^ held->shots_left.inverse) == UINT32_MAX &&
           (held->budget_nl_left.value ^ held->budget_nl_left.inverse) == UINT32_MAX &&
           (held->service.value ^ held->service.inverse) == UINT32_MAX;
}

int main(void) {
    mg_kept_shot kept = nondet_kept();
    mg_held held = nondet_held();
    mgp_limits limits = nondet_limits(), inverse = nondet_limits();
    held.limits = nondet_u8() ? &limits : NULL;
    held.limits_inverse = &inverse;
    const mg_refused why = mg_release(NULL, &kept, &held);

    __CPROVER_assert(sizeof(uint32_t) == 4 && sizeof(uint64_t) == 8, "the words are what they say");
    __CPROVER_assert(fired == (why.reason == MGP_REFUSAL_NONE), "fired exactly if not refused");
    if (fired) {
        __CPROVER_assert(all_allow(&kept, &held), "fired: every condition holds");
        __CPROVER_assert(unflipped(&kept, &held), "fired: no bit of what decides has flipped");
        __CPROVER_assert((limits.dose_nl_max ^ inverse.dose_nl_max) == UINT32_MAX,
                         "fired: no bit of the dose limit has flipped");
        __CPROVER_assert(ordered.dose_nl == kept.shot.dose_nl &&
                             ordered.depth_um == kept.shot.depth_um &&
                             ordered.rate_nl_per_s == kept.shot.rate_nl_per_s &&
                             ordered.shot_id == kept.shot.shot_id,
                         "the motor was told what was asked, never something clamped");
    } else if (all_allow(&kept, &held) && unflipped(&kept, &held)) {
        __CPROVER_assert(!mg_limits_are_whole(&limits, &inverse),
                         "not fired though all allows it: a bit of the limits has flipped");
    }
    if (why.reason == MGP_REFUSAL_LIMIT) {
        __CPROVER_assert(why.limit != MGP_LIMIT_ID_NONE, "a limit that refuses has a name");
    }
    return 0;
}
