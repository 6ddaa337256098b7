/* Frames in a stream: 0x00 | COBS(header(8) | payload(0..224) | [seal(12)] | CRC-32C(4)) | 0x00. */
#include "mg_core.h"

#define HEADER_BYTES 8u
#define CRC_BYTES 4u

/* A proof checks an index behind a pointer against the whole structure, and not against its array:
 * so it is asked here. */
#ifdef __CPROVER__
static uint32_t mg_inside(uint32_t at, uint32_t size) {
    __CPROVER_assert(at < size, "the index lies inside the array");
    return at;
}
#define INSIDE(at, size) mg_inside(at, size)
#else
#define INSIDE(at, size) (at)
#endif

/* Counters stand still at their end: they are for a person. */
static void count(uint32_t *counter) {
    if (*counter < UINT32_MAX) {
        (*counter)++;
    }
}

static void end_block(mg_deframer *deframer) {
    if (deframer->skipping) {
        deframer->skipping = 0;
    } else if (deframer->used > 0) {
        uint8_t drop = MG_DROP_COBS;
        const uint32_t room = sizeof deframer->bodies - deframer->bodies_used;
        uint32_t size = 0;
        if (room >= deframer->used) {
            size = mg_body_of_block(deframer->block, deframer->used,
                                    deframer->bodies + deframer->bodies_used, &drop);
        }
        if (size == 0) {
            count(&deframer->drops[drop]);
        }
        deframer->bodies_used = (uint16_t)(deframer->bodies_used + size);
    }
    deframer->used = 0;
}

void mg_deframe(mg_deframer *deframer, const uint8_t *data, uint32_t size) {
    deframer->bodies_used = 0;
    for (uint32_t at = 0; at < size && at < MG_CHUNK_BYTES_MAX; at++) {
        if (data[at] == 0) {
            count(&deframer->zero_run);
            if (deframer->zero_run > deframer->zero_run_max) {
                deframer->zero_run_max = deframer->zero_run;
            }
            end_block(deframer);
        } else {
            deframer->zero_run = 0;
            if (!deframer->skipping && deframer->used < MG_BLOCK_BYTES_MAX) {
                deframer->block[INSIDE(deframer->used++, MG_BLOCK_BYTES_MAX)] = data[at];
            } else if (!deframer->skipping) {
                count(&deframer->drops[MG_DROP_OVERSIZE]);
                deframer->skipping = 1; /* until its delimiter */
            }
        }
    }
}

void mg_forget_zero_run(mg_deframer *deframer) {
    deframer->zero_run_max = 0;
    if (deframer->zero_run >= MG_ABORT_ZERO_RUN) {
        /* spent: else the delimiter of the very next frame would abort once more */
        deframer->zero_run = 0;
    }
}

uint32_t mg_dropped_frames(const mg_deframer *deframer) {
    uint32_t sum = 0;
    for (uint32_t one = 0; one < MG_DROPS; one++) {
        sum += deframer->drops[one];
    }
    return sum;
}

uint16_t mg_next_frame(const mg_deframer *deframer, uint16_t at, mg_frame *frame) {
    const uint8_t *body = deframer->bodies + at;
    frame->first = body[0];
    frame->size = body[1];
    frame->msg = mgp_get_u16(body + 2);
    frame->session = mgp_get_u16(body + 4);
    frame->request = mgp_get_u16(body + 6);
    frame->payload = body + HEADER_BYTES;
    frame->seal = frame->payload + frame->size;
    const uint32_t sealed = mg_is_sealed(frame) ? MG_SEAL_BYTES : 0u;
    return (uint16_t)(at + MG_BODY_BYTES_MIN + frame->size + sealed);
}

uint32_t mg_put_header(const mg_frame *frame, uint8_t *to) {
    to[0] = frame->first;
    to[1] = frame->size;
    mgp_put_u16(to + 2, frame->msg);
    mgp_put_u16(to + 4, frame->session);
    mgp_put_u16(to + 6, frame->request);
    return HEADER_BYTES;
}

uint32_t mg_encode(const mg_frame *frame, uint8_t *wire) {
    uint8_t body[MGP_BODY_BYTES_MAX];
    uint32_t used = mg_put_header(frame, body);
    for (uint32_t at = 0; at < frame->size && at < MGP_PAYLOAD_BYTES_MAX; at++) {
        body[used++] = frame->payload[at];
    }
    for (uint32_t at = 0; at < MG_SEAL_BYTES && mg_is_sealed(frame); at++) {
        body[used++] = frame->seal[at];
    }
    mgp_put_u32(body + used, mg_crc32c(body, used));
    used += CRC_BYTES;
    /* COBS: each zero is replaced by the distance to the next, the first distance comes before */
    wire[0] = 0;
    uint32_t code_at = 1;
    for (uint32_t at = 0; at < used; at++) {
        if (body[at] == 0) {
            wire[code_at] = (uint8_t)(at + 2u - code_at);
            code_at = at + 2u;
        } else {
            wire[at + 2u] = body[at];
        }
    }
    wire[code_at] = (uint8_t)(used + 2u - code_at);
    wire[used + 2u] = 0;
    return used + 3u;
}
