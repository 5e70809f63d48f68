#include "harness/view/fst_build.h"

#ifdef LINKPULSE_FST
#include <fstapi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#define TICK_EVERY 65536 /* values */

struct reading {
    struct wave_read *read;
    struct fst_file file;
    uint32_t *datas; /* [n_handles]: of each handle, or STORE_NONE */
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

/* --- values --------------------------------------------------------------------------------- */

/* How far it is, told by time, in octets of the file. */
static uint64_t done_at(const struct reading *reading, uint64_t time) {
    const struct fst_file *file = &reading->file;
    double part = (double)(time - file->begin) / (double)(file->end - file->begin + 1);
    return (uint64_t)((double)reading->read->input->size * part);
}

static void give_tick(struct reading *reading, uint64_t time) {
    fst_be_patient();
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

static bool read_file(struct reading *reading, FILE *stream, const char *name) {
    struct wave_read *read = reading->read;
    struct fst_file *file = &reading->file;
    if (!fst_file_open(file, stream, read->input->path, read->err))
        return false;
    read->build->exponent = file->exponent;
    reading->datas = malloc((file->n_handles + 1) * sizeof *reading->datas);
    if (!reading->datas)
        return store_build_no_memory(read->build);
    return fst_hierarchy(read, file, reading->datas) &&
           placed(reading, store_build_begin(read->build)) && take_values(reading, name) &&
           placed(reading, store_build_end(read->build));
}

void fst_be_patient(void) {
    setitimer(ITIMER_PROF, &(struct itimerval){.it_value.tv_sec = FST_PATIENCE_S}, NULL);
}

bool fst_build(struct wave_read *read, FILE *stream, const char *name) {
    struct reading reading = {.read = read};
    fst_be_patient();
    bool good = read_file(&reading, stream, name);
    fst_file_finish(&reading.file);
    free(reading.datas);
    return good;
}

#endif
