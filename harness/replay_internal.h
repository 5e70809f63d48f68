/* What the replay*.c files share. */
#ifndef HARNESS_REPLAY_INTERNAL_H
#define HARNESS_REPLAY_INTERNAL_H

#include "harness/replay.h"
#include "harness/replay_setup.h"
#include "harness/rtl_engine.h"
#include "sim/response.h"

#define IDLE_STEP     SIM_US /* the symbol that stands for silence */
#define MAX_STATES    2048
#define MAX_OPS       (1u << 20)
#define MAX_DETAILS   (1u << 17)
#define MAX_DELTAS    (1u << 18)
#define RECORD_EDGES  (1u << 20)
#define RECORD_CURVES (1u << 18)
#define JITTER_SIGMAS 10 /* beyond what 53 random bits reach */
#define BURST_OCTETS  (LINE_MAX_FRAME + 64)

enum { ENTRY_OPS = RESPONSE_MORE, ENTRY_COUNTS = 1 };
enum { OP_CROSSING = SPI_DESELECT + 1, OP_PIN }; /* beside enum spi_op_kind */
#define ENTRY_BITS 16

/* What a symbol did beyond shifting bits, relative to its start. */
struct op {
    int32_t dt;
    uint8_t kind;
    uint8_t level;
    uint32_t net; /* OP_CROSSING: engine net in the rest; OP_PIN: enum spi_pin */
};
struct delta {
    uint32_t counter, count;
};
struct detail {
    uint32_t first_op, n_ops, first_delta, n_deltas;
    uint32_t pins; /* number of its answer in the pool, with on_pins */
};

/* For on_pins: what is OP_PIN before it is stored. */
struct pin_answer {
    uint32_t first, n;        /* edges */
    struct pin_digest digest; /* of the first list, as a rule all of it; n 0: it has none */
};
struct pin_pool {
    struct pin_edge *edges;
    struct pin_answer *answers;
    uint32_t *hash; /* open addressing: number + 1 */
    uint32_t n_edges, n_answers;
};

/* Edges on their way, in order of time; the oldest stands at `head`. */
#define QUEUE_EDGES (1u << 18)
struct queued_edge {
    sim_time time;
    uint32_t net; /* engine's */
    uint8_t level;
};
struct edge_queue {
    struct queued_edge *edges;
    size_t head, n;
};

struct mcu_output {
    uint32_t net; /* engine's, CIRCUIT_NO_NET: none */
    int pull;     /* the board's own resistor */
    uint8_t level;
    double load;   /* farad */
    sim_time last; /* when its latest edge arrives at the net */
};

/* Why edges of a net are recorded. */
enum {
    WANTED_MAIN = 1,
    WANTED_REST = 2,
    WANTED_PASSING = 4, /* main's, told when its turn comes */
    WANTED_LOG = 8      /* rtl: kept for a second look at the last frame */
};

struct replay {
    const struct board *board;
    struct replay_settings settings;
    struct circuit *main, *rest, *probe;
    struct rtl_engine *rtl; /* takes the place of `main`, which then stands still */
    bool whole;             /* `main` is the whole board, there is no rest */
    struct line_source *source;
    const struct line_symbol *symbols;
    size_t n_symbols;
    int32_t *lengths;          /* of the symbols, ps */
    struct response *response; /* NULL: the engine is driven directly */
    struct spi_sampler sampler;
    struct circuit_record record, rerun; /* rerun of rtl: what happened since the checkpoint */
    struct circuit_curves curves, rerun_curves; /* with settings.curves */
    struct replay_nets nets;
    struct circuit_config config;
    uint32_t pins[3];   /* engine nets of SCK, MOSI, NSS */
    uint32_t *crossing; /* per engine net: 1 when it feeds the rest */
    sim_time now, symbol_start;
    /* the select in progress */
    uint8_t *octets;
    size_t n_octets;
    uint32_t shift, n_shift;
    bool open;
    sim_time opened;
    /* what the cache remembers beyond bits */
    struct op *ops;
    struct detail *details;
    struct delta *deltas;
    struct pin_pool pins_done;
    uint32_t n_ops, n_details, n_deltas;
    uint32_t *counts_before;
    /* the last frame */
    struct line_burst burst;
    uint8_t *checkpoint;       /* the board's state `lead` before its start */
    uint32_t checkpoint_state; /* the cache has it under this number, RESPONSE_NONE: it has not */
    sim_time lead, checkpoint_time;
    uint64_t symbols_sent;
    /* replay_rest.c: what the MCU drives */
    struct mcu_output outputs[MCU_NETS_MAX];
    struct edge_queue crossed, driven; /* by the main circuit, by the MCU */
    struct edge_queue log; /* with feedback: what the MCU did to the main circuit since the
                            * checkpoint; when it is full, a second look lacks the rest */
    struct circuit_record rest_record;
    uint32_t heard[REPLAY_MAX_HEARD]; /* engine nets */
    uint8_t *wanted, *moved;          /* per engine net */
    uint8_t *then;                    /* rtl: levels at the checkpoint, per engine net */
    bool feedback;                    /* the main circuit hears the MCU, */
    bool loops;                       /* and so do the MCU's inputs */
    bool jammed;                      /* more edges than a queue holds */
    sim_time quantum, quantum_end, settled, pin_least;
    uint64_t swallowed;
};

/* replay.c: stand `lead` before `start`; returns when the burst starts */
sim_time replay_approach(struct replay *r, sim_time start);

/* replay_engine.c: the main circuit, by whichever engine */
void replay_main_run_until(struct replay *r, sim_time time);
void replay_main_line(struct replay *r, sim_time time, int level);
void replay_main_input(struct replay *r, uint32_t net, sim_time time, int level);
void replay_main_watch(struct replay *r, uint32_t net, bool on);
sim_time replay_main_next(const struct replay *r);
int replay_main_level(const struct replay *r, uint32_t net);

/* replay_symbols.c: what symbols do */
void replay_run_directly(struct replay *r, sim_time until);
void replay_send(struct replay *r, const struct line_burst *burst);
/* The burst's edges from number `first` on, those before `until`, into the circuit, which is
 * left at the last; returns the next number. */
size_t replay_send_edges(struct replay *r, const struct line_burst *burst, size_t first,
                         sim_time until);
/* One symbol's answer, remembered or fresh; true when it did nothing at all. */
bool replay_step(struct replay *r, uint32_t symbol);
void replay_open_burst(struct replay *r, sim_time time);
void replay_close_burst(struct replay *r, sim_time time);
struct response_machine replay_machine(struct replay *r);

/* replay_pins.c: an edge, in order of time; the edges from number `first` on as an answer, whose
 * number this is; and an answer told. */
bool replay_pins_create(struct replay *r); /* false: out of memory */
void replay_pins_destroy(struct replay *r);
void replay_pins_add(struct replay *r, uint32_t pin, int level, int32_t dt);
uint32_t replay_pins_keep(struct replay *r, uint32_t first);
void replay_pins_tell(struct replay *r, uint32_t number, sim_time start);

/* replay_rest.c */
bool replay_rest_create(struct replay *r); /* after the circuits; false: out of memory */
void replay_rest_destroy(struct replay *r);
void replay_cross(struct replay *r, uint32_t net, sim_time time, int level);
/* An edge of the main circuit's record, in order: told, noted as moved. */
void replay_heard(struct replay *r, const struct circuit_edge *edge);
/* The MCU and the rest go on to where the main circuit is, but for a little. */
void replay_settle(struct replay *r);
void replay_settle_all(struct replay *r);
/* With feedback: both go on together to `until`. */
void replay_run_together(struct replay *r, sim_time until);
void replay_drain(struct replay *r); /* replay_symbols.c: the main circuit's record */

#endif
