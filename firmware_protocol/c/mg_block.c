/* One block between two delimiters: COBS(header(8) | payload(0..224) | [seal(12)] | CRC-32C(4)). */
#include "mg_core.h"

#define WIRE_MAJOR 1u
#define CLASS_MASK 0x03u
#define CLASS_NONE 0x03u
#define CRC_BYTES 4u

/* One pass: a byte is either a code, which says where the next zero is, or itself. */
static int unstuff(const uint8_t *block, uint32_t size, uint8_t *body) {
    uint32_t next = 0;
    for (uint32_t at = 0; at < size && at < MG_BLOCK_BYTES_MAX; at++) {
        const int is_code = at == next;
        if (is_code) {
            next = at + block[at];
        }
        if (at > 0) {
            body[at - 1u] = is_code ? 0 : block[at];
        }
    }
    return next == size; /* 0: the last code points elsewhere */
}

uint32_t mg_body_of_block(const uint8_t *block, uint32_t size, uint8_t *body, uint8_t *drop) {
    if (size > MG_BLOCK_BYTES_MAX) {
        *drop = MG_DROP_OVERSIZE;
        return 0;
    }
    if (size == 0 || !unstuff(block, size, body)) {
        *drop = MG_DROP_COBS;
        return 0;
    }
    const uint32_t used = size - 1u;
    if (used < MG_BODY_BYTES_MIN || used > MGP_BODY_BYTES_MAX) {
        *drop = MG_DROP_LENGTH;
        return 0;
    }
    if (mg_crc32c(body, used - CRC_BYTES) != mgp_get_u32(body + used - CRC_BYTES)) {
        *drop = MG_DROP_CRC;
        return 0;
    }
    const uint8_t first = body[0];
    if (first >> 5 != WIRE_MAJOR || (first & CLASS_MASK) == CLASS_NONE) {
        *drop = MG_DROP_VERSION;
        return 0;
    }
    const uint32_t around = MG_BODY_BYTES_MIN + (first & MG_FIRST_SEALED ? MG_SEAL_BYTES : 0u);
    /* without its seal a body as long as this could carry more than a payload may */
    if (body[1] > MGP_PAYLOAD_BYTES_MAX || body[1] + around != used) {
        *drop = MG_DROP_LENGTH;
        return 0;
    }
    return used;
}
