/* A Cortex-M3 board with a serial line and a clock: what main.c needs of it.
 *
 * Arm's MPS2 with the AN385 image, as QEMU has it (`-M mps2-an385`): two devices and the core's own
 * tick. No interrupt is ever taken: interrupts stay masked and only end the sleep of the loop.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

void board_start(void);

/* Microseconds since the start. To be called at least once an hour, or a turn of its 32-bit counter
 * is missed. */
uint64_t board_now_us(void);

/* Sleep until a byte comes or a millisecond has passed. */
void board_sleep(void);

/* Take what the line brought, at most `room` bytes. */
uint32_t board_receive(uint8_t *data, uint32_t room);

/* Send; what the line does not take within 20 ms is lost, for nothing may hold up the loop. */
void board_send(const uint8_t *data, uint32_t size);

/* Let what was sent leave, then go on at this speed. */
void board_speed(uint32_t baud);

/* Bytes that a reset leaves alone; blank when the power came on. */
#define BOARD_KEPT __attribute__((section(".kept")))

#endif
