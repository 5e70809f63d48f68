#include "harness/semihost.h"

#include <string.h>

/* Operation numbers, chapter "Semihosting operations". */
enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITEC = 0x03,
    SYS_WRITE0 = 0x04,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_READC = 0x07,
    SYS_ISERROR = 0x08,
    SYS_ISTTY = 0x09,
    SYS_SEEK = 0x0a,
    SYS_FLEN = 0x0c,
    SYS_TMPNAM = 0x0d,
    SYS_REMOVE = 0x0e,
    SYS_RENAME = 0x0f,
    SYS_CLOCK = 0x10,
    SYS_TIME = 0x11,
    SYS_SYSTEM = 0x12,
    SYS_ERRNO = 0x13,
    SYS_GET_CMDLINE = 0x15,
    SYS_HEAPINFO = 0x16,
    SYS_EXIT = 0x18,
    SYS_EXIT_EXTENDED = 0x20,
    SYS_ELAPSED = 0x30,
    SYS_TICKFREQ = 0x31,
};

#define ADP_STOPPED_APPLICATION_EXIT 0x20026u
#define FAILED                       UINT32_MAX
/* newlib's numbers; the specification leaves errno to the C library. */
enum { NO_FILE = 2, BAD_HANDLE = 9, TOO_MANY = 24, NOT_PERMITTED = 1, BAD_ADDRESS = 14 };

/* The most that one operation moves: more than any of the chips has RAM. */
#define MOST (1u << 20)

/* "SHFB", then the feature bits: SYS_EXIT_EXTENDED is there, and :tt opened to append is
 * the error stream. */
static const uint8_t features[] = {0x53, 0x48, 0x46, 0x42, 0x03};

struct call {
    struct semihost *semihost;
    struct armv7m *core;
    uint32_t argument; /* R1 */
};

static uint32_t failed(struct call *call, uint32_t error) {
    call->semihost->error = error;
    return FAILED;
}

/* Word n of the parameter block; 0 where there is no memory. */
static uint32_t word(const struct call *call, unsigned n) {
    uint32_t value = 0;
    armv7m_read(call->core, call->argument + 4 * n, 4, &value);
    return value;
}

static bool octet(const struct call *call, uint32_t address, uint8_t *value) {
    uint32_t wide;
    if (!armv7m_read(call->core, address, 1, &wide))
        return false;
    *value = (uint8_t)wide;
    return true;
}

/* Octets from memory to a stream; returns how many were there. */
static uint32_t put(struct call *call, enum semihost_stream stream, uint32_t address, uint32_t n,
                    bool until_nul) {
    uint8_t chunk[256];
    uint32_t used = 0, done = 0;
    for (; done < n && octet(call, address + done, &chunk[used]); done++) {
        if (until_nul && chunk[used] == 0)
            break;
        if (++used == sizeof chunk) {
            call->semihost->host->write(call->semihost->user, stream, chunk, used);
            used = 0;
        }
    }
    if (used)
        call->semihost->host->write(call->semihost->user, stream, chunk, used);
    return done;
}

static struct semihost_file *file_of(struct call *call, uint32_t handle) {
    if (handle < 1 || handle > SEMIHOST_FILES ||
        call->semihost->files[handle - 1].kind == SEMIHOST_CLOSED)
        return NULL;
    return &call->semihost->files[handle - 1];
}

static bool name_is(struct call *call, const char *name) {
    uint32_t address = word(call, 0), length = word(call, 2);
    uint8_t found;
    if (length != strlen(name))
        return false;
    for (uint32_t i = 0; i < length; i++)
        if (!octet(call, address + i, &found) || found != (uint8_t)name[i])
            return false;
    return true;
}

/* fopen's modes in steps of four: r, w, a. */
static enum semihost_stream tty_stream(uint32_t mode) {
    return mode < 4 ? SEMIHOST_IN : mode < 8 ? SEMIHOST_OUT : SEMIHOST_ERR;
}

static uint32_t sys_open(struct call *call) {
    struct semihost_file file = {.kind = SEMIHOST_CLOSED};
    if (name_is(call, ":tt"))
        file = (struct semihost_file){SEMIHOST_TTY, tty_stream(word(call, 1)), 0};
    else if (name_is(call, ":semihosting-features") && word(call, 1) < 4)
        file.kind = SEMIHOST_FEATURES;
    else
        return failed(call, NO_FILE);
    for (uint32_t i = 0; i < SEMIHOST_FILES; i++)
        if (call->semihost->files[i].kind == SEMIHOST_CLOSED) {
            call->semihost->files[i] = file;
            return i + 1;
        }
    return failed(call, TOO_MANY);
}

static uint32_t sys_close(struct call *call) {
    struct semihost_file *file = file_of(call, word(call, 0));
    if (!file)
        return failed(call, BAD_HANDLE);
    file->kind = SEMIHOST_CLOSED;
    return 0;
}

/* Returns how many octets were not written. */
static uint32_t sys_write(struct call *call) {
    struct semihost_file *file = file_of(call, word(call, 0));
    uint32_t n = word(call, 2), most = n < MOST ? n : MOST;
    if (!file || file->kind != SEMIHOST_TTY || file->stream == SEMIHOST_IN) {
        failed(call, BAD_HANDLE);
        return n;
    }
    return n - put(call, file->stream, word(call, 1), most, false);
}

static uint32_t read_some(struct call *call, struct semihost_file *file, uint8_t *octets,
                          uint32_t n) {
    if (file->kind == SEMIHOST_TTY)
        return (uint32_t)call->semihost->host->read(call->semihost->user, octets, n);
    uint32_t left = (uint32_t)sizeof features - file->position;
    if (n > left)
        n = left;
    memcpy(octets, features + file->position, n);
    file->position += n;
    return n;
}

/* Returns how many octets were not read: all of them at the end of the file. A line of
 * :tt is enough, or an interactive program would wait for a full buffer. */
static uint32_t sys_read(struct call *call) {
    struct semihost_file *file = file_of(call, word(call, 0));
    uint32_t to = word(call, 1), n = word(call, 2), done = 0;
    uint8_t one = 0;
    if (!file || (file->kind == SEMIHOST_TTY && file->stream != SEMIHOST_IN)) {
        failed(call, BAD_HANDLE);
        return n;
    }
    while (done < n && done < MOST && one != '\n' && read_some(call, file, &one, 1) == 1) {
        if (!armv7m_write(call->core, to + done, 1, one)) {
            failed(call, BAD_ADDRESS);
            break;
        }
        done++;
    }
    return n - done;
}

static uint32_t sys_readc(struct call *call) {
    uint8_t one;
    size_t n = call->semihost->host->read(call->semihost->user, &one, 1);
    return n == 1 ? one : FAILED;
}

static uint32_t sys_istty(struct call *call) {
    struct semihost_file *file = file_of(call, word(call, 0));
    return file ? file->kind == SEMIHOST_TTY : failed(call, BAD_HANDLE);
}

static uint32_t sys_seek(struct call *call) {
    struct semihost_file *file = file_of(call, word(call, 0));
    uint32_t to = word(call, 1);
    if (!file || file->kind != SEMIHOST_FEATURES || to > sizeof features)
        return failed(call, BAD_HANDLE);
    file->position = to;
    return 0;
}

static uint32_t sys_flen(struct call *call) {
    struct semihost_file *file = file_of(call, word(call, 0));
    if (!file)
        return failed(call, BAD_HANDLE);
    return file->kind == SEMIHOST_FEATURES ? (uint32_t)sizeof features : 0;
}

/* {buffer, its size}: the command with its NUL, and its length without. */
static uint32_t sys_get_cmdline(struct call *call) {
    uint32_t to = word(call, 0), room = word(call, 1);
    const char *command = call->semihost->command;
    uint32_t length = (uint32_t)strlen(command);
    if (length >= room)
        return failed(call, BAD_ADDRESS);
    for (uint32_t i = 0; i <= length; i++)
        if (!armv7m_write(call->core, to + i, 1, (uint8_t)command[i]))
            return failed(call, BAD_ADDRESS);
    armv7m_write(call->core, call->argument + 4, 4, length);
    return 0;
}

static uint32_t sys_heapinfo(struct call *call) {
    uint32_t to = word(call, 0);
    for (unsigned i = 0; i < 4; i++)
        armv7m_write(call->core, to + 4 * i, 4, call->semihost->heap[i]);
    return 0;
}

static uint64_t ticks(const struct call *call, sim_time unit) {
    return (uint64_t)(call->semihost->host->now(call->semihost->user) / unit);
}

static uint32_t sys_elapsed(struct call *call) {
    uint64_t now = ticks(call, SIM_US);
    armv7m_write(call->core, call->argument, 4, (uint32_t)now);
    armv7m_write(call->core, call->argument + 4, 4, (uint32_t)(now >> 32));
    return 0;
}

static enum armv7m_semihost leave(struct call *call, uint32_t reason, uint32_t code) {
    struct semihost *semihost = call->semihost;
    semihost->exited = true;
    semihost->reason = reason;
    semihost->exit_code = reason == ADP_STOPPED_APPLICATION_EXIT ? (int32_t)code : 1;
    return ARMV7M_SEMIHOST_STOP;
}

/* SYS_WRITEC and SYS_WRITE0 leave R0 as it is. */
static uint32_t sys_writec(struct call *call) {
    uint8_t one = 0;
    if (octet(call, call->argument, &one))
        call->semihost->host->write(call->semihost->user, SEMIHOST_OUT, &one, 1);
    return SYS_WRITEC;
}
static uint32_t sys_write0(struct call *call) {
    put(call, SEMIHOST_OUT, call->argument, MOST, true);
    return SYS_WRITE0;
}
static uint32_t sys_iserror(struct call *call) {
    return word(call, 0) >> 31;
}
static uint32_t sys_not_permitted(struct call *call) {
    return failed(call, NOT_PERMITTED);
}
static uint32_t sys_clock(struct call *call) { /* hundredths of a second */
    return (uint32_t)ticks(call, 10 * SIM_MS);
}
static uint32_t sys_time(struct call *call) {
    return SEMIHOST_EPOCH + (uint32_t)ticks(call, SIM_S);
}
static uint32_t sys_errno(struct call *call) {
    return call->semihost->error;
}
static uint32_t sys_tickfreq(struct call *call) {
    (void)call;
    return SEMIHOST_TICK_FREQ;
}

/* What each operation does, and leaves in R0; those that end the program are not here. */
static uint32_t (*const OPERATIONS[])(struct call *call) = {
    [SYS_OPEN] = sys_open,
    [SYS_CLOSE] = sys_close,
    [SYS_WRITEC] = sys_writec,
    [SYS_WRITE0] = sys_write0,
    [SYS_WRITE] = sys_write,
    [SYS_READ] = sys_read,
    [SYS_READC] = sys_readc,
    [SYS_ISERROR] = sys_iserror,
    [SYS_ISTTY] = sys_istty,
    [SYS_SEEK] = sys_seek,
    [SYS_FLEN] = sys_flen,
    [SYS_TMPNAM] = sys_not_permitted,
    [SYS_REMOVE] = sys_not_permitted,
    [SYS_RENAME] = sys_not_permitted,
    [SYS_CLOCK] = sys_clock,
    [SYS_TIME] = sys_time,
    [SYS_SYSTEM] = sys_not_permitted,
    [SYS_ERRNO] = sys_errno,
    [SYS_GET_CMDLINE] = sys_get_cmdline,
    [SYS_HEAPINFO] = sys_heapinfo,
    [SYS_ELAPSED] = sys_elapsed,
    [SYS_TICKFREQ] = sys_tickfreq,
};

enum armv7m_semihost semihost_call(struct semihost *semihost, struct armv7m *core) {
    struct call call = {semihost, core, armv7m_get(core, (enum armv7m_reg)(ARMV7M_R0 + 1))};
    uint32_t operation = armv7m_get(core, ARMV7M_R0);
    if (operation == SYS_EXIT)
        return leave(&call, call.argument, 0);
    if (operation == SYS_EXIT_EXTENDED)
        return leave(&call, word(&call, 0), word(&call, 1));
    if (operation >= sizeof OPERATIONS / sizeof *OPERATIONS || !OPERATIONS[operation]) {
        semihost->unsupported = operation;
        return ARMV7M_SEMIHOST_UNSUPPORTED;
    }
    armv7m_set(core, ARMV7M_R0, OPERATIONS[operation](&call));
    return ARMV7M_SEMIHOST_DONE;
}
