/* Fuzzing the whole pistol: bytes of the line, passing time, power cuts and aborts, from one input.
 *
 * Built with clang's libFuzzer and sanitizers; with -DREPLAY it reads the inputs named on its
 * command line, for any compiler. What must hold after every step is checked here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../host/mg_twin.h"

static mgt_twin twin;

static void check(int holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

static void check_pistol(uint32_t *highest) {
    const mg_pistol *core = &twin.core;
    for (uint32_t one = 0; one < twin.deliveries_count; one++) {
        check(twin.deliveries[one].shot_id > *highest, "no shot is given twice, ids rise");
        check(twin.deliveries[one].contact != twin.deliveries[one].service,
              "a shot is given with contact, service without");
        check(!twin.deliveries[one].service || twin.deliveries[one].depth_um == 0,
              "in service the needle stays out");
        check(twin.deliveries[one].dose_nl <= 202000, "no dose beyond the limit and its error");
        *highest = twin.deliveries[one].shot_id;
    }
    check(!twin.gave_astray, "no dose leaves a needle that is not where it was ordered");
    check(twin.stuck_um == 0 || !mg_is_stopped(core), "a needle that stands is no rest");
    twin.deliveries_count = 0;
    check(core->queued <= MG_QUEUE_DEPTH, "the queue has its depth");
    check(core->replies_count <= MG_REMEMBERED, "so many replies are remembered");
    check(core->state < MGP_STATE_COUNT, "the state is one");
    check(!twin.is_powered || !core->arm.is_live || core->state == MGP_PISTOL_STATE_ARMED ||
              core->state == MGP_PISTOL_STATE_FIRING,
          "armed only in ARMED and FIRING");
    check(mg_is_whole(&core->arm.budget_nl_left) && mg_is_whole(&core->arm.shots_left),
          "the budget is kept with its complement");
    check(core->arm.budget_nl_left.value <= 20000000u, "the budget never goes below zero");
    check(mg_journal_free(&core->journal) >= 0, "the journal is never overfull");
}

/* A setting that may be taken: its size in `payload`, 0: none of these. */
static uint32_t dress_setting(uint16_t msg, const uint8_t *from, uint32_t size, uint8_t *payload) {
    const mg_pistol *core = &twin.core;
    uint8_t staged[MGP_LEN_LIMITS_STAGE], digest[MG_SHA256_BYTES];
    mgp_limits_stage values;
    mg_sha256 sha;
    if (msg == MGP_MSG_LIMITS_STAGE) {
        mg_stage_of_limits(&core->config->factory, &values);
        values.shots_max -= from[size - 1u];
        return mgp_limits_stage_write(&values, payload);
    }
    if (msg == MGP_MSG_LIMITS_COMMIT) {
        const uint32_t count = mgp_limits_stage_write(&core->staged, staged);
        const mgp_limits_commit commit = {core->stamp_revision + 1u, mg_crc32c(staged, count)};
        return mgp_limits_commit_write(&commit, payload);
    }
    if (msg == MGP_MSG_CALIBRATION_STAGE) {
        mgp_put_u16(payload, core->staged_size);
        payload[2] = (uint8_t)(size % (MGP_MOST_CALIBRATION_STAGE + 1u));
        return MGP_LEN_CALIBRATION_STAGE + payload[2];
    }
    if (msg == MGP_MSG_CALIBRATION_COMMIT) {
        mg_sha256_begin(&sha);
        mg_sha256_take(&sha, core->block + MG_VAULT_MARK_BYTES + MG_CALIBRATION_HEAD_BYTES,
                       core->staged_size);
        mg_sha256_end(&sha, digest);
        mgp_put_u32(payload, core->calibration.id + 1u);
        for (uint32_t at = 0; at < 24u; at++) {
            payload[4u + at / 8u * 8u + (7u - at % 8u)] = digest[at]; /* words, lowest byte first */
        }
        mgp_put_u32(payload + 28, 0);
        mgp_put_u32(payload + 32, 200);
        return MGP_LEN_CALIBRATION_COMMIT;
    }
    return 0;
}

/* A request of service that may be taken: its size in `payload`, 0: none of these. */
static uint32_t dress_service(uint16_t msg, const uint8_t *from, uint8_t *payload) {
    const uint32_t id = twin.core.journal.header.shot_id_highest + 1u;
    const uint32_t token = twin.core.arm.token.value;
    if (msg == MGP_MSG_SERVICE_REQUEST) {
        const mgp_service_request request = {9, 1000000, 200000, 1000000, 300,
                                             twin.core.limits.revision};
        return mgp_service_request_write(&request, payload);
    }
    if (msg == MGP_MSG_PRIME) {
        const mgp_prime prime = {id, token, 20000, 100000, 5000, mg_crit(id, 20000, 0, 100000)};
        return mgp_prime_write(&prime, payload);
    }
    if (msg == MGP_MSG_SHOT) {
        const mgp_shot shot = {id,   token, 10000, 0, 100000, 0, 5000, MGP_TRIGGER_AUTO,
                               110,  0,     mg_crit(id, 10000, 0, 100000)};
        return mgp_shot_write(&shot, payload);
    }
    if (msg == MGP_MSG_JOG) {
        const mgp_jog jog = {4000, (uint16_t)(from[0] & 8u ? 900u : 0u)};
        return mgp_jog_write(&jog, payload);
    }
    return msg == MGP_MSG_HOME || msg == MGP_MSG_SELF_TEST ? MGP_LEN_HOME : 0;
}

/* A good frame around a payload that the input chooses: noise alone would never pass the CRC. */
static uint32_t dressed(const uint8_t *from, uint32_t size, uint8_t *wire) {
    static const uint16_t messages[32] = {
        MGP_MSG_HELLO,        MGP_MSG_ABORT,       MGP_MSG_CLEAR_ABORT, MGP_MSG_ARM_REQUEST,
        MGP_MSG_ARM_CONFIRM,  MGP_MSG_DISARM,      MGP_MSG_POLL,        MGP_MSG_SHOT,
        MGP_MSG_RESOLVE,      MGP_MSG_JOURNAL_READ, MGP_MSG_LIMITS_GET, MGP_MSG_POLL,
        MGP_MSG_SHOT,         MGP_MSG_SHOT,        MGP_MSG_ERROR_REPLY, 0x7F00,
        MGP_MSG_PING,         MGP_MSG_DESCRIBE,    MGP_MSG_LIMITS_STAGE, MGP_MSG_LIMITS_COMMIT,
        MGP_MSG_CALIBRATION_GET, MGP_MSG_CALIBRATION_STAGE, MGP_MSG_CALIBRATION_COMMIT,
        MGP_MSG_LIMITS_STAGE, MGP_MSG_LIMITS_COMMIT, MGP_MSG_CALIBRATION_STAGE,
        MGP_MSG_CALIBRATION_COMMIT, MGP_MSG_POLL,  MGP_MSG_SET_BAUD,    MGP_MSG_SHOT,
        MGP_MSG_ARM_REQUEST,  MGP_MSG_ARM_CONFIRM};
    static const uint16_t service[8] = {
        MGP_MSG_SERVICE_REQUEST, MGP_MSG_ARM_CONFIRM, MGP_MSG_PRIME, MGP_MSG_POLL,
        MGP_MSG_HOME,            MGP_MSG_JOG,         MGP_MSG_SHOT,  MGP_MSG_SELF_TEST};
    uint8_t payload[MGP_PAYLOAD_BYTES_MAX];
    uint8_t seal[MG_SEAL_BYTES];
    mg_frame frame;
    mg_seals host = twin.core.seals; /* the host's end of the same session */
    memset(payload, 0, sizeof payload);
    memcpy(payload, from, size);
    frame.first = 0x21;
    frame.msg = from[0] & 64u ? service[from[0] & 7u]
                              : messages[(from[0] & 15u) | (from[0] & 32u) >> 1];
    frame.session = twin.core.session;
    frame.request = from[0];
    frame.payload = payload;
    frame.size = (uint8_t)size;
    if (frame.msg == MGP_MSG_ARM_CONFIRM) {
        mgp_put_u64(payload, twin.core.challenge.nonce);
        frame.size = MGP_LEN_ARM_CONFIRM;
    } else if (frame.msg == MGP_MSG_POLL) {
        mgp_put_u32(payload, twin.core.arm.token.value);
        mgp_put_u32(payload + 8, twin.core.journal.head);
        frame.size = MGP_LEN_POLL;
    } else if (frame.msg == MGP_MSG_ARM_REQUEST && (from[0] & 16u)) {
        const mgp_arm_request request = {
            100, 1000000, 200000, 10000, 1000000, 110, 300, twin.core.limits.revision,
            twin.core.calibration.id, 7};
        frame.size = (uint8_t)mgp_arm_request_write(&request, payload);
    } else if (from[0] & 64u && from[0] & 16u &&
               dress_service(frame.msg, from, payload) > 0) {
        frame.size = (uint8_t)dress_service(frame.msg, from, payload);
    } else if (frame.msg == MGP_MSG_SHOT && (from[0] & 16u)) {
        const uint32_t id = twin.core.journal.header.shot_id_highest + 1u;
        const mgp_shot shot = {id,   twin.core.arm.token.value, 10000, 600, 100000, 0,
                               5000, MGP_TRIGGER_HELD,          110,   0,   0};
        frame.size = (uint8_t)mgp_shot_write(&shot, payload);
        mgp_put_u16(payload + MGP_LEN_SHOT - 2u, mg_crit(id, 10000, 600, 100000));
    } else if (from[0] & 16u && dress_setting(frame.msg, from, size, payload) > 0) {
        frame.size = (uint8_t)dress_setting(frame.msg, from, size, payload);
    } else if (frame.msg == MGP_MSG_CLEAR_ABORT) {
        mgp_put_u32(payload, twin.core.journal.header.abort_id);
        frame.size = MGP_LEN_CLEAR_ABORT;
    }
    host.sent = host.heard;
    if (from[0] & 32u) {
        (void)mg_seals_seal(&host, &frame, seal);
    }
    return mg_encode(&frame, wire);
}

/* What befalls the body: a part that does not what it should, until a person mends it. */
static void befall(uint8_t what, uint8_t count, uint64_t now_us) {
    if (what & 32u) {
        mgt_lift(&twin, now_us, now_us + 1u + (uint64_t)count * 5000u);
    } else if (what & 64u) {
        twin.missing_nl = twin.syringe_nl > count * 200u ? twin.syringe_nl - count * 200u : 0;
    } else {
        twin.trouble = (uint8_t)(count % MGT_TROUBLES);
        twin.stuck_um = count & 128u ? 0 : twin.stuck_um;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mgt_figures figures;
    mg_config config;
    uint8_t wire[MG_WIRE_BYTES_MAX];
    uint64_t now_us = 0;
    uint32_t highest = 0;
    mgt_figures_default(&figures);
    mgt_config_default(&config);
    config.memory_records = 32;
    figures.travel_us = figures.jitter_ppm = 0;
    mgt_init(&twin, 7, UINT64_C(0x51) << 56, &figures, &config);
    if (size > 0 && (data[size - 1u] & 1u)) {
        twin.has_key = 1;
        memset(twin.key, 7, sizeof twin.key);
    }
    mgt_power_on(&twin, 0);
    for (size_t at = 0; at + 2u <= size;) {
        const uint8_t what = data[at], count = data[at + 1u];
        const size_t left = size - at - 2u, take = count < left ? count : left;
        const uint8_t *piece = data + at + 2u;
        at += 2u + (what & 8u ? 0 : take);
        switch (what & 7u) {
        case 0:
            mgt_receive(&twin, piece, (uint32_t)take, now_us);
            break;
        case 1:
            mgt_hold_service_button(&twin, count & 1u);
            now_us += (uint64_t)count * count * 25u; /* up to 1.6 s */
            mgt_advance(&twin, now_us);
            break;
        case 2:
            mgt_power_cut(&twin, now_us);
            break;
        case 3:
            mgt_power_on(&twin, now_us);
            break;
        case 4:
            mgt_abort(&twin, (uint8_t)(3u + count % 4u), now_us);
            break;
        case 5:
            if (what & 16u) {
                befall(what, count, now_us);
            } else {
                twin.left = (int64_t)count * 4;
            }
            break;
        default:
            if (take > 0 && take <= MGP_PAYLOAD_BYTES_MAX && twin.is_powered) {
                mgt_receive(&twin, wire, dressed(piece, (uint32_t)take, wire), now_us);
            }
            break;
        }
        check_pistol(&highest);
    }
    return 0;
}

#ifdef REPLAY
int main(int count, char **names) {
    static uint8_t data[65536];
    for (int one = 1; one < count; one++) {
        FILE *file = fopen(names[one], "rb");
        if (file == NULL) {
            return 2;
        }
        (void)LLVMFuzzerTestOneInput(data, fread(data, 1, sizeof data, file));
        fclose(file);
    }
    return 0;
}
#endif
