#include "firmware/tiny/packet.h"

#include "firmware/lib/memory.h"

uint16_t packet_checksum(const uint8_t *data, size_t length, uint32_t sum) {
    for (; length > 1; length -= 2, data += 2)
        sum += get16(data);
    if (length)
        sum += (uint32_t)*data << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

uint32_t packet_pseudo_header(uint32_t source, uint32_t destination, uint8_t protocol,
                              size_t length) {
    return (source >> 16) + (source & 0xffff) + (destination >> 16) + (destination & 0xffff) +
           protocol + (uint32_t)length;
}

bool datagram_parse(struct datagram *datagram, const uint8_t *frame, size_t length) {
    if (length < ETHERNET + IP)
        return false;
    const uint8_t *ip = frame + ETHERNET;
    size_t header = (ip[0] & 0xf) * 4u, total = get16(ip + 2);
    if (ip[0] >> 4 != 4 || header < IP || total < header || total > length - ETHERNET)
        return false;
    if ((get16(ip + 6) & 0x3fff) != 0 || packet_checksum(ip, header, 0) != 0)
        return false; /* a fragment, or damaged */
    *datagram = (struct datagram){
        .frame = frame,
        .source = get32(ip + 12),
        .destination = get32(ip + 16),
        .protocol = ip[9],
        .data = ip + header,
        .length = total - header,
    };
    return true;
}

void packet_ethernet(uint8_t *frame, const uint8_t *to, const uint8_t *from, uint16_t type) {
    memcpy(frame, to, 6);
    memcpy(frame + 6, from, 6);
    put16(frame + 12, type);
}

size_t packet_ip(uint8_t *frame, const struct tiny *tiny, const uint8_t *to, uint32_t destination,
                 uint8_t protocol, size_t length) {
    packet_ethernet(frame, to, tiny->mac, 0x0800);
    uint8_t *ip = frame + ETHERNET;
    put16(ip, 0x4500);
    put16(ip + 2, (uint32_t)(IP + length));
    put16(ip + 4, 0);      /* identification: never fragmented */
    put16(ip + 6, 0x4000); /* do not fragment */
    ip[8] = 64;
    ip[9] = protocol;
    put16(ip + 10, 0);
    put32(ip + 12, tiny->ip);
    put32(ip + 16, destination);
    put16(ip + 10, packet_checksum(ip, IP, 0));
    return ETHERNET + IP + length;
}
