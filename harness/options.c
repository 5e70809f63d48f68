#include "harness/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "harness/options_values.h"
#include "harness/words.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define DEFAULT_BOARD "nucleo_shield"
#define HELP_WIDTH    80

struct verb_row {
    const char *name;
    enum options_verb verb; /* OPTIONS_NO_VERB: known, but of a later version */
    const char *arguments;
    const char *summary;
};

static const struct verb_row verb_rows[] = {
    {"run", OPTIONS_RUN, "CAPTURE...", "replay captured frames through a board and compare them"},
    {"board", OPTIONS_BOARD, "[BOARD]", "show how a board was read: values, models, nets, delays"},
    {"export", OPTIONS_EXPORT, "[BOARD]", "write it as Verilog, as a graph, or as an ngspice deck"},
    {"gate", OPTIONS_NO_VERB, NULL, NULL},
    {"sweep", OPTIONS_NO_VERB, NULL, NULL},
    {"merge", OPTIONS_NO_VERB, NULL, NULL},
    {"live", OPTIONS_LIVE, "[-- CMD...]",
     "join the board to a TAP device, run a command beside it"},
    {"mcu", OPTIONS_MCU, "IMAGE", "run a firmware image (ELF, HEX or BIN) alone"},
    {"crosscheck", OPTIONS_CROSSCHECK, "CAPTURE...", "compare the two engines edge by edge"},
    {"wave", OPTIONS_NO_VERB, NULL, NULL},
    {"xdp", OPTIONS_NO_VERB, NULL, NULL},
    {"test", OPTIONS_NO_VERB, NULL, NULL},
};

enum {
    CODE_BOARD = 256,
    CODE_INI,
    CODE_FIRMWARE,
    CODE_DELIVER,
    CODE_ENGINE,
    CODE_SEED,
    CODE_JOBS,
    CODE_SET,
    CODE_EDIT,
    CODE_STRICT,
    CODE_NO_STRICT,
    CODE_OUT,
    CODE_JSON,
    CODE_JUNIT,
    CODE_VCD,
    CODE_FST,
    CODE_PCAP_OUT,
    CODE_TAPS_OUT,
    CODE_TRACE_WINDOW,
    CODE_NO_CACHE,
    CODE_NO_HOST,
    CODE_INIT,
    CODE_SPICE,
    CODE_TRANSMIT,
    CODE_VERILOG,
    CODE_DOT,
    CODE_UNDECIDED,
    CODE_OCTETS,
    CODE_OUTPUT,
    CODE_MCU_FLAG, /* and the next: options_take_mcu() knows them by name */
    CODE_MCU_LAST = CODE_MCU_FLAG + 16,
    CODE_LIVE_FLAG, /* the same of options_take_live() */
    CODE_LIVE_LAST = CODE_LIVE_FLAG + 8,
    CODE_VERBOSE,
    CODE_QUIET,
    CODE_HELP,
    CODE_VERSION,
};

#define RUN    (1u << OPTIONS_RUN)
#define BOARD  (1u << OPTIONS_BOARD)
#define EXPORT (1u << OPTIONS_EXPORT)
#define MCU    (1u << OPTIONS_MCU)
#define LIVE   (1u << OPTIONS_LIVE)
#define CROSS  (1u << OPTIONS_CROSSCHECK)
#define BOARDS (RUN | BOARD | EXPORT | LIVE | CROSS)
#define ALL    (BOARDS | MCU)

struct option_row {
    const char *name;
    int code;
    char letter;          /* 0: none */
    unsigned verbs;       /* set of 1 << enum options_verb */
    const char *argument; /* NULL: takes none; "[=PORT]": may be left out */
    const char *help;     /* NULL: of a later version, not listed */
};

static const struct option_row option_rows[] = {
    {"board", CODE_BOARD, 0, BOARDS, "BOARD",
     "a built-in board, or a KiCad .net or .kicad_pcb file (default " DEFAULT_BOARD ")"},
    {"ini", CODE_INI, 0, BOARDS, "FILE",
     "what the board's file does not say, docs/boards.md (default: the .ini beside it)"},
    {"set", CODE_SET, 0, BOARDS, "S.KEY=V",
     "change one setting of the .ini, as often as wanted: delay.scale=1.0, attach.spi_clk=/sck"},
    {"edit", CODE_EDIT, 0, BOARDS, "EDIT",
     "change the netlist, as often as wanted: \"open U5.12\", \"short U8.2 /net\", \"tie U4.12 "
     "VCC\", "
     "\"value R5=680\", \"remove C10\""},
    {"firmware", CODE_FIRMWARE, 0, RUN | LIVE | CROSS, "ELF",
     "the MCU's program, run beside the board: a file, or the name of an image of this project "
     "(default: netif_f401, or what the board's mcu.chip runs); none: octets are taken at the SPI "
     "pins, and crosscheck sends each frame by them"},
    {"deliver-symbol", CODE_DELIVER, 0, RUN | LIVE | CROSS, "NAME",
     "the function by which the firmware delivers a frame (default lp_deliver_frame)"},
    {"engine", CODE_ENGINE, 0, RUN, "NAME",
     "event (default), or rtl: the same board as Verilog under Verilator, slower"},
    {"seed", CODE_SEED, 0, RUN | MCU | LIVE | CROSS, "N",
     "seed of everything random, 64 bit, decimal or 0x (default 1)"},
    {"jobs", CODE_JOBS, 'j', RUN, "N", "parallel workers (default: one per processor)"},
    {"strict", CODE_STRICT, 0, RUN | MCU | LIVE | CROSS, NULL,
     "end the run with exit code 3 at what is not modelled (default)"},
    {"no-strict", CODE_NO_STRICT, 0, RUN | MCU | LIVE | CROSS, NULL,
     "count what is not modelled and go on"},
    {"out", CODE_OUT, 0, RUN | MCU | LIVE | CROSS, "DIR",
     "directory of the output files given by relative names; with crosscheck, of VCD files that "
     "show "
     "both engines around each difference"},
    {"json", CODE_JSON, 0, RUN | MCU, "FILE",
     "write the results as JSON (schema linkpulse.run/1, linkpulse.mcu/1)"},
    {"no-host", CODE_NO_HOST, 0, RUN, NULL, "leave what differs between machines out of the JSON"},
    {"junit", CODE_JUNIT, 0, RUN, "FILE", "write the results as JUnit XML"},
    {"pcap-out", CODE_PCAP_OUT, 0, RUN, "FILE", "write the recovered frames as a capture"},
    {"taps-out", CODE_TAPS_OUT, 0, RUN | LIVE, "FILE",
     "write the frames at each place, both ways, as pcapng: line-in, mcu-rx, mcu-tx, line-out, "
     "with live also host, and to a FIFO as they come"},
    {"vcd", CODE_VCD, 0, RUN, "FILE", "write waves as VCD"},
    {"fst", CODE_FST, 0, RUN, "FILE", "write waves as FST, for GTKWave, with a .gtkw beside it"},
    {"trace-window", CODE_TRACE_WINDOW, 0, RUN | CROSS, "WHAT",
     "waves only around: auto (the first failure), a frame's number from 1, or START:END in us"},
    {"no-cache", CODE_NO_CACHE, 0, RUN | LIVE, NULL,
     "simulate every edge, without the response cache: slower, the same results"},
    {"init", CODE_INIT, 0, BOARD, NULL, "print a proposed .ini for the board"},
    {"spice", CODE_SPICE, 0, EXPORT, NULL, "an ngspice deck of its way in or out"},
    {"transmit", CODE_TRANSMIT, 0, EXPORT, NULL,
     "the transmit path, from the MCU's pins to the line, with a link pulse and a frame"},
    {"verilog", CODE_VERILOG, 0, EXPORT, NULL, "the structural top of rtl/parts"},
    {"dot", CODE_DOT, 0, EXPORT, NULL, "a graph of its parts for Graphviz"},
    {"allow-undecided", CODE_UNDECIDED, 0, CROSS, NULL,
     "pass although frames stand at the edge of failing"},
    {"octets", CODE_OCTETS, 0, EXPORT, "N",
     "length of the one frame sent, without FCS, 14 to 1514 (default 40)"},
    {"output", CODE_OUTPUT, 'o', BOARD | EXPORT, "FILE", "write there instead of standard output"},
    {"chip", CODE_MCU_FLAG, 0, MCU, "CHIP", "f401re (default), f100rb, f103rb or f439zi"},
    {"base", CODE_MCU_FLAG + 1, 0, MCU, "ADDRESS",
     "where a raw image is loaded (default: the chip's flash)"},
    {"max-cycles", CODE_MCU_FLAG + 2, 0, MCU, "N", "stop after N cycles of the core"},
    {"max-time", CODE_MCU_FLAG + 3, 0, MCU, "T",
     "stop after this simulated time: 2, 50m, 10u (default 10 s; none with --gdb)"},
    {"hse", CODE_MCU_FLAG + 4, 0, MCU, "HZ", "the external oscillator, 0: none (default 8000000)"},
    {"hse-bypass", CODE_MCU_FLAG + 11, 0, MCU, NULL,
     "it is a clock at OSC_IN, as on the Nucleo boards, not a crystal"},
    {"hsi-ppm", CODE_MCU_FLAG + 5, 0, MCU, "PPM", "error of the internal oscillator (default 0)"},
    {"profile", CODE_MCU_FLAG + 6, 0, MCU, NULL, "print the cycles of each function"},
    {"itm", CODE_MCU_FLAG + 7, 0, MCU | RUN | LIVE, "FILE", "the text of ITM port 0"},
    {"swo", CODE_MCU_FLAG + 8, 0, MCU | RUN | LIVE, "FILE",
     "the raw SWO stream: ITM packets of every port"},
    {"itm-port", CODE_MCU_FLAG + 9, 0, MCU | RUN | LIVE, "[=PORT]",
     "the text of ITM port 0 on 127.0.0.1 (default 3443; also with --gdb)"},
    {"gdb", CODE_MCU_FLAG + 10, 0, MCU | RUN | LIVE, "[=PORT]",
     "wait for GDB on 127.0.0.1 (default 3333; 0: a free port)"},
    {"tap", CODE_LIVE_FLAG, 0, LIVE, "NAME",
     "join this TAP device (default: a new one in a network namespace of its own)"},
    {"netns", CODE_LIVE_FLAG + 1, 0, LIVE, "NAME", "in this namespace of ip netns"},
    {"partner", CODE_LIVE_FLAG + 2, 0, RUN | LIVE, "PROFILE",
     "the port at the other end: tolerant (default), standard or strict, docs/partner.md"},
    {"duplex", CODE_LIVE_FLAG + 3, 0, LIVE, "HOW",
     "half, as auto-negotiation with a board without it gives (default), or full"},
    {"speed", CODE_LIVE_FLAG + 4, 0, LIVE, "HOW",
     "real: no faster than real time (default); max: as fast as it goes"},
    {"no-dhcp", CODE_LIVE_FLAG + 5, 0, LIVE, NULL,
     "leave DHCP to the command (default: the board is given 192.168.77.2)"},
    {"verbose", CODE_VERBOSE, 'v', ALL, NULL, "say more"},
    {"quiet", CODE_QUIET, 'q', ALL, NULL, "no progress on standard error"},
    {"help", CODE_HELP, 'h', ALL, NULL, "this text"},
    {"version", CODE_VERSION, 'V', ALL, NULL, "the version"},
};

static const struct verb_row *verb_row(enum options_verb verb) {
    for (size_t i = 0; i < LENGTH(verb_rows); i++)
        if (verb_rows[i].verb == verb)
            return &verb_rows[i];
    return NULL;
}

static const struct option_row *option_row(int code) {
    for (size_t i = 0; i < LENGTH(option_rows); i++)
        if (option_rows[i].code == code || (code < 256 && option_rows[i].letter == code))
            return &option_rows[i];
    return NULL;
}

static bool take_value(struct options *options, int code, const char *value, struct sim_err *err) {
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

static bool take_flag(struct options *options, int code, struct sim_err *err) {
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
    if (row->code >= CODE_MCU_FLAG && row->code <= CODE_MCU_LAST)
        return options_take_mcu(&options->mcu, row->name, value, err);
    if (row->code >= CODE_LIVE_FLAG && row->code <= CODE_LIVE_LAST)
        return options_take_live(&options->live, row->name, value, err);
    return row->argument ? take_value(options, row->code, value, err)
                         : take_flag(options, row->code, err);
}

static bool unknown_option(const char *text, struct sim_err *err) {
    const char *names[LENGTH(option_rows)];
    char word[64];
    size_t length = strcspn(text + 2 * (text[0] == '-' && text[1] == '-'), "=");
    const char *start = text + 2 * (text[0] == '-' && text[1] == '-');
    if (length >= sizeof word)
        length = sizeof word - 1;
    memcpy(word, start, length);
    word[length] = 0;
    for (size_t i = 0; i < LENGTH(option_rows); i++)
        names[i] = option_rows[i].name;
    const char *near = words_nearest(word, names, LENGTH(names));
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

static int has_argument(const struct option_row *row) {
    if (!row->argument)
        return no_argument;
    return row->argument[0] == '[' ? optional_argument : required_argument;
}

static void long_options(struct option *longs) {
    for (size_t i = 0; i < LENGTH(option_rows); i++)
        longs[i] = (struct option){
            .name = option_rows[i].name,
            .has_arg = has_argument(&option_rows[i]),
            .val = option_rows[i].code,
        };
}

static bool parse_loop(struct options *options, int argc, char **argv, uint64_t *seen,
                       struct sim_err *err) {
    struct option longs[LENGTH(option_rows) + 1] = {{0}};
    long_options(longs);
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
        *seen |= UINT64_C(1) << (row - option_rows);
    }
    return true;
}

static bool unknown_verb(const char *word, struct sim_err *err) {
    const char *names[LENGTH(verb_rows)];
    for (size_t i = 0; i < LENGTH(verb_rows); i++)
        names[i] = verb_rows[i].name;
    const char *near = words_nearest(word, names, LENGTH(names));
    if (near)
        return sim_err_set(err, SIM_ERR_INPUT, "unknown verb %s; did you mean %s?", word, near);
    return sim_err_set(err, SIM_ERR_INPUT,
                       "unknown verb %s; expected run, board, export, live or mcu", word);
}

static bool take_verb(struct options *options, const char *word, struct sim_err *err) {
    for (size_t i = 0; i < LENGTH(verb_rows); i++) {
        if (strcmp(word, verb_rows[i].name) != 0)
            continue;
        options->verb = verb_rows[i].verb;
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
    if (options->window.kind != OPTIONS_WINDOW_ALL && !options->vcd && !options->fst)
        return sim_err_set(err, SIM_ERR_INPUT, "--trace-window needs --vcd or --fst");
    return true;
}

static bool check_one_board(struct options *options, struct sim_err *err) {
    const char *verb = verb_row(options->verb)->name;
    if (options->n_files > 1)
        return sim_err_set(err, SIM_ERR_INPUT, "%s takes one board, found also %s", verb,
                           options->files[1]);
    if (options->n_files == 1 && options->board)
        return sim_err_set(err, SIM_ERR_INPUT, "%s was given two boards, %s and --board %s", verb,
                           options->files[0], options->board);
    if (options->n_files == 1)
        options->board = options->files[0];
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
    case OPTIONS_LIVE: /* the positional arguments are a command */
        return true;
    default:
        return check_one_board(options, err);
    }
}

/* `seen`: bit i is row i of option_rows. */
static bool check(struct options *options, uint64_t seen, struct sim_err *err) {
    for (size_t i = 0; i < LENGTH(option_rows); i++)
        if ((seen >> i & 1) && !(option_rows[i].verbs & (1u << options->verb)))
            return sim_err_set(err, SIM_ERR_INPUT, "option --%s does not belong to %s",
                               option_rows[i].name, verb_row(options->verb)->name);
    if (!check_verb(options, err) || !options_check_outputs(options, err))
        return false;
    if (!options->board)
        options->board = DEFAULT_BOARD;
    return true;
}

bool options_parse(struct options *options, int argc, char **argv, struct sim_err *err) {
    uint64_t seen = 0;
    *options = (struct options){.program = argc > 0 ? argv[0] : "linkpulse",
                                .engine = "event",
                                .seed = 1,
                                .strict = true,
                                .octets = 40,
                                .mcu = OPTIONS_MCU_DEFAULTS,
                                .live = {.partner = "tolerant"}};
    options->sets = calloc((size_t)argc + 1, sizeof *options->sets);
    options->edits = calloc((size_t)argc + 1, sizeof *options->edits);
    if (!options->sets || !options->edits)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    if (!parse_loop(options, argc, argv, &seen, err))
        return false;
    if (options->version || (optind >= argc && options->help))
        return true;
    if (optind >= argc)
        return sim_err_set(
            err, SIM_ERR_INPUT,
            "no verb; expected run, board, export, live, mcu or crosscheck (see linkpulse --help)");
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

/* From `column` on, where the cursor stands already; broken at blanks. */
static void print_wrapped(const char *text, int column, FILE *out) {
    int left = HELP_WIDTH - column;
    for (;;) {
        int n = (int)strlen(text);
        if (n > left)
            for (n = left; n > 0 && text[n] != ' '; n--)
                ;
        fprintf(out, "%.*s\n", n, text);
        text += n;
        if (!*text)
            return;
        fprintf(out, "%*s", column, "");
        text++;
    }
}

static void print_option(const struct option_row *row, FILE *out) {
    char left[64];
    snprintf(left, sizeof left, "  %c%c%c --%s%s%s", row->letter ? '-' : ' ',
             row->letter ? row->letter : ' ', row->letter ? ',' : ' ', row->name,
             row->argument && has_argument(row) == required_argument ? " " : "",
             row->argument ? row->argument : "");
    fprintf(out, "%-28s ", left);
    print_wrapped(row->help, 29, out);
}

static void print_verbs(FILE *out) {
    fputs("linkpulse simulates a discrete-logic 10BASE-T adapter from its KiCad netlist.\n\n"
          "usage: linkpulse VERB [options] [arguments]\n\nverbs:\n",
          out);
    for (size_t i = 0; i < LENGTH(verb_rows); i++)
        if (verb_rows[i].summary)
            fprintf(out, "  %-10s %-11s %s\n", verb_rows[i].name, verb_rows[i].arguments,
                    verb_rows[i].summary);
    fputs("  test                   ./linkpulse test, from a checkout: the project's tests\n\n"
          "linkpulse VERB --help lists the verb's options. To begin with:\n"
          "  linkpulse run captures/*.pcap\n"
          "  linkpulse run captures/dns.pcap --edit \"value R5=680\"\n\n"
          "exit codes: 0 every check passed; 1 a check failed; 2 wrong usage or bad input;\n"
          "3 something is not modelled, or an internal error; 4 the environment lacks\n"
          "something.\n",
          out);
}

void options_print_help(const struct options *options, FILE *out) {
    if (options->verb == OPTIONS_NO_VERB) {
        print_verbs(out);
        return;
    }
    const struct verb_row *verb = verb_row(options->verb);
    fprintf(out, "usage: linkpulse %s [options] %s\n\n%s\n\noptions:\n", verb->name,
            verb->arguments, verb->summary);
    for (size_t i = 0; i < LENGTH(option_rows); i++)
        if (option_rows[i].help && (option_rows[i].verbs & (1u << options->verb)))
            print_option(&option_rows[i], out);
}
