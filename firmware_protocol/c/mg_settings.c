/* What a clinic has set in this pistol: limits and calibration, until others are committed. */
#include <string.h>

#include "mg_core.h"

#define LIMITS_MARK UINT32_C(0x4C50474D) /* "MGPL" */
#define CALIBRATION_MARK UINT32_C(0x4350474D) /* "MGPC" */
#define REVISION_BYTES 4u
#define LIMITS_COPY_BYTES                                                                          \
    (MG_VAULT_MARK_BYTES + REVISION_BYTES + MGP_LEN_LIMITS_STAGE + MG_VAULT_CRC_BYTES)

/* A SHA-256 travels as four words, its first byte highest. */
static uint64_t big_endian64(const uint8_t *at) {
    uint64_t value = 0;
    for (uint32_t one = 0; one < 8u; one++) {
        value = value << 8 | at[one];
    }
    return value;
}

static void put_big_endian64(uint8_t *at, uint64_t value) {
    for (uint32_t one = 0; one < 8u; one++) {
        at[one] = (uint8_t)(value >> (56u - 8u * one) & 0xFFu);
    }
}

static mg_vault limits_vault(const mg_pistol *pistol) {
    const mg_vault vault = {pistol->hw, MG_SETTINGS_AT(pistol->journal.capacity), MG_LIMITS_BYTES,
                            LIMITS_COPY_BYTES, LIMITS_MARK};
    return vault;
}

static mg_vault calibration_vault(const mg_pistol *pistol) {
    const mg_vault vault = {
        pistol->hw, MG_SETTINGS_AT(pistol->journal.capacity) + MG_COPIES * MG_LIMITS_BYTES,
        MG_CALIBRATION_BYTES, MG_CALIBRATION_COPY_BYTES, CALIBRATION_MARK};
    return vault;
}

/* The limits before any arming; has_limits 0: none, and limit_missing says which forbids it. */
static void take_limits(mg_pistol *pistol) {
    const mg_config *config = pistol->config;
    const mgp_limits *clinic = pistol->has_clinic ? &pistol->clinic : &config->clinic;
    pistol->limit_missing = mg_limits_missing(&config->factory);
    pistol->limits = config->factory;
    if (pistol->limit_missing == MGP_LIMIT_ID_NONE && (pistol->has_clinic || config->has_clinic)) {
        pistol->limit_missing = mg_limits_widened(&config->factory, clinic);
        pistol->limits = *clinic;
    }
    pistol->limits.layer = MGP_LIMIT_LAYER_EFFECTIVE;
    pistol->has_limits = pistol->limit_missing == MGP_LIMIT_ID_NONE;
    pistol->stamp_revision = pistol->has_limits ? pistol->limits.revision : 0;
}

static void unpack_limits(mg_pistol *pistol, const uint8_t *content) {
    mgp_limits_stage values;
    if (mgp_limits_stage_read(content + REVISION_BYTES, MGP_LEN_LIMITS_STAGE, &values) ==
        MGP_READ) {
        pistol->has_clinic = 1;
        mg_limits_of_stage(&values, mgp_get_u32(content), &pistol->clinic);
    }
}

static int open_limits(mg_pistol *pistol) {
    uint8_t block[LIMITS_COPY_BYTES];
    uint8_t found = 0, spoilt = MG_COPIES;
    const mg_vault vault = limits_vault(pistol);
    const int result = mg_vault_open(&vault, block, &found, &spoilt);
    if (result == MG_OK && found) {
        unpack_limits(pistol, block + MG_VAULT_MARK_BYTES);
    }
    take_limits(pistol);
    if (result == MG_OK && spoilt < MG_COPIES && !pistol->journal.damage) {
        return mg_vault_write(&vault, block, spoilt);
    }
    return result;
}

static void unpack_calibration(mg_calibration *to, const uint8_t *head) {
    to->id = mgp_get_u32(head);
    to->not_after_day = mgp_get_u32(head + 4);
    to->shots_max = mgp_get_u32(head + 8);
    to->shots_at = mgp_get_u32(head + 12);
    for (uint32_t one = 0; one < 4u; one++) {
        to->sha256[one] = big_endian64(head + 16u + 8u * one);
    }
    to->size = (uint16_t)mgp_get_u32(head + 48);
}

static int open_calibration(mg_pistol *pistol) {
    uint8_t found = 0, spoilt = MG_COPIES;
    const mg_vault vault = calibration_vault(pistol);
    const int result = mg_vault_open(&vault, pistol->block, &found, &spoilt);
    if (result == MG_OK && found) {
        unpack_calibration(&pistol->calibration, pistol->block + MG_VAULT_MARK_BYTES);
    }
    if (result == MG_OK && spoilt < MG_COPIES && !pistol->journal.damage) {
        return mg_vault_write(&vault, pistol->block, spoilt);
    }
    return result;
}

int mg_settings_open(mg_pistol *pistol) {
    const int limits = open_limits(pistol);
    if (limits == MG_POWER_LOST) {
        return limits;
    }
    if (limits != MG_OK) {
        pistol->journal.damage = 1; /* nothing is known of the limits: nothing is written */
    }
    const int calibration = open_calibration(pistol);
    return limits == MG_OK ? calibration : limits;
}

static int note(mg_pistol *pistol) {
    mgp_journal_record record;
    mg_blank_record(&record, MGP_JOURNAL_KIND_CONFIG);
    return mg_shots_note(pistol, &record);
}

int mg_settings_keep_calibration(mg_pistol *pistol, const mg_calibration *calibration) {
    uint8_t *head = pistol->block + MG_VAULT_MARK_BYTES;
    const mg_vault vault = calibration_vault(pistol);
    mgp_put_u32(head, calibration->id);
    mgp_put_u32(head + 4, calibration->not_after_day);
    mgp_put_u32(head + 8, calibration->shots_max);
    mgp_put_u32(head + 12, calibration->shots_at);
    for (uint32_t one = 0; one < 4u; one++) {
        put_big_endian64(head + 16u + 8u * one, calibration->sha256[one]);
    }
    mgp_put_u32(head + 48, calibration->size);
    for (uint32_t at = 0; at < MG_CONTENT_BYTES_MAX; at++) {
        if (at >= calibration->size) {
            head[MG_CALIBRATION_HEAD_BYTES + at] = 0;
        }
    }
    const int result = mg_vault_keep(&vault, pistol->block);
    if (result != MG_OK) {
        return result;
    }
    pistol->calibration = *calibration;
    return note(pistol);
}

int mg_settings_content(const mg_pistol *pistol, uint32_t offset, uint8_t *data, uint32_t size) {
    const mg_vault vault = calibration_vault(pistol);
    const uint32_t content = vault.address + MG_VAULT_MARK_BYTES + MG_CALIBRATION_HEAD_BYTES;
    return mg_hw_read(pistol->hw, content + offset, data, size) == MG_OK ? MG_OK : MG_DAMAGED;
}

int mg_settings_keep_limits(mg_pistol *pistol, const mgp_limits *limits) {
    uint8_t block[LIMITS_COPY_BYTES];
    mgp_limits_stage values;
    const mg_vault vault = limits_vault(pistol);
    mg_stage_of_limits(limits, &values);
    mgp_put_u32(block + MG_VAULT_MARK_BYTES, limits->revision);
    (void)mgp_limits_stage_write(&values, block + MG_VAULT_MARK_BYTES + REVISION_BYTES);
    /* first in the memory, then in the journal: the next start's BOOT record tells it as well */
    const int result = mg_vault_keep(&vault, block);
    if (result != MG_OK) {
        return result;
    }
    pistol->has_clinic = 1;
    pistol->clinic = *limits;
    take_limits(pistol);
    return note(pistol);
}
