/* What mg_door.c offers; the part between the marks is also read by cffi, so it stays plain. */
#ifndef MG_DOOR_H
#define MG_DOOR_H

#include "mg_twin.h"

#define MGT_UNKNOWN 3
#define MGT_FLIPS 7u

typedef union {
    mgp_hello hello;
    mgp_hello_reply hello_reply;
    mgp_describe describe;
    mgp_describe_chunk describe_chunk;
    mgp_ping ping;
    mgp_ping_reply ping_reply;
    mgp_set_baud set_baud;
    mgp_set_baud_reply set_baud_reply;
    mgp_error_reply error_reply;
    mgp_abort abort;
    mgp_abort_reply abort_reply;
    mgp_clear_abort clear_abort;
    mgp_clear_abort_reply clear_abort_reply;
    mgp_arm_request arm_request;
    mgp_arm_challenge arm_challenge;
    mgp_arm_confirm arm_confirm;
    mgp_arm_reply arm_reply;
    mgp_disarm disarm;
    mgp_disarm_reply disarm_reply;
    mgp_poll poll;
    mgp_status status;
    mgp_shot shot;
    mgp_shot_reply shot_reply;
    mgp_resolve resolve;
    mgp_resolution resolution;
    mgp_journal_read journal_read;
    mgp_journal_records journal_records;
    mgp_limits_get limits_get;
    mgp_limits limits;
    mgp_calibration_get calibration_get;
    mgp_calibration calibration;
    mgp_calibration_stage calibration_stage;
    mgp_calibration_staged calibration_staged;
    mgp_calibration_commit calibration_commit;
    mgp_calibration_committed calibration_committed;
    mgp_limits_stage limits_stage;
    mgp_limits_staged limits_staged;
    mgp_limits_commit limits_commit;
    mgp_limits_committed limits_committed;
    mgp_service_request service_request;
    mgp_service_challenge service_challenge;
    mgp_prime prime;
    mgp_prime_reply prime_reply;
    mgp_home home;
    mgp_home_reply home_reply;
    mgp_jog jog;
    mgp_jog_reply jog_reply;
    mgp_self_test self_test;
    mgp_self_test_reply self_test_reply;
} mgt_any;

/* cffi from here */
uint32_t mgt_bytes(void);
void mgt_make(mgt_twin *twin, uint64_t seed, uint64_t uid, const mgt_figures *figures,
              uint32_t records, uint32_t record_us, uint32_t selftest_us, const uint8_t *factory,
              const uint8_t *clinic);
uint8_t *mgt_memory(mgt_twin *twin);
uint32_t mgt_memory_bytes(const mgt_twin *twin);
void mgt_cut_after(mgt_twin *twin, int64_t count);
void mgt_stick(mgt_twin *twin, uint32_t address);
const uint8_t *mgt_replies(const mgt_twin *twin);
uint32_t mgt_replies_size(const mgt_twin *twin);
const mgt_delivery *mgt_deliveries(const mgt_twin *twin);
uint32_t mgt_take_deliveries(mgt_twin *twin);
uint8_t mgt_state(const mgt_twin *twin);
uint8_t mgt_is_powered(const mgt_twin *twin);
uint32_t mgt_baud(const mgt_twin *twin);
void mgt_keep_pulling(mgt_twin *twin, uint8_t pulled);
void mgt_put_syringe(mgt_twin *twin, uint32_t volume_nl);
void mgt_break_part(mgt_twin *twin, uint8_t part);
void mgt_meet(mgt_twin *twin, uint8_t trouble);
void mgt_mend(mgt_twin *twin);
void mgt_hold_only(mgt_twin *twin, uint32_t volume_nl);
uint32_t mgt_site(const mgt_twin *twin);
uint64_t mgt_uid(const mgt_twin *twin);
uint32_t mgt_drops(const mgt_twin *twin, uint8_t reason);
int mgt_flip(mgt_twin *twin, uint8_t which, uint8_t bit);
void mgt_give_key(mgt_twin *twin, const uint8_t *key);
int mgt_believes(mgt_twin *twin, uint64_t host_nonce, uint64_t device_nonce, uint64_t uid,
                 uint32_t heard, const uint8_t *wire, uint32_t size);
void mgt_count_seals(mgt_twin *twin, uint32_t sent, uint32_t heard);
int mgt_payload_fits(uint16_t msg, uint8_t is_reply, const uint8_t *payload, uint32_t size,
                     uint8_t *again, uint32_t *again_size);
uint32_t mgt_encode(uint8_t first, uint16_t msg, uint16_t session, uint16_t request,
                    const uint8_t *payload, uint8_t size, const uint8_t *seal, uint8_t *wire);
uint32_t mgt_deframe(const uint8_t *data, uint32_t size, uint32_t step, uint8_t *bodies,
                     uint32_t room, uint32_t *drops, uint32_t *zero_run_max);
/* cffi to here */

#endif
