/* Value change dump (IEEE 1364-2005 clause 18) into buffers of the caller: 1 ps
 * timescale, only `wire` and `real` variables. Wires have one bit: libsigrok 0.5.2 gives up a
 * file in which a vector changes, so numbers are reals, too.
 *
 * Call order: vcd_header, for each scope vcd_scope, vcd_var..., vcd_upscope; then
 * vcd_definitions_end, vcd_dump_begin, values, vcd_dump_end; then vcd_time and values.
 * Each call appends to the buffer, or returns false and appends nothing when it does not
 * fit; VCD_MAX_ITEM octets of room are enough for any one call.
 */
#ifndef SIM_VCD_H
#define SIM_VCD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/simtime.h"

#define VCD_MAX_NAME 200
#define VCD_MAX_ITEM (VCD_MAX_NAME + 64)

struct vcd_buffer {
    char *bytes;
    size_t size, used;
};

enum vcd_kind { VCD_WIRE, VCD_REAL };

bool vcd_header(struct vcd_buffer *buffer);
bool vcd_scope(struct vcd_buffer *buffer, const char *name);
bool vcd_upscope(struct vcd_buffer *buffer);
bool vcd_var(struct vcd_buffer *buffer, enum vcd_kind kind, uint32_t id, const char *name);
bool vcd_definitions_end(struct vcd_buffer *buffer);
bool vcd_dump_begin(struct vcd_buffer *buffer, sim_time time); /* with the time */
bool vcd_dump_end(struct vcd_buffer *buffer);
bool vcd_time(struct vcd_buffer *buffer, sim_time time);                  /* time >= 0 */
bool vcd_value(struct vcd_buffer *buffer, uint32_t id, char value);       /* '0' '1' 'x' 'z' */
bool vcd_whole_value(struct vcd_buffer *buffer, uint32_t id, uint64_t n); /* all digits */
bool vcd_real_value(struct vcd_buffer *buffer, uint32_t id, double x);    /* 6 digits */

/* The net's name as an identifier VCD readers take: as in KiCad, but octets that end an
 * identifier (blanks, controls) or are not ASCII become '_', and brackets, which readers
 * take for a bit select, become parentheses. "/sck", "/~{idle}" and "Net-(C9-Pad2)" stay
 * as they are. An empty name becomes "_". Cut at size - 1; returns `out`. */
const char *vcd_name(const char *name, char *out, size_t size);

#endif
