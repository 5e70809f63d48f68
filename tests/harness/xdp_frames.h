/* Frames for the tests of the XDP programs, row by row. */
#ifndef TESTS_XDP_FRAMES_H
#define TESTS_XDP_FRAMES_H

#include <stddef.h>
#include <stdint.h>

enum xdp_tagging { XDP_C_TAG, XDP_UNTAGGED, XDP_S_AND_C_TAG, XDP_TWO_C_TAGS, XDP_THREE_TAGS };

struct xdp_row {
    enum xdp_tagging tagging;
    uint16_t type;        /* 0: PPPoE session data */
    uint8_t version_type; /* of PPPoE; 0: 0x11 */
    uint8_t code;
    uint16_t ppp;                        /* 0: that of `ip` */
    uint8_t ip;                          /* 4 or 6; 0: no IP */
    uint8_t first;                       /* replaces the first octet of the IP header unless 0 */
    uint8_t options;                     /* IPv4: words behind the header */
    uint8_t protocol;                    /* 0: UDP */
    uint8_t n_extensions, extensions[4]; /* IPv6: next-header numbers from the outside */
    uint16_t fragment;                   /* IPv4: flags and offset field */
    int pppoe_lie, ip_lie;               /* added to the length fields */
    int payload;                         /* octets behind the ports, beyond 20 */
    uint8_t padding;                     /* octets behind everything */
    uint8_t flow, host;                  /* pick ports, and addresses */
    uint8_t back;                        /* the other direction */
};
/* Returns the length; `out` has room for 2048 octets. */
size_t xdp_build(const struct xdp_row *row, uint8_t *out);

#endif
