/* The simulated board: memory, line and power around the core. */
#include <string.h>

#include "mg_twin.h"

#define FIRMWARE_VERSION 0x000100u /* 0.1.0 */

void mgt_figures_default(mgt_figures *figures) {
    memset(figures, 0, sizeof *figures);
    figures->needle_um_per_s = 100000;
    figures->settle_us = 5000;
    figures->depth_noise_um = 15;
    figures->gain_error_ppm = 3000;
    figures->dose_noise_ppm = 5000;
    figures->supply_mv = 7400;
    figures->temperature_mk = 298150;
    figures->travel_us = 250000;
    figures->hand_settle_us = 50000;
    figures->jitter_ppm = 200000;
    figures->syringe_nl = 20000000;
}

/* The factory limits of the twin: simulator/limits.toml says where each comes from. */
void mgt_config_default(mg_config *config) {
    memset(config, 0, sizeof *config);
    config->memory_records = 1024;
    config->features = MGP_FEATURE_SIMULATED;
    config->firmware_version = FIRMWARE_VERSION;
    config->dose_error_ppm = 8000;
    config->depth_error_um = 15;
    config->record_us = 150;
    config->reset_reason = MGP_RESET_REASON_POWER_ON;
    config->factory.layer = MGP_LIMIT_LAYER_FACTORY;
    config->factory.revision = 1;
    config->factory.dose_nl_min = 1000;
    config->factory.dose_nl_max = 200000;
    config->factory.depth_um_max = 10000;
    config->factory.rate_nl_per_s_max = 1000000;
    config->factory.interval_ms_min = 110;
    config->factory.lease_ms_min = 100;
    config->factory.lease_ms_max = 1000;
    config->factory.ttl_ms_max = 60000;
    config->factory.dwell_ms_max = 5000;
    config->factory.shots_max = 2000;
    config->factory.volume_nl_max = 20000000;
}

void mgt_init(mgt_twin *twin, uint64_t seed, uint64_t uid, const mgt_figures *figures,
              const mg_config *config) {
    memset(twin, 0, sizeof *twin);
    twin->seed = seed;
    twin->figures = *figures;
    twin->config = *config;
    twin->config.uid = uid;
    if (twin->config.memory_records > 1024u) {
        twin->config.memory_records = 1024u;
    }
    twin->left = twin->torn_slot = -1;
    mgt_body_init(twin);
}

uint32_t mgt_core_bytes(void) { return (uint32_t)sizeof(mg_pistol); }

/* ---- memory: bytes that outlive the power, and can be written by half */

int mg_hw_read(void *hw, uint32_t address, uint8_t *data, uint32_t size) {
    const mgt_twin *twin = hw;
    if (address > MGT_MEMORY_BYTES || size > MGT_MEMORY_BYTES - address) {
        return MG_DAMAGED;
    }
    memcpy(data, twin->memory + address, size);
    return MG_OK;
}

int mg_hw_write(void *hw, uint32_t address, const uint8_t *data, uint32_t size) {
    mgt_twin *twin = hw;
    uint32_t reached = size;
    if (address > MGT_MEMORY_BYTES || size > MGT_MEMORY_BYTES - address) {
        return MG_DAMAGED;
    }
    const int is_torn = size == MG_SLOT_BYTES && twin->torn_slot >= 0;
    if (is_torn && reached > (uint64_t)twin->torn_slot) {
        reached = (uint32_t)twin->torn_slot;
    }
    if (twin->left >= 0) {
        reached = reached > (uint64_t)twin->left ? (uint32_t)twin->left : reached;
        twin->left -= reached;
    }
    memcpy(twin->memory + address, data, reached);
    if (twin->stuck_at >= address && twin->stuck_at < address + reached && twin->stuck_at > 0) {
        twin->memory[twin->stuck_at] &= 0xFEu;
    }
    if (reached > 0 && twin->on_write != NULL &&
        twin->on_write(twin->memory + address, address, reached) != 0) {
        return MG_DAMAGED;
    }
    if (reached < size || is_torn) {
        twin->left = -1;
        return MG_POWER_LOST;
    }
    return MG_OK;
}

/* ---- key */

int mg_hw_key(void *hw, uint8_t *key) {
    const mgt_twin *twin = hw;
    if (twin->has_key) {
        memcpy(key, twin->key, sizeof twin->key);
    }
    return twin->has_key;
}

/* ---- line */

void mg_hw_send(void *hw, const uint8_t *data, uint32_t size) {
    mgt_twin *twin = hw;
    if (size <= MGT_REPLY_BYTES - twin->replies_size) {
        memcpy(twin->replies + twin->replies_size, data, size);
        twin->replies_size += size;
    }
}

int mg_hw_has_baud(void *hw, uint32_t baud) {
    (void)hw;
    return baud == 115200u || baud == 230400u || baud == 460800u || baud == 921600u;
}

void mg_hw_set_baud(void *hw, uint32_t baud) {
    mgt_twin *twin = hw;
    twin->baud = baud; /* whoever holds the line looks at it behind the answers */
}

/* ---- power */

static void lose_power(mgt_twin *twin) {
    const uint8_t stage = twin->core.under_way.stage;
    twin->is_powered = 0;
    twin->left = twin->torn_slot = -1; /* it has failed */
    twin->replies_size = 0;
    mgt_body_cut(twin, twin->core.now_us); /* when it failed, however late that is seen */
    if (stage != MG_STAGE_NONE && stage != MG_STAGE_INTENT) {
        mgt_hand_move_on(twin, twin->now_us); /* it will never be asked for this site again */
    }
}

static void pass_time(mgt_twin *twin, uint64_t at_us) {
    twin->now_us = at_us > twin->now_us ? at_us : twin->now_us;
}

void mgt_power_on(mgt_twin *twin, uint64_t at_us) {
    pass_time(twin, at_us);
    if (!twin->is_powered) {
        twin->has_chance = 0;
        twin->is_powered =
            mg_start(&twin->core, twin, &twin->config, twin->now_us) != MG_POWER_LOST;
    }
}

void mgt_advance(mgt_twin *twin, uint64_t at_us) {
    pass_time(twin, at_us);
    if (twin->is_powered) {
        mg_advance(&twin->core, twin->now_us);
        if (twin->core.power_lost) {
            lose_power(twin);
        }
    }
}

void mgt_power_cut(mgt_twin *twin, uint64_t at_us) {
    mgt_advance(twin, at_us);
    if (!twin->is_powered) {
        return;
    }
    const uint8_t stage = twin->core.under_way.stage;
    if (stage == MG_STAGE_INTENT || stage == MG_STAGE_OUTCOME) {
        twin->torn_slot = mgt_between(&twin->tearing, 0, 72);
        (void)mg_shots_write(&twin->core);
    }
    lose_power(twin);
}

void mgt_receive(mgt_twin *twin, const uint8_t *data, uint32_t size, uint64_t at_us) {
    mgt_advance(twin, at_us);
    twin->replies_size = 0;
    for (uint32_t at = 0; at < size && twin->is_powered; at += MG_CHUNK_BYTES_MAX) {
        (void)mg_receive(&twin->core, data + at, size - at, twin->now_us);
        if (twin->core.power_lost) {
            lose_power(twin);
        }
    }
}

void mgt_abort(mgt_twin *twin, uint8_t cause, uint64_t at_us) {
    mgt_advance(twin, at_us);
    if (twin->is_powered) {
        mg_abort(&twin->core, cause);
        if (twin->core.power_lost) {
            lose_power(twin);
        }
    }
}

void mgt_hold_service_button(mgt_twin *twin, uint8_t held) {
    twin->service_button = held;
    if (held) {
        mgt_hand_leave(twin, twin->now_us); /* the person takes the pistol off the skin */
        twin->has_set_out = 0;
        mgt_advance(twin, twin->now_us);
    }
}

void mgt_lift(mgt_twin *twin, uint64_t at_us, uint64_t back_us) {
    mgt_advance(twin, at_us);
    if (twin->has_set_out && twin->arrives_us <= (int64_t)twin->now_us) {
        mgt_hand_leave(twin, twin->now_us);
        twin->arrives_us = (int64_t)(back_us > twin->now_us ? back_us : twin->now_us);
    }
    mgt_advance(twin, twin->now_us);
}

uint64_t mgt_next_event_us(const mgt_twin *twin) {
    return twin->is_powered ? mg_next_event_us(&twin->core) : MG_NEVER;
}
