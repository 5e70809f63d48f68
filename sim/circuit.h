/* A netlist elaborated into flat arrays and simulated event by event, in picoseconds.
 *
 * circuit_create() turns parts into elements (one per gate, flip-flop output, threshold,
 * FET channel ...), merges nets joined by wires, selectors and 0-ohm resistors, forms the
 * analog nodes, and refuses by name what it cannot model. Every element has at most one
 * pending transition; ties are processed in element order; inputs at a time are applied
 * before transitions at that time. Delays are inertial: a pulse shorter than the delay of
 * the gate it enters is swallowed and counted. Nothing is allocated after creation.
 */
#ifndef SIM_CIRCUIT_H
#define SIM_CIRCUIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/netlist.h"
#include "sim/part.h"
#include "sim/simtime.h"

/* Input levels; a line receiver also knows CIRCUIT_LINE_IDLE (differential between the
 * thresholds). */
enum { CIRCUIT_LOW = 0, CIRCUIT_HIGH = 1, CIRCUIT_LINE_IDLE = 2 };

/* What a receiver's output does while the line is between its thresholds. */
enum circuit_idle { CIRCUIT_IDLE_LOW, CIRCUIT_IDLE_HIGH, CIRCUIT_IDLE_HOLD, CIRCUIT_IDLE_NOISE };

struct circuit_config {
    double vcc;         /* volt */
    uint32_t power_net; /* netlist indices; NETLIST_NONE: no such rail */
    uint32_t ground_net;
    double delay_scale; /* multiplies every typical propagation delay */
    double stray;       /* farad per pin */
    enum circuit_idle idle;
    const uint32_t *inputs; /* nets driven from outside (MCU outputs), start low */
    size_t n_inputs;
    uint32_t line_p, line_n; /* nets of the jack's receive pair; NETLIST_NONE: none */
    uint64_t seed;
};

/* Which elements to keep: all, only those a set of nets depends on, or the others, which
 * then take the nets that cross over as inputs. */
enum circuit_part_of { CIRCUIT_ALL, CIRCUIT_ANCESTORS, CIRCUIT_REST };
struct circuit_scope {
    enum circuit_part_of part_of;
    const uint32_t *observed; /* netlist nets */
    size_t n_observed;
};

struct circuit;

struct circuit *circuit_create(const struct netlist *netlist, const struct part_use *uses,
                               const struct circuit_config *config,
                               const struct circuit_scope *scope, struct sim_err *err);
void circuit_destroy(struct circuit *circuit); /* accepts NULL */
/* The same circuit with other figures: part values, figures and spreads, supply, delay scale,
 * stray, idle and seed, exactly as a new one with `uses` and `config` would be, settled at time
 * 0. Nothing is allocated. What is connected where must not have changed: the same netlist,
 * models, positions, inputs and line nets, and no value to or from 0. Watched nets stay
 * watched. False with `err` where creation would fail; then only another refill helps. */
bool circuit_refill(struct circuit *circuit, const struct part_use *uses,
                    const struct circuit_config *config, struct sim_err *err);

/* A net as the engine sees it: several netlist nets joined by wires share one. */
#define CIRCUIT_NO_NET UINT32_MAX
uint32_t circuit_net(const struct circuit *circuit, uint32_t netlist_net);
uint32_t circuit_nets(const struct circuit *circuit); /* the engine's, thresholds' included */
/* The net on a pin of a unit, by its place in unit->pins; CIRCUIT_NO_NET when it is open, or the
 * unit has no such pin. */
uint32_t circuit_pin_net(const struct circuit *circuit, uint32_t part, const struct part_unit *unit,
                         unsigned pin);
/* The net an input pin of a unit reads, its own threshold's where the pin's net is analog;
 * CIRCUIT_NO_NET when the pin is open. */
uint32_t circuit_input_net(const struct circuit *circuit, uint32_t part, unsigned unit,
                           unsigned pin);
/* The level of a net now; an analog node gives its side of VCC/2. */
int circuit_level(const struct circuit *circuit, uint32_t net);
/* Voltage of an analog node at `time` (>= the last event), NAN for other nets. */
double circuit_voltage(const struct circuit *circuit, uint32_t net, sim_time time);
bool circuit_net_is_analog(const struct circuit *circuit, uint32_t net);
/* True when the net may change while this circuit runs (driven by a kept element or an
 * input of it). */
bool circuit_net_is_live(const struct circuit *circuit, uint32_t net);
/* True when something in this circuit listens to the net. */
bool circuit_net_is_heard(const struct circuit *circuit, uint32_t net);
double circuit_net_load(const struct circuit *circuit, uint32_t net); /* farad */

/* Edges of watched nets are appended to a buffer of the caller's. An analog node's edges
 * are those of the thresholds on it. */
struct circuit_edge {
    sim_time time;
    uint32_t net; /* engine net */
    uint8_t level;
};
struct circuit_record {
    struct circuit_edge *edges;
    size_t capacity, n;
    bool overflow; /* edges were lost: the buffer was full */
};
void circuit_watch(struct circuit *circuit, uint32_t net, bool on);
void circuit_set_record(struct circuit *circuit, struct circuit_record *record);

/* What an analog node does from `time` on, until its next: vinf + (v0 - vinf) exp(-rate dt), volt
 * and 1/ps; rate 0: it stays at v0. Recorded of every node when it is switched, in order. */
struct circuit_curve {
    sim_time time;
    uint32_t net; /* engine net */
    double v0, vinf, rate;
};
struct circuit_curves {
    struct circuit_curve *curves;
    size_t capacity, n;
    bool overflow;
};
void circuit_set_curves(struct circuit *circuit, struct circuit_curves *curves); /* NULL: none */
/* The present one; false when the net is not analog. */
bool circuit_curve(const struct circuit *circuit, uint32_t net, struct circuit_curve *out);

/* The thresholds on an analog node, in volt, by number; false behind the last. VT+ and VT- of a
 * gate's input, both VGS(th) of a FET. `part` and `unit` are the netlist's that listens. */
struct circuit_threshold {
    uint32_t part;
    unsigned unit;
    double plus, minus;
};
bool circuit_threshold(const struct circuit *circuit, uint32_t net, size_t i,
                       struct circuit_threshold *out);

/* Drive a net named in config.inputs, or one that crosses over into the rest, from
 * outside; `time` must not lie before the last one. */
void circuit_input(struct circuit *circuit, uint32_t net, sim_time time, int level);
/* The differential line, CIRCUIT_LOW, _HIGH or _LINE_IDLE. */
void circuit_line(struct circuit *circuit, sim_time time, int level);
bool circuit_has_line(const struct circuit *circuit);
/* Process every transition before `time`. */
void circuit_run_until(struct circuit *circuit, sim_time time);
/* The time of the next pending transition, or SIM_NEVER. */
sim_time circuit_next(const struct circuit *circuit);

/* The complete state relative to `now`, in a form in which equal bytes mean equal
 * futures (but for absolute time and coin tosses). Load puts it back at another time. */
size_t circuit_state_size(const struct circuit *circuit);
void circuit_state_save(const struct circuit *circuit, sim_time now, uint8_t *state);
void circuit_state_load(struct circuit *circuit, sim_time now, const uint8_t *state);

/* Counters: swallowed pulses per gate, timing windows violated per flip-flop. `name`
 * says what and where ("swallowed pulse U4.11"). */
size_t circuit_counters(const struct circuit *circuit);
void circuit_counter_name(const struct circuit *circuit, size_t i, char *out, unsigned size);
const uint32_t *circuit_counts(const struct circuit *circuit); /* [circuit_counters()] */
uint64_t circuit_coins(const struct circuit *circuit);         /* windows resolved by coin so far */
uint64_t circuit_events(const struct circuit *circuit);        /* transitions processed so far */
/* True, with `err` filled, when the circuit ran into a loop of next to no delay and was
 * stopped; what it did from then on means nothing. */
bool circuit_storm(const struct circuit *circuit, struct sim_err *err);

/* For `linkpulse board` and exports. */
struct circuit_element_info {
    uint32_t part, unit; /* netlist part, unit index in its model */
    const char *kind;    /* "gate", "flip-flop", "threshold", "FET", ... */
    uint32_t net;        /* what it drives, or CIRCUIT_NO_NET */
    sim_time rise, fall; /* its delays */
    double load;         /* farad on its net */
    uint32_t island;     /* weakly connected, formed per part unit */
    bool kept;           /* within the scope this circuit was created with */
};
size_t circuit_elements(const struct circuit *circuit);
struct circuit_element_info circuit_element(const struct circuit *circuit, size_t i);
/* Inputs left unconnected by the netlist or an edit; they are taken as low. */
size_t circuit_floating(const struct circuit *circuit);
void circuit_floating_name(const struct circuit *circuit, size_t i, char *out, unsigned size);

#endif
