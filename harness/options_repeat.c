#include <inttypes.h>
#include <string.h>

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

/* "--" once a file could read as an option. */
static void files(struct text *text, const struct options *options) {
    for (size_t i = 0; i < options->n_files; i++)
        if (options->files[i][0] == '-') {
            word(text, "--", NULL);
            break;
        }
    for (size_t i = 0; i < options->n_files; i++)
        word(text, NULL, options->files[i]);
    if (text->cut)
        memcpy(text->out + text->length, " ...", sizeof " ...");
}

void options_repeat(const struct options *options, const char *firmware, char *out, size_t size) {
    struct text text = {.out = out, .size = size};
    char seed[24];
    out[0] = 0;
    snprintf(seed, sizeof seed, "%" PRIu64, options->seed);
    word(&text, NULL, options->program);
    word(&text, "run", NULL);
    word(&text, "--board", options->board);
    if (options->ini)
        word(&text, "--ini", options->ini);
    word(&text, "--firmware", firmware);
    if (options->deliver_symbol)
        word(&text, "--deliver-symbol", options->deliver_symbol);
    word(&text, "--engine", options->engine);
    word(&text, "--seed", seed);
    if (options->live.partner && strcmp(options->live.partner, "tolerant") != 0)
        word(&text, "--partner", options->live.partner);
    if (!options->strict)
        word(&text, "--no-strict", NULL);
    if (options->xdp_run)
        word(&text, "--xdp", NULL);
    for (size_t i = 0; i < options->n_sets; i++)
        word(&text, "--set", options->sets[i]);
    for (size_t i = 0; i < options->n_edits; i++)
        word(&text, "--edit", options->edits[i]);
    files(&text, options);
}

void options_repeat_xdp(const struct options *options, char *out, size_t size) {
    const struct options_xdp *xdp = &options->xdp;
    struct text text = {.out = out, .size = size};
    char number[24];
    out[0] = 0;
    word(&text, NULL, options->program);
    word(&text, "xdp", NULL);
    word(&text, "--program", xdp->program);
    if (strcmp(xdp->program, "flow") == 0) {
        word(&text, "--hash", xdp->hash);
        snprintf(number, sizeof number, "%u", xdp->cpus);
        word(&text, "--cpus", number);
        snprintf(number, sizeof number, "%" PRIu64, options->seed);
        word(&text, "--seed", number);
    }
    if (xdp->symmetric)
        word(&text, "--symmetric", NULL);
    if (xdp->require_kernel)
        word(&text, "--require-kernel", NULL);
    files(&text, options);
}

bool options_out_path(const struct options *options, const char *path, char *out, size_t size) {
    bool join = options->out_dir && path[0] != '/';
    int n = snprintf(out, size, "%s%s%s", join ? options->out_dir : "", join ? "/" : "", path);
    return n >= 0 && (size_t)n < size;
}
