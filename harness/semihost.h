/* Semihosting: what a debugger does for a program at BKPT 0xAB.
 *
 * Source: Arm, "Semihosting for AArch32 and AArch64" (release 2.0): operation numbers,
 * parameter blocks, the special files :tt and :semihosting-features, exit reasons.
 *
 * The host's files are out of reach on purpose: an image may come from anywhere. Only the
 * special files open; SYS_REMOVE, SYS_RENAME, SYS_SYSTEM and SYS_TMPNAM fail with EPERM.
 * Time is the simulation's: SYS_CLOCK and SYS_ELAPSED count from reset, and SYS_TIME from
 * SEMIHOST_EPOCH, so that every run of a program prints the same.
 */
#ifndef HARNESS_SEMIHOST_H
#define HARNESS_SEMIHOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/mcu/armv7m/armv7m.h"
#include "sim/simtime.h"

#define SEMIHOST_EPOCH     1577836800u /* 2020-01-01 00:00:00 UTC */
#define SEMIHOST_TICK_FREQ 1000000u    /* SYS_TICKFREQ: SYS_ELAPSED counts microseconds */
#define SEMIHOST_FILES     16          /* open at a time */

enum semihost_stream { SEMIHOST_IN, SEMIHOST_OUT, SEMIHOST_ERR };

/* The host's side; `user` is semihost.user. None may be NULL. */
struct semihost_host {
    void (*write)(void *user, enum semihost_stream stream, const uint8_t *octets, size_t n);
    size_t (*read)(void *user, uint8_t *octets, size_t n); /* fewer than n only at the end */
    sim_time (*now)(void *user);                           /* since reset */
};

enum semihost_file_kind { SEMIHOST_CLOSED, SEMIHOST_TTY, SEMIHOST_FEATURES };

struct semihost_file {
    enum semihost_file_kind kind;
    enum semihost_stream stream; /* of a TTY */
    uint32_t position;           /* in FEATURES */
};

/* Fill host, user, command and heap; the rest is zero. */
struct semihost {
    const struct semihost_host *host;
    void *user;
    const char *command;  /* for SYS_GET_CMDLINE */
    uint32_t heap[4];     /* SYS_HEAPINFO: heap base and limit, stack base and limit */
    bool exited;          /* SYS_EXIT or SYS_EXIT_EXTENDED came */
    int32_t exit_code;    /* 0: ADP_Stopped_ApplicationExit, or its subcode; 1: other reasons */
    uint32_t reason;      /* as given */
    uint32_t error;       /* for SYS_ERRNO */
    uint32_t unsupported; /* the last operation that is none of the above; 0: none */
    struct semihost_file files[SEMIHOST_FILES]; /* handle n is files[n - 1] */
};

/* For armv7m_hooks.semihost: carries out the operation in R0 and puts its result there. */
enum armv7m_semihost semihost_call(struct semihost *semihost, struct armv7m *core);

#endif
