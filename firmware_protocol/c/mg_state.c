/* What runs in the pistol from one start to the next: states, time, aborts.
 *
 * All of this is lost with the power; the journal is not.
 */
#include <string.h>

#include "mg_core.h"

/* ---- the table */

void mg_go(mg_pistol *pistol, uint8_t event) {
    const uint8_t after = mgp_next_state(pistol->state, event);
    if (after == MGP_NO_STATE) {
        mg_abort(pistol, MGP_ABORT_CAUSE_INTERNAL);
    } else {
        pistol->state = after;
    }
}

int mg_is_stopped(const mg_pistol *pistol) {
    mg_motion motion;
    mg_senses senses;
    mg_hw_motion(pistol->hw, pistol->now_us, &motion);
    mg_hw_sense(pistol->hw, pistol->now_us, &senses);
    return pistol->under_way.stage == MG_STAGE_NONE && !motion.moves && senses.depth_um == 0;
}

uint32_t mg_shot_id_open(const mg_pistol *pistol) {
    return pistol->under_way.stage == MG_STAGE_NONE ? 0 : pistol->under_way.kept.shot.shot_id;
}

/* ---- what ends an arming */

static void forget_arming(mg_pistol *pistol) {
    memset(&pistol->arm, 0, sizeof pistol->arm);
    memset(&pistol->challenge, 0, sizeof pistol->challenge);
    pistol->has_staged = 0;
    pistol->staged_size = 0;
    pistol->arm.token = mg_kept(0);
    pistol->arm.shots_left = mg_kept(0);
    pistol->arm.budget_nl_left = mg_kept(0);
    pistol->arm.service = mg_kept(0);
}

void mg_disarm(mg_pistol *pistol, uint8_t reason) {
    forget_arming(pistol);
    if (mg_survived(pistol, mg_shots_void_waiting(pistol, reason))) {
        mg_go(pistol, MGP_EVENT_DISARMED);
    }
}

static uint8_t reason_of(uint8_t cause) {
    return cause == MGP_ABORT_CAUSE_LEASE ? MGP_REFUSAL_LEASE : MGP_REFUSAL_ABORTED;
}

void mg_stop_motion(mg_pistol *pistol, uint8_t reason) {
    mg_motion motion;
    mg_hw_motion(pistol->hw, pistol->now_us, &motion);
    if (pistol->is_homing) {
        if (!motion.dose_done) {
            pistol->is_jogging = 0; /* it goes home from wherever it is */
        }
        mg_hw_stop(pistol->hw, pistol->now_us);
    }
    if (pistol->under_way.stage == MG_STAGE_MOTION && motion.moves) {
        if (!motion.dose_done && pistol->under_way.stopped_for == MGP_REFUSAL_NONE) {
            pistol->under_way.stopped_for = reason;
        }
        mg_hw_stop(pistol->hw, pistol->now_us);
    }
}

void mg_abort(mg_pistol *pistol, uint8_t cause) {
    /* Once the host has acknowledged an abort, a ClearAbort of it may be on its way: a further
     * trigger is then an abort of its own. Until then it is a repeat, and writes nothing. */
    const int latched = pistol->abort_cause != MGP_ABORT_CAUSE_NONE;
    const int repeated = latched && pistol->abort_seq > pistol->journal.header.tail;
    forget_arming(pistol);
    mg_stop_motion(pistol, reason_of(cause));
    pistol->state = mgp_next_state(pistol->state, MGP_EVENT_ABORTED);
    if (pistol->state == MGP_PISTOL_STATE_FAULT && pistol->fault == MGP_FAULT_CODE_NONE) {
        pistol->fault = MGP_FAULT_CODE_SELFTEST; /* stopped before it was known to be sound */
    }
    if (repeated) {
        return; /* but whatever still moves was stopped again */
    }
    pistol->abort_cause = cause;
    pistol->shots_after_abort = 0;
    if (pistol->fault == MGP_FAULT_CODE_MEMORY) {
        return; /* stopped all the same, but the memory takes nothing any more */
    }
    int result = mg_journal_count_abort(&pistol->journal);
    if (result == MG_OK) {
        mgp_journal_record record;
        mg_blank_record(&record, MGP_JOURNAL_KIND_ABORT);
        record.cause = cause;
        record.shot_id = pistol->journal.header.abort_id;
        result = mg_shots_note(pistol, &record);
    }
    if (result == MG_OK) {
        pistol->abort_seq = pistol->journal.head;
        result = mg_shots_void_waiting(pistol, reason_of(cause));
    }
    (void)mg_survived(pistol, result);
}

void mg_clear_abort(mg_pistol *pistol) {
    pistol->abort_cause = MGP_ABORT_CAUSE_NONE;
    mg_go(pistol, MGP_EVENT_ABORT_CLEARED);
}

void mg_fail(mg_pistol *pistol, uint8_t fault) {
    forget_arming(pistol);
    if (fault != MGP_FAULT_CODE_MEMORY) {
        const int result = mg_shots_void_waiting(pistol, MGP_REFUSAL_STATE);
        pistol->power_lost = pistol->power_lost || result == MG_POWER_LOST;
        fault = result == MG_OK ? fault : (uint8_t)MGP_FAULT_CODE_MEMORY;
    }
    mg_hw_stop(pistol->hw, pistol->now_us);
    mg_hw_settle(pistol->hw);
    pistol->is_jogging = 0;
    pistol->under_way.stage = MG_STAGE_NONE;
    pistol->queued = 0;
    pistol->fault = fault;
    pistol->state = mgp_next_state(pistol->state, MGP_EVENT_FAULTED);
}

int mg_survived(mg_pistol *pistol, int result) {
    if (result == MG_POWER_LOST) {
        pistol->power_lost = 1;
    } else if (result != MG_OK) {
        mg_fail(pistol, MGP_FAULT_CODE_MEMORY);
    }
    return result == MG_OK;
}

/* ---- starting */

int mg_start(mg_pistol *pistol, void *hw, const mg_config *config, uint64_t now_us) {
    memset(pistol, 0, sizeof *pistol);
    pistol->hw = hw;
    pistol->config = config;
    pistol->now_us = pistol->started_us = pistol->paced_from_us = now_us;
    pistol->tested_us = now_us + config->selftest_us;
    pistol->host_major = MGP_MAJOR;
    pistol->state = MGP_PISTOL_STATE_BOOT;
    forget_arming(pistol);
    mg_baud_start(pistol);
    int result = mg_journal_open(&pistol->journal, hw, config->memory_records, config->uid);
    if (result != MG_POWER_LOST) {
        result = mg_settings_open(pistol);
    }
    if (result == MG_DAMAGED) {
        pistol->journal.damage = 1; /* nothing is known of the limits: nothing is written */
    } else if (result == MG_OK && !pistol->journal.damage) {
        result = mg_journal_start(&pistol->journal); /* a start is counted, durably */
    }
    if (result == MG_POWER_LOST) {
        pistol->power_lost = 1;
        return result;
    }
    pistol->boot_id = mg_between(hw, 1u, UINT32_MAX);
    mg_go(pistol, MGP_EVENT_BOOTED);
    if (pistol->journal.damage) {
        pistol->fault = MGP_FAULT_CODE_MEMORY;
        mg_go(pistol, MGP_EVENT_SELFTEST_FAILED);
    } else {
        (void)mg_survived(pistol, mg_shots_settle_after_boot(pistol));
    }
    if (!pistol->power_lost) {
        mg_advance(pistol, now_us);
    }
    return pistol->power_lost ? MG_POWER_LOST : MG_OK;
}

/* ---- time */

static uint64_t earlier(uint64_t one_us, uint64_t other_us) {
    return one_us < other_us ? one_us : other_us;
}

uint64_t mg_next_event_us(const mg_pistol *pistol) {
    uint64_t due_us = earlier(mg_hw_next_event_us(pistol->hw), mg_shots_next_deadline_us(pistol));
    if (pistol->arm.is_live) {
        due_us = earlier(due_us, pistol->arm.lease_until_us);
    }
    if (pistol->challenge.is_out) {
        due_us = earlier(due_us, pistol->challenge.expires_us);
    }
    due_us = earlier(due_us, pistol->baud_falls_us);
    if (pistol->under_way.stage == MG_STAGE_MOTION) {
        mg_motion motion;
        mg_hw_motion(pistol->hw, pistol->now_us, &motion);
        due_us = earlier(due_us, motion.rest_us);
    } else if (pistol->under_way.stage != MG_STAGE_NONE) {
        due_us = earlier(due_us, pistol->under_way.until_us);
    } else if (pistol->queued > 0) {
        due_us = earlier(due_us, mg_release_us(pistol));
    }
    due_us = earlier(due_us, mg_service_next_us(pistol));
    due_us = earlier(due_us, mg_watch_next_us(pistol));
    if (pistol->state == MGP_PISTOL_STATE_SELFTEST) {
        due_us = earlier(due_us, pistol->tested_us);
    }
    return due_us < pistol->now_us ? pistol->now_us : due_us;
}

static void end_selftest(mg_pistol *pistol) {
    mg_senses senses;
    mg_hw_sense(pistol->hw, pistol->now_us, &senses);
    /* a needle that is not out is found again at each start */
    pistol->fault = senses.depth_um > 0 ? (uint8_t)MGP_FAULT_CODE_NEEDLE
                                        : mg_hw_self_test(pistol->hw);
    mg_go(pistol, pistol->fault == MGP_FAULT_CODE_NONE ? MGP_EVENT_SELFTEST_PASSED
                                                       : MGP_EVENT_SELFTEST_FAILED);
}

/* Let happen what is due: whatever stops something comes before what begins. */
static int play(mg_pistol *pistol) {
    const uint64_t now_us = pistol->now_us;
    mg_watch(pistol);
    mg_baud_fall(pistol);
    if (pistol->state == MGP_PISTOL_STATE_SELFTEST && now_us >= pistol->tested_us) {
        end_selftest(pistol);
    }
    if (pistol->arm.is_live && now_us >= pistol->arm.lease_until_us) {
        mg_abort(pistol, MGP_ABORT_CAUSE_LEASE);
    }
    if (pistol->power_lost) {
        return MG_POWER_LOST;
    }
    if (pistol->challenge.is_out && now_us >= pistol->challenge.expires_us) {
        pistol->challenge.is_out = 0;
        mg_go(pistol, MGP_EVENT_CHALLENGE_EXPIRED);
    }
    mg_service_leave(pistol);
    if (pistol->power_lost) {
        return MG_POWER_LOST;
    }
    mg_hw_advance(pistol->hw, now_us);
    mg_service_settle(pistol);
    if (pistol->power_lost) {
        return MG_POWER_LOST;
    }
    const int result = mg_shots_expire(pistol);
    return result == MG_OK ? mg_shot_step(pistol) : result;
}

void mg_advance(mg_pistol *pistol, uint64_t now_us) {
    uint32_t events = 0;
    while (events < MG_EVENTS && !pistol->power_lost) {
        const uint64_t due_us = mg_next_event_us(pistol);
        if (due_us == MG_NEVER || due_us > now_us) {
            break;
        }
        pistol->now_us = due_us;
        (void)mg_survived(pistol, play(pistol));
        events++;
    }
    if (events == MG_EVENTS && !pistol->power_lost) {
        mg_abort(pistol, MGP_ABORT_CAUSE_INTERNAL); /* time stands still: a body that lies */
    }
    if (now_us > pistol->now_us && !pistol->power_lost) {
        pistol->now_us = now_us;
    }
}
