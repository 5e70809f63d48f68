#include "harness/gate/sweep_lines.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA    "linkpulse.sweep-records/1"
#define MOST_LINE (1u << 20) /* octets; a header has at most 160 settings and edits */

/* --- the header ---------------------------------------------------------------------------- */

static json_t *words_of(const char *const *words, size_t n) {
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(array, json_string(words[i]));
    return array;
}

char *sweep_header_text(const struct sweep_origin *o, const char *hash) {
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, o->seed); /* JSON's integers end at 2^63 */
    json_t *h = json_object();
    json_object_set_new(h, "schema", json_string(SCHEMA));
    json_object_set_new(h, "hash", json_string(hash));
    json_object_set_new(h, "board", json_string(o->board.board));
    json_object_set_new(h, "ini", o->board.ini ? json_string(o->board.ini) : json_null());
    json_object_set_new(h, "sets", words_of(o->board.sets, o->board.n_sets));
    json_object_set_new(h, "edits", words_of(o->board.edits, o->board.n_edits));
    json_object_set_new(h, "seed", json_string(seed));
    json_object_set_new(h, "samples", json_integer((json_int_t)o->samples));
    json_object_set_new(h, "shard", json_integer(o->shard + 1));
    json_object_set_new(h, "shards", json_integer(o->shards));
    char *text = json_dumps(h, JSON_COMPACT);
    json_decref(h);
    return text;
}

static bool number_in(json_t *header, const char *name, uint64_t least, uint64_t most,
                      uint64_t *out) {
    const json_t *value = json_object_get(header, name);
    json_int_t n = json_integer_value(value);
    *out = (uint64_t)n;
    return json_is_integer(value) && n >= 0 && *out >= least && *out <= most;
}

static bool take_words(json_t *array, const char **words, size_t *n) {
    size_t i;
    json_t *word;
    if (!json_is_array(array))
        return false;
    *n = json_array_size(array);
    json_array_foreach(array, i, word) {
        words[i] = json_string_value(word);
        if (!words[i])
            return false;
    }
    return true;
}

static bool take_board(struct sweep_merged *m) {
    struct board_request *b = &m->origin.board;
    json_t *sets = json_object_get(m->header, "sets"), *edits = json_object_get(m->header, "edits");
    const json_t *ini = json_object_get(m->header, "ini");
    size_t n_sets = json_array_size(sets);
    m->words = calloc(n_sets + json_array_size(edits) + 1, sizeof *m->words);
    b->board = json_string_value(json_object_get(m->header, "board"));
    b->ini = json_string_value(ini);
    b->sets = m->words;
    b->edits = m->words + n_sets;
    return m->words && b->board && (b->ini || json_is_null(ini)) &&
           take_words(sets, m->words, &b->n_sets) &&
           take_words(edits, m->words + n_sets, &b->n_edits);
}

static bool take_seed(const char *text, uint64_t *seed) {
    char *end;
    if (!text || !*text || strspn(text, "0123456789") != strlen(text))
        return false;
    *seed = strtoull(text, &end, 10);
    return !*end;
}

static bool take_header(struct sweep_merged *m) {
    struct sweep_origin *o = &m->origin;
    const char *schema = json_string_value(json_object_get(m->header, "schema"));
    const char *hash = json_string_value(json_object_get(m->header, "hash"));
    uint64_t shard, shards;
    if (!schema || strcmp(schema, SCHEMA) != 0 || !hash || strlen(hash) != 32 ||
        !take_seed(json_string_value(json_object_get(m->header, "seed")), &o->seed) ||
        !number_in(m->header, "samples", 1, SWEEP_MOST_SAMPLES, &o->samples) ||
        !number_in(m->header, "shards", 1, 100000, &shards) ||
        !number_in(m->header, "shard", 1, shards, &shard))
        return false;
    memcpy(m->hash, hash, 33);
    o->shard = (unsigned)shard - 1;
    o->shards = (unsigned)shards;
    return take_board(m);
}

bool sweep_header_read(const char *text, struct sweep_merged *merged) {
    *merged = (struct sweep_merged){0};
    merged->header = json_loads(text, 0, NULL);
    if (merged->header && take_header(merged))
        return true;
    sweep_merged_finish(merged);
    return false;
}

/* --- lines -------------------------------------------------------------------------------------
 */

void sweep_sample_print(uint64_t k, const struct sweep_sample *sample, FILE *out) {
    fprintf(out, "{\"k\":%" PRIu64 ",\"slack\":[", k);
    for (int i = 0; i < SWEEP_CHECKS; i++)
        if (sample->slack[i] == SWEEP_NOT_SEEN)
            fprintf(out, "%snull", i ? "," : "");
        else
            fprintf(out, "%s%" PRId32, i ? "," : "", sample->slack[i]);
    fputs("]}\n", out);
}

void sweep_lines_begin(struct sweep_lines *lines, FILE *file, const char *path) {
    *lines = (struct sweep_lines){.file = file, .path = path};
}

bool sweep_lines_next(struct sweep_lines *lines) {
    size_t n = 0;
    for (int c; (c = getc(lines->file)) != EOF && n < MOST_LINE;) {
        if (n + 1 >= lines->capacity) {
            size_t capacity = lines->capacity ? 2 * lines->capacity : 1024;
            char *text = realloc(lines->text, capacity);
            if (!text)
                return false;
            lines->text = text;
            lines->capacity = capacity;
        }
        lines->end++;
        if (c == '\n') {
            lines->text[n] = 0;
            lines->number++;
            return true;
        }
        lines->text[n++] = (char)c;
    }
    return false;
}

void sweep_lines_finish(struct sweep_lines *lines) {
    free(lines->text);
    lines->text = NULL;
}

static bool skip(const char **at, const char *text) {
    size_t n = strlen(text);
    if (strncmp(*at, text, n) != 0)
        return false;
    *at += n;
    return true;
}

static bool integer(const char **at, long long least, long long most, long long *value) {
    char *end;
    if (**at != '-' && (**at < '0' || **at > '9'))
        return false;
    *value = strtoll(*at, &end, 10);
    *at = end;
    return *value >= least && *value <= most;
}

static bool read_slack(const char **at, int32_t *slack) {
    long long value;
    if (skip(at, "null"))
        *slack = SWEEP_NOT_SEEN;
    else if (integer(at, SWEEP_FAILED, SWEEP_AMPLE, &value))
        *slack = (int32_t)value;
    else
        return false;
    return true;
}

bool sweep_lines_sample(const struct sweep_lines *lines, uint64_t k, struct sweep_sample *sample,
                        struct sim_err *err) {
    const char *at = lines->text;
    long long number;
    bool good = skip(&at, "{\"k\":") && integer(&at, 0, INT64_MAX, &number) &&
                (uint64_t)number == k && skip(&at, ",\"slack\":[");
    for (int i = 0; good && i < SWEEP_CHECKS; i++)
        good = (i == 0 || skip(&at, ",")) && read_slack(&at, &sample->slack[i]);
    return (good && strcmp(at, "]}") == 0) ||
           sim_err_at(err, SIM_ERR_INPUT, lines->path, lines->number,
                      "expected the record of sample %ld", (long)k);
}
