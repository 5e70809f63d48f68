/* What is told of a moment, from small waves and what a run would say of them. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "harness/view/sidecar.h"

static const char WAVES[] =
    "$timescale 1 ps $end\n"
    "$scope module line $end $var wire 1 l line $end $upscope $end\n"
    "$scope module spi $end $var wire 1 c /sck $end $var wire 1 d /mosi $end $upscope $end\n"
    "$scope module volts $end $var real 64 v /x $end $upscope $end\n"
    "$scope module cpu $end $var wire 32 p pc [31:0] $end $var real 64 e exception $end "
    "$upscope $end\n"
    "$scope module dma $end $var wire 16 n ndtr [15:0] $end $upscope $end\n"
    "$enddefinitions $end\n"
    "#0\n$dumpvars\n0l 0c 0d r1.5 v b1000000000000000000000010000 p bx n $end\n"
    "#1000000\n1l\n#1050000\n0l\n"
    "#7400000\n1l r38 e b1100 n\n"
    "#7500000\n1c 1d r2.25 v\n#7540000\n0c\n#7600000\n1c 0d\n#7650000\n0c\n"
    "#9000000\n1d 0l r0 e\n#12000000\n1c\n";

static uint8_t octets[2] = {0x5a, 0xc3};
static struct sidecar_packet packets[] = {{.frame = 7,
                                           .capture = "dir/a.pcap",
                                           .index = 3,
                                           .from = 1000000,
                                           .to = 9200000,
                                           .data_from = 7400000,
                                           .data_to = 9000000,
                                           .selected = 7450000,
                                           .deselected = 9300000,
                                           .delivered = 11000000,
                                           .octets = octets,
                                           .n_octets = 2,
                                           .verdict = "corrupt",
                                           .cause = "edge detector"}};
static struct sidecar_failure failures[] = {{7500000, 0, "spi./sck", "corrupt at /edge"}};
static const struct sidecar SIDECAR = {
    .packets = packets, .n_packets = 1, .failures = failures, .n_failures = 1};

static const struct store_settings QUIET = {.quiet = true};
static struct store *store;

static void setup(void) {
    struct sim_err err = SIM_ERR_INIT;
    store = store_open_memory("details.vcd", WAVES, sizeof WAVES - 1, &QUIET, &err);
    cr_assert(store, "%s", err.text);
}

static void finish(void) {
    store_close(store);
}

TestSuite(view_details, .init = setup, .fini = finish);

/* "title: text" of each, a line each. */
static const char *all(const struct sidecar *sidecar, const char *signal, int64_t time) {
    static char text[DETAIL_MOST * (DETAIL_TEXT + 16)];
    struct detail details[DETAIL_MOST];
    uint32_t of = signal ? store_find(store, signal) : STORE_NONE;
    size_t n = details_at(store, sidecar, NULL, of, time, details), used = 0;
    text[0] = 0;
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s: %s\n", details[i].title,
                                 details[i].text);
    return text;
}

static const struct {
    const char *signal;
    int64_t time;
    const char *says[3]; /* each stands in it */
    const char * not ;   /* this does not */
} CASES[] = {
    {"line.line",
     1020000,
     {"packet: frame 7 (a.pcap, number 3), 2 octets: corrupt, edge detector, delivered 1.8 us "
      "after its end; preamble\n",
      "edge: line.line to 1 20 ns before, for 50 ns, frame 7 preamble\n", "code: at 0x08000010\n"},
     "interrupt"},
    {"line.line",
     7410000,
     {"; octet 0 (0x5a), bit 0\n", "interrupt: IRQ 22, for 10 ns\n", "DMA: NDTR 12, for 10 ns\n"},
     "none"},
    {"spi./sck",
     7510000,
     {"edge: spi./sck to 1 10 ns before, for 40 ns, frame 7 SPI octet 0, bit 0\n"},
     NULL},
    {"spi./mosi",
     7610000,
     {"edge: spi./mosi to 0 10 ns before, for 1.4 us, frame 7 SPI octet 0, bit 1\n"},
     NULL},
    {"volts./x",
     7600000,
     {"edge: volts./x to 2.25 100 ns before, frame 7 octet 0 (0x5a), bit 1\n"},
     ", for 0"},
    {"line.line", 8600000, {"; octet 1 (0xc3), bit 4\n", "failure: corrupt at /edge\n"}, NULL},
    {"line.line", 9100000, {"; TP_IDL\n", "interrupt: none: thread mode, for 100 ns\n"}, NULL},
    {"spi./sck", 12000000, {"edge: spi./sck to 1 0 ns before\n"}, "packet"},
    {NULL, 500000, {"code: at 0x08000010\n"}, "edge"},
};

Test(view_details, of_moments) {
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const char *text = all(&SIDECAR, CASES[i].signal, CASES[i].time);
        for (int k = 0; k < 3 && CASES[i].says[k]; k++)
            cr_assert(strstr(text, CASES[i].says[k]), "case %zu, %d: %s", i, k, text);
        cr_assert(!CASES[i].not || !strstr(text, CASES[i].not ), "case %zu: %s", i, text);
    }
}

/* A packet whose octets were not kept has no place in them. */
Test(view_details, of_no_octets) {
    struct sidecar_packet packet = packets[0];
    packet.octets = NULL;
    packet.n_octets = 0;
    const struct sidecar none = {.packets = &packet, .n_packets = 1};
    const char *text = all(&none, "line.line", 7410000);
    cr_assert(strstr(text, "0 octets: corrupt"), "%s", text);
    cr_assert(!strstr(text, "bit"), "%s", text);
}

Test(view_details, of_foreign_waves_only_the_edge) {
    struct sim_err err = SIM_ERR_INIT;
    static const char FOREIGN[] = "$timescale 1 ns $end $var wire 4 a bus [3:0] $end "
                                  "$enddefinitions $end\n#5\nb1010 a\n#9\nbx a\n";
    store_close(store);
    store = store_open_memory("foreign.vcd", FOREIGN, sizeof FOREIGN - 1, &QUIET, &err);
    cr_assert(store, "%s", err.text);
    cr_assert_str_eq(all(NULL, "bus", 7), "edge: bus[3:0] to 0xa 2 ns before, for 4 ns\n");
    cr_assert_str_eq(all(NULL, "bus", 9), "edge: bus[3:0] to a change 0 ns before\n");
    cr_assert_str_eq(all(NULL, "bus", 4), "");
    cr_assert_str_eq(all(NULL, NULL, 7), "");
}
