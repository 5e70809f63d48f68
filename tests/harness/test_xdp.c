/* The flow-hash programs' logic: classes, hashes against published vectors, and each fault of the
 * reference that `flow` mends. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "harness/xdp/program.h"
#include "sim/rng.h"
#include "tests/harness/xdp_frames.h"

#ifdef HAVE_XXHASH
#include <xxhash.h>
#endif

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define TAG           0x8100
#define STAG          0x88a8

/* --- hashes ------------------------------------------------------------------------------- */

struct rss_row {
    const char *from, *to;
    uint16_t ports[2];
    uint32_t addresses, all;
};

/* Microsoft, "Verifying the RSS hash calculation". */
static const struct rss_row rss_rows[] = {
    {"66.9.149.187", "161.142.100.80", {2794, 1766}, 0x323e8fc2, 0x51ccc178},
    {"199.92.111.2", "65.69.140.83", {14230, 4739}, 0xd718262a, 0xc626b0ea},
    {"24.19.198.95", "12.22.207.184", {12898, 38024}, 0xd2d0a5de, 0x5c2b394a},
    {"38.27.205.30", "209.142.163.6", {48228, 2217}, 0x82989176, 0xafc7327f},
    {"153.39.163.191", "202.188.127.2", {44251, 1303}, 0x5d1809c5, 0x10e828a2},
    {"3ffe:2501:200:1fff::7", "3ffe:2501:200:3::1", {2794, 1766}, 0x2cc18cd5, 0x40207d3d},
    {"3ffe:501:8::260:97ff:fe40:efab", "ff02::1", {14230, 4739}, 0x0f0c461c, 0xdde51bbf},
    {"3ffe:1900:4545:3:200:f8ff:fe21:67cf",
     "fe80::200:f8ff:fe21:67cf",
     {44251, 38024},
     0x4b61e985,
     0x02d1feef},
};

static void append(struct flow_tuple *tuple, const void *octets, size_t n) {
    memcpy(&tuple->words[tuple->n], octets, n);
    tuple->n += (uint32_t)(n / 4);
}

Test(xdp, toeplitz_is_microsofts) {
    for (size_t i = 0; i < LENGTH(rss_rows); i++) {
        const struct rss_row *row = &rss_rows[i];
        struct flow_tuple tuple = {.n = 0};
        uint8_t address[16];
        int family = strchr(row->from, ':') ? AF_INET6 : AF_INET;
        uint16_t ports[2] = {htons(row->ports[0]), htons(row->ports[1])};
        cr_assert_eq(inet_pton(family, row->from, address), 1);
        append(&tuple, address, family == AF_INET ? 4 : 16);
        cr_assert_eq(inet_pton(family, row->to, address), 1);
        append(&tuple, address, family == AF_INET ? 4 : 16);
        cr_expect_eq(hash_toeplitz(&tuple), row->addresses, "%s", row->from);
        append(&tuple, ports, 4);
        cr_expect_eq(hash_toeplitz(&tuple), row->all, "%s", row->from);
    }
}

static struct flow_tuple random_tuple(uint64_t i) {
    static const uint32_t sizes[] = {2, 3, 8, 9};
    struct flow_tuple tuple = {.n = sizes[i % 4]};
    for (uint32_t k = 0; k < tuple.n; k++)
        tuple.words[k] = (uint32_t)rng_u64(1, i, k);
    return tuple;
}

Test(xdp, crc_is_zlibs) {
    for (uint64_t i = 0; i < 20000; i++) {
        struct flow_tuple tuple = random_tuple(i);
        uint32_t want = (uint32_t)crc32(0, (const uint8_t *)tuple.words, tuple.n * 4);
        cr_assert_eq(hash_crc(&tuple), want);
        if (tuple.n == 3)
            cr_assert_eq(reference_crc(tuple.words), want);
    }
}

#ifdef HAVE_XXHASH
Test(xdp, xxh32_is_the_librarys) {
    for (uint64_t i = 0; i < 20000; i++) {
        struct flow_tuple tuple = random_tuple(i);
        uint32_t seed = (uint32_t)rng_u64(2, i, 0);
        cr_assert_eq(hash_xxh32(&tuple, seed), XXH32(tuple.words, tuple.n * 4, seed));
    }
}
#endif

/* github.com/veorq/SipHash vectors.h, vectors_hsip32: key 00 01 ... 07, input 00 01 ... */
Test(xdp, halfsiphash_is_its_authors) {
    static const struct {
        uint32_t n;
        uint8_t hash[4];
    } rows[] = {
        {8, {0xd0, 0xb8, 0x84, 0x8f}},
        {12, {0x57, 0xf0, 0x87, 0x2f}},
        {32, {0xfe, 0xe7, 0x21, 0x12}},
        {36, {0xe7, 0x5c, 0xc6, 0xec}},
    };
    const uint32_t key[2] = {0x03020100, 0x07060504};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct flow_tuple tuple = {.n = rows[i].n / 4};
        uint32_t want;
        for (uint32_t k = 0; k < rows[i].n; k++)
            ((uint8_t *)tuple.words)[k] = (uint8_t)k;
        memcpy(&want, rows[i].hash, 4);
        cr_expect_eq(hash_halfsip(&tuple, key, 2, 4), want, "%u octets", rows[i].n);
    }
}

/* --- classes ------------------------------------------------------------------------------ */

static enum flow_class classify(const struct xdp_row *row, struct flow_tuple *tuple) {
    uint8_t frame[2048];
    size_t n = xdp_build(row, frame);
    uint8_t *exact = malloc(n); /* so that a sanitizer sees a read beyond it */
    memcpy(exact, frame, n);
    enum flow_class of = flow_classify(exact, exact + n, tuple);
    free(exact);
    return of;
}

struct class_row {
    const char *name;
    struct xdp_row frame;
    enum flow_class of;
    bool reference; /* the reference hashes it */
};

#define V4(...)                                                                                    \
    { .ip = 4, __VA_ARGS__ }
#define V6(...)                                                                                    \
    { .ip = 6, __VA_ARGS__ }

static const struct class_row class_rows[] = {
    {"UDP over IPv4 in one tag", V4(.flow = 1), FLOW_PORTS, true},
    {"UDP over IPv6 in one tag", V6(.flow = 1), FLOW_PORTS, true},
    {"TCP", V4(.protocol = 6), FLOW_PORTS, true},
    {"SCTP", V4(.protocol = 132), FLOW_PORTS, false},
    {"DCCP", V4(.protocol = 33), FLOW_PORTS, false},
    {"UDP-Lite", V6(.protocol = 136), FLOW_PORTS, false},
    {"ICMP", V4(.protocol = 1), FLOW_ADDRESSES, false},
    {"ESP", V4(.protocol = 50), FLOW_ADDRESSES, false},
    {"GRE", V6(.protocol = 47), FLOW_ADDRESSES, false},
    {"IPv4 options", V4(.options = 3), FLOW_PORTS, true},
    {"the first fragment", V4(.fragment = 0x2000), FLOW_FRAGMENT, true},
    {"a later fragment", V4(.fragment = 0x0003), FLOW_FRAGMENT, true},
    {"IPv6 hop-by-hop and destination options", V6(.n_extensions = 2, .extensions = {0, 60}),
     FLOW_PORTS, false},
    {"IPv6 routing, mobility, HIP, shim6", V6(.n_extensions = 4, .extensions = {43, 135, 139, 140}),
     FLOW_PORTS, false},
    {"an IPv6 fragment", V6(.n_extensions = 1, .extensions = {44}), FLOW_FRAGMENT, false},
    {"AH before UDP", V6(.n_extensions = 1, .extensions = {51}), FLOW_PORTS, false},
    {"untagged", V4(.tagging = XDP_UNTAGGED), FLOW_PORTS, false},
    {"QinQ 88a8", V4(.tagging = XDP_S_AND_C_TAG), FLOW_PORTS, false},
    {"QinQ 8100", V4(.tagging = XDP_TWO_C_TAGS), FLOW_PORTS, false},
    {"three tags", V4(.tagging = XDP_THREE_TAGS), FLOW_NOT_PPPOE, false},
    {"no PPPoE", V4(.type = 0x0800), FLOW_NOT_PPPOE, false},
    {"discovery", V4(.type = 0x8863), FLOW_DISCOVERY, false},
    {"LCP", {.ppp = 0xc021}, FLOW_NOT_IP, false},
    {"IPCP", {.ppp = 0x8021}, FLOW_NOT_IP, false},
    {"a compressed protocol field", V4(.ppp = 0x2145), FLOW_NOT_IP, false},
    {"ihl 4", V4(.first = 0x44), FLOW_BAD_IP, true},
    {"IP version 5", V4(.first = 0x55), FLOW_BAD_IP, true},
    {"IP version 4 in PPP's IPv6", V6(.first = 0x40), FLOW_BAD_IP, true},
    {"PPPoE version 2", V4(.version_type = 0x21), FLOW_BAD_PPPOE, true},
    {"PPPoE code 9", V4(.code = 9), FLOW_BAD_PPPOE, true},
    {"PPPoE longer than the frame", V4(.pppoe_lie = 1), FLOW_BAD_PPPOE, true},
    {"PPPoE shorter than IP", V4(.pppoe_lie = -1), FLOW_BAD_IP, true},
    {"IP longer than PPPoE", V6(.ip_lie = 1), FLOW_BAD_IP, true},
    {"padding", V4(.padding = 9), FLOW_PORTS, true},
    {"ports in the padding", V4(.payload = -20, .ip_lie = -4, .pppoe_lie = -4), FLOW_ADDRESSES,
     true},
    {"IP total length below its header", V4(.ip_lie = -40), FLOW_BAD_IP, true},
};

Test(xdp, classes) {
    for (size_t i = 0; i < LENGTH(class_rows); i++) {
        const struct class_row *row = &class_rows[i];
        struct flow_tuple tuple;
        uint8_t frame[2048];
        uint32_t words[3];
        size_t n = xdp_build(&row->frame, frame);
        cr_expect_eq(classify(&row->frame, &tuple), row->of, "%s: %s", row->name,
                     xdp_class_name(classify(&row->frame, &tuple)));
        cr_expect_eq(reference_classify(frame, frame + n, words) != 0, row->reference, "%s",
                     row->name);
        uint32_t addresses = row->frame.ip == 6 ? 8 : 2;
        if (FLOW_IS_HASHED(row->of))
            cr_expect_eq(tuple.n, addresses + (row->of == FLOW_PORTS), "%s", row->name);
    }
}

/* Cut anywhere, nothing is read behind the end, and what has lost its ports is not hashed by
 * them. */
Test(xdp, cut_frames) {
    for (size_t i = 0; i < LENGTH(class_rows); i++) {
        uint8_t frame[2048];
        size_t whole = xdp_build(&class_rows[i].frame, frame);
        for (size_t n = 0; n < whole; n++) {
            struct flow_tuple tuple;
            uint8_t *exact = malloc(n ? n : 1);
            memcpy(exact, frame, n);
            enum flow_class of = flow_classify(exact, exact + n, &tuple);
            cr_expect_lt(of, FLOW_CLASSES);
            if (class_rows[i].frame.padding == 0)
                cr_expect(!FLOW_IS_HASHED(of) || class_rows[i].frame.pppoe_lie < 0, "%s cut to %zu",
                          class_rows[i].name, n);
            free(exact);
        }
    }
}

/* --- the reference's faults, and that `flow` has none --------------------------------------- */

static struct xdp_decision decide(enum xdp_program program, bool symmetric,
                                  const struct xdp_row *row) {
    uint8_t frame[2048];
    size_t n = xdp_build(row, frame);
    struct xdp_setup setup = xdp_setup_of(program, FLOW_XXH32, 8);
    setup.config.symmetric = symmetric;
    return xdp_native(&setup, frame, n, NULL);
}

static unsigned slots_of_fragments(enum xdp_program program) {
    unsigned slots = 0;
    for (uint16_t offset = 0; offset < 6; offset++) {
        struct xdp_row row = V4(.flow = 7, .fragment = (uint16_t)(0x2000 | offset * 100));
        row.payload = offset;
        if (offset)
            row.flow = (uint8_t)(7 + offset); /* what stands at the ports' place is data */
        uint8_t frame[2048];
        size_t n = xdp_build(&row, frame);
        frame[14 + 4 + 8 + 15] = 7; /* but the addresses are one datagram's */
        struct xdp_setup setup = xdp_setup_of(program, FLOW_XXH32, 8);
        slots |= 1u << xdp_native(&setup, frame, n, NULL).slot;
    }
    return slots;
}

Test(xdp, fragments_of_a_datagram_stay_together) {
    unsigned reference = slots_of_fragments(XDP_REFERENCE), flow = slots_of_fragments(XDP_FLOW);
    cr_expect_neq(reference & (reference - 1), 0, "the reference has this fault");
    cr_expect_eq(flow & (flow - 1), 0);
}

Test(xdp, both_directions) {
    unsigned apart = 0;
    for (unsigned i = 0; i < 64; i++) {
        for (unsigned ip = 4; ip <= 6; ip += 2) {
            struct xdp_row there = {
                .ip = (uint8_t)ip, .flow = (uint8_t)i, .host = (uint8_t)(i * 3)};
            struct xdp_row back = there;
            back.back = 1;
            apart += decide(XDP_FLOW, false, &there).slot != decide(XDP_FLOW, false, &back).slot;
            cr_expect_eq(decide(XDP_FLOW, true, &there).slot, decide(XDP_FLOW, true, &back).slot);
        }
    }
    cr_expect_gt(apart, 64, "without the option they are two flows");
}

/* One address at both ends: the ports decide which end is first. */
Test(xdp, both_directions_between_two_ports_of_a_host) {
    struct flow_tuple there = {{1, 1, 0x00020001}, 3}, back = {{1, 1, 0x00010002}, 3};
    flow_make_symmetric(&there);
    flow_make_symmetric(&back);
    cr_expect_eq(memcmp(&there, &back, sizeof there), 0);
}

static int by_value(const void *a, const void *b) {
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static size_t distinct(uint32_t *values, size_t n) {
    size_t count = n > 0;
    qsort(values, n, sizeof *values, by_value);
    for (size_t i = 1; i < n; i++)
        count += values[i] != values[i - 1];
    return count;
}

/* 64 subnets of 64 hosts each, n::h: folding the words by XOR leaves 64 sums. */
Test(xdp, ipv6_addresses_are_not_folded) {
    enum { SIDE = 64 };
    static uint32_t folded[SIDE * SIDE], whole[SIDE * SIDE];
    for (uint32_t subnet = 0; subnet < SIDE; subnet++)
        for (uint32_t host = 0; host < SIDE; host++) {
            struct xdp_row row = V6(.host = (uint8_t)host, .flow = 1);
            uint8_t frame[2048];
            struct xdp_inside inside;
            size_t n = xdp_build(&row, frame), at = subnet * SIDE + host;
            frame[18 + 8 + 8 + 7] = (uint8_t)subnet; /* n:: */
            struct xdp_setup setup = xdp_setup_of(XDP_REFERENCE, FLOW_XXH32, 8);
            xdp_native(&setup, frame, n, &inside);
            folded[at] = inside.hash;
            setup = xdp_setup_of(XDP_FLOW, FLOW_XXH32, 8);
            xdp_native(&setup, frame, n, &inside);
            whole[at] = inside.hash;
        }
    cr_expect_eq(distinct(folded, SIDE * SIDE), SIDE);
    cr_expect_geq(distinct(whole, SIDE * SIDE), SIDE * SIDE - 4);
}

Test(xdp, an_empty_slot) {
    unsigned lost = 0;
    for (unsigned i = 0; i < 200; i++) {
        struct xdp_row row = V4(.flow = (uint8_t)i);
        uint8_t frame[2048];
        size_t n = xdp_build(&row, frame);
        struct xdp_setup reference = xdp_setup_of(XDP_REFERENCE, FLOW_XXH32, 8);
        struct xdp_setup flow = xdp_setup_of(XDP_FLOW, FLOW_XXH32, 8);
        reference.filled = flow.filled = 3;
        lost += xdp_native(&reference, frame, n, NULL).action == XDP_ABORTED;
        cr_expect_neq(xdp_native(&flow, frame, n, NULL).action, XDP_ABORTED);
    }
    cr_expect_gt(lost, 100, "the reference has this fault");
}

Test(xdp, no_cpus_at_all) {
    struct xdp_row row = V4(.flow = 1);
    uint8_t frame[2048];
    struct xdp_inside inside;
    size_t n = xdp_build(&row, frame);
    struct xdp_setup setup = xdp_setup_of(XDP_FLOW, FLOW_XXH32, 0);
    cr_expect_eq(xdp_native(&setup, frame, n, &inside).action, XDP_PASS);
    cr_expect_eq(inside.of, FLOW_NO_CPU);
}
