/* What export_spice*.c share: the deck being written. */
#ifndef HARNESS_EXPORT_SPICE_DECK_H
#define HARNESS_EXPORT_SPICE_DECK_H

#include "harness/export_spice.h"

/* A net as the engine sees it. */
struct spice_net {
    char name[SPICE_NAME_MAX]; /* of its node */
    const char *board_name;
    bool live;       /* a kept element drives it, or it is a kept analog node */
    bool analog;     /* something on it conducts or stores charge: a true node of ngspice */
    bool power, low; /* constant: a rail, or a pin of the MCU at rest */
    double farad;    /* strays and pins; without FETs and capacitors */
};

struct spice_deck {
    const struct board *board;
    struct spice_setup setup;
    struct circuit *circuit;
    struct spice_net *nets; /* by engine net */
    uint32_t n_nets;
    bool *kept_unit; /* [part * max_units + unit] */
    size_t max_units;
    bool inverted;                            /* the pair is wired the other way round */
    const struct transmitter_setup *transmit; /* NULL: the receive path */
    bool resumed; /* the deck begins where the engine stands, not at power-up */
    FILE *out;
    struct sim_err *err;
};

bool spice_unit_kept(const struct spice_deck *deck, uint32_t part, size_t unit);
double spice_figure(const struct spice_deck *deck, uint32_t part, const char *name,
                    double fallback);

/* `text` with nothing in it that could end a comment line. */
void spice_put(const struct spice_deck *deck, const char *text);

/* export_spice.c: nets, loads and what is analog, once the circuit is there; the watched
 * nets' event nodes, w0_NAME and so on. */
void spice_find(struct spice_deck *deck);
void spice_write_constants(const struct spice_deck *deck);
void spice_write_watch(const struct spice_deck *deck, char names[][SPICE_NAME_MAX + 8]);
void spice_finish(struct spice_deck *deck);

/* export_spice_parts.c: every kept part, one after the other. */
bool spice_write_parts(struct spice_deck *deck);
/* The event node that input `pin` of a unit reads, in `node` (SPICE_NODE_MAX), with what
 * makes it; likewise for the name of an output's own. */
#define SPICE_NODE_MAX (SPICE_NAME_MAX + 24)
void spice_read_pin(struct spice_deck *deck, uint32_t part, const struct part_unit *unit, int pin,
                    char *node);

#endif
