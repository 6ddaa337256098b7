/* How a calibration comes into force: staged piece by piece, then committed by its SHA-256.
 *
 * What its content means is not known here. It is staged where it will be written from.
 */
#include "mg_core.h"

#define CONTENT_AT (MG_VAULT_MARK_BYTES + MG_CALIBRATION_HEAD_BYTES)

uint32_t mg_calibration_used(const mg_pistol *pistol) {
    const uint32_t begun = pistol->journal.header.shots_begun;
    return pistol->calibration.id != 0 ? begun - pistol->calibration.shots_at : 0;
}

int mg_calibration_get_answer(const mg_pistol *pistol, const mgp_calibration_get *request,
                              mg_answer *answer) {
    const mg_calibration *held = &pistol->calibration;
    uint8_t piece[MGP_MOST_CALIBRATION];
    mgp_calibration reply;
    if (request->offset > held->size) {
        mg_error(answer, MGP_MSG_CALIBRATION_GET, MGP_ERROR_CODE_OUT_OF_RANGE, held->size, 0);
        return MG_OK;
    }
    const uint32_t left = (uint32_t)held->size - request->offset;
    reply.id = held->id;
    reply.sha256_0 = held->sha256[0];
    reply.sha256_1 = held->sha256[1];
    reply.sha256_2 = held->sha256[2];
    reply.sha256_3 = held->sha256[3];
    reply.not_after_day = held->not_after_day;
    reply.shots_max = held->shots_max;
    reply.shots_used = mg_calibration_used(pistol);
    reply.size = held->size;
    reply.offset = request->offset;
    reply.count = (uint8_t)(left < MGP_MOST_CALIBRATION ? left : MGP_MOST_CALIBRATION);
    if (mg_settings_content(pistol, request->offset, piece, reply.count) != MG_OK) {
        return MG_DAMAGED;
    }
    for (uint32_t one = 0; one < MGP_MOST_CALIBRATION; one++) {
        if (one < reply.count) {
            reply.data[one].value = piece[one];
        }
    }
    MG_ANSWER(answer, CALIBRATION, calibration, &reply);
    return MG_OK;
}

void mg_calibration_stage_answer(mg_pistol *pistol, const mgp_calibration_stage *request,
                                 mg_answer *answer) {
    const uint16_t msg = MGP_MSG_CALIBRATION_STAGE;
    if (!mg_is_settable(pistol)) {
        mg_error(answer, msg, MGP_ERROR_CODE_WRONG_STATE, pistol->state, 0);
        return;
    }
    if (request->offset > pistol->staged_size) {
        mg_error(answer, msg, MGP_ERROR_CODE_OUT_OF_RANGE, pistol->staged_size, 0);
        return;
    }
    if ((uint32_t)request->offset + request->count > MG_CONTENT_BYTES_MAX) {
        mg_error(answer, msg, MGP_ERROR_CODE_OUT_OF_RANGE, MG_CONTENT_BYTES_MAX, 0);
        return;
    }
    for (uint32_t one = 0; one < MGP_MOST_CALIBRATION_STAGE; one++) {
        if (one < request->count) {
            pistol->block[CONTENT_AT + request->offset + one] = request->data[one].value;
        }
    }
    pistol->staged_size = (uint16_t)(request->offset + request->count);
    const mgp_calibration_staged reply = {pistol->staged_size};
    MG_ANSWER(answer, CALIBRATION_STAGED, calibration_staged, &reply);
}

/* 1: what is staged has the hash of which the request tells 24 bytes; `to` gets the whole one. */
static int is_hashed_as(const mg_pistol *pistol, const mgp_calibration_commit *request,
                        mg_calibration *to) {
    uint8_t digest[MG_SHA256_BYTES];
    mg_sha256 sha;
    mg_sha256_begin(&sha);
    mg_sha256_take(&sha, pistol->block + CONTENT_AT, pistol->staged_size);
    mg_sha256_end(&sha, digest);
    for (uint32_t at = 0; at < MG_SHA256_BYTES; at++) {
        to->sha256[at / 8u] = to->sha256[at / 8u] << 8 | digest[at];
    }
    return to->sha256[0] == request->sha256_0 && to->sha256[1] == request->sha256_1 &&
           to->sha256[2] == request->sha256_2;
}

int mg_calibration_commit_answer(mg_pistol *pistol, const mgp_calibration_commit *request,
                                 mg_answer *answer) {
    const uint16_t msg = MGP_MSG_CALIBRATION_COMMIT;
    mg_calibration asked = {request->id,
                            request->not_after_day,
                            request->shots_max,
                            pistol->journal.header.shots_begun,
                            {0, 0, 0, 0},
                            pistol->staged_size};
    if (!mg_is_settable(pistol)) {
        mg_error(answer, msg, MGP_ERROR_CODE_WRONG_STATE, pistol->state, 0);
    } else if (pistol->staged_size == 0) {
        mg_error(answer, msg, MGP_ERROR_CODE_NOT_STAGED, 0, 0);
    } else if (!is_hashed_as(pistol, request, &asked)) {
        mg_error(answer, msg, MGP_ERROR_CODE_WRONG_HASH, pistol->staged_size, 0);
    } else if (request->id == pistol->calibration.id) {
        mg_error(answer, msg, MGP_ERROR_CODE_CALIBRATION, request->id, 0);
    } else if (mg_shots_free(pistol) < 1) {
        mg_error(answer, msg, MGP_ERROR_CODE_JOURNAL_UNREAD, pistol->journal.head, 0);
    } else {
        mg_disarm(pistol, MGP_REFUSAL_VOIDED); /* a challenge dies of it */
        const int result = mg_settings_keep_calibration(pistol, &asked);
        const mgp_calibration_committed reply = {request->id};
        MG_ANSWER(answer, CALIBRATION_COMMITTED, calibration_committed, &reply);
        return result;
    }
    return MG_OK;
}
