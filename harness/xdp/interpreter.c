#include "harness/xdp/interpreter.h"

#include <stdlib.h>
#include <string.h>

#define CONTEXT_BASE UINT64_C(0x10000000)
#define STACK_BASE   UINT64_C(0x20000000)
#define PACKET_BASE  UINT64_C(0x30000000)
#define VALUE_BASE   UINT64_C(0x50000000) /* + map << 24 */
#define STACK_SIZE   512
#define MAX_STEPS    1000000 /* the verifier's own bound on what it follows */

enum { REGION_CONTEXT, REGION_STACK, REGION_PACKET, REGION_RODATA, REGION_VALUES };
#define MAX_REGIONS (REGION_VALUES + XDP_MAX_MAPS)

struct region {
    uint64_t base;
    size_t size;
    uint8_t *memory;
    bool writable;
};

struct xdp_interpreter {
    const struct xdp_object *object;
    struct region regions[MAX_REGIONS];
    size_t n_regions;
    uint8_t *rodata, *values[XDP_MAX_MAPS];
    struct xdp_md context;
    uint8_t stack[STACK_SIZE];
    uint64_t filled, registers[11];
    uint32_t redirect; /* the slot of the last bpf_redirect_map() */
    size_t pc;
    struct sim_err *err;
};

static bool stop(struct xdp_interpreter *x, const char *why) {
    return sim_err_set(x->err, SIM_ERR_UNMODELLED, "eBPF instruction %u: %s", (unsigned)x->pc, why);
}

/* --- memory ------------------------------------------------------------------------------- */

static uint8_t *reach(struct xdp_interpreter *x, uint64_t address, size_t n, bool write) {
    for (size_t i = 0; i < x->n_regions; i++) {
        const struct region *r = &x->regions[i];
        uint64_t at = address - r->base;
        if (at < r->size && n <= r->size - at)
            return write && !r->writable ? NULL : r->memory + at;
    }
    return NULL;
}

static unsigned width_of(uint8_t code) {
    switch (BPF_SIZE(code)) {
    case BPF_B:
        return 1;
    case BPF_H:
        return 2;
    case BPF_W:
        return 4;
    default:
        return 8;
    }
}

static bool load(struct xdp_interpreter *x, uint64_t address, unsigned width, uint64_t *out) {
    const uint8_t *memory = reach(x, address, width, false);
    uint64_t value = 0;
    if (!memory)
        return stop(x, "a load out of bounds");
    memcpy(&value, memory, width);
    *out = value; /* little-endian, as flow.h asserts */
    return true;
}

static bool store(struct xdp_interpreter *x, uint64_t address, unsigned width, uint64_t value) {
    uint8_t *memory = reach(x, address, width, true);
    if (!memory)
        return stop(x, "a store out of bounds");
    memcpy(memory, &value, width);
    return true;
}

/* --- arithmetic --------------------------------------------------------------------------- */

/* Division by 0 gives 0, the remainder then is the dividend, shifts take the low bits. */
static bool alu(struct xdp_interpreter *x, uint8_t op, bool wide, uint64_t a, uint64_t b,
                uint64_t *out) {
    unsigned bits = wide ? 63 : 31;
    if (!wide) {
        a = (uint32_t)a;
        b = (uint32_t)b;
    }
    switch (op) {
    case BPF_ADD:
        *out = a + b;
        break;
    case BPF_SUB:
        *out = a - b;
        break;
    case BPF_MUL:
        *out = a * b;
        break;
    case BPF_DIV:
        *out = b ? a / b : 0;
        break;
    case BPF_MOD:
        *out = b ? a % b : a;
        break;
    case BPF_OR:
        *out = a | b;
        break;
    case BPF_AND:
        *out = a & b;
        break;
    case BPF_XOR:
        *out = a ^ b;
        break;
    case BPF_LSH:
        *out = a << (b & bits);
        break;
    case BPF_RSH:
        *out = a >> (b & bits);
        break;
    case BPF_ARSH:
        *out = wide ? (uint64_t)((int64_t)a >> (b & bits))
                    : (uint64_t)(int64_t)((int32_t)a >> (b & bits));
        break;
    case BPF_NEG:
        *out = 0 - a;
        break;
    case BPF_MOV:
        *out = b;
        break;
    default:
        return stop(x, "an arithmetic operation that is not interpreted");
    }
    if (!wide)
        *out = (uint32_t)*out;
    return true;
}

/* BPF_END: to or from big-endian, truncated to the width. */
static bool swap(struct xdp_interpreter *x, const struct bpf_insn *insn, uint64_t *value) {
    bool big = BPF_SRC(insn->code) == BPF_TO_BE;
    switch (insn->imm) {
    case 16:
        *value = big ? __builtin_bswap16((uint16_t)*value) : (uint16_t)*value;
        return true;
    case 32:
        *value = big ? __builtin_bswap32((uint32_t)*value) : (uint32_t)*value;
        return true;
    case 64:
        *value = big ? __builtin_bswap64(*value) : *value;
        return true;
    default:
        return stop(x, "a byte swap of an unknown width");
    }
}

static bool arithmetic(struct xdp_interpreter *x, const struct bpf_insn *insn) {
    bool wide = BPF_CLASS(insn->code) == BPF_ALU64;
    uint64_t *to = &x->registers[insn->dst_reg];
    if (BPF_OP(insn->code) == BPF_END)
        return wide ? stop(x, "an unconditional byte swap") : swap(x, insn, to);
    if (insn->off)
        return stop(x, "a signed division or move");
    uint64_t from =
        BPF_SRC(insn->code) == BPF_X ? x->registers[insn->src_reg] : (uint64_t)(int64_t)insn->imm;
    return alu(x, BPF_OP(insn->code), wide, *to, from, to);
}

/* --- jumps and calls ---------------------------------------------------------------------- */

static bool holds(struct xdp_interpreter *x, uint8_t op, bool wide, uint64_t a, uint64_t b,
                  bool *out) {
    int64_t sa = wide ? (int64_t)a : (int32_t)a, sb = wide ? (int64_t)b : (int32_t)b;
    if (!wide) {
        a = (uint32_t)a;
        b = (uint32_t)b;
    }
    switch (op) {
    case BPF_JEQ:
        *out = a == b;
        return true;
    case BPF_JNE:
        *out = a != b;
        return true;
    case BPF_JGT:
        *out = a > b;
        return true;
    case BPF_JGE:
        *out = a >= b;
        return true;
    case BPF_JLT:
        *out = a < b;
        return true;
    case BPF_JLE:
        *out = a <= b;
        return true;
    case BPF_JSET:
        *out = a & b;
        return true;
    case BPF_JSGT:
        *out = sa > sb;
        return true;
    case BPF_JSGE:
        *out = sa >= sb;
        return true;
    case BPF_JSLT:
        *out = sa < sb;
        return true;
    case BPF_JSLE:
        *out = sa <= sb;
        return true;
    default:
        return stop(x, "a jump that is not interpreted");
    }
}

/* The map behind a handle, or -1. */
static int map_of(const struct xdp_interpreter *x, uint64_t handle) {
    uint64_t map = handle - XDP_HANDLE_BASE;
    return map < x->object->n_maps ? (int)map : -1;
}

static bool lookup(struct xdp_interpreter *x) {
    int map = map_of(x, x->registers[1]);
    uint64_t key = 0;
    if (map < 0 || !x->values[map])
        return stop(x, "a look-up in what is no array map");
    if (!load(x, x->registers[2], 4, &key))
        return false;
    const struct xdp_map *m = &x->object->maps[map];
    x->registers[0] =
        key < m->max_entries ? VALUE_BASE + ((uint64_t)map << 24) + key * m->value_size : 0;
    return true;
}

static bool redirect(struct xdp_interpreter *x) {
    int map = map_of(x, x->registers[1]);
    uint32_t slot = (uint32_t)x->registers[2];
    if (map < 0 || x->object->maps[map].type != BPF_MAP_TYPE_CPUMAP)
        return stop(x, "a redirect through what is no CPU map");
    if (x->registers[3] & ~UINT64_C(3)) { /* flags that this kind of map does not know */
        x->registers[0] = XDP_ABORTED;
        return true;
    }
    bool there = slot < x->object->maps[map].max_entries && slot < 64 && x->filled >> slot & 1;
    x->redirect = slot;
    x->registers[0] = there ? XDP_REDIRECT : x->registers[3] & 3;
    return true;
}

static bool call(struct xdp_interpreter *x, const struct bpf_insn *insn) {
    if (insn->src_reg)
        return stop(x, "a call within the program");
    if (insn->imm == BPF_FUNC_map_lookup_elem)
        return lookup(x);
    if (insn->imm == BPF_FUNC_redirect_map)
        return redirect(x);
    return stop(x, "a helper that is not interpreted");
}

static bool jump(struct xdp_interpreter *x, const struct bpf_insn *insn) {
    bool wide = BPF_CLASS(insn->code) == BPF_JMP, taken = true;
    uint64_t b =
        BPF_SRC(insn->code) == BPF_X ? x->registers[insn->src_reg] : (uint64_t)(int64_t)insn->imm;
    if (BPF_OP(insn->code) == BPF_CALL)
        return call(x, insn);
    if (BPF_OP(insn->code) != BPF_JA &&
        !holds(x, BPF_OP(insn->code), wide, x->registers[insn->dst_reg], b, &taken))
        return false;
    if (taken)
        x->pc += (size_t)(ptrdiff_t)insn->off;
    return true;
}

/* --- one instruction ---------------------------------------------------------------------- */

/* The context's packet pointers are 32 bits wide in memory; here addresses are, too. */
static bool memory(struct xdp_interpreter *x, const struct bpf_insn *insn) {
    uint64_t *to = &x->registers[insn->dst_reg];
    uint64_t from = x->registers[insn->src_reg], offset = (uint64_t)(int64_t)insn->off;
    if (BPF_MODE(insn->code) != BPF_MEM)
        return stop(x, "an access that is not interpreted (atomic or sign-extending)");
    switch (BPF_CLASS(insn->code)) {
    case BPF_LDX:
        return load(x, from + offset, width_of(insn->code), to);
    case BPF_STX:
        return store(x, *to + offset, width_of(insn->code), from);
    default:
        return store(x, *to + offset, width_of(insn->code), (uint64_t)(int64_t)insn->imm);
    }
}

static bool wide_load(struct xdp_interpreter *x, const struct bpf_insn *insn) {
    if (insn->code != (BPF_LD | BPF_IMM | BPF_DW) || x->pc + 1 >= x->object->n_insns)
        return stop(x, "a load that is not interpreted");
    x->registers[insn->dst_reg] = (uint32_t)insn[0].imm | (uint64_t)(uint32_t)insn[1].imm << 32;
    x->pc++;
    return true;
}

static bool step(struct xdp_interpreter *x, const struct bpf_insn *insn) {
    if (insn->dst_reg > 10 || insn->src_reg > 10)
        return stop(x, "an unknown register");
    switch (BPF_CLASS(insn->code)) {
    case BPF_ALU:
    case BPF_ALU64:
        return insn->dst_reg == 10 ? stop(x, "a write to the frame pointer") : arithmetic(x, insn);
    case BPF_JMP:
    case BPF_JMP32:
        return jump(x, insn);
    case BPF_LD:
        return wide_load(x, insn);
    default:
        return memory(x, insn);
    }
}

static bool run(struct xdp_interpreter *x) {
    const struct xdp_object *object = x->object;
    for (unsigned steps = 0; steps < MAX_STEPS; steps++) {
        if (x->pc >= object->n_insns)
            return stop(x, "beyond the end of the program");
        const struct bpf_insn *insn = &object->insns[x->pc];
        if (insn->code == (BPF_JMP | BPF_EXIT))
            return true;
        if (!step(x, insn))
            return false;
        x->pc++;
    }
    return stop(x, "the program does not end");
}

bool xdp_interpret(struct xdp_interpreter *x, const uint8_t *frame, size_t n,
                   struct xdp_decision *out, struct sim_err *err) {
    x->err = err;
    x->pc = 0;
    memset(x->registers, 0, sizeof x->registers);
    memset(x->stack, 0, sizeof x->stack);
    x->context = (struct xdp_md){.data = (uint32_t)PACKET_BASE,
                                 .data_end = (uint32_t)(PACKET_BASE + n),
                                 .data_meta = (uint32_t)PACKET_BASE};
    x->regions[REGION_PACKET].memory = (uint8_t *)(uintptr_t)frame; /* not writable */
    x->regions[REGION_PACKET].size = n;
    x->registers[1] = CONTEXT_BASE;
    x->registers[10] = STACK_BASE + STACK_SIZE;
    if (!run(x))
        return false;
    out->action = (int)x->registers[0];
    out->slot = out->action == XDP_REDIRECT ? x->redirect : 0;
    return true;
}

/* --- life --------------------------------------------------------------------------------- */

static bool is_array(const struct xdp_map *map) {
    return map->type == BPF_MAP_TYPE_ARRAY || map->type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static bool create_map(struct xdp_interpreter *x, size_t i, struct sim_err *err) {
    const struct xdp_map *map = &x->object->maps[i];
    size_t size = (size_t)map->max_entries * map->value_size;
    if (map->type == BPF_MAP_TYPE_CPUMAP)
        return true;
    if (!is_array(map) || map->key_size != 4 || size >= 1 << 24)
        return sim_err_set(err, SIM_ERR_UNMODELLED, "map %s: its type or size is not interpreted",
                           map->name);
    x->values[i] = calloc(size ? size : 1, 1);
    x->regions[x->n_regions++] =
        (struct region){VALUE_BASE + ((uint64_t)i << 24), size, x->values[i], true};
    return x->values[i] || sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
}

static bool create_rodata(struct xdp_interpreter *x, const struct xdp_setup *setup,
                          struct sim_err *err) {
    size_t n = x->object->n_rodata;
    x->rodata = malloc(n ? n : 1);
    if (!x->rodata)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    if (n)
        memcpy(x->rodata, x->object->rodata, n);
    if (setup->program == XDP_FLOW) {
        size_t at = x->object->config;
        if (at > n || sizeof setup->config > n - at)
            return sim_err_set(err, SIM_ERR_INPUT, "the object has no `config`");
        memcpy(x->rodata + at, &setup->config, sizeof setup->config);
    }
    x->regions[REGION_RODATA] = (struct region){XDP_RODATA_BASE, n, x->rodata, false};
    return true;
}

struct xdp_interpreter *xdp_interpreter_create(const struct xdp_object *object,
                                               const struct xdp_setup *setup, struct sim_err *err) {
    struct xdp_interpreter *x = calloc(1, sizeof *x);
    if (!x) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    x->object = object;
    x->filled = setup->filled;
    x->regions[REGION_CONTEXT] =
        (struct region){CONTEXT_BASE, sizeof x->context, (uint8_t *)&x->context, false};
    x->regions[REGION_STACK] = (struct region){STACK_BASE, STACK_SIZE, x->stack, true};
    x->regions[REGION_PACKET] = (struct region){PACKET_BASE, 0, NULL, false};
    x->n_regions = REGION_VALUES;
    bool good = create_rodata(x, setup, err);
    for (size_t i = 0; good && i < object->n_maps; i++)
        good = create_map(x, i, err);
    if (good)
        return x;
    xdp_interpreter_destroy(x);
    return NULL;
}

void xdp_interpreter_destroy(struct xdp_interpreter *x) {
    if (!x)
        return;
    for (size_t i = 0; i < XDP_MAX_MAPS; i++)
        free(x->values[i]);
    free(x->rodata);
    free(x);
}

const uint8_t *xdp_interpreter_values(const struct xdp_interpreter *x, const char *map) {
    for (size_t i = 0; i < x->object->n_maps; i++)
        if (strcmp(x->object->maps[i].name, map) == 0)
            return x->values[i];
    return NULL;
}
