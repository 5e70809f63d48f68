#include <stdlib.h>
#include <string.h>

#include "harness/view/vcd_internal.h"

/* A header's section whose $end is missing, or the file's. */
static bool ended(struct vcd *vcd) {
    if (vcd->text.failed)
        return false;
    return vcd_refuse(&vcd->text, "the file ends in its header; expected $enddefinitions $end");
}

static bool expect_end(struct vcd *vcd, const char *after) {
    struct vcd_word word = vcd_next(&vcd->text);
    if (!word.n)
        return ended(vcd);
    return vcd_is(word, "$end") ||
           vcd_refuse(&vcd->text, "found '%s' after %s; expected $end", vcd_quote(word), after);
}

/* Words up to $end as one name in `name`: a range joins what is before it, others with a blank. */
static bool read_name(struct vcd *vcd, struct store_octets *name) {
    bool open = false; /* within [ ] */
    name->n = 0;
    for (;;) {
        struct vcd_word word = vcd_next(&vcd->text);
        if (!word.n)
            return ended(vcd);
        if (vcd_is(word, "$end"))
            return true;
        bool blank = name->n && !open && word.at[0] != '[';
        if ((blank && !store_octets_put(name, " ", 1)) || !store_octets_put(name, word.at, word.n))
            return store_build_no_memory(vcd->text.read->build);
        bool opens = memchr(word.at, '[', word.n) != NULL;
        open = (open || opens) && !memchr(word.at, ']', word.n);
    }
}

/* --- $timescale ----------------------------------------------------------------------------- */

static bool parse_timescale(const char *text, int32_t *exponent) {
    static const struct {
        const char *unit;
        int exponent;
    } units[] = {{"s", 0}, {"ms", -3}, {"us", -6}, {"ns", -9}, {"ps", -12}, {"fs", -15}};
    size_t zeros = strspn(text, "1") == 1 ? strspn(text + 1, "0") : 3;
    if (zeros > 2)
        return false;
    text += 1 + zeros;
    text += *text == ' ';
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(text, units[i].unit) == 0) {
            *exponent = units[i].exponent + (int)zeros;
            return true;
        }
    }
    return false;
}

static bool read_timescale(struct vcd *vcd, struct store_octets *name) {
    struct store_build *build = vcd->text.read->build;
    if (!read_name(vcd, name))
        return false;
    if (!store_octets_put(name, "", 1))
        return store_build_no_memory(build);
    struct vcd_word found = {(char *)name->at, name->n - 1};
    build->note = NULL;
    return parse_timescale(found.at, &build->exponent) ||
           vcd_refuse(&vcd->text,
                      "a $timescale of '%s'; expected 1, 10 or 100 and a unit "
                      "(s, ms, us, ns, ps, fs)",
                      vcd_quote(found));
}

/* --- $scope --------------------------------------------------------------------------------- */

static bool read_scope(struct vcd *vcd, struct store_octets *name) {
    struct vcd_word type = vcd_next(&vcd->text);
    if (!type.n)
        return ended(vcd);
    if (vcd_is(type, "$end"))
        return vcd_refuse(&vcd->text, "a $scope without a type; expected module, task, ...");
    if (!read_name(vcd, name))
        return false;
    return store_build_scope(vcd->text.read->build, (char *)name->at, name->n) ||
           vcd_placed(&vcd->text);
}

static bool read_upscope(struct vcd *vcd) {
    return (store_build_upscope(vcd->text.read->build) || vcd_placed(&vcd->text)) &&
           expect_end(vcd, "$upscope");
}

/* --- $var ----------------------------------------------------------------------------------- */

static enum store_kind kind_of(struct vcd_word type) {
    static const struct {
        const char *type;
        enum store_kind kind;
    } kinds[] = {
        {"real", STORE_REAL},           {"realtime", STORE_REAL}, {"shortreal", STORE_REAL},
        {"real_parameter", STORE_REAL}, {"event", STORE_EVENT},   {"string", STORE_STRING},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (vcd_is(type, kinds[i].type))
            return kinds[i].kind;
    return STORE_VECTOR;
}

static bool read_width(struct vcd *vcd, struct vcd_word word, enum store_kind kind,
                       uint32_t *width) {
    uint64_t value = 0;
    bool number = word.n > 0;
    for (size_t i = 0; i < word.n && number; i++) {
        number = word.at[i] >= '0' && word.at[i] <= '9';
        value = value > UINT32_MAX ? value : value * 10 + (uint64_t)(word.at[i] - '0');
    }
    bool fits = kind != STORE_VECTOR || (value >= 1 && value <= STORE_MAX_WIDTH);
    if (!number || !fits)
        return vcd_refuse(&vcd->text, "a $var of '%s' bits; expected 1 to %d", vcd_quote(word),
                          STORE_MAX_WIDTH);
    *width = (uint32_t)value;
    return true;
}

/* The data of an identifier: a new one, or that of its aliases. */
static bool find_data(struct vcd *vcd, struct vcd_word id, enum store_kind kind, uint32_t width,
                      uint32_t *data) {
    struct store_build *build = vcd->text.read->build;
    *data = vcd_ids_find(&vcd->ids, id.at, id.n);
    if (kind == STORE_VECTOR && width == 1)
        kind = STORE_BIT;
    if (*data == STORE_NONE) {
        *data = store_build_data(build, kind, width);
        if (*data == STORE_NONE)
            return vcd_placed(&vcd->text);
        return vcd_ids_add(&vcd->ids, id.at, id.n, *data) || store_build_no_memory(build);
    }
    const struct store_data *known = &build->datas[*data];
    bool same = known->kind == kind && (kind != STORE_VECTOR || known->width == width);
    return same || vcd_refuse(&vcd->text, "the identifier '%s' is that of a $var of another kind",
                              vcd_quote(id));
}

static bool read_var(struct vcd *vcd, struct store_octets *name) {
    struct vcd_word word = vcd_next(&vcd->text);
    enum store_kind kind = kind_of(word);
    uint32_t width = 0, data;
    word = vcd_next(&vcd->text);
    if (!word.n)
        return ended(vcd);
    if (!read_width(vcd, word, kind, &width))
        return false;
    word = vcd_next(&vcd->text);
    if (!word.n)
        return ended(vcd);
    if (!find_data(vcd, word, kind, width, &data) || !read_name(vcd, name))
        return false;
    if (!name->n)
        return vcd_refuse(&vcd->text, "a $var without a name; expected type, width, identifier, "
                                      "name, $end");
    return store_build_signal(vcd->text.read->build, (char *)name->at, name->n, data) ||
           vcd_placed(&vcd->text);
}

/* --- the header ----------------------------------------------------------------------------- */

static bool read_section(struct vcd *vcd, struct vcd_word word, struct store_octets *name) {
    if (vcd_is(word, "$var"))
        return read_var(vcd, name);
    if (vcd_is(word, "$scope"))
        return read_scope(vcd, name);
    if (vcd_is(word, "$upscope"))
        return read_upscope(vcd);
    if (vcd_is(word, "$timescale"))
        return read_timescale(vcd, name);
    return vcd_skip_section(&vcd->text) || ended(vcd);
}

/* sigrok-cli puts a line "META samplerate: 1000000" before a VCD that it made of another. */
static bool skip_line(struct vcd *vcd) {
    return vcd_next(&vcd->text).n && vcd_next(&vcd->text).n ? true : ended(vcd);
}

bool vcd_read_header(struct vcd *vcd) {
    struct store_octets name = {0};
    bool good = true, first = true, defined = false;
    vcd->text.read->build->exponent = -9;
    vcd->text.read->build->note = "no $timescale: a tick is taken as 1 ns";
    while (good && !defined) {
        struct vcd_word word = vcd_next(&vcd->text);
        if (!word.n)
            good = ended(vcd);
        else if (first && vcd_is(word, "META"))
            good = skip_line(vcd);
        else if (word.at[0] != '$')
            good = vcd_refuse(&vcd->text,
                              first ? "neither a VCD nor an FST file: found '%s'"
                                    : "found '%s' in the header; expected a keyword ($)",
                              vcd_quote(word));
        else if (vcd_is(word, "$enddefinitions"))
            good = defined = expect_end(vcd, "$enddefinitions");
        else
            good = read_section(vcd, word, &name);
        first = false;
    }
    free(name.at);
    return good;
}
