/* Proof: a shot that is released is charged in full, once, and the budget never goes below zero;
 * the plunger is let go once, behind a needle that was measured where it was ordered.
 *
 * One step of mg_motion.c from any state, with everything around it free to answer anything.
 */
#include "../mg_core.h"

mg_pistol nondet_pistol(void);
mg_config nondet_config(void);
mg_senses nondet_senses(void);
mg_motion nondet_motion(void);
int nondet_int(void);
uint8_t nondet_u8(void);
uint64_t nondet_u64(void);

static unsigned fired, aborted, dosed;
static uint32_t dose_nl_fired;
static mg_motion measured;

void mg_hw_fire(void *hw, const mg_order *order, uint64_t now_us) {
    (void)hw;
    (void)now_us;
    fired++;
    dose_nl_fired = order->dose_nl;
}
void mg_hw_sense(void *hw, uint64_t now_us, mg_senses *senses) {
    (void)hw;
    (void)now_us;
    *senses = nondet_senses();
}
void mg_hw_motion(void *hw, uint64_t now_us, mg_motion *motion) {
    (void)hw;
    (void)now_us;
    measured = nondet_motion();
    *motion = measured;
}
/* what is ordered here is looked at where it is done: `now` is that shot, `config` its error */
static const mg_under_way *now;
static mg_config config;
static uint8_t reason_before, dosed_before;
void mg_hw_dose(void *hw, uint64_t now_us) {
    (void)hw;
    (void)now_us;
    dosed++;
    const int64_t off = (int64_t)measured.depth_um - (int64_t)now->kept.shot.depth_um;
    __CPROVER_assert(measured.moves && measured.in_place, "the needle is at rest");
    __CPROVER_assert(off <= (int64_t)config.depth_error_um &&
                         -off <= (int64_t)config.depth_error_um,
                     "and where it was ordered");
    __CPROVER_assert(now->stage == MG_STAGE_MOTION && reason_before == MGP_REFUSAL_NONE &&
                         !dosed_before,
                     "of a shot that nothing stopped, and that was given nothing yet");
}
void mg_hw_stop(void *hw, uint64_t now_us) {
    (void)hw;
    (void)now_us;
}
void mg_hw_settle(void *hw) { (void)hw; }
void mg_hw_given(void *hw, uint64_t now_us) {
    (void)hw;
    (void)now_us;
}
uint64_t mg_hw_release_us(void *hw, uint8_t trigger, uint64_t lamp_us) {
    (void)hw;
    (void)trigger;
    (void)lamp_us;
    return nondet_u64();
}
/* the step ends with one of these, which are looked at elsewhere */
void mg_go(mg_pistol *pistol, uint8_t event) {
    (void)event;
    pistol->state = nondet_u8();
}
void mg_abort(mg_pistol *pistol, uint8_t cause) {
    (void)cause;
    aborted++;
    pistol->state = MGP_PISTOL_STATE_ABORTED;
}
void mg_fail(mg_pistol *pistol, uint8_t fault) {
    pistol->fault = fault;
    pistol->state = MGP_PISTOL_STATE_FAULT;
    pistol->arm.is_live = 0;
}
void mg_disarm(mg_pistol *pistol, uint8_t reason) {
    (void)reason;
    pistol->arm.is_live = 0;
}
int mg_shots_write(mg_pistol *pistol) {
    (void)pistol;
    return nondet_int();
}
void mg_shots_pop(mg_pistol *pistol) { pistol->queued--; }
int32_t mg_shots_free(const mg_pistol *pistol) {
    (void)pistol;
    return (int32_t)nondet_int();
}
int32_t mg_journal_free(const mg_journal *journal) {
    (void)journal;
    return (int32_t)nondet_int();
}

int main(void) {
    mg_pistol pistol = nondet_pistol();
    config = nondet_config();
    pistol.config = &config;
    __CPROVER_assume(pistol.queued <= MG_QUEUE_DEPTH && !pistol.power_lost);
    /* microseconds since the power came on: 2^62 of them are 146,000 years */
    __CPROVER_assume(pistol.now_us < UINT64_C(1) << 62 && pistol.paced_from_us <= pistol.now_us);
    const mg_word budget = pistol.arm.budget_nl_left, shots = pistol.arm.shots_left;
    const uint8_t stage = pistol.under_way.stage;
    const uint64_t paced_us = pistol.paced_from_us;
    now = &pistol.under_way;
    reason_before = now->stopped_for;
    dosed_before = now->is_dosing;
    const int result = mg_shot_step(&pistol);

    __CPROVER_assert(dosed <= 1 && (!dosed || (!fired && now->is_dosing)),
                     "one step lets the plunger go at most once, and never as it fires");
    __CPROVER_assert(fired <= 1, "one step fires at most once");
    if (fired) {
        __CPROVER_assert(stage == MG_STAGE_INTENT && result == MG_OK, "the intent was written");
        __CPROVER_assert(pistol.under_way.stage == MG_STAGE_MOTION, "it is under way");
        __CPROVER_assert(dose_nl_fired <= budget.value && shots.value >= 1, "never below zero");
        __CPROVER_assert(pistol.arm.budget_nl_left.value == budget.value - dose_nl_fired &&
                             pistol.arm.shots_left.value == shots.value - 1u,
                         "charged in full");
        __CPROVER_assert(mg_is_whole(&pistol.arm.budget_nl_left) &&
                             mg_is_whole(&pistol.arm.shots_left),
                         "kept with its complement");
        __CPROVER_assert(pistol.paced_from_us == pistol.now_us, "the next one is paced from now");
    } else {
        __CPROVER_assert(pistol.arm.budget_nl_left.value == budget.value &&
                             pistol.arm.shots_left.value == shots.value,
                         "not fired: nothing is charged");
        __CPROVER_assert(pistol.paced_from_us == paced_us, "not fired: the pace stands");
    }
    return 0;
}
