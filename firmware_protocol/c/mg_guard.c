/* The gate: the one place that may release a shot.
 *
 * Whatever was checked before, everything is checked here again, on the decoded values, at the last
 * moment before the actuator. What is not positively allowed is refused; nothing is ever clamped.
 */
#include "mg_core.h"

void mg_keep_shot(const mgp_shot *shot, mg_kept_shot *kept) {
    kept->shot = *shot;
    kept->shot_id_inverse = ~shot->shot_id;
    kept->dose_nl_inverse = ~shot->dose_nl;
    kept->depth_um_inverse = ~shot->depth_um;
    kept->rate_nl_per_s_inverse = ~shot->rate_nl_per_s;
}

uint64_t mg_dose_nl_worst(const mg_config *config, uint32_t dose_nl) {
    const uint64_t more = (uint64_t)dose_nl * config->dose_error_ppm;
    return dose_nl + more / 1000000u + (more % 1000000u != 0);
}

static mg_refused refused(uint8_t reason) {
    const mg_refused why = {reason, MGP_LIMIT_ID_NONE, 0};
    return why;
}

static mg_refused over(uint8_t limit, uint32_t bound) {
    const mg_refused why = {MGP_REFUSAL_LIMIT, limit, bound};
    return why;
}

/* No bit of what decides has flipped since it was stored. */
static int is_whole(const mg_kept_shot *kept, const mg_held *held) {
    const mgp_shot *shot = &kept->shot;
    return shot->shot_id == ~kept->shot_id_inverse && shot->dose_nl == ~kept->dose_nl_inverse &&
           shot->depth_um == ~kept->depth_um_inverse &&
           shot->rate_nl_per_s == ~kept->rate_nl_per_s_inverse && mg_is_whole(&held->token) &&
           mg_is_whole(&held->shots_left) && mg_is_whole(&held->budget_nl_left) &&
           mg_is_whole(&held->service) &&
           (held->limits == NULL || (held->limits_inverse != NULL &&
                                     mg_limits_are_whole(held->limits, held->limits_inverse)));
}

static mg_refused check_limits(const mgp_shot *shot, const mgp_limits *limits, int in_service) {
    if (limits == NULL) {
        return refused(MGP_REFUSAL_STATE);
    }
    mgp_limits complete = *limits;
    if (in_service) {
        complete.depth_um_max = 1; /* there its limit is 0, and that is no limit left out */
    }
    const uint8_t missing = mg_limits_missing(&complete);
    if (missing != MGP_LIMIT_ID_NONE) {
        return over(missing, 0);
    }
    if (!(shot->dose_nl >= limits->dose_nl_min)) {
        return over(MGP_LIMIT_ID_DOSE_NL_MIN, limits->dose_nl_min);
    }
    if (!(shot->dose_nl > 0 && shot->dose_nl <= limits->dose_nl_max)) {
        return over(MGP_LIMIT_ID_DOSE_NL_MAX, limits->dose_nl_max);
    }
    if (!(shot->depth_um <= limits->depth_um_max)) {
        return over(MGP_LIMIT_ID_DEPTH_UM_MAX, limits->depth_um_max);
    }
    if (!(shot->rate_nl_per_s > 0 && shot->rate_nl_per_s <= limits->rate_nl_per_s_max)) {
        return over(MGP_LIMIT_ID_RATE_NL_PER_S_MAX, limits->rate_nl_per_s_max);
    }
    if (!(shot->dwell_ms <= limits->dwell_ms_max)) {
        return over(MGP_LIMIT_ID_DWELL_MS_MAX, limits->dwell_ms_max);
    }
    if (!(shot->ttl_ms > 0 && shot->ttl_ms <= limits->ttl_ms_max)) {
        return over(MGP_LIMIT_ID_TTL_MS_MAX, limits->ttl_ms_max);
    }
    if (!(shot->trigger != MGP_TRIGGER_HELD || shot->interval_ms >= limits->interval_ms_min)) {
        return over(MGP_LIMIT_ID_INTERVAL_MS_MIN, limits->interval_ms_min);
    }
    return refused(MGP_REFUSAL_NONE);
}

/* What admission and release both want. */
static mg_refused check_always(const mgp_shot *shot, const mg_held *held) {
    if (!(shot->arm_token == held->token.value && held->token.value != 0)) {
        return refused(MGP_REFUSAL_TOKEN);
    }
    if (!(held->now_us < held->lease_until_us)) {
        return refused(MGP_REFUSAL_LEASE);
    }
    /* AUTO is for service alone, and service for AUTO: nobody is given a shot without a hand */
    const int treats = shot->trigger == MGP_TRIGGER_PRESS || shot->trigger == MGP_TRIGGER_HELD;
    const int serves = shot->trigger == MGP_TRIGGER_AUTO;
    if (!((held->service.value == 0 && treats) || (held->service.value == 1 && serves))) {
        return refused(MGP_REFUSAL_STATE);
    }
    const mg_refused why = check_limits(shot, held->limits, serves);
    if (why.reason != MGP_REFUSAL_NONE) {
        return why;
    }
    if (!(held->shots_left.value > held->shots_uncharged &&
          held->dose_nl_uncharged <= held->budget_nl_left.value &&
          shot->dose_nl <= held->budget_nl_left.value - held->dose_nl_uncharged)) {
        return refused(MGP_REFUSAL_BUDGET);
    }
    /* an empty syringe is noticed before a shot, never in the middle of one */
    if (!(held->pending_nl_worst <= held->syringe_nl &&
          held->dose_nl_worst <= held->syringe_nl - held->pending_nl_worst)) {
        return refused(MGP_REFUSAL_EMPTY);
    }
    if (!(held->now_us < held->deadline_us)) {
        return refused(MGP_REFUSAL_EXPIRED);
    }
    if (!(shot->crit ==
          mg_crit(shot->shot_id, shot->dose_nl, shot->depth_um, shot->rate_nl_per_s))) {
        return refused(MGP_REFUSAL_CRIT);
    }
    return refused(MGP_REFUSAL_NONE);
}

static mg_refused check_admission(const mg_held *held) {
    if (!(held->state == MGP_PISTOL_STATE_ARMED || held->state == MGP_PISTOL_STATE_FIRING)) {
        return refused(MGP_REFUSAL_STATE);
    }
    if (!(held->journal_free >= MG_SLOTS_PER_SHOT)) {
        return refused(MGP_REFUSAL_JOURNAL_FULL);
    }
    return refused(MGP_REFUSAL_NONE);
}

static mg_refused check_release(const mg_held *held) {
    if (!(held->state == MGP_PISTOL_STATE_ARMED)) {
        return refused(MGP_REFUSAL_STATE);
    }
    if (!(held->journal_free >= 1)) { /* the outcome */
        return refused(MGP_REFUSAL_JOURNAL_FULL);
    }
    if (!(held->now_us >= held->from_us)) {
        return refused(MGP_REFUSAL_PACE);
    }
    /* service gives nobody anything: there, skin is what forbids it */
    if (!(held->service.value == 1 ? held->contact == 0 : held->contact == 1)) {
        return refused(MGP_REFUSAL_STATE);
    }
    if (!(held->at_rest == 1)) {
        return refused(MGP_REFUSAL_STATE);
    }
    return refused(MGP_REFUSAL_NONE);
}

mg_refused mg_gate(const mg_kept_shot *kept, const mg_held *held, uint8_t moment) {
    if (!is_whole(kept, held)) {
        return refused(MGP_REFUSAL_MEMORY);
    }
    const mg_refused why = check_always(&kept->shot, held);
    if (why.reason != MGP_REFUSAL_NONE) {
        return why;
    }
    return moment == MG_ADMISSION ? check_admission(held) : check_release(held);
}

mg_refused mg_release(void *hw, const mg_kept_shot *kept, const mg_held *held) {
    const mg_refused why = mg_gate(kept, held, MG_RELEASE);
    if (why.reason == MGP_REFUSAL_NONE) {
        const mg_order order = {kept->shot.shot_id, kept->shot.dose_nl, kept->shot.depth_um,
                                kept->shot.rate_nl_per_s, kept->shot.dwell_ms,
                                held->service.value == 1};
        mg_hw_fire(hw, &order, held->now_us);
    }
    return why;
}
