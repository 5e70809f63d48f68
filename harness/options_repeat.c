#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/gate/sweep.h"
#include "harness/options.h"

struct text {
    char *out;
    size_t size, length;
    bool cut;
};

static void put(struct text *text, const char *bytes, size_t n) {
    if (text->cut || text->length + n + sizeof " ..." > text->size) {
        text->cut = true;
        return;
    }
    memcpy(text->out + text->length, bytes, n);
    text->length += n;
    text->out[text->length] = 0;
}

static void put_quoted(struct text *text, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./=:,+@%";
    if (*word && strspn(word, plain) == strlen(word)) {
        put(text, word, strlen(word));
        return;
    }
    put(text, "'", 1);
    for (; *word; word++)
        put(text, *word == '\'' ? "'\\''" : word, *word == '\'' ? 4 : 1);
    put(text, "'", 1);
}

/* Whole words only: a cut command must not look like another command. */
static void word(struct text *text, const char *option, const char *value) {
    size_t before = text->length;
    if (before)
        put(text, " ", 1);
    if (option) {
        put(text, option, strlen(option));
        if (value)
            put(text, " ", 1);
    }
    if (value)
        put_quoted(text, value);
    if (text->cut)
        text->out[text->length = before] = 0;
}

static void number(struct text *text, const char *option, uint64_t n) {
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, n);
    word(text, option, digits);
}

static struct text begin(const struct options *options, const char *verb, char *out, size_t size) {
    struct text text = {.out = out, .size = size};
    out[0] = 0;
    word(&text, NULL, options->program);
    word(&text, verb, NULL);
    return text;
}

static void put_board(struct text *text, const struct options *options) {
    word(text, "--board", options->board);
    if (options->ini)
        word(text, "--ini", options->ini);
}

static void put_changes(struct text *text, const struct options *options) {
    for (size_t i = 0; i < options->n_sets; i++)
        word(text, "--set", options->sets[i]);
    for (size_t i = 0; i < options->n_edits; i++)
        word(text, "--edit", options->edits[i]);
}

/* "--" once a file could read as an option. */
static void files(struct text *text, const struct options *options) {
    for (size_t i = 0; i < options->n_files; i++)
        if (options->files[i][0] == '-') {
            word(text, "--", NULL);
            break;
        }
    for (size_t i = 0; i < options->n_files; i++)
        word(text, NULL, options->files[i]);
}

static void end(struct text *text) {
    if (text->cut)
        memcpy(text->out + text->length, " ...", sizeof " ...");
}

void options_repeat_gate(const struct options *options, char *out, size_t size) {
    const struct options_gate *gate = &options->gate;
    struct text text = begin(options, "gate", out, size);
    char percent[32];
    put_board(&text, options);
    word(&text, "--profile", gate->profile);
    if (options->firmware)
        word(&text, "--firmware", options->firmware);
    if (options_is_rtl(options))
        word(&text, "--engine", options->engine);
    number(&text, "--seed", options->seed);
    snprintf(percent, sizeof percent, "%.15g", 100 * gate->min_yield);
    if (!isnan(gate->min_yield))
        word(&text, "--min-yield", percent);
    if (options->sweep.samples != SWEEP_DEFAULT_SAMPLES)
        number(&text, "--samples", options->sweep.samples);
    if (gate->waivers)
        word(&text, "--waivers", gate->waivers);
    if (gate->date)
        word(&text, "--date", gate->date);
    if (gate->git)
        word(&text, "--git", gate->git);
    if (gate->self_test)
        word(&text, "--self-test", NULL);
    if (gate->bisect)
        word(&text, "--bisect", NULL);
    for (size_t i = 0; i < gate->n_only; i++)
        word(&text, "--only", gate->only[i]);
    if (gate->fail_on_reservations)
        word(&text, "--fail-on-reservations", NULL);
    if (!options->strict)
        word(&text, "--no-strict", NULL);
    put_changes(&text, options);
    end(&text);
}

void options_repeat(const struct options *options, const char *firmware, char *out, size_t size) {
    struct text text = begin(options, "run", out, size);
    put_board(&text, options);
    word(&text, "--firmware", firmware);
    if (options->deliver_symbol)
        word(&text, "--deliver-symbol", options->deliver_symbol);
    word(&text, "--engine", options->engine);
    number(&text, "--seed", options->seed);
    if (options->live.partner && strcmp(options->live.partner, "tolerant") != 0)
        word(&text, "--partner", options->live.partner);
    if (!options->strict)
        word(&text, "--no-strict", NULL);
    if (options->xdp_run)
        word(&text, "--xdp", NULL);
    put_changes(&text, options);
    files(&text, options);
    end(&text);
}

void options_repeat_crosscheck(const struct options *options, char *out, size_t size) {
    struct text text = begin(options, "crosscheck", out, size);
    put_board(&text, options);
    put_changes(&text, options);
    if (options->firmware)
        word(&text, "--firmware", options->firmware);
    if (options->deliver_symbol)
        word(&text, "--deliver-symbol", options->deliver_symbol);
    number(&text, "--seed", options->seed);
    if (!options->strict)
        word(&text, "--no-strict", NULL);
    if (options->allow_undecided)
        word(&text, "--allow-undecided", NULL);
    files(&text, options);
    end(&text);
}

void options_repeat_xdp(const struct options *options, char *out, size_t size) {
    const struct options_xdp *xdp = &options->xdp;
    struct text text = begin(options, "xdp", out, size);
    word(&text, "--program", xdp->program);
    if (strcmp(xdp->program, "flow") == 0) {
        word(&text, "--hash", xdp->hash);
        number(&text, "--cpus", xdp->cpus);
        number(&text, "--seed", options->seed);
    }
    if (xdp->symmetric)
        word(&text, "--symmetric", NULL);
    if (xdp->require_kernel)
        word(&text, "--require-kernel", NULL);
    files(&text, options);
    end(&text);
}

/* The board by name first, as it was given. */
void options_repeat_sweep(const struct options *options, char *out, size_t size) {
    struct text text = begin(options, "sweep", out, size);
    word(&text, options->board[0] == '-' ? "--board" : NULL, options->board);
    if (options->ini)
        word(&text, "--ini", options->ini);
    number(&text, "--seed", options->seed);
    put_changes(&text, options);
    end(&text);
}

bool options_out_path(const struct options *options, const char *path, char *out, size_t size) {
    bool join = options->out_dir && path[0] != '/';
    int n = snprintf(out, size, "%s%s%s", join ? options->out_dir : "", join ? "/" : "", path);
    return n >= 0 && (size_t)n < size;
}
