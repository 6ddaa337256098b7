/* The pistol's end of MGP/1: one structure, no heap, no recursion, no floating point.
 *
 * A main loop needs four calls:
 *   mg_start(&pistol, hw, &config, now)        once, after the power came on
 *   mg_receive(&pistol, bytes, count, now)     for what came over the line
 *   mg_advance(&pistol, now)                   at least every millisecond
 *   mg_abort(&pistol, MGP_ABORT_CAUSE_BUTTON)   from the abort button, BREAK, or DTR
 * Nothing in the structure is for writing from outside.
 */
#ifndef MG_PISTOL_H
#define MG_PISTOL_H

#include "mesogun_protocol.h"
#include "mg_hw.h"

/* ---- figures of this core */
#define MG_QUEUE_DEPTH 4u
#define MG_CHALLENGE_US UINT64_C(60000000)
#define MG_RESERVED 8       /* records kept free for aborts and starts */
#define MG_PRIMES 1u        /* a flag of a shot that no message can carry: it came as a Prime */
#define MG_SLOTS_PER_SHOT 2 /* INTENT and OUTCOME */
#define MG_NEARLY_FULL 64   /* records */
#define MG_REMEMBERED 8u    /* replies per session, to be repeated as a comfort */
#define MG_TOKENS 16u       /* newest tokens that are never given again */
#define MG_DRAWS 8u         /* attempts at a number that differs from those */
#define MG_EVENTS 64u       /* things that may happen by themselves between two calls */
#define MG_CHUNK_BYTES_MAX 256u
#define MG_BODY_BYTES_MIN 12u
#define MG_SEAL_BYTES 12u
#define MG_FIRST_SEALED 0x10u
#define MG_SHA256_BYTES 32u
#define MG_BLOCK_BYTES_MAX (MGP_BODY_BYTES_MAX + 1u)
#define MG_WIRE_BYTES_MAX (MGP_BODY_BYTES_MAX + 3u)
#define MG_ABORT_ZERO_RUN 8u
#define MG_BAUD 115200u                     /* of every start */
#define MG_SILENCE_US UINT64_C(1500000)     /* above the longest lease, below a host's patience */

/* ---- memory */
#define MG_HEADER_BYTES 64u
#define MG_HEADER_COPIES 2u
#define MG_SLOT_BYTES 72u
#define MG_RECORDS_MIN 32u
#define MG_RECORDS_MAX 65536u
#define MG_COPIES 2u
#define MG_LIMITS_BYTES 64u        /* a copy of the clinic's limits has this room */
#define MG_CALIBRATION_BYTES 1096u /* and one of the calibration */
#define MG_CONTENT_BYTES_MAX 1024u /* of a calibration */
#define MG_CALIBRATION_HEAD_BYTES 52u
#define MG_CALIBRATION_COPY_BYTES (4u + MG_CALIBRATION_HEAD_BYTES + MG_CONTENT_BYTES_MAX + 4u)
#define MG_SETTINGS_BYTES (MG_COPIES * (MG_LIMITS_BYTES + MG_CALIBRATION_BYTES))
#define MG_SETTINGS_AT(records) (MG_HEADER_COPIES * MG_HEADER_BYTES + (records) * MG_SLOT_BYTES)
#define MG_MEMORY_BYTES(records) (MG_SETTINGS_AT(records) + MG_SETTINGS_BYTES)

/* Why bytes between two delimiters were no frame. */
enum { MG_DROP_COBS, MG_DROP_CRC, MG_DROP_LENGTH, MG_DROP_VERSION, MG_DROP_OVERSIZE, MG_DROPS };

/* What a board is, fixed for the time of one start. */
typedef struct {
    uint64_t uid; /* of a blank memory; later the memory knows */
    uint32_t memory_records;
    uint32_t features; /* MGP_FEATURE_... */
    uint32_t firmware_version;
    uint32_t dose_error_ppm; /* at most this much more than asked leaves the syringe, and no less */
    uint32_t depth_error_um; /* a needle so far from the depth that was ordered is still there */
    uint32_t record_us;      /* how long writing a record takes beside the call; 0 on metal */
    uint32_t selftest_us;
    uint8_t reset_reason;
    uint8_t has_clinic;
    mgp_limits factory; /* enforced whatever is told */
    mgp_limits clinic;  /* may only tighten the factory's; what is committed takes its place */
} mg_config;

/* A word that a flipped bit cannot change unnoticed. */
typedef struct {
    uint32_t value;
    uint32_t inverse;
} mg_word;

static inline mg_word mg_kept(uint32_t value) {
    mg_word word;
    word.value = value;
    word.inverse = ~value;
    return word;
}

static inline int mg_is_whole(const mg_word *word) { return word->value == ~word->inverse; }

/* A shot as it came, with the complement of what can hurt: which, how much, how deep, how fast. */
typedef struct {
    mgp_shot shot;
    uint32_t shot_id_inverse;
    uint32_t dose_nl_inverse;
    uint32_t depth_um_inverse;
    uint32_t rate_nl_per_s_inverse;
} mg_kept_shot;

typedef struct {
    uint8_t reason; /* MGP_REFUSAL_NONE: allowed */
    uint8_t limit;
    uint32_t bound;
} mg_refused;

/* What the pistol holds and senses at this very moment: all that the gate looks at. */
typedef struct {
    uint64_t now_us;
    uint8_t state;
    uint8_t contact;
    mg_word token; /* 0: not armed */
    uint64_t lease_until_us;
    const mgp_limits *limits; /* of the arming, and their complement; NULL: not armed */
    const mgp_limits *limits_inverse;
    mg_word shots_left;
    mg_word budget_nl_left;
    mg_word service;          /* 1: armed to give into a vessel, 0: into a person */
    uint8_t at_rest;          /* nothing moves, the needle is where it begins */
    uint32_t shots_uncharged; /* accepted before this one and not spent yet */
    uint64_t dose_nl_uncharged;
    uint64_t syringe_nl;
    uint64_t pending_nl_worst; /* what other accepted shots may take */
    uint64_t dose_nl_worst;    /* what this shot may take */
    int32_t journal_free;      /* records */
    uint64_t from_us;          /* no shot begins earlier: pace and trigger */
    uint64_t deadline_us;      /* nor later */
} mg_held;

enum { MG_ADMISSION = 0, MG_RELEASE = 1 };

typedef struct {
    uint32_t counter;
    uint64_t uid;
    uint32_t boot_count;
    uint32_t shot_id_highest;
    uint32_t tail;   /* newest acknowledged record */
    uint32_t oldest; /* oldest record that is kept */
    uint32_t shot_id_forgotten;
    uint32_t abort_id;
    uint32_t shots_begun; /* ever; on paper, those up to the record `counted` */
    uint32_t counted;
} mg_journal_header;

typedef struct {
    void *hw;
    uint32_t capacity;
    uint32_t head; /* newest record, 0 = none */
    uint32_t crc_last;
    uint8_t damage; /* what is there cannot be trusted; nothing is written any more */
    mg_journal_header header;
} mg_journal;

enum { MG_STAGE_NONE = 0, MG_STAGE_INTENT, MG_STAGE_MOTION, MG_STAGE_OUTCOME };

/* An accepted shot that has not begun. */
typedef struct {
    mg_kept_shot kept;
    uint64_t lamp_us;
    uint64_t deadline_us;
} mg_waiting;

/* The one shot that has begun; MG_STAGE_NONE: there is none. */
typedef struct {
    mg_kept_shot kept;
    uint8_t stage;
    uint8_t stopped_for; /* MGP_REFUSAL_... */
    uint8_t is_dosing;   /* the plunger was let go */
    uint8_t in_doubt;    /* contact was lost within its dose: where that went, nobody knows */
    uint8_t fault;       /* MGP_FAULT_CODE_...: which part did not do what it should */
    uint64_t until_us;   /* while something is written */
    uint64_t deadline_us;
    uint64_t from_us;
    uint64_t began_us;
    uint64_t ended_us;
    uint64_t plan_digest; /* as it was armed with */
    uint32_t dose_nl_given;
    uint32_t depth_um_given;
} mg_under_way;

typedef struct {
    uint8_t is_out; /* waiting for a person */
    uint64_t nonce;
    uint64_t expires_us;
    uint8_t is_service;
    mgp_arm_request request;
} mg_challenge;

typedef struct {
    uint8_t is_live;
    uint8_t has_tick;
    uint32_t last_tick;
    mg_word token;
    mg_word shots_left;
    mg_word budget_nl_left;
    mg_word service;
    uint64_t lease_us;
    uint64_t lease_until_us;
    uint64_t plan_digest; /* of whose plan every intent speaks */
    mgp_limits limits;
    mgp_limits limits_inverse;
} mg_arm;

typedef struct {
    uint8_t block[MG_BLOCK_BYTES_MAX]; /* what came since the last delimiter */
    uint16_t used;
    uint8_t skipping;
    uint32_t zero_run;
    uint32_t zero_run_max;
    uint32_t drops[MG_DROPS];
    uint8_t bodies[MG_BLOCK_BYTES_MAX + MG_CHUNK_BYTES_MAX]; /* frames of this chunk, end to end */
    uint16_t bodies_used;
} mg_deframer;

typedef struct {
    uint8_t first;
    uint8_t size;
    uint16_t msg;
    uint16_t session;
    uint16_t request;
    const uint8_t *payload;
    const uint8_t *seal; /* MG_SEAL_BYTES where the first byte says so */
} mg_frame;

/* One end of an authenticated session; all zero: there is no key. */
typedef struct {
    uint8_t is_keyed;
    uint8_t is_open; /* until its counter is used up */
    uint8_t secret[MG_SHA256_BYTES];
    uint32_t sent; /* the newest counter of each direction */
    uint32_t heard;
} mg_seals;

/* One answered request of this session. */
typedef struct {
    uint16_t request;
    uint16_t msg;
    uint8_t payload_size;
    uint8_t payload[MGP_REQUEST_PAYLOAD_BYTES_MAX];
    uint16_t reply_msg;
    uint8_t reply_urgency;
    uint8_t reply_size;
    uint8_t reply[MGP_PAYLOAD_BYTES_MAX]; /* its payload: each time it is framed anew */
} mg_remembered;

/* The calibration in force; its content lies in the memory alone. */
typedef struct {
    uint32_t id; /* 0: never calibrated */
    uint32_t not_after_day;
    uint32_t shots_max;
    uint32_t shots_at; /* begun ever, when it was committed */
    uint64_t sha256[4];
    uint16_t size;
} mg_calibration;

typedef struct {
    void *hw;
    const mg_config *config;
    mg_journal journal;
    mgp_limits limits; /* before any arming */
    uint8_t has_limits;
    uint8_t limit_missing;

    uint8_t state;
    uint8_t fault;
    uint8_t abort_cause;
    uint8_t power_lost; /* simulations only */
    uint32_t shots_after_abort;
    uint32_t abort_seq; /* acknowledged up to here, the host knows of the abort */
    uint64_t now_us;
    uint64_t started_us;
    uint64_t tested_us;
    uint64_t paced_from_us;
    uint32_t boot_id;
    uint32_t stamp_revision;
    uint8_t has_clinic; /* limits were committed, by this start or an earlier one */
    mgp_limits clinic;
    uint8_t has_staged;
    mgp_limits_stage staged; /* waits for its commit */
    mg_calibration calibration;
    uint16_t staged_size; /* of the new content in the block below */
    uint8_t block[MG_CALIBRATION_COPY_BYTES]; /* one copy: mark, head, content, CRC */

    mg_challenge challenge;
    mg_arm arm;
    uint32_t tokens[MG_TOKENS];
    uint32_t tokens_given;

    mg_waiting queue[MG_QUEUE_DEPTH];
    uint8_t queued;
    mg_under_way under_way;
    uint8_t is_homing;  /* the needle is on its way to where it begins, or out and back */
    uint8_t is_jogging; /* and goes out to a depth, if nothing stops it: skin does */
    uint32_t jog_um;    /* how deep */

    mg_deframer deframer;
    uint16_t session;
    uint8_t host_major;
    uint8_t unused; /* what opened a session not used yet */
    uint16_t unused_request;
    mgp_hello unused_hello;
    uint64_t device_nonce;
    mg_seals seals;
    uint32_t dropped;
    uint32_t baud;
    uint32_t baud_next;    /* once the answer has left; 0: no change */
    uint16_t baud_next_ms;
    uint8_t was_heard;     /* a frame of this chunk was answered */
    uint64_t baud_falls_us; /* back to the first speed by itself; MG_NEVER: it is that */
    mg_remembered replies[MG_REMEMBERED];
    uint8_t replies_order[MG_REMEMBERED]; /* oldest first */
    uint8_t replies_count;
} mg_pistol;

/* Start. MG_POWER_LOST only in simulations; anything else is seen in the state. */
int mg_start(mg_pistol *pistol, void *hw, const mg_config *config, uint64_t now_us);
/* Let happen what is due by now: lease, times to live, trigger, motion, journal. */
void mg_advance(mg_pistol *pistol, uint64_t now_us);
/* When mg_advance has something to do by itself; MG_NEVER: nothing. */
uint64_t mg_next_event_us(const mg_pistol *pistol);
/* Take in at most MG_CHUNK_BYTES_MAX bytes of the line; return how many were taken. */
uint32_t mg_receive(mg_pistol *pistol, const uint8_t *data, uint32_t size, uint64_t now_us);
/* Stop now, and latch it. */
void mg_abort(mg_pistol *pistol, uint8_t cause);

#endif
