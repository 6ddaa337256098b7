/* The three functions of a C library that the core and the compiler ask for. */
#include <stdint.h>
#include <string.h>

void *memcpy(void *to, const void *from, size_t size) {
    uint8_t *out = to;
    const uint8_t *in = from;
    for (size_t at = 0; at < size; at++) {
        out[at] = in[at];
    }
    return to;
}

void *memset(void *to, int value, size_t size) {
    uint8_t *out = to;
    for (size_t at = 0; at < size; at++) {
        out[at] = (uint8_t)value;
    }
    return to;
}

int memcmp(const void *one, const void *other, size_t size) {
    const uint8_t *left = one, *right = other;
    for (size_t at = 0; at < size; at++) {
        if (left[at] != right[at]) {
            return left[at] < right[at] ? -1 : 1;
        }
    }
    return 0;
}
