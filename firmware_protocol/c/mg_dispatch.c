/* The pistol's end of the line: bytes to requests, replies to bytes, one session at a time.
 *
 * What is no frame, no request, or of another session is counted and never obeyed; with a key, also
 * what is not sealed for this session, but for Hello and Abort. It has no say in safety: whatever
 * it lets through, the gate checks.
 */
#include <string.h>

#include "mg_core.h"

#define FIRST_REPLY 0x08u
#define UNKNOWN_MESSAGE 3

/* Read a request; MGP_READ, or why it is none. */
static int read_request(const mg_frame *frame, mg_request *request) {
    const uint8_t *from = frame->payload;
    const uint32_t size = frame->size;
    switch (frame->msg) {
    case MGP_MSG_HELLO:
        return mgp_hello_read(from, size, &request->hello);
    case MGP_MSG_ABORT:
        return mgp_abort_read(from, size, &request->abort);
    case MGP_MSG_CLEAR_ABORT:
        return mgp_clear_abort_read(from, size, &request->clear_abort);
    case MGP_MSG_ARM_REQUEST:
        return mgp_arm_request_read(from, size, &request->arm_request);
    case MGP_MSG_ARM_CONFIRM:
        return mgp_arm_confirm_read(from, size, &request->arm_confirm);
    case MGP_MSG_DISARM:
        return mgp_disarm_read(from, size, &request->disarm);
    case MGP_MSG_POLL:
        return mgp_poll_read(from, size, &request->poll);
    case MGP_MSG_SHOT:
        return mgp_shot_read(from, size, &request->shot);
    case MGP_MSG_RESOLVE:
        return mgp_resolve_read(from, size, &request->resolve);
    case MGP_MSG_JOURNAL_READ:
        return mgp_journal_read_read(from, size, &request->journal_read);
    case MGP_MSG_LIMITS_GET:
        return mgp_limits_get_read(from, size, &request->limits_get);
    case MGP_MSG_LIMITS_STAGE:
        return mgp_limits_stage_read(from, size, &request->limits_stage);
    case MGP_MSG_LIMITS_COMMIT:
        return mgp_limits_commit_read(from, size, &request->limits_commit);
    case MGP_MSG_CALIBRATION_GET:
        return mgp_calibration_get_read(from, size, &request->calibration_get);
    case MGP_MSG_CALIBRATION_STAGE:
        return mgp_calibration_stage_read(from, size, &request->calibration_stage);
    case MGP_MSG_CALIBRATION_COMMIT:
        return mgp_calibration_commit_read(from, size, &request->calibration_commit);
    case MGP_MSG_SERVICE_REQUEST:
        return mgp_service_request_read(from, size, &request->service_request);
    case MGP_MSG_PRIME:
        return mgp_prime_read(from, size, &request->prime);
    case MGP_MSG_HOME:
        return mgp_home_read(from, size, &request->home);
    case MGP_MSG_JOG:
        return mgp_jog_read(from, size, &request->jog);
    case MGP_MSG_SELF_TEST:
        return mgp_self_test_read(from, size, &request->self_test);
    case MGP_MSG_PING:
        return mgp_ping_read(from, size, &request->ping);
    case MGP_MSG_SET_BAUD:
        return mgp_set_baud_read(from, size, &request->set_baud);
    case MGP_MSG_DESCRIBE:
        return mgp_describe_read(from, size, &request->describe);
    default:
        return UNKNOWN_MESSAGE;
    }
}

static uint8_t code_of(int fault) {
    if (fault == UNKNOWN_MESSAGE) {
        return MGP_ERROR_CODE_UNSUPPORTED;
    }
    return fault == MGP_WRONG_LENGTH ? MGP_ERROR_CODE_MALFORMED : MGP_ERROR_CODE_OUT_OF_RANGE;
}

/* ---- sending */

/* Send a reply, sealed where there is a key: also what is repeated gets a counter of its own. */
static void send_reply(mg_pistol *pistol, mg_frame *reply) {
    uint8_t wire[MG_WIRE_BYTES_MAX], seal[MG_SEAL_BYTES];
    if (pistol->power_lost) {
        return;
    }
    reply->first = (uint8_t)(MGP_MAJOR << 5 | FIRST_REPLY | reply->first);
    if (!mg_seals_seal(&pistol->seals, reply, seal)) {
        /* nothing that this session says could be believed any more: it is over */
        mg_seals_end(&pistol->seals);
        mg_disarm(pistol, MGP_REFUSAL_VOIDED);
        return;
    }
    const uint32_t size = mg_encode(reply, wire);
    mg_hw_send(pistol->hw, wire, size);
}

static void send_answer(mg_pistol *pistol, const mg_frame *request, uint16_t session,
                        const mg_answer *answer) {
    mg_frame reply = {answer->urgency, answer->size, answer->msg, session, request->request,
                      answer->payload, NULL};
    send_reply(pistol, &reply);
}

static void send_again(mg_pistol *pistol, const mg_frame *request, const mg_remembered *known) {
    mg_frame reply = {known->reply_urgency, known->reply_size, known->reply_msg, request->session,
                      request->request, known->reply, NULL};
    send_reply(pistol, &reply);
}

/* ---- a session */

static int is_same_hello(const mgp_hello *one, const mgp_hello *other) {
    return one->host_major == other->host_major && one->host_minor == other->host_minor &&
           one->schema_hash == other->schema_hash && one->host_nonce == other->host_nonce;
}

/* The same Hello again gives the same session, until it has been used. Later it is an old frame or
 * a careless host: a new session is the safe reading of both. */
static void open_session(mg_pistol *pistol, uint16_t request, const mgp_hello *hello) {
    const uint16_t last = pistol->session;
    if (pistol->unused && pistol->unused_request == request &&
        is_same_hello(&pistol->unused_hello, hello)) {
        return;
    }
    mg_disarm(pistol, MGP_REFUSAL_VOIDED);
    pistol->unused = 1;
    pistol->unused_request = request;
    pistol->unused_hello = *hello;
    pistol->host_major = hello->host_major;
    pistol->replies_count = 0;
    for (uint32_t draw = 0; draw < MG_DRAWS && (pistol->session == last || !pistol->session);
         draw++) {
        pistol->session = (uint16_t)mg_between(pistol->hw, 1u, 0xFFFFu);
    }
    if (pistol->session == last || pistol->session == 0) {
        pistol->session = (uint16_t)(last < 0xFFFFu ? last + 1u : 1u); /* chance fails */
    }
    pistol->device_nonce = mg_hw_random64(pistol->hw);
    mg_seals_open(&pistol->seals, pistol->hw, hello->host_nonce, pistol->device_nonce,
                  pistol->journal.header.uid);
}

static void greet(mg_pistol *pistol, const mg_frame *frame, const mgp_hello *hello) {
    const mg_journal *journal = &pistol->journal;
    const mg_config *config = pistol->config;
    mgp_hello_reply reply;
    mg_answer answer;
    open_session(pistol, frame->request, hello);
    reply.major = MGP_MAJOR;
    reply.minor = MGP_MINOR;
    reply.queue_depth = MG_QUEUE_DEPTH;
    reply.reset_reason = config->reset_reason;
    reply.features = config->features | MGP_FEATURE_DESCRIBE |
                     (pistol->seals.is_keyed ? MGP_FEATURE_AUTHENTICATION : 0u);
    reply.schema_hash = MGP_SCHEMA_HASH;
    reply.actuating_hash = MGP_ACTUATING_HASH;
    reply.firmware_version = config->firmware_version;
    reply.session = pistol->session;
    reply.uid = journal->header.uid;
    reply.device_nonce = pistol->device_nonce;
    reply.boot_id = pistol->boot_id;
    reply.boot_count = journal->header.boot_count;
    reply.journal_head = journal->head;
    reply.journal_tail = journal->header.tail;
    reply.shot_id_highest = journal->header.shot_id_highest;
    reply.shot_id_open = mg_shot_id_open(pistol);
    reply.limits_revision = pistol->has_limits ? pistol->limits.revision : 0;
    reply.calibration_id = pistol->calibration.id;
    reply.calibration_not_after_day = pistol->calibration.not_after_day;
    answer.msg = MGP_MSG_HELLO_REPLY;
    answer.urgency = MGP_CLASS_HELLO_REPLY;
    answer.size = (uint8_t)mgp_hello_reply_write(&reply, answer.payload);
    send_answer(pistol, frame, pistol->session, &answer);
}

/* ---- replies to be repeated as a comfort */

/* Which of the remembered replies is to this request number, MG_REMEMBERED: none. */
static uint8_t remembered(const mg_pistol *pistol, uint16_t request) {
    uint8_t found = MG_REMEMBERED;
    for (uint8_t one = 0; one < MG_REMEMBERED; one++) {
        if (one < pistol->replies_count &&
            pistol->replies[pistol->replies_order[one]].request == request) {
            found = one;
        }
    }
    return found;
}

static int is_repeat(const mg_remembered *known, const mg_frame *frame) {
    return known->msg == frame->msg && known->payload_size == frame->size &&
           memcmp(known->payload, frame->payload, frame->size) == 0;
}

/* Remember the newest; what had its number goes, or else the oldest of too many. */
static void remember(mg_pistol *pistol, const mg_frame *frame, const mg_answer *answer) {
    uint8_t at = remembered(pistol, frame->request);
    uint8_t place = pistol->replies_count;
    if (frame->size > MGP_REQUEST_PAYLOAD_BYTES_MAX || answer->size > MGP_PAYLOAD_BYTES_MAX) {
        return;
    }
    if (at == MG_REMEMBERED && pistol->replies_count == MG_REMEMBERED) {
        at = 0;
    }
    if (at < MG_REMEMBERED) {
        place = pistol->replies_order[at];
        for (uint8_t one = 1; one < MG_REMEMBERED; one++) {
            if (one > at && one < pistol->replies_count) {
                pistol->replies_order[one - 1u] = pistol->replies_order[one];
            }
        }
        pistol->replies_count--;
    }
    pistol->replies_order[pistol->replies_count++] = place;
    mg_remembered *kept = &pistol->replies[place];
    kept->request = frame->request;
    kept->msg = frame->msg;
    kept->payload_size = frame->size;
    memcpy(kept->payload, frame->payload, frame->size);
    kept->reply_msg = answer->msg;
    kept->reply_urgency = answer->urgency;
    kept->reply_size = answer->size;
    memcpy(kept->reply, answer->payload, answer->size);
}

/* ---- a frame */

static void answer_in_session(mg_pistol *pistol, const mg_frame *frame,
                              const mg_request *request) {
    mg_answer answer;
    pistol->unused = 0;
    const uint8_t at = remembered(pistol, frame->request);
    if (at < MG_REMEMBERED) {
        const mg_remembered *known = &pistol->replies[pistol->replies_order[at]];
        if (is_repeat(known, frame)) {
            send_again(pistol, frame, known);
            return;
        }
    }
    if (frame->msg == MGP_MSG_ARM_REQUEST && pistol->host_major != MGP_MAJOR) {
        mg_error(&answer, frame->msg, MGP_ERROR_CODE_UNSUPPORTED, MGP_MAJOR, 0);
    } else {
        mg_answer_to(pistol, frame->msg, request, &answer);
    }
    if (!pistol->power_lost) {
        remember(pistol, frame, &answer);
        send_answer(pistol, frame, frame->session, &answer);
    }
}

/* Whether a frame is a request of this session, by who may make one. */
static int is_of_session(mg_pistol *pistol, const mg_frame *frame) {
    const int is_reply = (frame->first & FIRST_REPLY) != 0;
    const int is_ours = frame->session == pistol->session && pistol->session != 0;
    return !is_reply && is_ours && mg_seals_accept(&pistol->seals, frame);
}

static void take_frame(mg_pistol *pistol, const mg_frame *frame) {
    const int is_reply = (frame->first & FIRST_REPLY) != 0;
    mg_request request;
    mg_answer answer;
    const int fault = is_reply ? UNKNOWN_MESSAGE : read_request(frame, &request);
    if (fault == MGP_READ && frame->msg == MGP_MSG_HELLO && !mg_is_sealed(frame)) {
        greet(pistol, frame, &request.hello);
    } else if (fault == MGP_READ && frame->msg == MGP_MSG_ABORT) {
        /* whoever says it, and however it is sealed */
        mg_answer_to(pistol, frame->msg, &request, &answer);
        send_answer(pistol, frame, frame->session, &answer);
    } else if (!is_of_session(pistol, frame)) {
        pistol->dropped++;
        return;
    } else if (fault != MGP_READ) {
        mg_error(&answer, frame->msg, code_of(fault), 0, 0);
        send_answer(pistol, frame, frame->session, &answer);
    } else {
        answer_in_session(pistol, frame, &request);
    }
    if (fault != MGP_READ || frame->msg != MGP_MSG_SET_BAUD) {
        pistol->was_heard = 1; /* a repeat of that one was sent at the old speed */
    }
}

uint32_t mg_receive(mg_pistol *pistol, const uint8_t *data, uint32_t size, uint64_t now_us) {
    const uint32_t taken = size < MG_CHUNK_BYTES_MAX ? size : MG_CHUNK_BYTES_MAX;
    mg_deframer *deframer = &pistol->deframer;
    mg_advance(pistol, now_us);
    if (pistol->power_lost) {
        return taken;
    }
    mg_deframe(deframer, data, taken);
    /* A long run of zeros aborts first, so that nothing in the same chunk begins, and last, so that
     * nothing in it clears. */
    const int aborts = deframer->zero_run_max >= MG_ABORT_ZERO_RUN;
    if (aborts) {
        mg_forget_zero_run(deframer);
        mg_abort(pistol, MGP_ABORT_CAUSE_ZERO_RUN);
    }
    uint16_t at = 0;
    for (uint32_t count = 0; count < MG_CHUNK_BYTES_MAX; count++) {
        if (at >= deframer->bodies_used || pistol->power_lost) {
            break;
        }
        mg_frame frame;
        at = mg_next_frame(deframer, at, &frame);
        take_frame(pistol, &frame);
    }
    if (aborts && !pistol->power_lost) {
        mg_abort(pistol, MGP_ABORT_CAUSE_ZERO_RUN);
    }
    mg_baud_keep(pistol);
    return taken;
}
