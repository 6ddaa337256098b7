/* The first instructions: memory as the compiler expects it, then main. */
#include <stdint.h>

extern uint32_t link_data_from[], link_data[], link_data_end[], link_bss[], link_bss_end[];
extern uint32_t link_stack_top[];

int main(void);
void board_reset(void);

void board_reset(void) {
    const uint32_t *from = link_data_from;
    for (uint32_t *to = link_data; to < link_data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *to = link_bss; to < link_bss_end;) {
        *to++ = 0;
    }
    (void)main();
}

/* No exception is ever expected. Standing still here lets the lease's end be seen from outside: on
 * metal the watchdog resets, and the button is in series with the supply. */
static void board_stand_still(void) {
    for (;;) {
        __asm volatile("nop");
    }
}

typedef void (*board_handler)(void);

__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack_top;
    board_handler handlers[15];
} vectors = {
    link_stack_top,
    {board_reset, board_stand_still, board_stand_still, board_stand_still, board_stand_still,
     board_stand_still, 0, 0, 0, 0, board_stand_still, board_stand_still, 0, board_stand_still,
     board_stand_still},
};
