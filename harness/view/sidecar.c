#include "harness/view/sidecar.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/slurp.h"

#define SUFFIX   ".lpwave"
#define SCHEMA   "linkpulse.wave/1"
#define MOST     ((size_t)64 << 20) /* octets of the file: more than a run writes */
#define EXPONENT (-12)              /* its times are ps */

/* Strings are those of the JSON, which is kept. */
struct memory {
    json_t *json;
    uint8_t *octets;
};

struct reader {
    const char *path;
    struct sidecar *sidecar;
    struct memory *memory;
    size_t n_octets;
    struct sim_err *err;
};

static bool wrong(const struct reader *r, const char *list, size_t i, const char *what) {
    if (list)
        return sim_err_at(r->err, SIM_ERR_INPUT, r->path, 0, "%s[%lu]: %s", list, (unsigned long)i,
                          what);
    return sim_err_at(r->err, SIM_ERR_INPUT, r->path, 0, "%s", what);
}

/* --- values ------------------------------------------------------------------------------- */

/* A text; false when it is something else. NULL for null, or a key that is not there. */
static bool text_of(const json_t *object, const char *key, const char **out) {
    const json_t *value = json_object_get(object, key);
    *out = json_string_value(value);
    return *out || !value || json_is_null(value);
}

static bool time_of(const json_t *object, const char *key, int64_t *out) {
    const json_t *value = json_object_get(object, key);
    *out = json_integer_value(value);
    return json_is_integer(value) && *out >= 0;
}

static bool time_or_none(const json_t *object, const char *key, int64_t *out) {
    const json_t *value = json_object_get(object, key);
    if (value && !json_is_null(value))
        return time_of(object, key, out);
    *out = INT64_MIN;
    return true;
}

static bool count_of(const json_t *object, const char *key, uint64_t *out) {
    int64_t value;
    bool good = time_of(object, key, &value);
    *out = good ? (uint64_t)value : 0;
    return good;
}

static bool volt_of(const json_t *object, const char *key, double *out) {
    const json_t *value = json_object_get(object, key);
    *out = json_number_value(value);
    return json_is_number(value) && isfinite(*out);
}

static int digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool octets_of(struct reader *r, const json_t *object, struct sidecar_packet *out) {
    const json_t *value = json_object_get(object, "octets");
    const char *text = json_string_value(value);
    size_t n = json_string_length(value);
    if (!text || n % 2 != 0)
        return false;
    uint8_t *octets = r->memory->octets + r->n_octets;
    for (size_t i = 0; i < n; i += 2) {
        int high = digit(text[i]), low = digit(text[i + 1]);
        if (high < 0 || low < 0)
            return false;
        octets[i / 2] = (uint8_t)(high << 4 | low);
    }
    out->octets = octets;
    out->n_octets = n / 2;
    r->n_octets += n / 2;
    return true;
}

/* --- lists -------------------------------------------------------------------------------- */

typedef bool read_item(struct reader *r, const json_t *item, size_t i);

static bool packet_times(const json_t *item, struct sidecar_packet *p) {
    return time_of(item, "from", &p->from) && time_of(item, "to", &p->to) && p->to >= p->from &&
           time_of(item, "data_from", &p->data_from) && time_of(item, "data_to", &p->data_to) &&
           p->data_to >= p->data_from && time_or_none(item, "selected", &p->selected) &&
           time_or_none(item, "deselected", &p->deselected) &&
           time_or_none(item, "delivered", &p->delivered);
}

static bool read_packet(struct reader *r, const json_t *item, size_t i) {
    struct sidecar_packet *p = &r->sidecar->packets[i];
    if (!packet_times(item, p) || (i > 0 && p->from < p[-1].from))
        return wrong(r, "packets", i, "its times are not in order");
    if (!count_of(item, "frame", &p->frame) || !count_of(item, "index", &p->index) ||
        !text_of(item, "capture", &p->capture) || !text_of(item, "verdict", &p->verdict) ||
        !text_of(item, "cause", &p->cause) || !p->capture || !p->verdict)
        return wrong(r, "packets", i, "no frame, capture, index, verdict and cause");
    return octets_of(r, item, p) || wrong(r, "packets", i, "octets: hexadecimal digits expected");
}

static bool read_failure(struct reader *r, const json_t *item, size_t i) {
    struct sidecar_failure *f = &r->sidecar->failures[i];
    int64_t packet;
    bool good = time_of(item, "time", &f->time) && time_or_none(item, "packet", &packet) &&
                text_of(item, "signal", &f->signal) && text_of(item, "text", &f->text) && f->text;
    if (!good || (i > 0 && f->time < f[-1].time))
        return wrong(r, "failures", i, "no text, or a time that is not in order");
    if (packet != INT64_MIN && (uint64_t)packet >= r->sidecar->n_packets)
        return wrong(r, "failures", i, "there is no such packet");
    f->packet = packet == INT64_MIN ? SIZE_MAX : (size_t)packet;
    return true;
}

static bool read_threshold(struct reader *r, const json_t *item, size_t i) {
    struct sidecar_threshold *t = &r->sidecar->thresholds[i];
    bool good = text_of(item, "signal", &t->signal) && t->signal && text_of(item, "of", &t->of) &&
                volt_of(item, "low", &t->low) && volt_of(item, "high", &t->high) &&
                t->low <= t->high;
    return good || wrong(r, "thresholds", i, "no signal, or no voltages low <= high");
}

/* *out is made with room for the list's items; false: it is no list, or memory is out. */
static bool make_list(struct reader *r, const char *key, size_t item, void *out, size_t *n) {
    const json_t *list = json_object_get(r->memory->json, key);
    char what[64];
    snprintf(what, sizeof what, "no list \"%s\"", key);
    if (!json_is_array(list))
        return wrong(r, NULL, 0, what);
    *n = json_array_size(list);
    void *memory = calloc(*n + 1, item);
    memcpy(out, &memory, sizeof memory);
    return memory || sim_err_set(r->err, SIM_ERR_ENVIRONMENT, "out of memory");
}

static bool read_list(struct reader *r, const char *key, read_item *read) {
    const json_t *list = json_object_get(r->memory->json, key);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!read(r, json_array_get(list, i), i))
            return false;
    return true;
}

static bool read_lists(struct reader *r) {
    struct sidecar *s = r->sidecar;
    return make_list(r, "packets", sizeof *s->packets, &s->packets, &s->n_packets) &&
           make_list(r, "failures", sizeof *s->failures, &s->failures, &s->n_failures) &&
           make_list(r, "thresholds", sizeof *s->thresholds, &s->thresholds, &s->n_thresholds) &&
           read_list(r, "packets", read_packet) && read_list(r, "failures", read_failure) &&
           read_list(r, "thresholds", read_threshold);
}

/* --- the whole ---------------------------------------------------------------------------- */

static bool read_firmware(struct reader *r) {
    struct sidecar *s = r->sidecar;
    const json_t *firmware = json_object_get(r->memory->json, "firmware");
    if (!firmware || json_is_null(firmware))
        return true;
    if (!text_of(firmware, "elf", &s->elf) || !text_of(firmware, "sha256", &s->sha256) ||
        !text_of(firmware, "chip", &s->chip) || !s->elf || !s->sha256)
        return wrong(r, NULL, 0, "firmware without elf and sha256");
    return true;
}

/* That it was written beside these very waves. */
static bool is_of(struct reader *r, const char *wave, const struct store *store) {
    struct stat of;
    uint64_t octets;
    const json_t *json = json_object_get(r->memory->json, "wave");
    if (!count_of(json, "octets", &octets))
        return wrong(r, NULL, 0, "no \"wave\" with its octets");
    if (stat(wave, &of) != 0 || (uint64_t)of.st_size != octets)
        return wrong(r, NULL, 0, "is about other waves of this name: not used");
    return !store || store_exponent(store) == EXPONENT ||
           wrong(r, NULL, 0, "is about waves in ps, and these are not: not used");
}

static bool read_all(struct reader *r, const char *wave, const struct store *store) {
    const char *schema = json_string_value(json_object_get(r->memory->json, "schema"));
    if (!schema || strcmp(schema, SCHEMA) != 0)
        return sim_err_at(r->err, SIM_ERR_INPUT, r->path, 0,
                          "schema \"%s\", this version reads \"" SCHEMA "\"",
                          schema && strlen(schema) < 64 ? schema : "?");
    r->sidecar->cut = json_is_true(json_object_get(r->memory->json, "cut"));
    return is_of(r, wave, store) && read_firmware(r) && read_lists(r);
}

static bool parse(struct reader *r, const char *text, size_t size) {
    json_error_t error;
    r->memory->json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    r->memory->octets = malloc(size / 2 + 1); /* two digits each */
    if (!r->memory->json)
        return sim_err_at(r->err, SIM_ERR_INPUT, r->path, error.line, "no JSON: %s", error.text);
    return r->memory->octets || sim_err_set(r->err, SIM_ERR_ENVIRONMENT, "out of memory");
}

bool sidecar_parse(const char *path, const char *text, size_t size, const char *wave,
                   const struct store *store, struct sidecar **out, struct sim_err *err) {
    struct reader r = {.path = path, .err = err};
    *out = NULL;
    r.sidecar = calloc(1, sizeof *r.sidecar);
    r.memory = calloc(1, sizeof *r.memory);
    if (!r.sidecar || !r.memory) {
        free(r.sidecar);
        free(r.memory);
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    }
    r.sidecar->memory = r.memory;
    if (parse(&r, text, size) && read_all(&r, wave, store)) {
        *out = r.sidecar;
        return true;
    }
    sidecar_close(r.sidecar);
    return false;
}

bool sidecar_load(const char *wave, const struct store *store, struct sidecar **sidecar,
                  struct sim_err *err) {
    char path[4096];
    struct stat there;
    size_t size;
    int n = snprintf(path, sizeof path, "%s" SUFFIX, wave);
    *sidecar = NULL;
    if (n < 0 || (size_t)n >= sizeof path || stat(path, &there) != 0)
        return true;
    char *text = slurp_regular(path, MOST, &size, err);
    bool good = text && sidecar_parse(path, text, size, wave, store, sidecar, err);
    free(text);
    return good;
}

void sidecar_close(struct sidecar *s) {
    if (!s)
        return;
    struct memory *memory = s->memory;
    json_decref(memory->json);
    free(memory->octets);
    free(memory);
    free(s->packets);
    free(s->failures);
    free(s->thresholds);
    free(s);
}

/* --- questions ---------------------------------------------------------------------------- */

static int64_t last_of(const struct sidecar_packet *p) {
    int64_t last = p->to > p->deselected ? p->to : p->deselected;
    return last > p->delivered ? last : p->delivered;
}

/* How many may wait for delivery at one time. */
#define WAITING 512

const struct sidecar_packet *sidecar_packet_at(const struct sidecar *s, int64_t time) {
    size_t low = 0, high = s ? s->n_packets : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->packets[middle].from <= time)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = low; i > 0 && low - i < WAITING; i--)
        if (time <= last_of(&s->packets[i - 1]))
            return &s->packets[i - 1];
    return NULL;
}
