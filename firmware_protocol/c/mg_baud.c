/* The speed of the line: up in two steps, and back to the first whenever nobody is heard.
 *
 * The answer to a change goes out at the old speed. At any speed but the first, a while without a
 * frame that is answered leads back: so a host that begins anew is always heard in the end.
 */
#include "mg_core.h"

void mg_baud_start(mg_pistol *pistol) {
    pistol->baud = MG_BAUD;
    pistol->baud_next = 0;
    pistol->baud_falls_us = MG_NEVER;
    mg_hw_set_baud(pistol->hw, MG_BAUD);
}

void mg_set_baud_answer(mg_pistol *pistol, const mgp_set_baud *request, mg_answer *answer) {
    if (pistol->state != MGP_PISTOL_STATE_SAFE || !mg_is_stopped(pistol)) {
        mg_error(answer, MGP_MSG_SET_BAUD, MGP_ERROR_CODE_WRONG_STATE, pistol->state, 0);
    } else if (!mg_hw_has_baud(pistol->hw, request->baud)) {
        mg_error(answer, MGP_MSG_SET_BAUD, MGP_ERROR_CODE_OUT_OF_RANGE, pistol->baud, 0);
    } else {
        pistol->baud_next = request->baud;
        pistol->baud_next_ms = request->fallback_ms;
        const mgp_set_baud_reply reply = {request->baud, request->fallback_ms};
        MG_ANSWER(answer, SET_BAUD_REPLY, set_baud_reply, &reply);
    }
}

void mg_baud_keep(mg_pistol *pistol) {
    if (pistol->was_heard && pistol->baud != MG_BAUD) {
        pistol->baud_falls_us = pistol->now_us + MG_SILENCE_US;
    }
    pistol->was_heard = 0;
    if (pistol->baud_next != 0) {
        pistol->baud = pistol->baud_next;
        pistol->baud_next = 0;
        pistol->baud_falls_us = MG_NEVER;
        if (pistol->baud != MG_BAUD) {
            pistol->baud_falls_us = pistol->now_us + (uint64_t)pistol->baud_next_ms * 1000u;
        }
        mg_hw_set_baud(pistol->hw, pistol->baud);
    }
}

void mg_baud_fall(mg_pistol *pistol) {
    if (pistol->now_us >= pistol->baud_falls_us) {
        mg_baud_start(pistol);
    }
}
