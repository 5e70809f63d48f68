/* One HTTP GET over TCP, by a client with a window of one segment: SYN, request, what comes, FIN.
 * Simulated time only; what is not acknowledged is sent again. */
#ifndef HARNESS_CHECKS_HTTP_GET_H
#define HARNESS_CHECKS_HTTP_GET_H

#include "harness/checks/packet.h"
#include "sim/simtime.h"

enum http_get_state {
    HTTP_GET_CONNECTING,
    HTTP_GET_ASKING, /* connected; the answer is coming in */
    HTTP_GET_LEAVING,
    HTTP_GET_DONE,
    HTTP_GET_REFUSED, /* by a reset */
    HTTP_GET_SILENT,  /* nothing came for the last of the tries */
};

struct http_get {
    enum http_get_state state;
    struct packet_ends ends;
    uint16_t port;
    uint32_t seq, ack; /* the first octet not acknowledged by the board; the next one of it */
    sim_time sent;     /* when the last segment went out */
    unsigned tries;    /* of it */
    bool due;          /* something is to be sent now */
    char head[64];     /* of the answer: its first line, 0 at the end */
    size_t octets;     /* of the answer */
};

void http_get_begin(struct http_get *get, const struct packet_ends *ends, uint16_t port);
/* A TCP segment from the board. */
void http_get_take(struct http_get *get, const struct packet *segment);
/* What is to be sent at `now`; 0: nothing. At most once more for each call. */
size_t http_get_next(struct http_get *get, sim_time now, uint8_t *frame);
bool http_get_over(const struct http_get *get);
/* The three digits of the answer's first line; 0: none. */
int http_get_status(const struct http_get *get);

#endif
