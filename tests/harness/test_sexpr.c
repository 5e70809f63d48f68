#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "harness/sexpr.h"

static struct sim_err err;

static bool parse(struct sexpr *s, const char *text) {
    err = SIM_ERR_INIT;
    return sexpr_parse(s, text, strlen(text), "t.net", &err);
}

Test(sexpr, reads_words_strings_and_lists) {
    struct sexpr s;
    cr_assert(parse(&s, "# a comment (\n(a b \"c d\"\n (e f) (e g) () )\n"));
    cr_expect_str_eq(sexpr_head(&s, 0), "a");
    cr_expect_str_eq(sexpr_text(&s, 0, 1), "b");
    cr_expect_str_eq(sexpr_text(&s, 0, 2), "c d");
    uint32_t e = sexpr_find(&s, 0, "e");
    cr_expect_str_eq(sexpr_text(&s, e, 1), "f");
    cr_expect_eq(s.nodes[e].line, 3);
    cr_expect_str_eq(sexpr_text(&s, sexpr_again(&s, e, "e"), 1), "g");
    cr_expect_null(sexpr_text(&s, 0, 3), "a list has no text");
    cr_expect_null(sexpr_value(&s, 0, "absent"));
    cr_expect(sexpr_has_atom(&s, 0, "c d"));
    cr_expect(!sexpr_has_atom(&s, 0, "f"));
    sexpr_finish(&s);
}

Test(sexpr, understands_escapes) {
    struct sexpr s;
    cr_assert(parse(&s, "(\"\\\"\\\\\\n\\t\\x41\\102\\q\\x\\0\"a\"b\"c)"));
    cr_expect_str_eq(sexpr_text(&s, 0, 0), "\"\\\n\tABq??");
    cr_expect_str_eq(sexpr_text(&s, 0, 1), "a");
    cr_expect_str_eq(sexpr_text(&s, 0, 2), "b");
    cr_expect_str_eq(sexpr_text(&s, 0, 3), "c");
    sexpr_finish(&s);
}

static const struct {
    const char *text, *message;
    long line;
} bad[] = {
    {"", "empty", 1},
    {"\n\n  ", "empty", 3},
    {"word", "expected a list", 1},
    {"(a\n(b", "opened at line 2", 2},
    {"(a\n\"b\nc\")", "does not end on its line", 2},
    {"(a \"b", "inside a string", 1},
    {"(a)\n(b)", "behind the end", 2},
    {"(a))", "behind the end", 1},
    {"(a \"\\", "inside a string", 1},
};

Test(sexpr, refuses_with_line) {
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct sexpr s;
        cr_assert(!parse(&s, bad[i].text), "%s", bad[i].text);
        cr_expect(strstr(err.text, bad[i].message), "%s: %s", bad[i].text, err.text);
        cr_expect_eq(err.line, bad[i].line, "%s: line %ld", bad[i].text, err.line);
        cr_expect_str_eq(err.file, "t.net");
        cr_expect_eq(err.cls, SIM_ERR_INPUT);
    }
}

Test(sexpr, limits_depth_and_refuses_nul) {
    struct sexpr s;
    char deep[200];
    memset(deep, '(', 100);
    memset(deep + 100, ')', 99);
    deep[199] = '\0';
    cr_expect(!parse(&s, deep));
    cr_expect(strstr(err.text, "deeper than 64"), "%s", err.text);
    cr_expect(!sexpr_parse(&s, "(a\0b)", 5, "x", &err));
    cr_expect(!sexpr_parse(&s, "(\"a\0b\")", 7, "x", &err));
    memset(deep + 64, ')', 64);
    deep[128] = '\0';
    cr_assert(parse(&s, deep));
    sexpr_finish(&s);
}
