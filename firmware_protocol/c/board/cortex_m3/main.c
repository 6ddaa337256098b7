/* The core with its simulated body on a Cortex-M3: what a port's main loop looks like. */
#include <string.h>

#include "../../host/mg_door.h"
#include "board.h"

#define SEED UINT64_C(7)
#define UID (UINT64_C(0x51) << 56 | 0x3385u)
#define HAND_US 30000
#define MARK 0x4B455054u

/* The board has no FRAM: its non-volatile memory is RAM that a reset leaves alone. */
static uint8_t kept[MGT_MEMORY_BYTES] BOARD_KEPT;
static uint32_t kept_mark BOARD_KEPT;

mgt_twin board_twin;

static int keep(const uint8_t *data, uint32_t address, uint32_t size) {
    memcpy(kept + address, data, size);
    return 0;
}

static void begin(void) {
    mgt_figures figures;
    mg_config config;
    mgt_figures_default(&figures);
    mgt_config_default(&config);
    figures.refills = 1;
    figures.travel_us = HAND_US;
    figures.hand_settle_us = figures.jitter_ppm = 0;
    mgt_init(&board_twin, SEED, UID, &figures, &config);
    if (kept_mark == MARK) {
        memcpy(board_twin.memory, kept, sizeof kept);
    } else {
        memset(kept, 0, sizeof kept);
        kept_mark = MARK;
    }
    board_twin.on_write = keep;
    mgt_power_on(&board_twin, board_now_us());
}

int main(void) {
    uint8_t data[MG_CHUNK_BYTES_MAX];
    board_start();
    begin();
    uint32_t baud = MG_BAUD;
    for (;;) {
        const uint32_t size = board_receive(data, sizeof data);
        if (size > 0) {
            mgt_receive(&board_twin, data, size, board_now_us());
            board_send(board_twin.replies, board_twin.replies_size);
            board_twin.replies_size = 0;
        } else {
            mgt_advance(&board_twin, board_now_us());
        }
        if (board_twin.baud != baud) {
            baud = board_twin.baud; /* behind the answer, or by itself after a silence */
            board_speed(baud);
        }
        board_sleep();
    }
}
