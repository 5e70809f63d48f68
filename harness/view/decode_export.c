#include "harness/view/decode_export.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/json_value.h"
#include "harness/outfile.h"

#define NAME         1024
#define MOST_CHANGES 100000 /* per window: some ten megabytes of items */

/* --- what to decode ------------------------------------------------------------------------ */

/* The list is taken apart where it stands. */
static bool take_inputs(struct decode_export *job, char *list, struct sim_err *err) {
    const struct decoder *decoder = job->decoder;
    const struct store *store = job->request.store;
    unsigned n = 0, most = decoder_n_inputs(decoder);
    for (char *name = list; name; n++) {
        char *comma = strchr(name, ',');
        if (comma)
            *comma++ = '\0';
        if (n == most)
            return sim_err_set(err, SIM_ERR_INPUT, "--decode %s: takes %u signals, found also %s",
                               decoder->name, most, name);
        job->request.inputs[n] = *name ? store_find(store, name) : STORE_NONE;
        if (*name && job->request.inputs[n] == STORE_NONE)
            return sim_err_set(err, SIM_ERR_INPUT, "--decode %s: %s has no signal %s",
                               decoder->name, store_path(store), name);
        name = comma;
    }
    return true;
}

static bool all_connected(const struct decode_export *job, struct sim_err *err) {
    const struct decoder *decoder = job->decoder;
    for (unsigned i = 0; i < decoder_n_inputs(decoder); i++)
        if (!decoder->inputs[i].optional && job->request.inputs[i] == STORE_NONE)
            return sim_err_set(err, SIM_ERR_INPUT, "--decode %s: needs a signal for %s",
                               decoder->name, decoder->inputs[i].name);
    return true;
}

bool decode_export_init(struct decode_export *job, const struct store *store, const char *spec,
                        struct sim_err *err) {
    char text[NAME], hint[NAME];
    size_t length = strlen(spec), name = strcspn(spec, "=");
    *job = (struct decode_export){.request = {.store = store,
                                              .from = store_begin(store),
                                              .to = store_end(store),
                                              .budget = DECODE_ALL}};
    if (length >= sizeof text)
        return sim_err_set(err, SIM_ERR_INPUT, "--decode: longer than %zu characters",
                           sizeof text - 1);
    memcpy(text, spec, length + 1);
    text[name] = '\0';
    job->decoder = decoder_find(text);
    if (!job->decoder)
        return sim_err_set(err, SIM_ERR_INPUT, "--decode: no decoder %s%s", text,
                           decoder_near(text, hint, sizeof hint));
    decoder_disconnect(job->request.inputs);
    if (name < length)
        return take_inputs(job, text + name + 1, err) && all_connected(job, err);
    return decoder_connect(job->decoder, store, job->request.inputs) ||
           sim_err_set(err, SIM_ERR_INPUT,
                       "--decode %s: %s has nothing by the names it knows; expected %s=SIGNAL,...",
                       text, store_path(store), text);
}

/* --- output -------------------------------------------------------------------------------- */

struct sink {
    const struct decode_export *job;
    FILE *out;
    struct outfile json;
    uint64_t n, n_errors;
};

/* A time in nanoseconds, all digits that the file has. */
static void time_text(const struct store *store, int64_t ticks, char out[64]) {
    int exponent = store_exponent(store) + 9;
    uint64_t n = ticks < 0 ? -(uint64_t)ticks : (uint64_t)ticks, unit = 1;
    for (int i = 0; i < -exponent && i < 19; i++)
        unit *= 10;
    int length = snprintf(out, 40, "%s%" PRIu64, ticks < 0 ? "-" : "", n / unit);
    for (; exponent > 0 && n && length < 63; exponent--)
        out[length++] = '0';
    if (unit > 1)
        out[length++] = '.';
    for (; unit > 1 && length < 63; unit /= 10)
        out[length++] = (char)('0' + n % unit / (unit / 10));
    out[length] = '\0';
}

static const char *class_name(enum decode_class class) {
    static const char *const names[] = {
        [DECODE_PLAIN] = "plain", [DECODE_BIT] = "bit",     [DECODE_OCTET] = "octet",
        [DECODE_FRAME] = "frame", [DECODE_PULSE] = "pulse", [DECODE_CODE] = "code",
        [DECODE_ERROR] = "error",
    };
    return names[class];
}

static void put_json(struct sink *sink, const struct decode_item *item, const char *from,
                     const char *to) {
    json_t *text = json_value_text(item->text);
    fprintf(sink->json.stream,
            "%s\n    {\"from_ns\": %s, \"to_ns\": %s, \"line\": \"%s\", \"class\": \"%s\", "
            "\"text\": ",
            sink->n ? "," : "", from, to, sink->job->decoder->lines[item->line],
            class_name(item->class));
    json_dumpf(text, sink->json.stream, JSON_ENCODE_ANY);
    fputc('}', sink->json.stream);
    json_decref(text);
}

static void put(struct sink *sink, const struct decode_item *item) {
    char from[64], to[64];
    time_text(sink->job->request.store, item->from, from);
    time_text(sink->job->request.store, item->to, to);
    fprintf(sink->out, "%s\t%s\t%s\t%s\t%s\n", from, to, sink->job->decoder->lines[item->line],
            class_name(item->class), item->text);
    if (sink->json.stream)
        put_json(sink, item, from, to);
    sink->n++;
    sink->n_errors += item->class == DECODE_ERROR;
}

static int by_time(const void *a, const void *b) {
    const struct decode_item *left = a, *right = b;
    if (left->from != right->from)
        return left->from < right->from ? -1 : 1;
    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    return left->to != right->to ? (left->to > right->to ? -1 : 1)
                                 : strcmp(left->text, right->text);
}

/* --- window by window ---------------------------------------------------------------------- */

/* Sets the end of the window that begins at from: not too many changes in it. */
static void choose_end(struct decode_request *request, int64_t end) {
    request->to = end;
    while (request->to > request->from && decode_work(request) > MOST_CHANGES)
        request->to =
            request->from + (int64_t)(((uint64_t)request->to - (uint64_t)request->from) / 2);
}

static bool windows(struct sink *sink, struct decode_items *items) {
    struct decode_request request = sink->job->request;
    int64_t end = request.to;
    for (bool first = true; request.from <= end; first = false) {
        choose_end(&request, end);
        if (!decode_run(sink->job->decoder, &request, items))
            return false;
        if (items->n)
            qsort(items->items, items->n, sizeof *items->items, by_time);
        for (size_t i = 0; i < items->n; i++)
            if (first || items->items[i].from >= request.from)
                put(sink, &items->items[i]);
        if (request.to == INT64_MAX)
            break;
        request.from = request.to + 1;
    }
    return true;
}

static void json_head(struct sink *sink) {
    const struct decode_export *job = sink->job;
    json_t *file = json_value_text(store_path(job->request.store));
    fprintf(sink->json.stream,
            "{\n  \"schema\": \"linkpulse.decode/1\",\n  \"decoder\": \"%s\",\n  \"file\": ",
            job->decoder->name);
    json_dumpf(file, sink->json.stream, JSON_ENCODE_ANY);
    fprintf(sink->json.stream, ",\n  \"items\": [");
    json_decref(file);
}

bool decode_export(const struct decode_export *job, FILE *out, const char *json,
                   struct sim_err *err) {
    struct sink sink = {.job = job, .out = out};
    struct decode_items items = {0};
    if (json && !outfile_open(&sink.json, json, err))
        return false;
    if (json)
        json_head(&sink);
    bool good = windows(&sink, &items) ||
                sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory while decoding");
    decode_items_finish(&items);
    if (json)
        fprintf(sink.json.stream, "\n  ]\n}\n");
    if (!good)
        outfile_abandon(&sink.json);
    else if (json)
        good = outfile_commit(&sink.json, err);
    if (good)
        fprintf(out, "%s: %" PRIu64 " item%s, %" PRIu64 " error%s\n", job->decoder->name, sink.n,
                sink.n == 1 ? "" : "s", sink.n_errors, sink.n_errors == 1 ? "" : "s");
    return good;
}
