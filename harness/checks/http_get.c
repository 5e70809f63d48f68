#include "harness/checks/http_get.h"

#include <stdlib.h>
#include <string.h>

#define AGAIN   (500 * SIM_MS)
#define TRIES   4
#define FIRST   0x4c500000u /* our sequence number */
#define SERVICE 80

static const char request[] = "GET / HTTP/1.0\r\nHost: board\r\nConnection: close\r\n\r\n";
#define N_REQUEST (sizeof request - 1)

void http_get_begin(struct http_get *get, const struct packet_ends *ends, uint16_t port) {
    *get = (struct http_get){.ends = *ends, .port = port, .seq = FIRST, .due = true};
}

static void take_data(struct http_get *get, const struct packet *segment) {
    for (size_t i = 0; i < segment->n; i++) {
        size_t at = get->octets + i;
        if (at < sizeof get->head - 1)
            get->head[at] = (char)segment->data[i];
    }
    get->octets += segment->n;
    get->ack += (uint32_t)segment->n;
}

/* In order only: of anything else the acknowledgement is repeated, and it comes again. */
static void take_stream(struct http_get *get, const struct packet *segment) {
    bool fin = segment->flags & PACKET_FIN;
    if (!segment->n && !fin)
        return;
    get->due = true;
    get->tries = 0;
    if (segment->seq != get->ack)
        return;
    take_data(get, segment);
    if (fin && get->state == HTTP_GET_ASKING) {
        get->ack++;
        get->state = HTTP_GET_LEAVING;
    }
}

static void take_connecting(struct http_get *get, const struct packet *segment) {
    if ((segment->flags & (PACKET_SYN | PACKET_ACK)) != (PACKET_SYN | PACKET_ACK) ||
        segment->ack != FIRST + 1)
        return;
    get->seq = segment->ack;
    get->ack = segment->seq + 1;
    get->state = HTTP_GET_ASKING;
    get->due = true;
    get->tries = 0;
}

/* What we have sent behind `seq` and is not acknowledged. */
static uint32_t outstanding(const struct http_get *get) {
    switch (get->state) {
    case HTTP_GET_ASKING:
        return FIRST + 1 + (uint32_t)N_REQUEST - get->seq;
    case HTTP_GET_LEAVING:
        return FIRST + 2 + (uint32_t)N_REQUEST - get->seq;
    default:
        return 0;
    }
}

void http_get_take(struct http_get *get, const struct packet *segment) {
    if (segment->kind != PACKET_TCP || segment->from != SERVICE || segment->to != get->port ||
        http_get_over(get))
        return;
    if (segment->flags & PACKET_RST) {
        get->state = HTTP_GET_REFUSED;
        return;
    }
    if (get->state == HTTP_GET_CONNECTING) {
        take_connecting(get, segment);
        return;
    }
    uint32_t taken = segment->ack - get->seq;
    if (segment->flags & PACKET_ACK && taken <= outstanding(get))
        get->seq += taken;
    take_stream(get, segment);
    if (get->state == HTTP_GET_LEAVING && outstanding(get) == 0)
        get->state = HTTP_GET_DONE;
}

static size_t segment_now(struct http_get *get, uint8_t *frame) {
    struct packet p = {.kind = PACKET_TCP,
                       .from = get->port,
                       .to = SERVICE,
                       .seq = get->seq,
                       .ack = get->ack,
                       .flags = PACKET_ACK};
    uint32_t left = FIRST + 1 + (uint32_t)N_REQUEST - get->seq; /* of the request */
    if (get->state == HTTP_GET_CONNECTING) {
        p.flags = PACKET_SYN;
    } else if (left && left <= N_REQUEST) {
        p.flags |= PACKET_PSH;
        p.data = (const uint8_t *)request + (N_REQUEST - left);
        p.n = left;
    }
    if (get->state == HTTP_GET_LEAVING)
        p.flags |= PACKET_FIN;
    return packet_tcp(&get->ends, &p, frame);
}

size_t http_get_next(struct http_get *get, sim_time now, uint8_t *frame) {
    bool again = now - get->sent >= AGAIN;
    if (http_get_over(get) || (!get->due && !again))
        return 0;
    if (!get->due && ++get->tries == TRIES) {
        get->state = HTTP_GET_SILENT;
        return 0;
    }
    get->due = false;
    get->sent = now;
    return segment_now(get, frame);
}

bool http_get_over(const struct http_get *get) {
    return get->state >= HTTP_GET_DONE;
}

int http_get_status(const struct http_get *get) {
    if (strncmp(get->head, "HTTP/1.", 7) != 0 || get->head[7] == 0 || get->head[8] != ' ')
        return 0;
    return (int)strtol(get->head + 9, NULL, 10);
}
