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
    bool inverted; /* the pair is wired the other way round */
    FILE *out;
    struct sim_err *err;
};

/* Engine net of a unit's pin, or CIRCUIT_NO_NET. */
uint32_t spice_pin_net(const struct spice_deck *deck, uint32_t part, const struct part_unit *unit,
                       int pin);
bool spice_unit_kept(const struct spice_deck *deck, uint32_t part, size_t unit);
double spice_figure(const struct spice_deck *deck, uint32_t part, const char *name,
                    double fallback);

/* `text` with nothing in it that could end a comment line. */
void spice_put(const struct spice_deck *deck, const char *text);

/* export_spice_parts.c: every kept part, one after the other. */
bool spice_write_parts(struct spice_deck *deck);

#endif
