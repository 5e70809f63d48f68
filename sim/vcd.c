#include "sim/vcd.h"

#include <string.h>

#include "sim/err.h"

/* One item under construction; it reaches the buffer whole. */
struct item {
    char text[VCD_MAX_ITEM];
    size_t length;
};

static void add(struct item *item, const char *text) {
    size_t n = strlen(text);
    if (n > sizeof item->text - item->length)
        n = sizeof item->text - item->length;
    memcpy(item->text + item->length, text, n);
    item->length += n;
}

static void add_number(struct item *item, uint64_t number) {
    char digits[24], *p = digits + sizeof digits;
    *--p = 0;
    do
        *--p = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    add(item, p);
}

static void add_time(struct item *item, sim_time time) {
    add(item, "#");
    add_number(item, (uint64_t)time);
    add(item, "\n");
}

/* Identifier codes are the printable characters, least significant first. */
static void add_id(struct item *item, uint32_t id) {
    char code[8];
    size_t n = 0;
    do
        code[n++] = (char)('!' + id % 94);
    while ((id /= 94) > 0);
    code[n] = 0;
    add(item, code);
}

static bool append(struct vcd_buffer *buffer, const struct item *item) {
    if (buffer->size - buffer->used < item->length)
        return false;
    memcpy(buffer->bytes + buffer->used, item->text, item->length);
    buffer->used += item->length;
    return true;
}

static bool append_text(struct vcd_buffer *buffer, const char *text) {
    struct item item = {.length = 0};
    add(&item, text);
    return append(buffer, &item);
}

const char *vcd_name(const char *name, char *out, size_t size) {
    size_t n = 0;
    for (; *name && n + 1 < size; name++) {
        char c = *name;
        if (c <= ' ' || c > '~')
            c = '_';
        out[n++] = c == '[' ? '(' : c == ']' ? ')' : c;
    }
    if (n == 0 && size > 1)
        out[n++] = '_';
    out[n] = 0;
    return out;
}

bool vcd_header(struct vcd_buffer *buffer) {
    return append_text(buffer, "$version linkpulse $end\n$timescale 1 ps $end\n");
}

bool vcd_scope(struct vcd_buffer *buffer, const char *name) {
    struct item item = {.length = 0};
    char clean[VCD_MAX_NAME];
    add(&item, "$scope module ");
    add(&item, vcd_name(name, clean, sizeof clean));
    add(&item, " $end\n");
    return append(buffer, &item);
}

bool vcd_upscope(struct vcd_buffer *buffer) {
    return append_text(buffer, "$upscope $end\n");
}

bool vcd_var(struct vcd_buffer *buffer, enum vcd_kind kind, uint32_t id, const char *name) {
    struct item item = {.length = 0};
    char clean[VCD_MAX_NAME];
    add(&item, kind == VCD_WIRE ? "$var wire 1 " : "$var real 64 ");
    add_id(&item, id);
    add(&item, " ");
    add(&item, vcd_name(name, clean, sizeof clean));
    add(&item, " $end\n");
    return append(buffer, &item);
}

bool vcd_definitions_end(struct vcd_buffer *buffer) {
    return append_text(buffer, "$enddefinitions $end\n");
}

bool vcd_dump_begin(struct vcd_buffer *buffer, sim_time time) {
    struct item item = {.length = 0};
    add_time(&item, time);
    add(&item, "$dumpvars\n");
    return append(buffer, &item);
}

bool vcd_dump_end(struct vcd_buffer *buffer) {
    return append_text(buffer, "$end\n");
}

bool vcd_time(struct vcd_buffer *buffer, sim_time time) {
    struct item item = {.length = 0};
    add_time(&item, time);
    return append(buffer, &item);
}

bool vcd_value(struct vcd_buffer *buffer, uint32_t id, char value) {
    struct item item = {.text = {value}, .length = 1};
    add_id(&item, id);
    add(&item, "\n");
    return append(buffer, &item);
}

bool vcd_whole_value(struct vcd_buffer *buffer, uint32_t id, uint64_t n) {
    struct item item = {.length = 0};
    add(&item, "r");
    add_number(&item, n);
    add(&item, " ");
    add_id(&item, id);
    add(&item, "\n");
    return append(buffer, &item);
}

bool vcd_real_value(struct vcd_buffer *buffer, uint32_t id, double x) {
    struct item item = {.length = 0};
    char number[40];
    sim_format(number, sizeof number, "r%g ", x);
    add(&item, number);
    add_id(&item, id);
    add(&item, "\n");
    return append(buffer, &item);
}
