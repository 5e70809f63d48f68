/* Sources: draft-ietf-opsawg-pcap (LinkType and additional information: bit 26 says that
 * bits 28-31 hold the FCS length, in 16-bit words) and draft-ietf-opsawg-pcapng (Interface
 * Description Block, option 13 if_fcslen). Texts of the latter disagree whether if_fcslen
 * counts bits or octets; Ethernet's FCS is 32 bits, so 4 and 32 are both read as 4 octets
 * and anything else as nothing stated. */
#include "harness/capture_fcs.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define PCAP_HEADER       24
#define PCAPNG_SECTION    0x0a0d0d0au
#define PCAPNG_INTERFACE  1u
#define PCAPNG_ORDER      0x1a2b3c4du
#define OPTION_END        0u
#define OPTION_FCSLEN     13u
#define MAX_INTERFACE     4096 /* octets of the block looked at */
#define MAX_BLOCKS_BEFORE 64   /* blocks looked at before the first interface */

static uint32_t get32(const uint8_t *p, bool big) {
    return big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
               : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static uint32_t get16(const uint8_t *p, bool big) {
    return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

/* A pcap header: true when the octets are one, with its byte order. */
static bool pcap_magic(const uint8_t *p, bool *big) {
    static const uint32_t magics[] = {0xa1b2c3d4u, 0xa1b23c4du};
    for (unsigned i = 0; i < sizeof magics / sizeof magics[0]; i++)
        for (int order = 0; order < 2; order++)
            if (get32(p, order) == magics[i]) {
                *big = order;
                return true;
            }
    return false;
}

static unsigned pcap_fcs(const uint8_t *header, bool big) {
    uint32_t link = get32(header + 20, big);
    return link & 0x04000000u ? (link >> 28) * 2 : 0;
}

/* The options of an interface block's body: 8 octets (link type, snap length), then
 * code, length, value padded to 4. */
static unsigned interface_fcs(const uint8_t *body, size_t n, bool big) {
    for (size_t at = 8; at + 4 <= n;) {
        uint32_t code = get16(body + at, big), length = get16(body + at + 2, big);
        if (code == OPTION_END || at + 4 + length > n)
            return 0;
        if (code == OPTION_FCSLEN && length == 1)
            return body[at + 4] == 4 || body[at + 4] == 32 ? 4 : 0;
        at += 4 + ((size_t)length + 3) / 4 * 4;
    }
    return 0;
}

static unsigned pcapng_fcs(FILE *stream) {
    uint8_t head[12], body[MAX_INTERFACE];
    bool big = false;
    long at = 0;
    for (int i = 0; i < MAX_BLOCKS_BEFORE; i++) {
        if (fseek(stream, at, SEEK_SET) != 0 || fread(head, 1, sizeof head, stream) != sizeof head)
            return 0;
        if (get32(head, false) == PCAPNG_SECTION)
            big = get32(head + 8, true) == PCAPNG_ORDER;
        uint32_t length = get32(head + 4, big);
        if (length < 12 || length > INT32_MAX)
            return 0;
        if (get32(head, big) == PCAPNG_INTERFACE) {
            size_t want = length - 12 < sizeof body ? length - 12 : sizeof body;
            if (fseek(stream, at + 8, SEEK_SET) != 0)
                return 0;
            return interface_fcs(body, fread(body, 1, want, stream), big);
        }
        at += (long)length;
    }
    return 0;
}

unsigned capture_fcs_length(FILE *stream) {
    uint8_t header[PCAP_HEADER];
    bool big;
    unsigned octets = 0;
    if (fread(header, 1, sizeof header, stream) == sizeof header) {
        if (pcap_magic(header, &big))
            octets = pcap_fcs(header, big);
        else if (get32(header, false) == PCAPNG_SECTION)
            octets = pcapng_fcs(stream);
    }
    clearerr(stream);
    rewind(stream);
    return octets;
}
