/* Where a firmware's text goes: ITM port 0 and semihosting to standard output, ITM port 0 to
 * a file, to TCP clients and into the report, every ITM packet to a file as SWO carries it. */
#ifndef HARNESS_MCU_TRACE_H
#define HARNESS_MCU_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/outfile.h"
#include "models/mcu/armv7m/armv7m.h"
#include "sim/err.h"

#define MCU_TRACE_CLIENTS 8
#define MCU_TRACE_KEEP    ((size_t)16 << 20) /* octets kept for the report */

struct mcu_trace {
    struct outfile itm, swo; /* stream NULL: not wanted */
    FILE *out;               /* stdout; NULL: nowhere */
    int listener;            /* -1: none */
    int clients[MCU_TRACE_CLIENTS];
    char *text; /* ITM port 0 */
    size_t length, size;
    bool cut; /* there was more than MCU_TRACE_KEEP */
};

/* Any of the names may be NULL. Call mcu_trace_finish() in either case. */
bool mcu_trace_open(struct mcu_trace *trace, FILE *out, const char *itm, const char *swo,
                    struct sim_err *err);
/* ITM text on 127.0.0.1:*port too; sets it to the port taken. */
bool mcu_trace_listen(struct mcu_trace *trace, unsigned *port, struct sim_err *err);
void mcu_trace_poll(struct mcu_trace *trace); /* takes new clients */

/* ITM on: at the start, and after every reset, which on the model switches it off. */
void mcu_trace_listen_to(struct armv7m *core);

/* A write of `size` octets to a stimulus port. Port 0 is text, low octet first. */
void mcu_trace_itm(struct mcu_trace *trace, unsigned port, unsigned size, uint32_t value);

/* The files become whole. */
bool mcu_trace_commit(struct mcu_trace *trace, struct sim_err *err);
void mcu_trace_finish(struct mcu_trace *trace); /* what was not committed is deleted */

#endif
