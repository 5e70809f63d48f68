#include "tests/harness/xdp_frames.h"

#include <string.h>

struct writer {
    uint8_t *octets;
    size_t n;
};

static void put(struct writer *w, unsigned value, unsigned octets) {
    while (octets-- > 0)
        w->octets[w->n++] = (uint8_t)((uint64_t)value >> 8 * octets);
}

static void fill(struct writer *w, unsigned value, size_t n) {
    memset(w->octets + w->n, (int)value, n);
    w->n += n;
}

static void set16(struct writer *w, size_t at, size_t value) {
    w->octets[at] = (uint8_t)(value >> 8);
    w->octets[at + 1] = (uint8_t)value;
}

static void put_addresses(struct writer *w, const struct xdp_row *row) {
    for (int end = 0; end < 2; end++) {
        unsigned far = end ^ row->back;
        if (row->ip == 4) {
            put(w, far ? 0xc0000200u + row->host : 0xc6336400u + row->flow, 4);
        } else {
            put(w, 0x20010db8, 4);
            put(w, far ? 0xffff0000u : row->flow, 4);
            fill(w, 0, 7);
            put(w, far ? 1 : row->host, 1);
        }
    }
}

static void put_ports(struct writer *w, const struct xdp_row *row) {
    unsigned near = 1024u + row->flow, far = 443;
    put(w, row->back ? far : near, 2);
    put(w, row->back ? near : far, 2);
    fill(w, 0xaa, (size_t)(20 + row->payload));
}

static uint8_t protocol_of(const struct xdp_row *row) {
    return row->protocol ? row->protocol : 17;
}

static void put_ipv4(struct writer *w, const struct xdp_row *row) {
    size_t start = w->n;
    put(w, row->first ? row->first : 0x45u + row->options, 1);
    put(w, 0, 3);
    put(w, 0x1234, 2);
    put(w, row->fragment, 2);
    put(w, 64, 1);
    put(w, protocol_of(row), 1);
    put(w, 0, 2);
    put_addresses(w, row);
    fill(w, 1, row->options * 4u);
    put_ports(w, row);
    set16(w, start + 2, (size_t)((int)(w->n - start) + row->ip_lie));
}

/* An extension header of 8 octets: a length of 0 in all of them, AH's smallest too. */
static void put_extension(struct writer *w, unsigned next) {
    put(w, next, 1);
    fill(w, 0, 7);
}

static void put_ipv6(struct writer *w, const struct xdp_row *row) {
    size_t start = w->n, n = row->n_extensions;
    put(w, row->first ? row->first : 0x60, 1);
    put(w, 0, 5);
    put(w, n ? row->extensions[0] : protocol_of(row), 1);
    put(w, 64, 1);
    put_addresses(w, row);
    for (size_t i = 0; i < n; i++)
        put_extension(w, i + 1 < n ? row->extensions[i + 1] : protocol_of(row));
    put_ports(w, row);
    set16(w, start + 4, (size_t)((int)(w->n - start - 40) + row->ip_lie));
}

static void put_pppoe(struct writer *w, const struct xdp_row *row) {
    put(w, row->version_type ? row->version_type : 0x11, 1);
    put(w, row->code, 1);
    put(w, 0x0007, 2);
    size_t length = w->n;
    put(w, 0, 2);
    put(w, row->ppp ? row->ppp : row->ip == 6 ? 0x0057 : 0x0021, 2);
    if (row->ip == 4)
        put_ipv4(w, row);
    else if (row->ip == 6)
        put_ipv6(w, row);
    else
        fill(w, 0x01, (size_t)(20 + row->payload));
    set16(w, length, (size_t)((int)(w->n - length - 2) + row->pppoe_lie));
}

size_t xdp_build(const struct xdp_row *row, uint8_t *out) {
    static const uint16_t tags[][3] = {[XDP_C_TAG] = {0x8100},
                                       [XDP_UNTAGGED] = {0},
                                       [XDP_S_AND_C_TAG] = {0x88a8, 0x8100},
                                       [XDP_TWO_C_TAGS] = {0x8100, 0x8100},
                                       [XDP_THREE_TAGS] = {0x8100, 0x8100, 0x8100}};
    struct writer w = {out, 0};
    fill(&w, 0x02, 12);
    for (size_t i = 0; i < 3 && tags[row->tagging][i]; i++) {
        put(&w, tags[row->tagging][i], 2);
        put(&w, 0x0064, 2);
    }
    put(&w, row->type ? row->type : 0x8864, 2);
    put_pppoe(&w, row);
    fill(&w, 0x5a, row->padding);
    return w.n;
}
