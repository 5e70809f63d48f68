/* The web server and the TCP it needs: see tiny.h. */
#include "firmware/lib/memory.h"
#include "firmware/tiny/packet.h"

enum { PORT = 80 };
enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };
enum { WINDOW = 1460 }; /* one segment */

struct segment {
    const struct datagram *in;
    uint16_t from, to;
    uint32_t sequence, acknowledged;
    uint8_t flags;
    const uint8_t *data;
    size_t length;
};

static bool segment_parse(struct segment *segment, const struct datagram *in) {
    const uint8_t *tcp = in->data;
    if (in->length < TCP)
        return false;
    size_t header = (tcp[12] >> 4) * 4u;
    uint32_t sum = packet_pseudo_header(in->source, in->destination, IP_TCP, in->length);
    if (header < TCP || header > in->length || packet_checksum(tcp, in->length, sum) != 0)
        return false;
    *segment = (struct segment){.in = in,
                                .from = get16(tcp),
                                .to = get16(tcp + 2),
                                .sequence = get32(tcp + 4),
                                .acknowledged = get32(tcp + 8),
                                .flags = tcp[13] & 0x1f,
                                .data = tcp + header,
                                .length = in->length - header};
    return true;
}

/* The same for a peer's address and port each time, so that a repeated SYN gets the same. */
static uint32_t initial_sequence(const struct tiny *tiny, const struct segment *in) {
    uint32_t hash = tiny->secret;
    const uint32_t words[] = {in->in->source, (uint32_t)in->from << 16 | in->to, in->in->source};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        hash = (hash ^ words[i]) * 0x85ebca6bu;
        hash ^= hash >> 13;
    }
    return hash;
}

/* Sends `data` octets that stand behind the TCP header already. */
static size_t answer(const struct tiny *tiny, const struct segment *in, uint8_t *reply,
                     uint8_t flags, uint32_t sequence, uint32_t acknowledge, size_t data) {
    uint8_t *tcp = reply + ETHERNET + IP;
    size_t header = TCP;
    if (flags & SYN) { /* without a maximum segment size the peer keeps to 536 octets */
        put32(tcp + TCP, 0x02040000u | WINDOW);
        header += 4;
    }
    put16(tcp, in->to);
    put16(tcp + 2, in->from);
    put32(tcp + 4, sequence);
    put32(tcp + 8, acknowledge);
    tcp[12] = (uint8_t)(header / 4 << 4);
    tcp[13] = flags;
    put16(tcp + 14, WINDOW);
    put32(tcp + 16, 0); /* checksum, urgent pointer */
    uint32_t sum = packet_pseudo_header(tiny->ip, in->in->source, IP_TCP, header + data);
    put16(tcp + 16, packet_checksum(tcp, header + data, sum));
    return packet_ip(reply, tiny, in->in->frame + 6, in->in->source, IP_TCP, header + data);
}

static char *add(char *to, const char *text) {
    size_t n = strlen(text);
    memcpy(to, text, n);
    return to + n;
}

/* Of fixed width, so that a repeated page is no longer than the first. */
static char *add_number(char *to, uint32_t value) {
    for (int i = 4; i >= 0; i--, value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + 5;
}

static bool begins_with(const struct segment *in, const char *text) {
    size_t n = strlen(text);
    return in->length >= n && memcmp(in->data, text, n) == 0;
}

/* Without a length in the header: the FIN behind it ends the page. */
static size_t write_page(struct tiny *tiny, const struct segment *in, char *to) {
    char *p = to;
    if (!begins_with(in, "GET ")) {
        p = add(p, "HTTP/1.0 501 Not Implemented\r\n\r\n");
    } else if (!begins_with(in, "GET / ")) {
        p = add(p, "HTTP/1.0 404 Not Found\r\nContent-Type: text/plain\r\n\r\nnot found\n");
    } else {
        tiny->pages++;
        p = add(p, "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
                   "<!DOCTYPE html><title>linkpulse</title><h1>linkpulse</h1><p>STM32F100, 8 kB. "
                   "Pings answered: ");
        p = add_number(p, tiny->pings);
        p = add(p, ", pages served: ");
        p = add_number(p, tiny->pages);
        p = add(p, ".\n");
    }
    return (size_t)(p - to);
}

/* Also what a peer's repetition of its request gets, when the reply was lost: the sequence
 * numbers are the same, so it takes one of the two. */
static size_t serve(struct tiny *tiny, const struct segment *in, uint8_t *reply) {
    size_t length = write_page(tiny, in, (char *)reply + ETHERNET + IP + TCP);
    uint32_t end = in->sequence + (uint32_t)in->length + (in->flags & FIN);
    return answer(tiny, in, reply, FIN | PSH | ACK, in->acknowledged, end, length);
}

static size_t refuse(const struct tiny *tiny, const struct segment *in, uint8_t *reply) {
    uint32_t end = in->sequence + (uint32_t)in->length + !!(in->flags & SYN) + (in->flags & FIN);
    if (in->flags & ACK)
        return answer(tiny, in, reply, RST, in->acknowledged, 0, 0);
    return answer(tiny, in, reply, RST | ACK, 0, end, 0);
}

size_t tiny_tcp_input(struct tiny *tiny, const struct datagram *datagram, uint8_t *reply) {
    struct segment in;
    if (!segment_parse(&in, datagram) || in.flags & RST)
        return 0;
    uint32_t first = initial_sequence(tiny, &in);
    if (in.to != PORT)
        return refuse(tiny, &in, reply);
    if (in.flags & SYN)
        return in.flags & ACK ? refuse(tiny, &in, reply)
                              : answer(tiny, &in, reply, SYN | ACK, first, in.sequence + 1, 0);
    if (!(in.flags & ACK))
        return 0;
    if (in.length > 0) /* the request acknowledges our SYN and nothing else */
        return in.acknowledged == first + 1 ? serve(tiny, &in, reply) : refuse(tiny, &in, reply);
    if (in.flags & FIN)
        return answer(tiny, &in, reply, ACK, in.acknowledged, in.sequence + 1, 0);
    return 0;
}
