/* One shot in time: from the queue past its intent and the gate to its outcome. */
#include "mg_core.h"

/* What the gate looks at. Contact is what a reading says, so none is assumed. */
static void hold(const mg_pistol *pistol, const mgp_shot *shot, mg_held *held,
                 const mg_senses *senses) {
    const mg_arm *arm = &pistol->arm;
    held->now_us = pistol->now_us;
    held->state = pistol->state;
    held->contact = 0;
    held->token = arm->token;
    held->lease_until_us = arm->lease_until_us;
    held->limits = arm->is_live ? &arm->limits : NULL;
    held->limits_inverse = arm->is_live ? &arm->limits_inverse : NULL;
    held->shots_left = arm->shots_left;
    held->budget_nl_left = arm->budget_nl_left;
    held->service = arm->service;
    mg_motion motion;
    mg_hw_motion(pistol->hw, pistol->now_us, &motion);
    held->at_rest = !motion.moves && senses->depth_um == 0;
    held->shots_uncharged = 0;
    held->dose_nl_uncharged = 0;
    held->syringe_nl = senses->syringe_nl;
    held->pending_nl_worst = 0;
    held->dose_nl_worst = mg_dose_nl_worst(pistol->config, shot->dose_nl);
    held->journal_free = mg_journal_free(&pistol->journal);
    held->from_us = pistol->now_us;
    held->deadline_us = pistol->now_us + (uint64_t)shot->ttl_ms * 1000u;
}

/* Would the gate allow it, less what the shots before it may still take? */
mg_refused mg_admit(const mg_pistol *pistol, const mg_kept_shot *kept) {
    mg_held held;
    mg_senses senses;
    mg_hw_sense(pistol->hw, pistol->now_us, &senses);
    hold(pistol, &kept->shot, &held, &senses);
    for (uint8_t one = 0; one < MG_QUEUE_DEPTH; one++) {
        if (one < pistol->queued) {
            const uint32_t dose_nl = pistol->queue[one].kept.shot.dose_nl;
            held.shots_uncharged++;
            held.dose_nl_uncharged += dose_nl;
            held.pending_nl_worst += mg_dose_nl_worst(pistol->config, dose_nl);
        }
    }
    if (pistol->under_way.stage != MG_STAGE_NONE) {
        const uint32_t dose_nl = pistol->under_way.kept.shot.dose_nl;
        held.pending_nl_worst += mg_dose_nl_worst(pistol->config, dose_nl);
        if (pistol->under_way.stage == MG_STAGE_INTENT) { /* later it has been charged */
            held.shots_uncharged++;
            held.dose_nl_uncharged += dose_nl;
        }
    }
    held.journal_free = mg_shots_free(pistol);
    mg_refused why = mg_gate(kept, &held, MG_ADMISSION);
    if (why.reason == MGP_REFUSAL_NONE && pistol->queued >= MG_QUEUE_DEPTH) {
        why.reason = MGP_REFUSAL_QUEUE_FULL;
    }
    return why;
}

/* When hand and pace allow the next shot. */
uint64_t mg_release_us(const mg_pistol *pistol) {
    if (pistol->state != MGP_PISTOL_STATE_ARMED || !pistol->arm.is_live || pistol->queued == 0 ||
        pistol->is_homing) {
        return MG_NEVER;
    }
    const mg_waiting *next = &pistol->queue[0];
    const uint8_t trigger = next->kept.shot.trigger;
    const uint64_t hand_us = trigger == MGP_TRIGGER_AUTO /* service: the host's affair */
                                 ? next->lamp_us
                                 : mg_hw_release_us(pistol->hw, trigger, next->lamp_us);
    if (hand_us == MG_NEVER) {
        return MG_NEVER;
    }
    const uint16_t least_ms = pistol->arm.limits.interval_ms_min;
    const uint16_t asked_ms = next->kept.shot.interval_ms;
    const uint64_t paced_us =
        pistol->paced_from_us + (uint64_t)(least_ms > asked_ms ? least_ms : asked_ms) * 1000u;
    return hand_us > paced_us ? hand_us : paced_us;
}

static void begin(mg_pistol *pistol, uint64_t from_us) {
    mg_under_way *now = &pistol->under_way;
    now->kept = pistol->queue[0].kept;
    now->deadline_us = pistol->queue[0].deadline_us;
    now->stage = MG_STAGE_INTENT;
    now->stopped_for = MGP_REFUSAL_NONE;
    now->is_dosing = now->in_doubt = 0;
    now->fault = MGP_FAULT_CODE_NONE;
    now->until_us = pistol->now_us + pistol->config->record_us;
    now->from_us = from_us;
    now->began_us = pistol->now_us;
    now->ended_us = 0;
    now->plan_digest = pistol->arm.plan_digest;
    now->dose_nl_given = 0;
    now->depth_um_given = 0;
    mg_shots_pop(pistol);
}

static void await_outcome(mg_pistol *pistol) {
    pistol->under_way.ended_us = pistol->now_us;
    pistol->under_way.stage = MG_STAGE_OUTCOME;
    pistol->under_way.until_us = pistol->now_us + pistol->config->record_us;
}

/* Ask the gate, at the last moment and with everything read anew. */
static void release(mg_pistol *pistol) {
    mg_under_way *now = &pistol->under_way;
    mg_arm *arm = &pistol->arm;
    mg_held held;
    mg_senses senses;
    mg_hw_sense(pistol->hw, pistol->now_us, &senses);
    hold(pistol, &now->kept.shot, &held, &senses);
    held.contact = senses.contact;
    held.from_us = now->from_us;
    held.deadline_us = now->deadline_us;
    const mg_refused why = mg_release(pistol->hw, &now->kept, &held);
    if (why.reason != MGP_REFUSAL_NONE) {
        now->stopped_for = why.reason;
        await_outcome(pistol);
        if (why.reason == MGP_REFUSAL_MEMORY) {
            mg_abort(pistol, MGP_ABORT_CAUSE_INTERNAL); /* a bit has flipped: trust nothing here */
        }
        return;
    }
    arm->shots_left = mg_kept(arm->shots_left.value - 1u);
    arm->budget_nl_left = mg_kept(arm->budget_nl_left.value - now->kept.shot.dose_nl);
    pistol->paced_from_us = pistol->now_us;
    now->stage = MG_STAGE_MOTION;
    mg_go(pistol, MGP_EVENT_SHOT_BEGUN);
}

static void end(mg_pistol *pistol) {
    const uint8_t fault = pistol->under_way.fault;
    pistol->under_way.stage = MG_STAGE_NONE;
    const int treats = pistol->under_way.kept.shot.trigger != MGP_TRIGGER_AUTO;
    if (pistol->under_way.dose_nl_given > 0 && treats) {
        mg_hw_given(pistol->hw, pistol->now_us);
    }
    if (pistol->state == MGP_PISTOL_STATE_ABORTED) {
        if (pistol->shots_after_abort < UINT32_MAX) {
            pistol->shots_after_abort++;
        }
    } else if (pistol->state == MGP_PISTOL_STATE_FIRING) {
        mg_go(pistol, pistol->arm.is_live ? MGP_EVENT_SHOT_ENDED : MGP_EVENT_SHOT_ENDED_UNARMED);
    }
    if (pistol->arm.is_live &&
        (pistol->arm.shots_left.value < 1u || pistol->arm.budget_nl_left.value < 1u)) {
        mg_disarm(pistol, MGP_REFUSAL_BUDGET);
    }
    if (fault != MGP_FAULT_CODE_NONE && pistol->fault != MGP_FAULT_CODE_MEMORY &&
        !pistol->power_lost) {
        mg_fail(pistol, fault);
    }
}

/* The motion is over: take down how it went. */
static void come_to_rest(mg_pistol *pistol, const mg_motion *motion) {
    mg_under_way *now = &pistol->under_way;
    mg_senses senses;
    mg_hw_sense(pistol->hw, pistol->now_us, &senses);
    now->dose_nl_given = motion->dose_nl;
    now->depth_um_given = motion->depth_um;
    if (senses.depth_um > 0) {
        now->fault = MGP_FAULT_CODE_NEEDLE; /* it has not come out */
    }
    await_outcome(pistol);
    mg_hw_settle(pistol->hw);
}

static int go_on(mg_pistol *pistol) {
    mg_under_way *now = &pistol->under_way;
    mg_motion motion;
    int result = MG_OK;
    switch (now->stage) {
    case MG_STAGE_INTENT:
        if (pistol->now_us >= now->until_us) {
            result = mg_shots_write(pistol);
            if (result == MG_OK) {
                release(pistol);
            }
        }
        break;
    case MG_STAGE_MOTION:
        if (mg_watch_dose(pistol)) {
            break; /* its end is watched before it is believed */
        }
        mg_hw_motion(pistol->hw, pistol->now_us, &motion);
        if (pistol->now_us >= motion.rest_us) {
            come_to_rest(pistol, &motion);
        }
        break;
    case MG_STAGE_OUTCOME:
        if (pistol->now_us >= now->until_us) {
            result = mg_shots_write(pistol);
            if (result == MG_OK) {
                end(pistol);
            }
        }
        break;
    default:
        break;
    }
    return pistol->power_lost ? MG_POWER_LOST : result;
}

int mg_shot_step(mg_pistol *pistol) {
    if (pistol->under_way.stage != MG_STAGE_NONE) {
        return go_on(pistol);
    }
    if (pistol->queued > 0) {
        const uint64_t from_us = mg_release_us(pistol);
        if (from_us != MG_NEVER && pistol->now_us >= from_us) {
            begin(pistol, from_us);
        }
    }
    return MG_OK;
}
