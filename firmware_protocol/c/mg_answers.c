/* What the pistol answers to each request of a session: one function per message. */
#include <string.h>

#include "mg_core.h"

void mg_error(mg_answer *answer, uint16_t msg, uint8_t code, uint32_t detail, uint32_t value) {
    const mgp_error_reply reply = {msg, code, detail, value};
    MG_ANSWER(answer, ERROR_REPLY, error_reply, &reply);
}

static void answer_abort(mg_pistol *pistol, mg_answer *answer) {
    mg_abort(pistol, MGP_ABORT_CAUSE_FRAME);
    mgp_abort_reply reply;
    reply.abort_id = pistol->journal.header.abort_id;
    reply.stopped = mg_is_stopped(pistol) ? 1 : 0;
    reply.cause = pistol->abort_cause;
    reply.shots_after =
        (uint16_t)(pistol->shots_after_abort < 0xFFFFu ? pistol->shots_after_abort : 0xFFFFu);
    reply.shot_id_open = mg_shot_id_open(pistol);
    MG_ANSWER(answer, ABORT_REPLY, abort_reply, &reply);
}

static void answer_clear_abort(mg_pistol *pistol, const mgp_clear_abort *request,
                               mg_answer *answer) {
    const mg_journal *journal = &pistol->journal;
    const uint16_t msg = MGP_MSG_CLEAR_ABORT;
    if (pistol->state != MGP_PISTOL_STATE_ABORTED || !mg_is_stopped(pistol)) {
        mg_error(answer, msg, MGP_ERROR_CODE_WRONG_STATE, pistol->state, 0);
    } else if (request->abort_id != journal->header.abort_id) {
        mg_error(answer, msg, MGP_ERROR_CODE_WRONG_ABORT_ID, journal->header.abort_id, 0);
    } else if (journal->header.tail != journal->head) {
        mg_error(answer, msg, MGP_ERROR_CODE_JOURNAL_UNREAD, journal->head, 0);
    } else {
        mg_clear_abort(pistol);
        const mgp_clear_abort_reply reply = {pistol->state};
        MG_ANSWER(answer, CLEAR_ABORT_REPLY, clear_abort_reply, &reply);
    }
}

static void answer_disarm(mg_pistol *pistol, const mgp_disarm *request, mg_answer *answer) {
    if (pistol->arm.is_live && request->arm_token != pistol->arm.token.value) {
        mg_error(answer, MGP_MSG_DISARM, MGP_ERROR_CODE_WRONG_TOKEN, 0, 0);
        return;
    }
    const uint8_t fault = pistol->fault;
    mg_disarm(pistol, MGP_REFUSAL_VOIDED); /* of a dead token: nothing changes */
    if (pistol->fault != fault) {
        mg_error(answer, MGP_MSG_DISARM, MGP_ERROR_CODE_WRONG_STATE, pistol->state, 0);
        return;
    }
    const mgp_disarm_reply reply = {pistol->state};
    MG_ANSWER(answer, DISARM_REPLY, disarm_reply, &reply);
}

static uint16_t flags_of(const mg_pistol *pistol, const mg_senses *senses) {
    unsigned flags = 0;
    if (pistol->arm.is_live) {
        flags |= MGP_STATUS_FLAG_TOKEN_VALID;
        flags |= pistol->arm.service.value != 0 ? MGP_STATUS_FLAG_SERVICE : 0u;
    }
    if (pistol->under_way.stage != MG_STAGE_NONE) {
        flags |= MGP_STATUS_FLAG_TRIGGER;
    }
    if (senses->contact) {
        flags |= MGP_STATUS_FLAG_CONTACT;
    }
    if (mg_shots_free(pistol) < MG_SLOTS_PER_SHOT) {
        flags |= MGP_STATUS_FLAG_JOURNAL_FULL;
    }
    if (senses->depth_um == 0) {
        flags |= MGP_STATUS_FLAG_NEEDLE_OUT;
    }
    if (mg_is_stopped(pistol)) {
        flags |= MGP_STATUS_FLAG_STOPPED;
    }
    return (uint16_t)flags;
}

static void answer_status(const mg_pistol *pistol, mg_answer *answer) {
    const mg_arm *arm = &pistol->arm;
    const mg_journal *journal = &pistol->journal;
    mg_senses senses;
    mgp_status status;
    mg_hw_sense(pistol->hw, pistol->now_us, &senses);
    status.state = pistol->state;
    status.queue = mg_shots_count(pistol);
    status.flags = flags_of(pistol, &senses);
    status.lease_ms_left = 0;
    if (arm->is_live && arm->lease_until_us > pistol->now_us) {
        status.lease_ms_left = (uint16_t)((arm->lease_until_us - pistol->now_us) / 1000u);
    }
    status.supply_mv = senses.supply_mv;
    status.journal_head = journal->head;
    status.journal_tail = journal->header.tail;
    status.shot_id_last = journal->header.shot_id_highest;
    status.abort_id = journal->header.abort_id;
    status.abort_cause = pistol->abort_cause;
    status.fault = pistol->fault;
    status.shots_left = arm->is_live ? arm->shots_left.value : 0;
    status.budget_nl_left = arm->is_live ? arm->budget_nl_left.value : 0;
    status.volume_nl_left = senses.syringe_nl;
    status.force_mn = senses.force_mn;
    status.depth_um = senses.depth_um;
    status.pressure_pa = senses.pressure_pa;
    status.temperature_mk = senses.temperature_mk;
    status.uptime_us = mg_uptime_us(pistol, pistol->now_us);
    status.receive_errors = mg_dropped_frames(&pistol->deframer) + pistol->dropped;
    MG_ANSWER(answer, STATUS, status, &status);
}

/* How many ticks one is ahead of another; the counter goes round. */
static uint32_t ahead_of(uint32_t tick, uint32_t last) { return tick - last; }

static int answer_poll(mg_pistol *pistol, const mgp_poll *request, mg_answer *answer) {
    mg_arm *arm = &pistol->arm;
    int result = MG_OK;
    if (pistol->fault == MGP_FAULT_CODE_MEMORY) {
        answer_status(pistol, answer); /* the journal takes nothing any more */
        return MG_OK;
    }
    if (request->journal_ack > pistol->journal.head) {
        mg_error(answer, MGP_MSG_POLL, MGP_ERROR_CODE_JOURNAL_GAP, pistol->journal.head, 0);
        return MG_OK;
    }
    if (request->journal_ack > pistol->journal.header.tail) {
        result = mg_journal_acknowledge(&pistol->journal, request->journal_ack);
    }
    if (result != MG_OK) {
        return result;
    }
    const uint32_t ahead = ahead_of(request->app_tick, arm->last_tick);
    if (arm->is_live && request->arm_token == arm->token.value &&
        (!arm->has_tick || (ahead >= 1u && ahead <= 0x80000000u))) {
        /* renewed by the application's own progress alone: an older tick is a late frame */
        arm->has_tick = 1;
        arm->last_tick = request->app_tick;
        arm->lease_until_us = pistol->now_us + arm->lease_us;
    }
    answer_status(pistol, answer);
    return MG_OK;
}

int mg_shot_taken(mg_pistol *pistol, const mgp_shot *shot, mgp_shot_reply *reply) {
    mg_kept_shot kept;
    uint8_t known;
    const int result = mg_shots_known(pistol, shot, &known, reply);
    if (result != MG_OK || known) {
        return result;
    }
    mg_keep_shot(shot, &kept);
    const mg_refused why = mg_admit(pistol, &kept);
    if (why.reason != MGP_REFUSAL_NONE) {
        mg_shots_refuse(pistol, shot, why, reply); /* its id is not consumed */
        return MG_OK;
    }
    if (shot->trigger != MGP_TRIGGER_AUTO) {
        mg_hw_lamp(pistol->hw, pistol->now_us);
    }
    mg_shots_take(pistol, shot, reply);
    return MG_OK;
}

static int answer_shot(mg_pistol *pistol, const mgp_shot *shot, mg_answer *answer) {
    mgp_shot_reply reply;
    const int result = mg_shot_taken(pistol, shot, &reply);
    if (result == MG_OK) {
        MG_ANSWER(answer, SHOT_REPLY, shot_reply, &reply);
    }
    return result;
}

static int answer_resolve(mg_pistol *pistol, const mgp_resolve *request, mg_answer *answer) {
    mgp_resolution reply;
    const int result = mg_shots_resolve(pistol, request->shot_id, &reply);
    if (result == MG_FULL) { /* it could not be voided, so nothing is known of it */
        if (pistol->state == MGP_PISTOL_STATE_FAULT) {
            mg_error(answer, MGP_MSG_RESOLVE, MGP_ERROR_CODE_WRONG_STATE, pistol->state, 0);
        } else {
            mg_error(answer, MGP_MSG_RESOLVE, MGP_ERROR_CODE_JOURNAL_UNREAD,
                     pistol->journal.head, 0);
        }
        return MG_OK;
    }
    if (result == MG_OK) {
        MG_ANSWER(answer, RESOLUTION, resolution, &reply);
    }
    return result;
}

static int answer_journal_read(mg_pistol *pistol, const mgp_journal_read *request,
                               mg_answer *answer) {
    const mg_journal *journal = &pistol->journal;
    mgp_journal_records reply;
    if (request->from_seq < journal->header.oldest) {
        mg_error(answer, MGP_MSG_JOURNAL_READ, MGP_ERROR_CODE_JOURNAL_GAP,
                 journal->header.oldest, 0);
        return MG_OK;
    }
    reply.journal_head = journal->head;
    reply.journal_tail = journal->header.tail;
    reply.count = 0;
    for (uint8_t one = 0; one < MGP_MOST_JOURNAL_RECORDS; one++) {
        if (one < request->count && request->from_seq <= journal->head &&
            journal->head - request->from_seq >= one) {
            if (!mg_journal_at(journal, request->from_seq + one, &reply.records[one])) {
                return MG_DAMAGED; /* it was whole when it was written */
            }
            reply.count++;
        }
    }
    MG_ANSWER(answer, JOURNAL_RECORDS, journal_records, &reply);
    return MG_OK;
}

static void answer_limits_get(const mg_pistol *pistol, const mgp_limits_get *request,
                              mg_answer *answer) {
    const mgp_limits *found = pistol->has_limits ? &pistol->limits : NULL;
    if (request->layer == MGP_LIMIT_LAYER_FACTORY) {
        found = &pistol->config->factory;
    } else if (request->layer == MGP_LIMIT_LAYER_SESSION) {
        found = pistol->arm.is_live ? &pistol->arm.limits : NULL;
    } else if (request->layer == MGP_LIMIT_LAYER_EFFECTIVE && pistol->arm.is_live) {
        found = &pistol->arm.limits;
    }
    if (found == NULL) {
        mg_error(answer, MGP_MSG_LIMITS_GET, MGP_ERROR_CODE_WRONG_STATE, pistol->state, 0);
        return;
    }
    mgp_limits reply = *found;
    reply.layer = request->layer;
    MG_ANSWER(answer, LIMITS, limits, &reply);
}

void mg_answer_to(mg_pistol *pistol, uint16_t msg, const mg_request *request, mg_answer *answer) {
    int result = MG_OK;
    switch (msg) {
    case MGP_MSG_ABORT:
        answer_abort(pistol, answer);
        break;
    case MGP_MSG_CLEAR_ABORT:
        answer_clear_abort(pistol, &request->clear_abort, answer);
        break;
    case MGP_MSG_ARM_REQUEST:
        result = mg_arm_answer(pistol, &request->arm_request, answer);
        break;
    case MGP_MSG_ARM_CONFIRM:
        result = mg_confirm_answer(pistol, &request->arm_confirm, answer);
        break;
    case MGP_MSG_DISARM:
        answer_disarm(pistol, &request->disarm, answer);
        break;
    case MGP_MSG_POLL:
        result = answer_poll(pistol, &request->poll, answer);
        break;
    case MGP_MSG_SHOT:
        result = answer_shot(pistol, &request->shot, answer);
        break;
    case MGP_MSG_RESOLVE:
        result = answer_resolve(pistol, &request->resolve, answer);
        break;
    case MGP_MSG_JOURNAL_READ:
        result = answer_journal_read(pistol, &request->journal_read, answer);
        break;
    case MGP_MSG_LIMITS_GET:
        answer_limits_get(pistol, &request->limits_get, answer);
        break;
    case MGP_MSG_LIMITS_STAGE:
        mg_limits_stage_answer(pistol, &request->limits_stage, answer);
        break;
    case MGP_MSG_LIMITS_COMMIT:
        result = mg_limits_commit_answer(pistol, &request->limits_commit, answer);
        break;
    case MGP_MSG_CALIBRATION_GET:
        result = mg_calibration_get_answer(pistol, &request->calibration_get, answer);
        break;
    case MGP_MSG_CALIBRATION_STAGE:
        mg_calibration_stage_answer(pistol, &request->calibration_stage, answer);
        break;
    case MGP_MSG_CALIBRATION_COMMIT:
        result = mg_calibration_commit_answer(pistol, &request->calibration_commit, answer);
        break;
    case MGP_MSG_SERVICE_REQUEST:
        result = mg_service_answer(pistol, &request->service_request, answer);
        break;
    case MGP_MSG_PRIME:
        result = mg_prime_answer(pistol, &request->prime, answer);
        break;
    case MGP_MSG_HOME:
        mg_home_answer(pistol, answer);
        break;
    case MGP_MSG_JOG:
        mg_jog_answer(pistol, &request->jog, answer);
        break;
    case MGP_MSG_SELF_TEST:
        mg_self_test_answer(pistol, answer);
        break;
    case MGP_MSG_PING:
        mg_ping_answer(pistol, &request->ping, answer);
        break;
    case MGP_MSG_SET_BAUD:
        mg_set_baud_answer(pistol, &request->set_baud, answer);
        break;
    case MGP_MSG_DESCRIBE:
        mg_describe_answer(&request->describe, answer);
        break;
    default:
        mg_error(answer, msg, MGP_ERROR_CODE_UNSUPPORTED, 0, 0);
        break;
    }
    if (!mg_survived(pistol, result)) {
        mg_error(answer, msg, MGP_ERROR_CODE_WRONG_STATE, pistol->state, 0);
    }
}
