/* A board as the structural top of a Verilog design: one instance of a cell of rtl/parts
 * per part unit, nets named as on the board, figures and capacitances as parameters. The
 * delay law, the cells' behaviour and the analog nets' arithmetic are the cells' own.
 *
 * The delay scale and the receiver's idle level are inputs, so that one design serves
 * them all. Everything else that a board file or --set states is in the text.
 */
#ifndef HARNESS_EXPORT_VERILOG_H
#define HARNESS_EXPORT_VERILOG_H

#include <stdint.h>
#include <stdio.h>

#include "harness/board.h"
#include "sim/circuit.h"

#define VERILOG_MCU_BITS 32

/* Which bit of the top's `probe` and `mcu` ports is which net. */
struct verilog_layout {
    uint32_t *bits; /* per engine net of `circuit`: its bit in `probe`, or CIRCUIT_NO_NET */
    bool *analog;   /* per engine net: the bit is what the first input on it makes of it */
    uint32_t n_nets, n_bits;
    uint32_t mcu[VERILOG_MCU_BITS]; /* engine nets of the `mcu` port's bits */
    uint32_t n_mcu;
    char **counts; /* what each 32 bits of the port `counts` count */
    uint32_t n_counts;
};
void verilog_layout_finish(struct verilog_layout *layout); /* accepts a zeroed one */

/* Writes the module `board`. `circuit` is the whole board (CIRCUIT_ALL) elaborated with
 * `config`: what joins nets and which are analog is taken from it. `layout` may be NULL.
 * SIM_ERR_UNMODELLED for a part that has no cell in rtl/parts. */
bool export_verilog_top(const struct board *board, const struct circuit_config *config,
                        const struct circuit *circuit, FILE *out, struct verilog_layout *layout,
                        struct sim_err *err);
/* The same from the board alone. */
bool export_verilog(const struct board *board, FILE *out, struct sim_err *err);

/* The board as a graph for Graphviz: a box per part unit, by blocks that belong together,
 * an edge per net from what drives it to what hears it. */
bool export_dot(const struct board *board, FILE *out, struct sim_err *err);

#endif
