/* The TAP device in a namespace: the kernel answers on it, a command runs in it. Without the
 * privilege, or without TUN in the kernel, the cases that need it are skipped by name. */
#include <criterion/criterion.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "harness/tap.h"

static const struct tap_settings own = {.address = "192.168.77.1", .netmask = "255.255.255.0"};
static struct tap tap;
static struct sim_err err;
static const char *hint;

static void open_own(void) {
    err = SIM_ERR_INIT;
    if (tap_open(&tap, &own, &err, &hint))
        return;
    cr_assert_eq(err.cls, SIM_ERR_ENVIRONMENT);
    cr_assert_not_null(hint, "%s: what would help is said", err.text);
    cr_skip_test("no TAP device here: %s", err.text);
}

static int status_of(char *const *command, char *const *environment) {
    int status = -1;
    cr_assert(tap_exec(&tap, command, environment));
    for (int i = 0; i < 1000 && !tap_ended(&tap, &status); i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    return status;
}

/* Who has 192.168.77.1? The kernel at the other end answers. */
Test(tap, the_kernel_answers_on_it) {
    open_own();
    uint8_t ask[42] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0,   9,   8,  6,
                       0,    1,    8,    0,    6,    4,    0, 1, 2, 0, 0,   0,   0,  9,
                       192,  168,  77,   2,    0,    0,    0, 0, 0, 0, 192, 168, 77, 1};
    uint8_t got[TAP_FRAME];
    bool answered = false;
    cr_assert(tap_write(&tap, ask, sizeof ask));
    for (int i = 0; i < 200 && !answered; i++) {
        poll(&(struct pollfd){.fd = tap.fd, .events = POLLIN}, 1, 50);
        size_t n = tap_read(&tap, got, sizeof got);
        answered = n >= 42 && memcmp(got, ask + 6, 6) == 0 && got[21] == 2 &&
                   memcmp(got + 28, ask + 38, 4) == 0;
    }
    cr_assert(answered);
    tap_close(&tap);
}

Test(tap, a_command_runs_beside_it_and_gives_its_status) {
    open_own();
    char program[] = "sh", option[] = "-c", variable[] = "LINKPULSE_ADDRESS=192.168.77.2";
    char script[] = "test \"$LINKPULSE_ADDRESS\" = 192.168.77.2 && "
                    "grep -q 'lp0' /proc/net/dev && exit 7; exit 1";
    cr_assert_eq(status_of((char *[]){program, option, script, NULL}, (char *[]){variable, NULL}),
                 7);
    tap_close(&tap);
}

Test(tap, a_signal_is_a_status_and_an_unknown_command_127) {
    open_own();
    char program[] = "sh", option[] = "-c", script[] = "kill -KILL $$", unknown[] = "no-such-x";
    char *const none[] = {NULL};
    cr_assert_eq(status_of((char *[]){program, option, script, NULL}, none), 128 + 9);
    tap_close(&tap);
    open_own();
    cr_assert_eq(status_of((char *[]){unknown, NULL}, none), 127);
    tap_close(&tap);
}

/* What does not end by itself is ended, and the namespace is this process's no more than before. */
Test(tap, closing_ends_the_command) {
    open_own();
    char program[] = "sh", option[] = "-c", script[] = "trap '' TERM; while :; do sleep 1; done";
    char *const none[] = {NULL};
    cr_assert(tap_exec(&tap, (char *[]){program, option, script, NULL}, none));
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    tap_close(&tap);
    cr_assert_eq(tap.fd, -1);
}

Test(tap, what_does_not_exist_is_refused) {
    struct tap_settings settings = own;
    err = SIM_ERR_INIT;
    settings.netns = "no-such-namespace";
    cr_assert_not(tap_open(&tap, &settings, &err, &hint));
    cr_assert_eq(err.cls, SIM_ERR_ENVIRONMENT);
    cr_assert(hint && strstr(hint, "ip netns add"));
    settings.netns = "../escape";
    cr_assert_not(tap_open(&tap, &settings, &err, &hint));
    cr_assert_eq(err.cls, SIM_ERR_INPUT);
    settings = own;
    settings.device = "a-name-that-is-too-long";
    cr_assert_not(tap_open(&tap, &settings, &err, &hint));
    cr_assert_eq(err.cls, SIM_ERR_INPUT);
}
