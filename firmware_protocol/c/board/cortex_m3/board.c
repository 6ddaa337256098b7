/* The devices of the MPS2 board: a CMSDK serial port, the counter of the FPGA, the core's SysTick. */
#include "board.h"

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define UART_DATA REGISTER(0x40004000u)
#define UART_STATE REGISTER(0x40004004u)
#define UART_CTRL REGISTER(0x40004008u)
#define UART_INT REGISTER(0x4000400Cu)
#define UART_BAUDDIV REGISTER(0x40004010u)
#define UART_TX_FULL 1u
#define UART_RX_FULL 2u
#define UART_ENABLE (1u | 2u | 8u) /* send, receive, interrupt on receive */
#define UART_RX_INT 2u
#define UART_RX_LINE 1u /* of the interrupt controller: bit 0 */

#define FPGA_COUNTER REGISTER(0x40028018u)
#define FPGA_PRESCALE REGISTER(0x4002801Cu)

#define SYSTICK_CTRL REGISTER(0xE000E010u)
#define SYSTICK_LOAD REGISTER(0xE000E014u)
#define SYSTICK_VALUE REGISTER(0xE000E018u)
#define SYSTICK_ON (1u | 2u | 4u) /* on, pends its exception, the core's own clock */
#define NVIC_ENABLE REGISTER(0xE000E100u)
#define NVIC_CLEAR REGISTER(0xE000E280u)
#define ICSR REGISTER(0xE000ED04u)
#define ICSR_SYSTICK_CLEAR (1u << 25)

#define CLOCK_HZ 25000000u
#define BAUD 115200u
#define SEND_US_MAX 20000u
#define LAST_BYTE_TURNS (CLOCK_HZ / BAUD * 10u) /* each takes more than one clock */

static uint32_t counter_last;
static uint64_t counter_turns;

void board_start(void) {
    __asm volatile("cpsid i");
    FPGA_PRESCALE = CLOCK_HZ / 1000000u - 1u;
    FPGA_COUNTER = 0;
    UART_BAUDDIV = CLOCK_HZ / BAUD;
    UART_CTRL = UART_ENABLE;
    NVIC_ENABLE = UART_RX_LINE;
    SYSTICK_LOAD = CLOCK_HZ / 1000u - 1u;
    SYSTICK_VALUE = 0;
    SYSTICK_CTRL = SYSTICK_ON;
}

uint64_t board_now_us(void) {
    const uint32_t counter = FPGA_COUNTER;
    if (counter < counter_last) {
        counter_turns += UINT64_C(1) << 32;
    }
    counter_last = counter;
    return counter_turns | counter;
}

void board_sleep(void) {
    /* A pending interrupt ends it although none is taken: a byte that came just now is not missed. */
    __asm volatile("dsb\n\twfi" ::: "memory");
    ICSR = ICSR_SYSTICK_CLEAR;
    UART_INT = UART_RX_INT;
    NVIC_CLEAR = UART_RX_LINE;
}

uint32_t board_receive(uint8_t *data, uint32_t room) {
    uint32_t count = 0;
    while (count < room && (UART_STATE & UART_RX_FULL) != 0) {
        data[count++] = (uint8_t)UART_DATA;
    }
    return count;
}

void board_speed(uint32_t baud) {
    const uint64_t began_us = board_now_us();
    while ((UART_STATE & UART_TX_FULL) != 0 && board_now_us() - began_us < SEND_US_MAX) {
    }
    /* What left the buffer last is still on the line, and the port does not tell when it is gone. */
    for (uint32_t turn = 0; turn < LAST_BYTE_TURNS; turn++) {
        __asm volatile("nop");
    }
    UART_BAUDDIV = CLOCK_HZ / baud;
    if ((UART_STATE & UART_RX_FULL) != 0) {
        (void)UART_DATA; /* it came at the old speed */
    }
}

void board_send(const uint8_t *data, uint32_t size) {
    const uint64_t began_us = board_now_us();
    for (uint32_t at = 0; at < size; at++) {
        while ((UART_STATE & UART_TX_FULL) != 0) {
            if (board_now_us() - began_us > SEND_US_MAX) {
                return;
            }
        }
        UART_DATA = data[at];
    }
}
