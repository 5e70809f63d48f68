/* A TAP device, in a network namespace of its own unless told otherwise, and the command that
 * runs beside it.
 *
 * A child process holds the namespace: it enters it, makes the device and hands the file
 * descriptor over, so that this process (and its debugger's port) stays where it was. The same
 * child becomes the command. Without the privilege for a namespace a user namespace is tried.
 */
#ifndef HARNESS_TAP_H
#define HARNESS_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sim/err.h"

#define TAP_NAME_MAX 16   /* IFNAMSIZ */
#define TAP_FRAME    9216 /* octets without FCS, more than any device here takes */

struct tap_settings {
    const char *device; /* an existing device to join; NULL: one is made */
    const char *netns;  /* a named namespace (ip netns); NULL: a new one, or none with `device` */
    const char *address, *netmask; /* of a device that is made */
};

struct tap {
    int fd;      /* non-blocking */
    int channel; /* to the child */
    pid_t child;
    bool user_namespace;
    char name[TAP_NAME_MAX];
};

/* SIM_ERR_ENVIRONMENT when a privilege or the device is missing; *hint then is what would
 * help, some lines of commands, or NULL. */
bool tap_open(struct tap *tap, const struct tap_settings *settings, struct sim_err *err,
              const char **hint);
/* The child becomes the command, with these NULL-terminated lists of "NAME=value" added to the
 * environment. False when it cannot be told. A command that cannot be executed ends with 127. */
bool tap_exec(struct tap *tap, char *const *command, char *const *environment);
/* True when the command has ended, with its status as a shell gives it (128 + signal). */
bool tap_ended(struct tap *tap, int *status);
/* Ends what still runs. */
void tap_close(struct tap *tap);

/* A frame without FCS. read: octets, 0 when there is none; write: false when it was dropped. */
size_t tap_read(struct tap *tap, uint8_t *frame, size_t most);
bool tap_write(struct tap *tap, const uint8_t *frame, size_t n);

#endif
