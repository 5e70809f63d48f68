/* The DSP instructions of the M4, a cycle each. Source: DDI0403E A7.7. */
#include "models/mcu/armv7m/decode.h"

static int32_t half(uint32_t x, unsigned top) {
    return (int16_t)(top ? x >> 16 : x);
}
static int32_t signed_saturate(struct armv7m *core, int64_t x, unsigned bits, bool note) {
    int64_t top = (INT64_C(1) << (bits - 1)) - 1;
    int64_t result = x > top ? top : x < -top - 1 ? -top - 1 : x;
    if (note)
        core->q |= result != x;
    return (int32_t)result;
}
static uint32_t unsigned_saturate(int32_t x, unsigned bits) {
    int32_t top = (int32_t)((1u << bits) - 1);
    return (uint32_t)(x < 0 ? 0 : x > top ? top : x);
}

/* --- parallel additions and subtractions --------------------------------------------- */

enum { KIND_PLAIN, KIND_SATURATING, KIND_HALVING };

struct lanes {
    bool is_unsigned;
    unsigned kind, bits;
};

static int32_t lane(uint32_t x, unsigned at, const struct lanes *lanes) {
    uint32_t raw = x >> at & ((1u << lanes->bits) - 1);
    if (lanes->is_unsigned)
        return (int32_t)raw;
    return lanes->bits == 8 ? (int8_t)raw : (int16_t)raw;
}

/* One lane's result, as `bits` bits; *ge: the lane's GE flag. */
static uint32_t lane_result(int32_t x, bool sum, const struct lanes *lanes, bool *ge) {
    uint32_t mask = (1u << lanes->bits) - 1;
    *ge = lanes->is_unsigned && sum ? x > (int32_t)mask : x >= 0;
    if (lanes->kind == KIND_HALVING)
        return (uint32_t)(x >> 1) & mask;
    if (lanes->kind == KIND_PLAIN)
        return (uint32_t)x & mask;
    if (lanes->is_unsigned)
        return unsigned_saturate(x, lanes->bits);
    return (uint32_t)signed_saturate(NULL, x, lanes->bits, false) & mask;
}

/* `ra`: 0 ADD8, 1 ADD16, 2 ASX, 4 SUB8, 5 SUB16, 6 SAX. */
enum flow exec_parallel(struct armv7m *core, const struct op *op) {
    bool cross = op->ra & 2, octets = !(op->ra & 3);
    struct lanes lanes = {op->sh & 4, op->sh & 3, octets ? 8 : 16};
    uint32_t n = core->r[op->rn], m = core->r[op->rm], result = 0;
    uint8_t flags = 0;
    for (unsigned at = 0; at < 32; at += lanes.bits) {
        bool high = at != 0, ge;
        /* ASX subtracts in the low lane and adds in the high one, SAX the other way. */
        bool sum = cross ? (op->ra == 2) == high : !(op->ra & 4);
        int32_t x = lane(n, at, &lanes), y = lane(m, cross ? 16 - at : at, &lanes);
        result |= lane_result(sum ? x + y : x - y, sum, &lanes, &ge) << at;
        if (ge)
            flags |= (uint8_t)((octets ? 1 : 3) << at / 8);
    }
    core->r[op->rd] = result;
    if (lanes.kind == KIND_PLAIN)
        core->ge = flags;
    return FLOW_NEXT;
}

enum flow exec_sel(struct armv7m *core, const struct op *op) {
    uint32_t mask = 0;
    for (unsigned i = 0; i < 4; i++)
        mask |= core->ge >> i & 1 ? 0xFFu << (8 * i) : 0;
    core->r[op->rd] = (core->r[op->rn] & mask) | (core->r[op->rm] & ~mask);
    return FLOW_NEXT;
}

/* QADD, QDADD, QSUB, QDSUB */
enum flow exec_saturating(struct armv7m *core, const struct op *op) {
    int64_t n = (int32_t)core->r[op->rn], m = (int32_t)core->r[op->rm];
    if (op->ra & 1)
        n = signed_saturate(core, 2 * n, 32, true);
    core->r[op->rd] = (uint32_t)signed_saturate(core, op->ra & 2 ? m - n : m + n, 32, true);
    return FLOW_NEXT;
}

enum flow exec_sat16(struct armv7m *core, const struct op *op) {
    uint32_t result = 0;
    for (unsigned top = 0; top < 2; top++) {
        int32_t x = half(core->r[op->rn], top);
        uint32_t y = op->ra & 2 ? unsigned_saturate(x, op->imm)
                                : (uint32_t)signed_saturate(core, x, op->imm + 1, false);
        core->q |= (int32_t)y != x;
        result |= (y & 0xFFFF) << (16 * top);
    }
    core->r[op->rd] = result;
    return FLOW_NEXT;
}

enum flow exec_pkh(struct armv7m *core, const struct op *op) {
    uint32_t n = core->r[op->rn], m = core->r[op->rm];
    if (op->ra)
        m = (uint32_t)((int32_t)m >> (op->sh > 31 ? 31 : op->sh));
    else
        m <<= op->sh;
    core->r[op->rd] = op->ra ? (n & 0xFFFF0000) | (m & 0xFFFF) : (m & 0xFFFF0000) | (n & 0xFFFF);
    return FLOW_NEXT;
}

enum flow exec_extend16(struct armv7m *core, const struct op *op) {
    uint32_t m = core->r[op->rm], n = core->r[op->rn];
    m = op->sh ? m >> op->sh | m << (32 - op->sh) : m;
    bool is_unsigned = op->ra & 1;
    uint32_t low = is_unsigned ? m & 0xFF : (uint32_t)(int8_t)m;
    uint32_t high = is_unsigned ? m >> 16 & 0xFF : (uint32_t)(int8_t)(m >> 16);
    core->r[op->rd] = ((n + low) & 0xFFFF) | ((n >> 16) + high) << 16;
    return FLOW_NEXT;
}

enum flow exec_usad8(struct armv7m *core, const struct op *op) {
    uint32_t n = core->r[op->rn], m = core->r[op->rm], sum = core->r[op->ra];
    for (unsigned at = 0; at < 32; at += 8) {
        int32_t difference = (int32_t)(n >> at & 0xFF) - (int32_t)(m >> at & 0xFF);
        sum += (uint32_t)(difference < 0 ? -difference : difference);
    }
    core->r[op->rd] = sum;
    return FLOW_NEXT;
}

/* --- multiplies ---------------------------------------------------------------------- */

/* A 32-bit accumulation that notes its overflow in Q. */
static void accumulate(struct armv7m *core, const struct op *op, int64_t x) {
    int64_t sum = x + (int32_t)core->r[op->ra];
    core->q |= sum != (int32_t)sum;
    core->r[op->rd] = (uint32_t)sum;
}
static void accumulate_long(struct armv7m *core, const struct op *op, int64_t x) {
    uint64_t sum = ((uint64_t)core->r[op->ra] << 32 | core->r[op->rd]) + (uint64_t)x;
    core->r[op->rd] = (uint32_t)sum;
    core->r[op->ra] = (uint32_t)(sum >> 32);
}
static int64_t half_product(const struct armv7m *core, const struct op *op) {
    return (int64_t)half(core->r[op->rn], op->sh & 2) * half(core->r[op->rm], op->sh & 1);
}
/* The sum or the difference of the products of halves. */
static int64_t dual_product(const struct armv7m *core, const struct op *op) {
    uint32_t n = core->r[op->rn], m = core->r[op->rm];
    bool swap = op->sh & 1;
    int64_t low = (int64_t)half(n, 0) * half(m, swap), high = (int64_t)half(n, 1) * half(m, !swap);
    return op->sh & 4 ? low - high : low + high;
}

enum flow exec_smla_half(struct armv7m *core, const struct op *op) {
    accumulate(core, op, half_product(core, op));
    return FLOW_NEXT;
}

enum flow exec_smlal_half(struct armv7m *core, const struct op *op) {
    accumulate_long(core, op, half_product(core, op));
    return FLOW_NEXT;
}

enum flow exec_smul_word(struct armv7m *core, const struct op *op) {
    int64_t product = (int64_t)(int32_t)core->r[op->rn] * half(core->r[op->rm], op->sh & 1);
    accumulate(core, op, product >> 16);
    return FLOW_NEXT;
}

enum flow exec_dual_mul(struct armv7m *core, const struct op *op) {
    accumulate(core, op, dual_product(core, op));
    return FLOW_NEXT;
}

enum flow exec_dual_mull(struct armv7m *core, const struct op *op) {
    accumulate_long(core, op, dual_product(core, op));
    return FLOW_NEXT;
}

enum flow exec_smmul(struct armv7m *core, const struct op *op) {
    uint64_t product = (uint64_t)((int64_t)(int32_t)core->r[op->rn] * (int32_t)core->r[op->rm]);
    uint64_t sum = (uint64_t)core->r[op->ra] << 32;
    sum = op->sh & 4 ? sum - product : sum + product;
    core->r[op->rd] = (uint32_t)((sum + (op->sh & 1 ? 0x80000000u : 0)) >> 32);
    return FLOW_NEXT;
}

enum flow exec_umaal(struct armv7m *core, const struct op *op) {
    uint64_t sum = (uint64_t)core->r[op->rn] * core->r[op->rm];
    sum += (uint64_t)core->r[op->rd] + core->r[op->ra];
    core->r[op->rd] = (uint32_t)sum;
    core->r[op->ra] = (uint32_t)(sum >> 32);
    return FLOW_NEXT;
}
