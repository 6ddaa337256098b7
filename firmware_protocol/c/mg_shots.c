/* The shots that were accepted: waiting for trigger and contact, under way, or ended.
 *
 * Every accepted shot ends in a journal record: VOID if it never moved, else INTENT and OUTCOME.
 */
#include <string.h>

#include "mg_core.h"

void mg_blank_record(mgp_journal_record *record, uint8_t kind) {
    memset(record, 0, sizeof *record);
    record->kind = kind;
}

uint64_t mg_uptime_us(const mg_pistol *pistol, uint64_t at_us) {
    return at_us - pistol->started_us;
}

static void about(mgp_journal_record *record, uint8_t kind, const mgp_shot *shot) {
    mg_blank_record(record, kind);
    record->shot_id = shot->shot_id;
    record->dose_nl_asked = shot->dose_nl;
    record->depth_um_asked = shot->depth_um;
}

static void stamp(const mg_pistol *pistol, mgp_journal_record *record, uint64_t start_us,
                  uint64_t end_us) {
    record->start_us = start_us;
    record->end_us = end_us;
    record->boot_id = pistol->boot_id;
    record->limits_revision = pistol->stamp_revision;
    record->calibration_id = pistol->calibration.id;
}

uint8_t mg_shots_count(const mg_pistol *pistol) {
    return (uint8_t)(pistol->queued + (pistol->under_way.stage != MG_STAGE_NONE));
}

int32_t mg_shots_free(const mg_pistol *pistol) {
    return mg_journal_free(&pistol->journal) -
           MG_SLOTS_PER_SHOT * (int32_t)mg_shots_count(pistol) - MG_RESERVED;
}

int mg_shots_note(mg_pistol *pistol, mgp_journal_record *record) {
    if (mg_journal_free(&pistol->journal) <=
        MG_SLOTS_PER_SHOT * (int32_t)mg_shots_count(pistol)) {
        return MG_OK; /* a shot's end needs the room */
    }
    const uint64_t uptime_us = mg_uptime_us(pistol, pistol->now_us);
    stamp(pistol, record, uptime_us, uptime_us);
    return mg_journal_append(&pistol->journal, record);
}

static uint8_t intent_of(const mgp_shot *shot) {
    if (shot->flags & MG_PRIMES) {
        return MGP_JOURNAL_KIND_PRIME_INTENT;
    }
    return shot->trigger == MGP_TRIGGER_AUTO ? MGP_JOURNAL_KIND_SERVICE_INTENT
                                             : MGP_JOURNAL_KIND_INTENT;
}

static uint8_t outcome_of(uint8_t intent) {
    if (intent == MGP_JOURNAL_KIND_PRIME_INTENT) {
        return MGP_JOURNAL_KIND_PRIME_OUTCOME;
    }
    return intent == MGP_JOURNAL_KIND_SERVICE_INTENT ? MGP_JOURNAL_KIND_SERVICE_OUTCOME
                                                     : MGP_JOURNAL_KIND_OUTCOME;
}

int mg_shots_settle_after_boot(mg_pistol *pistol) {
    mgp_journal_record intent, boot;
    uint8_t is_open;
    int result = mg_journal_open_intent(&pistol->journal, &is_open, &intent);
    if (result == MG_OK && mg_journal_free(&pistol->journal) > (int32_t)is_open) {
        mg_blank_record(&boot, MGP_JOURNAL_KIND_BOOT);
        result = mg_shots_note(pistol, &boot);
    }
    if (result == MG_OK && is_open) {
        /* nobody knows how a shot ended that was begun before the power went */
        intent.kind = outcome_of(intent.kind);
        intent.outcome = MGP_OUTCOME_INDETERMINATE;
        intent.end_us = intent.start_us;
        result = mg_journal_append(&pistol->journal, &intent);
    }
    return result;
}

/* ---- answers */

static void fill(const mg_pistol *pistol, const mgp_shot *shot, uint8_t result, mg_refused why,
                 mgp_shot_reply *reply) {
    reply->shot_id = shot->shot_id;
    reply->result = result;
    reply->reason = why.reason;
    reply->limit = why.limit;
    reply->limit_value = why.bound;
    reply->outcome = MGP_OUTCOME_NONE;
    reply->dose_nl_given = 0;
    reply->queue_left = (uint8_t)(MG_QUEUE_DEPTH - pistol->queued);
}

static mg_refused reason_alone(uint8_t reason) {
    const mg_refused why = {reason, MGP_LIMIT_ID_NONE, 0};
    return why;
}

void mg_shots_refuse(const mg_pistol *pistol, const mgp_shot *shot, mg_refused why,
                     mgp_shot_reply *reply) {
    fill(pistol, shot, MGP_SHOT_RESULT_REFUSED, why, reply);
}

/* The same shot in all but the token, which dies and is given anew. */
static int is_same(const mgp_shot *one, const mgp_shot *other) {
    return one->dose_nl == other->dose_nl && one->depth_um == other->depth_um &&
           one->rate_nl_per_s == other->rate_nl_per_s && one->dwell_ms == other->dwell_ms &&
           one->ttl_ms == other->ttl_ms && one->trigger == other->trigger &&
           one->interval_ms == other->interval_ms && one->flags == other->flags &&
           one->crit == other->crit;
}

/* The accepted shot of this id that has no journalled end, NULL: none. */
static const mgp_shot *pending(const mg_pistol *pistol, uint32_t shot_id) {
    const mgp_shot *found = NULL;
    for (uint8_t one = 0; one < MG_QUEUE_DEPTH; one++) {
        if (one < pistol->queued && pistol->queue[one].kept.shot.shot_id == shot_id) {
            found = &pistol->queue[one].kept.shot;
        }
    }
    if (pistol->under_way.stage != MG_STAGE_NONE &&
        pistol->under_way.kept.shot.shot_id == shot_id) {
        found = &pistol->under_way.kept.shot;
    }
    return found;
}

int mg_shots_known(mg_pistol *pistol, const mgp_shot *shot, uint8_t *known,
                   mgp_shot_reply *reply) {
    mgp_journal_record end;
    uint8_t begun, ended;
    const mgp_shot *waits = pending(pistol, shot->shot_id);
    *known = 1;
    if (waits != NULL && is_same(waits, shot)) {
        fill(pistol, shot, MGP_SHOT_RESULT_ACCEPTED, reason_alone(MGP_REFUSAL_NONE), reply);
        return MG_OK;
    }
    if (waits != NULL) {
        mg_shots_refuse(pistol, shot, reason_alone(MGP_REFUSAL_ID_REUSED), reply);
        return MG_OK;
    }
    const int result = mg_journal_find(&pistol->journal, shot->shot_id, &begun, &ended, &end);
    if (result != MG_OK) {
        return result;
    }
    if (ended) {
        const int is_fenced = end.dose_nl_asked == 0; /* by Resolve: its content was never known */
        if (is_fenced ||
            (end.dose_nl_asked == shot->dose_nl && end.depth_um_asked == shot->depth_um)) {
            fill(pistol, shot, MGP_SHOT_RESULT_STORED, reason_alone(end.reason), reply);
            reply->outcome = end.outcome;
            reply->dose_nl_given = end.dose_nl_given;
        } else {
            mg_shots_refuse(pistol, shot, reason_alone(MGP_REFUSAL_ID_REUSED), reply);
        }
    } else if (shot->shot_id <= pistol->journal.header.shot_id_highest) {
        mg_shots_refuse(pistol, shot, reason_alone(MGP_REFUSAL_ID_OLD), reply);
    } else {
        *known = 0;
    }
    return MG_OK;
}

void mg_shots_take(mg_pistol *pistol, const mgp_shot *shot, mgp_shot_reply *reply) {
    mg_journal_saw(&pistol->journal, shot->shot_id);
    mg_waiting *waiting = &pistol->queue[pistol->queued++];
    mg_keep_shot(shot, &waiting->kept);
    waiting->lamp_us = pistol->now_us;
    waiting->deadline_us = pistol->now_us + (uint64_t)shot->ttl_ms * 1000u;
    fill(pistol, shot, MGP_SHOT_RESULT_ACCEPTED, reason_alone(MGP_REFUSAL_NONE), reply);
}

int mg_shots_resolve(mg_pistol *pistol, uint32_t shot_id, mgp_resolution *reply) {
    mgp_journal_record end;
    uint8_t begun, ended;
    memset(reply, 0, sizeof *reply);
    reply->shot_id = shot_id;
    if (pending(pistol, shot_id) != NULL) {
        reply->outcome = MGP_OUTCOME_PENDING;
        return MG_OK;
    }
    int result = mg_journal_find(&pistol->journal, shot_id, &begun, &ended, &end);
    if (result == MG_OK && !ended && begun) {
        reply->outcome = MGP_OUTCOME_INDETERMINATE;
        return MG_OK;
    }
    if (result == MG_OK && !ended && shot_id <= pistol->journal.header.shot_id_forgotten) {
        reply->outcome = MGP_OUTCOME_FORGOTTEN;
        return MG_OK;
    }
    if (result == MG_OK && !ended) {
        /* the fence: whatever comes late under this id is refused from now on */
        if (mg_shots_free(pistol) < 1 || pistol->journal.damage) {
            return MG_FULL;
        }
        mg_blank_record(&end, MGP_JOURNAL_KIND_VOID);
        end.shot_id = shot_id;
        end.outcome = MGP_OUTCOME_NOT_FIRED;
        end.reason = MGP_REFUSAL_VOIDED;
        end.boot_id = pistol->boot_id;
        result = mg_journal_append(&pistol->journal, &end);
    }
    if (result == MG_OK) {
        reply->outcome = end.outcome;
        reply->reason = end.reason;
        reply->dose_nl_given = end.dose_nl_given;
        reply->depth_um_given = end.depth_um_given;
        reply->start_us = end.start_us;
        reply->boot_id = end.boot_id;
    }
    return result;
}

/* ---- ends without a motion */

uint64_t mg_shots_next_deadline_us(const mg_pistol *pistol) {
    uint64_t next_us = MG_NEVER;
    for (uint8_t one = 0; one < MG_QUEUE_DEPTH; one++) {
        if (one < pistol->queued && pistol->queue[one].deadline_us < next_us) {
            next_us = pistol->queue[one].deadline_us;
        }
    }
    return next_us;
}

static int void_shot(mg_pistol *pistol, const mgp_shot *shot, uint8_t reason) {
    mgp_journal_record record;
    const uint64_t uptime_us = mg_uptime_us(pistol, pistol->now_us);
    about(&record, MGP_JOURNAL_KIND_VOID, shot);
    stamp(pistol, &record, uptime_us, uptime_us);
    record.outcome = MGP_OUTCOME_NOT_FIRED;
    record.reason = reason;
    return mg_journal_append(&pistol->journal, &record);
}

/* Take the shots out of the queue that have expired by `at_us`, then void each. */
static int void_expired(mg_pistol *pistol, uint64_t at_us, uint8_t reason) {
    mgp_shot gone[MG_QUEUE_DEPTH];
    uint8_t kept = 0, went = 0;
    int result = MG_OK;
    for (uint8_t one = 0; one < MG_QUEUE_DEPTH; one++) {
        if (one < pistol->queued && at_us >= pistol->queue[one].deadline_us) {
            gone[went++] = pistol->queue[one].kept.shot;
        } else if (one < pistol->queued) {
            pistol->queue[kept++] = pistol->queue[one];
        }
    }
    pistol->queued = kept;
    for (uint8_t one = 0; one < MG_QUEUE_DEPTH; one++) {
        if (one < went && result == MG_OK) {
            result = void_shot(pistol, &gone[one], reason);
        }
    }
    return result;
}

int mg_shots_expire(mg_pistol *pistol) {
    return void_expired(pistol, pistol->now_us, MGP_REFUSAL_EXPIRED);
}

int mg_shots_void_waiting(mg_pistol *pistol, uint8_t reason) {
    int result = MG_OK;
    if (pistol->under_way.stage == MG_STAGE_INTENT) {
        /* its intent is not in the memory: it was never begun */
        pistol->under_way.stage = MG_STAGE_NONE;
        result = void_shot(pistol, &pistol->under_way.kept.shot, reason);
    }
    if (result != MG_OK) {
        return result;
    }
    return void_expired(pistol, MG_NEVER, reason);
}

void mg_shots_pop(mg_pistol *pistol) {
    for (uint8_t one = 1; one < MG_QUEUE_DEPTH; one++) {
        pistol->queue[one - 1u] = pistol->queue[one];
    }
    pistol->queued--;
}

/* ---- ends with a motion */

int mg_shots_write(mg_pistol *pistol) {
    const mg_under_way *now = &pistol->under_way;
    const uint64_t began_us = mg_uptime_us(pistol, now->began_us);
    mgp_journal_record record;
    if (now->stage == MG_STAGE_INTENT) {
        about(&record, intent_of(&now->kept.shot), &now->kept.shot);
        /* in the place of the end, which is not yet: for whose plan this is */
        stamp(pistol, &record, began_us, now->plan_digest);
        return mg_journal_append(&pistol->journal, &record);
    }
    about(&record, outcome_of(intent_of(&now->kept.shot)), &now->kept.shot);
    stamp(pistol, &record, began_us, mg_uptime_us(pistol, now->ended_us));
    if (now->dose_nl_given == 0) {
        record.outcome = MGP_OUTCOME_NOT_FIRED;
    } else if (now->stopped_for == MGP_REFUSAL_NONE) {
        record.outcome = MGP_OUTCOME_FIRED;
    } else {
        record.outcome = MGP_OUTCOME_PARTIAL;
    }
    record.reason = now->stopped_for;
    if (now->dose_nl_given > 0 && now->in_doubt) {
        /* as after a loss of power: what the plunger gave need not have reached the skin */
        record.outcome = MGP_OUTCOME_INDETERMINATE;
        return mg_journal_append(&pistol->journal, &record);
    }
    record.dose_nl_given = now->dose_nl_given;
    record.depth_um_given = now->depth_um_given;
    return mg_journal_append(&pistol->journal, &record);
}
