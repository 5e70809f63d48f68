/* A web server on lwIP's raw API: a page, and /volume, a mebibyte of numbered lines. The
 * request's first line is enough: what follows is acknowledged and forgotten. */
#include "firmware/lib/itm.h"
#include "firmware/lib/memory.h"
#include "firmware/lwip/port.h"
#include "lwip/tcp.h"

static const char PAGE[] = "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
                           "<!DOCTYPE html><title>linkpulse</title><h1>linkpulse</h1>"
                           "<p>Served by an STM32F401 through discrete logic.\n";
static const char NOT_FOUND[] =
    "HTTP/1.0 404 Not Found\r\nContent-Type: text/plain\r\n\r\nnot found\n";
static const char VOLUME[] = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n"
                             "Content-Length: 1048576\r\nConnection: close\r\n\r\n";

/* A line: its number in 15 digits and a newline, as `seq -f %015.0f 0 65535` writes it. */
enum { LINE = 16, LINES = 65536, AT_ONCE = 64 };

/* Closed: lwIP finishes the connection alone. Aborted: it must be told. */
static err_t finish(struct tcp_pcb *pcb) {
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    if (tcp_close(pcb) == ERR_OK)
        return ERR_OK;
    tcp_abort(pcb);
    return ERR_ABRT;
}

static void put_line(uint8_t *out, uint32_t number) {
    for (int i = LINE - 2; i >= 0; i--, number /= 10)
        out[i] = (uint8_t)('0' + number % 10);
    out[LINE - 1] = '\n';
}

/* As much as there is room for; the connection's argument is the next line's number. */
static err_t pour(struct tcp_pcb *pcb, uint32_t line) {
    uint8_t block[AT_ONCE * LINE];
    while (line < LINES && tcp_sndbuf(pcb) >= sizeof block) {
        for (uint32_t i = 0; i < AT_ONCE; i++)
            put_line(block + i * LINE, line + i);
        if (tcp_write(pcb, block, sizeof block, TCP_WRITE_FLAG_COPY) != ERR_OK)
            break; /* no memory now: goes on when something was acknowledged */
        line += AT_ONCE;
    }
    tcp_arg(pcb, (void *)(uintptr_t)line);
    return line < LINES ? ERR_OK : finish(pcb);
}

static err_t sent(void *context, struct tcp_pcb *pcb, u16_t n) {
    (void)n;
    return pour(pcb, (uint32_t)(uintptr_t)context);
}

static err_t ignored(void *context, struct tcp_pcb *pcb, struct pbuf *p, err_t error) {
    (void)context, (void)error;
    if (p) {
        tcp_recved(pcb, p->tot_len);
        pbuf_free(p);
    }
    return ERR_OK;
}

static err_t serve_volume(struct tcp_pcb *pcb) {
    itm_puts("volume\n");
    tcp_write(pcb, VOLUME, sizeof VOLUME - 1, 0);
    tcp_recv(pcb, ignored);
    tcp_sent(pcb, sent);
    return pour(pcb, 0);
}

static err_t serve(struct tcp_pcb *pcb, const struct pbuf *request) {
    if (pbuf_memcmp(request, 0, "GET /volume ", 12) == 0)
        return serve_volume(pcb);
    bool found = pbuf_memcmp(request, 0, "GET / ", 6) == 0;
    itm_puts(found ? "page\n" : "not found\n");
    if (found)
        tcp_write(pcb, PAGE, sizeof PAGE - 1, 0);
    else
        tcp_write(pcb, NOT_FOUND, sizeof NOT_FOUND - 1, 0);
    return finish(pcb);
}

static err_t received(void *context, struct tcp_pcb *pcb, struct pbuf *p, err_t error) {
    (void)context, (void)error;
    if (!p)
        return finish(pcb);
    tcp_recved(pcb, p->tot_len);
    err_t result = serve(pcb, p);
    pbuf_free(p);
    return result;
}

static err_t accepted(void *context, struct tcp_pcb *pcb, err_t error) {
    (void)context;
    if (error != ERR_OK || !pcb)
        return ERR_VAL;
    tcp_recv(pcb, received);
    return ERR_OK;
}

void http_init(void) {
    port_listen(80, accepted);
}
