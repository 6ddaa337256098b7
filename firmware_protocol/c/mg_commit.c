/* How a clinic's limits come into force: staged whole, then committed by their check. */
#include "mg_core.h"

static uint32_t crc_of(const mgp_limits_stage *staged) {
    uint8_t payload[MGP_LEN_LIMITS_STAGE];
    return mg_crc32c(payload, mgp_limits_stage_write(staged, payload));
}

int mg_is_settable(const mg_pistol *pistol) {
    return (pistol->state == MGP_PISTOL_STATE_SAFE ||
            pistol->state == MGP_PISTOL_STATE_CHALLENGED) &&
           mg_is_stopped(pistol);
}

/* The first limit in which `asked` is wider than those in force. */
static uint8_t loosened(const mg_pistol *pistol, const mgp_limits *asked) {
    return pistol->has_limits ? mg_limits_widened(&pistol->limits, asked) : MGP_LIMIT_ID_NONE;
}

void mg_limits_stage_answer(mg_pistol *pistol, const mgp_limits_stage *request,
                            mg_answer *answer) {
    mgp_limits_staged reply;
    mgp_limits asked;
    if (!mg_is_settable(pistol)) {
        mg_error(answer, MGP_MSG_LIMITS_STAGE, MGP_ERROR_CODE_WRONG_STATE, pistol->state, 0);
        return;
    }
    pistol->has_staged = 1;
    pistol->staged = *request;
    mg_limits_of_stage(request, 0, &asked);
    reply.crc = crc_of(request);
    reply.loosens = loosened(pistol, &asked);
    reply.in_force = mg_limits_value(&pistol->limits, reply.loosens);
    MG_ANSWER(answer, LIMITS_STAGED, limits_staged, &reply);
}

static void refuse(mg_answer *answer, uint8_t code, uint32_t detail, uint32_t value) {
    mg_error(answer, MGP_MSG_LIMITS_COMMIT, code, detail, value);
}

/* 1: the values may come into force; else the answer says which may not. */
static int are_allowed(const mg_pistol *pistol, const mgp_limits *asked, mg_answer *answer) {
    const mgp_limits *factory = &pistol->config->factory;
    mg_senses senses;
    uint8_t limit = mg_limits_missing(asked);
    if (limit != MGP_LIMIT_ID_NONE) {
        refuse(answer, MGP_ERROR_CODE_LIMIT, limit, 0);
        return 0;
    }
    limit = mg_limits_widened(factory, asked);
    if (limit != MGP_LIMIT_ID_NONE) {
        refuse(answer, MGP_ERROR_CODE_LIMIT, limit, mg_limits_value(factory, limit));
        return 0;
    }
    limit = loosened(pistol, asked);
    mg_hw_sense(pistol->hw, pistol->now_us, &senses);
    if (limit != MGP_LIMIT_ID_NONE && senses.service_button != 1) {
        refuse(answer, MGP_ERROR_CODE_NEEDS_PERSON, limit,
               mg_limits_value(&pistol->limits, limit));
        return 0;
    }
    return 1;
}

int mg_limits_commit_answer(mg_pistol *pistol, const mgp_limits_commit *request,
                            mg_answer *answer) {
    mgp_limits asked;
    mg_limits_of_stage(&pistol->staged, request->revision, &asked);
    const uint32_t crc = crc_of(&pistol->staged);
    if (!mg_is_settable(pistol)) {
        refuse(answer, MGP_ERROR_CODE_WRONG_STATE, pistol->state, 0);
    } else if (!pistol->has_staged) {
        refuse(answer, MGP_ERROR_CODE_NOT_STAGED, 0, 0);
    } else if (request->crc != crc) {
        refuse(answer, MGP_ERROR_CODE_WRONG_CRC, crc, 0);
    } else if (request->revision <= pistol->stamp_revision) {
        refuse(answer, MGP_ERROR_CODE_LIMITS_REVISION, pistol->stamp_revision, 0);
    } else if (!are_allowed(pistol, &asked, answer)) {
        return MG_OK;
    } else if (mg_shots_free(pistol) < 1) {
        refuse(answer, MGP_ERROR_CODE_JOURNAL_UNREAD, pistol->journal.head, 0);
    } else {
        mg_disarm(pistol, MGP_REFUSAL_VOIDED); /* a challenge dies of it */
        const int result = mg_settings_keep_limits(pistol, &asked);
        const mgp_limits_committed reply = {request->revision};
        MG_ANSWER(answer, LIMITS_COMMITTED, limits_committed, &reply);
        return result;
    }
    return MG_OK;
}
