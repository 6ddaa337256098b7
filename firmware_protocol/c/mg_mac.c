/* Who a frame is from: SHA-256 (FIPS 180-4), HMAC over it (RFC 2104), and a comparison whose time
 * tells nothing.
 *
 * In a file of their own, so that a proof of the rest may let them return anything. Every loop is
 * counted, a byte is hashed as it comes, and no branch or address depends on a secret.
 */
#include <string.h>

#include "mg_core.h"

#define BLOCK_BYTES 64u
#define LENGTH_AT 56u
#define ROUNDS 64u
#define WORDS 16u
#define INNER 0x36u
#define OUTER 0x5Cu

static uint32_t turned(uint32_t word, uint32_t by) { return word >> by | word << (32u - by); }

static uint32_t big_endian(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Fold one block into the state. The schedule is kept as its last 16 words. */
static void fold(mg_sha256 *sha) {
    static const uint32_t key[ROUNDS] = {
        0x428A2F98u, 0x71374491u, 0xB5C0FBCFu, 0xE9B5DBA5u, 0x3956C25Bu, 0x59F111F1u, 0x923F82A4u,
        0xAB1C5ED5u, 0xD807AA98u, 0x12835B01u, 0x243185BEu, 0x550C7DC3u, 0x72BE5D74u, 0x80DEB1FEu,
        0x9BDC06A7u, 0xC19BF174u, 0xE49B69C1u, 0xEFBE4786u, 0x0FC19DC6u, 0x240CA1CCu, 0x2DE92C6Fu,
        0x4A7484AAu, 0x5CB0A9DCu, 0x76F988DAu, 0x983E5152u, 0xA831C66Du, 0xB00327C8u, 0xBF597FC7u,
        0xC6E00BF3u, 0xD5A79147u, 0x06CA6351u, 0x14292967u, 0x27B70A85u, 0x2E1B2138u, 0x4D2C6DFCu,
        0x53380D13u, 0x650A7354u, 0x766A0ABBu, 0x81C2C92Eu, 0x92722C85u, 0xA2BFE8A1u, 0xA81A664Bu,
        0xC24B8B70u, 0xC76C51A3u, 0xD192E819u, 0xD6990624u, 0xF40E3585u, 0x106AA070u, 0x19A4C116u,
        0x1E376C08u, 0x2748774Cu, 0x34B0BCB5u, 0x391C0CB3u, 0x4ED8AA4Au, 0x5B9CCA4Fu, 0x682E6FF3u,
        0x748F82EEu, 0x78A5636Fu, 0x84C87814u, 0x8CC70208u, 0x90BEFFFAu, 0xA4506CEBu, 0xBEF9A3F7u,
        0xC67178F2u};
    uint32_t w[WORDS], s[8];
    memcpy(s, sha->state, sizeof s);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        const uint32_t at = round % WORDS;
        if (round < WORDS) {
            w[at] = big_endian(sha->block + 4u * at);
        } else {
            const uint32_t old = w[(round + 1u) % WORDS], late = w[(round + 14u) % WORDS];
            w[at] += (turned(old, 7) ^ turned(old, 18) ^ old >> 3) + w[(round + 9u) % WORDS] +
                     (turned(late, 17) ^ turned(late, 19) ^ late >> 10);
        }
        const uint32_t one = s[7] + (turned(s[4], 6) ^ turned(s[4], 11) ^ turned(s[4], 25)) +
                             ((s[4] & s[5]) ^ (~s[4] & s[6])) + key[round] + w[at];
        const uint32_t two = (turned(s[0], 2) ^ turned(s[0], 13) ^ turned(s[0], 22)) +
                             ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        s[7] = s[6];
        s[6] = s[5];
        s[5] = s[4];
        s[4] = s[3] + one;
        s[3] = s[2];
        s[2] = s[1];
        s[1] = s[0];
        s[0] = one + two;
    }
    for (uint32_t at = 0; at < 8u; at++) {
        sha->state[at] += s[at];
    }
}

static void take(mg_sha256 *sha, uint8_t byte) {
    const uint32_t at = sha->bytes % BLOCK_BYTES;
    sha->block[at] = byte;
    sha->bytes++;
    if (at == BLOCK_BYTES - 1u) {
        fold(sha);
    }
}

void mg_sha256_begin(mg_sha256 *sha) {
    static const uint32_t start[8] = {0x6A09E667u, 0xBB67AE85u, 0x3C6EF372u, 0xA54FF53Au,
                                      0x510E527Fu, 0x9B05688Cu, 0x1F83D9ABu, 0x5BE0CD19u};
    memset(sha, 0, sizeof *sha);
    memcpy(sha->state, start, sizeof sha->state);
}

void mg_sha256_take(mg_sha256 *sha, const uint8_t *data, uint32_t size) {
    for (uint32_t at = 0; at < size; at++) {
        take(sha, data[at]);
    }
}

void mg_sha256_end(mg_sha256 *sha, uint8_t *digest) {
    const uint64_t bits = (uint64_t)sha->bytes * 8u;
    /* a one, zeros up to the length's place in this block or the next, and the length */
    const uint32_t used = sha->bytes % BLOCK_BYTES;
    const uint32_t zeros = (used < LENGTH_AT ? LENGTH_AT : LENGTH_AT + BLOCK_BYTES) - used - 1u;
    take(sha, 0x80u);
    for (uint32_t at = 0; at < zeros && at < BLOCK_BYTES; at++) {
        take(sha, 0);
    }
    for (uint32_t at = 0; at < 8u; at++) {
        take(sha, (uint8_t)(bits >> (56u - 8u * at) & 0xFFu));
    }
    for (uint32_t at = 0; at < MG_SHA256_BYTES; at++) {
        digest[at] = (uint8_t)(sha->state[at / 4u] >> (24u - 8u * (at % 4u)) & 0xFFu);
    }
    memset(sha, 0, sizeof *sha);
}

static void take_pad(mg_sha256 *sha, const uint8_t *key, uint32_t size, uint8_t pad) {
    for (uint32_t at = 0; at < BLOCK_BYTES; at++) {
        take(sha, (uint8_t)((at < size ? key[at] : 0u) ^ pad));
    }
}

void mg_hmac(const uint8_t *key, uint32_t key_size, const uint8_t *data, uint32_t size,
             uint8_t *mac) {
    uint8_t short_key[MG_SHA256_BYTES];
    mg_sha256 sha;
    if (key_size > BLOCK_BYTES) {
        mg_sha256_begin(&sha);
        mg_sha256_take(&sha, key, key_size);
        mg_sha256_end(&sha, short_key);
        key = short_key;
        key_size = MG_SHA256_BYTES;
    }
    mg_sha256_begin(&sha);
    take_pad(&sha, key, key_size, INNER);
    mg_sha256_take(&sha, data, size);
    mg_sha256_end(&sha, mac);
    mg_sha256_begin(&sha);
    take_pad(&sha, key, key_size, OUTER);
    mg_sha256_take(&sha, mac, MG_SHA256_BYTES);
    mg_sha256_end(&sha, mac);
    memset(short_key, 0, sizeof short_key);
}

int mg_is_same(const uint8_t *one, const uint8_t *other, uint32_t size) {
    volatile uint8_t differ = 0; /* no early end, also not by a compiler's thought */
    for (uint32_t at = 0; at < size; at++) {
        differ = (uint8_t)(differ | (one[at] ^ other[at]));
    }
    return differ == 0;
}
