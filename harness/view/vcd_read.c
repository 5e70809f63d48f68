#include <stdlib.h>
#include <string.h>

#include "harness/view/vcd_internal.h"

/* Characters of values in small letters; 0: it is none. */
static const char states[256] = {
    ['0'] = '0', ['1'] = '1', ['x'] = 'x', ['X'] = 'x', ['z'] = 'z', ['Z'] = 'z',
    ['u'] = 'u', ['U'] = 'u', ['w'] = 'w', ['W'] = 'w', ['l'] = 'l', ['L'] = 'l',
    ['h'] = 'h', ['H'] = 'h', ['-'] = '-', ['?'] = 'x'};

/* The last word is half there, or may be: the end, as far as that is allowed. */
static bool cut_off(struct vcd *vcd, const char *in) {
    struct wave_read *read = vcd->text.read;
    if (!read->allow_end)
        return vcd_refuse(&vcd->text, "the file is cut off in %s", in);
    read->build->note = "the file is cut off; shown as far as it goes";
    vcd->over = true;
    return true;
}

static struct store_data *data_of(struct vcd *vcd, uint32_t data) {
    return &vcd->text.read->build->datas[data];
}

static bool placed(struct vcd *vcd, bool good) {
    return good || vcd_placed(&vcd->text);
}

/* The signal of an identifier; STORE_NONE when it is refused, or the file ends in it: what is
 * there of it may be the identifier of another. */
static uint32_t signal_of(struct vcd *vcd, struct vcd_word id) {
    uint32_t data = vcd_ids_find(&vcd->ids, id.at, id.n);
    bool at_end = vcd_at_end(&vcd->text);
    if (data != STORE_NONE && !at_end)
        return data;
    if (vcd->text.failed)
        return STORE_NONE;
    if (at_end)
        cut_off(vcd, "an identifier");
    else if (!id.n)
        vcd_refuse(&vcd->text, "a value without an identifier");
    else
        vcd_refuse(&vcd->text, "no $var has the identifier '%s'", vcd_quote(id));
    return STORE_NONE;
}

static bool misfit(struct vcd *vcd, const char *found, const struct store_data *data) {
    static const char *const kinds[] = {[STORE_BIT] = "bits",
                                        [STORE_VECTOR] = "bits",
                                        [STORE_REAL] = "a real number (r)",
                                        [STORE_STRING] = "a string (s)",
                                        [STORE_EVENT] = "an event (1)"};
    return vcd_refuse(&vcd->text, "%s for a signal that takes %s", found, kinds[data->kind]);
}

/* --- values --------------------------------------------------------------------------------- */

static bool read_scalar(struct vcd *vcd, struct vcd_word word) {
    uint32_t index = signal_of(vcd, (struct vcd_word){word.at + 1, word.n - 1});
    struct store_build *build = vcd->text.read->build;
    char value = states[(unsigned char)word.at[0]];
    if (index == STORE_NONE)
        return vcd->over;
    struct store_data *data = data_of(vcd, index);
    if (data->kind == STORE_BIT)
        return placed(vcd, store_build_word(build, data, (unsigned char)value));
    if (data->kind == STORE_VECTOR)
        return placed(vcd, store_build_bits(build, index, &value, 1));
    if (data->kind == STORE_EVENT)
        return placed(vcd, store_build_event(build, index));
    return misfit(vcd, "bits", data);
}

/* The value's characters in small letters, in place. */
static bool to_states(struct vcd *vcd, struct vcd_word value) {
    for (size_t i = 0; i < value.n; i++) {
        char c = states[(unsigned char)value.at[i]];
        if (!c)
            return vcd_refuse(&vcd->text, "'%s' in a value of bits; expected 0, 1, x or z",
                              vcd_quote((struct vcd_word){value.at + i, 1}));
        value.at[i] = c;
    }
    return true;
}

static bool put_bits(struct vcd *vcd, uint32_t index, struct vcd_word value) {
    struct store_data *data = data_of(vcd, index);
    struct store_build *build = vcd->text.read->build;
    if (data->kind == STORE_EVENT)
        return placed(vcd, store_build_event(build, index));
    if (data->kind != STORE_BIT && data->kind != STORE_VECTOR)
        return misfit(vcd, "bits", data);
    if (!value.n)
        return vcd_refuse(&vcd->text, "a value of no bits");
    return to_states(vcd, value) && placed(vcd, store_build_bits(build, index, value.at, value.n));
}

static bool put_real(struct vcd *vcd, uint32_t index, struct vcd_word value) {
    struct store_data *data = data_of(vcd, index);
    double number;
    if (data->kind != STORE_REAL)
        return misfit(vcd, "a real number", data);
    if (!vcd_real(value.at, value.n, &number))
        return vcd_refuse(&vcd->text, "'%s' where a real number is expected", vcd_quote(value));
    return placed(vcd, store_build_real(vcd->text.read->build, index, number));
}

static bool put_string(struct vcd *vcd, uint32_t index, struct vcd_word value) {
    struct store_data *data = data_of(vcd, index);
    if (data->kind != STORE_STRING)
        return misfit(vcd, "a string", data);
    value.n = vcd_unescape(value.at, value.n);
    return placed(vcd, store_build_text(vcd->text.read->build, index, value.at, value.n));
}

/* A value of more than one character: letter and value in the first word, then the identifier. */
static bool read_value(struct vcd *vcd, struct vcd_word word) {
    char letter = word.at[0];
    struct vcd_word id = vcd_second(&vcd->text, &word);
    uint32_t index = signal_of(vcd, id);
    struct vcd_word value = {word.at + 1, word.n - 1};
    if (index == STORE_NONE)
        return vcd->over;
    switch (letter) {
    case 'b':
    case 'B':
        return put_bits(vcd, index, value);
    case 'r':
    case 'R':
        return put_real(vcd, index, value);
    default:
        return put_string(vcd, index, value);
    }
}

static bool read_time(struct vcd *vcd, struct vcd_word word) {
    struct store_build *build = vcd->text.read->build;
    int64_t time = 0;
    bool good = word.n > 1;
    for (size_t i = 1; i < word.n && good; i++) {
        good = word.at[i] >= '0' && word.at[i] <= '9' && !__builtin_mul_overflow(time, 10, &time) &&
               !__builtin_add_overflow(time, word.at[i] - '0', &time);
    }
    good = good && time != INT64_MAX;
    if (vcd_at_end(&vcd->text))
        return cut_off(vcd, "a time");
    if (!good)
        return vcd_refuse(&vcd->text, "'%s' where a time is expected, # and ticks below 2^63",
                          vcd_quote(word));
    if (time < build->now)
        return vcd_refuse(&vcd->text, "time goes back from #%ld to #%ld", (long)build->now,
                          (long)time);
    return placed(vcd, store_build_time(build, time));
}

/* --- the body ------------------------------------------------------------------------------- */

static bool read_keyword(struct vcd *vcd, struct vcd_word word) {
    static const char *const open[] = {"$end", "$dumpvars", "$dumpall", "$dumpon", "$dumpoff"};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        if (vcd_is(word, open[i]))
            return true; /* values follow as everywhere */
    if (word.n >= 10 && memcmp(word.at, "$dumpports", 10) == 0)
        return vcd_refuse(&vcd->text, "an extended VCD ($dumpports); expected one of 4 states");
    long line = vcd->text.line;
    if (vcd_skip_section(&vcd->text))
        return true;
    if (vcd->text.failed)
        return false;
    vcd->text.line = line;
    return cut_off(vcd, "this section, which has no $end");
}

static bool read_change(struct vcd *vcd, struct vcd_word word) {
    switch (word.at[0]) {
    case '#':
        return read_time(vcd, word);
    case 'b':
    case 'B':
    case 'r':
    case 'R':
    case 's':
    case 'S':
        return read_value(vcd, word);
    case '$':
        return read_keyword(vcd, word);
    default:
        return vcd_refuse(&vcd->text, "found '%s'; expected a time (#), a value or a keyword ($)",
                          vcd_quote(word));
    }
}

static bool read_body(struct vcd *vcd) {
    while (!vcd->over) {
        struct vcd_word word = vcd_next(&vcd->text);
        if (!word.n)
            return !vcd->text.failed;
        bool good =
            states[(unsigned char)word.at[0]] ? read_scalar(vcd, word) : read_change(vcd, word);
        if (!good)
            return false;
    }
    return true;
}

/* A gzip stream may end early where the text could have ended. */
static bool read_end(struct vcd *vcd) {
    if (vcd->over || !vcd->text.read->input->cut)
        return true;
    return cut_off(vcd, "its gzip stream");
}

bool vcd_read(struct wave_read *read) {
    struct vcd vcd = {0};
    bool good = vcd_text_init(&vcd.text, read);
    if (good && !vcd_ids_init(&vcd.ids))
        good = store_build_no_memory(read->build);
    good = good && vcd_read_header(&vcd) && store_build_begin(read->build) && read_body(&vcd) &&
           read_end(&vcd);
    vcd_ids_finish(&vcd.ids);
    vcd_text_finish(&vcd.text);
    return good;
}
