/* Service: what a person does with the pistol off the skin. Nothing here is ever given to anybody.
 *
 * Whatever asks for it ends a treatment's arming before it is looked at: what was interrupted is
 * not gone on with, and a primed needle is armed anew.
 */
#include <string.h>

#include "mg_core.h"

int mg_is_for_service(const mg_pistol *pistol) {
    return (pistol->arm.is_live && pistol->arm.service.value != 0) ||
           (pistol->challenge.is_out && pistol->challenge.is_service);
}

int mg_disarmed_for(mg_pistol *pistol, uint16_t msg, mg_answer *answer) {
    const uint8_t fault = pistol->fault;
    mg_disarm(pistol, MGP_REFUSAL_VOIDED);
    if (pistol->fault != fault || pistol->power_lost) {
        mg_error(answer, msg, MGP_ERROR_CODE_WRONG_STATE, pistol->state, 0);
        return 0;
    }
    return 1;
}

/* 1: no treatment is armed, or about to be, any more; else the answer says why not. */
static int end_treatment(mg_pistol *pistol, uint16_t msg, mg_answer *answer) {
    if (mg_is_for_service(pistol) || !(pistol->arm.is_live || pistol->challenge.is_out)) {
        return 1;
    }
    return mg_disarmed_for(pistol, msg, answer);
}

static int touches(const mg_pistol *pistol) {
    mg_senses senses;
    mg_hw_sense(pistol->hw, pistol->now_us, &senses);
    return senses.contact != 0;
}

int mg_is_service_safe(const mg_pistol *pistol, uint16_t msg, mg_answer *answer) {
    mg_senses senses;
    mg_hw_sense(pistol->hw, pistol->now_us, &senses);
    if (senses.service_button != 1) {
        mg_error(answer, msg, MGP_ERROR_CODE_NEEDS_PERSON, 0, 0);
    } else if (senses.contact != 0) {
        mg_error(answer, msg, MGP_ERROR_CODE_ON_SKIN, 0, 0);
    } else {
        return 1;
    }
    return 0;
}

/* What is asked, as an arming to the depth 0 and of no plan. */
static void as_arming(const mg_pistol *pistol, const mgp_service_request *request,
                      mgp_arm_request *to) {
    to->shots_max = request->shots_max;
    to->volume_nl_max = request->volume_nl_max;
    to->dose_nl_max = request->dose_nl_max;
    to->depth_um_max = 0;
    to->rate_nl_per_s_max = request->rate_nl_per_s_max;
    to->interval_ms_min = pistol->limits.interval_ms_min;
    to->lease_ms = request->lease_ms;
    to->limits_revision = pistol->limits.revision;
    to->calibration_id = pistol->calibration.id;
    to->plan_digest = 0;
}

int mg_service_answer(mg_pistol *pistol, const mgp_service_request *request, mg_answer *answer) {
    const uint16_t msg = MGP_MSG_SERVICE_REQUEST;
    mgp_service_challenge echo;
    mgp_arm_request asked;
    if (!end_treatment(pistol, msg, answer) ||
        !mg_is_ready(pistol, msg, request->limits_revision, answer) ||
        !mg_is_service_safe(pistol, msg, answer)) {
        return MG_OK;
    }
    as_arming(pistol, request, &asked);
    const mg_refused broken = mg_limits_broken_by(&asked, &pistol->limits);
    if (broken.reason != MGP_REFUSAL_NONE) {
        mg_error(answer, msg, MGP_ERROR_CODE_LIMIT, broken.limit, broken.bound);
        return MG_OK;
    }
    const int result = mg_challenge_out(pistol, &asked, 1, &echo.hazards);
    if (result != MG_OK) {
        return result;
    }
    echo.nonce = pistol->challenge.nonce;
    echo.shots_max = asked.shots_max;
    echo.volume_nl_max = asked.volume_nl_max;
    echo.dose_nl_max = asked.dose_nl_max;
    echo.rate_nl_per_s_max = asked.rate_nl_per_s_max;
    echo.interval_ms_min = asked.interval_ms_min;
    echo.lease_ms = asked.lease_ms;
    echo.limits_revision = asked.limits_revision;
    echo.challenge_ms = (uint32_t)(MG_CHALLENGE_US / 1000u);
    MG_ANSWER(answer, SERVICE_CHALLENGE, service_challenge, &echo);
    return MG_OK;
}

int mg_prime_answer(mg_pistol *pistol, const mgp_prime *request, mg_answer *answer) {
    mgp_shot shot;
    mgp_shot_reply told;
    if (!end_treatment(pistol, MGP_MSG_PRIME, answer)) {
        return MG_OK;
    }
    /* a shot into the vessel: the same ids, the same journal, the same gate */
    memset(&shot, 0, sizeof shot);
    shot.shot_id = request->shot_id;
    shot.arm_token = request->arm_token;
    shot.dose_nl = request->dose_nl;
    shot.rate_nl_per_s = request->rate_nl_per_s;
    shot.ttl_ms = request->ttl_ms;
    shot.trigger = MGP_TRIGGER_AUTO;
    shot.flags = MG_PRIMES;
    shot.crit = request->crit;
    const int result = mg_shot_taken(pistol, &shot, &told);
    if (result == MG_OK) {
        const mgp_prime_reply reply = {told.shot_id,     told.result,  told.reason,
                                       told.limit,       told.limit_value, told.outcome,
                                       told.dose_nl_given, told.queue_left};
        MG_ANSWER(answer, PRIME_REPLY, prime_reply, &reply);
    }
    return result;
}

/* 1: nothing is queued or moves, SAFE or armed for service; else the answer to `msg` says why. */
static int may_be_moved(mg_pistol *pistol, uint16_t msg, mg_answer *answer) {
    if (!end_treatment(pistol, msg, answer)) {
        return 0;
    }
    const int in_service = pistol->state == MGP_PISTOL_STATE_ARMED && mg_is_for_service(pistol);
    if (!mg_is_stopped(pistol) || mg_shots_count(pistol) > 0 ||
        !(pistol->state == MGP_PISTOL_STATE_SAFE || in_service)) {
        mg_error(answer, msg, MGP_ERROR_CODE_WRONG_STATE, pistol->state, 0);
        return 0;
    }
    return 1;
}

void mg_home_answer(mg_pistol *pistol, mg_answer *answer) {
    const uint16_t msg = MGP_MSG_HOME;
    if (!may_be_moved(pistol, msg, answer)) {
        return;
    }
    if (touches(pistol)) {
        mg_error(answer, msg, MGP_ERROR_CODE_ON_SKIN, 0, 0);
    } else {
        mg_hw_home(pistol->hw, pistol->now_us);
        pistol->is_homing = 1;
        const mgp_home_reply reply = {pistol->state};
        MG_ANSWER(answer, HOME_REPLY, home_reply, &reply);
    }
}

void mg_jog_answer(mg_pistol *pistol, const mgp_jog *request, mg_answer *answer) {
    const uint16_t msg = MGP_MSG_JOG;
    if (!may_be_moved(pistol, msg, answer) || !mg_is_service_safe(pistol, msg, answer)) {
        return;
    }
    const uint32_t depth_um_max = pistol->has_limits ? pistol->limits.depth_um_max : 0;
    const uint32_t dwell_ms_max = pistol->has_limits ? pistol->limits.dwell_ms_max : 0;
    if (request->depth_um > depth_um_max) {
        mg_error(answer, msg, MGP_ERROR_CODE_LIMIT, MGP_LIMIT_ID_DEPTH_UM_MAX, depth_um_max);
    } else if (request->dwell_ms > dwell_ms_max) {
        mg_error(answer, msg, MGP_ERROR_CODE_LIMIT, MGP_LIMIT_ID_DWELL_MS_MAX, dwell_ms_max);
    } else {
        mg_hw_jog(pistol->hw, request->depth_um, request->dwell_ms, pistol->now_us);
        pistol->is_homing = 1;
        pistol->is_jogging = 1;
        pistol->jog_um = request->depth_um;
        const mgp_jog_reply reply = {pistol->state};
        MG_ANSWER(answer, JOG_REPLY, jog_reply, &reply);
    }
}

void mg_self_test_answer(mg_pistol *pistol, mg_answer *answer) {
    const uint16_t msg = MGP_MSG_SELF_TEST;
    if (!end_treatment(pistol, msg, answer)) {
        return;
    }
    if (pistol->state != MGP_PISTOL_STATE_SAFE || !mg_is_stopped(pistol)) {
        mg_error(answer, msg, MGP_ERROR_CODE_WRONG_STATE, pistol->state, 0);
        return;
    }
    pistol->tested_us = pistol->now_us + pistol->config->selftest_us;
    mg_go(pistol, MGP_EVENT_SELFTEST_BEGUN);
    const mgp_self_test_reply reply = {pistol->state};
    MG_ANSWER(answer, SELF_TEST_REPLY, self_test_reply, &reply);
}

/* ---- time */

/* 1: a prime, or a needle that is taken out in the air, must not meet anybody. */
static int is_ended_by_skin(const mg_pistol *pistol) {
    mg_motion motion;
    mg_hw_motion(pistol->hw, pistol->now_us, &motion);
    return (pistol->is_jogging && !motion.dose_done) ||
           (pistol->arm.is_live && pistol->arm.service.value != 0);
}

uint64_t mg_service_next_us(const mg_pistol *pistol) {
    mg_motion motion;
    if (is_ended_by_skin(pistol) && touches(pistol)) {
        return pistol->now_us;
    }
    if (!pistol->is_homing) {
        return MG_NEVER;
    }
    mg_hw_motion(pistol->hw, pistol->now_us, &motion);
    return motion.moves ? motion.rest_us : pistol->now_us;
}

void mg_service_leave(mg_pistol *pistol) {
    if (is_ended_by_skin(pistol) && touches(pistol)) {
        /* what flows into a vessel flows into nobody */
        mg_stop_motion(pistol, MGP_REFUSAL_STATE);
        mg_disarm(pistol, MGP_REFUSAL_STATE);
    }
}

void mg_service_settle(mg_pistol *pistol) {
    mg_motion motion;
    mg_hw_motion(pistol->hw, pistol->now_us, &motion);
    if (pistol->is_homing && (!motion.moves || pistol->now_us >= motion.rest_us)) {
        mg_senses senses;
        mg_hw_sense(pistol->hw, pistol->now_us, &senses);
        const int stood = pistol->is_jogging &&
                          !mg_is_deep_enough(pistol->config, pistol->jog_um, motion.depth_um);
        mg_hw_settle(pistol->hw);
        pistol->is_homing = 0;
        pistol->is_jogging = 0;
        if (stood || senses.depth_um > 0) {
            mg_fail(pistol, MGP_FAULT_CODE_NEEDLE); /* it was not there, or is not home */
        }
    }
}
