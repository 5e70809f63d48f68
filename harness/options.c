#include "harness/options.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/gate/sweep.h"
#include "harness/options_table.h"
#include "harness/options_values.h"
#include "harness/words.h"

#define FIRST_ROW 256 /* getopt's value of row 0; below it are the letters */

/* By what getopt_long() returned. */
static const struct option_row *option_row(int value) {
    if (value >= FIRST_ROW)
        return &options_rows[value - FIRST_ROW];
    for (size_t i = 0; i < options_n_rows; i++)
        if (options_rows[i].letter == value)
            return &options_rows[i];
    return NULL;
}

static bool take_value(struct options *options, enum options_code code, const char *value,
                       struct sim_err *err) {
    switch (code) {
    case CODE_BOARD:
        options->board = value;
        return true;
    case CODE_INI:
        options->ini = value;
        return true;
    case CODE_FIRMWARE:
        options->firmware = value;
        return true;
    case CODE_DELIVER:
        options->deliver_symbol = value;
        return true;
    case CODE_ENGINE:
        options->engine = value;
        return options_engine(value, err);
    case CODE_SEED:
        return options_seed(value, &options->seed, err);
    case CODE_JOBS:
        return options_jobs(value, &options->jobs, err);
    case CODE_SET:
        options->sets[options->n_sets++] = value;
        return true;
    case CODE_EDIT:
        options->edits[options->n_edits++] = value;
        return true;
    case CODE_OUT:
        options->out_dir = value;
        return true;
    case CODE_JSON:
        options->json = value;
        return true;
    case CODE_JUNIT:
        options->junit = value;
        return true;
    case CODE_VCD:
        options->vcd = value;
        return true;
    case CODE_FST:
        options->fst = value;
        return true;
    case CODE_PCAP_OUT:
        options->pcap_out = value;
        return true;
    case CODE_TAPS_OUT:
        options->taps_out = value;
        return true;
    case CODE_TRACE_WINDOW:
        return options_window(value, &options->window, err);
    case CODE_OCTETS:
        return options_octets(value, &options->octets, err);
    case CODE_OUTPUT:
        options->output = value;
        return true;
    default:
        return sim_err_set(err, SIM_ERR_UNMODELLED, "option %d has a row and no meaning", code);
    }
}

static bool take_flag(struct options *options, enum options_code code, struct sim_err *err) {
    switch (code) {
    case CODE_STRICT:
        options->strict = true;
        return true;
    case CODE_NO_STRICT:
        options->strict = false;
        return true;
    case CODE_NO_CACHE:
        options->no_cache = true;
        return true;
    case CODE_NO_HOST:
        options->no_host = true;
        return true;
    case CODE_XDP:
        options->xdp_run = true;
        return true;
    case CODE_INIT:
        options->init = true;
        return true;
    case CODE_SPICE:
        options->spice = true;
        return true;
    case CODE_TRANSMIT:
        options->transmit = true;
        return true;
    case CODE_VERILOG:
        options->verilog = true;
        return true;
    case CODE_DOT:
        options->dot = true;
        return true;
    case CODE_UNDECIDED:
        options->allow_undecided = true;
        return true;
    case CODE_VERBOSE:
        options->verbose = true;
        return true;
    case CODE_QUIET:
        options->quiet = true;
        return true;
    case CODE_HELP:
        options->help = true;
        return true;
    case CODE_VERSION:
        options->version = true;
        return true;
    default:
        return sim_err_set(err, SIM_ERR_UNMODELLED, "option %d has a row and no meaning", code);
    }
}

static bool take(struct options *options, const struct option_row *row, const char *value,
                 struct sim_err *err) {
    switch (row->family) {
    case OPTIONS_OF_MCU:
        return options_take_mcu(&options->mcu, row->name, value, err);
    case OPTIONS_OF_LIVE:
        return options_take_live(&options->live, row->name, value, err);
    case OPTIONS_OF_GATE:
        return options_take_gate(&options->gate, row->name, value, err);
    case OPTIONS_OF_SWEEP:
        return options_take_sweep(&options->sweep, row->name, value, err);
    case OPTIONS_OF_XDP:
        return options_take_xdp(&options->xdp, row->name, value, err);
    case OPTIONS_OF_WAVE:
        return options_take_wave(&options->wave, row->name, value, err);
    case OPTIONS_COMMON:
        break;
    }
    return row->argument ? take_value(options, row->code, value, err)
                         : take_flag(options, row->code, err);
}

static bool unknown_option(const char *text, struct sim_err *err) {
    const char *names[OPTIONS_MAX_ROWS];
    char word[64];
    size_t length = strcspn(text + 2 * (text[0] == '-' && text[1] == '-'), "=");
    const char *start = text + 2 * (text[0] == '-' && text[1] == '-');
    if (length >= sizeof word)
        length = sizeof word - 1;
    memcpy(word, start, length);
    word[length] = 0;
    for (size_t i = 0; i < options_n_rows; i++)
        names[i] = options_rows[i].name;
    const char *near = words_nearest(word, names, options_n_rows);
    if (near)
        return sim_err_set(err, SIM_ERR_INPUT, "unknown option --%s; did you mean --%s?", word,
                           near);
    return sim_err_set(err, SIM_ERR_INPUT, "unknown option --%s; see linkpulse --help", word);
}

/* getopt's '?': an unknown or ambiguous long option, an unknown letter, or a value for an
 * option that takes none. */
static bool bad_option(const char *text, struct sim_err *err) {
    const struct option_row *row = optopt ? option_row(optopt) : NULL;
    if (row)
        return sim_err_set(err, SIM_ERR_INPUT, "option --%s takes no value", row->name);
    /* As a string: only those are kept from carrying control characters. */
    const char letter[2] = {(char)optopt, 0};
    if (optopt)
        return sim_err_set(err, SIM_ERR_INPUT, "unknown option -%s; see linkpulse --help", letter);
    return unknown_option(text, err);
}

/* The first word that is a verb's name: two verbs may have an option of one name. */
static unsigned likely_verb(int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        for (size_t v = 0; v < options_n_verbs; v++)
            if (strcmp(argv[i], options_verbs[v].name) == 0)
                return 1u << options_verbs[v].verb;
    return 0;
}

/* Whether another row of this name is the verb's. */
static bool is_anothers(const struct option_row *row, unsigned verb) {
    for (size_t i = 0; i < options_n_rows && !(row->verbs & verb); i++)
        if (&options_rows[i] != row && strcmp(options_rows[i].name, row->name) == 0 &&
            (options_rows[i].verbs & verb || &options_rows[i] < row))
            return true;
    return false;
}

static void long_options(struct option *longs, unsigned verb) {
    for (size_t i = 0; i < options_n_rows; i++)
        if (!is_anothers(&options_rows[i], verb))
            *longs++ = (struct option){
                .name = options_rows[i].name,
                .has_arg = options_has_argument(&options_rows[i]),
                .val = FIRST_ROW + (int)i,
            };
}

static bool parse_loop(struct options *options, int argc, char **argv, bool *seen,
                       struct sim_err *err) {
    struct option longs[OPTIONS_MAX_ROWS + 1] = {{0}};
    long_options(longs, likely_verb(argc, argv));
    optind = 0; /* GNU: start afresh, so that parsing can be called again */
    opterr = 0;
    for (int code; (code = getopt_long(argc, argv, ":j:o:vqhV", longs, NULL)) != -1;) {
        if (code == '?')
            return bad_option(argv[optind - 1], err);
        const struct option_row *row = option_row(code == ':' ? optopt : code);
        if (code == ':')
            return sim_err_set(err, SIM_ERR_INPUT, "option --%s needs a value: %s", row->name,
                               row->argument);
        if (row->argument && optarg && !optarg[0])
            return sim_err_set(err, SIM_ERR_INPUT, "option --%s: the value is empty", row->name);
        if (!take(options, row, optarg, err))
            return false;
        seen[row - options_rows] = true;
    }
    return true;
}

static bool unknown_verb(const char *word, struct sim_err *err) {
    const char *names[OPTIONS_MAX_ROWS];
    for (size_t i = 0; i < options_n_verbs; i++)
        names[i] = options_verbs[i].name;
    const char *near = words_nearest(word, names, options_n_verbs);
    if (near)
        return sim_err_set(err, SIM_ERR_INPUT, "unknown verb %s; did you mean %s?", word, near);
    return sim_err_set(err, SIM_ERR_INPUT,
                       "unknown verb %s; expected run, gate, board, export, sweep, merge, live, "
                       "mcu, crosscheck, wave or xdp",
                       word);
}

static bool take_verb(struct options *options, const char *word, struct sim_err *err) {
    for (size_t i = 0; i < options_n_verbs; i++) {
        if (strcmp(word, options_verbs[i].name) != 0)
            continue;
        options->verb = options_verbs[i].verb;
        if (options->verb != OPTIONS_NO_VERB)
            return true;
        if (strcmp(word, "test") == 0)
            return sim_err_set(err, SIM_ERR_INPUT,
                               "test runs from a checkout only: ./linkpulse test");
        return sim_err_set(err, SIM_ERR_INPUT, "%s is not available in this version", word);
    }
    return unknown_verb(word, err);
}

static bool check_run(const struct options *options, struct sim_err *err) {
    if (options->n_files == 0)
        return sim_err_set(err, SIM_ERR_INPUT, "run needs at least one capture file");
    const struct options_wave *wave = &options->wave;
    if (options->window.kind != OPTIONS_WINDOW_ALL && !options->vcd && !options->fst &&
        !wave->after_run)
        return sim_err_set(err, SIM_ERR_INPUT, "--trace-window needs --vcd, --fst or --wave");
    if ((wave->screenshot || wave->svg || wave->sized) && !wave->after_run)
        return sim_err_set(err, SIM_ERR_INPUT, "--%s of a run needs --wave",
                           wave->screenshot ? "screenshot"
                           : wave->svg      ? "svg"
                                            : "size");
    return true;
}

static bool check_one_board(struct options *options, struct sim_err *err) {
    const char *verb = options_verb_row(options->verb)->name;
    if (options->n_files > 1)
        return sim_err_set(err, SIM_ERR_INPUT, "%s takes one board, found also %s", verb,
                           options->files[1]);
    if (options->n_files == 1 && options->board)
        return sim_err_set(err, SIM_ERR_INPUT, "%s was given two boards, %s and --board %s", verb,
                           options->files[0], options->board);
    if (options->n_files == 1)
        options->board = options->files[0];
    if (options->verb == OPTIONS_SWEEP && !options->sweep.samples)
        return sim_err_set(err, SIM_ERR_INPUT, "--samples 0: expected at least one");
    if (options->verb == OPTIONS_EXPORT && options->spice + options->verilog + options->dot != 1)
        return sim_err_set(err, SIM_ERR_INPUT,
                           "export needs one format: --spice, --verilog or --dot");
    return true;
}

static bool check_mcu(const struct options *options, struct sim_err *err) {
    if (options->n_files == 0)
        return sim_err_set(err, SIM_ERR_INPUT, "mcu needs a firmware image");
    if (options->n_files > 1)
        return sim_err_set(err, SIM_ERR_INPUT, "mcu takes one firmware image, found also %s",
                           options->files[1]);
    if (options->mcu.profile && options->mcu.gdb)
        return sim_err_set(err, SIM_ERR_INPUT, "--profile and --gdb do not go together");
    return true;
}

static bool check_crosscheck(const struct options *options, struct sim_err *err) {
    if (options->n_files == 0)
        return sim_err_set(err, SIM_ERR_INPUT, "crosscheck needs at least one capture file");
    if (options->window.kind != OPTIONS_WINDOW_ALL && !options->out_dir)
        return sim_err_set(err, SIM_ERR_INPUT, "--trace-window needs --out");
    if (options->window.kind == OPTIONS_WINDOW_FRAME)
        return sim_err_set(err, SIM_ERR_INPUT,
                           "--trace-window: crosscheck takes auto or START:END in us");
    return true;
}

static bool check_verb(struct options *options, struct sim_err *err) {
    switch (options->verb) {
    case OPTIONS_RUN:
        return check_run(options, err);
    case OPTIONS_MCU:
        return check_mcu(options, err);
    case OPTIONS_CROSSCHECK:
        return check_crosscheck(options, err);
    case OPTIONS_GATE:
        return check_one_board(options, err) && options_check_gate(options, err);
    case OPTIONS_MERGE:
        return options->n_files > 0 ||
               sim_err_set(err, SIM_ERR_INPUT, "merge needs the records of every shard");
    case OPTIONS_WAVE:
        return options_check_wave(options, err);
    case OPTIONS_XDP:  /* verb_xdp() */
    case OPTIONS_LIVE: /* the positional arguments are a command */
        return true;
    default:
        return check_one_board(options, err);
    }
}

/* seen[i]: row i was given. */
static bool check(struct options *options, const bool *seen, struct sim_err *err) {
    for (size_t i = 0; i < options_n_rows; i++)
        if (seen[i] && !(options_rows[i].verbs & (1u << options->verb)))
            return sim_err_set(err, SIM_ERR_INPUT, "option --%s does not belong to %s",
                               options_rows[i].name, options_verb_row(options->verb)->name);
    if (!check_verb(options, err) || !options_check_outputs(options, err))
        return false;
    if (!options->board)
        options->board = OPTIONS_DEFAULT_BOARD;
    return true;
}

bool options_parse(struct options *options, int argc, char **argv, struct sim_err *err) {
    bool seen[OPTIONS_MAX_ROWS] = {false};
    *options = (struct options){
        .program = argc > 0 ? argv[0] : "linkpulse",
        .engine = "event",
        .seed = 1,
        .strict = true,
        .octets = 40,
        .mcu = OPTIONS_MCU_DEFAULTS,
        .live = {.partner = "tolerant"},
        .sweep = {.samples = SWEEP_DEFAULT_SAMPLES, .emit_shards = 8, .min_yield = 0.95},
        .gate = {.profile = "function", .min_yield = NAN},
        .xdp = {.cpus = 8, .program = "flow", .hash = "xxh32"},
        .wave = OPTIONS_WAVE_DEFAULTS};
    options->sets = calloc((size_t)argc + 1, sizeof *options->sets);
    options->edits = calloc((size_t)argc + 1, sizeof *options->edits);
    if (!options->sets || !options->edits)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    if (!parse_loop(options, argc, argv, seen, err))
        return false;
    if (options->version || (optind >= argc && options->help))
        return true;
    if (optind >= argc)
        return sim_err_set(
            err, SIM_ERR_INPUT,
            "no verb; expected run, gate, board, export, sweep, merge, live, mcu, crosscheck, "
            "wave or xdp (see linkpulse --help)");
    if (!take_verb(options, argv[optind], err))
        return false;
    options->files = (const char *const *)argv + optind + 1;
    options->n_files = (size_t)(argc - optind - 1);
    return options->help || check(options, seen, err);
}

void options_finish(struct options *options) {
    free(options->sets);
    free(options->edits);
    *options = (struct options){0};
}
