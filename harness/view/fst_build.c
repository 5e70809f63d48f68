#include "harness/view/fst_build.h"

#ifdef LINKPULSE_FST
#include <fstapi.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_S 60    /* without a change of time, or of a value, the reader is lost */
#define TICK_EVERY 65536 /* values */

struct reading {
    struct wave_read *read;
    struct fst_file file;
    uint32_t *datas; /* [n_handles]: of each handle, or STORE_NONE */
    const uint8_t *at, *end;
    uint32_t handle;
    uint32_t ticks;
    bool failed;
};

static bool refuse(struct reading *reading, const char *why) {
    reading->failed = true;
    return sim_err_at(reading->read->err, SIM_ERR_INPUT, reading->read->input->path, 0, "%s", why);
}

static bool placed(struct reading *reading, bool good) {
    struct sim_err *err = reading->read->err;
    if (!good) {
        reading->failed = true;
        sim_format(err->file, sizeof err->file, "%s", reading->read->input->path);
    }
    return good;
}

/* --- the hierarchy -------------------------------------------------------------------------- */

/* A string up to its NUL. */
static bool take_name(struct reading *reading, const char **name, size_t *n) {
    const uint8_t *nul = memchr(reading->at, 0, (size_t)(reading->end - reading->at));
    if (!nul)
        return refuse(reading, "not a sound FST file: a name in the hierarchy does not end");
    *name = (const char *)reading->at;
    *n = (size_t)(nul - reading->at);
    reading->at = nul + 1;
    return true;
}

static bool take_number(struct reading *reading, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; reading->at < reading->end && shift < 64; shift += 7) {
        uint8_t octet = *reading->at++;
        *value |= (uint64_t)(octet & 0x7f) << shift;
        if (!(octet & 0x80))
            return true;
    }
    return refuse(reading, "not a sound FST file: the hierarchy is cut off");
}

static bool take_octet(struct reading *reading, int *value) {
    if (reading->at == reading->end)
        return refuse(reading, "not a sound FST file: the hierarchy is cut off");
    *value = *reading->at++;
    return true;
}

static bool take_scope(struct reading *reading) {
    const char *name = NULL, *component;
    size_t n = 0, component_n;
    int type;
    return take_octet(reading, &type) && take_name(reading, &name, &n) &&
           take_name(reading, &component, &component_n) &&
           placed(reading, store_build_scope(reading->read->build, name, n));
}

static bool take_attribute(struct reading *reading) {
    const char *name;
    size_t n;
    int type;
    uint64_t argument;
    return take_octet(reading, &type) && take_octet(reading, &type) &&
           take_name(reading, &name, &n) && take_number(reading, &argument);
}

/* Without the blank before a range, as in a VCD. */
static bool put_signal(struct reading *reading, const char *name, size_t n, uint32_t data) {
    char *joined = malloc(n + 1);
    size_t out = 0;
    if (!joined)
        return placed(reading, store_build_no_memory(reading->read->build));
    for (size_t i = 0; i < n; i++)
        if (name[i] != ' ' || i + 1 == n || name[i + 1] != '[')
            joined[out++] = name[i];
    bool good = store_build_signal(reading->read->build, joined, out, data);
    free(joined);
    return placed(reading, good);
}

static enum store_kind kind_of(int type, uint32_t length) {
    if (length == FST_FILE_REAL)
        return STORE_REAL;
    if (length == FST_FILE_STRING || type == FST_VT_GEN_STRING || type == FST_VT_VCD_PORT)
        return STORE_STRING;
    return type == FST_VT_VCD_EVENT ? STORE_EVENT : STORE_VECTOR;
}

/* Direction, name, length and alias; the length that counts is that of the list. */
static bool take_variable(struct reading *reading, int type) {
    const char *name = NULL;
    size_t n = 0;
    int direction;
    uint64_t length, alias = 0;
    if (!take_octet(reading, &direction) || !take_name(reading, &name, &n) ||
        !take_number(reading, &length) || !take_number(reading, &alias))
        return false;
    uint64_t handle = alias ? alias : ++reading->handle;
    if (handle < 1 || handle > reading->file.n_handles)
        return refuse(reading, "not a sound FST file: a signal that has no length");
    uint32_t *data = &reading->datas[handle - 1];
    uint32_t bits = reading->file.lengths[handle - 1];
    if (*data == STORE_NONE)
        *data = store_build_data(reading->read->build, kind_of(type, bits), bits);
    if (*data == STORE_NONE)
        return placed(reading, false);
    return put_signal(reading, name, n, *data);
}

static bool take_entry(struct reading *reading) {
    int tag;
    if (!take_octet(reading, &tag))
        return false;
    switch (tag) {
    case FST_ST_VCD_SCOPE:
        return take_scope(reading);
    case FST_ST_VCD_UPSCOPE:
        return placed(reading, store_build_upscope(reading->read->build));
    case FST_ST_GEN_ATTRBEGIN:
        return take_attribute(reading);
    case FST_ST_GEN_ATTREND:
        return true;
    default:
        return tag <= FST_VT_MAX ? take_variable(reading, tag)
                                 : refuse(reading, "not a sound FST file: an unknown entry in "
                                                   "the hierarchy");
    }
}

static bool take_hierarchy(struct reading *reading) {
    struct fst_file *file = &reading->file;
    reading->at = file->hierarchy;
    reading->end = file->hierarchy + file->hierarchy_n;
    reading->datas = malloc((file->n_handles + 1) * sizeof *reading->datas);
    if (!reading->datas)
        return placed(reading, store_build_no_memory(reading->read->build));
    memset(reading->datas, 0xff, file->n_handles * sizeof *reading->datas);
    while (reading->at < reading->end)
        if (!take_entry(reading))
            return false;
    return true;
}

/* --- values --------------------------------------------------------------------------------- */

/* How far it is, told by time, in octets of the file. */
static uint64_t done_at(const struct reading *reading, uint64_t time) {
    const struct fst_file *file = &reading->file;
    double part = (double)(time - file->begin) / (double)(file->end - file->begin + 1);
    return (uint64_t)((double)reading->read->input->size * part);
}

static void give_tick(struct reading *reading, uint64_t time) {
    alarm(PATIENCE_S);
    if (!reading->read->tick(reading->read->context, done_at(reading, time)))
        refuse(reading, "interrupted");
}

static bool to_time(struct reading *reading, uint64_t time) {
    struct store_build *build = reading->read->build;
    if (time > reading->file.end || (int64_t)time < build->now)
        return refuse(reading, "not a sound FST file: a time that goes back, or after its end");
    return placed(reading, store_build_time(build, (int64_t)time));
}

static bool put_bits(struct reading *reading, uint32_t data, char *bits, size_t n) {
    for (size_t i = 0; i < n; i++) {
        char c = bits[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c == '?' ? 'x' : c;
        if (!c || !strchr(LAYOUT_STATES_NAMES, c))
            return refuse(reading, "not a sound FST file: a value of unknown characters");
        bits[i] = c;
    }
    return placed(reading, store_build_bits(reading->read->build, data, bits, n));
}

static bool put_value(struct reading *reading, uint32_t handle, unsigned char *value, size_t n) {
    uint32_t data = reading->datas[handle];
    struct store_build *build = reading->read->build;
    double real;
    switch (build->datas[data].kind) {
    case STORE_REAL:
        memcpy(&real, value, sizeof real);
        return placed(reading, store_build_real(build, data, real));
    case STORE_STRING:
        n = strnlen((char *)value, n);
        return placed(reading, store_build_text(build, data, (char *)value, n));
    case STORE_EVENT:
        return placed(reading, store_build_event(build, data));
    default:
        return put_bits(reading, data, (char *)value, n);
    }
}

/* Of a length that is not in the list: strings. */
static void on_text(void *context, uint64_t time, fstHandle handle, const unsigned char *value,
                    uint32_t n) {
    struct reading *reading = context;
    if (reading->failed || handle < 1 || handle > reading->file.n_handles ||
        reading->datas[handle - 1] == STORE_NONE)
        return;
    if (++reading->ticks % TICK_EVERY == 0)
        give_tick(reading, time);
    if (!reading->failed && to_time(reading, time))
        put_value(reading, handle - 1, (unsigned char *)(uintptr_t)value, n);
}

static void on_value(void *context, uint64_t time, fstHandle handle, const unsigned char *value) {
    const struct reading *reading = context;
    if (handle >= 1 && handle <= reading->file.n_handles)
        on_text(context, time, handle, value, reading->file.lengths[handle - 1]);
}

static bool take_values(struct reading *reading, const char *name) {
    void *reader = fstReaderOpen(name);
    if (!reader)
        return refuse(reading, "not a sound FST file, or one without values");
    fstReaderSetFacProcessMaskAll(reader);
    fstReaderIterBlocksSetNativeDoublesOnCallback(reader, 1);
    int good = fstReaderIterBlocks2(reader, on_value, on_text, reading, NULL);
    fstReaderClose(reader);
    if (!good && !reading->failed)
        return refuse(reading, "not a sound FST file: its values are damaged");
    return !reading->failed && to_time(reading, reading->file.end);
}

bool fst_build(struct wave_read *read, FILE *stream, const char *name) {
    struct reading reading = {.read = read};
    struct store_build *build = read->build;
    alarm(PATIENCE_S);
    bool good = fst_file_open(&reading.file, stream, read->input->path, read->err) &&
                take_hierarchy(&reading) && placed(&reading, store_build_begin(build));
    build->exponent = reading.file.exponent;
    good = good && take_values(&reading, name) && placed(&reading, store_build_end(build));
    fst_file_finish(&reading.file);
    free(reading.datas);
    return good;
}

#endif
