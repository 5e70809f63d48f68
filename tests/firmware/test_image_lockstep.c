/* Every image we build beside Unicorn, from its reset on and with frames coming in: state
 * compared before each instruction (see image_lockstep.h). No difference is known. Not
 * compared, but done by our core alone: exception entry and return, sleep, and CPS, MRS, MSR,
 * barriers, SVC, WFI, WFE, SEV, which Unicorn, having no NVIC, cannot do or answer.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>

#include "tests/firmware/image_lockstep.h"
#include "tests/firmware/wire.h"

#define GAP (2 * SIM_MS) /* for the images that re-arm in their interrupt */

enum { ARP = 0x0806, IPV4 = 0x0800 };

/* How many instructions are compared, at least; those that talk get an address, answer ARP,
 * a ping and a TCP connection besides. */
static const struct {
    const char *image, *chip;
    unsigned frames;
    bool talks;
    uint64_t instructions;
} IMAGES[] = {
    {"itm_f439", "f439zi", 0, false, 160},
    {"rxdump_f401", "f401re", 40, false, 100000},
    {"rxdump_f401_bits", "f401re", 40, false, 500000},
    {"rxdump_f401_spe", "f401re", 40, false, 100000},
    {"rxdump_f401_strict", "f401re", 40, false, 100000},
    {"rxdump_f401_rearm", "f401re", 40, false, 100000},
    {"rxdump_f401_rearm_bits", "f401re", 40, false, 500000},
    {"rxdump_f401_rearm_slow", "f401re", 40, false, 100000},
    {"netif_f401", "f401re", 20, true, 90000},
    {"netif_f401_bits", "f401re", 20, true, 200000},
    {"netif_f401_hsi", "f401re", 20, true, 90000},
    {"netif_f401_rearm", "f401re", 20, true, 90000},
    {"netif_f401_rearm_bits", "f401re", 20, true, 200000},
    {"netif_f401_rearm_hsi", "f401re", 20, true, 90000},
    {"netif_f100", "f100rb", 20, true, 80000},
};

static struct bench bench;

static void send_frames(unsigned n) {
    uint8_t frame[BENCH_OCTETS];
    for (unsigned i = 0; i < n; i++) {
        size_t length = i % 4 == 3 ? 1514 : 60 + 13 * i;
        bench_fill(frame, length, i + 1);
        bench_send(&bench, frame, length, GAP);
    }
    bench_run(&bench, 10 * SIM_MS);
}

/* The next frame the image sends that is `type` (and, of DHCP, `dhcp`) in `in`. */
static void await(uint8_t *in, uint32_t type, uint32_t dhcp) {
    sim_time until = stm32_time(bench.mcu) + SIM_S;
    for (bool found = false; !found;) {
        cr_assert_lt(stm32_time(bench.mcu), until, "no frame of type 0x%04x came", (unsigned)type);
        bench_run(&bench, 20 * SIM_US);
        size_t length = bench_sent(&bench, in);
        const uint8_t *option = length && dhcp ? wire_option(in, length, 53) : NULL;
        found = length && wire_word(in + 12, 2) == type && (!dhcp || (option && *option == dhcp));
    }
}

static void put(struct wire *out) {
    bench_send(&bench, out->octets, out->length < 60 ? 60 : out->length, GAP);
}

static void talk(void) {
    struct wire out = {0};
    uint8_t in[BENCH_OCTETS];
    await(in, IPV4, 1);
    wire_dhcp(&out, wire_word(in + WIRE_BOOTP + 4, 4), 2, WIRE_OUR_IP, 3600);
    put(&out);
    await(in, IPV4, 3);
    wire_dhcp(&out, wire_word(in + WIRE_BOOTP + 4, 4), 5, WIRE_OUR_IP, 3600);
    put(&out);
    bench_run(&bench, 5 * SIM_MS);
    wire_arp(&out, WIRE_OUR_IP);
    put(&out);
    await(in, ARP, 0);
    wire_ping(&out, 500);
    put(&out);
    await(in, IPV4, 0);
    wire_tcp(&out, 2000, 80, WIRE_SYN, 1000, 0, "");
    put(&out);
    await(in, IPV4, 0);
    cr_expect_eq(in[47] & (WIRE_SYN | WIRE_ACK), WIRE_SYN | WIRE_ACK);
}

ParameterizedTestParameters(image_lockstep, agrees) {
    static size_t rows[sizeof IMAGES / sizeof *IMAGES];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        rows[i] = i;
    return cr_make_param_array(size_t, rows, sizeof rows / sizeof *rows);
}
ParameterizedTest(const size_t *row, image_lockstep, agrees) {
    const char *image = IMAGES[*row].image;
    struct image_lockstep *l = image_lockstep_begin();
    if (!bench_open_on(&bench, image, IMAGES[*row].chip,
                       &(struct bench_chip){.run = image_lockstep_run}))
        cr_skip_test("%s was not built", image);
    if (IMAGES[*row].talks)
        talk();
    send_frames(IMAGES[*row].frames);
    printf("# %s: %llu instructions compared, %llu alone, %llu exceptions, %llu stores, "
           "%llu peripheral reads, %llu writes\n",
           image, (unsigned long long)l->compared, (unsigned long long)l->alone,
           (unsigned long long)l->exceptions, (unsigned long long)l->stores,
           (unsigned long long)l->reads, (unsigned long long)l->writes);
    cr_expect_eq(l->failure[0], 0, "%s: %s", image, l->failure);
    cr_expect_geq(l->compared, IMAGES[*row].instructions, "%s", image);
    cr_expect_eq(bench.delivered, bench.expected, "%s", image);
    cr_expect_eq(bench.wrong, 0);
    image_lockstep_end();
    bench_close(&bench);
}

/* One wrong bit in one register is seen. */
Test(image_lockstep, sees_a_difference) {
    struct image_lockstep *l = image_lockstep_begin();
    if (!bench_open_on(&bench, "rxdump_f401", "f401re",
                       &(struct bench_chip){.run = image_lockstep_run}))
        cr_skip_test("rxdump_f401 was not built");
    cr_expect_eq(l->failure[0], 0, "%s", l->failure);
    l->plant = true;
    send_frames(1);
    cr_expect_neq(l->failure[0], 0);
    image_lockstep_end();
    bench_close(&bench);
}
