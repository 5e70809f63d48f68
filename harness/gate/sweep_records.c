#include "harness/gate/sweep_records.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "harness/gate/sweep_lines.h"
#include "harness/slurp.h"

#define FINGERPRINT 4 /* samples */

/* --- which sweep --------------------------------------------------------------------------- */

struct hash {
    uint64_t a, b; /* FNV-1a from two starts */
};

static void mix(struct hash *h, const void *bytes, size_t n) {
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++) {
        h->a = (h->a ^ p[i]) * UINT64_C(0x100000001b3);
        h->b = (h->b ^ p[i] ^ 0x55) * UINT64_C(0x100000001b3);
    }
}

static void mix_text(struct hash *h, const char *text) {
    mix(h, text ? text : "", text ? strlen(text) + 1 : 1);
}

static bool mix_file(struct hash *h, const char *path, struct sim_err *err) {
    size_t size;
    char *text = slurp_file(path, SLURP_BOARD_MAX, &size, err);
    if (text)
        mix(h, text, size);
    free(text);
    return text != NULL;
}

static void mix_parameters(struct hash *h, const struct sweep_plan *plan) {
    for (size_t i = 0; i < plan->n_parameters; i++) {
        const struct sweep_parameter *p = &plan->parameters[i];
        mix_text(h, p->name);
        mix(h, &p->low, sizeof p->low);
        mix(h, &p->nominal, sizeof p->nominal);
        mix(h, &p->high, sizeof p->high);
    }
}

/* What the first samples do stands for the models and the engine. */
static bool mix_samples(struct hash *h, const struct sweep_plan *plan, struct sim_err *err) {
    struct sweep_worker *worker = sweep_worker_create(plan, err);
    for (uint64_t k = 0; worker && k < FINGERPRINT; k++) {
        struct sweep_sample sample;
        sweep_worker_sample(worker, k, &sample);
        mix(h, sample.slack, sizeof sample.slack);
    }
    sweep_worker_destroy(worker);
    return worker != NULL;
}

bool sweep_hash(const struct sweep_origin *origin, const struct sweep_plan *plan, char out[33],
                struct sim_err *err) {
    struct hash h = {UINT64_C(0xcbf29ce484222325), UINT64_C(0x84222325cbf29ce4)};
    for (size_t i = 0; i < origin->board.n_sets; i++)
        mix_text(&h, origin->board.sets[i]);
    mix_text(&h, NULL);
    for (size_t i = 0; i < origin->board.n_edits; i++)
        mix_text(&h, origin->board.edits[i]);
    for (int i = 0; i < SWEEP_CHECKS; i++)
        mix_text(&h, sweep_checks[i].name);
    mix(&h, &origin->seed, sizeof origin->seed);
    mix(&h, &origin->samples, sizeof origin->samples);
    mix(&h, &plan->uniform, sizeof plan->uniform);
    mix_parameters(&h, plan);
    const char *ini = plan->board->config.file;
    if (!mix_file(&h, plan->board->path, err) || (*ini && !mix_file(&h, ini, err)) ||
        !mix_samples(&h, plan, err))
        return false;
    snprintf(out, 33, "%016" PRIx64 "%016" PRIx64, h.a, h.b);
    return true;
}

uint64_t sweep_first(const struct sweep_origin *origin, unsigned shard) {
    return origin->samples / origin->shards * shard +
           origin->samples % origin->shards * shard / origin->shards;
}

/* --- one shard ---------------------------------------------------------------------------------
 */

static bool failed(const struct sweep_records *records, const char *what, struct sim_err *err) {
    return sim_err_at(err, SIM_ERR_ENVIRONMENT, records->path, 0, "%s: %s", what, strerror(errno));
}

/* Whole lines of this sweep, and where they end. */
static bool read_back(struct sweep_records *records, const struct sweep_origin *origin,
                      const char *header, struct sweep_sample *out, uint64_t *have, long *end,
                      struct sim_err *err) {
    struct sweep_lines lines;
    uint64_t first = sweep_first(origin, origin->shard);
    uint64_t last = sweep_first(origin, origin->shard + 1);
    sweep_lines_begin(&lines, records->file, records->path);
    *end = 0;
    *have = 0;
    bool good = true, more = sweep_lines_next(&lines);
    if (more && strcmp(lines.text, header) != 0)
        good = sim_err_at(err, SIM_ERR_INPUT, records->path, 1,
                          "holds the samples of another sweep or shard; remove it, or name "
                          "another file by --records");
    for (*end = more ? lines.end : 0; good && more && sweep_lines_next(&lines); *end = lines.end) {
        good = first + *have < last ? sweep_lines_sample(&lines, first + *have, &out[*have], err)
                                    : sim_err_at(err, SIM_ERR_INPUT, records->path, lines.number,
                                                 "more samples than the shard has");
        *have += good;
    }
    sweep_lines_finish(&lines);
    return good;
}

static bool begin(struct sweep_records *records, const char *header, long end,
                  struct sim_err *err) {
    if (ftruncate(fileno(records->file), end) != 0 || fseek(records->file, 0, SEEK_END) != 0)
        return failed(records, "cannot go on", err);
    if (end == 0 && (fprintf(records->file, "%s\n", header) < 0 || fflush(records->file) != 0))
        return failed(records, "cannot write", err);
    return true;
}

bool sweep_records_open(struct sweep_records *records, const char *path,
                        const struct sweep_origin *origin, const char *hash,
                        struct sweep_sample *out, uint64_t *have, struct sim_err *err) {
    long end;
    *records = (struct sweep_records){.next = sweep_first(origin, origin->shard)};
    snprintf(records->path, sizeof records->path, "%s", path);
    records->file = fopen(path, "a+");
    if (!records->file)
        return sim_err_at(err, SIM_ERR_INPUT, path, 0, "cannot be written: %s", strerror(errno));
    char *header = sweep_header_text(origin, hash);
    bool good = header || sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    if (good && flock(fileno(records->file), LOCK_EX | LOCK_NB) != 0)
        good = sim_err_at(err, SIM_ERR_ENVIRONMENT, path, 0, "another process writes to it");
    rewind(records->file);
    good = good && read_back(records, origin, header, out, have, &end, err) &&
           begin(records, header, end, err);
    free(header);
    if (good)
        records->next += *have;
    else
        fclose(records->file);
    return good;
}

/* Each call's lines are handed to the system at once: a kill loses no more than one call. */
bool sweep_records_append(struct sweep_records *records, const struct sweep_sample *samples,
                          uint64_t n, struct sim_err *err) {
    for (uint64_t i = 0; i < n; i++)
        sweep_sample_print(records->next++, &samples[i], records->file);
    return (fflush(records->file) == 0 && !ferror(records->file)) ||
           failed(records, "cannot write", err);
}

bool sweep_records_close(struct sweep_records *records, struct sim_err *err) {
    FILE *file = records->file;
    records->file = NULL;
    return !file || fclose(file) == 0 || failed(records, "cannot write", err);
}

/* --- all shards ----------------------------------------------------------------------------------
 */

struct joining {
    struct sweep_merged *merged;
    const char **of_shard; /* per shard: the file that has it */
    struct sim_err *err;
};

static bool refuse(const struct joining *j, const char *path, long line, const char *why) {
    return sim_err_at(j->err, SIM_ERR_INPUT, path, line, "%s", why);
}

/* The first file says what the sweep is; the others must agree but for their shard. */
static bool take_header(struct joining *j, const char *path, const char *text,
                        struct sweep_origin *origin) {
    struct sweep_merged *m = j->merged;
    struct sweep_merged other = {0};
    bool first = !m->header;
    struct sweep_merged *into = first ? m : &other;
    if (!sweep_header_read(text, into))
        return refuse(j, path, 1, "no records of a sweep; expected linkpulse.sweep-records/1");
    *origin = into->origin;
    bool same =
        first || (strcmp(other.hash, m->hash) == 0 && other.origin.samples == m->origin.samples &&
                  other.origin.shards == m->origin.shards);
    sweep_merged_finish(&other);
    if (!same)
        return refuse(j, path, 1,
                      "its samples are of another sweep than those before it (board, "
                      "settings, seed, number of samples or of shards, models)");
    if (!first)
        return true;
    m->samples = calloc((size_t)m->origin.samples + 1, sizeof *m->samples);
    j->of_shard = calloc(m->origin.shards, sizeof *j->of_shard);
    return (m->samples && j->of_shard) || sim_err_set(j->err, SIM_ERR_ENVIRONMENT, "out of memory");
}

static bool take_samples(struct joining *j, const char *path, struct sweep_lines *lines,
                         const struct sweep_origin *origin) {
    uint64_t k = sweep_first(origin, origin->shard);
    const uint64_t last = sweep_first(origin, origin->shard + 1);
    for (; sweep_lines_next(lines); k++) {
        if (k == last)
            return refuse(j, path, lines->number, "more samples than the shard has");
        if (!sweep_lines_sample(lines, k, &j->merged->samples[k], j->err))
            return false;
    }
    return k == last || sim_err_at(j->err, SIM_ERR_INPUT, path, 0,
                                   "shard %u/%u ends before sample %ld, it has %ld; run it again "
                                   "to go on",
                                   origin->shard + 1, origin->shards, (long)k, (long)last);
}

static bool join_file(struct joining *j, const char *path) {
    struct sweep_lines lines;
    struct sweep_origin origin;
    FILE *file = fopen(path, "r");
    if (!file)
        return refuse(j, path, 0, strerror(errno));
    sweep_lines_begin(&lines, file, path);
    bool good = sweep_lines_next(&lines) || refuse(j, path, 1, "holds no whole line");
    good = good && take_header(j, path, lines.text, &origin);
    if (good && j->of_shard[origin.shard])
        good = sim_err_at(j->err, SIM_ERR_INPUT, path, 0, "shard %u/%u is in %s already",
                          origin.shard + 1, origin.shards, j->of_shard[origin.shard]);
    if (good)
        j->of_shard[origin.shard] = path;
    good = good && take_samples(j, path, &lines, &origin);
    sweep_lines_finish(&lines);
    fclose(file);
    return good;
}

static bool all_there(const struct joining *j) {
    unsigned missing = 0, first = 0, n = j->merged->origin.shards;
    for (unsigned i = n; i-- > 0;)
        if (!j->of_shard[i]) {
            missing++;
            first = i;
        }
    return !missing ||
           sim_err_set(j->err, SIM_ERR_INPUT, "%u of %u shards are missing, the first is %u/%u",
                       missing, n, first + 1, n);
}

bool sweep_merge(struct sweep_merged *merged, const char *const *paths, size_t n,
                 struct sim_err *err) {
    struct joining j = {.merged = merged, .err = err};
    *merged = (struct sweep_merged){0};
    bool good = true;
    for (size_t i = 0; good && i < n; i++)
        good = join_file(&j, paths[i]);
    good = good && all_there(&j);
    free(j.of_shard);
    if (!good)
        sweep_merged_finish(merged);
    merged->origin.shard = 0;
    merged->origin.shards = 1;
    return good;
}

void sweep_merged_finish(struct sweep_merged *merged) {
    json_decref(merged->header);
    free(merged->samples);
    free(merged->words);
    *merged = (struct sweep_merged){0};
}
