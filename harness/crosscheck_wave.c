#include "harness/crosscheck_wave.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/wave.h"

#define REMEMBERED (1u << 16) /* edges: what came before a difference is known when it is found */
#define BEFORE     (2 * SIM_US)
#define AFTER      (3 * SIM_US)
#define FILES      5

struct remembered {
    sim_time time;
    uint32_t signal;
    uint8_t level;
};

struct crosscheck_wave {
    char stem[4000];
    bool whole;
    struct trace_signal *signals;
    uint8_t *levels; /* before the oldest edge remembered */
    uint32_t first[CROSSCHECK_SCOPES], n;
    struct remembered *ring;
    uint64_t n_edges; /* ever; the ring holds the latest */
    struct wave *wave;
    sim_time until; /* of the open file */
    unsigned files;
};

static char letter(int level) {
    return (char)(level == 2 ? 'z' : '0' + level);
}

static bool open_file(struct crosscheck_wave *w, const char *path, sim_time from, sim_time to,
                      struct sim_err *err) {
    const struct wave_settings settings = {.vcd = path, .from = from, .to = to};
    for (uint32_t i = 0; i < w->n; i++)
        w->signals[i].initial = letter(w->levels[i]);
    w->wave = wave_open(&settings, w->signals, w->n, err);
    w->until = to;
    w->files += w->wave != NULL;
    return w->wave;
}

static void add_scope(struct crosscheck_wave *w, enum crosscheck_scope scope, const char *name,
                      const char **names, size_t n, const uint8_t *levels) {
    w->first[scope] = w->n;
    for (size_t i = 0; i < n; i++) {
        w->levels[w->n] = levels[i];
        w->signals[w->n++] =
            (struct trace_signal){.scope = name, .name = names[i], .same_as = TRACE_OWN};
    }
}

static bool allocate(struct crosscheck_wave *w, const struct crosscheck_wave_settings *s) {
    size_t most = s->n_inputs + 2 * s->n_nets + 1;
    w->signals = calloc(most, sizeof *w->signals);
    w->levels = calloc(most, 1);
    w->ring = malloc(REMEMBERED * sizeof *w->ring);
    return w->signals && w->levels && w->ring;
}

struct crosscheck_wave *crosscheck_wave_create(const struct crosscheck_wave_settings *s,
                                               struct sim_err *err) {
    struct crosscheck_wave *w = calloc(1, sizeof *w);
    if (!w || !allocate(w, s)) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        crosscheck_wave_abandon(w);
        return NULL;
    }
    w->whole = s->whole;
    snprintf(w->stem, sizeof w->stem, "%s", s->stem);
    const char **nets = s->names + s->n_inputs;
    add_scope(w, CROSSCHECK_INPUTS, "inputs", s->names, s->n_inputs, s->levels[0]);
    add_scope(w, CROSSCHECK_OF_EVENT, "event", nets, s->n_nets, s->levels[1]);
    add_scope(w, CROSSCHECK_OF_RTL, "rtl", nets, s->n_nets, s->levels[2]);
    char path[4096];
    snprintf(path, sizeof path, "%s.vcd", w->stem);
    if (!s->whole || open_file(w, path, s->from, s->to, err))
        return w;
    crosscheck_wave_abandon(w);
    return NULL;
}

void crosscheck_wave_edge(struct crosscheck_wave *w, enum crosscheck_scope scope, size_t signal,
                          sim_time time, int level) {
    struct remembered *slot = &w->ring[w->n_edges % REMEMBERED];
    if (w->n_edges++ >= REMEMBERED)
        w->levels[slot->signal] = slot->level;
    *slot = (struct remembered){time, w->first[scope] + (uint32_t)signal, (uint8_t)level};
    if (w->wave)
        wave_change(w->wave, time, slot->signal, letter(level));
}

static bool close_file(struct crosscheck_wave *w, sim_time end, struct sim_err *err) {
    struct wave *wave = w->wave;
    w->wave = NULL;
    return !wave || wave_close(wave, end, err);
}

bool crosscheck_wave_difference(struct crosscheck_wave *w, sim_time time, struct sim_err *err) {
    char path[4096];
    if (w->whole || w->files == FILES || (w->wave && time <= w->until))
        return true;
    if (!close_file(w, w->until, err))
        return false;
    snprintf(path, sizeof path, "%s-%u.vcd", w->stem, w->files + 1);
    if (!open_file(w, path, time > BEFORE ? time - BEFORE : 0, time + AFTER, err))
        return false;
    uint64_t i = w->n_edges > REMEMBERED ? w->n_edges - REMEMBERED : 0;
    for (; i < w->n_edges; i++) {
        const struct remembered *edge = &w->ring[i % REMEMBERED];
        wave_change(w->wave, edge->time, edge->signal, letter(edge->level));
    }
    return true;
}

bool crosscheck_wave_close(struct crosscheck_wave *w, sim_time end, unsigned *written,
                           struct sim_err *err) {
    *written = w->files;
    bool good = close_file(w, end < w->until ? end : w->until, err);
    crosscheck_wave_abandon(w);
    return good;
}

void crosscheck_wave_abandon(struct crosscheck_wave *w) {
    if (!w)
        return;
    wave_abandon(w->wave);
    free(w->signals);
    free(w->levels);
    free(w->ring);
    free(w);
}
