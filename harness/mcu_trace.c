#include "harness/mcu_trace.h"

#include <stdlib.h>
#include <string.h>

#include "harness/swo.h"
#include "harness/tcp.h"

bool mcu_trace_open(struct mcu_trace *trace, FILE *out, const char *itm, const char *swo,
                    struct sim_err *err) {
    *trace = (struct mcu_trace){.out = out, .listener = -1};
    for (size_t i = 0; i < MCU_TRACE_CLIENTS; i++)
        trace->clients[i] = -1;
    return (!itm || outfile_open(&trace->itm, itm, err)) &&
           (!swo || outfile_open(&trace->swo, swo, err));
}

bool mcu_trace_listen(struct mcu_trace *trace, unsigned *port, struct sim_err *err) {
    trace->listener = tcp_listen("ITM", port, err);
    return trace->listener >= 0;
}

/* The ninth client waits until another leaves. */
void mcu_trace_poll(struct mcu_trace *trace) {
    for (size_t i = 0; i < MCU_TRACE_CLIENTS; i++)
        if (trace->clients[i] < 0)
            trace->clients[i] = tcp_accept(trace->listener);
}

static void keep(struct mcu_trace *trace, const uint8_t *octets, size_t n) {
    if (trace->length + n > trace->size && trace->size < MCU_TRACE_KEEP) {
        size_t size = trace->size ? 2 * trace->size : 4096;
        char *more = realloc(trace->text, size);
        if (more) {
            trace->text = more;
            trace->size = size;
        }
    }
    if (trace->cut || trace->length + n > trace->size) {
        trace->cut = true;
        return;
    }
    memcpy(trace->text + trace->length, octets, n);
    trace->length += n;
}

static void write_text(struct mcu_trace *trace, const uint8_t *octets, size_t n) {
    keep(trace, octets, n);
    if (trace->out)
        fwrite(octets, 1, n, trace->out);
    if (trace->itm.stream)
        fwrite(octets, 1, n, trace->itm.stream);
    for (size_t i = 0; i < MCU_TRACE_CLIENTS; i++)
        if (trace->clients[i] >= 0 && !tcp_send(trace->clients[i], octets, n))
            tcp_close(&trace->clients[i]);
}

void mcu_trace_itm(struct mcu_trace *trace, unsigned port, unsigned size, uint32_t value) {
    uint8_t packet[SWO_MAX_PACKET];
    unsigned length = swo_packet(port, size, value, packet);
    if (trace->swo.stream)
        fwrite(packet, 1, length, trace->swo.stream);
    if (port == 0)
        write_text(trace, packet + 1, length - 1);
}

bool mcu_trace_commit(struct mcu_trace *trace, struct sim_err *err) {
    return (!trace->itm.stream || outfile_commit(&trace->itm, err)) &&
           (!trace->swo.stream || outfile_commit(&trace->swo, err));
}

void mcu_trace_finish(struct mcu_trace *trace) {
    outfile_abandon(&trace->itm);
    outfile_abandon(&trace->swo);
    tcp_close(&trace->listener);
    for (size_t i = 0; i < MCU_TRACE_CLIENTS; i++)
        tcp_close(&trace->clients[i]);
    free(trace->text);
    trace->text = NULL;
}

/* What a probe that listens does, whether the firmware does it too or not: DEMCR.TRCENA, the
 * ITM unlocked, on, and all its ports (DDI0403E C1.6.5, C1.7). */
void mcu_trace_listen_to(struct armv7m *core) {
    armv7m_write(core, 0xe000edfc, 4, 1u << 24);
    armv7m_write(core, 0xe0000fb0, 4, 0xc5acce55);
    armv7m_write(core, 0xe0000e80, 4, 1);
    armv7m_write(core, 0xe0000e00, 4, UINT32_MAX);
}
