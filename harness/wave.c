#include "harness/wave.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "harness/outfile.h"
#include "harness/wave_fst.h"
#include "harness/wave_sidecar.h"
#include "sim/vcd.h"

#define BUFFER_SIZE (1 << 16)

struct wave {
    struct wave_settings settings;
    struct trace_signal *signals; /* strings owned */
    size_t n;
    uint32_t *order; /* signals grouped by scope */
    struct wave_value *values;
    bool begun;       /* the values at settings.from are written */
    bool good;        /* false: err holds what went wrong first */
    sim_time last;    /* of the last change taken */
    sim_time stamped; /* the last time written */
    struct sim_err err;
    struct outfile vcd, fst; /* fst: only the names are used, fstapi writes */
    struct vcd_buffer buffer;
    struct wave_fst *writer;
};

#define RANKS 6
static unsigned scope_rank(const char *scope) {
    static const char *const first[RANKS] = {"line", "spi", "one-shots", "cpu", "dma", "volts"};
    unsigned i = 0;
    while (i < RANKS && strcmp(scope, first[i]) != 0)
        i++;
    return i;
}

const char *wave_full_name(const struct trace_signal *signal, char *out, size_t size) {
    char scope[VCD_MAX_NAME], name[VCD_MAX_NAME];
    snprintf(out, size, "%s.%s", vcd_name(signal->scope, scope, sizeof scope),
             vcd_name(signal->name, name, sizeof name));
    return out;
}

/* Stable grouping: every signal goes behind the last one of its scope and rank. */
static void group(struct wave *wave) {
    size_t used = 0;
    for (unsigned rank = 0; rank <= RANKS; rank++)
        for (size_t i = 0; i < wave->n; i++) {
            const char *scope = wave->signals[i].scope;
            bool seen = false;
            for (size_t j = 0; j < i && !seen; j++)
                seen = strcmp(wave->signals[j].scope, scope) == 0;
            if (seen || scope_rank(scope) != rank)
                continue;
            for (size_t j = i; j < wave->n; j++)
                if (strcmp(wave->signals[j].scope, scope) == 0)
                    wave->order[used++] = (uint32_t)j;
        }
}

static bool copy_signals(struct wave *wave, const struct trace_signal *signals, size_t n) {
    wave->signals = calloc(n + 1, sizeof *wave->signals);
    wave->order = calloc(n + 1, sizeof *wave->order);
    wave->values = calloc(n + 1, sizeof *wave->values);
    wave->buffer = (struct vcd_buffer){.bytes = malloc(BUFFER_SIZE), .size = BUFFER_SIZE};
    if (!wave->signals || !wave->order || !wave->values || !wave->buffer.bytes)
        return false;
    wave->n = n;
    for (size_t i = 0; i < n; i++) {
        uint32_t same_as = signals[i].same_as;
        assert(same_as == TRACE_OWN || (same_as < i && signals[same_as].same_as == TRACE_OWN));
        wave->signals[i] = signals[i];
        wave->signals[i].scope = strdup(signals[i].scope);
        wave->signals[i].name = strdup(signals[i].name);
        wave->values[i] =
            (struct wave_value){.letter = signals[i].initial, .real = signals[i].real};
        if (!wave->signals[i].scope || !wave->signals[i].name)
            return false;
    }
    group(wave);
    return true;
}

static void flush(struct wave *wave) {
    fwrite(wave->buffer.bytes, 1, wave->buffer.used, wave->vcd.stream); /* commit sees errors */
    wave->buffer.used = 0;
}

/* Room for any one item. */
static struct vcd_buffer *room(struct wave *wave) {
    if (wave->buffer.size - wave->buffer.used < VCD_MAX_ITEM)
        flush(wave);
    return &wave->buffer;
}

static void declare(struct wave *wave) {
    const char *scope = NULL;
    vcd_header(room(wave));
    for (size_t i = 0; i < wave->n; i++) {
        const struct trace_signal *signal = &wave->signals[wave->order[i]];
        if (!scope || strcmp(scope, signal->scope) != 0) {
            if (scope)
                vcd_upscope(room(wave));
            scope = signal->scope;
            vcd_scope(room(wave), scope);
        }
        uint32_t own = signal->same_as == TRACE_OWN ? wave->order[i] : signal->same_as;
        vcd_var(room(wave), signal->kind == TRACE_BIT ? VCD_WIRE : VCD_REAL, own, signal->name);
    }
    if (scope)
        vcd_upscope(room(wave));
    vcd_definitions_end(room(wave));
}

static bool open_fst(struct wave *wave, struct sim_err *err) {
    if (!outfile_open(&wave->fst, wave->settings.fst, err))
        return false;
    fclose(wave->fst.stream);
    wave->fst.stream = NULL;
    wave->writer = wave_fst_open(wave->fst.temp, wave->signals, wave->n, wave->order, err);
    if (!wave->writer)
        snprintf(err->file, sizeof err->file, "%s", wave->settings.fst);
    return wave->writer != NULL;
}

struct wave *wave_open(const struct wave_settings *settings, const struct trace_signal *signals,
                       size_t n, struct sim_err *err) {
    struct wave *wave = calloc(1, sizeof *wave);
    if (!wave || (wave->settings = *settings, !copy_signals(wave, signals, n))) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory for waves");
        goto fail;
    }
    wave->good = true;
    wave->err = SIM_ERR_INIT;
    if (settings->vcd && !outfile_open(&wave->vcd, settings->vcd, err))
        goto fail;
    if (settings->fst && !open_fst(wave, err))
        goto fail;
    if (settings->vcd)
        declare(wave);
    return wave;
fail:
    wave_abandon(wave);
    return NULL;
}

static void put_time(struct wave *wave, sim_time time) {
    if (wave->vcd.stream)
        vcd_time(room(wave), time);
    if (wave->writer)
        wave_fst_time(wave->writer, time);
    wave->stamped = time;
}

static void put_value(struct wave *wave, uint32_t signal) {
    const struct wave_value *value = &wave->values[signal];
    enum trace_kind kind = wave->signals[signal].kind;
    if (wave->writer)
        wave_fst_value(wave->writer, signal, value);
    if (!wave->vcd.stream)
        return;
    if (kind == TRACE_REAL)
        vcd_real_value(room(wave), signal, value->real);
    else if (kind == TRACE_BIT)
        vcd_value(room(wave), signal, value->letter);
    else
        vcd_whole_value(room(wave), signal, value->number);
}

/* What stands on every signal where the window opens. */
static void begin(struct wave *wave) {
    wave->begun = true;
    wave->stamped = wave->settings.from;
    if (wave->vcd.stream)
        vcd_dump_begin(room(wave), wave->stamped);
    if (wave->writer)
        wave_fst_time(wave->writer, wave->stamped);
    for (uint32_t i = 0; i < wave->n; i++)
        if (wave->signals[i].same_as == TRACE_OWN)
            put_value(wave, i);
    if (wave->vcd.stream)
        vcd_dump_end(room(wave));
}

static bool acceptable(struct wave *wave, sim_time time, uint32_t signal, enum trace_kind kind,
                       const struct wave_value *value) {
    if (!wave->good)
        return false;
    const struct trace_signal *of = &wave->signals[signal];
    bool known = signal < wave->n && of->same_as == TRACE_OWN && of->kind == kind;
    bool means = kind != TRACE_BIT || (value->letter && strchr("01xz", value->letter));
    if (known && kind == TRACE_VECTOR && of->width < 64)
        means = value->number >> of->width == 0;
    if (known && means && time >= wave->last)
        return true;
    wave->good = false;
    return sim_err_set(&wave->err, SIM_ERR_UNMODELLED,
                       "internal: a wave change out of order or without meaning (signal %u)",
                       signal);
}

static bool equal(const struct wave_value *a, const struct wave_value *b) {
    return a->letter == b->letter && a->number == b->number &&
           memcmp(&a->real, &b->real, sizeof a->real) == 0;
}

static bool take(struct wave *wave, sim_time time, uint32_t signal, enum trace_kind kind,
                 const struct wave_value *value) {
    if (!acceptable(wave, time, signal, kind, value))
        return false;
    wave->last = time;
    if (equal(&wave->values[signal], value) || time > wave->settings.to)
        return true;
    if (time > wave->settings.from && !wave->begun)
        begin(wave);
    wave->values[signal] = *value;
    if (!wave->begun)
        return true;
    if (time > wave->stamped)
        put_time(wave, time);
    put_value(wave, signal);
    return true;
}

bool wave_change(struct wave *wave, sim_time time, uint32_t signal, char value) {
    return take(wave, time, signal, TRACE_BIT, &(struct wave_value){.letter = value});
}

bool wave_number(struct wave *wave, sim_time time, uint32_t signal, uint64_t value) {
    return take(wave, time, signal, TRACE_VECTOR, &(struct wave_value){.number = value});
}

bool wave_real(struct wave *wave, sim_time time, uint32_t signal, double value) {
    return take(wave, time, signal, TRACE_REAL, &(struct wave_value){.real = value});
}

/* GTKWave's list: the groups a reader looks at first. `@200` is a comment line, `@28` a binary
 * trace, `@22` a hexadecimal one, `@10024` a real drawn as lines (gtkwave 3.3, analyzer.h:
 * TR_BLANK, TR_BIN | TR_RJUSTIFY, TR_HEX | TR_RJUSTIFY, TR_ANALOG_INTERPOLATED | TR_DEC |
 * TR_RJUSTIFY). */
static const char *gtkw_flags(const struct trace_signal *signal) {
    static const char *const FLAGS[] = {
        [TRACE_BIT] = "@28", [TRACE_VECTOR] = "@22", [TRACE_REAL] = "@10024"};
    return FLAGS[signal->kind];
}

static void list_in_gtkw(const struct wave *wave, FILE *out) {
    const char *group = "", *flags = "";
    char name[2 * VCD_MAX_NAME];
    for (size_t i = 0; i < wave->n; i++) {
        const struct trace_signal *signal = &wave->signals[wave->order[i]];
        if (scope_rank(signal->scope) >= RANKS)
            break;
        if (strcmp(group, signal->scope) != 0) {
            fprintf(out, "@200\n-%s\n", group = signal->scope);
            flags = "";
        }
        if (strcmp(flags, gtkw_flags(signal)) != 0)
            fprintf(out, "%s\n", flags = gtkw_flags(signal));
        fputs(wave_full_name(signal, name, sizeof name), out);
        if (signal->kind == TRACE_VECTOR)
            fprintf(out, "[%u:0]", signal->width - 1);
        fputc('\n', out);
    }
}

bool wave_gtkw_open(struct outfile *file, const char *fst, struct sim_err *err) {
    char path[1040];
    size_t stem = strlen(fst);
    const char *base = strrchr(fst, '/');
    if (stem > 4 && strcmp(fst + stem - 4, ".fst") == 0)
        stem -= 4;
    snprintf(path, sizeof path, "%.*s.gtkw", (int)stem, fst);
    if (!outfile_open(file, path, err))
        return false;
    fprintf(file->stream, "[dumpfile] \"%s\"\n", base ? base + 1 : fst);
    return true;
}

static bool write_gtkw(const struct wave *wave, struct sim_err *err) {
    struct outfile file;
    if (!wave_gtkw_open(&file, wave->settings.fst, err))
        return false;
    list_in_gtkw(wave, file.stream);
    return outfile_commit(&file, err);
}

static bool commit_fst(struct wave *wave, struct sim_err *err) {
    if (!wave->settings.fst)
        return true;
    struct wave_fst *writer = wave->writer;
    wave->writer = NULL;
    if (!wave_fst_close(writer, wave->fst.temp, err)) {
        snprintf(err->file, sizeof err->file, "%s", wave->settings.fst);
        return false;
    }
    wave_sidecar_remove(wave->settings.fst);
    return outfile_commit(&wave->fst, err) && write_gtkw(wave, err);
}

bool wave_close(struct wave *wave, sim_time end, struct sim_err *err) {
    bool good = wave->good;
    if (!good)
        *err = wave->err;
    if (!wave->begun)
        begin(wave);
    if (end > wave->settings.to)
        end = wave->settings.to;
    if (end > wave->stamped)
        put_time(wave, end);
    if (good && wave->settings.vcd) {
        flush(wave);
        wave_sidecar_remove(wave->settings.vcd);
        good = outfile_commit(&wave->vcd, err);
    }
    good = good && commit_fst(wave, err);
    wave_abandon(wave);
    return good;
}

void wave_abandon(struct wave *wave) {
    if (!wave)
        return;
    wave_fst_abandon(wave->writer);
    outfile_abandon(&wave->vcd);
    outfile_abandon(&wave->fst);
    for (size_t i = 0; i < wave->n; i++) {
        free((char *)(uintptr_t)wave->signals[i].scope);
        free((char *)(uintptr_t)wave->signals[i].name);
    }
    free(wave->signals);
    free(wave->order);
    free(wave->values);
    free(wave->buffer.bytes);
    free(wave);
}
