/* What is counted of TCP, on segments made here. */
#include <criterion/criterion.h>
#include <string.h>

#include "harness/live_tcp.h"

enum { HEADERS = 54, SYN = 2, FIN = 1, ACK = 16 };

static struct live_tcp tcp;
static sim_time now;

static void put32(uint8_t *at, uint32_t value) {
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * (3 - i));
}

static size_t make(uint8_t *out, enum live_tcp_way way, unsigned port, uint32_t sequence,
                   uint32_t acknowledged, uint8_t flags, size_t length) {
    size_t n = 40 + length;
    memset(out, 0, 14 + n);
    out[12] = 8;
    uint8_t *ip = out + 14, *segment = ip + 20;
    ip[0] = 0x45;
    ip[2] = (uint8_t)(n >> 8);
    ip[3] = (uint8_t)n;
    ip[9] = 6;
    ip[way == LIVE_TCP_TO_BOARD ? 15 : 19] = 1; /* the host's address */
    ip[way == LIVE_TCP_TO_BOARD ? 19 : 15] = 2;
    segment[way == LIVE_TCP_TO_BOARD ? 1 : 3] = (uint8_t)port;
    put32(segment + 4, sequence);
    put32(segment + 8, acknowledged);
    segment[12] = 5 << 4;
    segment[13] = flags;
    return 14 + n;
}

static void say(enum live_tcp_way way, unsigned port, uint32_t sequence, uint32_t acknowledged,
                uint8_t flags, size_t length) {
    uint8_t frame[1514];
    now += SIM_MS;
    size_t n = make(frame, way, port, sequence, acknowledged, flags, length);
    live_tcp_frame(&tcp, way, frame, n, now);
}

/* From just below the wrap of the sequence numbers. */
static void open_connection(unsigned port) {
    say(LIVE_TCP_TO_BOARD, port, 0xffffff00u, 0, SYN, 0);
    say(LIVE_TCP_FROM_BOARD, port, 1000, 0xffffff01u, SYN | ACK, 0);
    say(LIVE_TCP_TO_BOARD, port, 0xffffff01u, 1001, ACK, 0);
}

static void setup(void) {
    tcp = (struct live_tcp){.next_flow = 0};
    now = 0;
}

TestSuite(live_tcp, .init = setup);

Test(live_tcp, counts_what_is_acknowledged_once) {
    open_connection(7);
    say(LIVE_TCP_TO_BOARD, 7, 0xffffff01u, 1001, ACK, 1000);
    say(LIVE_TCP_TO_BOARD, 7, 0xffffff01u, 1001, ACK, 1000); /* again */
    say(LIVE_TCP_FROM_BOARD, 7, 1001, 0xffffff01u + 1000, ACK, 500);
    say(LIVE_TCP_FROM_BOARD, 7, 1001, 0xffffff01u + 1000, ACK, 500);
    say(LIVE_TCP_TO_BOARD, 7, 0xffffff01u + 1000, 1501, ACK | FIN, 0);
    say(LIVE_TCP_FROM_BOARD, 7, 1501, 0xffffff01u + 1001, ACK | FIN, 0);
    say(LIVE_TCP_TO_BOARD, 7, 0xffffff01u + 1001, 1502, ACK, 0);
    cr_expect_eq(tcp.sums.connections, 1);
    cr_expect_eq(tcp.sums.octets[LIVE_TCP_TO_BOARD], 1000, "the FIN is no octet");
    cr_expect_eq(tcp.sums.octets[LIVE_TCP_FROM_BOARD], 500);
    cr_expect_eq(tcp.sums.carried[LIVE_TCP_TO_BOARD], 2000);
    cr_expect_eq(tcp.sums.carried[LIVE_TCP_FROM_BOARD], 1000);
    cr_expect_eq(tcp.sums.taken, 7 * SIM_MS, "from the SYN to the last acknowledgement of data");
    cr_expect_eq(tcp.sums.longest, tcp.sums.taken);
}

Test(live_tcp, a_hole_is_not_counted_until_it_is_filled) {
    open_connection(7);
    say(LIVE_TCP_TO_BOARD, 7, 0xffffff01u + 100, 1001, ACK, 100);
    say(LIVE_TCP_FROM_BOARD, 7, 1001, 0xffffff01u, ACK, 0);
    cr_expect_eq(tcp.sums.octets[LIVE_TCP_TO_BOARD], 0);
    say(LIVE_TCP_TO_BOARD, 7, 0xffffff01u, 1001, ACK, 100);
    say(LIVE_TCP_FROM_BOARD, 7, 1001, 0xffffff01u + 200, ACK, 0);
    cr_expect_eq(tcp.sums.octets[LIVE_TCP_TO_BOARD], 200);
}

Test(live_tcp, connections_are_told_apart_and_a_port_may_come_again) {
    open_connection(7);
    say(LIVE_TCP_FROM_BOARD, 7, 1001, 0xffffff01u + 10, ACK, 0);
    open_connection(8);
    say(LIVE_TCP_FROM_BOARD, 8, 1001, 0xffffff01u + 20, ACK, 0);
    say(LIVE_TCP_TO_BOARD, 7, 5000, 0, SYN, 0);
    say(LIVE_TCP_FROM_BOARD, 7, 9000, 5001, SYN | ACK, 0);
    say(LIVE_TCP_FROM_BOARD, 7, 9001, 5004, ACK, 0);
    cr_expect_eq(tcp.sums.connections, 3);
    cr_expect_eq(tcp.sums.octets[LIVE_TCP_TO_BOARD], 33);
}

Test(live_tcp, survives_every_cut_and_changed_octet) {
    uint8_t frame[HEADERS + 20];
    for (size_t cut = 0; cut <= sizeof frame; cut++) {
        make(frame, LIVE_TCP_TO_BOARD, 7, 1, 2, ACK, 20);
        live_tcp_frame(&tcp, LIVE_TCP_TO_BOARD, frame, cut, 0);
    }
    cr_expect_eq(tcp.sums.carried[LIVE_TCP_TO_BOARD], 20, "only the whole one counts");
    for (size_t at = 0; at < sizeof frame; at++)
        for (unsigned value = 0; value < 256; value++) {
            make(frame, LIVE_TCP_TO_BOARD, 7, 1, 2, ACK, 20);
            frame[at] = (uint8_t)value;
            live_tcp_frame(&tcp, LIVE_TCP_TO_BOARD, frame, sizeof frame, 0);
        }
}
