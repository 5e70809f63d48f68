/* The ways to decide a frame agree, on frames mutated at random, and the interpreter lets no
 * program out of its bounds. */
#include <criterion/criterion.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/xdp/check.h"
#include "harness/xdp/interpreter.h"
#include "harness/xdp/trap.h"
#include "sim/rng.h"
#include "tests/harness/xdp_frames.h"

#define LENGTH(array)      (sizeof(array) / sizeof((array)[0]))
#define FRAMES_INTERPRETED 100000
#define FRAMES_IN_KERNEL   4000

static bool built(const char *program) {
    char path[4096];
    struct sim_err err = SIM_ERR_INIT;
    if (xdp_object_path(program, path, sizeof path, &err))
        return true;
    cr_skip_test("%s", err.text);
    return false;
}

/* --- mutated frames ----------------------------------------------------------------------- */

static unsigned pick(uint64_t frame, unsigned what, unsigned n) {
    return (unsigned)(rng_u64(7, frame, what) % n);
}

/* A sound frame of random kind. */
static struct xdp_row random_row(uint64_t i) {
    static const uint8_t protocols[] = {17, 6, 1, 132, 50, 33, 136, 58};
    static const uint8_t extensions[] = {0, 43, 44, 51, 60, 135};
    struct xdp_row row = {.tagging = pick(i, 12, 5),
                          .n_extensions = (uint8_t)(pick(i, 17, 2) ? 0 : pick(i, 18, 5)),
                          .ip = pick(i, 0, 2) ? 4 : 6,
                          .options = (uint8_t)(pick(i, 1, 4) ? 0 : pick(i, 2, 11)),
                          .protocol = protocols[pick(i, 3, LENGTH(protocols))],
                          .fragment = (uint16_t)(pick(i, 4, 8) ? 0 : pick(i, 5, 0x4000)),
                          .payload = (int)pick(i, 6, 60) - 20,
                          .padding = (uint8_t)(pick(i, 7, 3) ? 0 : pick(i, 8, 40)),
                          .flow = (uint8_t)pick(i, 9, 256),
                          .host = (uint8_t)pick(i, 10, 256),
                          .back = (uint8_t)pick(i, 11, 2)};
    for (unsigned k = 0; k < 4; k++)
        row.extensions[k] = extensions[pick(i, 13 + k, LENGTH(extensions))];
    return row;
}

/* Most with one to three octets changed, most of them in the headers, some cut short. */
static size_t mutate(uint64_t i, uint8_t *frame) {
    struct xdp_row row = random_row(i);
    size_t n = xdp_build(&row, frame);
    for (unsigned k = 0; k < pick(i, 20, 4); k++) {
        size_t at =
            pick(i, 30 + 3 * k, 4) ? 12 + pick(i, 31 + 3 * k, 60) : pick(i, 31 + 3 * k, 256);
        if (at < n)
            frame[at] = pick(i, 21, 2) ? (uint8_t)pick(i, 32 + 3 * k, 256)
                                       : (uint8_t)(frame[at] ^ 1u << pick(i, 32 + 3 * k, 8));
    }
    if (pick(i, 22, 8) == 0)
        n = 14 + pick(i, 23, (unsigned)n - 14);
    return n;
}

static uint64_t frames_wanted(uint64_t fallback) {
    const char *stated = getenv("LINKPULSE_XDP_FRAMES");
    return stated ? strtoull(stated, NULL, 10) : fallback;
}

static struct xdp_setup setup_number(unsigned i) {
    struct xdp_setup setup = i == 0 ? xdp_setup_of(XDP_REFERENCE, FLOW_XXH32, REFERENCE_CPUS)
                                    : xdp_setup_of(XDP_FLOW, (i - 1) % FLOW_HASHES, 3 + 5 * i);
    setup.config.symmetric = i > FLOW_HASHES;
    setup.config.seed = 12345 * i;
    setup.config.key[0] = 77 * i;
    setup.config.key[1] = i;
    if (i == 2)
        setup.filled &= UINT64_C(0xa5a5a5a5a5a5a5a5);
    return setup;
}
enum { SETUPS = 1 + 2 * FLOW_HASHES };

Test(xdp_ways, native_and_interpreter_agree) {
    if (!built("flow") || !built("reference"))
        return;
    uint64_t frames = frames_wanted(FRAMES_INTERPRETED);
    for (unsigned s = 0; s < SETUPS; s++) {
        struct xdp_setup setup = setup_number(s);
        struct sim_err err = SIM_ERR_INIT;
        struct xdp_object object;
        char path[4096];
        cr_assert(xdp_object_path(s ? "flow" : "reference", path, sizeof path, &err));
        cr_assert(xdp_object_read(&object, path, &err), "%s", err.text);
        struct xdp_interpreter *x = xdp_interpreter_create(&object, &setup, &err);
        cr_assert(x, "%s", err.text);
        for (uint64_t i = s; i < frames; i += SETUPS) {
            uint8_t frame[2048];
            struct xdp_decision got;
            size_t n = mutate(i, frame);
            cr_assert(xdp_interpret(x, frame, n, &got, &err), "frame %llu: %s",
                      (unsigned long long)i, err.text);
            struct xdp_decision want = xdp_native(&setup, frame, n, NULL);
            cr_assert(got.action == want.action && got.slot == want.slot,
                      "setup %u, frame %llu: %d %u, expected %d %u", s, (unsigned long long)i,
                      got.action, got.slot, want.action, want.slot);
        }
        xdp_interpreter_destroy(x);
        xdp_object_finish(&object);
    }
}

Test(xdp_ways, all_three_agree) {
    if (!built("flow") || !built("reference"))
        return;
    uint64_t frames = frames_wanted(FRAMES_IN_KERNEL);
    for (unsigned s = 0; s < SETUPS; s++) {
        struct xdp_setup setup = setup_number(s);
        struct sim_err err = SIM_ERR_INIT;
        char why[256];
        struct xdp_check *check = xdp_check_create(&setup, why, sizeof why, &err);
        cr_assert(check, "%s", err.text);
        if (why[0])
            cr_skip_test("%s", why);
        for (uint64_t i = s; i < frames; i += SETUPS) {
            uint8_t frame[2048];
            size_t n = mutate(i, frame);
            cr_assert(xdp_check_frame(check, frame, n, &err), "frame %llu: %s",
                      (unsigned long long)i, err.text);
        }
        struct xdp_checked checked = xdp_checked(check);
        cr_expect_eq(checked.disagreed, 0, "setup %u: %llu, first frame %llu of its", s,
                     (unsigned long long)checked.disagreed,
                     (unsigned long long)checked.disagreements[0].frame);
        if (s > 0)
            cr_expect_eq(checked.survey->kernel_split, 0, "setup %u", s);
        xdp_check_destroy(check);
    }
}

/* --- the interpreter's bounds --------------------------------------------------------------- */

#define INSN(c, d, s, o, i)                                                                        \
    { .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) }
#define EXIT              INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define MOV(d, i)         INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define LOAD(w, d, s, o)  INSN(BPF_LDX | BPF_MEM | (w), d, s, o, 0)
#define STORE(w, d, s, o) INSN(BPF_STX | BPF_MEM | (w), d, s, o, 0)

struct program_row {
    const char *name;
    struct bpf_insn insns[8];
    const char *says; /* NULL: it passes with action XDP_PASS */
};

static const struct program_row program_rows[] = {
    {"returns", {MOV(0, XDP_PASS), EXIT}, NULL},
    {"reads the packet's last octet",
     {LOAD(BPF_W, 2, 1, 0), LOAD(BPF_B, 3, 2, 63), MOV(0, XDP_PASS), EXIT},
     NULL},
    {"reads behind the packet",
     {LOAD(BPF_W, 2, 1, 0), LOAD(BPF_B, 3, 2, 64), MOV(0, XDP_PASS), EXIT},
     "instruction 1: a load out of bounds"},
    {"reads over the packet's end",
     {LOAD(BPF_W, 2, 1, 0), LOAD(BPF_DW, 3, 2, 60), MOV(0, XDP_PASS), EXIT},
     "instruction 1: a load out of bounds"},
    {"reads in front of the packet",
     {LOAD(BPF_W, 2, 1, 0), LOAD(BPF_B, 3, 2, -1), MOV(0, XDP_PASS), EXIT},
     "instruction 1: a load out of bounds"},
    {"writes the packet",
     {LOAD(BPF_W, 2, 1, 0), STORE(BPF_B, 2, 2, 0), MOV(0, XDP_PASS), EXIT},
     "instruction 1: a store out of bounds"},
    {"writes the context", {STORE(BPF_W, 1, 1, 0), EXIT}, "a store out of bounds"},
    {"uses the whole stack",
     {STORE(BPF_DW, 10, 1, -512), STORE(BPF_DW, 10, 1, -8), MOV(0, XDP_PASS), EXIT},
     NULL},
    {"leaves the stack below", {STORE(BPF_DW, 10, 1, -520), EXIT}, "a store out of bounds"},
    {"leaves the stack above", {STORE(BPF_DW, 10, 1, -4), EXIT}, "a store out of bounds"},
    {"moves the frame pointer", {MOV(10, 0), EXIT}, "frame pointer"},
    {"never ends", {INSN(BPF_JMP | BPF_JA, 0, 0, -1, 0), EXIT}, "does not end"},
    {"jumps away", {INSN(BPF_JMP | BPF_JA, 0, 0, 100, 0), EXIT}, "beyond the end"},
    {"jumps back away", {INSN(BPF_JMP | BPF_JA, 0, 0, -100, 0), EXIT}, "beyond the end"},
    {"calls an unknown helper", {INSN(BPF_JMP | BPF_CALL, 0, 0, 0, 9999), EXIT}, "helper"},
    {"redirects through no map",
     {INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_redirect_map), EXIT},
     "no CPU map"},
    {"looks up in no map",
     {INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem), EXIT},
     "no array map"},
    {"has a register too many",
     {INSN(BPF_ALU64 | BPF_MOV | BPF_K, 11, 0, 0, 0), EXIT},
     "unknown register"},
    {"uses an atomic", {INSN(BPF_STX | BPF_ATOMIC | BPF_DW, 10, 1, -8, BPF_ADD), EXIT}, "atomic"},
    {"swaps to no width", {INSN(BPF_ALU | BPF_END | BPF_TO_BE, 0, 0, 0, 24), EXIT}, "byte swap"},
    {"has half a wide load",
     {MOV(0, 0), INSN(BPF_LD | BPF_IMM | BPF_DW, 0, 0, 0, 0)},
     "not interpreted"},
};

static size_t length_of(const struct program_row *row) {
    size_t n = LENGTH(row->insns);
    static const struct bpf_insn none;
    while (n > 0 && memcmp(&row->insns[n - 1], &none, sizeof none) == 0)
        n--;
    return n;
}

Test(xdp_ways, the_interpreter_keeps_its_bounds) {
    for (size_t i = 0; i < LENGTH(program_rows); i++) {
        const struct program_row *row = &program_rows[i];
        struct bpf_insn insns[8];
        memcpy(insns, row->insns, sizeof insns);
        struct xdp_object object = {.insns = insns, .n_insns = length_of(row), .config = SIZE_MAX};
        struct xdp_setup setup = xdp_setup_of(XDP_REFERENCE, FLOW_XXH32, 8);
        struct sim_err err = SIM_ERR_INIT;
        struct xdp_interpreter *x = xdp_interpreter_create(&object, &setup, &err);
        struct xdp_decision got = {0};
        uint8_t *frame = calloc(64, 1);
        cr_assert(x);
        bool good = xdp_interpret(x, frame, 64, &got, &err);
        cr_expect_eq(good, row->says == NULL, "%s: %s", row->name, err.text);
        if (row->says)
            cr_expect(strstr(err.text, row->says), "%s: %s", row->name, err.text);
        else
            cr_expect_eq(got.action, XDP_PASS, "%s", row->name);
        free(frame);
        xdp_interpreter_destroy(x);
    }
}

/* Arithmetic by the instruction set's own examples and edges. */
struct alu_row {
    const char *name;
    uint8_t code;
    int32_t a, b;
    uint64_t want;
};

static const struct alu_row alu_rows[] = {
    {"add wraps at 32 bits", BPF_ALU | BPF_ADD, -1, 1, 0},
    {"add carries at 64", BPF_ALU64 | BPF_ADD, -1, 1, 0},
    {"sub", BPF_ALU64 | BPF_SUB, 1, 2, UINT64_MAX},
    {"mul", BPF_ALU | BPF_MUL, 65536, 65537, 65536},
    {"division by 0", BPF_ALU64 | BPF_DIV, 5, 0, 0},
    {"remainder by 0", BPF_ALU64 | BPF_MOD, 5, 0, 5},
    {"remainder by 0 at 32 bits", BPF_ALU | BPF_MOD, -5, 0, 0xfffffffb},
    {"division is unsigned", BPF_ALU | BPF_DIV, -2, 2, 0x7fffffff},
    {"shift by its low bits", BPF_ALU | BPF_LSH, 1, 33, 2},
    {"shift at 64", BPF_ALU64 | BPF_LSH, 1, 33, UINT64_C(1) << 33},
    {"logical right", BPF_ALU | BPF_RSH, -1, 28, 15},
    {"arithmetic right", BPF_ALU | BPF_ARSH, -16, 2, 0xfffffffc},
    {"arithmetic right at 64", BPF_ALU64 | BPF_ARSH, -16, 2, (uint64_t)-4},
    {"negation", BPF_ALU | BPF_NEG, 1, 0, 0xffffffff},
    {"move sign-extends at 64", BPF_ALU64 | BPF_MOV, 0, -1, UINT64_MAX},
    {"move zeroes above 32", BPF_ALU | BPF_MOV, 0, -1, 0xffffffff},
    {"xor", BPF_ALU64 | BPF_XOR, 0xff, 0x0f, 0xf0},
};

/* The answer is handed out by a store into the stack and a compare with a wide immediate. */
Test(xdp_ways, arithmetic) {
    for (size_t i = 0; i < LENGTH(alu_rows); i++) {
        const struct alu_row *row = &alu_rows[i];
        struct bpf_insn insns[] = {
            MOV(1, row->a),
            INSN(row->code, 1, 0, 0, row->b),
            INSN(BPF_LD | BPF_IMM | BPF_DW, 2, 0, 0, (int32_t)(uint32_t)row->want),
            INSN(0, 0, 0, 0, (int32_t)(row->want >> 32)),
            MOV(0, XDP_PASS),
            INSN(BPF_JMP | BPF_JEQ | BPF_X, 1, 2, 1, 0),
            MOV(0, XDP_DROP),
            EXIT,
        };
        struct xdp_object object = {.insns = insns, .n_insns = 8, .config = SIZE_MAX};
        struct xdp_setup setup = xdp_setup_of(XDP_REFERENCE, FLOW_XXH32, 8);
        struct sim_err err = SIM_ERR_INIT;
        struct xdp_interpreter *x = xdp_interpreter_create(&object, &setup, &err);
        struct xdp_decision got = {0};
        uint8_t frame[14] = {0};
        cr_assert(xdp_interpret(x, frame, sizeof frame, &got, &err), "%s: %s", row->name, err.text);
        cr_expect_eq(got.action, XDP_PASS, "%s", row->name);
        xdp_interpreter_destroy(x);
    }
}

/* --- the verifier's trap, and damaged objects ------------------------------------------------- */

Test(xdp_ways, the_trap_is_found) {
    const struct bpf_insn trap[] = {
        INSN(BPF_ALU64 | BPF_AND | BPF_K, 1, 0, 0, 1),
        INSN(BPF_ALU64 | BPF_NEG, 1, 0, 0, 0),
        INSN(BPF_ALU64 | BPF_RSH | BPF_K, 0, 0, 0, 1),
        INSN(BPF_ALU64 | BPF_AND | BPF_X, 1, 2, 0, 0),
    };
    const struct bpf_insn shifted[] = {
        INSN(BPF_ALU64 | BPF_LSH | BPF_K, 1, 0, 0, 63),
        INSN(BPF_ALU64 | BPF_ARSH | BPF_K, 1, 0, 0, 63),
        INSN(BPF_ALU64 | BPF_AND | BPF_X, 2, 1, 0, 0),
    };
    const struct bpf_insn harmless[] = {
        INSN(BPF_ALU64 | BPF_AND | BPF_K, 1, 0, 0, 1),
        INSN(BPF_ALU64 | BPF_MUL | BPF_K, 1, 0, 0, 3),
        INSN(BPF_ALU64 | BPF_AND | BPF_X, 1, 2, 0, 0),
    };
    size_t first = 99;
    cr_expect_eq(xdp_traps(trap, LENGTH(trap), &first), 1);
    cr_expect_eq(first, 1);
    cr_expect_eq(xdp_traps(shifted, LENGTH(shifted), &first), 1);
    cr_expect_eq(xdp_traps(harmless, LENGTH(harmless), &first), 0);
}

Test(xdp_ways, cut_objects) {
    if (!built("flow"))
        return;
    char path[4096], cut[] = "/tmp/linkpulse_xdp_XXXXXX";
    struct sim_err err = SIM_ERR_INIT;
    xdp_object_path("flow", path, sizeof path, &err);
    FILE *file = fopen(path, "rb");
    static uint8_t octets[1 << 20];
    size_t size = fread(octets, 1, sizeof octets, file);
    fclose(file);
    int fd = mkstemp(cut);
    cr_assert_geq(fd, 0);
    for (size_t n = 0; n < size; n += 1 + n / 16) {
        struct xdp_object object;
        err = SIM_ERR_INIT;
        cr_assert_eq(ftruncate(fd, 0), 0);
        cr_assert_eq(pwrite(fd, octets, n, 0), (ssize_t)n);
        cr_expect_not(xdp_object_read(&object, cut, &err), "%zu octets", n);
        cr_expect_neq(err.text[0], 0);
    }
    close(fd);
    unlink(cut);
}
