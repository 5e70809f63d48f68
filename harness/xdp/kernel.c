#include "harness/xdp/kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/xdp/live_object.h"

enum { SLOT_BITS = 6, LOAD_FULL = SLOT_BITS, LOAD_EMPTY, LOADS };
#define LOOPBACK 1 /* any device will do: a test run sends nothing */

struct xdp_kernel {
    struct bpf_object *loads[LOADS], *recalc;
    int programs[LOADS], recalc_program;
};

static bool fill(struct bpf_map *map, uint64_t slots, struct sim_err *err) {
    for (uint32_t slot = 0; slot < bpf_map__max_entries(map) && slot < 64; slot++) {
        struct bpf_devmap_val value = {.ifindex = LOOPBACK, .bpf_prog.fd = -1};
        if (slots >> slot & 1 && bpf_map_update_elem(bpf_map__fd(map), &slot, &value, 0) != 0)
            return sim_err_set(err, SIM_ERR_ENVIRONMENT, "slot %u of a device map: %s", slot,
                               strerror(errno));
    }
    return true;
}

static uint64_t slots_of(int load, uint64_t filled) {
    uint64_t slots = 0;
    if (load == LOAD_FULL || load == LOAD_EMPTY)
        return load == LOAD_FULL ? filled : 0;
    for (unsigned slot = 0; slot < 64; slot++)
        slots |= slot >> load & 1 ? UINT64_C(1) << slot : 0;
    return slots & filled;
}

static bool create_load(struct xdp_kernel *kernel, int load, const struct xdp_setup *setup,
                        struct sim_err *err) {
    struct bpf_object *object =
        xdp_open(setup->program == XDP_REFERENCE ? "reference" : "flow", setup, err);
    kernel->loads[load] = object;
    if (!object)
        return false;
    struct bpf_map *map = bpf_object__find_map_by_name(object, "cpu_map");
    if (!map || bpf_map__set_type(map, BPF_MAP_TYPE_DEVMAP) != 0)
        return sim_err_set(err, SIM_ERR_INPUT, "the object has no map `cpu_map`");
    return xdp_load(object, &kernel->programs[load], err) &&
           fill(map, slots_of(load, setup->filled), err);
}

static bool create_recalc(struct xdp_kernel *kernel, struct sim_err *err) {
    kernel->recalc = xdp_open("recalc", NULL, err);
    return kernel->recalc && xdp_load(kernel->recalc, &kernel->recalc_program, err);
}

struct xdp_kernel *xdp_kernel_create(const struct xdp_setup *setup, struct sim_err *err) {
    struct xdp_kernel *kernel = calloc(1, sizeof *kernel);
    bool good = kernel || sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    for (int load = 0; good && load < LOADS; load++)
        good = create_load(kernel, load, setup, err);
    if (good && create_recalc(kernel, err))
        return kernel;
    xdp_kernel_destroy(kernel);
    return NULL;
}

void xdp_kernel_destroy(struct xdp_kernel *kernel) {
    if (!kernel)
        return;
    for (int load = 0; load < LOADS; load++)
        bpf_object__close(kernel->loads[load]);
    bpf_object__close(kernel->recalc);
    free(kernel);
}

static bool ask(int program, const uint8_t *frame, size_t n, uint32_t *answer,
                struct sim_err *err) {
    struct bpf_test_run_opts run = {
        .sz = sizeof run, .data_in = frame, .data_size_in = (__u32)n, .repeat = 1};
    if (bpf_prog_test_run_opts(program, &run) != 0)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "BPF_PROG_TEST_RUN of %u octets: %s",
                           (unsigned)n, strerror(errno));
    *answer = run.retval;
    return true;
}

bool xdp_kernel_decide(struct xdp_kernel *kernel, const uint8_t *frame, size_t n,
                       struct xdp_decision *out, struct sim_err *err) {
    uint32_t answer = 0;
    *out = (struct xdp_decision){0};
    if (!ask(kernel->programs[LOAD_FULL], frame, n, &answer, err))
        return false;
    out->action = (int)answer;
    if (answer != XDP_REDIRECT) {
        if (!ask(kernel->programs[LOAD_EMPTY], frame, n, &answer, err))
            return false;
        return (int)answer == out->action ||
               sim_err_set(err, SIM_ERR_UNMODELLED,
                           "a slot that is not filled is answered differently with others filled");
    }
    for (int bit = 0; bit < SLOT_BITS; bit++) {
        if (!ask(kernel->programs[bit], frame, n, &answer, err))
            return false;
        out->slot |= answer == XDP_REDIRECT ? 1u << bit : 0;
    }
    return true;
}

bool xdp_kernel_hash(struct xdp_kernel *kernel, const uint8_t *frame, size_t n, uint32_t *hash,
                     struct sim_err *err) {
    return ask(kernel->recalc_program, frame, n, hash, err);
}
