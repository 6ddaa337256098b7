/* A simulated board around the core: memory that tears, a body in time, a hand. Not for metal.
 *
 * The same figures, draws and rounding as the twin in simulator/: for the same seed and the same
 * calls, both give the same bytes, the same memory and the same deliveries.
 */
#ifndef MG_TWIN_H
#define MG_TWIN_H

#include "../mg_core.h"

#define MGT_MEMORY_BYTES MG_MEMORY_BYTES(1024u)
#define MGT_REPLY_BYTES 16384u
#define MGT_DELIVERIES 64u
#define MGT_HOME_US 200000

/* What can be wrong with the body: each shows at the next shot or jog. */
enum {
    MGT_SOUND = 0,
    MGT_NEEDLE_STANDS,   /* it comes half as deep as it should, and no deeper */
    MGT_NEEDLE_STAYS_IN, /* it does not come out again */
    MGT_PLUNGER_STANDS,  /* in the middle of the dose, as before a clog */
    MGT_TROUBLES
};

/* Draws for one purpose. */
typedef struct {
    uint64_t state;
} mgt_stream;

/* The truth: one per physical delivery, whatever anybody recorded. */
typedef struct {
    uint32_t shot_id;
    uint32_t dose_nl;
    uint32_t depth_um;
    uint64_t at_us;
    uint8_t contact;
    uint8_t service;
} mgt_delivery;

typedef struct {
    int64_t needle_um_per_s;
    int64_t settle_us;
    int64_t depth_noise_um;
    int64_t gain_error_ppm;
    int64_t dose_noise_ppm;
    uint32_t supply_mv;
    uint32_t temperature_mk;
    int64_t travel_us;
    int64_t hand_settle_us;
    int64_t jitter_ppm;
    uint32_t syringe_nl;
    uint8_t refills;
} mgt_figures;

/* One shot in time, as it will go if nothing stops it. */
typedef struct {
    uint8_t moves;
    uint8_t service;
    uint8_t is_dosing; /* the plunger was let go; before that, nobody knows when it will be over */
    uint8_t at_end;    /* the syringe will end before the dose */
    uint8_t stays_in;  /* the needle does not come out */
    uint32_t shot_id;
    int64_t rate_nl_per_s;
    int64_t dwell_us;
    int64_t ordered_um;
    int64_t began_us;
    int64_t depth_um;
    int64_t dose_nl;
    int64_t dose_from_us;
    int64_t dose_until_us;
    int64_t out_from_us;
    int64_t rest_us;
} mgt_motion;

typedef struct {
    mg_pistol core;
    mg_config config;
    mgt_figures figures;
    uint64_t seed;
    uint8_t has_key;
    uint8_t key[MG_KEY_BYTES];
    uint8_t is_powered;
    uint64_t now_us;

    uint8_t memory[MGT_MEMORY_BYTES];
    int64_t left;      /* bytes that may still be written, below 0: as many as one likes */
    int64_t torn_slot; /* bytes of the next record that are written, below 0: all */
    uint32_t stuck_at; /* an address whose lowest bit cannot be set, 0: there is none */
    int (*on_write)(const uint8_t *data, uint32_t address, uint32_t size); /* 0: it is kept */

    mgt_stream chance; /* of this start */
    uint8_t has_chance;
    mgt_stream tearing;
    mgt_stream noise;
    int64_t gain_ppm;
    uint32_t syringe_nl;
    mgt_motion motion;
    uint8_t told; /* whether the truth about this motion has been written */

    uint32_t baud;          /* of the line; behind what is in `replies` */
    uint8_t service_button; /* whether the person holds it */
    uint8_t keeps_pulling;  /* the trigger stays pulled: no fresh pull comes */
    uint8_t broken_part;    /* what a self test finds, MGP_FAULT_CODE_... */
    uint8_t trouble;        /* MGT_... of its body, as long as nobody mends it */
    uint8_t gave_astray;    /* ever: the plunger was let go behind a needle that was elsewhere */
    uint32_t missing_nl;    /* that are counted, and not in the syringe */
    int64_t stuck_um;       /* so deep the needle stands, and nothing moves it */
    mgt_stream hand;
    uint8_t has_set_out;
    int64_t arrives_us;
    int64_t lifted_us; /* until then the foot was on the skin; below 0: never yet */
    uint32_t site;

    uint8_t replies[MGT_REPLY_BYTES];
    uint32_t replies_size;
    mgt_delivery deliveries[MGT_DELIVERIES];
    uint32_t deliveries_count; /* since it was last asked */
} mgt_twin;

void mgt_figures_default(mgt_figures *figures);
void mgt_config_default(mg_config *config);
/* Make a board and give it power; memory, config and figures as they are in `twin`. */
void mgt_init(mgt_twin *twin, uint64_t seed, uint64_t uid, const mgt_figures *figures,
              const mg_config *config);
void mgt_power_on(mgt_twin *twin, uint64_t at_us);
/* Take the power away: what was being written is torn, what moves stops where it is. */
void mgt_power_cut(mgt_twin *twin, uint64_t at_us);
void mgt_advance(mgt_twin *twin, uint64_t at_us);
/* Take bytes from the line; the replies are in `replies`. */
void mgt_receive(mgt_twin *twin, const uint8_t *data, uint32_t size, uint64_t at_us);
void mgt_abort(mgt_twin *twin, uint8_t cause, uint64_t at_us);
uint64_t mgt_next_event_us(const mgt_twin *twin);
/* Let the person hold the service button, off the skin, or let go of it. */
void mgt_hold_service_button(mgt_twin *twin, uint8_t held);
/* Let the hand take the foot off the skin, and put it back. */
void mgt_lift(mgt_twin *twin, uint64_t at_us, uint64_t back_us);
/* The figures of the record as the compiler laid them out, for whoever reads it from outside. */
uint32_t mgt_core_bytes(void);

/* mg_body.c */
void mgt_stream_open(mgt_stream *stream, uint64_t seed, const char *purpose);
uint64_t mgt_bits64(mgt_stream *stream);
int64_t mgt_between(mgt_stream *stream, int64_t low, int64_t high);
void mgt_body_init(mgt_twin *twin);
void mgt_body_cut(mgt_twin *twin, uint64_t at_us);
void mgt_hand_leave(mgt_twin *twin, uint64_t at_us);
void mgt_hand_move_on(mgt_twin *twin, uint64_t at_us);

#endif
