/* The two checks: CRC-32C over frames and records, CRC-16/MCRF4XX over what can hurt.
 *
 * In a file of their own, so that a proof of the rest may let them return anything.
 * Tables of 16 entries: two look-ups a byte, 96 bytes of flash.
 */
#include "mg_core.h"

uint32_t mg_crc32c(const uint8_t *data, uint32_t size) {
    static const uint32_t table[16] = {
        0x00000000u, 0x105EC76Fu, 0x20BD8EDEu, 0x30E349B1u, 0x417B1DBCu, 0x5125DAD3u,
        0x61C69362u, 0x7198540Du, 0x82F63B78u, 0x92A8FC17u, 0xA24BB5A6u, 0xB21572C9u,
        0xC38D26C4u, 0xD3D3E1ABu, 0xE330A81Au, 0xF36E6F75u};
    uint32_t value = 0xFFFFFFFFu;
    for (uint32_t at = 0; at < size; at++) {
        value ^= data[at];
        value = value >> 4 ^ table[value & 0xFu];
        value = value >> 4 ^ table[value & 0xFu];
    }
    return ~value;
}

uint16_t mg_crc16(const uint8_t *data, uint32_t size) {
    static const uint16_t table[16] = {0x0000u, 0x1081u, 0x2102u, 0x3183u, 0x4204u, 0x5285u,
                                       0x6306u, 0x7387u, 0x8408u, 0x9489u, 0xA50Au, 0xB58Bu,
                                       0xC60Cu, 0xD68Du, 0xE70Eu, 0xF78Fu};
    uint32_t value = 0xFFFFu;
    for (uint32_t at = 0; at < size; at++) {
        value ^= data[at];
        value = value >> 4 ^ table[value & 0xFu];
        value = value >> 4 ^ table[value & 0xFu];
    }
    return (uint16_t)value;
}

uint16_t mg_crit(uint32_t shot_id, uint32_t dose_nl, uint32_t depth_um, uint32_t rate_nl_per_s) {
    uint8_t covered[16];
    mgp_put_u32(covered, shot_id);
    mgp_put_u32(covered + 4, dose_nl);
    mgp_put_u32(covered + 8, depth_um);
    mgp_put_u32(covered + 12, rate_nl_per_s);
    return mg_crc16(covered, sizeof covered);
}
