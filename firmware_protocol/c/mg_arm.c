/* Arming in two steps: a challenge that echoes what will be enforced, and its confirmation. */
#include "mg_core.h"

/* The high half of a product: a whole number from low to high, each about as likely. */
uint32_t mg_between(void *hw, uint32_t low, uint32_t high) {
    const uint64_t bits = mg_hw_random64(hw);
    const uint64_t span = (uint64_t)high - low + 1u; /* at most 2^32 - 1 here: low is 1 or more */
    const uint64_t low_part = ((bits & 0xFFFFFFFFu) * span) >> 32;
    return low + (uint32_t)(((bits >> 32) * span + low_part) >> 32);
}

static void not_armable(mg_answer *answer, uint8_t code, uint32_t detail, uint32_t value) {
    mg_error(answer, MGP_MSG_ARM_REQUEST, code, detail, value);
}

int mg_is_ready(const mg_pistol *pistol, uint16_t msg, uint32_t limits_revision,
                mg_answer *answer) {
    const mg_journal *journal = &pistol->journal;
    if (pistol->state != MGP_PISTOL_STATE_SAFE || !mg_is_stopped(pistol)) {
        mg_error(answer, msg, MGP_ERROR_CODE_WRONG_STATE, pistol->state, 0);
    } else if (journal->header.tail != journal->head) {
        mg_error(answer, msg, MGP_ERROR_CODE_JOURNAL_UNREAD, journal->head, 0);
    } else if (!pistol->has_limits) {
        mg_error(answer, msg, MGP_ERROR_CODE_LIMIT, pistol->limit_missing, 0);
    } else if (limits_revision != pistol->limits.revision) {
        mg_error(answer, msg, MGP_ERROR_CODE_LIMITS_REVISION, pistol->limits.revision, 0);
    } else {
        return 1;
    }
    return 0;
}

/* 1: it may be armed as asked; else the answer says why not. */
static int is_armable(const mg_pistol *pistol, const mgp_arm_request *request, mg_answer *answer) {
    if (!mg_is_ready(pistol, MGP_MSG_ARM_REQUEST, request->limits_revision, answer)) {
        return 0;
    }
    if (request->calibration_id != pistol->calibration.id) {
        not_armable(answer, MGP_ERROR_CODE_CALIBRATION, pistol->calibration.id, 0);
    } else if (pistol->calibration.id != 0 &&
               (uint64_t)mg_calibration_used(pistol) + request->shots_max >
                   pistol->calibration.shots_max) {
        not_armable(answer, MGP_ERROR_CODE_CALIBRATION_SPENT, mg_calibration_used(pistol),
                    pistol->calibration.shots_max);
    } else {
        const mg_refused broken = mg_limits_broken_by(request, &pistol->limits);
        if (broken.reason == MGP_REFUSAL_NONE) {
            return 1;
        }
        not_armable(answer, MGP_ERROR_CODE_LIMIT, broken.limit, broken.bound);
    }
    return 0;
}

static int hazards_of(mg_pistol *pistol, const mgp_arm_request *request, uint16_t *hazards) {
    mg_senses senses;
    uint8_t in_doubt;
    const int result = mg_journal_in_doubt(&pistol->journal, &in_doubt);
    mg_hw_sense(pistol->hw, pistol->now_us, &senses);
    unsigned found = 0;
    if (pistol->config->features & MGP_FEATURE_SIMULATED) {
        found |= MGP_HAZARD_SIMULATED;
    }
    if (in_doubt) {
        found |= MGP_HAZARD_IN_DOUBT;
    }
    if (senses.syringe_nl < request->volume_nl_max) {
        found |= MGP_HAZARD_LOW_VOLUME;
    }
    if (mg_shots_free(pistol) < MG_NEARLY_FULL) {
        found |= MGP_HAZARD_JOURNAL_NEARLY_FULL;
    }
    *hazards = (uint16_t)found;
    return result;
}

int mg_challenge_out(mg_pistol *pistol, const mgp_arm_request *request, uint8_t is_service,
                     uint16_t *hazards) {
    mg_hw_before_arming(pistol->hw, request->volume_nl_max);
    const int result = hazards_of(pistol, request, hazards);
    if (result != MG_OK) {
        return result;
    }
    pistol->challenge.is_out = 1;
    pistol->challenge.is_service = is_service;
    pistol->challenge.nonce = mg_hw_random64(pistol->hw);
    pistol->challenge.request = *request;
    pistol->challenge.expires_us = pistol->now_us + MG_CHALLENGE_US;
    mg_go(pistol, MGP_EVENT_ARM_REQUESTED);
    return MG_OK;
}

int mg_arm_answer(mg_pistol *pistol, const mgp_arm_request *request, mg_answer *answer) {
    mgp_arm_challenge echo;
    mgp_limits limits;
    if (mg_is_for_service(pistol) && !mg_disarmed_for(pistol, MGP_MSG_ARM_REQUEST, answer)) {
        return MG_OK;
    }
    if (!is_armable(pistol, request, answer)) {
        return MG_OK;
    }
    const int result = mg_challenge_out(pistol, request, 0, &echo.hazards);
    if (result != MG_OK) {
        return result;
    }
    echo.nonce = pistol->challenge.nonce;
    mg_limits_for_session(&pistol->limits, request, &limits);
    echo.shots_max = limits.shots_max;
    echo.volume_nl_max = limits.volume_nl_max;
    echo.dose_nl_max = limits.dose_nl_max;
    echo.depth_um_max = limits.depth_um_max;
    echo.rate_nl_per_s_max = limits.rate_nl_per_s_max;
    echo.interval_ms_min = limits.interval_ms_min;
    echo.lease_ms = limits.lease_ms_max;
    echo.limits_revision = limits.revision;
    echo.calibration_id = pistol->calibration.id;
    echo.plan_digest = request->plan_digest;
    echo.challenge_ms = (uint32_t)(MG_CHALLENGE_US / 1000u);
    answer->msg = MGP_MSG_ARM_CHALLENGE;
    answer->urgency = MGP_CLASS_ARM_CHALLENGE;
    answer->size = (uint8_t)mgp_arm_challenge_write(&echo, answer->payload);
    return MG_OK;
}

/* A token that was not given lately, or 0: chance fails. Dead tokens do not come back. */
static uint32_t new_token(mg_pistol *pistol) {
    uint32_t token = 0;
    for (uint32_t draw = 0; draw < MG_DRAWS && token == 0; draw++) {
        token = mg_between(pistol->hw, 1u, UINT32_MAX);
        for (uint32_t one = 0; one < MG_TOKENS; one++) {
            if (pistol->tokens[one] == token) {
                token = 0;
            }
        }
    }
    pistol->tokens[pistol->tokens_given % MG_TOKENS] = token;
    pistol->tokens_given++;
    return token;
}

int mg_confirm_answer(mg_pistol *pistol, const mgp_arm_confirm *request, mg_answer *answer) {
    const mgp_arm_request asked = pistol->challenge.request;
    const mg_journal *journal = &pistol->journal;
    mg_arm *arm = &pistol->arm;
    if (!pistol->challenge.is_out || !pistol->has_limits ||
        mgp_next_state(pistol->state, MGP_EVENT_ARM_CONFIRMED) == MGP_NO_STATE) {
        mg_error(answer, MGP_MSG_ARM_CONFIRM, MGP_ERROR_CODE_WRONG_STATE, pistol->state, 0);
        return MG_OK;
    }
    if (request->nonce != pistol->challenge.nonce) {
        mg_error(answer, MGP_MSG_ARM_CONFIRM, MGP_ERROR_CODE_WRONG_NONCE, 0, 0);
        return MG_OK;
    }
    if (journal->header.tail != journal->head) {
        mg_error(answer, MGP_MSG_ARM_CONFIRM, MGP_ERROR_CODE_JOURNAL_UNREAD, journal->head, 0);
        return MG_OK;
    }
    if (pistol->challenge.is_service &&
        !mg_is_service_safe(pistol, MGP_MSG_ARM_CONFIRM, answer)) {
        return MG_OK;
    }
    const uint32_t token = new_token(pistol);
    pistol->challenge.is_out = 0;
    if (token == 0) {
        mg_abort(pistol, MGP_ABORT_CAUSE_INTERNAL);
        mg_error(answer, MGP_MSG_ARM_CONFIRM, MGP_ERROR_CODE_WRONG_STATE, pistol->state, 0);
        return MG_OK;
    }
    arm->is_live = 1;
    arm->has_tick = 0;
    arm->token = mg_kept(token);
    mg_limits_for_session(&pistol->limits, &asked, &arm->limits);
    mg_limits_invert(&arm->limits, &arm->limits_inverse);
    arm->lease_us = (uint64_t)asked.lease_ms * 1000u;
    arm->lease_until_us = pistol->now_us + arm->lease_us;
    arm->shots_left = mg_kept(asked.shots_max);
    arm->budget_nl_left = mg_kept(asked.volume_nl_max);
    arm->plan_digest = asked.plan_digest;
    arm->service = mg_kept(pistol->challenge.is_service ? 1u : 0u);
    mg_go(pistol, MGP_EVENT_ARM_CONFIRMED);
    const mgp_arm_reply reply = {token, asked.shots_max, asked.volume_nl_max, asked.lease_ms};
    answer->msg = MGP_MSG_ARM_REPLY;
    answer->urgency = MGP_CLASS_ARM_REPLY;
    answer->size = (uint8_t)mgp_arm_reply_write(&reply, answer->payload);
    return MG_OK;
}
