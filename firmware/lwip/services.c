/* Two of the simple TCP services, for volume: echo (RFC 862) on port 7, discard (RFC 863) on
 * port 9. What cannot be sent back yet is kept, and the window stays closed by that much. */
#include "firmware/lwip/port.h"
#include "lwip/tcp.h"

enum { ECHO = 7, DISCARD = 9, ECHOES = 4 };

static struct echo {
    bool used, closed; /* closed: the other side sends no more */
    struct pbuf *pending;
} echoes[ECHOES];

static void forget(struct echo *echo) {
    if (echo->pending)
        pbuf_free(echo->pending);
    *echo = (struct echo){.used = false};
}

/* Closed: lwIP finishes the connection alone. Aborted: it must be told. */
static err_t finish(struct tcp_pcb *pcb) {
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_err(pcb, NULL);
    if (tcp_close(pcb) == ERR_OK)
        return ERR_OK;
    tcp_abort(pcb);
    return ERR_ABRT;
}

/* --- echo ------------------------------------------------------------------------------ */

static bool send_first(struct echo *echo, struct tcp_pcb *pcb) {
    struct pbuf *first = echo->pending;
    if (tcp_sndbuf(pcb) < first->len ||
        tcp_write(pcb, first->payload, first->len, TCP_WRITE_FLAG_COPY) != ERR_OK)
        return false;
    tcp_recved(pcb, first->len);
    echo->pending = first->next;
    if (first->next)
        pbuf_ref(first->next); /* freeing the first would free it, too */
    pbuf_free(first);
    return true;
}

static err_t pass_on(struct echo *echo, struct tcp_pcb *pcb) {
    while (echo->pending && send_first(echo, pcb))
        ;
    if (echo->pending || !echo->closed)
        return ERR_OK;
    forget(echo);
    return finish(pcb);
}

static err_t echo_received(void *context, struct tcp_pcb *pcb, struct pbuf *p, err_t error) {
    struct echo *echo = context;
    (void)error;
    if (!p)
        echo->closed = true;
    else if (echo->pending)
        pbuf_cat(echo->pending, p);
    else
        echo->pending = p;
    return pass_on(echo, pcb);
}

static err_t echo_sent(void *context, struct tcp_pcb *pcb, u16_t n) {
    (void)n;
    return pass_on(context, pcb);
}

/* Without an acknowledgement that is to come: memory may have been short. */
static err_t echo_polled(void *context, struct tcp_pcb *pcb) {
    return context ? pass_on(context, pcb) : ERR_OK;
}

static void echo_broken(void *context, err_t error) {
    (void)error;
    forget(context);
}

static err_t echo_accepted(void *context, struct tcp_pcb *pcb, err_t error) {
    (void)context;
    if (error != ERR_OK || !pcb)
        return ERR_VAL;
    for (struct echo *echo = echoes; echo < echoes + ECHOES; echo++) {
        if (echo->used)
            continue;
        echo->used = true;
        tcp_arg(pcb, echo);
        tcp_recv(pcb, echo_received);
        tcp_sent(pcb, echo_sent);
        tcp_poll(pcb, echo_polled, 1);
        tcp_err(pcb, echo_broken);
        return ERR_OK;
    }
    return ERR_MEM; /* lwIP resets it */
}

/* --- discard ----------------------------------------------------------------------------- */

static err_t discard_received(void *context, struct tcp_pcb *pcb, struct pbuf *p, err_t error) {
    (void)context, (void)error;
    if (!p)
        return finish(pcb);
    tcp_recved(pcb, p->tot_len);
    pbuf_free(p);
    return ERR_OK;
}

static err_t discard_accepted(void *context, struct tcp_pcb *pcb, err_t error) {
    (void)context;
    if (error != ERR_OK || !pcb)
        return ERR_VAL;
    tcp_recv(pcb, discard_received);
    return ERR_OK;
}

void services_init(void) {
    port_listen(ECHO, echo_accepted);
    port_listen(DISCARD, discard_accepted);
}
