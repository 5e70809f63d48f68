#define _XOPEN_SOURCE 700 /* realpath */

#include "harness/wave_sidecar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/image.h"
#include "harness/json_value.h"
#include "harness/outfile.h"
#include "harness/sha256.h"
#include "harness/slurp.h"

#define MOST_PACKETS    ((size_t)1 << 16)
#define MOST_OCTETS     ((size_t)16 << 20)
#define MOST_FAILURES   10000
#define MOST_THRESHOLDS 1024
#define NAME            256

struct packet {
    uint64_t frame, index;
    const char *capture;                      /* borrowed */
    sim_time from, to, fell, rose, delivered; /* SIM_NEVER: not */
    sim_time data_from, data_to;
    size_t first, n; /* octets */
    /* While a file is written: */
    const struct failure *failure; /* the first that was told of it; NULL: none */
    json_int_t number;             /* its place in the list of packets; -1: not there */
};

struct failure {
    size_t number; /* in the order told */
    uint64_t frame;
    struct run_failure what;
};

struct threshold {
    char signal[NAME], of[64];
    double low, high;
};

struct wave_sidecar {
    struct packet *packets; /* [n] is the one sent last, `present` says whether there is one */
    size_t n, size;
    bool present, cut;
    bool unlisted; /* for the one sent last there was no room */
    uint8_t *octets;
    size_t n_octets, size_octets;
    struct failure *failures;
    size_t n_failures;
    struct threshold *thresholds;
    size_t n_thresholds;
    char *elf, *chip; /* NULL: no firmware */
    char elf_hash[SHA256_HEX];
};

struct wave_sidecar *wave_sidecar_create(void) {
    return calloc(1, sizeof(struct wave_sidecar));
}

void wave_sidecar_destroy(struct wave_sidecar *s) {
    if (!s)
        return;
    free(s->packets);
    free(s->octets);
    free(s->failures);
    free(s->thresholds);
    free(s->elf);
    free(s->chip);
    free(s);
}

/* Room for n more behind `used`. */
static void *grow(void *memory, size_t used, size_t n, size_t *size, size_t item) {
    if (used + n <= *size)
        return memory;
    *size = 2 * *size + n + 16;
    memory = realloc(memory, *size * item);
    if (!memory)
        abort();
    return memory;
}

/* --- what is told ------------------------------------------------------------------------- */

void wave_sidecar_sending(struct wave_sidecar *s, uint64_t frame, const char *capture,
                          uint64_t index, const uint8_t *octets, size_t n) {
    s->present = s->n < MOST_PACKETS && s->n_octets + n <= MOST_OCTETS;
    s->cut |= !s->present;
    s->unlisted = !s->present;
    if (!s->present)
        return;
    s->packets = grow(s->packets, s->n, 1, &s->size, sizeof *s->packets);
    s->octets = grow(s->octets, s->n_octets, n, &s->size_octets, 1);
    memcpy(s->octets + s->n_octets, octets, n);
    s->packets[s->n] = (struct packet){.frame = frame,
                                       .index = index,
                                       .capture = capture,
                                       .from = SIM_NEVER,
                                       .to = SIM_NEVER,
                                       .fell = SIM_NEVER,
                                       .rose = SIM_NEVER,
                                       .delivered = SIM_NEVER,
                                       .first = s->n_octets,
                                       .n = n};
}

/* The frame sent last is the last one kept, or stands behind it. */
static struct packet *last_sent(struct wave_sidecar *s) {
    if (s->unlisted)
        return NULL;
    return s->present ? &s->packets[s->n] : s->n > 0 ? &s->packets[s->n - 1] : NULL;
}

void wave_sidecar_line(struct wave_sidecar *s, sim_time time) {
    struct packet *p = last_sent(s);
    if (!p)
        return;
    if (p->from == SIM_NEVER)
        p->from = time;
    p->to = time;
}

void wave_sidecar_data(struct wave_sidecar *s, sim_time from, sim_time to) {
    struct packet *p = last_sent(s);
    if (!p)
        return;
    p->data_from = from;
    p->data_to = to;
}

/* A frame may be selected in pieces: the longest counts. */
void wave_sidecar_select(struct wave_sidecar *s, sim_time fell, sim_time rose) {
    struct packet *p = last_sent(s);
    if (p && (p->fell == SIM_NEVER || rose - fell > p->rose - p->fell)) {
        p->fell = fell;
        p->rose = rose;
    }
}

void wave_sidecar_keep(struct wave_sidecar *s) {
    if (!s->present)
        return;
    s->n_octets += s->packets[s->n++].n;
    s->present = false;
}

/* Frames ascend. */
static struct packet *find(const struct wave_sidecar *s, uint64_t frame) {
    size_t low = 0, high = s->n + s->present;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->packets[middle].frame < frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->n + s->present && s->packets[low].frame == frame ? &s->packets[low] : NULL;
}

void wave_sidecar_delivered(struct wave_sidecar *s, uint64_t frame, sim_time time) {
    struct packet *p = find(s, frame);
    if (p)
        p->delivered = time;
}

sim_time wave_sidecar_delivery(const struct wave_sidecar *s, uint64_t frame) {
    const struct packet *p = find(s, frame);
    return p ? p->delivered : SIM_NEVER;
}

void wave_sidecar_failed(struct wave_sidecar *s, uint64_t frame,
                         const struct run_failure *failure) {
    if (!s->failures)
        s->failures = calloc(MOST_FAILURES, sizeof *s->failures);
    if (!s->failures)
        abort();
    if (s->n_failures == MOST_FAILURES) {
        s->cut = true;
        return;
    }
    s->failures[s->n_failures] = (struct failure){s->n_failures, frame, *failure};
    s->n_failures++;
}

void wave_sidecar_threshold(struct wave_sidecar *s, const char *signal, const char *of, double low,
                            double high) {
    if (!s->thresholds)
        s->thresholds = calloc(MOST_THRESHOLDS, sizeof *s->thresholds);
    if (!s->thresholds)
        abort();
    if (s->n_thresholds == MOST_THRESHOLDS) {
        s->cut = true;
        return;
    }
    struct threshold *t = &s->thresholds[s->n_thresholds++];
    snprintf(t->signal, sizeof t->signal, "%s", signal);
    snprintf(t->of, sizeof t->of, "%s", of);
    t->low = low;
    t->high = high;
}

void wave_sidecar_firmware(struct wave_sidecar *s, const char *elf, const char *chip) {
    struct sim_err err = SIM_ERR_INIT;
    struct stat of;
    size_t size;
    if (stat(elf, &of) != 0 || !S_ISREG(of.st_mode)) /* a pipe is read once, by the run */
        return;
    char *octets = slurp_file(elf, IMAGE_MAX_FILE, &size, &err);
    if (!octets)
        return;
    sha256_hex((const uint8_t *)octets, size, s->elf_hash);
    free(octets);
    s->elf = realpath(elf, NULL);
    if (!s->elf)
        s->elf = strdup(elf);
    s->chip = strdup(chip);
    if (!s->elf || !s->chip)
        abort();
}

/* --- writing ------------------------------------------------------------------------------ */

static const char *const KINDS[] = {
    [RUN_LOST] = "lost", [RUN_CORRUPT] = "corrupt", [RUN_EXTRA] = "extra"};

static json_t *time_or_null(sim_time time) {
    return time == SIM_NEVER ? json_null() : json_integer(time);
}

static json_t *json_octets(const struct wave_sidecar *s, const struct packet *p) {
    static const char DIGITS[] = "0123456789abcdef";
    char *text = malloc(2 * p->n + 1);
    if (!text)
        return NULL;
    for (size_t i = 0; i < p->n; i++) {
        text[2 * i] = DIGITS[s->octets[p->first + i] >> 4];
        text[2 * i + 1] = DIGITS[s->octets[p->first + i] & 15];
    }
    json_t *json = json_stringn(text, 2 * p->n);
    free(text);
    return json;
}

static const char *cause_of(const struct run_failure *failure) {
    return failure->cause[0]   ? failure->cause
           : failure->stage[0] ? failure->stage
                               : KINDS[failure->kind];
}

static json_t *json_packet(const struct wave_sidecar *s, const struct packet *p, bool firmware) {
    const struct run_failure *failure = p->failure ? &p->failure->what : NULL;
    bool recovered = !failure && (!firmware || p->delivered != SIM_NEVER);
    const char *verdict = failure     ? KINDS[failure->kind]
                          : recovered ? "recovered"
                                      : "not delivered";
    json_t *json = json_object();
    json_object_set_new(json, "frame", json_value_count(p->frame));
    json_object_set_new(json, "capture", json_value_text(p->capture));
    json_object_set_new(json, "index", json_value_count(p->index));
    json_object_set_new(json, "from", json_integer(p->from));
    json_object_set_new(json, "to", json_integer(p->to));
    json_object_set_new(json, "data_from", json_integer(p->data_from));
    json_object_set_new(json, "data_to", json_integer(p->data_to));
    json_object_set_new(json, "selected", time_or_null(p->fell));
    json_object_set_new(json, "deselected", time_or_null(p->rose));
    json_object_set_new(json, "delivered", time_or_null(p->delivered));
    json_object_set_new(json, "verdict", json_string(verdict));
    json_object_set_new(json, "cause", failure ? json_value_text(cause_of(failure)) : json_null());
    json_object_set_new(json, "octets", json_octets(s, p));
    return json;
}

/* Frames without an edge on the line (none was sent in the end) are none. */
static bool is_packet(const struct packet *p) {
    return p->from != SIM_NEVER;
}

static json_t *json_packets(const struct wave_sidecar *s, bool firmware) {
    json_t *list = json_array();
    for (size_t i = 0; i < s->n; i++)
        if (is_packet(&s->packets[i]))
            json_array_append_new(list, json_packet(s, &s->packets[i], firmware));
    return list;
}

static void number_packets(struct wave_sidecar *s) {
    json_int_t number = 0;
    for (size_t i = 0; i < s->n + s->present; i++) {
        struct packet *p = &s->packets[i];
        p->failure = NULL;
        p->number = i < s->n && is_packet(p) ? number++ : -1;
    }
}

static int by_time(const void *a, const void *b) {
    const struct failure *x = a, *y = b;
    if (x->what.time != y->what.time)
        return x->what.time < y->what.time ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

/* Failures by time, and each packet with the one told first: the same however often. */
static void arrange(struct wave_sidecar *s) {
    number_packets(s);
    if (s->n_failures > 0)
        qsort(s->failures, s->n_failures, sizeof *s->failures, by_time);
    for (size_t i = 0; i < s->n_failures; i++) {
        const struct failure *f = &s->failures[i];
        struct packet *p = find(s, f->frame);
        if (p && (!p->failure || f->number < p->failure->number))
            p->failure = f;
    }
}

static json_t *packet_number(const struct wave_sidecar *s, uint64_t frame) {
    const struct packet *p = find(s, frame);
    return p && p->number >= 0 ? json_integer(p->number) : json_null();
}

static json_t *json_failure(const struct wave_sidecar *s, const struct failure *f,
                            const struct wave_sidecar_facts *facts) {
    const struct run_failure *what = &f->what;
    char signal[2 * NAME], text[512];
    bool shown = what->net[0] && facts->signal_of &&
                 facts->signal_of(facts->user, what->net, signal, sizeof signal);
    snprintf(text, sizeof text, "%s at %s%s%s: %s", KINDS[what->kind],
             what->stage[0] ? what->stage : "?", what->net[0] ? ", " : "", what->net, what->detail);
    json_t *json = json_object();
    json_object_set_new(json, "time", json_integer(what->time));
    json_object_set_new(json, "packet", packet_number(s, f->frame));
    json_object_set_new(json, "signal", shown ? json_value_text(signal) : json_null());
    json_object_set_new(json, "text", json_value_text(text));
    return json;
}

/* Those that the waves show. */
static json_t *json_failures(const struct wave_sidecar *s, const struct wave_sidecar_facts *facts) {
    json_t *list = json_array();
    for (size_t i = 0; i < s->n_failures; i++) {
        sim_time time = s->failures[i].what.time;
        if (time >= facts->from && time <= facts->to)
            json_array_append_new(list, json_failure(s, &s->failures[i], facts));
    }
    return list;
}

static json_t *json_thresholds(const struct wave_sidecar *s) {
    json_t *list = json_array();
    for (size_t i = 0; i < s->n_thresholds; i++) {
        const struct threshold *t = &s->thresholds[i];
        json_t *json = json_object();
        json_object_set_new(json, "signal", json_value_text(t->signal));
        json_object_set_new(json, "of", json_value_text(t->of));
        json_object_set_new(json, "low", json_value_number(t->low));
        json_object_set_new(json, "high", json_value_number(t->high));
        json_array_append_new(list, json);
    }
    return list;
}

static json_t *json_firmware(const struct wave_sidecar *s) {
    if (!s->elf)
        return json_null();
    json_t *json = json_object();
    json_object_set_new(json, "elf", json_value_text(s->elf));
    json_object_set_new(json, "sha256", json_string(s->elf_hash));
    json_object_set_new(json, "chip", json_value_text(s->chip));
    return json;
}

static json_t *json_all(const struct wave_sidecar *s, const struct stat *wave,
                        const struct wave_sidecar_facts *facts) {
    json_t *json = json_object(), *of = json_object();
    json_object_set_new(of, "octets", json_integer(wave->st_size));
    json_object_set_new(of, "begin", json_integer(facts->from));
    json_object_set_new(of, "end", json_integer(facts->to));
    json_object_set_new(json, "schema", json_string("linkpulse.wave/1"));
    json_object_set_new(json, "wave", of);
    json_object_set_new(json, "firmware", json_firmware(s));
    json_object_set_new(json, "cut", json_boolean(s->cut));
    json_object_set_new(json, "packets", json_packets(s, facts->firmware));
    json_object_set_new(json, "failures", json_failures(s, facts));
    json_object_set_new(json, "thresholds", json_thresholds(s));
    return json;
}

static bool sidecar_path(const char *wave, char *out, size_t size) {
    int n = snprintf(out, size, "%s" WAVE_SIDECAR_SUFFIX, wave);
    return n > 0 && (size_t)n < size;
}

bool wave_sidecar_write(struct wave_sidecar *s, const char *wave,
                        const struct wave_sidecar_facts *facts, struct sim_err *err) {
    char path[4096];
    struct stat of;
    if (stat(wave, &of) != 0 || !S_ISREG(of.st_mode))
        return true;
    if (!sidecar_path(wave, path, sizeof path))
        return sim_err_set(err, SIM_ERR_INPUT, "%s: the path is too long", wave);
    struct outfile file;
    if (!outfile_open(&file, path, err))
        return false;
    arrange(s);
    json_t *json = json_all(s, &of, facts);
    bool ok = json_dumpf(json, file.stream, JSON_INDENT(1) | JSON_REAL_PRECISION(15)) == 0;
    json_decref(json);
    if (ok)
        return outfile_commit(&file, err);
    outfile_abandon(&file);
    return sim_err_at(err, SIM_ERR_INPUT, path, 0, "cannot write the whole file");
}

void wave_sidecar_remove(const char *wave) {
    char path[4096];
    if (sidecar_path(wave, path, sizeof path))
        unlink(path);
}
