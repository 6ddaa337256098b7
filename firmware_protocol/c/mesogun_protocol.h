/* Every message of MGP/1.0 for the pistol's end: ids, lengths, ranges, accessors.
 *
 * Generated from schema.toml by `python -m firmware_protocol.generator`: change that, not this.
 * Integers only, little-endian, read and written byte by byte: no packed structures, no unaligned
 * access, no byte order of the machine.
 */
#ifndef MESOGUN_PROTOCOL_H
#define MESOGUN_PROTOCOL_H

#include <stdint.h>

#define MGP_MAJOR 1u
#define MGP_MINOR 0u
/* CRC-32C over all layouts, and over those of what can move the needle. */
#define MGP_SCHEMA_HASH UINT32_C(0x7AFE514D)
#define MGP_ACTUATING_HASH UINT32_C(0xDEC92B24)
#define MGP_PAYLOAD_BYTES_MAX 224u
#define MGP_BODY_BYTES_MAX 248u
#define MGP_REQUEST_PAYLOAD_BYTES_MAX 36u

/* What a reader says of a payload. */
enum { MGP_READ = 0, MGP_WRONG_LENGTH = 1, MGP_OUT_OF_RANGE = 2 };

/* Where the pistol is; the transitions are in states.py. */
enum {
    MGP_PISTOL_STATE_BOOT = 0,
    MGP_PISTOL_STATE_SELFTEST = 1,
    MGP_PISTOL_STATE_SAFE = 2,
    MGP_PISTOL_STATE_CHALLENGED = 3,
    MGP_PISTOL_STATE_ARMED = 4,
    MGP_PISTOL_STATE_FIRING = 5,
    MGP_PISTOL_STATE_ABORTED = 6,
    MGP_PISTOL_STATE_FAULT = 7
};

/* What latched ABORTED. */
enum {
    MGP_ABORT_CAUSE_NONE = 0,
    MGP_ABORT_CAUSE_FRAME = 1,
    MGP_ABORT_CAUSE_ZERO_RUN = 2,
    MGP_ABORT_CAUSE_BREAK = 3,
    MGP_ABORT_CAUSE_LEASE = 4,
    MGP_ABORT_CAUSE_DTR = 5,
    MGP_ABORT_CAUSE_BUTTON = 6,
    MGP_ABORT_CAUSE_INTERNAL = 7
};

/* What latched FAULT. */
enum {
    MGP_FAULT_CODE_NONE = 0,
    MGP_FAULT_CODE_SELFTEST = 1,
    MGP_FAULT_CODE_MEMORY = 2,
    MGP_FAULT_CODE_NEEDLE = 3,
    MGP_FAULT_CODE_PLUNGER = 4,
    MGP_FAULT_CODE_SUPPLY = 5
};

/* Why the pistol started. */
enum {
    MGP_RESET_REASON_POWER_ON = 0,
    MGP_RESET_REASON_WATCHDOG = 1,
    MGP_RESET_REASON_BROWN_OUT = 2,
    MGP_RESET_REASON_SOFTWARE = 3
};

/* How the trigger releases a shot. */
enum {
    MGP_TRIGGER_PRESS = 0,
    MGP_TRIGGER_HELD = 1,
    MGP_TRIGGER_AUTO = 2
};

/* What became of a shot. */
enum {
    MGP_OUTCOME_NONE = 0,
    MGP_OUTCOME_FIRED = 1,
    MGP_OUTCOME_NOT_FIRED = 2,
    MGP_OUTCOME_PARTIAL = 3,
    MGP_OUTCOME_INDETERMINATE = 4,
    MGP_OUTCOME_PENDING = 5,
    MGP_OUTCOME_FORGOTTEN = 6
};

/* The answer to a shot. */
enum {
    MGP_SHOT_RESULT_ACCEPTED = 0,
    MGP_SHOT_RESULT_REFUSED = 1,
    MGP_SHOT_RESULT_STORED = 2
};

/* Why a shot was refused, or why an accepted one was not fired. */
enum {
    MGP_REFUSAL_NONE = 0,
    MGP_REFUSAL_ID_REUSED = 1,
    MGP_REFUSAL_ID_OLD = 2,
    MGP_REFUSAL_TOKEN = 3,
    MGP_REFUSAL_LEASE = 4,
    MGP_REFUSAL_STATE = 5,
    MGP_REFUSAL_LIMIT = 6,
    MGP_REFUSAL_BUDGET = 7,
    MGP_REFUSAL_PACE = 8,
    MGP_REFUSAL_QUEUE_FULL = 9,
    MGP_REFUSAL_JOURNAL_FULL = 10,
    MGP_REFUSAL_CRIT = 11,
    MGP_REFUSAL_EXPIRED = 12,
    MGP_REFUSAL_ABORTED = 13,
    MGP_REFUSAL_VOIDED = 14,
    MGP_REFUSAL_EMPTY = 15,
    MGP_REFUSAL_SESSION = 16,
    MGP_REFUSAL_MEMORY = 17
};

/* A limit that the pistol enforces itself. */
enum {
    MGP_LIMIT_ID_NONE = 0,
    MGP_LIMIT_ID_DOSE_NL_MIN = 1,
    MGP_LIMIT_ID_DOSE_NL_MAX = 2,
    MGP_LIMIT_ID_DEPTH_UM_MAX = 3,
    MGP_LIMIT_ID_RATE_NL_PER_S_MAX = 4,
    MGP_LIMIT_ID_INTERVAL_MS_MIN = 5,
    MGP_LIMIT_ID_LEASE_MS_MIN = 6,
    MGP_LIMIT_ID_LEASE_MS_MAX = 7,
    MGP_LIMIT_ID_SHOTS_MAX = 8,
    MGP_LIMIT_ID_VOLUME_NL_MAX = 9,
    MGP_LIMIT_ID_TTL_MS_MAX = 10,
    MGP_LIMIT_ID_DWELL_MS_MAX = 11
};

/* Which layer of limits; each may only tighten the one below. */
enum {
    MGP_LIMIT_LAYER_EFFECTIVE = 0,
    MGP_LIMIT_LAYER_FACTORY = 1,
    MGP_LIMIT_LAYER_CLINIC = 2,
    MGP_LIMIT_LAYER_SESSION = 3
};

/* What a record of the pistol's journal says. */
enum {
    MGP_JOURNAL_KIND_INTENT = 1,
    MGP_JOURNAL_KIND_OUTCOME = 2,
    MGP_JOURNAL_KIND_VOID = 3,
    MGP_JOURNAL_KIND_ABORT = 4,
    MGP_JOURNAL_KIND_BOOT = 5,
    MGP_JOURNAL_KIND_CONFIG = 6,
    MGP_JOURNAL_KIND_SERVICE_INTENT = 7,
    MGP_JOURNAL_KIND_SERVICE_OUTCOME = 8,
    MGP_JOURNAL_KIND_PRIME_INTENT = 9,
    MGP_JOURNAL_KIND_PRIME_OUTCOME = 10
};

/* Why a request other than a shot was not obeyed. */
enum {
    MGP_ERROR_CODE_UNSUPPORTED = 1,
    MGP_ERROR_CODE_MALFORMED = 2,
    MGP_ERROR_CODE_OUT_OF_RANGE = 3,
    MGP_ERROR_CODE_WRONG_STATE = 4,
    MGP_ERROR_CODE_JOURNAL_UNREAD = 5,
    MGP_ERROR_CODE_WRONG_NONCE = 6,
    MGP_ERROR_CODE_WRONG_TOKEN = 7,
    MGP_ERROR_CODE_WRONG_ABORT_ID = 8,
    MGP_ERROR_CODE_LIMIT = 9,
    MGP_ERROR_CODE_LIMITS_REVISION = 10,
    MGP_ERROR_CODE_CALIBRATION = 11,
    MGP_ERROR_CODE_JOURNAL_GAP = 12,
    MGP_ERROR_CODE_NOT_STAGED = 13,
    MGP_ERROR_CODE_WRONG_CRC = 14,
    MGP_ERROR_CODE_NEEDS_PERSON = 15,
    MGP_ERROR_CODE_WRONG_HASH = 16,
    MGP_ERROR_CODE_CALIBRATION_SPENT = 17,
    MGP_ERROR_CODE_ON_SKIN = 18
};

/* What this pistol is and can do. */
enum {
    MGP_FEATURE_SIMULATED = 1,
    MGP_FEATURE_AUTHENTICATION = 2,
    MGP_FEATURE_DESCRIBE = 4
};

/* What the pistol senses and holds at this moment. */
enum {
    MGP_STATUS_FLAG_TOKEN_VALID = 1,
    MGP_STATUS_FLAG_TRIGGER = 2,
    MGP_STATUS_FLAG_CONTACT = 4,
    MGP_STATUS_FLAG_JOURNAL_FULL = 8,
    MGP_STATUS_FLAG_NEEDLE_OUT = 16,
    MGP_STATUS_FLAG_STOPPED = 32,
    MGP_STATUS_FLAG_SERVICE = 64
};

/* What the operator must know before confirming the arm. */
enum {
    MGP_HAZARD_SIMULATED = 1,
    MGP_HAZARD_IN_DOUBT = 2,
    MGP_HAZARD_LOW_VOLUME = 4,
    MGP_HAZARD_JOURNAL_NEARLY_FULL = 8
};

/* What can happen to a pistol: the columns of the table of states. */
enum {
    MGP_EVENT_BOOTED = 0,
    MGP_EVENT_SELFTEST_PASSED = 1,
    MGP_EVENT_SELFTEST_FAILED = 2,
    MGP_EVENT_ARM_REQUESTED = 3,
    MGP_EVENT_CHALLENGE_EXPIRED = 4,
    MGP_EVENT_ARM_CONFIRMED = 5,
    MGP_EVENT_DISARMED = 6,
    MGP_EVENT_SHOT_BEGUN = 7,
    MGP_EVENT_SHOT_ENDED = 8,
    MGP_EVENT_SHOT_ENDED_UNARMED = 9,
    MGP_EVENT_ABORTED = 10,
    MGP_EVENT_ABORT_CLEARED = 11,
    MGP_EVENT_SELFTEST_BEGUN = 12,
    MGP_EVENT_FAULTED = 13,
    MGP_EVENT_POWER_LOST = 14,
    MGP_EVENT_COUNT = 15
};
#define MGP_STATE_COUNT 8u
#define MGP_NO_STATE 0xFFu /* not allowed there */

/* The table of states.py: where `event` takes a pistol that is in `state`. */
static inline uint8_t mgp_next_state(uint8_t state, uint8_t event) {
    static const uint8_t after[8][15] = {
        {1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0xFF, 0xFF, 0xFF, 7, 0xFF, 0xFF, 7, 0}, /* BOOT */
        {0xFF, 2, 7, 0xFF, 0xFF, 0xFF, 1, 0xFF, 0xFF, 0xFF, 7, 0xFF, 0xFF, 7, 0}, /* SELFTEST */
        {0xFF, 0xFF, 0xFF, 3, 0xFF, 0xFF, 2, 0xFF, 0xFF, 0xFF, 6, 0xFF, 1, 7, 0}, /* SAFE */
        {0xFF, 0xFF, 0xFF, 0xFF, 2, 4, 2, 0xFF, 0xFF, 0xFF, 6, 0xFF, 0xFF, 7, 0}, /* CHALLENGED */
        {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 5, 0xFF, 0xFF, 6, 0xFF, 0xFF, 7, 0}, /* ARMED */
        {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 5, 0xFF, 4, 2, 6, 0xFF, 0xFF, 7, 0}, /* FIRING */
        {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 6, 0xFF, 0xFF, 0xFF, 6, 2, 0xFF, 7, 0}, /* ABORTED */
        {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 7, 0xFF, 0xFF, 0xFF, 7, 0xFF, 0xFF, 7, 0}, /* FAULT */
    };
    if (state >= MGP_STATE_COUNT || event >= MGP_EVENT_COUNT) {
        return MGP_NO_STATE;
    }
    return after[state][event];
}

/* Ids, classes and payload lengths; of what repeats, the length without it. */
#define MGP_MSG_HELLO 0x0001u
#define MGP_CLASS_HELLO 1u
#define MGP_LEN_HELLO 14u
#define MGP_MSG_HELLO_REPLY 0x0001u
#define MGP_CLASS_HELLO_REPLY 1u
#define MGP_LEN_HELLO_REPLY 74u
#define MGP_MSG_DESCRIBE 0x0002u
#define MGP_CLASS_DESCRIBE 2u
#define MGP_LEN_DESCRIBE 4u
#define MGP_MSG_DESCRIBE_CHUNK 0x0002u
#define MGP_CLASS_DESCRIBE_CHUNK 2u
#define MGP_LEN_DESCRIBE_CHUNK 9u
#define MGP_MOST_DESCRIBE_CHUNK 200u
#define MGP_MSG_SET_BAUD 0x0003u
#define MGP_CLASS_SET_BAUD 1u
#define MGP_LEN_SET_BAUD 6u
#define MGP_MSG_SET_BAUD_REPLY 0x0003u
#define MGP_CLASS_SET_BAUD_REPLY 1u
#define MGP_LEN_SET_BAUD_REPLY 6u
#define MGP_MSG_PING 0x0004u
#define MGP_CLASS_PING 1u
#define MGP_LEN_PING 4u
#define MGP_MSG_PING_REPLY 0x0004u
#define MGP_CLASS_PING_REPLY 1u
#define MGP_LEN_PING_REPLY 12u
#define MGP_MSG_ERROR_REPLY 0x00FFu
#define MGP_CLASS_ERROR_REPLY 1u
#define MGP_LEN_ERROR_REPLY 11u
#define MGP_MSG_ABORT 0x0101u
#define MGP_CLASS_ABORT 0u
#define MGP_LEN_ABORT 1u
#define MGP_MSG_ABORT_REPLY 0x0101u
#define MGP_CLASS_ABORT_REPLY 0u
#define MGP_LEN_ABORT_REPLY 12u
#define MGP_MSG_CLEAR_ABORT 0x0102u
#define MGP_CLASS_CLEAR_ABORT 1u
#define MGP_LEN_CLEAR_ABORT 4u
#define MGP_MSG_CLEAR_ABORT_REPLY 0x0102u
#define MGP_CLASS_CLEAR_ABORT_REPLY 1u
#define MGP_LEN_CLEAR_ABORT_REPLY 1u
#define MGP_MSG_ARM_REQUEST 0x0103u
#define MGP_CLASS_ARM_REQUEST 1u
#define MGP_LEN_ARM_REQUEST 36u
#define MGP_MSG_ARM_CHALLENGE 0x0103u
#define MGP_CLASS_ARM_CHALLENGE 1u
#define MGP_LEN_ARM_CHALLENGE 54u
#define MGP_MSG_ARM_CONFIRM 0x0104u
#define MGP_CLASS_ARM_CONFIRM 1u
#define MGP_LEN_ARM_CONFIRM 8u
#define MGP_MSG_ARM_REPLY 0x0104u
#define MGP_CLASS_ARM_REPLY 1u
#define MGP_LEN_ARM_REPLY 14u
#define MGP_MSG_DISARM 0x0105u
#define MGP_CLASS_DISARM 1u
#define MGP_LEN_DISARM 4u
#define MGP_MSG_DISARM_REPLY 0x0105u
#define MGP_CLASS_DISARM_REPLY 1u
#define MGP_LEN_DISARM_REPLY 1u
#define MGP_MSG_POLL 0x0106u
#define MGP_CLASS_POLL 1u
#define MGP_LEN_POLL 12u
#define MGP_MSG_STATUS 0x0106u
#define MGP_CLASS_STATUS 1u
#define MGP_LEN_STATUS 66u
#define MGP_MSG_SHOT 0x0107u
#define MGP_CLASS_SHOT 1u
#define MGP_LEN_SHOT 30u
#define MGP_MSG_SHOT_REPLY 0x0107u
#define MGP_CLASS_SHOT_REPLY 1u
#define MGP_LEN_SHOT_REPLY 17u
#define MGP_MSG_RESOLVE 0x0108u
#define MGP_CLASS_RESOLVE 1u
#define MGP_LEN_RESOLVE 4u
#define MGP_MSG_RESOLUTION 0x0108u
#define MGP_CLASS_RESOLUTION 1u
#define MGP_LEN_RESOLUTION 26u
#define MGP_MSG_JOURNAL_READ 0x0301u
#define MGP_CLASS_JOURNAL_READ 2u
#define MGP_LEN_JOURNAL_READ 5u
#define MGP_MSG_JOURNAL_RECORDS 0x0301u
#define MGP_CLASS_JOURNAL_RECORDS 2u
#define MGP_LEN_JOURNAL_RECORDS 9u
#define MGP_MOST_JOURNAL_RECORDS 3u
#define MGP_MSG_LIMITS_GET 0x0401u
#define MGP_CLASS_LIMITS_GET 1u
#define MGP_LEN_LIMITS_GET 1u
#define MGP_MSG_LIMITS 0x0401u
#define MGP_CLASS_LIMITS 1u
#define MGP_LEN_LIMITS 39u
#define MGP_MSG_LIMITS_STAGE 0x0402u
#define MGP_CLASS_LIMITS_STAGE 1u
#define MGP_LEN_LIMITS_STAGE 34u
#define MGP_MSG_LIMITS_STAGED 0x0402u
#define MGP_CLASS_LIMITS_STAGED 1u
#define MGP_LEN_LIMITS_STAGED 9u
#define MGP_MSG_LIMITS_COMMIT 0x0403u
#define MGP_CLASS_LIMITS_COMMIT 1u
#define MGP_LEN_LIMITS_COMMIT 8u
#define MGP_MSG_LIMITS_COMMITTED 0x0403u
#define MGP_CLASS_LIMITS_COMMITTED 1u
#define MGP_LEN_LIMITS_COMMITTED 4u
#define MGP_MSG_CALIBRATION_GET 0x0501u
#define MGP_CLASS_CALIBRATION_GET 2u
#define MGP_LEN_CALIBRATION_GET 2u
#define MGP_MSG_CALIBRATION 0x0501u
#define MGP_CLASS_CALIBRATION 2u
#define MGP_LEN_CALIBRATION 53u
#define MGP_MOST_CALIBRATION 128u
#define MGP_MSG_CALIBRATION_STAGE 0x0502u
#define MGP_CLASS_CALIBRATION_STAGE 2u
#define MGP_LEN_CALIBRATION_STAGE 3u
#define MGP_MOST_CALIBRATION_STAGE 32u
#define MGP_MSG_CALIBRATION_STAGED 0x0502u
#define MGP_CLASS_CALIBRATION_STAGED 2u
#define MGP_LEN_CALIBRATION_STAGED 2u
#define MGP_MSG_CALIBRATION_COMMIT 0x0503u
#define MGP_CLASS_CALIBRATION_COMMIT 1u
#define MGP_LEN_CALIBRATION_COMMIT 36u
#define MGP_MSG_CALIBRATION_COMMITTED 0x0503u
#define MGP_CLASS_CALIBRATION_COMMITTED 1u
#define MGP_LEN_CALIBRATION_COMMITTED 4u
#define MGP_MSG_SERVICE_REQUEST 0x0601u
#define MGP_CLASS_SERVICE_REQUEST 1u
#define MGP_LEN_SERVICE_REQUEST 20u
#define MGP_MSG_SERVICE_CHALLENGE 0x0601u
#define MGP_CLASS_SERVICE_CHALLENGE 1u
#define MGP_LEN_SERVICE_CHALLENGE 38u
#define MGP_MSG_PRIME 0x0602u
#define MGP_CLASS_PRIME 1u
#define MGP_LEN_PRIME 20u
#define MGP_MSG_PRIME_REPLY 0x0602u
#define MGP_CLASS_PRIME_REPLY 1u
#define MGP_LEN_PRIME_REPLY 17u
#define MGP_MSG_HOME 0x0603u
#define MGP_CLASS_HOME 1u
#define MGP_LEN_HOME 1u
#define MGP_MSG_HOME_REPLY 0x0603u
#define MGP_CLASS_HOME_REPLY 1u
#define MGP_LEN_HOME_REPLY 1u
#define MGP_MSG_SELF_TEST 0x0604u
#define MGP_CLASS_SELF_TEST 1u
#define MGP_LEN_SELF_TEST 1u
#define MGP_MSG_SELF_TEST_REPLY 0x0604u
#define MGP_CLASS_SELF_TEST_REPLY 1u
#define MGP_LEN_SELF_TEST_REPLY 1u
#define MGP_MSG_JOG 0x0605u
#define MGP_CLASS_JOG 1u
#define MGP_LEN_JOG 6u
#define MGP_MSG_JOG_REPLY 0x0605u
#define MGP_CLASS_JOG_REPLY 1u
#define MGP_LEN_JOG_REPLY 1u
#define MGP_LEN_JOURNAL_RECORD 68u
#define MGP_LEN_BYTE 1u

/* ---- little-endian accessors */
static inline uint8_t mgp_get_u8(const uint8_t *at) { return at[0]; }

static inline uint16_t mgp_get_u16(const uint8_t *at) {
    return (uint16_t)(at[0] | (unsigned)at[1] << 8);
}

static inline uint32_t mgp_get_u32(const uint8_t *at) {
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t mgp_get_u64(const uint8_t *at) {
    return mgp_get_u32(at) | (uint64_t)mgp_get_u32(at + 4) << 32;
}

static inline void mgp_put_u8(uint8_t *at, uint8_t value) { at[0] = value; }

static inline void mgp_put_u16(uint8_t *at, uint16_t value) {
    at[0] = (uint8_t)(value & 0xFFu);
    at[1] = (uint8_t)(value >> 8);
}

static inline void mgp_put_u32(uint8_t *at, uint32_t value) {
    mgp_put_u16(at, (uint16_t)(value & 0xFFFFu));
    mgp_put_u16(at + 2, (uint16_t)(value >> 16));
}

static inline void mgp_put_u64(uint8_t *at, uint64_t value) {
    mgp_put_u32(at, (uint32_t)(value & 0xFFFFFFFFu));
    mgp_put_u32(at + 4, (uint32_t)(value >> 32));
}


/* One record of the pistol's journal, as it lies in its non-volatile memory. */
typedef struct {
    uint32_t seq; /* seq: rises by one for ever */
    uint8_t kind; /* JournalKind */
    uint8_t outcome; /* Outcome */
    uint8_t reason; /* Refusal: why not fired, on VOID and NOT_FIRED */
    uint8_t cause; /* AbortCause: on ABORT */
    uint32_t shot_id; /* id: on ABORT: the abort id */
    uint32_t dose_nl_asked; /* nl */
    uint32_t depth_um_asked; /* um */
    uint32_t dose_nl_given; /* nl: measured at the plunger */
    uint32_t depth_um_given; /* um: measured at the needle */
    uint32_t force_mn_peak; /* mn */
    uint32_t pressure_pa_peak; /* pa */
    uint64_t start_us; /* us: uptime of the boot named by boot_id */
    uint64_t end_us; /* us: on INTENT, which has no end: the plan_digest that the pistol was armed with */
    uint32_t boot_id; /* id */
    uint32_t limits_revision; /* 1 */
    uint32_t calibration_id; /* id */
    uint32_t crc_previous; /* crc: CRC-32C of the record before: a hole is visible */
} mgp_journal_record;

static inline int mgp_journal_record_in_range(const mgp_journal_record *message) {
    if (!(message->kind >= 1u)) {
        return 0;
    }
    if (!(message->kind <= 10u)) {
        return 0;
    }
    if (!(message->outcome <= 6u)) {
        return 0;
    }
    if (!(message->reason <= 17u)) {
        return 0;
    }
    if (!(message->cause <= 7u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_journal_record_write(const mgp_journal_record *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->seq);
    mgp_put_u8(to + 4, message->kind);
    mgp_put_u8(to + 5, message->outcome);
    mgp_put_u8(to + 6, message->reason);
    mgp_put_u8(to + 7, message->cause);
    mgp_put_u32(to + 8, message->shot_id);
    mgp_put_u32(to + 12, message->dose_nl_asked);
    mgp_put_u32(to + 16, message->depth_um_asked);
    mgp_put_u32(to + 20, message->dose_nl_given);
    mgp_put_u32(to + 24, message->depth_um_given);
    mgp_put_u32(to + 28, message->force_mn_peak);
    mgp_put_u32(to + 32, message->pressure_pa_peak);
    mgp_put_u64(to + 36, message->start_us);
    mgp_put_u64(to + 44, message->end_us);
    mgp_put_u32(to + 52, message->boot_id);
    mgp_put_u32(to + 56, message->limits_revision);
    mgp_put_u32(to + 60, message->calibration_id);
    mgp_put_u32(to + 64, message->crc_previous);
    return 68u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_journal_record_read(const uint8_t *from, uint32_t size, mgp_journal_record *message) {
    if (size != 68u) {
        return MGP_WRONG_LENGTH;
    }
    message->seq = mgp_get_u32(from + 0);
    message->kind = mgp_get_u8(from + 4);
    message->outcome = mgp_get_u8(from + 5);
    message->reason = mgp_get_u8(from + 6);
    message->cause = mgp_get_u8(from + 7);
    message->shot_id = mgp_get_u32(from + 8);
    message->dose_nl_asked = mgp_get_u32(from + 12);
    message->depth_um_asked = mgp_get_u32(from + 16);
    message->dose_nl_given = mgp_get_u32(from + 20);
    message->depth_um_given = mgp_get_u32(from + 24);
    message->force_mn_peak = mgp_get_u32(from + 28);
    message->pressure_pa_peak = mgp_get_u32(from + 32);
    message->start_us = mgp_get_u64(from + 36);
    message->end_us = mgp_get_u64(from + 44);
    message->boot_id = mgp_get_u32(from + 52);
    message->limits_revision = mgp_get_u32(from + 56);
    message->calibration_id = mgp_get_u32(from + 60);
    message->crc_previous = mgp_get_u32(from + 64);
    return mgp_journal_record_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* One byte of something that is longer than a field. */
typedef struct {
    uint8_t value; /* 1 */
} mgp_byte;

static inline int mgp_byte_in_range(const mgp_byte *message) {
    (void)message;
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_byte_write(const mgp_byte *message, uint8_t *to) {
    mgp_put_u8(to + 0, message->value);
    return 1u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_byte_read(const uint8_t *from, uint32_t size, mgp_byte *message) {
    if (size != 1u) {
        return MGP_WRONG_LENGTH;
    }
    message->value = mgp_get_u8(from + 0);
    return mgp_byte_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Open a session. Kills any token, challenge and queued shot of an earlier one. */
typedef struct {
    uint8_t host_major; /* 1 */
    uint8_t host_minor; /* 1 */
    uint32_t schema_hash; /* crc */
    uint64_t host_nonce; /* token */
} mgp_hello;

static inline int mgp_hello_in_range(const mgp_hello *message) {
    (void)message;
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_hello_write(const mgp_hello *message, uint8_t *to) {
    mgp_put_u8(to + 0, message->host_major);
    mgp_put_u8(to + 1, message->host_minor);
    mgp_put_u32(to + 2, message->schema_hash);
    mgp_put_u64(to + 6, message->host_nonce);
    return 14u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_hello_read(const uint8_t *from, uint32_t size, mgp_hello *message) {
    if (size != 14u) {
        return MGP_WRONG_LENGTH;
    }
    message->host_major = mgp_get_u8(from + 0);
    message->host_minor = mgp_get_u8(from + 1);
    message->schema_hash = mgp_get_u32(from + 2);
    message->host_nonce = mgp_get_u64(from + 6);
    return mgp_hello_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Who the pistol is, in a layout frozen for ever. The new session is in the frame's header. */
typedef struct {
    uint8_t major; /* 1 */
    uint8_t minor; /* 1 */
    uint8_t queue_depth; /* 1, 1..255 */
    uint8_t reset_reason; /* ResetReason */
    uint32_t features; /* Feature */
    uint32_t schema_hash; /* crc */
    uint32_t actuating_hash; /* crc: fingerprint of the actuating messages alone */
    uint32_t firmware_version; /* 1: major << 16 | minor << 8 | patch */
    uint16_t session; /* id */
    uint64_t uid; /* id */
    uint64_t device_nonce; /* token */
    uint32_t boot_id; /* id: drawn anew at every start */
    uint32_t boot_count; /* 1 */
    uint32_t journal_head; /* seq: seq of the newest record, 0 = none */
    uint32_t journal_tail; /* seq: seq of the newest acknowledged record, 0 = none */
    uint32_t shot_id_highest; /* id */
    uint32_t shot_id_open; /* id: 0 = none */
    uint32_t limits_revision; /* 1 */
    uint32_t calibration_id; /* id: 0 = never calibrated */
    uint32_t calibration_not_after_day; /* 1: days since 1970-01-01, 0 = no expiry */
} mgp_hello_reply;

static inline int mgp_hello_reply_in_range(const mgp_hello_reply *message) {
    if (!(message->queue_depth >= 1u)) {
        return 0;
    }
    if (!(message->reset_reason <= 3u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_hello_reply_write(const mgp_hello_reply *message, uint8_t *to) {
    mgp_put_u8(to + 0, message->major);
    mgp_put_u8(to + 1, message->minor);
    mgp_put_u8(to + 2, message->queue_depth);
    mgp_put_u8(to + 3, message->reset_reason);
    mgp_put_u32(to + 4, message->features);
    mgp_put_u32(to + 8, message->schema_hash);
    mgp_put_u32(to + 12, message->actuating_hash);
    mgp_put_u32(to + 16, message->firmware_version);
    mgp_put_u16(to + 20, message->session);
    mgp_put_u64(to + 22, message->uid);
    mgp_put_u64(to + 30, message->device_nonce);
    mgp_put_u32(to + 38, message->boot_id);
    mgp_put_u32(to + 42, message->boot_count);
    mgp_put_u32(to + 46, message->journal_head);
    mgp_put_u32(to + 50, message->journal_tail);
    mgp_put_u32(to + 54, message->shot_id_highest);
    mgp_put_u32(to + 58, message->shot_id_open);
    mgp_put_u32(to + 62, message->limits_revision);
    mgp_put_u32(to + 66, message->calibration_id);
    mgp_put_u32(to + 70, message->calibration_not_after_day);
    return 74u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_hello_reply_read(const uint8_t *from, uint32_t size, mgp_hello_reply *message) {
    if (size != 74u) {
        return MGP_WRONG_LENGTH;
    }
    message->major = mgp_get_u8(from + 0);
    message->minor = mgp_get_u8(from + 1);
    message->queue_depth = mgp_get_u8(from + 2);
    message->reset_reason = mgp_get_u8(from + 3);
    message->features = mgp_get_u32(from + 4);
    message->schema_hash = mgp_get_u32(from + 8);
    message->actuating_hash = mgp_get_u32(from + 12);
    message->firmware_version = mgp_get_u32(from + 16);
    message->session = mgp_get_u16(from + 20);
    message->uid = mgp_get_u64(from + 22);
    message->device_nonce = mgp_get_u64(from + 30);
    message->boot_id = mgp_get_u32(from + 38);
    message->boot_count = mgp_get_u32(from + 42);
    message->journal_head = mgp_get_u32(from + 46);
    message->journal_tail = mgp_get_u32(from + 50);
    message->shot_id_highest = mgp_get_u32(from + 54);
    message->shot_id_open = mgp_get_u32(from + 58);
    message->limits_revision = mgp_get_u32(from + 62);
    message->calibration_id = mgp_get_u32(from + 66);
    message->calibration_not_after_day = mgp_get_u32(from + 70);
    return mgp_hello_reply_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Read the pistol's own schema from `offset` on: for a host that was built from another one. */
typedef struct {
    uint32_t offset; /* 1 */
} mgp_describe;

static inline int mgp_describe_in_range(const mgp_describe *message) {
    (void)message;
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_describe_write(const mgp_describe *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->offset);
    return 4u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_describe_read(const uint8_t *from, uint32_t size, mgp_describe *message) {
    if (size != 4u) {
        return MGP_WRONG_LENGTH;
    }
    message->offset = mgp_get_u32(from + 0);
    return mgp_describe_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* A piece of the schema as deflated JSON (RFC 1950); none behind its end. Layout frozen for ever. */
typedef struct {
    uint32_t total; /* 1: bytes of the whole */
    uint32_t offset; /* 1 */
    uint8_t count; /* 1, 0..200 */
    mgp_byte data[200];
} mgp_describe_chunk;

static inline int mgp_describe_chunk_in_range(const mgp_describe_chunk *message) {
    if (!(message->count <= 200u)) {
        return 0;
    }
    for (uint8_t one = 0; one < 200u; one++) {
        if (one < message->count &&
            !mgp_byte_in_range(&message->data[one])) {
            return 0;
        }
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_describe_chunk_write(const mgp_describe_chunk *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->total);
    mgp_put_u32(to + 4, message->offset);
    mgp_put_u8(to + 8, message->count);
    uint32_t at = 9u;
    for (uint8_t one = 0; one < 200u; one++) {
        if (one < message->count) {
            (void)mgp_byte_write(&message->data[one], to + at);
            at += 1u;
        }
    }
    return at;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_describe_chunk_read(const uint8_t *from, uint32_t size, mgp_describe_chunk *message) {
    if (size < 9u) {
        return MGP_WRONG_LENGTH;
    }
    message->total = mgp_get_u32(from + 0);
    message->offset = mgp_get_u32(from + 4);
    message->count = mgp_get_u8(from + 8);
    if (message->count > 200u) {
        return MGP_OUT_OF_RANGE;
    }
    if (size != 9u + 1u * message->count) {
        return MGP_OUT_OF_RANGE; /* more or fewer than counted */
    }
    for (uint8_t one = 0; one < 200u; one++) {
        if (one < message->count) {
            (void)mgp_byte_read(from + 9u + 1u * one, 1u,
                                &message->data[one]);
        }
    }
    return mgp_describe_chunk_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Let the line run at another speed, from behind the answer on. In SAFE and at rest only. */
typedef struct {
    uint32_t baud; /* 1, 1..4294967295: bits a second, 8N1 */
    uint16_t fallback_ms; /* ms, 100..1500: back to 115,200 unless a frame is heard by then */
} mgp_set_baud;

static inline int mgp_set_baud_in_range(const mgp_set_baud *message) {
    if (!(message->baud >= 1u)) {
        return 0;
    }
    if (!(message->fallback_ms >= 100u)) {
        return 0;
    }
    if (!(message->fallback_ms <= 1500u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_set_baud_write(const mgp_set_baud *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->baud);
    mgp_put_u16(to + 4, message->fallback_ms);
    return 6u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_set_baud_read(const uint8_t *from, uint32_t size, mgp_set_baud *message) {
    if (size != 6u) {
        return MGP_WRONG_LENGTH;
    }
    message->baud = mgp_get_u32(from + 0);
    message->fallback_ms = mgp_get_u16(from + 4);
    return mgp_set_baud_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Goes out at the old speed; what comes next is heard at the new one. */
typedef struct {
    uint32_t baud; /* 1, 1..4294967295 */
    uint16_t fallback_ms; /* ms, 100..1500 */
} mgp_set_baud_reply;

static inline int mgp_set_baud_reply_in_range(const mgp_set_baud_reply *message) {
    if (!(message->baud >= 1u)) {
        return 0;
    }
    if (!(message->fallback_ms >= 100u)) {
        return 0;
    }
    if (!(message->fallback_ms <= 1500u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_set_baud_reply_write(const mgp_set_baud_reply *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->baud);
    mgp_put_u16(to + 4, message->fallback_ms);
    return 6u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_set_baud_reply_read(const uint8_t *from, uint32_t size, mgp_set_baud_reply *message) {
    if (size != 6u) {
        return MGP_WRONG_LENGTH;
    }
    message->baud = mgp_get_u32(from + 0);
    message->fallback_ms = mgp_get_u16(from + 4);
    return mgp_set_baud_reply_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Is somebody there, and how long does an answer take? Renews no lease. */
typedef struct {
    uint32_t echo; /* 1 */
} mgp_ping;

static inline int mgp_ping_in_range(const mgp_ping *message) {
    (void)message;
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_ping_write(const mgp_ping *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->echo);
    return 4u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_ping_read(const uint8_t *from, uint32_t size, mgp_ping *message) {
    if (size != 4u) {
        return MGP_WRONG_LENGTH;
    }
    message->echo = mgp_get_u32(from + 0);
    return mgp_ping_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* The answer to Ping. */
typedef struct {
    uint32_t echo; /* 1: as it was asked */
    uint64_t uptime_us; /* us */
} mgp_ping_reply;

static inline int mgp_ping_reply_in_range(const mgp_ping_reply *message) {
    (void)message;
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_ping_reply_write(const mgp_ping_reply *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->echo);
    mgp_put_u64(to + 4, message->uptime_us);
    return 12u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_ping_reply_read(const uint8_t *from, uint32_t size, mgp_ping_reply *message) {
    if (size != 12u) {
        return MGP_WRONG_LENGTH;
    }
    message->echo = mgp_get_u32(from + 0);
    message->uptime_us = mgp_get_u64(from + 4);
    return mgp_ping_reply_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* The request was not obeyed and changed nothing; one of service ends a treatment's arming first. */
typedef struct {
    uint16_t msg; /* id: the request's message id */
    uint8_t code; /* ErrorCode */
    uint32_t detail; /* 1: state, limit id or the right value, by code */
    uint32_t value; /* 1 */
} mgp_error_reply;

static inline int mgp_error_reply_in_range(const mgp_error_reply *message) {
    if (!(message->code >= 1u)) {
        return 0;
    }
    if (!(message->code <= 18u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_error_reply_write(const mgp_error_reply *message, uint8_t *to) {
    mgp_put_u16(to + 0, message->msg);
    mgp_put_u8(to + 2, message->code);
    mgp_put_u32(to + 3, message->detail);
    mgp_put_u32(to + 7, message->value);
    return 11u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_error_reply_read(const uint8_t *from, uint32_t size, mgp_error_reply *message) {
    if (size != 11u) {
        return MGP_WRONG_LENGTH;
    }
    message->msg = mgp_get_u16(from + 0);
    message->code = mgp_get_u8(from + 2);
    message->detail = mgp_get_u32(from + 3);
    message->value = mgp_get_u32(from + 7);
    return mgp_error_reply_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Stop now. Never authenticated, any session, repeated until `stopped`. */
typedef struct {
    uint8_t reason; /* 1: for the journal; no meaning to the pistol */
} mgp_abort;

static inline int mgp_abort_in_range(const mgp_abort *message) {
    (void)message;
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_abort_write(const mgp_abort *message, uint8_t *to) {
    mgp_put_u8(to + 0, message->reason);
    return 1u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_abort_read(const uint8_t *from, uint32_t size, mgp_abort *message) {
    if (size != 1u) {
        return MGP_WRONG_LENGTH;
    }
    message->reason = mgp_get_u8(from + 0);
    return mgp_abort_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* ABORTED is latched; `stopped` is 1 only when the actuator is at rest. */
typedef struct {
    uint32_t abort_id; /* id */
    uint8_t stopped; /* 1, 0..1 */
    uint8_t cause; /* AbortCause */
    uint16_t shots_after; /* 1: shots that ended after the abort was latched */
    uint32_t shot_id_open; /* id: 0 = none */
} mgp_abort_reply;

static inline int mgp_abort_reply_in_range(const mgp_abort_reply *message) {
    if (!(message->stopped <= 1u)) {
        return 0;
    }
    if (!(message->cause <= 7u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_abort_reply_write(const mgp_abort_reply *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->abort_id);
    mgp_put_u8(to + 4, message->stopped);
    mgp_put_u8(to + 5, message->cause);
    mgp_put_u16(to + 6, message->shots_after);
    mgp_put_u32(to + 8, message->shot_id_open);
    return 12u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_abort_reply_read(const uint8_t *from, uint32_t size, mgp_abort_reply *message) {
    if (size != 12u) {
        return MGP_WRONG_LENGTH;
    }
    message->abort_id = mgp_get_u32(from + 0);
    message->stopped = mgp_get_u8(from + 4);
    message->cause = mgp_get_u8(from + 5);
    message->shots_after = mgp_get_u16(from + 6);
    message->shot_id_open = mgp_get_u32(from + 8);
    return mgp_abort_reply_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* ABORTED to SAFE, once the journal has been read and acknowledged. */
typedef struct {
    uint32_t abort_id; /* id */
} mgp_clear_abort;

static inline int mgp_clear_abort_in_range(const mgp_clear_abort *message) {
    (void)message;
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_clear_abort_write(const mgp_clear_abort *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->abort_id);
    return 4u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_clear_abort_read(const uint8_t *from, uint32_t size, mgp_clear_abort *message) {
    if (size != 4u) {
        return MGP_WRONG_LENGTH;
    }
    message->abort_id = mgp_get_u32(from + 0);
    return mgp_clear_abort_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* The answer to ClearAbort. */
typedef struct {
    uint8_t state; /* PistolState */
} mgp_clear_abort_reply;

static inline int mgp_clear_abort_reply_in_range(const mgp_clear_abort_reply *message) {
    if (!(message->state <= 7u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_clear_abort_reply_write(const mgp_clear_abort_reply *message, uint8_t *to) {
    mgp_put_u8(to + 0, message->state);
    return 1u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_clear_abort_reply_read(const uint8_t *from, uint32_t size, mgp_clear_abort_reply *message) {
    if (size != 1u) {
        return MGP_WRONG_LENGTH;
    }
    message->state = mgp_get_u8(from + 0);
    return mgp_clear_abort_reply_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* First step of arming: what the host wants to be held to. */
typedef struct {
    uint16_t shots_max; /* 1, 1..65535 */
    uint32_t volume_nl_max; /* nl, 1..4294967295 */
    uint32_t dose_nl_max; /* nl, 1..4294967295 */
    uint16_t depth_um_max; /* um */
    uint32_t rate_nl_per_s_max; /* nl_per_s, 1..4294967295 */
    uint16_t interval_ms_min; /* ms */
    uint16_t lease_ms; /* ms, 100..1000 */
    uint32_t limits_revision; /* 1 */
    uint32_t calibration_id; /* id */
    uint64_t plan_digest; /* id: what the pistol writes into each INTENT: whose shots these are */
} mgp_arm_request;

static inline int mgp_arm_request_in_range(const mgp_arm_request *message) {
    if (!(message->shots_max >= 1u)) {
        return 0;
    }
    if (!(message->volume_nl_max >= 1u)) {
        return 0;
    }
    if (!(message->dose_nl_max >= 1u)) {
        return 0;
    }
    if (!(message->rate_nl_per_s_max >= 1u)) {
        return 0;
    }
    if (!(message->lease_ms >= 100u)) {
        return 0;
    }
    if (!(message->lease_ms <= 1000u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_arm_request_write(const mgp_arm_request *message, uint8_t *to) {
    mgp_put_u16(to + 0, message->shots_max);
    mgp_put_u32(to + 2, message->volume_nl_max);
    mgp_put_u32(to + 6, message->dose_nl_max);
    mgp_put_u16(to + 10, message->depth_um_max);
    mgp_put_u32(to + 12, message->rate_nl_per_s_max);
    mgp_put_u16(to + 16, message->interval_ms_min);
    mgp_put_u16(to + 18, message->lease_ms);
    mgp_put_u32(to + 20, message->limits_revision);
    mgp_put_u32(to + 24, message->calibration_id);
    mgp_put_u64(to + 28, message->plan_digest);
    return 36u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_arm_request_read(const uint8_t *from, uint32_t size, mgp_arm_request *message) {
    if (size != 36u) {
        return MGP_WRONG_LENGTH;
    }
    message->shots_max = mgp_get_u16(from + 0);
    message->volume_nl_max = mgp_get_u32(from + 2);
    message->dose_nl_max = mgp_get_u32(from + 6);
    message->depth_um_max = mgp_get_u16(from + 10);
    message->rate_nl_per_s_max = mgp_get_u32(from + 12);
    message->interval_ms_min = mgp_get_u16(from + 16);
    message->lease_ms = mgp_get_u16(from + 18);
    message->limits_revision = mgp_get_u32(from + 20);
    message->calibration_id = mgp_get_u32(from + 24);
    message->plan_digest = mgp_get_u64(from + 28);
    return mgp_arm_request_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Echo of every value as the pistol will enforce it. Nothing is armed yet. */
typedef struct {
    uint64_t nonce; /* token */
    uint32_t shots_max; /* 1 */
    uint32_t volume_nl_max; /* nl */
    uint32_t dose_nl_max; /* nl */
    uint32_t depth_um_max; /* um */
    uint32_t rate_nl_per_s_max; /* nl_per_s */
    uint16_t interval_ms_min; /* ms */
    uint16_t lease_ms; /* ms */
    uint32_t limits_revision; /* 1 */
    uint32_t calibration_id; /* id */
    uint64_t plan_digest; /* id */
    uint16_t hazards; /* Hazard */
    uint32_t challenge_ms; /* ms: until then it can be confirmed */
} mgp_arm_challenge;

static inline int mgp_arm_challenge_in_range(const mgp_arm_challenge *message) {
    (void)message;
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_arm_challenge_write(const mgp_arm_challenge *message, uint8_t *to) {
    mgp_put_u64(to + 0, message->nonce);
    mgp_put_u32(to + 8, message->shots_max);
    mgp_put_u32(to + 12, message->volume_nl_max);
    mgp_put_u32(to + 16, message->dose_nl_max);
    mgp_put_u32(to + 20, message->depth_um_max);
    mgp_put_u32(to + 24, message->rate_nl_per_s_max);
    mgp_put_u16(to + 28, message->interval_ms_min);
    mgp_put_u16(to + 30, message->lease_ms);
    mgp_put_u32(to + 32, message->limits_revision);
    mgp_put_u32(to + 36, message->calibration_id);
    mgp_put_u64(to + 40, message->plan_digest);
    mgp_put_u16(to + 48, message->hazards);
    mgp_put_u32(to + 50, message->challenge_ms);
    return 54u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_arm_challenge_read(const uint8_t *from, uint32_t size, mgp_arm_challenge *message) {
    if (size != 54u) {
        return MGP_WRONG_LENGTH;
    }
    message->nonce = mgp_get_u64(from + 0);
    message->shots_max = mgp_get_u32(from + 8);
    message->volume_nl_max = mgp_get_u32(from + 12);
    message->dose_nl_max = mgp_get_u32(from + 16);
    message->depth_um_max = mgp_get_u32(from + 20);
    message->rate_nl_per_s_max = mgp_get_u32(from + 24);
    message->interval_ms_min = mgp_get_u16(from + 28);
    message->lease_ms = mgp_get_u16(from + 30);
    message->limits_revision = mgp_get_u32(from + 32);
    message->calibration_id = mgp_get_u32(from + 36);
    message->plan_digest = mgp_get_u64(from + 40);
    message->hazards = mgp_get_u16(from + 48);
    message->challenge_ms = mgp_get_u32(from + 50);
    return mgp_arm_challenge_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Second step of arming: the operator has confirmed the echo. */
typedef struct {
    uint64_t nonce; /* token */
} mgp_arm_confirm;

static inline int mgp_arm_confirm_in_range(const mgp_arm_confirm *message) {
    (void)message;
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_arm_confirm_write(const mgp_arm_confirm *message, uint8_t *to) {
    mgp_put_u64(to + 0, message->nonce);
    return 8u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_arm_confirm_read(const uint8_t *from, uint32_t size, mgp_arm_confirm *message) {
    if (size != 8u) {
        return MGP_WRONG_LENGTH;
    }
    message->nonce = mgp_get_u64(from + 0);
    return mgp_arm_confirm_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Armed. The token is in every actuating request; the lease runs from now. */
typedef struct {
    uint32_t arm_token; /* token, 1..4294967295 */
    uint32_t shots_left; /* 1 */
    uint32_t volume_nl_left; /* nl */
    uint16_t lease_ms; /* ms */
} mgp_arm_reply;

static inline int mgp_arm_reply_in_range(const mgp_arm_reply *message) {
    if (!(message->arm_token >= 1u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_arm_reply_write(const mgp_arm_reply *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->arm_token);
    mgp_put_u32(to + 4, message->shots_left);
    mgp_put_u32(to + 8, message->volume_nl_left);
    mgp_put_u16(to + 12, message->lease_ms);
    return 14u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_arm_reply_read(const uint8_t *from, uint32_t size, mgp_arm_reply *message) {
    if (size != 14u) {
        return MGP_WRONG_LENGTH;
    }
    message->arm_token = mgp_get_u32(from + 0);
    message->shots_left = mgp_get_u32(from + 4);
    message->volume_nl_left = mgp_get_u32(from + 8);
    message->lease_ms = mgp_get_u16(from + 12);
    return mgp_arm_reply_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Kill the token. A shot under way is finished; queued ones are voided. */
typedef struct {
    uint32_t arm_token; /* token */
} mgp_disarm;

static inline int mgp_disarm_in_range(const mgp_disarm *message) {
    (void)message;
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_disarm_write(const mgp_disarm *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->arm_token);
    return 4u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_disarm_read(const uint8_t *from, uint32_t size, mgp_disarm *message) {
    if (size != 4u) {
        return MGP_WRONG_LENGTH;
    }
    message->arm_token = mgp_get_u32(from + 0);
    return mgp_disarm_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* The answer to Disarm. */
typedef struct {
    uint8_t state; /* PistolState */
} mgp_disarm_reply;

static inline int mgp_disarm_reply_in_range(const mgp_disarm_reply *message) {
    if (!(message->state <= 7u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_disarm_reply_write(const mgp_disarm_reply *message, uint8_t *to) {
    mgp_put_u8(to + 0, message->state);
    return 1u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_disarm_reply_read(const uint8_t *from, uint32_t size, mgp_disarm_reply *message) {
    if (size != 1u) {
        return MGP_WRONG_LENGTH;
    }
    message->state = mgp_get_u8(from + 0);
    return mgp_disarm_reply_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Heartbeat, lease, status and acknowledgement of the journal in one. */
typedef struct {
    uint32_t arm_token; /* token: 0 when not armed; only the live token renews the lease */
    uint32_t app_tick; /* 1: the application's own progress; a standing tick does not renew the lease */
    uint32_t journal_ack; /* seq: every record up to here is durable at the host */
} mgp_poll;

static inline int mgp_poll_in_range(const mgp_poll *message) {
    (void)message;
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_poll_write(const mgp_poll *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->arm_token);
    mgp_put_u32(to + 4, message->app_tick);
    mgp_put_u32(to + 8, message->journal_ack);
    return 12u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_poll_read(const uint8_t *from, uint32_t size, mgp_poll *message) {
    if (size != 12u) {
        return MGP_WRONG_LENGTH;
    }
    message->arm_token = mgp_get_u32(from + 0);
    message->app_tick = mgp_get_u32(from + 4);
    message->journal_ack = mgp_get_u32(from + 8);
    return mgp_poll_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* The answer to Poll. */
typedef struct {
    uint8_t state; /* PistolState */
    uint8_t queue; /* 1: accepted shots that have no journalled end yet */
    uint16_t flags; /* StatusFlag */
    uint16_t lease_ms_left; /* ms */
    uint16_t supply_mv; /* mv */
    uint32_t journal_head; /* seq */
    uint32_t journal_tail; /* seq */
    uint32_t shot_id_last; /* id: highest id seen */
    uint32_t abort_id; /* id: 0 = never aborted */
    uint8_t abort_cause; /* AbortCause */
    uint8_t fault; /* FaultCode */
    uint32_t shots_left; /* 1 */
    uint32_t budget_nl_left; /* nl */
    uint32_t volume_nl_left; /* nl: in the syringe */
    uint32_t force_mn; /* mn */
    uint32_t depth_um; /* um */
    uint32_t pressure_pa; /* pa */
    uint32_t temperature_mk; /* mk */
    uint64_t uptime_us; /* us */
    uint32_t receive_errors; /* 1 */
} mgp_status;

static inline int mgp_status_in_range(const mgp_status *message) {
    if (!(message->state <= 7u)) {
        return 0;
    }
    if (!(message->abort_cause <= 7u)) {
        return 0;
    }
    if (!(message->fault <= 5u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_status_write(const mgp_status *message, uint8_t *to) {
    mgp_put_u8(to + 0, message->state);
    mgp_put_u8(to + 1, message->queue);
    mgp_put_u16(to + 2, message->flags);
    mgp_put_u16(to + 4, message->lease_ms_left);
    mgp_put_u16(to + 6, message->supply_mv);
    mgp_put_u32(to + 8, message->journal_head);
    mgp_put_u32(to + 12, message->journal_tail);
    mgp_put_u32(to + 16, message->shot_id_last);
    mgp_put_u32(to + 20, message->abort_id);
    mgp_put_u8(to + 24, message->abort_cause);
    mgp_put_u8(to + 25, message->fault);
    mgp_put_u32(to + 26, message->shots_left);
    mgp_put_u32(to + 30, message->budget_nl_left);
    mgp_put_u32(to + 34, message->volume_nl_left);
    mgp_put_u32(to + 38, message->force_mn);
    mgp_put_u32(to + 42, message->depth_um);
    mgp_put_u32(to + 46, message->pressure_pa);
    mgp_put_u32(to + 50, message->temperature_mk);
    mgp_put_u64(to + 54, message->uptime_us);
    mgp_put_u32(to + 62, message->receive_errors);
    return 66u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_status_read(const uint8_t *from, uint32_t size, mgp_status *message) {
    if (size != 66u) {
        return MGP_WRONG_LENGTH;
    }
    message->state = mgp_get_u8(from + 0);
    message->queue = mgp_get_u8(from + 1);
    message->flags = mgp_get_u16(from + 2);
    message->lease_ms_left = mgp_get_u16(from + 4);
    message->supply_mv = mgp_get_u16(from + 6);
    message->journal_head = mgp_get_u32(from + 8);
    message->journal_tail = mgp_get_u32(from + 12);
    message->shot_id_last = mgp_get_u32(from + 16);
    message->abort_id = mgp_get_u32(from + 20);
    message->abort_cause = mgp_get_u8(from + 24);
    message->fault = mgp_get_u8(from + 25);
    message->shots_left = mgp_get_u32(from + 26);
    message->budget_nl_left = mgp_get_u32(from + 30);
    message->volume_nl_left = mgp_get_u32(from + 34);
    message->force_mn = mgp_get_u32(from + 38);
    message->depth_um = mgp_get_u32(from + 42);
    message->pressure_pa = mgp_get_u32(from + 46);
    message->temperature_mk = mgp_get_u32(from + 50);
    message->uptime_us = mgp_get_u64(from + 54);
    message->receive_errors = mgp_get_u32(from + 62);
    return mgp_status_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Give one shot, once, when the trigger and the skin contact allow it. */
typedef struct {
    uint32_t shot_id; /* id, 1..4294967295 */
    uint32_t arm_token; /* token, 1..4294967295 */
    uint32_t dose_nl; /* nl, 1..4294967295 */
    uint32_t depth_um; /* um */
    uint32_t rate_nl_per_s; /* nl_per_s, 1..4294967295 */
    uint16_t dwell_ms; /* ms */
    uint16_t ttl_ms; /* ms, 1..65535: not begun by then: voided */
    uint8_t trigger; /* Trigger */
    uint16_t interval_ms; /* ms */
    uint8_t flags; /* bits, 0..0 */
    uint16_t crit; /* crc: CRC-16/MCRF4XX over shot_id, dose_nl, depth_um, rate_nl_per_s as u32 */
} mgp_shot;

static inline int mgp_shot_in_range(const mgp_shot *message) {
    if (!(message->shot_id >= 1u)) {
        return 0;
    }
    if (!(message->arm_token >= 1u)) {
        return 0;
    }
    if (!(message->dose_nl >= 1u)) {
        return 0;
    }
    if (!(message->rate_nl_per_s >= 1u)) {
        return 0;
    }
    if (!(message->ttl_ms >= 1u)) {
        return 0;
    }
    if (!(message->trigger <= 2u)) {
        return 0;
    }
    if (!(message->flags <= 0u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_shot_write(const mgp_shot *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->shot_id);
    mgp_put_u32(to + 4, message->arm_token);
    mgp_put_u32(to + 8, message->dose_nl);
    mgp_put_u32(to + 12, message->depth_um);
    mgp_put_u32(to + 16, message->rate_nl_per_s);
    mgp_put_u16(to + 20, message->dwell_ms);
    mgp_put_u16(to + 22, message->ttl_ms);
    mgp_put_u8(to + 24, message->trigger);
    mgp_put_u16(to + 25, message->interval_ms);
    mgp_put_u8(to + 27, message->flags);
    mgp_put_u16(to + 28, message->crit);
    return 30u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_shot_read(const uint8_t *from, uint32_t size, mgp_shot *message) {
    if (size != 30u) {
        return MGP_WRONG_LENGTH;
    }
    message->shot_id = mgp_get_u32(from + 0);
    message->arm_token = mgp_get_u32(from + 4);
    message->dose_nl = mgp_get_u32(from + 8);
    message->depth_um = mgp_get_u32(from + 12);
    message->rate_nl_per_s = mgp_get_u32(from + 16);
    message->dwell_ms = mgp_get_u16(from + 20);
    message->ttl_ms = mgp_get_u16(from + 22);
    message->trigger = mgp_get_u8(from + 24);
    message->interval_ms = mgp_get_u16(from + 25);
    message->flags = mgp_get_u8(from + 27);
    message->crit = mgp_get_u16(from + 28);
    return mgp_shot_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* The answer to Shot. */
typedef struct {
    uint32_t shot_id; /* id */
    uint8_t result; /* ShotResult */
    uint8_t reason; /* Refusal */
    uint8_t limit; /* LimitId */
    uint32_t limit_value; /* 1 */
    uint8_t outcome; /* Outcome: on STORED */
    uint32_t dose_nl_given; /* nl: on STORED */
    uint8_t queue_left; /* 1 */
} mgp_shot_reply;

static inline int mgp_shot_reply_in_range(const mgp_shot_reply *message) {
    if (!(message->result <= 2u)) {
        return 0;
    }
    if (!(message->reason <= 17u)) {
        return 0;
    }
    if (!(message->limit <= 11u)) {
        return 0;
    }
    if (!(message->outcome <= 6u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_shot_reply_write(const mgp_shot_reply *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->shot_id);
    mgp_put_u8(to + 4, message->result);
    mgp_put_u8(to + 5, message->reason);
    mgp_put_u8(to + 6, message->limit);
    mgp_put_u32(to + 7, message->limit_value);
    mgp_put_u8(to + 11, message->outcome);
    mgp_put_u32(to + 12, message->dose_nl_given);
    mgp_put_u8(to + 16, message->queue_left);
    return 17u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_shot_reply_read(const uint8_t *from, uint32_t size, mgp_shot_reply *message) {
    if (size != 17u) {
        return MGP_WRONG_LENGTH;
    }
    message->shot_id = mgp_get_u32(from + 0);
    message->result = mgp_get_u8(from + 4);
    message->reason = mgp_get_u8(from + 5);
    message->limit = mgp_get_u8(from + 6);
    message->limit_value = mgp_get_u32(from + 7);
    message->outcome = mgp_get_u8(from + 11);
    message->dose_nl_given = mgp_get_u32(from + 12);
    message->queue_left = mgp_get_u8(from + 16);
    return mgp_shot_reply_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* What became of this id? An id never seen is voided first, then answered NOT_FIRED. */
typedef struct {
    uint32_t shot_id; /* id, 1..4294967295 */
} mgp_resolve;

static inline int mgp_resolve_in_range(const mgp_resolve *message) {
    if (!(message->shot_id >= 1u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_resolve_write(const mgp_resolve *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->shot_id);
    return 4u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_resolve_read(const uint8_t *from, uint32_t size, mgp_resolve *message) {
    if (size != 4u) {
        return MGP_WRONG_LENGTH;
    }
    message->shot_id = mgp_get_u32(from + 0);
    return mgp_resolve_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* The answer to Resolve. */
typedef struct {
    uint32_t shot_id; /* id */
    uint8_t outcome; /* Outcome */
    uint8_t reason; /* Refusal */
    uint32_t dose_nl_given; /* nl */
    uint32_t depth_um_given; /* um */
    uint64_t start_us; /* us */
    uint32_t boot_id; /* id */
} mgp_resolution;

static inline int mgp_resolution_in_range(const mgp_resolution *message) {
    if (!(message->outcome <= 6u)) {
        return 0;
    }
    if (!(message->reason <= 17u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_resolution_write(const mgp_resolution *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->shot_id);
    mgp_put_u8(to + 4, message->outcome);
    mgp_put_u8(to + 5, message->reason);
    mgp_put_u32(to + 6, message->dose_nl_given);
    mgp_put_u32(to + 10, message->depth_um_given);
    mgp_put_u64(to + 14, message->start_us);
    mgp_put_u32(to + 22, message->boot_id);
    return 26u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_resolution_read(const uint8_t *from, uint32_t size, mgp_resolution *message) {
    if (size != 26u) {
        return MGP_WRONG_LENGTH;
    }
    message->shot_id = mgp_get_u32(from + 0);
    message->outcome = mgp_get_u8(from + 4);
    message->reason = mgp_get_u8(from + 5);
    message->dose_nl_given = mgp_get_u32(from + 6);
    message->depth_um_given = mgp_get_u32(from + 10);
    message->start_us = mgp_get_u64(from + 14);
    message->boot_id = mgp_get_u32(from + 22);
    return mgp_resolution_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Read records from `from_seq` on; reading changes nothing. */
typedef struct {
    uint32_t from_seq; /* seq, 1..4294967295 */
    uint8_t count; /* 1, 1..255 */
} mgp_journal_read;

static inline int mgp_journal_read_in_range(const mgp_journal_read *message) {
    if (!(message->from_seq >= 1u)) {
        return 0;
    }
    if (!(message->count >= 1u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_journal_read_write(const mgp_journal_read *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->from_seq);
    mgp_put_u8(to + 4, message->count);
    return 5u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_journal_read_read(const uint8_t *from, uint32_t size, mgp_journal_read *message) {
    if (size != 5u) {
        return MGP_WRONG_LENGTH;
    }
    message->from_seq = mgp_get_u32(from + 0);
    message->count = mgp_get_u8(from + 4);
    return mgp_journal_read_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* As many of the asked records as exist and fit, rising by one. */
typedef struct {
    uint32_t journal_head; /* seq */
    uint32_t journal_tail; /* seq */
    uint8_t count; /* 1, 0..3 */
    mgp_journal_record records[3];
} mgp_journal_records;

static inline int mgp_journal_records_in_range(const mgp_journal_records *message) {
    if (!(message->count <= 3u)) {
        return 0;
    }
    for (uint8_t one = 0; one < 3u; one++) {
        if (one < message->count &&
            !mgp_journal_record_in_range(&message->records[one])) {
            return 0;
        }
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_journal_records_write(const mgp_journal_records *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->journal_head);
    mgp_put_u32(to + 4, message->journal_tail);
    mgp_put_u8(to + 8, message->count);
    uint32_t at = 9u;
    for (uint8_t one = 0; one < 3u; one++) {
        if (one < message->count) {
            (void)mgp_journal_record_write(&message->records[one], to + at);
            at += 68u;
        }
    }
    return at;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_journal_records_read(const uint8_t *from, uint32_t size, mgp_journal_records *message) {
    if (size < 9u) {
        return MGP_WRONG_LENGTH;
    }
    message->journal_head = mgp_get_u32(from + 0);
    message->journal_tail = mgp_get_u32(from + 4);
    message->count = mgp_get_u8(from + 8);
    if (message->count > 3u) {
        return MGP_OUT_OF_RANGE;
    }
    if (size != 9u + 68u * message->count) {
        return MGP_OUT_OF_RANGE; /* more or fewer than counted */
    }
    for (uint8_t one = 0; one < 3u; one++) {
        if (one < message->count) {
            (void)mgp_journal_record_read(from + 9u + 68u * one, 68u,
                                &message->records[one]);
        }
    }
    return mgp_journal_records_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* The limits of one layer, or those in force. */
typedef struct {
    uint8_t layer; /* LimitLayer */
} mgp_limits_get;

static inline int mgp_limits_get_in_range(const mgp_limits_get *message) {
    if (!(message->layer <= 3u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_limits_get_write(const mgp_limits_get *message, uint8_t *to) {
    mgp_put_u8(to + 0, message->layer);
    return 1u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_limits_get_read(const uint8_t *from, uint32_t size, mgp_limits_get *message) {
    if (size != 1u) {
        return MGP_WRONG_LENGTH;
    }
    message->layer = mgp_get_u8(from + 0);
    return mgp_limits_get_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* The answer to LimitsGet. */
typedef struct {
    uint8_t layer; /* LimitLayer */
    uint32_t revision; /* 1 */
    uint32_t dose_nl_min; /* nl */
    uint32_t dose_nl_max; /* nl */
    uint32_t depth_um_max; /* um */
    uint32_t rate_nl_per_s_max; /* nl_per_s */
    uint16_t interval_ms_min; /* ms */
    uint16_t lease_ms_min; /* ms */
    uint16_t lease_ms_max; /* ms */
    uint16_t ttl_ms_max; /* ms */
    uint16_t dwell_ms_max; /* ms */
    uint32_t shots_max; /* 1 */
    uint32_t volume_nl_max; /* nl */
} mgp_limits;

static inline int mgp_limits_in_range(const mgp_limits *message) {
    if (!(message->layer <= 3u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_limits_write(const mgp_limits *message, uint8_t *to) {
    mgp_put_u8(to + 0, message->layer);
    mgp_put_u32(to + 1, message->revision);
    mgp_put_u32(to + 5, message->dose_nl_min);
    mgp_put_u32(to + 9, message->dose_nl_max);
    mgp_put_u32(to + 13, message->depth_um_max);
    mgp_put_u32(to + 17, message->rate_nl_per_s_max);
    mgp_put_u16(to + 21, message->interval_ms_min);
    mgp_put_u16(to + 23, message->lease_ms_min);
    mgp_put_u16(to + 25, message->lease_ms_max);
    mgp_put_u16(to + 27, message->ttl_ms_max);
    mgp_put_u16(to + 29, message->dwell_ms_max);
    mgp_put_u32(to + 31, message->shots_max);
    mgp_put_u32(to + 35, message->volume_nl_max);
    return 39u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_limits_read(const uint8_t *from, uint32_t size, mgp_limits *message) {
    if (size != 39u) {
        return MGP_WRONG_LENGTH;
    }
    message->layer = mgp_get_u8(from + 0);
    message->revision = mgp_get_u32(from + 1);
    message->dose_nl_min = mgp_get_u32(from + 5);
    message->dose_nl_max = mgp_get_u32(from + 9);
    message->depth_um_max = mgp_get_u32(from + 13);
    message->rate_nl_per_s_max = mgp_get_u32(from + 17);
    message->interval_ms_min = mgp_get_u16(from + 21);
    message->lease_ms_min = mgp_get_u16(from + 23);
    message->lease_ms_max = mgp_get_u16(from + 25);
    message->ttl_ms_max = mgp_get_u16(from + 27);
    message->dwell_ms_max = mgp_get_u16(from + 29);
    message->shots_max = mgp_get_u32(from + 31);
    message->volume_nl_max = mgp_get_u32(from + 35);
    return mgp_limits_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Every value of the clinic's layer, for a LimitsCommit. Nothing is in force yet. */
typedef struct {
    uint32_t dose_nl_min; /* nl */
    uint32_t dose_nl_max; /* nl */
    uint32_t depth_um_max; /* um */
    uint32_t rate_nl_per_s_max; /* nl_per_s */
    uint16_t interval_ms_min; /* ms */
    uint16_t lease_ms_min; /* ms */
    uint16_t lease_ms_max; /* ms */
    uint16_t ttl_ms_max; /* ms */
    uint16_t dwell_ms_max; /* ms */
    uint32_t shots_max; /* 1 */
    uint32_t volume_nl_max; /* nl */
} mgp_limits_stage;

static inline int mgp_limits_stage_in_range(const mgp_limits_stage *message) {
    (void)message;
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_limits_stage_write(const mgp_limits_stage *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->dose_nl_min);
    mgp_put_u32(to + 4, message->dose_nl_max);
    mgp_put_u32(to + 8, message->depth_um_max);
    mgp_put_u32(to + 12, message->rate_nl_per_s_max);
    mgp_put_u16(to + 16, message->interval_ms_min);
    mgp_put_u16(to + 18, message->lease_ms_min);
    mgp_put_u16(to + 20, message->lease_ms_max);
    mgp_put_u16(to + 22, message->ttl_ms_max);
    mgp_put_u16(to + 24, message->dwell_ms_max);
    mgp_put_u32(to + 26, message->shots_max);
    mgp_put_u32(to + 30, message->volume_nl_max);
    return 34u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_limits_stage_read(const uint8_t *from, uint32_t size, mgp_limits_stage *message) {
    if (size != 34u) {
        return MGP_WRONG_LENGTH;
    }
    message->dose_nl_min = mgp_get_u32(from + 0);
    message->dose_nl_max = mgp_get_u32(from + 4);
    message->depth_um_max = mgp_get_u32(from + 8);
    message->rate_nl_per_s_max = mgp_get_u32(from + 12);
    message->interval_ms_min = mgp_get_u16(from + 16);
    message->lease_ms_min = mgp_get_u16(from + 18);
    message->lease_ms_max = mgp_get_u16(from + 20);
    message->ttl_ms_max = mgp_get_u16(from + 22);
    message->dwell_ms_max = mgp_get_u16(from + 24);
    message->shots_max = mgp_get_u32(from + 26);
    message->volume_nl_max = mgp_get_u32(from + 30);
    return mgp_limits_stage_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* What was staged, by its check; it is forgotten with the session, an abort or a Disarm. */
typedef struct {
    uint32_t crc; /* crc: CRC-32C over LimitsStage's payload */
    uint8_t loosens; /* LimitId: needs a person; NONE: it does not */
    uint32_t in_force; /* 1: the value now in force of what it loosens */
} mgp_limits_staged;

static inline int mgp_limits_staged_in_range(const mgp_limits_staged *message) {
    if (!(message->loosens <= 11u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_limits_staged_write(const mgp_limits_staged *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->crc);
    mgp_put_u8(to + 4, message->loosens);
    mgp_put_u32(to + 5, message->in_force);
    return 9u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_limits_staged_read(const uint8_t *from, uint32_t size, mgp_limits_staged *message) {
    if (size != 9u) {
        return MGP_WRONG_LENGTH;
    }
    message->crc = mgp_get_u32(from + 0);
    message->loosens = mgp_get_u8(from + 4);
    message->in_force = mgp_get_u32(from + 5);
    return mgp_limits_staged_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Put what was staged in force: unarmed and at rest only. A challenge dies of it. */
typedef struct {
    uint32_t revision; /* 1, 1..4294967295: above the one in force */
    uint32_t crc; /* crc: as LimitsStaged told it */
} mgp_limits_commit;

static inline int mgp_limits_commit_in_range(const mgp_limits_commit *message) {
    if (!(message->revision >= 1u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_limits_commit_write(const mgp_limits_commit *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->revision);
    mgp_put_u32(to + 4, message->crc);
    return 8u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_limits_commit_read(const uint8_t *from, uint32_t size, mgp_limits_commit *message) {
    if (size != 8u) {
        return MGP_WRONG_LENGTH;
    }
    message->revision = mgp_get_u32(from + 0);
    message->crc = mgp_get_u32(from + 4);
    return mgp_limits_commit_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* It is in force, in the memory twice, and in the journal. */
typedef struct {
    uint32_t revision; /* 1 */
} mgp_limits_committed;

static inline int mgp_limits_committed_in_range(const mgp_limits_committed *message) {
    (void)message;
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_limits_committed_write(const mgp_limits_committed *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->revision);
    return 4u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_limits_committed_read(const uint8_t *from, uint32_t size, mgp_limits_committed *message) {
    if (size != 4u) {
        return MGP_WRONG_LENGTH;
    }
    message->revision = mgp_get_u32(from + 0);
    return mgp_limits_committed_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* The calibration in force, and its content from `offset` on. */
typedef struct {
    uint16_t offset; /* 1 */
} mgp_calibration_get;

static inline int mgp_calibration_get_in_range(const mgp_calibration_get *message) {
    (void)message;
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_calibration_get_write(const mgp_calibration_get *message, uint8_t *to) {
    mgp_put_u16(to + 0, message->offset);
    return 2u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_calibration_get_read(const uint8_t *from, uint32_t size, mgp_calibration_get *message) {
    if (size != 2u) {
        return MGP_WRONG_LENGTH;
    }
    message->offset = mgp_get_u16(from + 0);
    return mgp_calibration_get_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* What was committed; of a pistol that was never calibrated all is 0. */
typedef struct {
    uint32_t id; /* id: 0 = never calibrated */
    uint64_t sha256_0; /* id: of the content: its first 8 bytes, big-endian */
    uint64_t sha256_1; /* id */
    uint64_t sha256_2; /* id */
    uint64_t sha256_3; /* id */
    uint32_t not_after_day; /* 1: days since 1970-01-01, 0 = no expiry */
    uint32_t shots_max; /* 1: after so many it is spent */
    uint32_t shots_used; /* 1: begun since it was committed */
    uint16_t size; /* 1: bytes of the whole content */
    uint16_t offset; /* 1 */
    uint8_t count; /* 1, 0..128 */
    mgp_byte data[128];
} mgp_calibration;

static inline int mgp_calibration_in_range(const mgp_calibration *message) {
    if (!(message->count <= 128u)) {
        return 0;
    }
    for (uint8_t one = 0; one < 128u; one++) {
        if (one < message->count &&
            !mgp_byte_in_range(&message->data[one])) {
            return 0;
        }
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_calibration_write(const mgp_calibration *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->id);
    mgp_put_u64(to + 4, message->sha256_0);
    mgp_put_u64(to + 12, message->sha256_1);
    mgp_put_u64(to + 20, message->sha256_2);
    mgp_put_u64(to + 28, message->sha256_3);
    mgp_put_u32(to + 36, message->not_after_day);
    mgp_put_u32(to + 40, message->shots_max);
    mgp_put_u32(to + 44, message->shots_used);
    mgp_put_u16(to + 48, message->size);
    mgp_put_u16(to + 50, message->offset);
    mgp_put_u8(to + 52, message->count);
    uint32_t at = 53u;
    for (uint8_t one = 0; one < 128u; one++) {
        if (one < message->count) {
            (void)mgp_byte_write(&message->data[one], to + at);
            at += 1u;
        }
    }
    return at;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_calibration_read(const uint8_t *from, uint32_t size, mgp_calibration *message) {
    if (size < 53u) {
        return MGP_WRONG_LENGTH;
    }
    message->id = mgp_get_u32(from + 0);
    message->sha256_0 = mgp_get_u64(from + 4);
    message->sha256_1 = mgp_get_u64(from + 12);
    message->sha256_2 = mgp_get_u64(from + 20);
    message->sha256_3 = mgp_get_u64(from + 28);
    message->not_after_day = mgp_get_u32(from + 36);
    message->shots_max = mgp_get_u32(from + 40);
    message->shots_used = mgp_get_u32(from + 44);
    message->size = mgp_get_u16(from + 48);
    message->offset = mgp_get_u16(from + 50);
    message->count = mgp_get_u8(from + 52);
    if (message->count > 128u) {
        return MGP_OUT_OF_RANGE;
    }
    if (size != 53u + 1u * message->count) {
        return MGP_OUT_OF_RANGE; /* more or fewer than counted */
    }
    for (uint8_t one = 0; one < 128u; one++) {
        if (one < message->count) {
            (void)mgp_byte_read(from + 53u + 1u * one, 1u,
                                &message->data[one]);
        }
    }
    return mgp_calibration_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* A piece of a new calibration; offset 0 begins anew, and what lay behind the piece is gone. */
typedef struct {
    uint16_t offset; /* 1, 0..1024: at most what is staged by now */
    uint8_t count; /* 1, 0..32 */
    mgp_byte data[32];
} mgp_calibration_stage;

static inline int mgp_calibration_stage_in_range(const mgp_calibration_stage *message) {
    if (!(message->offset <= 1024u)) {
        return 0;
    }
    if (!(message->count <= 32u)) {
        return 0;
    }
    for (uint8_t one = 0; one < 32u; one++) {
        if (one < message->count &&
            !mgp_byte_in_range(&message->data[one])) {
            return 0;
        }
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_calibration_stage_write(const mgp_calibration_stage *message, uint8_t *to) {
    mgp_put_u16(to + 0, message->offset);
    mgp_put_u8(to + 2, message->count);
    uint32_t at = 3u;
    for (uint8_t one = 0; one < 32u; one++) {
        if (one < message->count) {
            (void)mgp_byte_write(&message->data[one], to + at);
            at += 1u;
        }
    }
    return at;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_calibration_stage_read(const uint8_t *from, uint32_t size, mgp_calibration_stage *message) {
    if (size < 3u) {
        return MGP_WRONG_LENGTH;
    }
    message->offset = mgp_get_u16(from + 0);
    message->count = mgp_get_u8(from + 2);
    if (message->count > 32u) {
        return MGP_OUT_OF_RANGE;
    }
    if (size != 3u + 1u * message->count) {
        return MGP_OUT_OF_RANGE; /* more or fewer than counted */
    }
    for (uint8_t one = 0; one < 32u; one++) {
        if (one < message->count) {
            (void)mgp_byte_read(from + 3u + 1u * one, 1u,
                                &message->data[one]);
        }
    }
    return mgp_calibration_stage_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* The answer to CalibrationStage. */
typedef struct {
    uint16_t size; /* 1: bytes that are staged now */
} mgp_calibration_staged;

static inline int mgp_calibration_staged_in_range(const mgp_calibration_staged *message) {
    (void)message;
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_calibration_staged_write(const mgp_calibration_staged *message, uint8_t *to) {
    mgp_put_u16(to + 0, message->size);
    return 2u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_calibration_staged_read(const uint8_t *from, uint32_t size, mgp_calibration_staged *message) {
    if (size != 2u) {
        return MGP_WRONG_LENGTH;
    }
    message->size = mgp_get_u16(from + 0);
    return mgp_calibration_staged_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Put what was staged in force: unarmed and at rest only. A challenge dies of it. */
typedef struct {
    uint32_t id; /* id, 1..4294967295: another than the one in force */
    uint64_t sha256_0; /* id: of the content: its first 8 bytes of 24 that are told, big-endian */
    uint64_t sha256_1; /* id */
    uint64_t sha256_2; /* id */
    uint32_t not_after_day; /* 1: days since 1970-01-01, 0 = no expiry */
    uint32_t shots_max; /* 1, 1..4294967295 */
} mgp_calibration_commit;

static inline int mgp_calibration_commit_in_range(const mgp_calibration_commit *message) {
    if (!(message->id >= 1u)) {
        return 0;
    }
    if (!(message->shots_max >= 1u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_calibration_commit_write(const mgp_calibration_commit *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->id);
    mgp_put_u64(to + 4, message->sha256_0);
    mgp_put_u64(to + 12, message->sha256_1);
    mgp_put_u64(to + 20, message->sha256_2);
    mgp_put_u32(to + 28, message->not_after_day);
    mgp_put_u32(to + 32, message->shots_max);
    return 36u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_calibration_commit_read(const uint8_t *from, uint32_t size, mgp_calibration_commit *message) {
    if (size != 36u) {
        return MGP_WRONG_LENGTH;
    }
    message->id = mgp_get_u32(from + 0);
    message->sha256_0 = mgp_get_u64(from + 4);
    message->sha256_1 = mgp_get_u64(from + 12);
    message->sha256_2 = mgp_get_u64(from + 20);
    message->not_after_day = mgp_get_u32(from + 28);
    message->shots_max = mgp_get_u32(from + 32);
    return mgp_calibration_commit_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* It is in force, in the memory twice, and in the journal. */
typedef struct {
    uint32_t id; /* id */
} mgp_calibration_committed;

static inline int mgp_calibration_committed_in_range(const mgp_calibration_committed *message) {
    (void)message;
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_calibration_committed_write(const mgp_calibration_committed *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->id);
    return 4u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_calibration_committed_read(const uint8_t *from, uint32_t size, mgp_calibration_committed *message) {
    if (size != 4u) {
        return MGP_WRONG_LENGTH;
    }
    message->id = mgp_get_u32(from + 0);
    return mgp_calibration_committed_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Ask to be armed for service: into a vessel, never into a person. Ends a treatment's arming. */
typedef struct {
    uint16_t shots_max; /* 1, 1..65535 */
    uint32_t volume_nl_max; /* nl, 1..4294967295 */
    uint32_t dose_nl_max; /* nl, 1..4294967295 */
    uint32_t rate_nl_per_s_max; /* nl_per_s, 1..4294967295 */
    uint16_t lease_ms; /* ms, 100..1000 */
    uint32_t limits_revision; /* 1 */
} mgp_service_request;

static inline int mgp_service_request_in_range(const mgp_service_request *message) {
    if (!(message->shots_max >= 1u)) {
        return 0;
    }
    if (!(message->volume_nl_max >= 1u)) {
        return 0;
    }
    if (!(message->dose_nl_max >= 1u)) {
        return 0;
    }
    if (!(message->rate_nl_per_s_max >= 1u)) {
        return 0;
    }
    if (!(message->lease_ms >= 100u)) {
        return 0;
    }
    if (!(message->lease_ms <= 1000u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_service_request_write(const mgp_service_request *message, uint8_t *to) {
    mgp_put_u16(to + 0, message->shots_max);
    mgp_put_u32(to + 2, message->volume_nl_max);
    mgp_put_u32(to + 6, message->dose_nl_max);
    mgp_put_u32(to + 10, message->rate_nl_per_s_max);
    mgp_put_u16(to + 14, message->lease_ms);
    mgp_put_u32(to + 16, message->limits_revision);
    return 20u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_service_request_read(const uint8_t *from, uint32_t size, mgp_service_request *message) {
    if (size != 20u) {
        return MGP_WRONG_LENGTH;
    }
    message->shots_max = mgp_get_u16(from + 0);
    message->volume_nl_max = mgp_get_u32(from + 2);
    message->dose_nl_max = mgp_get_u32(from + 6);
    message->rate_nl_per_s_max = mgp_get_u32(from + 10);
    message->lease_ms = mgp_get_u16(from + 14);
    message->limits_revision = mgp_get_u32(from + 16);
    return mgp_service_request_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Echo of what will be enforced, for ArmConfirm; the depth is 0. Nothing is armed yet. */
typedef struct {
    uint64_t nonce; /* token */
    uint32_t shots_max; /* 1 */
    uint32_t volume_nl_max; /* nl */
    uint32_t dose_nl_max; /* nl */
    uint32_t rate_nl_per_s_max; /* nl_per_s */
    uint16_t interval_ms_min; /* ms */
    uint16_t lease_ms; /* ms */
    uint32_t limits_revision; /* 1 */
    uint16_t hazards; /* Hazard */
    uint32_t challenge_ms; /* ms: until then it can be confirmed */
} mgp_service_challenge;

static inline int mgp_service_challenge_in_range(const mgp_service_challenge *message) {
    (void)message;
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_service_challenge_write(const mgp_service_challenge *message, uint8_t *to) {
    mgp_put_u64(to + 0, message->nonce);
    mgp_put_u32(to + 8, message->shots_max);
    mgp_put_u32(to + 12, message->volume_nl_max);
    mgp_put_u32(to + 16, message->dose_nl_max);
    mgp_put_u32(to + 20, message->rate_nl_per_s_max);
    mgp_put_u16(to + 24, message->interval_ms_min);
    mgp_put_u16(to + 26, message->lease_ms);
    mgp_put_u32(to + 28, message->limits_revision);
    mgp_put_u16(to + 32, message->hazards);
    mgp_put_u32(to + 34, message->challenge_ms);
    return 38u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_service_challenge_read(const uint8_t *from, uint32_t size, mgp_service_challenge *message) {
    if (size != 38u) {
        return MGP_WRONG_LENGTH;
    }
    message->nonce = mgp_get_u64(from + 0);
    message->shots_max = mgp_get_u32(from + 8);
    message->volume_nl_max = mgp_get_u32(from + 12);
    message->dose_nl_max = mgp_get_u32(from + 16);
    message->rate_nl_per_s_max = mgp_get_u32(from + 20);
    message->interval_ms_min = mgp_get_u16(from + 24);
    message->lease_ms = mgp_get_u16(from + 26);
    message->limits_revision = mgp_get_u32(from + 28);
    message->hazards = mgp_get_u16(from + 32);
    message->challenge_ms = mgp_get_u32(from + 34);
    return mgp_service_challenge_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Expel a volume with the needle out, once; only armed for service. Ends a treatment's arming. */
typedef struct {
    uint32_t shot_id; /* id, 1..4294967295: from the same row as those of shots */
    uint32_t arm_token; /* token, 1..4294967295 */
    uint32_t dose_nl; /* nl, 1..4294967295 */
    uint32_t rate_nl_per_s; /* nl_per_s, 1..4294967295 */
    uint16_t ttl_ms; /* ms, 1..65535: not begun by then: voided */
    uint16_t crit; /* crc: as a Shot's, with depth_um 0 */
} mgp_prime;

static inline int mgp_prime_in_range(const mgp_prime *message) {
    if (!(message->shot_id >= 1u)) {
        return 0;
    }
    if (!(message->arm_token >= 1u)) {
        return 0;
    }
    if (!(message->dose_nl >= 1u)) {
        return 0;
    }
    if (!(message->rate_nl_per_s >= 1u)) {
        return 0;
    }
    if (!(message->ttl_ms >= 1u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_prime_write(const mgp_prime *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->shot_id);
    mgp_put_u32(to + 4, message->arm_token);
    mgp_put_u32(to + 8, message->dose_nl);
    mgp_put_u32(to + 12, message->rate_nl_per_s);
    mgp_put_u16(to + 16, message->ttl_ms);
    mgp_put_u16(to + 18, message->crit);
    return 20u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_prime_read(const uint8_t *from, uint32_t size, mgp_prime *message) {
    if (size != 20u) {
        return MGP_WRONG_LENGTH;
    }
    message->shot_id = mgp_get_u32(from + 0);
    message->arm_token = mgp_get_u32(from + 4);
    message->dose_nl = mgp_get_u32(from + 8);
    message->rate_nl_per_s = mgp_get_u32(from + 12);
    message->ttl_ms = mgp_get_u16(from + 16);
    message->crit = mgp_get_u16(from + 18);
    return mgp_prime_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* As ShotReply. */
typedef struct {
    uint32_t shot_id; /* id */
    uint8_t result; /* ShotResult */
    uint8_t reason; /* Refusal */
    uint8_t limit; /* LimitId */
    uint32_t limit_value; /* 1 */
    uint8_t outcome; /* Outcome: on STORED */
    uint32_t dose_nl_given; /* nl: on STORED */
    uint8_t queue_left; /* 1 */
} mgp_prime_reply;

static inline int mgp_prime_reply_in_range(const mgp_prime_reply *message) {
    if (!(message->result <= 2u)) {
        return 0;
    }
    if (!(message->reason <= 17u)) {
        return 0;
    }
    if (!(message->limit <= 11u)) {
        return 0;
    }
    if (!(message->outcome <= 6u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_prime_reply_write(const mgp_prime_reply *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->shot_id);
    mgp_put_u8(to + 4, message->result);
    mgp_put_u8(to + 5, message->reason);
    mgp_put_u8(to + 6, message->limit);
    mgp_put_u32(to + 7, message->limit_value);
    mgp_put_u8(to + 11, message->outcome);
    mgp_put_u32(to + 12, message->dose_nl_given);
    mgp_put_u8(to + 16, message->queue_left);
    return 17u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_prime_reply_read(const uint8_t *from, uint32_t size, mgp_prime_reply *message) {
    if (size != 17u) {
        return MGP_WRONG_LENGTH;
    }
    message->shot_id = mgp_get_u32(from + 0);
    message->result = mgp_get_u8(from + 4);
    message->reason = mgp_get_u8(from + 5);
    message->limit = mgp_get_u8(from + 6);
    message->limit_value = mgp_get_u32(from + 7);
    message->outcome = mgp_get_u8(from + 11);
    message->dose_nl_given = mgp_get_u32(from + 12);
    message->queue_left = mgp_get_u8(from + 16);
    return mgp_prime_reply_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Take the needle to where it begins: SAFE, or armed for service, at rest and off the skin. */
typedef struct {
    uint8_t flags; /* bits, 0..0 */
} mgp_home;

static inline int mgp_home_in_range(const mgp_home *message) {
    if (!(message->flags <= 0u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_home_write(const mgp_home *message, uint8_t *to) {
    mgp_put_u8(to + 0, message->flags);
    return 1u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_home_read(const uint8_t *from, uint32_t size, mgp_home *message) {
    if (size != 1u) {
        return MGP_WRONG_LENGTH;
    }
    message->flags = mgp_get_u8(from + 0);
    return mgp_home_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* It moves; the flag STOPPED of Status says when it is there. */
typedef struct {
    uint8_t state; /* PistolState */
} mgp_home_reply;

static inline int mgp_home_reply_in_range(const mgp_home_reply *message) {
    if (!(message->state <= 7u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_home_reply_write(const mgp_home_reply *message, uint8_t *to) {
    mgp_put_u8(to + 0, message->state);
    return 1u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_home_reply_read(const uint8_t *from, uint32_t size, mgp_home_reply *message) {
    if (size != 1u) {
        return MGP_WRONG_LENGTH;
    }
    message->state = mgp_get_u8(from + 0);
    return mgp_home_reply_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Test what was tested at the start: in SAFE and at rest only. Ends a treatment's arming. */
typedef struct {
    uint8_t flags; /* bits, 0..0 */
} mgp_self_test;

static inline int mgp_self_test_in_range(const mgp_self_test *message) {
    if (!(message->flags <= 0u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_self_test_write(const mgp_self_test *message, uint8_t *to) {
    mgp_put_u8(to + 0, message->flags);
    return 1u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_self_test_read(const uint8_t *from, uint32_t size, mgp_self_test *message) {
    if (size != 1u) {
        return MGP_WRONG_LENGTH;
    }
    message->flags = mgp_get_u8(from + 0);
    return mgp_self_test_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* It has begun; it ends in SAFE, or in FAULT with a fault that names what failed. */
typedef struct {
    uint8_t state; /* PistolState */
} mgp_self_test_reply;

static inline int mgp_self_test_reply_in_range(const mgp_self_test_reply *message) {
    if (!(message->state <= 7u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_self_test_reply_write(const mgp_self_test_reply *message, uint8_t *to) {
    mgp_put_u8(to + 0, message->state);
    return 1u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_self_test_reply_read(const uint8_t *from, uint32_t size, mgp_self_test_reply *message) {
    if (size != 1u) {
        return MGP_WRONG_LENGTH;
    }
    message->state = mgp_get_u8(from + 0);
    return mgp_self_test_reply_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* Take the needle out to a depth, dry, and home: SAFE, or armed for service, at rest, off the skin. */
typedef struct {
    uint32_t depth_um; /* um, 1..4294967295 */
    uint16_t dwell_ms; /* ms: how long it stays there before it goes home */
} mgp_jog;

static inline int mgp_jog_in_range(const mgp_jog *message) {
    if (!(message->depth_um >= 1u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_jog_write(const mgp_jog *message, uint8_t *to) {
    mgp_put_u32(to + 0, message->depth_um);
    mgp_put_u16(to + 4, message->dwell_ms);
    return 6u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_jog_read(const uint8_t *from, uint32_t size, mgp_jog *message) {
    if (size != 6u) {
        return MGP_WRONG_LENGTH;
    }
    message->depth_um = mgp_get_u32(from + 0);
    message->dwell_ms = mgp_get_u16(from + 4);
    return mgp_jog_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}


/* It moves; the flag STOPPED of Status says when it is home again. */
typedef struct {
    uint8_t state; /* PistolState */
} mgp_jog_reply;

static inline int mgp_jog_reply_in_range(const mgp_jog_reply *message) {
    if (!(message->state <= 7u)) {
        return 0;
    }
    return 1;
}

/* Put the message there; return how many bytes it took. */
static inline uint32_t mgp_jog_reply_write(const mgp_jog_reply *message, uint8_t *to) {
    mgp_put_u8(to + 0, message->state);
    return 1u;
}

/* Take the message from a payload: MGP_READ, or why it is none. */
static inline int mgp_jog_reply_read(const uint8_t *from, uint32_t size, mgp_jog_reply *message) {
    if (size != 1u) {
        return MGP_WRONG_LENGTH;
    }
    message->state = mgp_get_u8(from + 0);
    return mgp_jog_reply_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;
}

#endif
