/* A Verilated board behind C: what harness/rtl_engine.c finds in the shared object that
 * rtl/compile.sh makes of an exported top. Times are in ps from its own time 0; a top with a
 * coarser TICK_PS rounds them. Nothing is allocated after creation.
 */
#ifndef RTL_VERILATE_H
#define RTL_VERILATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rtl_edge {
    int64_t time;
    uint16_t bit; /* of `probe` */
    uint8_t level;
};
/* Of watched bits, in time order; filled from n on. */
struct rtl_edges {
    struct rtl_edge *edges;
    size_t capacity, n; /* capacity: at least four times the nets */
    bool overflow;
};

struct rtl_model;

/* What a shared object exports, as `rtl_interface`. */
#define RTL_VERSION 2
struct rtl_interface {
    int version; /* RTL_VERSION */
    /* `idle` 0 low, 1 high, 2 hold, 3 noise of `seed`. */
    struct rtl_model *(*create)(int64_t scale_ppm, int idle, uint64_t seed);
    void (*destroy)(struct rtl_model *model);
    void (*watch)(struct rtl_model *model, unsigned bit, bool on);
    /* Everything before `time`; false when `edges` got full first: empty it and go on. The
     * other calls need room for what one moment brings, an edge of every bit. */
    bool (*run_until)(struct rtl_model *model, int64_t time, struct rtl_edges *edges);
    /* After run_until(time): what is due at `time` itself, then the input. `line` 0, 1, 2 idle. */
    void (*line)(struct rtl_model *model, int64_t time, int line, struct rtl_edges *edges);
    void (*mcu)(struct rtl_model *model, int64_t time, unsigned bit, int level,
                struct rtl_edges *edges);
    int64_t (*next)(const struct rtl_model *model); /* what is due next; INT64_MAX: nothing */
    int (*level)(const struct rtl_model *model, unsigned bit);
    uint32_t (*count)(const struct rtl_model *model, unsigned word); /* of `counts` */
    uint32_t (*doubts)(const struct rtl_model *model); /* timing windows violated so far */
    uint64_t (*steps)(const struct rtl_model *model);
    /* Waves, of a design compiled with verilator's --trace or --trace-fst; else NULL. From the
     * time `from` on, not yet reached, shown `origin` earlier; to the time `to` at most. May be
     * opened again. False: the file cannot be written. */
    bool (*trace_open)(struct rtl_model *model, const char *path, int64_t from, int64_t origin);
    void (*trace_until)(struct rtl_model *model, int64_t to);
    void (*trace_close)(struct rtl_model *model, int64_t time);
    bool (*stuck)(const struct rtl_model *model); /* a loop of no delay was stopped */
};

#ifdef __cplusplus
}
#endif
#endif
