/* What the flow hashes and the programs cost in the kernel, always on inputs that change (one
 * frame again and again trains the branch predictor), and where Receive Packet Steering, which
 * needs no program, sends the same frames. Ratios count: the machine is not alone. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/xdp/endtoend.h"
#include "harness/xdp/live_object.h"
#include "tests/bench/xdp_hash.h"
#include "tests/harness/xdp_frames.h"

#define FRAMES 4096
#define ROUNDS 40
#define REPEAT 2000

static uint8_t octets[FRAMES][2048];
static struct xdp_frame frames[FRAMES];

static int not_run(const struct sim_err *err) {
    printf("not run: %s\n", err->text);
    return err->cls == SIM_ERR_ENVIRONMENT ? 0 : 1;
}

static void make_frames(void) {
    for (unsigned i = 0; i < FRAMES; i++) {
        struct xdp_row row = {.ip = i % 3 ? 4 : 6,
                              .protocol = i % 5 ? 6 : 17,
                              .flow = (uint8_t)(i * 7),
                              .host = (uint8_t)(i >> 8),
                              .payload = (int)(i % 64)};
        frames[i] = (struct xdp_frame){octets[i], xdp_build(&row, octets[i])};
    }
}

/* --- hashes ------------------------------------------------------------------------------- */

static bool time_hash(unsigned which, double *ns, struct sim_err *err) {
    struct bpf_object *object = bpf_object__open_file(HASH_OBJECT, NULL);
    struct bpf_map *map = NULL;
    uint8_t rodata[1 << 16];
    size_t size = 0;
    int program;
    if (!object)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "%s was not built", HASH_OBJECT);
    bpf_object__for_each_map(map, object) {
        const void *before = bpf_map__is_internal(map) ? bpf_map__initial_value(map, &size) : NULL;
        if (!before || size > sizeof rodata)
            continue;
        memcpy(rodata, before, size);
        memcpy(rodata, &which, sizeof which); /* `config` is the first of the constant data */
        bpf_map__set_initial_value(map, rodata, size);
    }
    struct bpf_test_run_opts run = {
        .sz = sizeof run, .data_in = octets[0], .data_size_in = 64, .repeat = REPEAT};
    bool good = xdp_load(object, &program, err) &&
                (bpf_prog_test_run_opts(program, &run) == 0 ||
                 sim_err_set(err, SIM_ERR_ENVIRONMENT, "BPF_PROG_TEST_RUN"));
    *ns = (double)run.duration / BENCH_HASHES;
    bpf_object__close(object);
    return good;
}

static const char *hash_name(unsigned which) {
    return which == BENCH_BITWISE ? "crc, bit by bit" : xdp_hash_name(which - BENCH_FIRST);
}

static bool hashes(struct sim_err *err) {
    double nothing, bitwise, ns;
    if (!time_hash(BENCH_NOTHING, &nothing, err) || !time_hash(BENCH_BITWISE, &bitwise, err))
        return false;
    bitwise -= nothing;
    puts("hash of 12 changing octets        ns   to bitwise");
    for (unsigned which = BENCH_BITWISE; which < BENCH_FIRST + FLOW_HASHES; which++) {
        ns = bitwise + nothing;
        if (which != BENCH_BITWISE && !time_hash(which, &ns, err))
            return false;
        printf("%-28s %8.1f %8.3f\n", hash_name(which), ns - nothing, (ns - nothing) / bitwise);
    }
    return true;
}

/* --- programs ----------------------------------------------------------------------------- */

/* The least of several rounds over all frames, each frame once. */
static bool time_program(int program, double *ns, struct sim_err *err) {
    *ns = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t sum = 0;
        for (unsigned i = 0; i < FRAMES; i++) {
            struct bpf_test_run_opts run = {.sz = sizeof run,
                                            .data_in = frames[i].octets,
                                            .data_size_in = (__u32)frames[i].n,
                                            .repeat = 1};
            if (bpf_prog_test_run_opts(program, &run) != 0)
                return sim_err_set(err, SIM_ERR_ENVIRONMENT, "BPF_PROG_TEST_RUN");
            sum += run.duration;
        }
        double mean = (double)sum / FRAMES;
        *ns = mean < *ns ? mean : *ns;
    }
    return true;
}

static bool time_setup(const struct xdp_setup *setup, double *ns, struct sim_err *err) {
    const char *name = setup->program == XDP_REFERENCE ? "reference" : "flow";
    struct bpf_object *object = xdp_open(name, setup, err);
    int program;
    bool good = object && xdp_load(object, &program, err) && time_program(program, ns, err);
    bpf_object__close(object);
    return good;
}

static bool programs(struct sim_err *err) {
    struct xdp_setup setup = xdp_setup_of(XDP_REFERENCE, FLOW_XXH32, REFERENCE_CPUS);
    double reference, ns;
    if (!time_setup(&setup, &reference, err))
        return false;
    printf("\nprogram, %d different frames      ns   to reference\n", FRAMES);
    printf("%-28s %8.1f %8.3f\n", "reference", reference, 1.0);
    for (enum flow_hash hash = 0; hash < FLOW_HASHES; hash++) {
        char name[64];
        setup = xdp_setup_of(XDP_FLOW, hash, 8);
        if (!time_setup(&setup, &ns, err))
            return false;
        snprintf(name, sizeof name, "flow, %s", xdp_hash_name(hash));
        printf("%-28s %8.1f %8.3f\n", name, ns, ns / reference);
    }
    return true;
}

/* --- end to end --------------------------------------------------------------------------- */

static bool trips(struct sim_err *err) {
    static const struct {
        const char *name;
        enum xdp_mode mode;
    } rows[] = {{"flow, native XDP", XDP_NATIVE},
                {"flow, generic XDP", XDP_GENERIC},
                {"no program, RPS", XDP_RPS}};
    struct xdp_setup setup = xdp_setup_of(XDP_FLOW, FLOW_XXH32, 1);
    setup.config.cpus = xdp_online_cpus(setup.config.slots);
    setup.filled = 0;
    for (unsigned i = 0; i < setup.config.cpus; i++)
        setup.filled |= UINT64_C(1) << setup.config.slots[i];
    printf("\nend to end over veth, batches      us   frames by CPU\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct xdp_trip trip;
        if (!xdp_end_to_end(&setup, rows[i].mode, frames, FRAMES, &trip, err))
            return false;
        printf("%-28s %8.2f  ", rows[i].name, trip.seconds * 1e6 / FRAMES);
        for (unsigned k = 0; k < setup.config.cpus; k++)
            printf(" %llu", (unsigned long long)trip.observed[setup.config.slots[k]]);
        putchar('\n');
    }
    return true;
}

int main(void) {
    struct sim_err err = SIM_ERR_INIT;
    libbpf_set_print(NULL);
    make_frames();
    return hashes(&err) && programs(&err) && trips(&err) ? 0 : not_run(&err);
}
