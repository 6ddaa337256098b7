/* Sealed frames: what a pistol with a key believes, and how its own answers can be believed.
 *
 * A seal is a counter and 8 bytes of HMAC-SHA256 over header, payload and counter. Its key is of
 * one session; each direction counts for itself. A frame without a seal, with a wrong one, or with
 * a counter that is not above the last is nobody's.
 */
#include <string.h>

#include "mg_core.h"

#define HEADER_BYTES 8u
#define COUNTER_BYTES 4u
#define MAC_BYTES 8u
#define COVERED_BYTES_MAX (HEADER_BYTES + MGP_PAYLOAD_BYTES_MAX + COUNTER_BYTES)
#define OPENED_BYTES 28u

void mg_seals_open(mg_seals *seals, void *hw, uint64_t host_nonce, uint64_t device_nonce,
                   uint64_t uid) {
    uint8_t key[MG_KEY_BYTES], opened[OPENED_BYTES] = {'M', 'G', 'P', '1'};
    memset(seals, 0, sizeof *seals);
    memset(key, 0, sizeof key);
    if (mg_hw_key(hw, key)) {
        mgp_put_u64(opened + 4, host_nonce);
        mgp_put_u64(opened + 12, device_nonce);
        mgp_put_u64(opened + 20, uid);
        mg_hmac(key, sizeof key, opened, sizeof opened, seals->secret);
        seals->is_keyed = 1;
        seals->is_open = 1;
    }
    memset(key, 0, sizeof key);
}

static void mac_of(const mg_seals *seals, const mg_frame *frame, const uint8_t *counter,
                   uint8_t *mac) {
    uint8_t covered[COVERED_BYTES_MAX];
    uint32_t used = mg_put_header(frame, covered);
    for (uint32_t at = 0; at < frame->size && at < MGP_PAYLOAD_BYTES_MAX; at++) {
        covered[used++] = frame->payload[at];
    }
    for (uint32_t at = 0; at < COUNTER_BYTES; at++) {
        covered[used++] = counter[at];
    }
    mg_hmac(seals->secret, sizeof seals->secret, covered, used, mac);
}

int mg_seals_accept(mg_seals *seals, const mg_frame *frame) {
    uint8_t mac[MG_SHA256_BYTES];
    if (!seals->is_keyed) {
        return !mg_is_sealed(frame); /* it cannot be looked at here */
    }
    if (!seals->is_open || !mg_is_sealed(frame)) {
        return 0;
    }
    mac_of(seals, frame, frame->seal, mac);
    if (!mg_is_same(mac, frame->seal + COUNTER_BYTES, MAC_BYTES)) {
        return 0;
    }
    const uint32_t counter = mgp_get_u32(frame->seal);
    if (counter <= seals->heard) {
        return 0;
    }
    seals->heard = counter;
    return 1;
}

int mg_seals_seal(mg_seals *seals, mg_frame *frame, uint8_t *seal) {
    uint8_t mac[MG_SHA256_BYTES];
    if (!seals->is_open) {
        return 1; /* nothing to seal with: before a session, and without a key */
    }
    if (seals->sent == UINT32_MAX) {
        return 0;
    }
    seals->sent++;
    mgp_put_u32(seal, seals->sent);
    frame->first = (uint8_t)(frame->first | MG_FIRST_SEALED);
    frame->seal = seal;
    mac_of(seals, frame, seal, mac);
    memcpy(seal + COUNTER_BYTES, mac, MAC_BYTES);
    return 1;
}

void mg_seals_end(mg_seals *seals) {
    memset(seals->secret, 0, sizeof seals->secret);
    seals->is_open = 0;
}
