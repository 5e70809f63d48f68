/* RFC 791 and RFC 9293: where the header's fields are. */
#include "harness/live_tcp.h"

#include <string.h>

enum { FIN = 1, SYN = 2, ACK = 16, ETHERNET = 14 };

struct segment {
    uint8_t key[12];
    uint32_t sequence, acknowledged, length; /* of the payload */
    uint8_t flags;
};

static uint32_t get(const uint8_t *at, size_t n) {
    uint32_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | at[i];
    return value;
}

/* False: no whole TCP segment in IPv4, or a later fragment. */
static bool take(const uint8_t *frame, size_t n, enum live_tcp_way way, struct segment *out) {
    const uint8_t *ip = frame + ETHERNET;
    if (n < ETHERNET + 40 || get(frame + 12, 2) != 0x0800 || ip[0] >> 4 != 4 || ip[9] != 6 ||
        get(ip + 6, 2) & 0x1fff)
        return false;
    size_t head = (size_t)(ip[0] & 15) * 4, total = get(ip + 2, 2);
    if (head < 20 || total > n - ETHERNET || total < head + 20)
        return false;
    const uint8_t *tcp = ip + head;
    size_t data = (size_t)(tcp[12] >> 4) * 4;
    if (data < 20 || head + data > total)
        return false;
    bool back = way == LIVE_TCP_FROM_BOARD;
    memcpy(out->key, ip + (back ? 16 : 12), 4);
    memcpy(out->key + 4, ip + (back ? 12 : 16), 4);
    memcpy(out->key + 8, tcp + (back ? 2 : 0), 2);
    memcpy(out->key + 10, tcp + (back ? 0 : 2), 2);
    out->sequence = get(tcp + 4, 4);
    out->acknowledged = get(tcp + 8, 4);
    out->length = (uint32_t)(total - head - data);
    out->flags = tcp[13];
    return true;
}

static struct live_tcp_flow *find(struct live_tcp *tcp, const uint8_t *key) {
    for (size_t i = 0; i < LIVE_TCP_FLOWS; i++)
        if (tcp->flows[i].used && memcmp(tcp->flows[i].key, key, sizeof tcp->flows[i].key) == 0)
            return &tcp->flows[i];
    return NULL;
}

static struct live_tcp_flow *begin(struct live_tcp *tcp, struct live_tcp_flow *flow,
                                   const uint8_t *key, sim_time time) {
    if (!flow) {
        flow = &tcp->flows[tcp->next_flow];
        tcp->next_flow = (tcp->next_flow + 1) % LIVE_TCP_FLOWS;
    }
    *flow = (struct live_tcp_flow){.used = true, .from = time, .to = time};
    memcpy(flow->key, key, sizeof flow->key);
    tcp->sums.connections++;
    return flow;
}

/* Where its octets begin and end, SYN and FIN not counted. */
static void note_ends(struct live_tcp_flow *flow, enum live_tcp_way way, const struct segment *s) {
    if (!flow->began[way]) {
        flow->began[way] = true;
        flow->first[way] = flow->acknowledged[way] = s->sequence + (s->flags & SYN ? 1 : 0);
    }
    if (s->flags & FIN) {
        flow->ended[way] = true;
        flow->fin[way] = s->sequence + s->length;
    }
}

/* Octets of the other way that are acknowledged for the first time. */
static uint32_t fresh(struct live_tcp_flow *flow, enum live_tcp_way way, const struct segment *s) {
    enum live_tcp_way other = way == LIVE_TCP_TO_BOARD ? LIVE_TCP_FROM_BOARD : LIVE_TCP_TO_BOARD;
    uint32_t to = s->acknowledged;
    if (!(s->flags & ACK) || !flow->began[other])
        return 0;
    if (flow->ended[other] && (int32_t)(to - flow->fin[other]) > 0)
        to = flow->fin[other];
    int32_t beyond = (int32_t)(to - flow->acknowledged[other]);
    if (beyond <= 0)
        return 0;
    flow->acknowledged[other] = to;
    return (uint32_t)beyond;
}

/* A port used again. */
static bool is_another(const struct live_tcp_flow *flow, enum live_tcp_way way,
                       const struct segment *s) {
    return s->flags & SYN && flow->began[way] && s->sequence + 1 != flow->first[way];
}

void live_tcp_frame(struct live_tcp *tcp, enum live_tcp_way way, const uint8_t *frame, size_t n,
                    sim_time time) {
    struct segment s;
    if (!take(frame, n, way, &s))
        return;
    struct live_tcp_flow *flow = find(tcp, s.key);
    if (!flow || is_another(flow, way, &s))
        flow = begin(tcp, flow, s.key, time);
    note_ends(flow, way, &s);
    uint32_t octets = fresh(flow, way, &s);
    tcp->sums.carried[way] += s.length;
    tcp->sums.octets[way == LIVE_TCP_TO_BOARD ? LIVE_TCP_FROM_BOARD : LIVE_TCP_TO_BOARD] += octets;
    if (!octets)
        return;
    tcp->sums.taken += time - flow->to;
    flow->to = time;
    if (flow->to - flow->from > tcp->sums.longest)
        tcp->sums.longest = flow->to - flow->from;
}
