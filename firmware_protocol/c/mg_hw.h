/* What a board gives the core: memory, chance, a body that moves, senses, and a line to send on.
 *
 * A port implements these functions, and nothing else; README.md goes through them one by one.
 * `hw` is whatever was given to mg_start. Times are microseconds of the board's own monotonic
 * clock since the power came on. None of them may call back into the core.
 */
#ifndef MG_HW_H
#define MG_HW_H

#include <stdint.h>

#define MG_NEVER UINT64_MAX
#define MG_KEY_BYTES 32u

/* What became of something that touches the memory. */
enum {
    MG_OK = 0,
    MG_FULL = 1,      /* no record may be overwritten before the host has acknowledged it */
    MG_DAMAGED = 2,   /* what was written is not what is read */
    MG_POWER_LOST = 3 /* simulations only: on metal such a call never returns */
};

/* What the gate released. */
typedef struct {
    uint32_t shot_id;
    uint32_t dose_nl;
    uint32_t depth_um;
    uint32_t rate_nl_per_s;
    uint16_t dwell_ms;
    uint8_t service; /* into a vessel: the needle stays where it begins */
} mg_order;

/* What moves, as measured now. A board measures; whether that is what was ordered, the core
 * decides. A part that cannot go on has come to rest as well: a board finds that out within a time
 * of its own. */
typedef struct {
    uint8_t moves;     /* from fire, home or jog to settle */
    uint8_t in_place;  /* the needle has come to rest on its way in, wherever that is */
    uint8_t dose_done; /* the plunger has come to rest, wherever that is; a jog goes home */
    uint8_t at_end;    /* and met the end of the syringe */
    uint64_t rest_us;  /* when the needle came to rest on its way out, wherever that is, or will;
                          MG_NEVER while that is not known */
    uint32_t dose_nl;  /* what left the needle, once the plunger is at rest */
    uint32_t depth_um; /* how deep the needle came, once it is in place, or at rest */
} mg_motion;

/* What the body feels now. */
typedef struct {
    uint8_t contact; /* the foot is on the skin, by a reading of this moment */
    uint8_t service_button; /* a person holds it: no service and no looser limit without */
    uint16_t supply_mv;
    uint32_t depth_um; /* of the needle now, by a reading of this moment; 0: it is out */
    uint32_t syringe_nl; /* counted, and 0 once the plunger has met the end of the syringe */
    uint32_t force_mn;
    uint32_t pressure_pa;
    uint32_t temperature_mk;
} mg_senses;

/* ---- non-volatile memory: MG_MEMORY_BYTES(records) bytes that survive the power */
int mg_hw_read(void *hw, uint32_t address, uint8_t *data, uint32_t size);
/* Write and wait until it would survive the power. Bytes may be torn by a power cut in between. */
int mg_hw_write(void *hw, uint32_t address, const uint8_t *data, uint32_t size);

/* ---- chance: 64 bits that nobody can foretell (a hardware generator) */
uint64_t mg_hw_random64(void *hw);

/* ---- the key of this pistol: put in where a person can reach it, and readable by nothing else */
/* 1: it is in `key` (MG_KEY_BYTES); 0: this pistol has none, and obeys whoever holds the cable. */
int mg_hw_key(void *hw, uint8_t *key);

/* ---- line: queue these bytes for sending; a reply is one call */
void mg_hw_send(void *hw, const uint8_t *data, uint32_t size);
/* 1: the line can run at this speed (bits a second, 8N1). 115200 must be one. */
int mg_hw_has_baud(void *hw, uint32_t baud);
/* Let all that was queued leave at the old speed, then send and receive at this one. What came in
 * until then and was not handed to mg_receive is best dropped. Also called at the start. */
void mg_hw_set_baud(void *hw, uint32_t baud);

/* ---- body */
/* Look at processor, memory, clock, sensors, supply and motors: MGP_FAULT_CODE_NONE if all is
 * sound, else which of them is not. Called after selftest_us, at the start and when it is asked. */
uint8_t mg_hw_self_test(void *hw);
/* Begin to take the needle home; nothing may leave it. It is a motion until settle. */
void mg_hw_home(void *hw, uint64_t now_us);
/* Begin to take the needle out to a depth, keep it there and take it home; nothing may leave it.
 * It is a motion until settle. */
void mg_hw_jog(void *hw, uint32_t depth_um, uint16_t dwell_ms, uint64_t now_us);
/* Begin to take the needle in; the plunger waits for mg_hw_dose. Only mg_guard.c calls this. */
void mg_hw_fire(void *hw, const mg_order *order, uint64_t now_us);
/* The needle is where it was ordered: give the dose of that order, then dwell and come out. Called
 * once for each fire, or not at all. Only mg_watch.c calls this. */
void mg_hw_dose(void *hw, uint64_t now_us);
/* Stop the plunger at once, then take the needle out. Harmless when nothing moves. */
void mg_hw_stop(void *hw, uint64_t now_us);
/* The core has written down how the motion ended: forget it. */
void mg_hw_settle(void *hw);
void mg_hw_motion(void *hw, uint64_t now_us, mg_motion *motion);
void mg_hw_sense(void *hw, uint64_t now_us, mg_senses *senses);
/* Let what happens in the body by itself happen up to now; a board with interrupts does nothing. */
void mg_hw_advance(void *hw, uint64_t now_us);
/* When something happens in the body by itself; MG_NEVER: the caller polls often enough. */
uint64_t mg_hw_next_event_us(void *hw);

/* ---- operator */
/* When skin contact and a fresh pull of the trigger allowed the shot that waits since `lamp_us`;
 * MG_NEVER: not yet. PRESS wants a pull that began after the lamp, HELD a trigger that is held. */
uint64_t mg_hw_release_us(void *hw, uint8_t trigger, uint64_t lamp_us);
/* A shot waits: show it. */
void mg_hw_lamp(void *hw, uint64_t now_us);
/* A dose was given here; the operator may move on. */
void mg_hw_given(void *hw, uint64_t now_us);
/* `volume_nl` is about to be armed: a chance to change the syringe before it is looked at. */
void mg_hw_before_arming(void *hw, uint32_t volume_nl);

#endif
