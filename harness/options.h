/* The command line, typed. Strings point into argv (which getopt reorders) and live as
 * long as it does. */
#ifndef HARNESS_OPTIONS_H
#define HARNESS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/err.h"
#include "sim/simtime.h"

enum options_verb {
    OPTIONS_NO_VERB,
    OPTIONS_RUN,
    OPTIONS_BOARD,
    OPTIONS_EXPORT,
    OPTIONS_MCU,
    OPTIONS_LIVE,
    OPTIONS_CROSSCHECK,
    OPTIONS_GATE,
    OPTIONS_SWEEP,
    OPTIONS_MERGE,
    OPTIONS_XDP,
    OPTIONS_WAVE
};

enum options_window_kind {
    OPTIONS_WINDOW_ALL,   /* the whole run */
    OPTIONS_WINDOW_AUTO,  /* around the first failure */
    OPTIONS_WINDOW_FRAME, /* around frame `frame` of the run, 1-based */
    OPTIONS_WINDOW_TIME,  /* from `start` to `end`, ps of simulated time */
};

struct options_window {
    enum options_window_kind kind;
    uint64_t frame;
    sim_time start, end;
};

/* `mcu` */
struct options_mcu {
    const char *chip; /* NULL: the default */
    bool has_base;
    uint32_t base;       /* --base, of a raw image */
    uint64_t max_cycles; /* 0: no limit */
    sim_time max_time;   /* 0: not given */
    uint32_t hse_hz;
    bool hse_bypass;
    double hsi_ppm;
    bool profile;
    bool gdb, itm_listen; /* --gdb, --itm-port */
    unsigned gdb_port, itm_port;
    const char *itm, *swo; /* files */
};

/* `live` */
struct options_live {
    const char *tap, *netns; /* NULL: a device and a namespace of its own */
    const char *partner;     /* a profile */
    bool full_duplex, max_speed, no_dhcp;
};

/* `gate` */
#define OPTIONS_MAX_ONLY 32
struct options_gate {
    const char *profile;                    /* "function" or "standard" */
    const char *only[OPTIONS_MAX_ONLY + 1]; /* ids of checks, NULL at the end */
    size_t n_only;
    bool list, fail_on_reservations, bisect, self_test;
    double min_yield;                    /* fraction; NAN: the board's */
    const char *html, *sarif, *markdown; /* output files; NULL: not wanted */
    const char *waivers, *date, *git;    /* a file; YYYY-MM-DD; a repository */
};

/* `sweep`, and what `merge` shares with it */
#define OPTIONS_MAX_SHARDS 100000
struct options_sweep {
    uint64_t samples;
    bool one; /* only sample `sample`, in detail */
    uint64_t sample;
    unsigned shard, shards; /* from 0, of; 0 of 0: not given */
    unsigned emit_shards;   /* --shards */
    const char *emit;       /* "slurm", "parallel"; NULL: not wanted */
    const char *records;    /* NULL: none, or with --shard one named after it */
    double min_yield;       /* fraction */
    bool no_advice;
};

/* `xdp` */
struct options_xdp {
    unsigned cpus;
    const char *program, *hash;
    const char *install, *uninstall; /* interfaces; NULL: captures are checked */
    bool symmetric, require_kernel, force, no_watch;
};

/* `wave` */
struct options_wave {
    const char *screenshot, *svg;             /* output files; NULL for both: a window */
    unsigned width, height;                   /* pixels */
    bool sized;                               /* they were given */
    unsigned scale;                           /* pixels per point, 1 to 4; 0: not given */
    bool light, dark;                         /* neither: not given */
    const char *from, *to, *cursor, *cursor2; /* times, as view_time_read() takes them */
    const char *signals; /* separated by commas; NULL: those that the file is opened with */
    const char *view;    /* a .gtkw file */
    const char *decode;  /* NAME[=SIGNAL,...]: text instead of a picture; NULL: not wanted */
    const char *panel;   /* "help", "search", "measure" or "signals" */
    bool details, no_index;
    bool after_run; /* run --wave */
};

struct options {
    enum options_verb verb;
    const char *program;      /* argv[0] */
    const char *const *files; /* positional arguments after the verb */
    size_t n_files;
    const char *board;          /* name or path; for `board` and `export` also the positional one */
    const char *ini;            /* NULL: the file beside the board */
    const char *firmware;       /* an image or "none"; NULL: what the board runs by default */
    const char *deliver_symbol; /* NULL: lp_deliver_frame */
    const char *engine;         /* "event" or "rtl"; NULL: event */
    uint64_t seed;
    unsigned jobs; /* 0: one per processor */
    /* Output files; NULL = not wanted. `out_dir` is where relative ones go. */
    const char *out_dir, *json, *junit, *vcd, *fst, *pcap_out, *taps_out;
    struct options_window window;
    const char **sets; /* --set, in order */
    size_t n_sets;
    const char **edits; /* --edit, in order */
    size_t n_edits;
    bool strict, no_host, no_cache, verbose, quiet, help, version;
    bool xdp_run;             /* run --xdp */
    bool init;                /* board --init */
    bool spice, verilog, dot; /* export: exactly one */
    bool allow_undecided;     /* crosscheck */
    bool transmit;            /* export --transmit */
    unsigned octets;          /* export: of the frame, without its FCS */
    const char *output;       /* board --init, export: NULL = stdout */
    struct options_mcu mcu;
    struct options_live live;
    struct options_gate gate;
    struct options_sweep sweep;
    struct options_xdp xdp;
    struct options_wave wave;
};

/* False with SIM_ERR_INPUT and one line that names the nearest known word. On success
 * `help` or `version` may be set, and then nothing else has been required. Call
 * options_finish() in either case. */
bool options_parse(struct options *options, int argc, char **argv, struct sim_err *err);
void options_finish(struct options *options); /* accepts a zeroed struct */

bool options_is_rtl(const struct options *options); /* which engine */

/* The general help, or with a verb set that verb's. */
void options_print_help(const struct options *options, FILE *out);

/* The command that repeats this run's results, quoted for a POSIX shell: everything that
 * changes what is simulated, the full seed always, no output files. `firmware` is the image
 * that ran, or "none". Cut with " ..." when `size` is too small. */
void options_repeat(const struct options *options, const char *firmware, char *out, size_t size);

/* The same of `gate`. */
void options_repeat_gate(const struct options *options, char *out, size_t size);
/* The same of `crosscheck`. */
void options_repeat_crosscheck(const struct options *options, char *out, size_t size);
/* The same of `xdp`. */
void options_repeat_xdp(const struct options *options, char *out, size_t size);

/* An option of `mcu`, by its name; value NULL: none was given. Part of options_parse(). */
bool options_take_mcu(struct options_mcu *mcu, const char *name, const char *value,
                      struct sim_err *err);
/* The same of `live`. */
bool options_take_live(struct options_live *live, const char *name, const char *value,
                       struct sim_err *err);
/* The same of `gate`. */
bool options_take_gate(struct options_gate *gate, const char *name, const char *value,
                       struct sim_err *err);
bool options_check_gate(const struct options *options, struct sim_err *err);
/* The same of `sweep` and `merge`. */
bool options_take_sweep(struct options_sweep *sweep, const char *name, const char *value,
                        struct sim_err *err);
/* The command of a sweep without its samples: board, seed, settings, edits. */
void options_repeat_sweep(const struct options *options, char *out, size_t size);
/* The same of `xdp`. */
bool options_take_xdp(struct options_xdp *xdp, const char *name, const char *value,
                      struct sim_err *err);
/* The same of `wave`. */
bool options_take_wave(struct options_wave *wave, const char *name, const char *value,
                       struct sim_err *err);
bool options_check_wave(const struct options *options, struct sim_err *err);
#define OPTIONS_WAVE_DEFAULTS                                                                      \
    (struct options_wave) {                                                                        \
        .width = 1280, .height = 720                                                               \
    }
#define OPTIONS_MCU_DEFAULTS                                                                       \
    (struct options_mcu) {                                                                         \
        .chip = "f401re", .hse_hz = 8000000, .gdb_port = 3333, .itm_port = 3443                    \
    }

/* False when two outputs name one file, or one would overwrite an input. Part of
 * options_parse(). */
bool options_check_outputs(const struct options *options, struct sim_err *err);

/* `path` in the --out directory when it is relative and one is given; otherwise `path`
 * itself. False when the result does not fit. */
bool options_out_path(const struct options *options, const char *path, char *out, size_t size);

#endif
