#include "harness/wave_fst.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/wave.h"
#include "sim/vcd.h"

#ifdef LINKPULSE_FST
#include <fstapi.h>

bool wave_has_fst(void) {
    return true;
}

struct wave_fst {
    void *writer;
    size_t n;
    uint64_t last;
    struct fst_signal {
        fstHandle handle;
        enum trace_kind kind;
        unsigned width;
    } signals[];
};

/* A vector's name holds its range, as other writers' do. */
static fstHandle create_var(struct wave_fst *fst, const struct trace_signal *signal,
                            fstHandle same) {
    char name[VCD_MAX_NAME + 16];
    vcd_name(signal->name, name, VCD_MAX_NAME);
    size_t n = strlen(name);
    if (signal->kind == TRACE_VECTOR)
        snprintf(name + n, sizeof name - n, " [%u:0]", signal->width - 1);
    if (signal->kind == TRACE_REAL)
        return fstWriterCreateVar(fst->writer, FST_VT_VCD_REAL, FST_VD_IMPLICIT, 8, name, same);
    return fstWriterCreateVar(fst->writer, FST_VT_VCD_WIRE, FST_VD_IMPLICIT, wave_width(signal),
                              name, same);
}

static void declare(struct wave_fst *fst, const struct trace_signal *signals,
                    const uint32_t *order) {
    const char *scope = NULL;
    char name[VCD_MAX_NAME];
    for (size_t i = 0; i < fst->n; i++) {
        const struct trace_signal *signal = &signals[order[i]];
        if (!scope || strcmp(scope, signal->scope) != 0) {
            if (scope)
                fstWriterSetUpscope(fst->writer);
            scope = signal->scope;
            fstWriterSetScope(fst->writer, FST_ST_VCD_MODULE, vcd_name(scope, name, sizeof name),
                              NULL);
        }
        uint32_t own = signal->same_as == TRACE_OWN ? order[i] : signal->same_as;
        fstHandle handle = create_var(fst, signal, fst->signals[own].handle);
        fst->signals[own].handle = fst->signals[order[i]].handle = handle;
    }
    if (scope)
        fstWriterSetUpscope(fst->writer);
}

struct wave_fst *wave_fst_open(const char *path, const struct trace_signal *signals, size_t n,
                               const uint32_t *order, struct sim_err *err) {
    struct wave_fst *fst = calloc(1, sizeof *fst + n * sizeof fst->signals[0]);
    if (fst)
        fst->writer = fstWriterCreate(path, 1);
    if (!fst || !fst->writer) {
        free(fst);
        sim_err_at(err, SIM_ERR_INPUT, path, 0, "cannot write the FST file");
        return NULL;
    }
    fst->n = n;
    for (size_t i = 0; i < n; i++) {
        fst->signals[i].kind = signals[i].kind;
        fst->signals[i].width = signals[i].width;
    }
    fstWriterSetTimescale(fst->writer, -12);
    fstWriterSetVersion(fst->writer, "linkpulse");
    fstWriterSetDate(fst->writer, ""); /* the same run writes the same file */
    declare(fst, signals, order);
    return fst;
}

void wave_fst_time(struct wave_fst *fst, sim_time time) {
    fst->last = (uint64_t)time;
    fstWriterEmitTimeChange(fst->writer, fst->last);
}

void wave_fst_value(struct wave_fst *fst, uint32_t signal, const struct wave_value *value) {
    const struct fst_signal *of = &fst->signals[signal];
    char bits[64];
    if (of->kind == TRACE_REAL) {
        fstWriterEmitValueChange(fst->writer, of->handle, &value->real);
        return;
    }
    bits[0] = value->letter;
    for (unsigned i = 0; of->kind == TRACE_VECTOR && i < of->width; i++)
        bits[i] = value->letter ? value->letter
                                : (char)('0' + (value->number >> (of->width - 1 - i) & 1));
    fstWriterEmitValueChange(fst->writer, of->handle, bits);
}

bool wave_fst_close(struct wave_fst *fst, const char *path, struct sim_err *err) {
    if (!fst)
        return true;
    uint64_t last = fst->last, n = fst->n;
    wave_fst_abandon(fst);
    void *reader = fstReaderOpen(path);
    bool whole = reader && fstReaderGetVarCount(reader) == n && fstReaderGetEndTime(reader) == last;
    if (reader)
        fstReaderClose(reader);
    return whole || sim_err_at(err, SIM_ERR_INPUT, path, 0, "cannot write the whole FST file");
}

void wave_fst_abandon(struct wave_fst *fst) {
    if (fst)
        fstWriterClose(fst->writer);
    free(fst);
}

#else

bool wave_has_fst(void) {
    return false;
}

struct wave_fst *wave_fst_open(const char *path, const struct trace_signal *signals, size_t n,
                               const uint32_t *order, struct sim_err *err) {
    (void)signals, (void)n, (void)order;
    sim_err_at(err, SIM_ERR_ENVIRONMENT, path, 0,
               "no FST: the program was built without fstapi.c, which the Debian package "
               "verilator contains; install it and build again");
    return NULL;
}

void wave_fst_time(struct wave_fst *fst, sim_time time) {
    (void)fst, (void)time;
}

void wave_fst_value(struct wave_fst *fst, uint32_t signal, const struct wave_value *value) {
    (void)fst, (void)signal, (void)value;
}

bool wave_fst_close(struct wave_fst *fst, const char *path, struct sim_err *err) {
    (void)fst, (void)path, (void)err;
    return true; /* there is never one to close */
}

void wave_fst_abandon(struct wave_fst *fst) {
    (void)fst;
}

#endif
