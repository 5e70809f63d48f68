/* A web server of one page on lwIP's raw API. The request's first line is enough: what
 * follows is acknowledged and forgotten. */
#include "firmware/lib/itm.h"
#include "firmware/lib/memory.h"
#include "firmware/lwip/port.h"
#include "lwip/tcp.h"

static const char PAGE[] = "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
                           "<!DOCTYPE html><title>linkpulse</title><h1>linkpulse</h1>"
                           "<p>Served by an STM32F401 through discrete logic.\n";
static const char NOT_FOUND[] =
    "HTTP/1.0 404 Not Found\r\nContent-Type: text/plain\r\n\r\nnot found\n";

static void serve(struct tcp_pcb *pcb, const struct pbuf *request) {
    bool found = pbuf_memcmp(request, 0, "GET / ", 6) == 0;
    itm_puts(found ? "page\n" : "not found\n");
    if (found)
        tcp_write(pcb, PAGE, sizeof PAGE - 1, 0);
    else
        tcp_write(pcb, NOT_FOUND, sizeof NOT_FOUND - 1, 0);
}

static err_t received(void *context, struct tcp_pcb *pcb, struct pbuf *p, err_t error) {
    (void)context, (void)error;
    if (p) {
        tcp_recved(pcb, p->tot_len);
        serve(pcb, p);
        pbuf_free(p);
    }
    /* Closed: lwIP finishes the connection alone. Aborted: it must be told. */
    tcp_recv(pcb, NULL);
    if (tcp_close(pcb) == ERR_OK)
        return ERR_OK;
    tcp_abort(pcb);
    return ERR_ABRT;
}

static err_t accepted(void *context, struct tcp_pcb *pcb, err_t error) {
    (void)context;
    if (error != ERR_OK || !pcb)
        return ERR_VAL;
    tcp_recv(pcb, received);
    return ERR_OK;
}

void http_init(void) {
    struct tcp_pcb *pcb = tcp_new();
    if (!pcb || tcp_bind(pcb, IP_ADDR_ANY, 80) != ERR_OK)
        return;
    pcb = tcp_listen(pcb);
    if (pcb)
        tcp_accept(pcb, accepted);
}
