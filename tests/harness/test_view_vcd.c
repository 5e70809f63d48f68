/* VCDs in the manner of the tools that write them, and what is refused. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/view/siphash.h"
#include "harness/view/store_build.h"
#include "harness/view/vcd_ids.h"
#include "sim/rng.h"

static struct store *open_text(const char *text, bool allow_end, struct sim_err *err) {
    struct store_settings settings = {.quiet = true, .allow_end = allow_end};
    *err = SIM_ERR_INIT;
    return store_open_memory("a.vcd", text, strlen(text), &settings, err);
}

static struct store *open_good(const char *text) {
    struct sim_err err;
    struct store *store = open_text(text, false, &err);
    cr_assert(store, "line %ld: %s", err.line, err.text);
    return store;
}

/* "0:x 10:0101": all changes of a signal. */
static void expect(const struct store *store, const char *name, const char *want) {
    struct store_cursor cursor;
    char got[512] = "", bits[STORE_MAX_WIDTH + 1];
    uint32_t signal = store_find(store, name);
    cr_assert_neq(signal, STORE_NONE, "%s", name);
    store_seek(store, signal, INT64_MIN, &cursor);
    while (store_next(&cursor)) {
        enum store_kind kind = store_signal(store, signal)->kind;
        if (kind == STORE_REAL)
            snprintf(bits, sizeof bits, "%g", store_real(&cursor));
        else if (kind == STORE_STRING)
            snprintf(bits, sizeof bits, "%s", store_text(&cursor));
        else if (kind == STORE_EVENT)
            strcpy(bits, "!");
        else
            store_bits(&cursor, bits);
        size_t n = strlen(got);
        snprintf(got + n, sizeof got - n, "%s%lld:%s", n ? " " : "", (long long)cursor.time, bits);
    }
    cr_assert_str_eq(got, want, "%s: %s; expected %s", name, got, want);
}

/* What store_find() says it does, signal by signal. */
static uint32_t find_plainly(const struct store *store, const char *name) {
    for (unsigned way = 0; way < 4; way++)
        for (uint32_t i = 0; i < store_n_signals(store); i++) {
            char text[256];
            if (way < 2)
                store_full_name(store, i, text, sizeof text);
            else
                snprintf(text, sizeof text, "%s", store_signal(store, i)->name);
            char *range = text[0] && text[strlen(text) - 1] == ']' ? strrchr(text, '[') : NULL;
            if (way & 1 && range && strchr(range, ':'))
                *range = 0;
            if (strcmp(text, name) == 0)
                return i;
        }
    return STORE_NONE;
}

/* Names that look alike: dots in scopes and signals, ranges, the same name in several scopes. */
Test(view_vcd, names_are_found_as_by_looking_at_each) {
    static const char *const SCOPES[] = {"top", "a", "a.b", "bus"};
    static const char *const NAMES[] = {"a",   "b",        "a.b",           "bus",
                                        "bus", "bus[7:0]", "bus[7:0][3:0]", "a[3]"};
    enum { SIGNALS = 60, ASKED = 4000 };
    char vcd[8192], name[256];
    unsigned found = 0;
    size_t n = (size_t)snprintf(vcd, sizeof vcd, "$timescale 1 ns $end\n");
    for (uint64_t i = 0; i < SIGNALS; i++) {
        const char *scope = SCOPES[rng_u64(1, 0, i) % 4], *inner = SCOPES[rng_u64(1, 1, i) % 4];
        n += (size_t)snprintf(vcd + n, sizeof vcd - n,
                              "$scope module %s $end $scope module %s $end\n"
                              "$var wire 8 v%d %s $end $upscope $end $upscope $end\n",
                              scope, inner, (int)i, NAMES[rng_u64(1, 2, i) % 8]);
    }
    snprintf(vcd + n, sizeof vcd - n, "$enddefinitions $end\n#0\n");
    struct store *store = open_good(vcd);
    for (uint64_t i = 0; i < ASKED; i++) {
        const char *parts[] = {SCOPES[rng_u64(2, 0, i) % 4], SCOPES[rng_u64(2, 1, i) % 4],
                               NAMES[rng_u64(2, 2, i) % 8]};
        unsigned from = (unsigned)(rng_u64(2, 3, i) % 3);
        snprintf(name, sizeof name, "%s%s%s%s%s", from < 1 ? parts[0] : "", from < 1 ? "." : "",
                 from < 2 ? parts[1] : "", from < 2 ? "." : "", parts[2]);
        cr_assert_eq(store_find(store, name), find_plainly(store, name), "%s", name);
        found += store_find(store, name) != STORE_NONE;
    }
    cr_assert(found > ASKED / 4 && found < ASKED, "%u", found);
    store_close(store);
}

Test(view_vcd, icarus) {
    struct store *store =
        open_good("$date\n\tToday\n$end\n$version\n\tIcarus Verilog\n$end\n"
                  "$timescale\n\t1s\n$end\n$scope module t $end\n"
                  "$var wire 4 ! q [3:0] $end\n$var reg 1 \" clk $end\n"
                  "$var real 1 # r $end\n$var integer 32 $ i [31:0] $end\n"
                  "$var event 1 % e $end\n$var parameter 32 & P [31:0] $end\n"
                  "$scope task work $end\n$var time 64 ' when [63:0] $end\n"
                  "$upscope $end\n$scope begin blk $end\n$scope fork f $end\n"
                  "$var supply1 1 ( one $end\n$var tri 1 ) bus $end\n"
                  "$upscope $end\n$upscope $end\n$upscope $end\n"
                  "$enddefinitions $end\n$comment Show parameters $end\n"
                  "$dumpall\nb101 &\n$end\n#0\n$dumpvars\nbx !\nx\"\nr0 #\n"
                  "bx $\nbz '\n1(\nz)\n$end\n#5\n1\"\nb1 !\n1%\n#10\n0\"\n"
                  "bx01 !\nr-1.5e3 #\n1%\n#10\n1%\nb11111111111111111111111111111111 $\n"
                  "#15\n$dumpoff\nx\"\nbx !\n$end\n#20\n$dumpon\n1\"\nb1z0 !\n$end\n");
    expect(store, "t.q[3:0]", "0:xxxx 5:0001 10:xx01 15:xxxx 20:01z0");
    expect(store, "t.q", "0:xxxx 5:0001 10:xx01 15:xxxx 20:01z0");
    expect(store, "clk", "0:x 5:1 10:0 15:x 20:1");
    expect(store, "r", "0:0 10:-1500");
    expect(store, "e", "5:! 10:!");
    expect(store, "P", "0:00000000000000000000000000000101");
    expect(store, "t.work.when",
           "0:zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz");
    expect(store, "t.blk.f.one", "0:1");
    expect(store, "bus", "0:z");
    cr_assert_eq(store_exponent(store), 0);
    cr_assert_eq(store_end(store), 20);
    cr_assert_eq(store_n_scopes(store), 4);
    cr_assert_null(store_note(store));
    store_close(store);
}

Test(view_vcd, verilator_with_crlf_and_aliases) {
    struct store *store = open_good("$version Generated by VerilatedVcd $end\r\n"
                                    "$timescale   1ps $end\r\n\r\n $scope module TOP $end\r\n"
                                    "  $var wire  1 # clk $end\r\n  $scope module u $end\r\n"
                                    "   $var wire  1 # clk $end\r\n"
                                    "   $var wire 70 $ wide [69:0] $end\r\n"
                                    "  $upscope $end\r\n $upscope $end\r\n"
                                    "$enddefinitions $end\r\n\r\n\r\n#0\r\n0#\r\n"
                                    "b1000000000000000000000000000000000000000"
                                    "000000000000000000000000000001 $\r\n#1\r\n1#\r\nb0 $\r\n");
    expect(store, "TOP.clk", "0:0 1:1");
    expect(store, "TOP.u.clk", "0:0 1:1");
    expect(store, "wide",
           "0:1000000000000000000000000000000000000000000000000000000000000000000001 "
           "1:0000000000000000000000000000000000000000000000000000000000000000000000");
    cr_assert_eq(store_signal(store, 0)->data, store_signal(store, 1)->data);
    store_close(store);
}

Test(view_vcd, ghdl) {
    struct store *store = open_good("$date\n  Fri\n$end\n$version\n  GHDL v0\n$end\n"
                                    "$timescale\n  1 fs\n$end\n$scope module standard $end\n"
                                    "$upscope $end\n$var reg 1 ! clk $end\n"
                                    "$var reg 8 \" data[7:0] $end\n$var real 64 # v $end\n"
                                    "$var integer 32 $ n $end\n$enddefinitions $end\n#0\nU!\n"
                                    "bUUUUUUUU \"\nr0.000000 #\nb11 $\n#1000000\n1!\n"
                                    "bHLWZ-01X \"\nr3.3 #\n");
    expect(store, "clk", "0:u 1000000:1");
    expect(store, "data[7:0]", "0:uuuuuuuu 1000000:hlwz-01x");
    expect(store, "v", "0:0 1000000:3.3");
    expect(store, "n", "0:00000000000000000000000000000011");
    cr_assert_eq(store_exponent(store), -15);
    store_close(store);
}

Test(view_vcd, sigrok) {
    struct store *store =
        open_good("$date Fri $end\n$version libsigrok 0.5.2 $end\n$comment\n"
                  "  Acquisition with 2/8 channels at 10 MHz\n$end\n"
                  "$timescale 100 ns $end\n$scope module libsigrok $end\n"
                  "$var wire 1 ! D0 $end\n$var wire 1 \" CS (low) $end\n"
                  "$var real 64 # A0 $end\n$upscope $end\n"
                  "$enddefinitions $end\n#0 1! 0\" r1.25 #\n#7 0!\n#12 1\" \n#15\n");
    expect(store, "libsigrok.D0", "0:1 7:0");
    expect(store, "CS (low)", "0:0 12:1");
    expect(store, "A0", "0:1.25");
    cr_assert_eq(store_exponent(store), -7);
    cr_assert_eq(store_end(store), 15);
    store_close(store);
}

Test(view_vcd, modelsim) {
    struct store *store = open_good("$date\n\tFri\n$end\n$version\n\tModelSim Version 10\n$end\n"
                                    "$timescale\n\t10ps\n$end\n\n$scope module tb $end\n"
                                    "$var reg 1 ! clk $end\n$var wire 4 % data [3] $end\n"
                                    "$var integer 32 & i $end\n\n$scope function f $end\n"
                                    "$var trireg 1 ' held $end\n$upscope $end\n"
                                    "$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n0!\n"
                                    "bx %\nbx &\nz'\n$end\n#0\nb0 &\n#100\n1!\nb1100 %\n"
                                    "#100\n#200\n0!\n$dumpall\n0!\nb1100 %\nb0 &\nz'\n$end\n");
    expect(store, "tb.clk", "0:0 100:1 200:0");
    expect(store, "data[3]", "0:xxxx 100:1100");
    expect(store, "i", "0:00000000000000000000000000000000");
    expect(store, "tb.f.held", "0:z");
    cr_assert_eq(store_exponent(store), -11);
    store_close(store);
}

Test(view_vcd, strings_and_long_identifiers) {
    struct store *store = open_good("$attrbegin misc 07 x $end\n$timescale 10 us $end\n"
                                    "$var string 1 state-of-the-machine state $end\n"
                                    "$var wire 1 abcd a [0] $end\n$var wire 1 abce a [1] $end\n"
                                    "$enddefinitions $end\n0abcd\n#3\nsIDLE state-of-the-machine\n"
                                    "1abce\n#4\nsa\\x20b\\n\\101\\\\ state-of-the-machine\n"
                                    "s state-of-the-machine\n#5\n1abcd\n");
    expect(store, "state", "3:IDLE 4:");
    expect(store, "a[0]", "0:0 5:1");
    expect(store, "a[1]", "3:1");
    cr_assert_eq(store_begin(store), 0);
    store_close(store);
    store = open_good("$var string 0 ! s $end $enddefinitions $end #9 sa\\x20b\\n\\101\\\\ !\n");
    expect(store, "s", "9:a b\nA\\");
    cr_assert_eq(store_begin(store), 9);
    cr_assert(strstr(store_note(store), "$timescale"));
    store_close(store);
}

Test(view_vcd, of_several_values_at_one_time_the_last_holds) {
    struct store *store = open_good("$timescale 1 ns $end $var wire 1 ! a $end\n"
                                    "$enddefinitions $end\n#1 0! #2 1! 0! #3 1! 0! 1! #4 x! 1!\n");
    expect(store, "a", "1:0 3:1");
    store_close(store);
}

Test(view_vcd, reals_are_the_nearest_double) {
    static const char *const texts[] = {
        "0.1",   "-0.3", "123456789.987654", "9007199254740993", "1e-7", "4.35", "-17", ".5", "5.",
        "1e400", "-0"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[200];
        struct store_cursor cursor;
        snprintf(text, sizeof text, "$var real 64 ! r $end $enddefinitions $end #0 r%s !\n",
                 texts[i]);
        struct store *store = open_good(text);
        cr_assert(store_seek(store, 0, 0, &cursor));
        double got = store_real(&cursor), want = strtod(texts[i], NULL);
        cr_assert(memcmp(&got, &want, sizeof got) == 0, "%s: %.17g", texts[i], got);
        store_close(store);
    }
}

#define HEAD                                                                                       \
    "$timescale 1 ns $end\n$var wire 1 ! a $end\n$var wire 4 v v $end\n"                           \
    "$var real 64 r r $end\n$enddefinitions $end\n"

static const struct {
    const char *text;
    long line;
    const char *says;
} bad[] = {
    {"", 1, "ends in its header"},
    {"hello world\n", 1, "neither a VCD nor an FST file: found 'hello'"},
    {"\x7f"
     "ELF\1\2\3",
     1, "neither a VCD nor an FST"},
    {"$timescale 1 ns $end\nwire", 2, "found 'wire' in the header; expected a keyword"},
    {"$timescale 2 ns $end\n", 1, "$timescale of '2 ns'; expected 1, 10 or 100"},
    {"$timescale 1 minute $end\n", 1, "expected 1, 10 or 100 and a unit"},
    {"$timescale 1000 ns $end\n", 1, "expected 1, 10 or 100"},
    {"\n\n$var wire 2147483648 ! a $end\n", 3, "'2147483648' bits; expected 1 to 65536"},
    {"$var wire 99999999999999999999999 ! a $end\n", 1, "expected 1 to 65536"},
    {"$var wire 0 ! a $end\n", 1, "'0' bits; expected 1"},
    {"$var wire -1 ! a $end\n", 1, "'-1' bits"},
    {"$var wire 1 ! $end\n", 1, "without a name"},
    {"$var wire 1 !\n", 2, "ends in its header"},
    {"$var wire 1 ! a $end\n$var wire 2 ! b $end\n", 2, "is that of a $var of another kind"},
    {"$upscope $end\n", 1, "the end of a scope where none is open"},
    {"$scope module a $end\n$upscope a $end", 2, "found 'a' after $upscope; expected $end"},
    {"$scope $end\n", 1, "a $scope without a type"},
    {"$comment for ever\n", 2, "ends in its header"},
    {HEAD "#5\n#4\n", 7, "time goes back from #5 to #4"},
    {HEAD "#x\n", 6, "'#x' where a time is expected"},
    {HEAD "#\n", 6, "where a time is expected"},
    {HEAD "#9223372036854775808\n", 6, "below 2^63"},
    {HEAD "1?\n", 6, "no $var has the identifier '?'"},
    {HEAD "1 !\n", 6, "a value without an identifier"},
    {HEAD "b10 !\n", 6, "a value of 2 bits of a signal of 1"},
    {HEAD "b10101 v\n", 6, "a value of 5 bits of a signal of 4"},
    {HEAD "b1021 v\n", 6, "'2' in a value of bits"},
    {HEAD "b v\n", 6, "a value of no bits"},
    {HEAD "b1\nw\n", 7, "no $var has the identifier 'w'"},
    {HEAD "r1.0 !\n", 6, "a real number for a signal that takes bits"},
    {HEAD "sab !\n", 6, "a string for a signal that takes bits"},
    {HEAD "1r\n", 6, "bits for a signal that takes a real number"},
    {HEAD "rabc r\n", 6, "'abc' where a real number is expected"},
    {HEAD "r r\n", 6, "'' where a real number is expected"},
    {HEAD "q!\n", 6, "found 'q!'; expected a time"},
    {HEAD "$dumpports\n", 6, "an extended VCD"},
    {HEAD "#1\n$comment\nfor ever\n", 7, "has no $end"},
};

Test(view_vcd, refused_with_its_line) {
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct sim_err err;
        cr_assert_null(open_text(bad[i].text, false, &err), "%s", bad[i].text);
        cr_expect_eq(err.cls, SIM_ERR_INPUT);
        cr_expect_str_eq(err.file, "a.vcd");
        cr_expect_eq(err.line, bad[i].line, "%s: line %ld: %s", bad[i].text, err.line, err.text);
        cr_expect(strstr(err.text, bad[i].says), "%s: %s", bad[i].text, err.text);
    }
}

static char *repeat(const char *head, const char *part, size_t n, const char *tail) {
    size_t length = strlen(part);
    char *text = malloc(strlen(head) + n * length + strlen(tail) + 1);
    cr_assert(text);
    char *at = stpcpy(text, head);
    for (size_t i = 0; i < n; i++, at += length)
        memcpy(at, part, length);
    strcpy(at, tail);
    return text;
}

static void expect_refused(char *text, const char *says) {
    struct sim_err err;
    cr_assert_null(open_text(text, false, &err));
    cr_assert(strstr(err.text, says), "%s", err.text);
    free(text);
}

Test(view_vcd, absurd_sizes) {
    expect_refused(repeat("", "$scope module a $end\n", 1000000, ""), "deeper than 1000");
    expect_refused(repeat("$var wire 1 ", "i", 2000000, " a $end $enddefinitions $end\n"),
                   "more than 1048576 characters");
    struct sim_err err;
    char *text =
        repeat("", "$scope module a $end $upscope $end\n", 1000000, "$enddefinitions $end\n");
    struct store *store = open_text(text, false, &err);
    cr_assert(store, "%s", err.text);
    cr_assert_eq(store_n_scopes(store), 1000000);
    store_close(store);
    free(text);
    text = repeat("$var wire 1 ", "i", 10000, " a $end $enddefinitions $end\n#1 1");
    char *whole = repeat(text, "i", 10000, "\n");
    store = open_good(whole);
    expect(store, "a", "1:1");
    store_close(store);
    free(text);
    free(whole);
}

/* Values that go over the edges of the window that a file is read through. */
Test(view_vcd, windows) {
    char *text = repeat(HEAD "#1 0! b1 v\n$comment ", "0123456 ", 131060, " $end\n");
    size_t n = strlen(text);
    text = realloc(text, n + 6000);
    for (unsigned i = 2; i < 300; i++)
        n += (size_t)sprintf(text + n, "#%u b%u v %u!\n", i, i % 2 * 10, i % 2);
    struct store *store = open_good(text);
    cr_assert_eq(store_n_changes(store, 0), 298);
    cr_assert_eq(store_n_changes(store, 1), 299);
    store_close(store);
    free(text);
}

/* Cut off anywhere: one line, or with leave all that is whole. */
Test(view_vcd, prefixes) {
    static const char text[] = HEAD "0!\n#10\n1!\nbx1 v\nr1.5 r\n$dumpall\n1!\n$end\n#20\n0!\n"
                                    "$comment last $end\n#25\nb11 v\n";
    size_t header = strlen(HEAD);
    for (size_t n = 0; n < sizeof text; n++) {
        struct sim_err err;
        char part[sizeof text];
        memcpy(part, text, n);
        part[n] = '\0';
        struct store *store = open_text(part, true, &err);
        cr_assert_eq(store != NULL, n >= header - 1, "%zu: %s", n, err.text);
        cr_assert(!store || store_n_signals(store) == 3);
        if (store && n > strlen(HEAD) + 30)
            cr_assert_eq(store_n_changes(store, 0) >= 2, true);
        store_close(store);
        store = open_text(part, false, &err);
        cr_assert(store || (err.line > 0 && err.text[0]), "%zu", n);
        store_close(store);
    }
}

Test(view_vcd, cut_off_is_said) {
    struct sim_err err;
    struct store *store = open_text(HEAD "#10\n1!\n#20\nb1", true, &err);
    cr_assert(store, "%s", err.text);
    cr_assert(strstr(store_note(store), "cut off"));
    expect(store, "a", "10:1");
    store_close(store);
    cr_assert_null(open_text(HEAD "#10\n1!\n#20\nb1", false, &err));
    cr_assert(strstr(err.text, "cut off in an identifier"), "%s", err.text);
    cr_assert_eq(err.line, 9);
}

/* "!" may be the first half of "!\"", and #10 of #100. */
#define TWO                                                                                        \
    "$timescale 1 ns $end $var wire 1 ! a $end $var wire 1 !\" b $end $var wire 2 # v $end\n"      \
    "$enddefinitions $end\n#5\n0!\n0!\"\n#10\n"

Test(view_vcd, a_last_word_without_newline_is_left_out) {
    static const char *const texts[] = {TWO "1!", TWO "1!\"", TWO "b1 #", TWO "#100"};
    struct sim_err err;
    struct store *store;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        store = open_text(texts[i], true, &err);
        cr_assert(store && store_note(store), "%s", texts[i]);
        cr_assert(strstr(store_note(store), "cut off"));
        expect(store, "a", "5:0");
        expect(store, "b", "5:0");
        expect(store, "v", "");
        cr_assert_eq(store_end(store), 10);
        store_close(store);
        cr_assert_null(open_text(texts[i], false, &err), "%s", texts[i]);
        cr_assert(strstr(err.text, "cut off in"), "%s", err.text);
    }
    store = open_good(TWO "$dumpall\n1! $end");
    expect(store, "a", "5:0 10:1");
    store_close(store);
}

Test(view_vcd, without_settings_the_usual_ones) {
    struct sim_err err = SIM_ERR_INIT;
    struct store *store = store_open_memory("a.vcd", TWO, strlen(TWO), NULL, &err);
    cr_assert(store, "%s", err.text);
    store_close(store);
    cr_assert_null(store_open_memory("a.vcd", TWO "1", strlen(TWO) + 1, NULL, &err));
}

/* As a bomb of gzip may have it: long texts for very many signals. */
Test(view_vcd, long_values_of_many_signals_are_refused) {
    enum { LENGTH = (1 << 19) + 1, SIGNALS = 600 };
    struct store_build build;
    struct sim_err err = SIM_ERR_INIT;
    char *text = repeat("", "x", LENGTH, "");
    unsigned taken = 0;
    store_build_init(&build, NULL, &err);
    for (unsigned i = 0; i < SIGNALS; i++)
        cr_assert_eq(store_build_data(&build, STORE_STRING, 0), i);
    cr_assert(store_build_begin(&build));
    while (taken < SIGNALS && store_build_text(&build, taken, text, LENGTH))
        taken++;
    cr_assert(taken > 500 && taken < SIGNALS, "%u", taken);
    cr_assert(strstr(err.text, "too long"), "%s", err.text);
    store_build_finish(&build);
    free(build.sink.memory);
    free(text);
}

/* --- identifiers --------------------------------------------------------------------------- */

/* Of the paper: the key is 00 to 0f, the text 00, 01, 02, ... */
Test(view_vcd, hash_vectors) {
    const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    uint8_t text[16];
    for (unsigned i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)i;
    cr_expect_eq(siphash(key, text, 0), UINT64_C(0x726fdb47dd0e0e31));
    cr_expect_eq(siphash(key, text, 1), UINT64_C(0x74f839c593dc67fd));
    cr_expect_eq(siphash(key, text, 7), UINT64_C(0xab0200f58b01d137));
    cr_expect_eq(siphash(key, text, 8), UINT64_C(0x93f5f5799a932462));
    cr_expect_eq(siphash(key, text, 15), UINT64_C(0xa129ca6149be45e5));
}

#define CRAFTED 20000

/* The next identifier of 8 characters whose hash of a fixed key is the same in bits 20 to 41, by
 * trying: the first two characters decide 13 of them, the others the rest. */
static void craft(char id[8], uint64_t *tried) {
    const uint64_t bits = UINT64_C(0x3fffff) << 20;
    memcpy(id, "!!", 2);
    do {
        uint64_t n = (*tried)++;
        for (unsigned i = 2; i < 8; i++, n /= 94)
            id[i] = (char)('!' + n % 94);
    } while (((layout_hash(8, id, 8) ^ layout_hash(8, "!!!!!!!!", 8)) & bits) != 0);
}

static uint32_t longest_run(const struct vcd_ids *ids) {
    uint32_t longest = 0, run = 0;
    for (uint32_t i = 0; i < ids->n_rows; i++) {
        run = ids->rows[i] ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

/* With rows taken from that hash every search would go through all that were there before. */
Test(view_vcd, crafted_identifiers_do_not_collide) {
    static char crafted[CRAFTED][8];
    struct vcd_ids ids;
    uint64_t tried = 0;
    cr_assert(vcd_ids_init(&ids));
    for (uint32_t i = 0; i < CRAFTED; i++) {
        craft(crafted[i], &tried);
        cr_assert(vcd_ids_add(&ids, crafted[i], 8, i));
    }
    for (uint32_t i = 0; i < CRAFTED; i++)
        cr_assert_eq(vcd_ids_find(&ids, crafted[i], 8), i, "%.8s", crafted[i]);
    craft(crafted[0], &tried);
    cr_assert_eq(vcd_ids_find(&ids, crafted[0], 8), STORE_NONE);
    cr_assert_lt(longest_run(&ids), 500);
    vcd_ids_finish(&ids);
}
