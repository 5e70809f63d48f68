/* Frames on a real device, where only some of the CPU map's slots are filled: the published logic
 * loses what it hashes to an empty one, `flow` passes it up. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "harness/xdp/endtoend.h"
#include "tests/harness/xdp_frames.h"

#define FRAMES 10000

static struct xdp_frame frames[FRAMES];

static void make_frames(void) {
    for (unsigned i = 0; i < FRAMES; i++) {
        struct xdp_row row = {.ip = i % 2 ? 4 : 6, .flow = (uint8_t)(i * 7), .host = (uint8_t)i};
        uint8_t octets[2048];
        size_t n = xdp_build(&row, octets);
        uint8_t *own = malloc(n);
        memcpy(own, octets, n);
        frames[i] = (struct xdp_frame){own, n};
    }
}

/* CPU 0's slot alone is filled. False: there is no right to try, and the test is skipped. */
static bool travel(enum xdp_program program, enum xdp_mode mode, struct xdp_trip *trip) {
    struct xdp_setup setup = xdp_setup_of(program, FLOW_XXH32, 8);
    struct sim_err err = SIM_ERR_INIT;
    setup.filled = 1;
    make_frames();
    if (xdp_end_to_end(&setup, mode, frames, FRAMES, trip, &err))
        return true;
    cr_assert_eq(err.cls, SIM_ERR_ENVIRONMENT, "%s", err.text);
    cr_skip_test("%s", err.text);
    return false;
}

Test(xdp_trip, flow_loses_nothing) {
    for (int mode = XDP_NATIVE; mode <= XDP_GENERIC; mode++) {
        struct xdp_trip trip;
        if (!travel(XDP_FLOW, (enum xdp_mode)mode, &trip))
            return;
        cr_expect_eq(trip.arrived, FRAMES);
        cr_expect_eq(trip.lost + trip.dropped + trip.elsewhere + trip.overtaken, 0);
        cr_expect_eq(trip.observed[0], trip.predicted[0]);
        cr_expect_gt(trip.predicted[0], FRAMES / 16);
        cr_expect_lt(trip.predicted[0], FRAMES / 4);
    }
}

Test(xdp_trip, the_reference_loses_the_rest) {
    struct xdp_trip trip;
    if (!travel(XDP_REFERENCE, XDP_NATIVE, &trip))
        return;
    cr_expect_gt(trip.dropped, FRAMES / 2);
    cr_expect_eq(trip.arrived, FRAMES - trip.dropped);
    cr_expect_eq(trip.elsewhere, 0);
}

/* A CPU that is not there is said, not lost to. */
Test(xdp_trip, a_cpu_that_does_not_exist) {
    struct xdp_setup setup = xdp_setup_of(XDP_FLOW, FLOW_XXH32, 64);
    struct xdp_trip trip;
    struct sim_err err = SIM_ERR_INIT;
    uint32_t slots[FLOW_MAX_CPUS];
    if (xdp_online_cpus(slots) == FLOW_MAX_CPUS)
        cr_skip_test("this machine has all of them");
    make_frames();
    cr_expect_not(xdp_end_to_end(&setup, XDP_NATIVE, frames, 10, &trip, &err));
    cr_expect_eq(err.cls, SIM_ERR_ENVIRONMENT);
}
