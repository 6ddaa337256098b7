/* Proof: any chunk of the line, in any state of the deframer, stays inside its buffers.
 *
 * How one block is decoded is proven in block.c; here it may give anything that is promised there.
 */
#include "../mg_core.h"

/* The state before it is any state, so a longer chunk is some of these after each other. */
#define CHUNK 3u

static mg_deframer deframer;

uint32_t nondet_u32(void);
uint8_t nondet_u8(void);
mg_deframer nondet_deframer(void);

uint32_t mg_crc32c(const uint8_t *data, uint32_t size) {
    (void)data;
    (void)size;
    return nondet_u32();
}

uint32_t mg_body_of_block(const uint8_t *block, uint32_t size, uint8_t *body, uint8_t *drop) {
    __CPROVER_assert(size >= 1 && size <= MG_BLOCK_BYTES_MAX, "a block has a length");
    __CPROVER_assert(block == deframer.block, "the block is there");
    __CPROVER_assert(body >= deframer.bodies && size <= sizeof deframer.bodies &&
                         (uint32_t)(body - deframer.bodies) <= sizeof deframer.bodies - size,
                     "there is room for its body");
    const uint32_t used = nondet_u32();
    __CPROVER_assume(used == 0 || (used >= MG_BODY_BYTES_MIN && used < size));
    *drop = nondet_u8();
    __CPROVER_assume(*drop < MG_DROPS);
    return used;
}

int main(void) {
    uint8_t data[CHUNK]; /* any bytes */
    const uint32_t size = nondet_u32();
    deframer = nondet_deframer();
    __CPROVER_assume(size <= CHUNK);
    __CPROVER_assume(deframer.used <= MG_BLOCK_BYTES_MAX);
    mg_deframe(&deframer, data, size);
    __CPROVER_assert(deframer.used <= MG_BLOCK_BYTES_MAX, "the state stays a state");
    __CPROVER_assert(deframer.bodies_used <= sizeof deframer.bodies, "the frames stay inside");
    return 0;
}
