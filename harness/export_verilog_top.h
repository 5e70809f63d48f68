/* What export_verilog*.c share: the top being written. */
#ifndef HARNESS_EXPORT_VERILOG_TOP_H
#define HARNESS_EXPORT_VERILOG_TOP_H

#include "harness/export_verilog.h"

#define VERILOG_NAME_MAX 200

struct verilog_net { /* as the engine joins them */
    char name[VERILOG_NAME_MAX];
    bool power, low;     /* a rail */
    bool driven;         /* by a cell, or from outside */
    bool analog;         /* has a voltage */
    double farad;        /* strays, pins, channels, capacitors to the rails */
    double r_up, r_down; /* of what drives it */
    char threshold[120]; /* of an analog one: the first input that listens to it */
};

struct verilog_top {
    const struct board *board;
    const struct circuit_config *config;
    const struct circuit *circuit;
    struct verilog_net *nets; /* by engine net */
    uint32_t n_nets;
    bool *kept; /* [part * max_units + unit] */
    size_t max_units;
    uint32_t n_dues, n_doubts, n_counts, n_probes;
    char **dues, **doubts;         /* wires */
    struct verilog_layout *layout; /* NULL: not wanted */
    FILE *out;
    struct sim_err *err;
};

bool verilog_is_kept(const struct verilog_top *top, uint32_t part, size_t unit);
double verilog_figure(const struct verilog_top *top, uint32_t part, const char *name,
                      double fallback);
/* Declare a wire NAME_due (NAME_doubts) and remember it. */
void verilog_add_due(struct verilog_top *top, const char *name);
void verilog_add_doubts(struct verilog_top *top, const char *name);
/* The place in the port `counts` of what is counted, "swallowed pulse U4.11". */
uint32_t verilog_add_count(struct verilog_top *top, const char *what);
/* `text` with nothing in it that could end a comment line. */
void verilog_put(FILE *out, const char *text);

/* export_verilog_parts.c: the instances of every unit. */
bool verilog_write_parts(struct verilog_top *top);
/* export_verilog_nodes.c: the analog nets, their resistors and FETs. */
bool verilog_write_nodes(struct verilog_top *top);

/* "U4_C", "Q1". */
void verilog_instance(const struct verilog_top *top, uint32_t part, const struct part_unit *unit,
                      char *out, size_t size);
/* fF, milliohm, ps and uV, rounded. */
long long verilog_scaled(double value, double unit);

#endif
