/* The simulated body: needle, plunger, syringe and hand in time, as in simulator/. */
#include <string.h>

#include "mg_twin.h"

#define MILLION INT64_C(1000000)

/* ---- chance: splitmix64 behind a hash of seed and purpose */

static uint64_t hashed(uint64_t state, uint8_t byte) {
    return (state ^ byte) * UINT64_C(0x100000001B3);
}

static uint64_t hashed_number(uint64_t state, uint64_t number) {
    uint8_t digits[20];
    uint32_t count = 0;
    do {
        digits[count++] = (uint8_t)('0' + number % 10u);
        number /= 10u;
    } while (number > 0 && count < sizeof digits);
    while (count > 0) {
        state = hashed(state, digits[--count]);
    }
    return state;
}

/* "#" and "%" in a purpose stand for the two numbers that follow. */
static void open_with(mgt_stream *stream, uint64_t seed, const char *purpose, uint64_t one,
                      uint64_t other) {
    uint64_t state = hashed_number(UINT64_C(0xCBF29CE484222325), seed);
    state = hashed(state, '/');
    for (; *purpose != '\0'; purpose++) {
        if (*purpose == '#') {
            state = hashed_number(state, one);
        } else if (*purpose == '%') {
            state = hashed_number(state, other);
        } else {
            state = hashed(state, (uint8_t)*purpose);
        }
    }
    stream->state = state;
}

void mgt_stream_open(mgt_stream *stream, uint64_t seed, const char *purpose) {
    open_with(stream, seed, purpose, 0, 0);
}

uint64_t mgt_bits64(mgt_stream *stream) {
    stream->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t mixed = stream->state;
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ mixed >> 31;
}

/* Both included; less than 2^32 apart. */
int64_t mgt_between(mgt_stream *stream, int64_t low, int64_t high) {
    const uint64_t bits = mgt_bits64(stream), span = (uint64_t)(high - low) + 1u;
    const uint64_t low_part = ((bits & 0xFFFFFFFFu) * span) >> 32;
    return low + (int64_t)(((bits >> 32) * span + low_part) >> 32);
}

uint64_t mg_hw_random64(void *hw) {
    mgt_twin *twin = hw;
    if (!twin->has_chance) {
        const mg_journal_header *header = &twin->core.journal.header;
        open_with(&twin->chance, twin->seed, "firmware/#/%", header->uid, header->boot_count);
        twin->has_chance = 1;
    }
    return mgt_bits64(&twin->chance);
}

/* ---- arithmetic that rounds as the twin does */

static int64_t floor_div(int64_t value, int64_t by) {
    return value >= 0 ? value / by : -((-value + by - 1) / by);
}

static int64_t ceil_div(int64_t value, int64_t by) { return (value + by - 1) / by; }

static int64_t least(int64_t one, int64_t other) { return one < other ? one : other; }

static int64_t most(int64_t one, int64_t other) { return one > other ? one : other; }

/* ---- the hand */

static int64_t next_travel_us(mgt_twin *twin) {
    const mgt_figures *figures = &twin->figures;
    const int64_t span = figures->travel_us * figures->jitter_ppm / MILLION;
    return most(0, figures->travel_us + mgt_between(&twin->hand, -span, span));
}

void mgt_hand_move_on(mgt_twin *twin, uint64_t at_us) {
    twin->site++;
    twin->has_set_out = 1;
    twin->arrives_us = (int64_t)at_us + next_travel_us(twin);
}

static uint8_t touches(const mgt_twin *twin, int64_t at_us) {
    return twin->has_set_out && at_us >= twin->arrives_us;
}

void mgt_hand_leave(mgt_twin *twin, uint64_t at_us) {
    if (touches(twin, (int64_t)at_us)) {
        twin->lifted_us = (int64_t)at_us;
    }
}

void mg_hw_lamp(void *hw, uint64_t now_us) {
    mgt_twin *twin = hw;
    if (!twin->has_set_out) {
        twin->has_set_out = 1;
        twin->arrives_us = (int64_t)now_us + next_travel_us(twin);
    }
}

void mg_hw_given(void *hw, uint64_t now_us) { mgt_hand_move_on(hw, now_us); }

uint64_t mg_hw_release_us(void *hw, uint8_t trigger, uint64_t lamp_us) {
    const mgt_twin *twin = hw;
    if (!twin->has_set_out || (trigger == MGP_TRIGGER_PRESS && twin->keeps_pulling)) {
        return MG_NEVER;
    }
    const int64_t settle_us = trigger == MGP_TRIGGER_PRESS ? twin->figures.hand_settle_us : 0;
    return (uint64_t)most(twin->arrives_us + settle_us, (int64_t)lamp_us);
}

void mg_hw_before_arming(void *hw, uint32_t volume_nl) {
    mgt_twin *twin = hw;
    if (twin->figures.refills && twin->syringe_nl < volume_nl) {
        twin->syringe_nl = twin->figures.syringe_nl;
        twin->missing_nl = 0;
    }
}

/* ---- a motion */

#define FOREVER INT64_MAX

static int64_t needle_us(const mgt_twin *twin, int64_t depth_um) {
    return ceil_div(depth_um * MILLION, twin->figures.needle_um_per_s);
}

static int64_t depth_at(const mgt_twin *twin, int64_t at_us) {
    const mgt_motion *motion = &twin->motion;
    const int64_t speed = twin->figures.needle_um_per_s;
    if (!motion->moves) {
        return twin->stuck_um;
    }
    const int64_t inward = floor_div((at_us - motion->began_us) * speed, MILLION);
    if (motion->stays_in || at_us < motion->out_from_us) {
        return most(0, least(motion->depth_um, inward));
    }
    const int64_t outward = floor_div((motion->rest_us - at_us) * speed, MILLION);
    return most(0, least(motion->depth_um, least(inward, outward)));
}

static int64_t dosed_at(const mgt_motion *motion, int64_t at_us) {
    if (at_us >= motion->dose_until_us) {
        return motion->dose_nl;
    }
    if (at_us <= motion->dose_from_us) {
        return 0;
    }
    const int64_t span_us = motion->dose_until_us - motion->dose_from_us;
    return motion->dose_nl * (at_us - motion->dose_from_us) / span_us;
}

static void tell(mgt_twin *twin) {
    const mgt_motion *motion = &twin->motion;
    twin->told = 1;
    twin->syringe_nl -= (uint32_t)motion->dose_nl;
    if (motion->at_end) {
        twin->syringe_nl = twin->missing_nl = 0; /* the plunger has found it */
    }
    if (motion->dose_nl == 0) {
        return;
    }
    if (twin->deliveries_count < MGT_DELIVERIES) {
        mgt_delivery *one = &twin->deliveries[twin->deliveries_count++];
        one->shot_id = motion->shot_id;
        one->dose_nl = (uint32_t)motion->dose_nl;
        one->depth_um = (uint32_t)motion->depth_um;
        one->at_us = (uint64_t)motion->dose_until_us;
        one->contact = motion->dose_until_us <= twin->lifted_us ||
                       touches(twin, motion->dose_until_us);
        one->service = motion->service;
    }
}

void mg_hw_advance(void *hw, uint64_t now_us) {
    mgt_twin *twin = hw;
    if (twin->motion.moves && !twin->told && (int64_t)now_us >= twin->motion.dose_until_us) {
        tell(twin);
    }
}

uint64_t mg_hw_next_event_us(void *hw) {
    const mgt_twin *twin = hw;
    const mg_pistol *core = &twin->core;
    uint64_t next_us = MG_NEVER;
    if (twin->motion.moves) {
        const mgt_motion *motion = &twin->motion;
        const int64_t plunger_us = motion->is_dosing ? motion->dose_until_us : motion->dose_from_us;
        next_us = (uint64_t)(twin->told ? motion->rest_us : plunger_us);
    }
    /* a hand on its way is awaited where it would end something */
    const int reaches_out =
        core->is_jogging && twin->motion.moves && (int64_t)core->now_us < twin->motion.out_from_us;
    const int served = reaches_out || (core->arm.is_live && core->arm.service.value != 0);
    if (served && twin->has_set_out && twin->arrives_us > (int64_t)core->now_us &&
        (uint64_t)twin->arrives_us < next_us) {
        next_us = (uint64_t)twin->arrives_us;
    }
    return next_us;
}

void mg_hw_home(void *hw, uint64_t now_us) {
    mgt_twin *twin = hw;
    mgt_motion *motion = &twin->motion;
    memset(motion, 0, sizeof *motion);
    motion->moves = 1;
    motion->began_us = (int64_t)now_us;
    motion->rest_us = (int64_t)now_us + MGT_HOME_US;
    motion->dose_from_us = motion->dose_until_us = motion->out_from_us = motion->rest_us;
    twin->told = 1;
}

/* Take down how deep the needle will come that was ordered to a depth. */
static void reach(mgt_twin *twin, int64_t ordered_um, int64_t depth_um) {
    mgt_motion *motion = &twin->motion;
    motion->ordered_um = ordered_um;
    motion->depth_um = twin->trouble == MGT_NEEDLE_STANDS ? depth_um / 2 : depth_um;
    motion->stays_in = motion->depth_um > 0 && twin->trouble == MGT_NEEDLE_STAYS_IN;
}

void mg_hw_jog(void *hw, uint32_t depth_um, uint16_t dwell_ms, uint64_t now_us) {
    mgt_twin *twin = hw;
    mgt_motion *motion = &twin->motion;
    memset(motion, 0, sizeof *motion);
    reach(twin, (int64_t)depth_um, (int64_t)depth_um);
    const int64_t way_us = needle_us(twin, motion->depth_um);
    motion->moves = 1;
    motion->began_us = (int64_t)now_us;
    motion->out_from_us = (int64_t)now_us + way_us + (int64_t)dwell_ms * 1000;
    motion->dose_from_us = motion->dose_until_us = motion->out_from_us;
    motion->rest_us = motion->out_from_us + way_us;
    twin->told = 1;
}

void mg_hw_fire(void *hw, const mg_order *order, uint64_t now_us) {
    mgt_twin *twin = hw;
    mgt_motion *motion = &twin->motion;
    const mgt_figures *figures = &twin->figures;
    const int64_t noise = figures->dose_noise_ppm, asked = order->dose_nl;
    const int64_t ppm = twin->gain_ppm + mgt_between(&twin->noise, -noise, noise);
    int64_t dose = most(1, asked + floor_div(asked * ppm, MILLION));
    int64_t depth = 0;
    if (order->depth_um > 0) {
        const int64_t spread = figures->depth_noise_um;
        depth = most(0, (int64_t)order->depth_um + mgt_between(&twin->noise, -spread, spread));
    }
    const int64_t there = (int64_t)twin->syringe_nl - twin->missing_nl;
    memset(motion, 0, sizeof *motion);
    reach(twin, order->depth_um, depth);
    if (twin->trouble == MGT_PLUNGER_STANDS) {
        dose /= 2;
    } else if (dose > there) {
        dose = most(0, there);
        motion->at_end = 1;
    }
    motion->moves = 1;
    motion->service = order->service;
    motion->shot_id = order->shot_id;
    motion->rate_nl_per_s = order->rate_nl_per_s;
    motion->dwell_us = (int64_t)order->dwell_ms * 1000;
    motion->began_us = (int64_t)now_us;
    motion->dose_nl = dose;
    motion->dose_from_us =
        (int64_t)now_us + needle_us(twin, motion->depth_um) + figures->settle_us;
    motion->dose_until_us = motion->out_from_us = motion->rest_us = FOREVER;
    twin->told = 0;
}

void mg_hw_dose(void *hw, uint64_t now_us) {
    mgt_twin *twin = hw;
    mgt_motion *motion = &twin->motion;
    const int64_t off_um = motion->depth_um - motion->ordered_um;
    if (most(off_um, -off_um) > twin->figures.depth_noise_um) {
        twin->gave_astray = 1;
    }
    motion->is_dosing = 1;
    motion->dose_from_us = (int64_t)now_us;
    motion->dose_until_us =
        motion->dose_from_us + ceil_div(motion->dose_nl * MILLION, motion->rate_nl_per_s);
    motion->out_from_us = motion->dose_until_us + motion->dwell_us;
    motion->rest_us = motion->out_from_us + needle_us(twin, motion->depth_um);
}

void mg_hw_stop(void *hw, uint64_t now_us) {
    mgt_twin *twin = hw;
    mgt_motion *motion = &twin->motion;
    const int64_t at_us = (int64_t)now_us;
    if (motion->moves && at_us < motion->out_from_us) {
        const int64_t depth = depth_at(twin, at_us), dose = dosed_at(motion, at_us);
        motion->at_end = motion->at_end && at_us >= motion->dose_until_us;
        motion->stays_in = motion->stays_in && depth > 0;
        motion->depth_um = depth;
        motion->dose_nl = dose;
        motion->dose_from_us = least(motion->dose_from_us, at_us);
        motion->dose_until_us = least(motion->dose_until_us, at_us);
        motion->out_from_us = at_us;
        motion->rest_us = at_us + needle_us(twin, depth);
    }
    mg_hw_advance(hw, now_us);
}

void mg_hw_settle(void *hw) {
    mgt_twin *twin = hw;
    if (twin->motion.moves && twin->motion.stays_in) {
        twin->stuck_um = twin->motion.depth_um;
    }
    twin->motion.moves = 0;
}

void mg_hw_motion(void *hw, uint64_t now_us, mg_motion *motion) {
    const mgt_twin *twin = hw;
    const int64_t at_us = (int64_t)now_us, rest_us = twin->motion.rest_us;
    motion->moves = twin->motion.moves;
    motion->in_place = at_us >= twin->motion.dose_from_us;
    motion->dose_done = at_us >= twin->motion.dose_until_us;
    motion->at_end = motion->dose_done && twin->motion.at_end;
    motion->rest_us = rest_us == FOREVER ? MG_NEVER : (uint64_t)rest_us;
    motion->dose_nl = (uint32_t)twin->motion.dose_nl;
    motion->depth_um = (uint32_t)twin->motion.depth_um;
}

void mg_hw_sense(void *hw, uint64_t now_us, mg_senses *senses) {
    const mgt_twin *twin = hw;
    memset(senses, 0, sizeof *senses); /* force and pressure are not modelled */
    senses->contact = touches(twin, (int64_t)now_us);
    senses->service_button = twin->service_button;
    senses->supply_mv = (uint16_t)twin->figures.supply_mv;
    senses->depth_um = (uint32_t)depth_at(twin, (int64_t)now_us);
    senses->syringe_nl = twin->syringe_nl;
    senses->temperature_mk = twin->figures.temperature_mk;
}

uint8_t mg_hw_self_test(void *hw) {
    const mgt_twin *twin = hw;
    return twin->broken_part;
}

void mgt_body_cut(mgt_twin *twin, uint64_t at_us) {
    mg_hw_stop(twin, at_us);
    mg_hw_settle(twin); /* a spring takes the needle out, if it can */
}

void mgt_body_init(mgt_twin *twin) {
    mgt_stream gain;
    const int64_t error = twin->figures.gain_error_ppm;
    mgt_stream_open(&twin->noise, twin->seed, "dose and depth");
    mgt_stream_open(&gain, twin->seed, "gain error");
    mgt_stream_open(&twin->hand, twin->seed, "hand");
    mgt_stream_open(&twin->tearing, twin->seed, "torn writes");
    twin->gain_ppm = mgt_between(&gain, -error, error);
    twin->syringe_nl = twin->figures.syringe_nl;
    twin->lifted_us = -1;
    twin->told = 1;
}
