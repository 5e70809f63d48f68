#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "harness/image.h"

/* --- a small ELF ------------------------------------------------------------------------
 * header 0, program headers 52 (2), code 116 (8 octets), symbols 124 (6), names 220,
 * section headers 260 (3): none, .text, .symtab with names in section 1's place. */

enum { PHDR = 52, CODE = 116, SYMS = 124, NAMES = 220, SHDR = 260, SIZE = 420 };

static void put16(uint8_t *p, unsigned v) {
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *p, uint32_t v) {
    put16(p, v & 0xffff);
    put16(p + 2, v >> 16);
}

static void put_words(uint8_t *p, const uint32_t *words, size_t n) {
    for (size_t i = 0; i < n; i++)
        put32(p + 4 * i, words[i]);
}

static void put_symbol(uint8_t *elf, unsigned n, const uint32_t words[3], unsigned info,
                       unsigned section) {
    uint8_t *p = elf + SYMS + 16 * n;
    put_words(p, words, 3);
    p[12] = (uint8_t)info;
    put16(p + 14, section);
}

static const char names[] = "\0main\0$t\0table\0Reset\0far";

static void put_sections(uint8_t *elf) {
    put_words(elf + SHDR + 40, (uint32_t[]){0, 1, 4, 0x08000000, CODE, 8, 0, 0, 4, 0}, 10);
    put_words(elf + SHDR + 80, (uint32_t[]){0, 2, 0, 0, SYMS, 96, 3, 0, 4, 16}, 10);
    put_words(elf + SHDR + 120, (uint32_t[]){0, 3, 0, 0, NAMES, sizeof names, 0, 0, 1, 0}, 10);
}

static void make_elf(uint8_t elf[SIZE]) {
    memset(elf, 0, SIZE);
    memcpy(elf, "\177ELF\1\1\1", 7);
    put16(elf + 16, 2);
    put16(elf + 18, 40);
    put_words(elf + 24, (uint32_t[]){0x08000001, PHDR, SHDR, 0x05000200}, 4);
    put16(elf + 40, 52);
    put16(elf + 42, 32);
    put16(elf + 44, 2);
    put16(elf + 46, 40);
    put16(elf + 48, 4);
    put_words(elf + PHDR, (uint32_t[]){1, CODE, 0x08000000, 0x08000000, 8, 8, 5, 4}, 8);
    put_words(elf + PHDR + 32, (uint32_t[]){1, CODE, 0x20000000, 0x08000008, 0, 64, 6, 4}, 8);
    memcpy(elf + CODE, "\1\2\3\4\5\6\7\10", 8);
    put_symbol(elf, 1, (uint32_t[]){1, 0x08000001, 4}, 0x12, 1);  /* main, a function */
    put_symbol(elf, 2, (uint32_t[]){6, 0x08000000, 0}, 0, 1);     /* $t */
    put_symbol(elf, 3, (uint32_t[]){9, 0x20000000, 64}, 0x11, 2); /* table, an object */
    put_symbol(elf, 4, (uint32_t[]){15, 0x08000006, 0}, 0, 1);    /* Reset, a label */
    put_symbol(elf, 5, (uint32_t[]){21, 0x08000000, 0}, 0, 0);    /* far, undefined */
    memcpy(elf + NAMES, names, sizeof names);
    put_sections(elf);
}

static bool read_octets(struct image *image, const void *octets, size_t n, struct sim_err *err) {
    *err = SIM_ERR_INIT;
    return image_parse(image, "f", octets, n, false, 0, err);
}

Test(image, elf) {
    uint8_t elf[SIZE];
    struct image image;
    struct sim_err err;
    make_elf(elf);
    cr_assert(read_octets(&image, elf, SIZE, &err), "%s", err.text);
    cr_expect_eq(image.kind, IMAGE_ELF);
    cr_expect_eq(image.entry, 0x08000001);
    cr_assert_eq(image.n_segments, 1);
    cr_expect_eq(image.segments[0].address, 0x08000000);
    cr_expect_arr_eq(image.segments[0].data, "\1\2\3\4\5\6\7\10", 8);
    cr_assert_eq(image.n_zeros, 1);
    cr_expect_eq(image.zeros[0].run_address, 0x20000000);
    cr_expect_eq(image.zeros[0].run_size, 64);
    image_finish(&image);
}

Test(image, elf_symbols) {
    uint8_t elf[SIZE];
    struct image image;
    struct sim_err err;
    make_elf(elf);
    cr_assert(read_octets(&image, elf, SIZE, &err), "%s", err.text);
    cr_expect_eq(image.n_symbols, 3, "main, table and Reset");
    cr_expect_eq(image_symbol(&image, "main")->address, 0x08000000);
    cr_expect_null(image_symbol(&image, "far"));
    cr_expect_str_eq(image_function(&image, 0x08000002)->name, "main");
    cr_expect_str_eq(image_function(&image, 0x08000006)->name, "Reset");
    cr_expect_null(image_function(&image, 0x08000004), "behind main, before Reset");
    cr_expect_null(image_function(&image, 0x07ffffff));
    image_finish(&image);
}

struct damage {
    unsigned offset, octets;
    uint32_t value;
    const char *says;
    long at; /* the offset reported */
};

static const struct damage damages[] = {
    {4, 1, 2, "class 2; expected 1", 4},
    {5, 1, 2, "encoding 2", 5},
    {16, 2, 3, "type 3; expected 2", 16},
    {18, 2, 62, "machine 62; expected 40", 18},
    {36, 4, 0x05800000, "BE8", 36},
    {28, 4, 400, "2 program headers at offset 400 pass the end", 28},
    {28, 4, 0xfffffff0, "pass the end", 28},
    {42, 2, 31, "program headers of 31 octets", 42},
    {44, 2, 0, "no segment holds", 28},
    {44, 2, 0xffff, "65535 program headers", 28},
    {32, 4, 0xffffffff, "section headers at offset 4294967295", 32},
    {46, 2, 39, "section headers of 39", 46},
    {PHDR + 4, 4, 415, "8 octets at offset 415 passes the end of the file (420)", PHDR},
    {PHDR + 4, 4, 0xffffffff, "passes the end of the file", PHDR},
    {PHDR + 16, 4, 9, "9 octets in the file, 8 in memory", PHDR},
    {PHDR + 12, 4, 0xfffffffc, "0xfffffffc passes the end of the address space", PHDR},
    {PHDR + 8, 4, 0xfffffffc, "0xfffffffc passes the end of the address space", PHDR},
    {PHDR + 32 + 16, 4, 1, NULL, 0}, /* no damage: they touch, they do not overlap */
    {PHDR + 32 + 20, 4, 0xffffffff, "passes the end of the address space", PHDR + 32},
    {SHDR + 80 + 16, 4, 400, "symbol table passes", SHDR + 80},
    {SHDR + 80 + 36, 4, 0, "symbols of 0 octets", SHDR + 116},
    {SHDR + 80 + 24, 4, 4, "names are in section 4 of 4", SHDR + 104},
    {SHDR + 120 + 20, 4, 5, "do not end", SHDR + 120},
    {SHDR + 120 + 20, 4, 0, "do not end", SHDR + 120},
    {SHDR + 120 + 16, 4, 0x80000000, "pass the end", SHDR + 120},
};

Test(image, damaged_elf) {
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        const struct damage *d = &damages[i];
        uint8_t elf[SIZE], value[4];
        struct image image;
        struct sim_err err;
        make_elf(elf);
        put32(value, d->value);
        memcpy(elf + d->offset, value, d->octets);
        cr_expect_eq(read_octets(&image, elf, SIZE, &err), !d->says, "row %zu: %s", i, err.text);
        if (d->says) {
            cr_expect_not_null(strstr(err.text, d->says), "row %zu: %s", i, err.text);
            cr_expect_eq(err.offset, d->at, "row %zu: offset %ld", i, err.offset);
            cr_expect_str_eq(err.file, "f");
        }
        image_finish(&image);
    }
}

Test(image, overlapping_segments) {
    uint8_t elf[SIZE];
    struct image image;
    struct sim_err err;
    make_elf(elf);
    put32(elf + PHDR + 32 + 12, 0x08000004);
    put32(elf + PHDR + 32 + 16, 4);
    cr_expect_not(read_octets(&image, elf, SIZE, &err));
    cr_expect_not_null(strstr(err.text, "0x08000004 are given twice"), "%s", err.text);
}

/* Every prefix of a good file is refused, or is the file without its end. */
Test(image, cut_elf) {
    uint8_t elf[SIZE];
    make_elf(elf);
    for (size_t n = 0; n < SIZE; n++) {
        struct image image;
        struct sim_err err;
        cr_expect_not(read_octets(&image, elf, n, &err), "%zu octets were accepted", n);
        cr_expect(err.text[0]);
    }
}

/* --- Intel HEX ----------------------------------------------------------------------------- */

#define HEX_END ":00000001FF\n"

Test(image, hex) {
    static const char hex[] = ":020000040800F2\n"
                              ":0400000001020304F2\r\n"
                              ":0400040005060708DE\n"
                              ":020000021000EC\n"
                              ":01000000AA55\n"
                              ":04000005080001 35B9\n";
    struct image image;
    struct sim_err err;
    cr_expect_not(read_octets(&image, hex, sizeof hex - 1, &err));
    cr_expect_eq(err.line, 6, "a space within a record: %s", err.text);
    static const char good[] = "\n:020000040800F2\n"
                               ":0400000001020304F2\r\n"
                               ":0400040005060708DE\n"
                               ":020000021000EC\n"
                               ":01000000AA55\n"
                               ":0400000508000135B9\n" HEX_END "\n";
    cr_assert(read_octets(&image, good, sizeof good - 1, &err), "%ld: %s", err.line, err.text);
    cr_expect_eq(image.kind, IMAGE_HEX);
    cr_assert_eq(image.n_segments, 2);
    cr_expect_eq(image.segments[0].address, 0x10000);
    cr_expect_eq(image.segments[1].address, 0x08000000);
    cr_expect_eq(image.segments[1].size, 8, "records that follow each other are joined");
    cr_expect_arr_eq(image.segments[1].data, "\1\2\3\4\5\6\7\10", 8);
    cr_expect_eq(image.entry, 0x08000135);
    image_finish(&image);
}

struct bad_hex {
    const char *text, *says;
    long line;
};

static const struct bad_hex bad_hexes[] = {
    {":0400000001020304F2\n", "without an end record", 2},
    {HEX_END, "no record holds any octets", 2},
    {":0400000001020304F3\n" HEX_END, "checksum 243; expected 242", 1},
    {":0500000001020304F1\n" HEX_END, "9 octets; its length says 10", 1},
    {":0400000001020304F2F\n" HEX_END, "pairs of hexadecimal digits", 1},
    {":040000000102030GF2\n" HEX_END, "pairs of hexadecimal digits", 1},
    {":0400000001020304F2\nx\n" HEX_END, "begins with ':'", 2},
    {":0400000601020304EC\n" HEX_END, "record type 6; expected 0 to 5", 1},
    {":0300000408000001F0\n" HEX_END, "9 octets; its length says 8", 1},
    {":03000004080001F0\n" HEX_END, "other than 2 octets", 1},
    {":0100000508F2\n" HEX_END, "other than 4 octets", 1},
    {":0400000001020304F2\n" HEX_END ":0400000001020304F2\n", "after the end record", 3},
    {":0400000001020304F2\n:0400000001020304F2\n" HEX_END, "given twice", 0},
    {":02000004FFFFFC\n:04FFFE0001020304F5\n" HEX_END, "passes the end of the address space", 2},
};

Test(image, bad_hex) {
    for (size_t i = 0; i < sizeof bad_hexes / sizeof bad_hexes[0]; i++) {
        const struct bad_hex *bad = &bad_hexes[i];
        struct image image;
        struct sim_err err;
        cr_expect_not(read_octets(&image, bad->text, strlen(bad->text), &err), "row %zu", i);
        cr_expect_not_null(strstr(err.text, bad->says), "row %zu: %s", i, err.text);
        cr_expect_eq(err.line, bad->line, "row %zu: line %ld: %s", i, err.line, err.text);
    }
}

/* --- raw ------------------------------------------------------------------------------------ */

Test(image, bin) {
    struct image image;
    struct sim_err err = SIM_ERR_INIT;
    const uint8_t octets[] = {1, 2, 3};
    cr_expect_not(image_parse(&image, "a.fw", octets, 3, false, 0, &err));
    cr_expect_not_null(strstr(err.text, "--base"), "%s", err.text);
    cr_expect(image_parse(&image, "a.fw", octets, 3, true, 0x08000000, &err));
    cr_expect_eq(image.segments[0].address, 0x08000000);
    image_finish(&image);
    cr_expect(image_parse(&image, "a.BIN", octets, 3, false, 0x08000000, &err));
    image_finish(&image);
    cr_expect_not(image_parse(&image, "a.bin", octets, 0, true, 0, &err), "an empty file");
    cr_expect_not(image_parse(&image, "a.bin", octets, 3, true, 0xfffffffe, &err));
    cr_expect_not_null(strstr(err.text, "end of the address space"), "%s", err.text);
}

Test(image, absent_file) {
    struct image image;
    struct sim_err err = SIM_ERR_INIT;
    cr_expect_not(image_load(&image, "/nonexistent.elf", false, 0, &err));
    cr_expect_eq(err.cls, SIM_ERR_INPUT);
    image_finish(&image);
}
