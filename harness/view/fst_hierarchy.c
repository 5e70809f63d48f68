#include "harness/view/fst_build.h"

#ifdef LINKPULSE_FST
#include <fstapi.h>
#include <stdlib.h>
#include <string.h>

struct walk {
    struct wave_read *read;
    const struct fst_file *file;
    uint32_t *datas;
    const uint8_t *at, *end;
    uint32_t handle;
};

static bool refuse(const struct walk *walk, const char *why) {
    return sim_err_at(walk->read->err, SIM_ERR_INPUT, walk->read->input->path, 0,
                      "not a sound FST file: %s", why);
}

static bool placed(const struct walk *walk, bool good) {
    struct sim_err *err = walk->read->err;
    if (!good)
        sim_format(err->file, sizeof err->file, "%s", walk->read->input->path);
    return good;
}

/* A string up to its NUL. */
static bool take_name(struct walk *walk, const char **name, size_t *n) {
    const uint8_t *nul = memchr(walk->at, 0, (size_t)(walk->end - walk->at));
    if (!nul)
        return refuse(walk, "a name in the hierarchy does not end");
    *name = (const char *)walk->at;
    *n = (size_t)(nul - walk->at);
    walk->at = nul + 1;
    return true;
}

static bool take_number(struct walk *walk, uint64_t *value) {
    return fst_file_number(&walk->at, walk->end, value) || refuse(walk, "the hierarchy is cut off");
}

static bool take_octet(struct walk *walk, int *value) {
    if (walk->at == walk->end)
        return refuse(walk, "the hierarchy is cut off");
    *value = *walk->at++;
    return true;
}

static bool take_scope(struct walk *walk) {
    const char *name = NULL, *component;
    size_t n = 0, component_n;
    int type;
    return take_octet(walk, &type) && take_name(walk, &name, &n) &&
           take_name(walk, &component, &component_n) &&
           placed(walk, store_build_scope(walk->read->build, name, n));
}

static bool take_attribute(struct walk *walk) {
    const char *name;
    size_t n;
    int type;
    uint64_t argument;
    return take_octet(walk, &type) && take_octet(walk, &type) && take_name(walk, &name, &n) &&
           take_number(walk, &argument);
}

/* Without the blank before a range, as in a VCD. */
static bool put_signal(struct walk *walk, const char *name, size_t n, uint32_t data) {
    char *joined = malloc(n + 1);
    size_t out = 0;
    if (!joined)
        return placed(walk, store_build_no_memory(walk->read->build));
    for (size_t i = 0; i < n; i++)
        if (name[i] != ' ' || i + 1 == n || name[i + 1] != '[')
            joined[out++] = name[i];
    bool good = store_build_signal(walk->read->build, joined, out, data);
    free(joined);
    return placed(walk, good);
}

static enum store_kind kind_of(int type, uint32_t length) {
    if (length == FST_FILE_REAL)
        return STORE_REAL;
    if (length == FST_FILE_STRING || type == FST_VT_GEN_STRING || type == FST_VT_VCD_PORT)
        return STORE_STRING;
    return type == FST_VT_VCD_EVENT ? STORE_EVENT : STORE_VECTOR;
}

/* Direction, name, length and alias; the length that counts is that of the list. */
static bool take_variable(struct walk *walk, int type) {
    const char *name = NULL;
    size_t n = 0;
    int direction;
    uint64_t length, alias = 0;
    if (!take_octet(walk, &direction) || !take_name(walk, &name, &n) ||
        !take_number(walk, &length) || !take_number(walk, &alias))
        return false;
    uint64_t handle = alias ? alias : ++walk->handle;
    if (handle < 1 || handle > walk->file->n_handles)
        return refuse(walk, "a signal that has no length");
    uint32_t *data = &walk->datas[handle - 1];
    uint32_t bits = walk->file->lengths[handle - 1];
    if (*data == STORE_NONE)
        *data = store_build_data(walk->read->build, kind_of(type, bits), bits);
    if (*data == STORE_NONE)
        return placed(walk, false);
    return put_signal(walk, name, n, *data);
}

static bool take_entry(struct walk *walk) {
    int tag;
    if (!take_octet(walk, &tag))
        return false;
    switch (tag) {
    case FST_ST_VCD_SCOPE:
        return take_scope(walk);
    case FST_ST_VCD_UPSCOPE:
        return placed(walk, store_build_upscope(walk->read->build));
    case FST_ST_GEN_ATTRBEGIN:
        return take_attribute(walk);
    case FST_ST_GEN_ATTREND:
        return true;
    default:
        return tag <= FST_VT_MAX ? take_variable(walk, tag)
                                 : refuse(walk, "an unknown entry in "
                                                "the hierarchy");
    }
}

bool fst_hierarchy(struct wave_read *read, const struct fst_file *file, uint32_t *datas) {
    struct walk walk = {.read = read,
                        .file = file,
                        .datas = datas,
                        .at = file->hierarchy,
                        .end = file->hierarchy + file->hierarchy_n};
    memset(datas, 0xff, file->n_handles * sizeof *datas);
    while (walk.at < walk.end)
        if (!take_entry(&walk))
            return false;
    return true;
}

#endif
