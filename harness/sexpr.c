#include "harness/sexpr.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    const char *data, *file;
    size_t size, at;
    uint32_t line;
    bool line_start; /* only blanks so far on this line */
    struct sexpr *out;
    uint32_t capacity;
    size_t text_used;
    uint32_t open[SEXPR_MAX_DEPTH]; /* lists not yet closed, outermost first */
    uint32_t last[SEXPR_MAX_DEPTH]; /* their last child so far */
    unsigned depth;
    struct sim_err *err;
};

static bool fail(struct reader *r, uint32_t line, const char *text) {
    return sim_err_at(r->err, SIM_ERR_INPUT, r->file, (long)line, "%s", text);
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

static void skip_line(struct reader *r) {
    while (r->at < r->size && r->data[r->at] != '\n')
        r->at++;
}

static void skip_blanks(struct reader *r) {
    for (; r->at < r->size; r->at++) {
        char c = r->data[r->at];
        if (c == '#' && r->line_start)
            skip_line(r);
        else if (!is_blank(c))
            return;
        if (r->at >= r->size)
            return;
        if (r->data[r->at] == '\n') {
            r->line++;
            r->line_start = true;
        }
    }
}

static bool add_node(struct reader *r, struct sexpr_node node) {
    struct sexpr *out = r->out;
    if (out->n_nodes == SEXPR_MAX_NODES)
        return fail(r, r->line, "too many elements (more than 4 million)");
    if (out->n_nodes == r->capacity) {
        uint32_t wanted = r->capacity ? r->capacity * 2 : 1024;
        struct sexpr_node *bigger = realloc(out->nodes, wanted * sizeof *bigger);
        if (!bigger)
            return sim_err_set(r->err, SIM_ERR_ENVIRONMENT, "out of memory");
        out->nodes = bigger;
        r->capacity = wanted;
    }
    uint32_t index = out->n_nodes++;
    out->nodes[index] = node;
    if (r->depth) {
        uint32_t *last = &r->last[r->depth - 1];
        if (*last == SEXPR_NONE)
            out->nodes[r->open[r->depth - 1]].first = index;
        else
            out->nodes[*last].next = index;
        *last = index;
    }
    return true;
}

static bool open_list(struct reader *r) {
    if (r->depth == SEXPR_MAX_DEPTH)
        return fail(r, r->line, "lists nested deeper than 64");
    if (!add_node(r, (struct sexpr_node){.first = SEXPR_NONE, .next = SEXPR_NONE, .line = r->line}))
        return false;
    r->open[r->depth] = r->out->n_nodes - 1;
    r->last[r->depth++] = SEXPR_NONE;
    r->at++;
    return true;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Up to `most` digits of `base` (8 or 16) at the current place. */
static char numeric_escape(struct reader *r, int base, int most) {
    int value = 0;
    for (; most > 0 && r->at < r->size; most--, r->at++) {
        int digit = hex_digit(r->data[r->at]);
        if (digit < 0 || digit >= base)
            break;
        value = (value * base + digit) & 0xff;
    }
    return value ? (char)value : '?'; /* a NUL would silently cut the name */
}

/* The character an escape stands for; `at` is behind the backslash. An unknown one stands
 * for the character itself, as in KiCad's lexer. */
static char escape(struct reader *r) {
    static const char from[] = "abfnrtv", to[] = "\a\b\f\n\r\t\v";
    char c = r->data[r->at];
    if (c >= '0' && c <= '7')
        return numeric_escape(r, 8, 3);
    r->at++;
    if (c == 'x')
        return numeric_escape(r, 16, 2);
    const char *known = c ? strchr(from, c) : NULL;
    return known ? to[known - from] : c;
}

static bool read_string(struct reader *r) {
    char *text = r->out->text + r->text_used, *end = text;
    for (r->at++; r->at < r->size && r->data[r->at] != '"';) {
        char c = r->data[r->at++];
        if (c == '\n' || c == '\0')
            return fail(r, r->line,
                        c ? "a string does not end on its line; expected \""
                          : "a NUL octet in a string");
        if (c == '\\' && r->at < r->size && r->data[r->at] != '\n')
            c = escape(r);
        *end++ = c;
    }
    if (r->at == r->size)
        return fail(r, r->line, "the file ends inside a string; expected \"");
    r->at++;
    *end++ = '\0';
    r->text_used += (size_t)(end - text);
    return add_node(r, (struct sexpr_node){.text = text,
                                           .first = SEXPR_NONE,
                                           .next = SEXPR_NONE,
                                           .line = r->line,
                                           .quoted = true});
}

static bool read_word(struct reader *r) {
    char *text = r->out->text + r->text_used, *end = text;
    for (; r->at < r->size; r->at++) {
        char c = r->data[r->at];
        if (is_blank(c) || c == '(' || c == ')' || c == '"')
            break;
        if (c == '\0')
            return fail(r, r->line, "a NUL octet; expected text");
        *end++ = c;
    }
    *end++ = '\0';
    r->text_used += (size_t)(end - text);
    return add_node(r, (struct sexpr_node){
                           .text = text, .first = SEXPR_NONE, .next = SEXPR_NONE, .line = r->line});
}

static bool read_element(struct reader *r) {
    char c = r->data[r->at];
    r->line_start = false;
    if (c == '(')
        return open_list(r);
    if (c == ')') {
        r->depth--;
        r->at++;
        return true;
    }
    return c == '"' ? read_string(r) : read_word(r);
}

static bool read_top(struct reader *r) {
    if (r->size >= 3 && memcmp(r->data, "\xef\xbb\xbf", 3) == 0)
        r->at = 3; /* byte order mark */
    skip_blanks(r);
    if (r->at == r->size)
        return fail(r, r->line, "the file is empty; expected a list beginning with (");
    if (r->data[r->at] != '(')
        return fail(r, r->line, "expected a list beginning with (");
    do {
        if (!read_element(r))
            return false;
        skip_blanks(r);
    } while (r->depth && r->at < r->size);
    if (r->depth)
        return sim_err_at(r->err, SIM_ERR_INPUT, r->file, (long)r->line,
                          "the file ends inside the list opened at line %u; expected )",
                          (unsigned)r->out->nodes[r->open[r->depth - 1]].line);
    if (r->at < r->size)
        return fail(r, r->line, "text behind the end of the list; expected the end of the file");
    return true;
}

bool sexpr_parse(struct sexpr *sexpr, const char *data, size_t size, const char *file,
                 struct sim_err *err) {
    *sexpr = (struct sexpr){0};
    struct reader r = {.data = data,
                       .file = file,
                       .size = size,
                       .line = 1,
                       .line_start = true,
                       .out = sexpr,
                       .err = err};
    /* Every atom takes at least one octet more in the file (a blank, a quote, the ')' of
     * its list) than its text is long: one buffer of the file's size holds them all. */
    sexpr->text = malloc(size + 2);
    if (!sexpr->text)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    if (read_top(&r))
        return true;
    sexpr_finish(sexpr);
    return false;
}

void sexpr_finish(struct sexpr *sexpr) {
    free(sexpr->nodes);
    free(sexpr->text);
    *sexpr = (struct sexpr){0};
}

uint32_t sexpr_child(const struct sexpr *sexpr, uint32_t list, unsigned index) {
    uint32_t node = list == SEXPR_NONE ? SEXPR_NONE : sexpr->nodes[list].first;
    while (node != SEXPR_NONE && index--)
        node = sexpr->nodes[node].next;
    return node;
}

const char *sexpr_text(const struct sexpr *sexpr, uint32_t list, unsigned index) {
    uint32_t node = sexpr_child(sexpr, list, index);
    return node == SEXPR_NONE ? NULL : sexpr->nodes[node].text;
}

const char *sexpr_head(const struct sexpr *sexpr, uint32_t list) {
    const char *text = sexpr_text(sexpr, list, 0);
    return text ? text : "";
}

static uint32_t matching(const struct sexpr *sexpr, uint32_t node, const char *head) {
    while (node != SEXPR_NONE && strcmp(sexpr_head(sexpr, node), head) != 0)
        node = sexpr->nodes[node].next;
    return node;
}

uint32_t sexpr_find(const struct sexpr *sexpr, uint32_t list, const char *head) {
    return list == SEXPR_NONE ? SEXPR_NONE : matching(sexpr, sexpr->nodes[list].first, head);
}

uint32_t sexpr_again(const struct sexpr *sexpr, uint32_t node, const char *head) {
    return matching(sexpr, sexpr->nodes[node].next, head);
}

const char *sexpr_value(const struct sexpr *sexpr, uint32_t list, const char *head) {
    return sexpr_text(sexpr, sexpr_find(sexpr, list, head), 1);
}

bool sexpr_has_atom(const struct sexpr *sexpr, uint32_t list, const char *text) {
    for (uint32_t node = sexpr_child(sexpr, list, 1); node != SEXPR_NONE;
         node = sexpr->nodes[node].next)
        if (sexpr->nodes[node].text && strcmp(sexpr->nodes[node].text, text) == 0)
            return true;
    return false;
}
