/* The page's client against a server that loses, doubles and reorders; its packets both ways. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "harness/checks/http_get.h"

#define PORT  49152
#define START 9000000u /* the server's first sequence number */

static const struct packet_ends client = {.mac = {2, 0, 0, 0, 0, 1},
                                          .address = {10, 0, 0, 1},
                                          .peer_mac = {2, 0, 0, 0, 0, 2},
                                          .peer_address = {10, 0, 0, 2}};
static const struct packet_ends server = {.mac = {2, 0, 0, 0, 0, 2},
                                          .address = {10, 0, 0, 2},
                                          .peer_mac = {2, 0, 0, 0, 0, 1},
                                          .peer_address = {10, 0, 0, 1}};
static const char page[] = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nlinkpulse\n";
enum { N_PAGE = sizeof page - 1, PIECE = 20 };

/* A server that answers each segment with what follows from it; segments are numbered both ways
 * together, and those in `lost` do not arrive. */
struct far {
    struct http_get get;
    uint64_t lost;
    unsigned number;
    uint32_t taken; /* of the client's stream, acknowledged */
    bool asked, left;
    bool doubles;
};

static bool arrives(struct far *f) {
    return !(f->lost >> (f->number++ & 63) & 1);
}

static void to_client(struct far *f, uint32_t seq, uint8_t flags, const char *data, size_t n) {
    uint8_t frame[PACKET_MAX];
    const struct packet p = {.from = 80,
                             .to = PORT,
                             .seq = seq,
                             .ack = f->taken,
                             .flags = flags,
                             .data = (const uint8_t *)data,
                             .n = n};
    size_t size = packet_tcp(&server, &p, frame);
    struct packet read = packet_read(&client, frame, size);
    cr_assert_eq(read.kind, PACKET_TCP);
    for (int i = 0; i < (f->doubles ? 2 : 1); i++)
        if (arrives(f))
            http_get_take(&f->get, &read);
}

/* The whole page from what the client has on, last piece first: only in order is it taken. */
static void send_page(struct far *f, uint32_t acknowledged) {
    uint32_t from = acknowledged - (START + 1);
    if (from > N_PAGE)
        return;
    if (from == N_PAGE) {
        to_client(f, START + 1 + N_PAGE, PACKET_FIN | PACKET_ACK, "", 0);
        return;
    }
    for (uint32_t at = (N_PAGE - 1) / PIECE * PIECE;; at -= PIECE) {
        uint32_t n = N_PAGE - at < PIECE ? N_PAGE - at : PIECE;
        if (at + n > from)
            to_client(f, START + 1 + at, PACKET_ACK, page + at, n);
        if (at == 0)
            break;
    }
}

static void from_client(struct far *f, const struct packet *p) {
    if (p->flags & PACKET_SYN) {
        f->taken = p->seq + 1;
        to_client(f, START, PACKET_SYN | PACKET_ACK, "", 0);
        return;
    }
    if (p->seq == f->taken && p->n) {
        cr_expect_eq(memcmp(p->data, "GET / HTTP/1.", 13), 0);
        f->taken += (uint32_t)p->n;
        f->asked = true;
    }
    if (p->flags & PACKET_FIN && p->seq == f->taken) {
        f->taken++;
        f->left = true;
    }
    if (f->left)
        to_client(f, START + 2 + N_PAGE, PACKET_ACK, "", 0);
    else if (f->asked)
        send_page(f, p->ack);
}

/* Until it is over; the milliseconds it took. */
static int run(struct far *f) {
    uint8_t frame[PACKET_MAX];
    int ms = 0;
    http_get_begin(&f->get, &client, PORT);
    for (; !http_get_over(&f->get) && ms < 60000; ms++) {
        size_t n = http_get_next(&f->get, ms * SIM_MS, frame);
        if (!n || !arrives(f))
            continue;
        struct packet p = packet_read(&server, frame, n);
        cr_assert_eq(p.kind, PACKET_TCP);
        from_client(f, &p);
    }
    return ms;
}

static void expect_page(const struct far *f, const char *how) {
    cr_expect_eq(f->get.state, HTTP_GET_DONE, "%s: state %d", how, (int)f->get.state);
    cr_expect_eq(http_get_status(&f->get), 200, "%s", how);
    cr_expect_eq(f->get.octets, (size_t)N_PAGE, "%s: %zu octets", how, f->get.octets);
}

Test(http_get, fetches_a_page) {
    struct far f = {0};
    int ms = run(&f);
    expect_page(&f, "nothing lost");
    cr_expect_lt(ms, 100, "%d ms without a loss", ms);
}

Test(http_get, whichever_one_segment_is_lost) {
    for (unsigned i = 0; i < 24; i++) {
        struct far f = {.lost = UINT64_C(1) << i};
        char how[32];
        snprintf(how, sizeof how, "segment %u lost", i);
        run(&f);
        expect_page(&f, how);
    }
}

Test(http_get, doubled_segments_count_once) {
    struct far f = {.doubles = true};
    run(&f);
    expect_page(&f, "each doubled");
}

Test(http_get, gives_up_on_silence) {
    struct far f = {.lost = UINT64_MAX};
    int ms = run(&f);
    cr_expect_eq(f.get.state, HTTP_GET_SILENT);
    cr_expect_lt(ms, 5000, "after %d ms", ms);
    cr_expect_eq(http_get_status(&f.get), 0);
}

Test(http_get, a_reset_ends_it) {
    struct http_get get;
    uint8_t frame[PACKET_MAX];
    http_get_begin(&get, &client, PORT);
    cr_assert_gt(http_get_next(&get, 0, frame), (size_t)0);
    struct packet p = {.kind = PACKET_TCP, .from = 80, .to = PORT, .flags = PACKET_RST};
    http_get_take(&get, &p);
    cr_expect_eq(get.state, HTTP_GET_REFUSED);
    cr_expect_eq(http_get_next(&get, SIM_S, frame), (size_t)0);
}

Test(packets, come_back_as_they_were_sent) {
    uint8_t frame[PACKET_MAX];
    size_t n = packet_arp(&client, false, frame);
    struct packet p = packet_read(&server, frame, n);
    cr_expect_eq(p.kind, PACKET_ARP_REQUEST);
    cr_expect_arr_eq(p.mac, client.mac, 6);
    n = packet_arp(&server, true, frame);
    cr_expect_eq(packet_read(&client, frame, n).kind, PACKET_ARP_REPLY);
    n = packet_echo(&client, 7, 56, frame);
    cr_expect_eq(packet_read(&server, frame, n).kind, PACKET_OTHER, "a request is no reply");
    frame[34] = 0;  /* a reply, */
    frame[36] += 8; /* its checksum without the 8 of the request */
    p = packet_read(&server, frame, n);
    cr_expect_eq(p.kind, PACKET_ECHO_REPLY);
    cr_expect_eq(p.sequence, 7);
    cr_expect_eq(p.n, (size_t)56);
}

/* Cut anywhere or with any octet wrong, nothing is taken for more than it is, or read beyond. */
Test(packets, damaged_ones_are_none) {
    uint8_t frame[PACKET_MAX];
    const struct packet sent = {.from = 80,
                                .to = PORT,
                                .seq = 1,
                                .flags = PACKET_ACK,
                                .data = (const uint8_t *)"abc",
                                .n = 3};
    size_t n = packet_tcp(&server, &sent, frame);
    for (size_t cut = 0; cut < n; cut++) {
        uint8_t *copy = malloc(cut + 1); /* a sanitizer sees what is read behind it */
        memcpy(copy, frame, cut);
        cr_expect_eq(packet_read(&client, copy, cut).kind, PACKET_OTHER, "%zu octets", cut);
        free(copy);
    }
    for (size_t at = 12; at < n; at++) {
        frame[at] ^= 0x10;
        cr_expect_neq(packet_read(&client, frame, n).kind, PACKET_TCP, "octet %zu", at);
        frame[at] ^= 0x10;
    }
    cr_expect_eq(packet_read(&client, frame, n).kind, PACKET_TCP);
}
