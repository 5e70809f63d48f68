#include "harness/rtl_engine.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "harness/export_verilog.h"
#include "harness/rtl_build.h"

#define POWER_UP    SIM_MS /* before time 0, as the other engine settles */
#define BATCH_EDGES 4096   /* edges fetched at once, of few nets */

struct rtl_engine {
    void *handle;
    const struct rtl_interface *rtl;
    struct rtl_model *model;
    struct verilog_layout layout;
    uint32_t *nets;    /* by probe bit */
    uint8_t *constant; /* per net: the level of one that nothing drives */
    uint32_t *before;  /* time 0: counts */
    struct circuit_record *record;
    struct rtl_edges edges;
};

static char *design_text(const struct board *board, const struct circuit_config *config,
                         const struct circuit *whole, struct verilog_layout *layout, size_t *size,
                         struct sim_err *err) {
    char *text = NULL;
    FILE *memory = open_memstream(&text, size);
    if (!memory) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    bool good = export_verilog_top(board, config, whole, memory, layout, err);
    if (fclose(memory) == 0 && good)
        return text;
    free(text);
    return NULL;
}

static bool number_nets(struct rtl_engine *e, const struct circuit *whole) {
    e->constant = malloc(e->layout.n_nets + 1);
    e->nets = malloc((e->layout.n_bits + 1) * sizeof *e->nets);
    e->before = calloc(e->layout.n_counts + 1, sizeof *e->before);
    if (!e->constant || !e->nets || !e->before)
        return false;
    for (uint32_t net = 0; net < e->layout.n_nets; net++) {
        e->constant[net] = (uint8_t)circuit_level(whole, net);
        if (e->layout.bits[net] != CIRCUIT_NO_NET)
            e->nets[e->layout.bits[net]] = net;
    }
    return true;
}

static bool create(struct rtl_engine *e, const struct board *board,
                   const struct circuit_config *config, const struct circuit *whole,
                   enum rtl_waves waves, struct sim_err *err) {
    static const char *const options[] = {
        [RTL_NO_WAVES] = "", [RTL_VCD] = "--trace", [RTL_FST] = "--trace-fst"};
    static const int idle[] = {[CIRCUIT_IDLE_LOW] = 0,
                               [CIRCUIT_IDLE_HIGH] = 1,
                               [CIRCUIT_IDLE_HOLD] = 2,
                               [CIRCUIT_IDLE_NOISE] = 3};
    size_t size;
    char *text = design_text(board, config, whole, &e->layout, &size, err);
    e->rtl = text ? rtl_build(text, size, options[waves], &e->handle, err) : NULL;
    free(text);
    if (!e->rtl)
        return false;
    e->edges.capacity = BATCH_EDGES + 8 * e->layout.n_bits;
    e->edges.edges = malloc(e->edges.capacity * sizeof *e->edges.edges);
    e->model = e->rtl->create((int64_t)(config->delay_scale * 1e6 + 0.5), idle[config->idle],
                              config->seed);
    if (!e->model || !e->edges.edges || !number_nets(e, whole))
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    rtl_engine_run_until(e, 0);
    for (uint32_t i = 0; i < e->layout.n_counts; i++)
        e->before[i] = e->rtl->count(e->model, i);
    return rtl_engine_sound(e, err);
}

struct rtl_engine *rtl_engine_create(const struct board *board, const struct circuit_config *config,
                                     const struct circuit *whole, struct sim_err *err) {
    if (config->idle != CIRCUIT_IDLE_NOISE)
        return rtl_engine_create_traced(board, config, whole, RTL_NO_WAVES, err);
    sim_err_set(err, SIM_ERR_INPUT,
                "receiver.idle = noise: two engines do not draw the same; expected high, low or "
                "hold");
    return NULL;
}

struct rtl_engine *rtl_engine_create_traced(const struct board *board,
                                            const struct circuit_config *config,
                                            const struct circuit *whole, enum rtl_waves waves,
                                            struct sim_err *err) {
    struct rtl_engine *e = calloc(1, sizeof *e);
    if (!e)
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    if (e && create(e, board, config, whole, waves, err))
        return e;
    rtl_engine_destroy(e);
    return NULL;
}

void rtl_engine_destroy(struct rtl_engine *e) {
    if (!e)
        return;
    if (e->model)
        e->rtl->destroy(e->model);
    if (e->handle)
        dlclose(e->handle);
    verilog_layout_finish(&e->layout);
    free(e->edges.edges);
    free(e->constant);
    free(e->nets);
    free(e->before);
    free(e);
}

bool rtl_engine_waves(struct rtl_engine *e, const char *path, sim_time from, struct sim_err *err) {
    return e->rtl->trace_open(e->model, path, from + POWER_UP, POWER_UP) ||
           sim_err_at(err, SIM_ERR_INPUT, path, 0, "cannot be written");
}

void rtl_engine_waves_until(struct rtl_engine *e, sim_time to) {
    e->rtl->trace_until(e->model, to + POWER_UP);
}

void rtl_engine_waves_close(struct rtl_engine *e, sim_time time) {
    e->rtl->trace_close(e->model, time + POWER_UP);
}

static bool has_bit(const struct rtl_engine *e, uint32_t net) {
    return net < e->layout.n_nets && e->layout.bits[net] != CIRCUIT_NO_NET;
}

bool rtl_engine_has(const struct rtl_engine *e, uint32_t net) {
    return has_bit(e, net) && !e->layout.analog[net];
}

void rtl_engine_watch(struct rtl_engine *e, uint32_t net, bool on) {
    if (has_bit(e, net))
        e->rtl->watch(e->model, e->layout.bits[net], on);
}

void rtl_engine_set_record(struct rtl_engine *e, struct circuit_record *record) {
    e->record = record;
}

/* What the model recorded, with the board's nets and times. */
static void take_edges(struct rtl_engine *e) {
    struct circuit_record *record = e->record;
    for (size_t i = 0; record && i < e->edges.n; i++) {
        const struct rtl_edge *edge = &e->edges.edges[i];
        if (record->n == record->capacity)
            record->overflow = true;
        else
            record->edges[record->n++] = (struct circuit_edge){
                .time = edge->time - POWER_UP, .net = e->nets[edge->bit], .level = edge->level};
    }
    if (record && e->edges.overflow)
        record->overflow = true;
    e->edges.n = 0;
    e->edges.overflow = false;
}

/* In pieces, so that the buffer is enough: nets change a few hundred times a microsecond. */
void rtl_engine_run_until(struct rtl_engine *e, sim_time time) {
    int64_t end = time + POWER_UP;
    while (!e->rtl->run_until(e->model, end, &e->edges))
        take_edges(e);
    take_edges(e);
}

void rtl_engine_line(struct rtl_engine *e, sim_time time, int level) {
    rtl_engine_run_until(e, time);
    e->rtl->line(e->model, time + POWER_UP, level, &e->edges);
    take_edges(e);
}

void rtl_engine_input(struct rtl_engine *e, uint32_t net, sim_time time, int level) {
    rtl_engine_run_until(e, time);
    for (uint32_t bit = 0; bit < e->layout.n_mcu; bit++)
        if (e->layout.mcu[bit] == net)
            e->rtl->mcu(e->model, time + POWER_UP, bit, level, &e->edges);
    take_edges(e);
}

sim_time rtl_engine_next(const struct rtl_engine *e) {
    int64_t next = e->rtl->next(e->model);
    return next == INT64_MAX ? SIM_NEVER : next - POWER_UP;
}

int rtl_engine_level(const struct rtl_engine *e, uint32_t net) {
    if (has_bit(e, net))
        return e->rtl->level(e->model, e->layout.bits[net]);
    return net < e->layout.n_nets ? e->constant[net] : 0;
}

const char *rtl_engine_count(const struct rtl_engine *e, size_t i, uint64_t *n) {
    if (i >= e->layout.n_counts)
        return NULL;
    *n = e->rtl->count(e->model, (unsigned)i) - e->before[i];
    return e->layout.counts[i];
}

uint32_t rtl_engine_doubts(const struct rtl_engine *e) {
    return e->rtl->doubts(e->model);
}

uint64_t rtl_engine_steps(const struct rtl_engine *e) {
    return e->rtl->steps(e->model);
}

bool rtl_engine_sound(const struct rtl_engine *e, struct sim_err *err) {
    return !e->rtl->stuck(e->model) ||
           sim_err_set(err, SIM_ERR_UNMODELLED, "the Verilog design runs into a loop of no delay");
}
