#include "harness/xdp/program.h"

#include <linux/bpf.h>

struct xdp_setup xdp_setup_of(enum xdp_program program, enum flow_hash hash, unsigned cpus) {
    struct xdp_setup setup = {.program = program, .config = {.hash = hash, .cpus = cpus}};
    for (uint32_t i = 0; i < FLOW_MAX_CPUS; i++)
        setup.config.slots[i] = i;
    setup.filled = cpus >= 64 ? UINT64_MAX : (UINT64_C(1) << cpus) - 1;
    return setup;
}

static void look_reference(const uint8_t *frame, size_t n, struct xdp_inside *inside) {
    uint32_t words[3];
    inside->of = FLOW_NOT_PPPOE;
    if (!reference_classify(frame, frame + n, words))
        return;
    inside->of = FLOW_PORTS;
    inside->tuple = (struct flow_tuple){.words = {words[0], words[1], words[2]}, .n = 3};
    inside->hash = reference_crc(words);
    inside->index = inside->hash % REFERENCE_CPUS;
}

static void look_flow(const struct flow_config *config, const uint8_t *frame, size_t n,
                      struct xdp_inside *inside) {
    inside->of = flow_classify(frame, frame + n, &inside->tuple);
    if (!FLOW_IS_HASHED(inside->of))
        return;
    if (config->cpus == 0) {
        inside->of = FLOW_NO_CPU;
        return;
    }
    if (config->symmetric)
        flow_make_symmetric(&inside->tuple);
    inside->hash = flow_hash(&inside->tuple, config->hash, config->seed, config->key);
    inside->index = flow_index(inside->hash, config->cpus);
}

struct xdp_decision xdp_native(const struct xdp_setup *setup, const uint8_t *frame, size_t n,
                               struct xdp_inside *inside) {
    struct xdp_inside own;
    struct xdp_inside *in = inside ? inside : &own;
    bool reference = setup->program == XDP_REFERENCE;
    *in = (struct xdp_inside){0};
    if (reference)
        look_reference(frame, n, in);
    else
        look_flow(&setup->config, frame, n, in);
    if (!FLOW_IS_HASHED(in->of))
        return (struct xdp_decision){.action = XDP_PASS};
    uint32_t slot = reference ? in->index : setup->config.slots[in->index];
    if (setup->filled >> slot & 1)
        return (struct xdp_decision){.action = XDP_REDIRECT, .slot = slot};
    return (struct xdp_decision){.action = reference ? XDP_ABORTED : XDP_PASS};
}

const char *xdp_class_name(enum flow_class of) {
    static const char *const names[FLOW_CLASSES] = {
        [FLOW_PORTS] = "addresses and ports",
        [FLOW_ADDRESSES] = "addresses",
        [FLOW_FRAGMENT] = "fragment",
        [FLOW_NOT_PPPOE] = "not PPPoE",
        [FLOW_DISCOVERY] = "PPPoE discovery",
        [FLOW_BAD_PPPOE] = "bad PPPoE header",
        [FLOW_NOT_IP] = "not IP",
        [FLOW_BAD_IP] = "bad IP header",
        [FLOW_NO_CPU] = "no CPU",
    };
    return names[of];
}

const char *xdp_hash_name(enum flow_hash hash) {
    static const char *const names[FLOW_HASHES] = {
        [FLOW_XXH32] = "xxh32",
        [FLOW_CRC] = "crc",
        [FLOW_TOEPLITZ] = "toeplitz",
        [FLOW_HALFSIPHASH] = "halfsiphash",
    };
    return names[hash];
}
