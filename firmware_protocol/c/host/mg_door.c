/* The simulated board through plain numbers and bytes: for callers that know no C structures. */
#include <string.h>

#include "mg_door.h"

uint32_t mgt_bytes(void) { return (uint32_t)sizeof(mgt_twin); }

void mgt_make(mgt_twin *twin, uint64_t seed, uint64_t uid, const mgt_figures *figures,
              uint32_t records, uint32_t record_us, uint32_t selftest_us, const uint8_t *factory,
              const uint8_t *clinic) {
    mg_config config;
    mgt_config_default(&config);
    config.memory_records = records;
    config.record_us = record_us;
    config.selftest_us = selftest_us;
    config.dose_error_ppm = (uint32_t)(figures->gain_error_ppm + figures->dose_noise_ppm);
    config.depth_error_um = (uint32_t)figures->depth_noise_um;
    if (factory != NULL) {
        (void)mgp_limits_read(factory, MGP_LEN_LIMITS, &config.factory);
    }
    if (clinic != NULL) {
        config.has_clinic = 1;
        (void)mgp_limits_read(clinic, MGP_LEN_LIMITS, &config.clinic);
    }
    mgt_init(twin, seed, uid, figures, &config);
}

uint8_t *mgt_memory(mgt_twin *twin) { return twin->memory; }

uint32_t mgt_memory_bytes(const mgt_twin *twin) {
    return MG_MEMORY_BYTES(twin->config.memory_records);
}

void mgt_cut_after(mgt_twin *twin, int64_t count) { twin->left = count; }

void mgt_stick(mgt_twin *twin, uint32_t address) { twin->stuck_at = address; }

const uint8_t *mgt_replies(const mgt_twin *twin) { return twin->replies; }

uint32_t mgt_replies_size(const mgt_twin *twin) { return twin->replies_size; }

const mgt_delivery *mgt_deliveries(const mgt_twin *twin) { return twin->deliveries; }

uint32_t mgt_take_deliveries(mgt_twin *twin) {
    const uint32_t count = twin->deliveries_count;
    twin->deliveries_count = 0;
    return count;
}

uint8_t mgt_state(const mgt_twin *twin) {
    return twin->is_powered ? twin->core.state : MGP_PISTOL_STATE_BOOT;
}

uint8_t mgt_is_powered(const mgt_twin *twin) { return twin->is_powered; }

uint32_t mgt_baud(const mgt_twin *twin) { return twin->is_powered ? twin->baud : MG_BAUD; }

void mgt_keep_pulling(mgt_twin *twin, uint8_t pulled) { twin->keeps_pulling = pulled; }

void mgt_put_syringe(mgt_twin *twin, uint32_t volume_nl) { twin->syringe_nl = volume_nl; }

void mgt_break_part(mgt_twin *twin, uint8_t part) { twin->broken_part = part; }

void mgt_meet(mgt_twin *twin, uint8_t trouble) { twin->trouble = trouble; }

void mgt_mend(mgt_twin *twin) {
    twin->trouble = MGT_SOUND;
    twin->stuck_um = 0;
}

void mgt_hold_only(mgt_twin *twin, uint32_t volume_nl) {
    twin->missing_nl = twin->syringe_nl > volume_nl ? twin->syringe_nl - volume_nl : 0;
}

uint32_t mgt_site(const mgt_twin *twin) { return twin->site; }

uint64_t mgt_uid(const mgt_twin *twin) { return twin->core.journal.header.uid; }

uint32_t mgt_drops(const mgt_twin *twin, uint8_t reason) {
    return twin->core.deframer.drops[reason];
}

/* ---- a flipped bit in what is held in RAM: 0 to 3 of the shot that waits, 4 to 6 of the arming */
int mgt_flip(mgt_twin *twin, uint8_t which, uint8_t bit) {
    mgp_shot *shot = &twin->core.queue[0].kept.shot;
    mg_arm *arm = &twin->core.arm;
    uint32_t *words[MGT_FLIPS] = {&shot->shot_id,
                                  &shot->dose_nl,
                                  &shot->depth_um,
                                  &shot->rate_nl_per_s,
                                  &arm->budget_nl_left.value,
                                  &arm->shots_left.value,
                                  &arm->limits.dose_nl_max};
    if (which >= MGT_FLIPS || bit >= 32u) {
        return 0;
    }
    *words[which] ^= UINT32_C(1) << bit;
    return 1;
}

void mgt_give_key(mgt_twin *twin, const uint8_t *key) {
    memcpy(twin->key, key, sizeof twin->key);
    twin->has_key = 1;
}

/* Whether the one frame in `wire` is believed in the session that these numbers open. */
int mgt_believes(mgt_twin *twin, uint64_t host_nonce, uint64_t device_nonce, uint64_t uid,
                 uint32_t heard, const uint8_t *wire, uint32_t size) {
    static mg_deframer deframer;
    mg_seals seals;
    mg_frame frame;
    memset(&deframer, 0, sizeof deframer);
    mg_deframe(&deframer, wire, size);
    if (deframer.bodies_used == 0) {
        return 0;
    }
    (void)mg_next_frame(&deframer, 0, &frame);
    mg_seals_open(&seals, twin, host_nonce, device_nonce, uid);
    seals.heard = heard;
    return mg_seals_accept(&seals, &frame);
}

/* As if so many frames had been sealed in this session: to see its end. */
void mgt_count_seals(mgt_twin *twin, uint32_t sent, uint32_t heard) {
    twin->core.seals.sent = sent;
    twin->core.seals.heard = heard;
}

/* ---- the codec alone */

int mgt_payload_fits(uint16_t msg, uint8_t is_reply, const uint8_t *payload, uint32_t size,
                     uint8_t *again, uint32_t *again_size) {
    mgt_any any;
    int fits = MGT_UNKNOWN;
    *again_size = 0;
#define CASE(NAME, name)                                                                           \
    case MGP_MSG_##NAME:                                                                           \
        fits = mgp_##name##_read(payload, size, &any.name);                                        \
        if (fits == MGP_READ) {                                                                    \
            *again_size = mgp_##name##_write(&any.name, again);                                    \
        }                                                                                          \
        break
    if (is_reply) {
        switch (msg) {
            CASE(HELLO_REPLY, hello_reply);
            CASE(DESCRIBE_CHUNK, describe_chunk);
            CASE(PING_REPLY, ping_reply);
            CASE(SET_BAUD_REPLY, set_baud_reply);
            CASE(ERROR_REPLY, error_reply);
            CASE(ABORT_REPLY, abort_reply);
            CASE(CLEAR_ABORT_REPLY, clear_abort_reply);
            CASE(ARM_CHALLENGE, arm_challenge);
            CASE(ARM_REPLY, arm_reply);
            CASE(DISARM_REPLY, disarm_reply);
            CASE(STATUS, status);
            CASE(SHOT_REPLY, shot_reply);
            CASE(RESOLUTION, resolution);
            CASE(JOURNAL_RECORDS, journal_records);
            CASE(LIMITS, limits);
            CASE(CALIBRATION, calibration);
            CASE(CALIBRATION_STAGED, calibration_staged);
            CASE(CALIBRATION_COMMITTED, calibration_committed);
            CASE(LIMITS_STAGED, limits_staged);
            CASE(LIMITS_COMMITTED, limits_committed);
            CASE(SERVICE_CHALLENGE, service_challenge);
            CASE(PRIME_REPLY, prime_reply);
            CASE(HOME_REPLY, home_reply);
            CASE(JOG_REPLY, jog_reply);
            CASE(SELF_TEST_REPLY, self_test_reply);
        default:
            break;
        }
    } else {
        switch (msg) {
            CASE(HELLO, hello);
            CASE(DESCRIBE, describe);
            CASE(PING, ping);
            CASE(SET_BAUD, set_baud);
            CASE(ABORT, abort);
            CASE(CLEAR_ABORT, clear_abort);
            CASE(ARM_REQUEST, arm_request);
            CASE(ARM_CONFIRM, arm_confirm);
            CASE(DISARM, disarm);
            CASE(POLL, poll);
            CASE(SHOT, shot);
            CASE(RESOLVE, resolve);
            CASE(JOURNAL_READ, journal_read);
            CASE(LIMITS_GET, limits_get);
            CASE(CALIBRATION_GET, calibration_get);
            CASE(CALIBRATION_STAGE, calibration_stage);
            CASE(CALIBRATION_COMMIT, calibration_commit);
            CASE(LIMITS_STAGE, limits_stage);
            CASE(LIMITS_COMMIT, limits_commit);
            CASE(SERVICE_REQUEST, service_request);
            CASE(PRIME, prime);
            CASE(HOME, home);
            CASE(JOG, jog);
            CASE(SELF_TEST, self_test);
        default:
            break;
        }
    }
#undef CASE
    return fits;
}

uint32_t mgt_encode(uint8_t first, uint16_t msg, uint16_t session, uint16_t request,
                    const uint8_t *payload, uint8_t size, const uint8_t *seal, uint8_t *wire) {
    const mg_frame frame = {first, size, msg, session, request, payload, seal};
    return mg_encode(&frame, wire);
}

/* Deframe a whole stream in chunks of `step`; the bodies follow each other, each after its size. */
uint32_t mgt_deframe(const uint8_t *data, uint32_t size, uint32_t step, uint8_t *bodies,
                     uint32_t room, uint32_t *drops, uint32_t *zero_run_max) {
    static mg_deframer deframer;
    uint32_t used = 0;
    memset(&deframer, 0, sizeof deframer);
    for (uint32_t at = 0; at < size; at += step) {
        mg_deframe(&deframer, data + at, size - at < step ? size - at : step);
        for (uint16_t from = 0; from < deframer.bodies_used;) {
            mg_frame frame;
            const uint16_t next = mg_next_frame(&deframer, from, &frame);
            const uint32_t bytes = (uint32_t)next - from;
            if (room - used >= bytes + 1u) {
                bodies[used++] = (uint8_t)bytes;
                memcpy(bodies + used, deframer.bodies + from, bytes);
                used += bytes;
            }
            from = next;
        }
    }
    for (uint32_t one = 0; one < MG_DROPS; one++) {
        drops[one] = deframer.drops[one];
    }
    *zero_run_max = deframer.zero_run_max;
    return used;
}
