/* What the files of the core know of each other; a port needs mg_pistol.h and mg_hw.h only. */
#ifndef MG_CORE_H
#define MG_CORE_H

#include <stddef.h>

#include "mg_pistol.h"

/* ---- mg_crc.c */
uint32_t mg_crc32c(const uint8_t *data, uint32_t size);
uint16_t mg_crc16(const uint8_t *data, uint32_t size);
uint16_t mg_crit(uint32_t shot_id, uint32_t dose_nl, uint32_t depth_um, uint32_t rate_nl_per_s);

/* ---- mg_mac.c */
typedef struct {
    uint32_t state[8];
    uint32_t bytes;
    uint8_t block[64];
} mg_sha256;

void mg_sha256_begin(mg_sha256 *sha);
void mg_sha256_take(mg_sha256 *sha, const uint8_t *data, uint32_t size);
/* The MG_SHA256_BYTES of the digest; the state is wiped. */
void mg_sha256_end(mg_sha256 *sha, uint8_t *digest);
/* HMAC-SHA256: MG_SHA256_BYTES into `mac`. */
void mg_hmac(const uint8_t *key, uint32_t key_size, const uint8_t *data, uint32_t size,
             uint8_t *mac);
/* 1: all bytes agree. It takes the same time whichever differ. */
int mg_is_same(const uint8_t *one, const uint8_t *other, uint32_t size);

/* ---- mg_seal.c */
static inline int mg_is_sealed(const mg_frame *frame) {
    return (frame->first & MG_FIRST_SEALED) != 0;
}

/* Begin a session: with the board's key, or without one. */
void mg_seals_open(mg_seals *seals, void *hw, uint64_t host_nonce, uint64_t device_nonce,
                   uint64_t uid);
/* 1: the frame may be believed; it is then the newest. */
int mg_seals_accept(mg_seals *seals, const mg_frame *frame);
/* Seal a frame where there is a session to seal in; 0: its counter is used up. */
int mg_seals_seal(mg_seals *seals, mg_frame *frame, uint8_t *seal);
/* Believe nothing any more until the next session. */
void mg_seals_end(mg_seals *seals);

/* ---- mg_block.c */
/* Decode one COBS block and check it: its size, or 0 with the reason in `drop`. */
uint32_t mg_body_of_block(const uint8_t *block, uint32_t size, uint8_t *body, uint8_t *drop);

/* ---- mg_frame.c */
/* Collect the frames that `data` completes into `bodies`, and count what is none. */
void mg_deframe(mg_deframer *deframer, const uint8_t *data, uint32_t size);
void mg_forget_zero_run(mg_deframer *deframer);
uint32_t mg_dropped_frames(const mg_deframer *deframer);
/* Take the frame that lies at `at` in `bodies`; return where the next one would lie. */
uint16_t mg_next_frame(const mg_deframer *deframer, uint16_t at, mg_frame *frame);
/* Put the 8 bytes of the header into `to`; return how many that are. */
uint32_t mg_put_header(const mg_frame *frame, uint8_t *to);
/* Put the frame with both delimiters into `wire` (MG_WIRE_BYTES_MAX); return its size. */
uint32_t mg_encode(const mg_frame *frame, uint8_t *wire);

/* ---- mg_limits.c */
/* The first limit that is not set, MGP_LIMIT_ID_NONE: all are. */
uint8_t mg_limits_missing(const mgp_limits *limits);
/* The first limit of `above` that does not tighten `below`, MGP_LIMIT_ID_NONE: all do. */
uint8_t mg_limits_widened(const mgp_limits *below, const mgp_limits *above);
/* The first limit that the asked arming does not keep, in `limit` and `bound`. */
mg_refused mg_limits_broken_by(const mgp_arm_request *request, const mgp_limits *limits);
void mg_limits_for_session(const mgp_limits *limits, const mgp_arm_request *request,
                           mgp_limits *to);
void mg_limits_invert(const mgp_limits *limits, mgp_limits *to);
int mg_limits_are_whole(const mgp_limits *limits, const mgp_limits *inverse);

/* The value of one limit; 0 for none. */
uint32_t mg_limits_value(const mgp_limits *limits, uint8_t limit);
void mg_limits_of_stage(const mgp_limits_stage *staged, uint32_t revision, mgp_limits *to);
void mg_stage_of_limits(const mgp_limits *limits, mgp_limits_stage *to);

/* ---- mg_vault.c */
#define MG_VAULT_MARK_BYTES 4u
#define MG_VAULT_CRC_BYTES 4u

/* One content in two copies. `block` is room for one copy: mark, content, CRC. */
typedef struct {
    void *hw;
    uint32_t address; /* of the first copy */
    uint32_t room;    /* from one copy to the next */
    uint32_t size;    /* of a copy */
    uint32_t mark;
} mg_vault;

/* Read the content into `block`: 1 in `found`, or 0: never set. MG_DAMAGED: neither copy is whole.
 * `spoilt` is the copy to be mended, MG_COPIES: none. */
int mg_vault_open(const mg_vault *vault, uint8_t *block, uint8_t *found, uint8_t *spoilt);
/* Mark and seal what is in `block` behind its mark, and write it over copy `one` of the two. */
int mg_vault_write(const mg_vault *vault, uint8_t *block, uint32_t one);
/* Write both, one after the other: whatever is cut off, the old or the new is there. */
int mg_vault_keep(const mg_vault *vault, uint8_t *block);

/* ---- mg_settings.c */
/* Read what was committed, and put it in force; then mend what a power cut has spoilt. */
int mg_settings_open(mg_pistol *pistol);
/* Put the clinic's limits in force, durably, and note it. */
int mg_settings_keep_limits(mg_pistol *pistol, const mgp_limits *limits);
/* Put a calibration in force, durably, and note it; its content waits in pistol->block. */
int mg_settings_keep_calibration(mg_pistol *pistol, const mg_calibration *calibration);
/* Read a piece of the content in force. */
int mg_settings_content(const mg_pistol *pistol, uint32_t offset, uint8_t *data, uint32_t size);

/* ---- mg_journal.c */
int mg_journal_open(mg_journal *journal, void *hw, uint32_t records, uint64_t uid);
int mg_journal_start(mg_journal *journal);
int mg_journal_count_abort(mg_journal *journal);
int mg_journal_acknowledge(mg_journal *journal, uint32_t seq);
void mg_journal_saw(mg_journal *journal, uint32_t shot_id);
/* Write behind the newest and read back; fills in seq and chain. */
int mg_journal_append(mg_journal *journal, mgp_journal_record *record);
int32_t mg_journal_free(const mg_journal *journal);
/* 1: `record` is record `seq`; 0: it is not there whole. */
int mg_journal_at(const mg_journal *journal, uint32_t seq, mgp_journal_record *record);
/* What the kept records say of a shot: 1 in `begun` and `ended`, the end in `end`. */
int mg_journal_find(mg_journal *journal, uint32_t shot_id, uint8_t *begun, uint8_t *ended,
                    mgp_journal_record *end);
/* 1 in `found`: a shot was begun and its end is not written. */
int mg_journal_open_intent(mg_journal *journal, uint8_t *found, mgp_journal_record *intent);
/* 1 in `found`: a kept shot may or may not have been given. */
int mg_journal_in_doubt(mg_journal *journal, uint8_t *found);

/* ---- mg_shots.c */
void mg_blank_record(mgp_journal_record *record, uint8_t kind);
uint64_t mg_uptime_us(const mg_pistol *pistol, uint64_t at_us);
uint8_t mg_shots_count(const mg_pistol *pistol);
/* Records that fit beside those that pending shots will need; may be negative. */
int32_t mg_shots_free(const mg_pistol *pistol);
int mg_shots_note(mg_pistol *pistol, mgp_journal_record *record);
int mg_shots_settle_after_boot(mg_pistol *pistol);
/* 1 in `known`: the id was seen before, and `reply` answers it. */
int mg_shots_known(mg_pistol *pistol, const mgp_shot *shot, uint8_t *known, mgp_shot_reply *reply);
void mg_shots_refuse(const mg_pistol *pistol, const mgp_shot *shot, mg_refused why,
                     mgp_shot_reply *reply);
void mg_shots_take(mg_pistol *pistol, const mgp_shot *shot, mgp_shot_reply *reply);
int mg_shots_resolve(mg_pistol *pistol, uint32_t shot_id, mgp_resolution *reply);
uint64_t mg_shots_next_deadline_us(const mg_pistol *pistol);
int mg_shots_expire(mg_pistol *pistol);
int mg_shots_void_waiting(mg_pistol *pistol, uint8_t reason);
/* Write the intent or the outcome of the shot under way, whichever its stage wants. */
int mg_shots_write(mg_pistol *pistol);
void mg_shots_pop(mg_pistol *pistol);

/* ---- mg_guard.c */
void mg_keep_shot(const mgp_shot *shot, mg_kept_shot *kept);
uint64_t mg_dose_nl_worst(const mg_config *config, uint32_t dose_nl);
/* Why the shot is not allowed at this moment; MGP_REFUSAL_NONE: every check allows it. */
mg_refused mg_gate(const mg_kept_shot *kept, const mg_held *held, uint8_t moment);
/* Let the shot go if everything allows it now: nothing else may move the needle. */
mg_refused mg_release(void *hw, const mg_kept_shot *kept, const mg_held *held);

/* ---- mg_state.c */
/* Take the step that the table gives; one that it does not give is an abort. */
void mg_go(mg_pistol *pistol, uint8_t event);
int mg_is_stopped(const mg_pistol *pistol);
uint32_t mg_shot_id_open(const mg_pistol *pistol);
void mg_disarm(mg_pistol *pistol, uint8_t reason);
void mg_clear_abort(mg_pistol *pistol);
/* Stop everything for good: only the power leaves FAULT. */
void mg_fail(mg_pistol *pistol, uint8_t fault);
/* Act on what the memory said: fail on anything but MG_OK. 1: go on. */
int mg_survived(mg_pistol *pistol, int result);

/* Stop what moves; a shot that was not all given ends for this reason. */
void mg_stop_motion(mg_pistol *pistol, uint8_t reason);

/* ---- mg_watch.c */
/* 1: a needle that was measured there is where it was ordered. */
int mg_is_deep_enough(const mg_config *config, uint32_t ordered_um, uint32_t measured_um);
/* Look at the shot that moves: what is not as it should be ends it. */
void mg_watch(mg_pistol *pistol);
/* Let the plunger go, once, if the needle is where it was ordered; 1: just now. */
int mg_watch_dose(mg_pistol *pistol);
/* Now, if one of these two has something to do; else MG_NEVER. */
uint64_t mg_watch_next_us(const mg_pistol *pistol);

/* ---- mg_motion.c */
mg_refused mg_admit(const mg_pistol *pistol, const mg_kept_shot *kept);
uint64_t mg_release_us(const mg_pistol *pistol);
int mg_shot_step(mg_pistol *pistol);

/* ---- mg_answers.c */
typedef struct {
    uint16_t msg;
    uint8_t urgency;
    uint8_t size;
    uint8_t payload[MGP_PAYLOAD_BYTES_MAX];
} mg_answer;

/* Put a message's payload into the answer. */
#define MG_ANSWER(answer, NAME, name, message)                                                     \
    do {                                                                                           \
        (answer)->msg = MGP_MSG_##NAME;                                                            \
        (answer)->urgency = MGP_CLASS_##NAME;                                                      \
        (answer)->size = (uint8_t)mgp_##name##_write(message, (answer)->payload);                  \
    } while (0)

typedef union {
    mgp_hello hello;
    mgp_describe describe;
    mgp_ping ping;
    mgp_set_baud set_baud;
    mgp_abort abort;
    mgp_clear_abort clear_abort;
    mgp_arm_request arm_request;
    mgp_arm_confirm arm_confirm;
    mgp_disarm disarm;
    mgp_poll poll;
    mgp_shot shot;
    mgp_resolve resolve;
    mgp_journal_read journal_read;
    mgp_limits_get limits_get;
    mgp_limits_stage limits_stage;
    mgp_limits_commit limits_commit;
    mgp_calibration_get calibration_get;
    mgp_calibration_stage calibration_stage;
    mgp_calibration_commit calibration_commit;
    mgp_service_request service_request;
    mgp_prime prime;
    mgp_home home;
    mgp_jog jog;
    mgp_self_test self_test;
} mg_request;

void mg_error(mg_answer *answer, uint16_t msg, uint8_t code, uint32_t detail, uint32_t value);
void mg_answer_to(mg_pistol *pistol, uint16_t msg, const mg_request *request, mg_answer *answer);
/* Answer a shot: as before if it is known, else taken or refused. */
int mg_shot_taken(mg_pistol *pistol, const mgp_shot *shot, mgp_shot_reply *reply);
uint32_t mg_between(void *hw, uint32_t low, uint32_t high);
int mg_arm_answer(mg_pistol *pistol, const mgp_arm_request *request, mg_answer *answer);
/* 1: something may be armed now, whatever for; else the answer to `msg` says why not. */
int mg_is_ready(const mg_pistol *pistol, uint16_t msg, uint32_t limits_revision,
                mg_answer *answer);
/* Put a challenge out for what may be armed, and tell its hazards. */
int mg_challenge_out(mg_pistol *pistol, const mgp_arm_request *request, uint8_t is_service,
                     uint16_t *hazards);
int mg_confirm_answer(mg_pistol *pistol, const mgp_arm_confirm *request, mg_answer *answer);

/* ---- mg_commit.c */
void mg_limits_stage_answer(mg_pistol *pistol, const mgp_limits_stage *request, mg_answer *answer);
int mg_limits_commit_answer(mg_pistol *pistol, const mgp_limits_commit *request,
                            mg_answer *answer);
/* Unarmed and at rest: settings may be changed. */
int mg_is_settable(const mg_pistol *pistol);

/* ---- mg_calibration.c */
/* Begun since the calibration in force was committed. */
uint32_t mg_calibration_used(const mg_pistol *pistol);
int mg_calibration_get_answer(const mg_pistol *pistol, const mgp_calibration_get *request,
                              mg_answer *answer);
void mg_calibration_stage_answer(mg_pistol *pistol, const mgp_calibration_stage *request,
                                 mg_answer *answer);
int mg_calibration_commit_answer(mg_pistol *pistol, const mgp_calibration_commit *request,
                                 mg_answer *answer);

/* ---- mg_service.c */
/* Armed, or about to be, to give into a vessel. */
int mg_is_for_service(const mg_pistol *pistol);
/* Disarm before `msg` is looked at; 0: the memory failed, and the answer says so. */
int mg_disarmed_for(mg_pistol *pistol, uint16_t msg, mg_answer *answer);
/* 1: a person is here and nobody is touched; else the answer to `msg` says why not. */
int mg_is_service_safe(const mg_pistol *pistol, uint16_t msg, mg_answer *answer);
int mg_service_answer(mg_pistol *pistol, const mgp_service_request *request, mg_answer *answer);
int mg_prime_answer(mg_pistol *pistol, const mgp_prime *request, mg_answer *answer);
void mg_home_answer(mg_pistol *pistol, mg_answer *answer);
void mg_jog_answer(mg_pistol *pistol, const mgp_jog *request, mg_answer *answer);
void mg_self_test_answer(mg_pistol *pistol, mg_answer *answer);
/* When service has something to do by itself; MG_NEVER: nothing. */
uint64_t mg_service_next_us(const mg_pistol *pistol);
/* Armed for service, or jogging, and touching somebody: stop, and disarm. */
void mg_service_leave(mg_pistol *pistol);
/* End a way home that has come to its end. */
void mg_service_settle(mg_pistol *pistol);

/* ---- mg_tell.c */
void mg_ping_answer(const mg_pistol *pistol, const mgp_ping *request, mg_answer *answer);
void mg_describe_answer(const mgp_describe *request, mg_answer *answer);

/* ---- mg_baud.c */
void mg_baud_start(mg_pistol *pistol);
void mg_set_baud_answer(mg_pistol *pistol, const mgp_set_baud *request, mg_answer *answer);
/* At the end of a chunk: stay for another while if somebody was heard, then change if asked to. */
void mg_baud_keep(mg_pistol *pistol);
/* Go back to the first speed if nobody was heard for too long. */
void mg_baud_fall(mg_pistol *pistol);

/* ---- mg_schema.c, generated */
extern const uint32_t MGP_DESCRIPTION_BYTES;
extern const uint8_t MGP_DESCRIPTION[];

#endif
