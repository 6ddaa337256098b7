/* Proof: one block of any bytes and any length up to the longest is decoded without a stray read or
 * write, and what is accepted has the length that it says. The CRC may find anything. */
#include "../mg_core.h"

uint32_t nondet_u32(void);

uint32_t mg_crc32c(const uint8_t *data, uint32_t size) {
    __CPROVER_assert(__CPROVER_r_ok(data, size), "the CRC reads what is there");
    return nondet_u32();
}

int main(void) {
    uint8_t block[MG_BLOCK_BYTES_MAX]; /* any bytes */
    uint8_t body[MG_BLOCK_BYTES_MAX];
    uint8_t drop = MG_DROPS;
    const uint32_t size = nondet_u32();
    __CPROVER_assume(size >= 1 && size <= MG_BLOCK_BYTES_MAX);
    const uint32_t used = mg_body_of_block(block, size, body, &drop);
    __CPROVER_assert(used == 0 || (used >= MG_BODY_BYTES_MIN && used <= MGP_BODY_BYTES_MAX),
                     "a body is as long as a body may be");
    __CPROVER_assert(used == 0 || used < size, "and shorter than its block");
    const uint32_t around = MG_BODY_BYTES_MIN + (body[0] & MG_FIRST_SEALED ? MG_SEAL_BYTES : 0u);
    __CPROVER_assert(used == 0 || body[1] == used - around, "and as long as it says");
    __CPROVER_assert(used == 0 || body[1] <= MGP_PAYLOAD_BYTES_MAX, "and its payload fits");
    __CPROVER_assert(used == 0 || body[0] >> 5 == 1, "and of this major version");
    __CPROVER_assert(used != 0 || drop < MG_DROPS, "what is dropped is counted under a reason");
    return 0;
}
