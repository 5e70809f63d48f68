#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "sim/vcd.h"

static char bytes[4096];

static struct vcd_buffer fresh(size_t size) {
    memset(bytes, 0, sizeof bytes);
    return (struct vcd_buffer){.bytes = bytes, .size = size};
}

Test(vcd, writes_a_whole_file) {
    struct vcd_buffer b = fresh(sizeof bytes);
    cr_assert(vcd_header(&b) && vcd_scope(&b, "U4") && vcd_var(&b, VCD_WIRE, 0, "/~{idle}"));
    cr_assert(vcd_var(&b, VCD_REAL, 1, "volt") && vcd_upscope(&b) && vcd_definitions_end(&b));
    cr_assert(vcd_dump_begin(&b, 0) && vcd_value(&b, 0, 'x') && vcd_real_value(&b, 1, 0.5));
    cr_assert(vcd_dump_end(&b) && vcd_time(&b, 123456789012345) && vcd_value(&b, 0, '1'));
    cr_assert_str_eq(bytes, "$version linkpulse $end\n$timescale 1 ps $end\n"
                            "$scope module U4 $end\n$var wire 1 ! /~{idle} $end\n"
                            "$var real 64 \" volt $end\n$upscope $end\n$enddefinitions $end\n"
                            "#0\n$dumpvars\nx!\nr0.5 \"\n$end\n#123456789012345\n1!\n");
}

Test(vcd, whole_numbers_keep_all_digits) {
    struct vcd_buffer b = fresh(sizeof bytes);
    cr_assert(vcd_whole_value(&b, 0, 0x08000131) && vcd_whole_value(&b, 1, 0));
    cr_assert(vcd_whole_value(&b, 0, UINT64_MAX));
    cr_assert_str_eq(bytes, "r134218033 !\nr0 \"\nr18446744073709551615 !\n");
}

/* Every identifier read back by its grammar gives the number it was made of. */
Test(vcd, identifiers_are_unique_and_printable) {
    char seen[20000][4];
    for (uint32_t id = 0; id < 20000; id++) {
        struct vcd_buffer b = fresh(sizeof bytes);
        cr_assert(vcd_value(&b, id, '0'));
        uint32_t read = 0;
        size_t length = strlen(bytes) - 2; /* without the value and the newline */
        cr_assert(length >= 1 && length <= 3);
        for (size_t i = length; i > 0; i--) {
            cr_assert(bytes[i] > ' ' && bytes[i] <= '~');
            read = read * 94 + (uint32_t)(bytes[i] - '!');
        }
        cr_assert_eq(read, id);
        memcpy(seen[id], bytes + 1, 3);
    }
    cr_assert_neq(memcmp(seen[0], seen[94], 3), 0);
}

Test(vcd, what_does_not_fit_is_not_begun) {
    struct vcd_buffer b = fresh(5);
    cr_assert(vcd_time(&b, 42)); /* "#42\n" */
    cr_assert(!vcd_value(&b, 0, '1'));
    cr_assert_eq(b.used, 4);
    cr_assert_str_eq(bytes, "#42\n");
}

Test(vcd, an_item_is_never_longer_than_promised) {
    char name[1000];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = 0;
    struct vcd_buffer b = fresh(VCD_MAX_ITEM);
    cr_assert(vcd_var(&b, VCD_WIRE, UINT32_MAX, name));
    cr_assert_str_eq(bytes + b.used - 6, " $end\n");
    b = fresh(VCD_MAX_ITEM);
    cr_assert(vcd_dump_begin(&b, SIM_NEVER));
    cr_assert_str_eq(bytes, "#9223372036854775807\n$dumpvars\n");
}

Test(vcd, names_stay_as_in_kicad_where_readers_take_them) {
    static const char *const pairs[][2] = {
        {"/sck", "/sck"}, {"/~{idle}", "/~{idle}"}, {"Net-(C9-Pad2)", "Net-(C9-Pad2)"},
        {"D[0]", "D(0)"}, {"a b\tc", "a_b_c"},      {"\xc3\xa4", "__"},
        {"", "_"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char out[32];
        cr_assert_str_eq(vcd_name(pairs[i][0], out, sizeof out), pairs[i][1]);
    }
}
