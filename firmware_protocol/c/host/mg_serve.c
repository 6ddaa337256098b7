/* Serves the core on its simulated board, in real time: on a pseudo terminal, or stdin and stdout.
 *
 *   mesogun-core --pty [--seed N] [--hand-ms MS] [--truth FILE] [--memory FILE] [--key FILE]
 *
 * Options, memory file and truth are those of `python -m simulator`; but the file of the key holds
 * this one pistol's key, 64 hexadecimal digits, and nothing else.
 */
#define _DEFAULT_SOURCE
#define _XOPEN_SOURCE 600
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "mg_twin.h"

#define UID_TWIN (UINT64_C(0x51) << 56)
#define HAND_MS_MAX 600000

static mgt_twin twin;
static int memory_file = -1;
static int terminal = -1; /* the far end of the pseudo terminal, which has the client's speed */

typedef struct {
    int is_pty;
    int has_seed;
    uint64_t seed;
    long hand_ms; /* below 0: as the figures say */
    const char *truth;
    const char *memory;
    const char *key;
} options;

static int fail(const char *what, const char *why) {
    fprintf(stderr, "error: %s: %s\n", what, why);
    return 1;
}

static uint64_t now_us(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000000u + (uint64_t)at.tv_nsec / 1000u;
}

static uint64_t fresh64(void) {
    uint64_t value = 0;
    FILE *source = fopen("/dev/urandom", "rb");
    if (source != NULL) {
        if (fread(&value, sizeof value, 1, source) != 1) {
            value = now_us();
        }
        fclose(source);
    }
    return value;
}

/* ---- files */

/* Read the memory that outlives this process, or begin a blank one; the descriptor, or -1. */
static int open_memory(const char *path) {
    const int file = open(path, O_RDWR | O_CREAT, 0644);
    struct flock whole;
    memset(&whole, 0, sizeof whole);
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (file < 0 || fcntl(file, F_SETLK, &whole) != 0) {
        fail(path, file < 0 ? strerror(errno) : "another process uses it");
        return -1;
    }
    const ssize_t size = read(file, twin.memory, sizeof twin.memory);
    if (size == 0) {
        const ssize_t kept = pwrite(file, twin.memory, sizeof twin.memory, 0);
        return kept == (ssize_t)sizeof twin.memory ? file : (fail(path, "cannot be written"), -1);
    }
    if (size != (ssize_t)sizeof twin.memory) {
        fail(path, "not the size of this pistol's memory");
        return -1;
    }
    return file;
}

static int is_key(const char *digits, ssize_t size, uint8_t *key) {
    if (size == 2 * MG_KEY_BYTES + 1 && digits[size - 1] == '\n') {
        size--;
    }
    if (size != 2 * MG_KEY_BYTES) {
        return 0;
    }
    for (ssize_t at = 0; at < size; at++) {
        const char digit = digits[at];
        uint8_t value;
        if (digit >= '0' && digit <= '9') {
            value = (uint8_t)(digit - '0');
        } else if (digit >= 'a' && digit <= 'f') {
            value = (uint8_t)(digit - 'a' + 10);
        } else {
            return 0;
        }
        key[at / 2] = (uint8_t)(at % 2 == 0 ? value << 4 : key[at / 2] | value);
    }
    return 1;
}

/* Give the pistol its key. No message ever holds a part of it. */
static int take_key(const char *path) {
    char digits[2 * MG_KEY_BYTES + 2];
    uint8_t key[MG_KEY_BYTES];
    struct stat told;
    const int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &told) != 0) {
        return fail(path, strerror(errno));
    }
    const ssize_t size = read(file, digits, sizeof digits);
    close(file);
    if (!S_ISREG(told.st_mode) || (told.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail(path, "others than its owner may open it, or it is no file: chmod 600");
    }
    if (!is_key(digits, size, key)) {
        return fail(path, "it does not hold 64 hexadecimal digits, and nothing else");
    }
    memcpy(twin.key, key, sizeof twin.key);
    twin.has_key = 1;
    return 0;
}

static int keep(const uint8_t *data, uint32_t address, uint32_t size) {
    return pwrite(memory_file, data, size, (off_t)address) == (ssize_t)size ? 0 : 1;
}

static int tell_truth(FILE *truth) {
    for (uint32_t one = 0; one < twin.deliveries_count; one++) {
        const mgt_delivery *told = &twin.deliveries[one];
        if (truth != NULL &&
            fprintf(truth,
                    "{\"shot_id\": %lu, \"dose_nl\": %lu, \"depth_um\": %lu, \"at_us\": %llu, "
                    "\"contact\": %s, \"service\": %s}\n",
                    (unsigned long)told->shot_id, (unsigned long)told->dose_nl,
                    (unsigned long)told->depth_um, (unsigned long long)told->at_us,
                    told->contact ? "true" : "false", told->service ? "true" : "false") < 0) {
            return fail("truth", strerror(errno));
        }
    }
    twin.deliveries_count = 0;
    return truth != NULL && fflush(truth) != 0 ? fail("truth", strerror(errno)) : 0;
}

/* ---- line */

/* Open a pseudo terminal that passes every byte unchanged; keep its far end open, so that clients
 * may come and go. */
static int open_terminal(void) {
    struct termios raw;
    const int near = posix_openpt(O_RDWR | O_NOCTTY);
    if (near < 0 || grantpt(near) != 0 || unlockpt(near) != 0) {
        return -1;
    }
    const char *name = ptsname(near);
    const int far = name == NULL ? -1 : open(name, O_RDWR | O_NOCTTY);
    if (far < 0 || tcgetattr(far, &raw) != 0) {
        return -1;
    }
    cfmakeraw(&raw);
    cfsetispeed(&raw, B115200);
    cfsetospeed(&raw, B115200);
    terminal = far;
    if (tcsetattr(far, TCSANOW, &raw) != 0 || fcntl(near, F_SETFL, O_NONBLOCK) != 0) {
        return -1;
    }
    printf("listening on %s\n", name);
    fflush(stdout);
    return near;
}

/* Whether client and pistol have the same speed: bytes at another one are not understood. */
static int is_in_tune(uint32_t baud) {
    static const struct {
        speed_t name;
        uint32_t baud;
    } speeds[] = {{B115200, 115200u}, {B230400, 230400u}, {B460800, 460800u}, {B921600, 921600u}};
    struct termios now;
    if (terminal < 0 || tcgetattr(terminal, &now) != 0) {
        return 1; /* a line without a speed */
    }
    for (uint32_t one = 0; one < sizeof speeds / sizeof speeds[0]; one++) {
        if (speeds[one].name == cfgetospeed(&now)) {
            return speeds[one].baud == baud;
        }
    }
    return 0;
}

static void send_replies(int to) {
    uint32_t sent = 0;
    while (sent < twin.replies_size) {
        const ssize_t count = write(to, twin.replies + sent, twin.replies_size - sent);
        if (count <= 0) {
            break; /* nobody reads: the answer is lost */
        }
        sent += (uint32_t)count;
    }
    twin.replies_size = 0;
}

static int timeout_ms(void) {
    const uint64_t due_us = mgt_next_event_us(&twin), at_us = now_us();
    if (due_us == MG_NEVER) {
        return -1;
    }
    if (due_us <= at_us) {
        return 0;
    }
    const uint64_t wait_ms = (due_us - at_us + 999u) / 1000u;
    return wait_ms > 60000u ? 60000 : (int)wait_ms;
}

static int serve(int from, int to, FILE *truth) {
    uint8_t data[MG_CHUNK_BYTES_MAX];
    for (;;) {
        struct pollfd line = {from, POLLIN, 0};
        const int ready = poll(&line, 1, timeout_ms());
        if (ready < 0 && errno != EINTR) {
            return fail("line", strerror(errno));
        }
        mgt_advance(&twin, now_us());
        if (ready > 0) {
            const ssize_t count = read(from, data, sizeof data);
            if (count == 0) {
                return 0; /* stdin has ended */
            }
            if (count < 0 && errno != EAGAIN && errno != EINTR) {
                return fail("line", strerror(errno));
            }
            if (count > 0 && is_in_tune(twin.baud)) {
                mgt_receive(&twin, data, (uint32_t)count, now_us());
            }
        }
        if (tell_truth(truth) != 0) {
            return 1;
        }
        send_replies(to);
    }
}

/* ---- command line */

static int is_number(const char *text, uint64_t most, uint64_t *value) {
    char *end = NULL;
    errno = 0;
    const unsigned long long found = strtoull(text, &end, 10);
    *value = found;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && found <= most;
}

static int read_options(int count, char **words, options *asked) {
    memset(asked, 0, sizeof *asked);
    asked->hand_ms = -1;
    for (int at = 1; at < count; at++) {
        const char *word = words[at];
        uint64_t value = 0;
        if (strcmp(word, "--pty") == 0) {
            asked->is_pty = 1;
        } else if (at + 1 == count) {
            return fail(word, "unknown, or its value is missing");
        } else if (strcmp(word, "--seed") == 0 && is_number(words[at + 1], UINT64_MAX, &value)) {
            asked->has_seed = 1;
            asked->seed = value;
            at++;
        } else if (strcmp(word, "--hand-ms") == 0 &&
                   is_number(words[at + 1], HAND_MS_MAX, &value)) {
            asked->hand_ms = (long)value;
            at++;
        } else if (strcmp(word, "--truth") == 0) {
            asked->truth = words[++at];
        } else if (strcmp(word, "--memory") == 0) {
            asked->memory = words[++at];
        } else if (strcmp(word, "--key") == 0) {
            asked->key = words[++at];
        } else {
            return fail(word, "no such option, or not this value");
        }
    }
    return 0;
}

int main(int count, char **words) {
    options asked;
    mgt_figures figures;
    mg_config config;
    int line = -1;
    FILE *truth = NULL;
    if (read_options(count, words, &asked) != 0) {
        return 2;
    }
    mgt_figures_default(&figures);
    mgt_config_default(&config);
    figures.refills = 1;
    if (asked.hand_ms >= 0) {
        figures.travel_us = asked.hand_ms * 1000;
        figures.hand_settle_us = figures.jitter_ppm = 0;
    }
    mgt_init(&twin, asked.has_seed ? asked.seed : fresh64(), UID_TWIN | fresh64() >> 8, &figures,
             &config);
    if (asked.key != NULL && take_key(asked.key) != 0) {
        return 1;
    }
    if (asked.memory != NULL) {
        memory_file = open_memory(asked.memory);
        twin.on_write = keep;
        if (memory_file < 0) {
            return 1;
        }
    }
    if (asked.truth != NULL && (truth = fopen(asked.truth, "ab")) == NULL) {
        return fail(asked.truth, strerror(errno));
    }
    if (asked.is_pty && (line = open_terminal()) < 0) {
        return fail("no pseudo terminal", strerror(errno));
    }
    mgt_power_on(&twin, now_us());
    if (twin.core.journal.damage) {
        return fail("memory", "damaged, or not of such a pistol; nothing was changed");
    }
    return asked.is_pty ? serve(line, line, truth)
                        : serve(STDIN_FILENO, STDOUT_FILENO, truth);
}
