/* What is set once and must outlive the power: two copies, each whole or none.
 *
 * A copy is a mark, the content, and a CRC-32C over both. Both are written one after the other, so
 * a write that is torn at any byte leaves the old content or the new one, and a start mends the
 * copy that was torn. Where both are damaged nothing is known, and nothing may be assumed.
 */
#include "mg_core.h"

#define PIECE_BYTES 64u
#define COPY_BYTES_MAX MG_CALIBRATION_BYTES

static uint32_t address_of(const mg_vault *vault, uint32_t one) {
    return vault->address + one * vault->room;
}

/* 1: copy `one` reads as `block`. In `is_blank`: nothing was ever written there. */
static int is_there(const mg_vault *vault, uint32_t one, const uint8_t *block, uint8_t *is_blank) {
    uint8_t piece[PIECE_BYTES];
    uint8_t differ = 0, used = 0;
    for (uint32_t at = 0; at < vault->size && at < COPY_BYTES_MAX; at++) {
        if (at % PIECE_BYTES == 0) {
            const uint32_t left = vault->size - at;
            if (mg_hw_read(vault->hw, address_of(vault, one) + at, piece,
                           left < PIECE_BYTES ? left : PIECE_BYTES) != MG_OK) {
                *is_blank = 0;
                return 0;
            }
        }
        differ = (uint8_t)(differ | (piece[at % PIECE_BYTES] ^ block[at]));
        used = (uint8_t)(used | piece[at % PIECE_BYTES]);
    }
    *is_blank = used == 0;
    return differ == 0;
}

/* 1: a whole copy is in `block` now. */
static int read_copy(const mg_vault *vault, uint32_t one, uint8_t *block) {
    const uint32_t covered = vault->size - MG_VAULT_CRC_BYTES;
    return mg_hw_read(vault->hw, address_of(vault, one), block, vault->size) == MG_OK &&
           mgp_get_u32(block) == vault->mark &&
           mg_crc32c(block, covered) == mgp_get_u32(block + covered);
}

int mg_vault_open(const mg_vault *vault, uint8_t *block, uint8_t *found, uint8_t *spoilt) {
    uint8_t is_blank = 0;
    const int second = read_copy(vault, 1, block);
    *found = 1;
    *spoilt = MG_COPIES;
    if (second && is_there(vault, 0, block, &is_blank)) {
        return MG_OK; /* as it should be */
    }
    if (read_copy(vault, 0, block)) {
        *spoilt = 1; /* the power went before the second was written, or in it */
        return MG_OK;
    }
    if (second) {
        *spoilt = 0;
        return read_copy(vault, 1, block) ? MG_OK : MG_DAMAGED;
    }
    *found = 0;
    /* the first is written before the second: one torn beside a blank was never finished */
    (void)is_there(vault, 1, block, &is_blank);
    return is_blank ? MG_OK : MG_DAMAGED;
}

int mg_vault_write(const mg_vault *vault, uint8_t *block, uint32_t one) {
    const uint32_t covered = vault->size - MG_VAULT_CRC_BYTES;
    uint8_t is_blank;
    mgp_put_u32(block, vault->mark);
    mgp_put_u32(block + covered, mg_crc32c(block, covered));
    const int result = mg_hw_write(vault->hw, address_of(vault, one), block, vault->size);
    if (result == MG_POWER_LOST) {
        return result;
    }
    return result == MG_OK && is_there(vault, one, block, &is_blank) ? MG_OK : MG_DAMAGED;
}

int mg_vault_keep(const mg_vault *vault, uint8_t *block) {
    const int result = mg_vault_write(vault, block, 0);
    return result == MG_OK ? mg_vault_write(vault, block, 1) : result;
}
