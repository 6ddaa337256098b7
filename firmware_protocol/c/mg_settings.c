/* What a clinic has set in this pistol: its limits, in the memory until others are committed. */
#include <string.h>

#include "mg_core.h"

#define LIMITS_MARK UINT32_C(0x4C50474D) /* "MGPL" */
#define REVISION_BYTES 4u
#define LIMITS_COPY_BYTES                                                                          \
    (MG_VAULT_MARK_BYTES + REVISION_BYTES + MGP_LEN_LIMITS_STAGE + MG_VAULT_CRC_BYTES)

static mg_vault limits_vault(const mg_pistol *pistol) {
    const mg_vault vault = {pistol->hw, MG_SETTINGS_AT(pistol->journal.capacity), MG_LIMITS_BYTES,
                            LIMITS_COPY_BYTES, LIMITS_MARK};
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

int mg_settings_open(mg_pistol *pistol) {
    uint8_t block[LIMITS_COPY_BYTES];
    uint8_t found = 0, spoilt = MG_COPIES;
    const mg_vault vault = limits_vault(pistol);
    int result = mg_vault_open(&vault, block, &found, &spoilt);
    if (result == MG_OK && found) {
        unpack_limits(pistol, block + MG_VAULT_MARK_BYTES);
    }
    take_limits(pistol);
    if (result == MG_OK && spoilt < MG_COPIES && !pistol->journal.damage) {
        result = mg_vault_write(&vault, block, spoilt);
    }
    return result;
}

int mg_settings_keep_limits(mg_pistol *pistol, const mgp_limits *limits) {
    uint8_t block[LIMITS_COPY_BYTES];
    mgp_limits_stage values;
    mgp_journal_record record;
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
    mg_blank_record(&record, MGP_JOURNAL_KIND_CONFIG);
    return mg_shots_note(pistol, &record);
}
