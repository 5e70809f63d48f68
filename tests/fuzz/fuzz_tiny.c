/* The firmware's 8 kB stack: a sequence of frames, each [length, 2 octets][octets], with a
 * tick between them. Replies fit, and nothing is read or written outside. Checksums are made
 * good half of the time, or hardly any frame would come far. */
#include "firmware/tiny/packet.h"
#include "tests/fuzz/fuzz.h"

static const uint8_t MAC[6] = {0x06, 0x22, 0x33, 0x44, 0x55, 0x66};

/* Over the header, and over what it carries. */
static void mend(uint8_t *frame, size_t length, const struct tiny *tiny) {
    struct datagram in;
    if (length < ETHERNET + IP)
        return;
    size_t header = (frame[14] & 15) * 4u, at;
    put16(frame + 24, 0);
    if (header >= IP && header <= length - ETHERNET)
        put16(frame + 24, packet_checksum(frame + 14, header, 0));
    if (!datagram_parse(&in, frame, length))
        return;
    at = in.protocol == IP_TCP ? 16 : in.protocol == IP_UDP ? 6 : 2;
    if (in.length < at + 2)
        return;
    uint8_t *data = frame + (in.data - frame);
    uint32_t sum = in.protocol == IP_ICMP
                       ? 0
                       : packet_pseudo_header(in.source, in.destination, in.protocol, in.length);
    if (in.protocol == IP_UDP && in.length >= 16)
        put32(data + 12, tiny->xid);
    put16(data + at, 0);
    put16(data + at, packet_checksum(data, in.length, sum));
}

/* From memory of their exact size, so that a sanitizer sees each octet too many. */
static void put(struct tiny *tiny, const uint8_t *data, size_t length, int good, uint32_t now) {
    uint8_t *frame = malloc(length + !length), *reply = malloc(TINY_REPLY);
    fuzz_expect(frame && reply);
    if (length)
        memcpy(frame, data, length);
    if (good)
        mend(frame, length, tiny);
    fuzz_expect(tiny_input(tiny, frame, length, now, reply) <= TINY_REPLY);
    fuzz_expect(tiny_tick(tiny, now, reply) <= TINY_REPLY);
    free(frame);
    free(reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct tiny tiny;
    uint32_t now = 0;
    tiny_init(&tiny, MAC, 1);
    if (size > 0 && data[0] & 1)
        tiny.ip = 0xc0a80107u;
    for (size_t i = 1; i + 2 <= size;) {
        size_t length = (size_t)(data[i] << 8 | data[i + 1]) & 0x7ff;
        int good = data[i] >> 7;
        now += (uint32_t)data[i] << 9;
        i += 2;
        if (length > size - i)
            length = size - i;
        put(&tiny, data + i, length, good, now);
        i += length;
    }
    return 0;
}
