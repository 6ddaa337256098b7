/* What the pistol tells of itself, whatever its state: that it is there, and its schema. */
#include "mg_core.h"

void mg_ping_answer(const mg_pistol *pistol, const mgp_ping *request, mg_answer *answer) {
    const mgp_ping_reply reply = {request->echo, mg_uptime_us(pistol, pistol->now_us)};
    MG_ANSWER(answer, PING_REPLY, ping_reply, &reply);
}

void mg_describe_answer(const mgp_describe *request, mg_answer *answer) {
    mgp_describe_chunk reply;
    if (request->offset > MGP_DESCRIPTION_BYTES) {
        mg_error(answer, MGP_MSG_DESCRIBE, MGP_ERROR_CODE_OUT_OF_RANGE, MGP_DESCRIPTION_BYTES, 0);
        return;
    }
    const uint32_t left = MGP_DESCRIPTION_BYTES - request->offset;
    reply.total = MGP_DESCRIPTION_BYTES;
    reply.offset = request->offset;
    reply.count = (uint8_t)(left < MGP_MOST_DESCRIBE_CHUNK ? left : MGP_MOST_DESCRIBE_CHUNK);
    for (uint32_t one = 0; one < MGP_MOST_DESCRIBE_CHUNK; one++) {
        if (one < reply.count) {
            reply.data[one].value = MGP_DESCRIPTION[request->offset + one];
        }
    }
    MG_ANSWER(answer, DESCRIBE_CHUNK, describe_chunk, &reply);
}
