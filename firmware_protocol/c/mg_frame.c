/* Frames: 0x00 | COBS(header(8) | payload(0..224) | CRC-32C(4)) | 0x00. */
#include "mg_core.h"

#define WIRE_MAJOR 1u
#define FIRST_AUTH 0x10u
#define CLASS_MASK 0x03u
#define CLASS_NONE 0x03u
#define HEADER_BYTES 8u
#define CRC_BYTES 4u

/* One pass: a byte is either a code, which says where the next zero is, or itself. */
static uint32_t unstuff(const uint8_t *block, uint32_t size, uint8_t *body) {
    uint32_t next = 0, used = 0;
    for (uint32_t at = 0; at < size && at < MG_BLOCK_BYTES_MAX; at++) {
        if (at == next) {
            next = at + block[at];
            if (at > 0) {
                body[used++] = 0;
            }
        } else {
            body[used++] = block[at];
        }
    }
    return next == size ? used + 1u : 0; /* 0: the last code points elsewhere */
}

uint32_t mg_body_of_block(const uint8_t *block, uint32_t size, uint8_t *body, uint8_t *drop) {
    if (size > MG_BLOCK_BYTES_MAX) {
        *drop = MG_DROP_OVERSIZE;
        return 0;
    }
    const uint32_t found = unstuff(block, size, body);
    if (found == 0) {
        *drop = MG_DROP_COBS;
        return 0;
    }
    const uint32_t used = found - 1u;
    if (used < MG_BODY_BYTES_MIN || used > MGP_BODY_BYTES_MAX) {
        *drop = MG_DROP_LENGTH;
        return 0;
    }
    if (mg_crc32c(body, used - CRC_BYTES) != mgp_get_u32(body + used - CRC_BYTES)) {
        *drop = MG_DROP_CRC;
        return 0;
    }
    const uint8_t first = body[0];
    if (first >> 5 != WIRE_MAJOR || (first & FIRST_AUTH) || (first & CLASS_MASK) == CLASS_NONE) {
        *drop = MG_DROP_VERSION;
        return 0;
    }
    if (body[1] != used - MG_BODY_BYTES_MIN) {
        *drop = MG_DROP_LENGTH;
        return 0;
    }
    return used;
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
            deframer->drops[drop]++;
        }
        deframer->bodies_used = (uint16_t)(deframer->bodies_used + size);
    }
    deframer->used = 0;
}

void mg_deframe(mg_deframer *deframer, const uint8_t *data, uint32_t size) {
    deframer->bodies_used = 0;
    for (uint32_t at = 0; at < size && at < MG_CHUNK_BYTES_MAX; at++) {
        if (data[at] == 0) {
            if (deframer->zero_run < UINT32_MAX) {
                deframer->zero_run++;
            }
            if (deframer->zero_run > deframer->zero_run_max) {
                deframer->zero_run_max = deframer->zero_run;
            }
            end_block(deframer);
        } else {
            deframer->zero_run = 0;
            if (!deframer->skipping && deframer->used < MG_BLOCK_BYTES_MAX) {
                deframer->block[deframer->used++] = data[at];
            } else if (!deframer->skipping) {
                deframer->drops[MG_DROP_OVERSIZE]++;
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
    return (uint16_t)(at + MG_BODY_BYTES_MIN + frame->size);
}

uint32_t mg_encode(const mg_frame *frame, uint8_t *wire) {
    uint8_t body[MGP_BODY_BYTES_MAX];
    body[0] = frame->first;
    body[1] = frame->size;
    mgp_put_u16(body + 2, frame->msg);
    mgp_put_u16(body + 4, frame->session);
    mgp_put_u16(body + 6, frame->request);
    uint32_t used = HEADER_BYTES;
    for (uint32_t at = 0; at < frame->size && at < MGP_PAYLOAD_BYTES_MAX; at++) {
        body[used++] = frame->payload[at];
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
