#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/wave.h"

static char dir[64], vcd[96], fst[96], gtkw[96];

static void setup(void) {
    strcpy(dir, "/tmp/test-wave-XXXXXX");
    cr_assert(mkdtemp(dir));
    snprintf(vcd, sizeof vcd, "%s/a.vcd", dir);
    snprintf(fst, sizeof fst, "%s/a.fst", dir);
    snprintf(gtkw, sizeof gtkw, "%s/a.gtkw", dir);
}

static void remove_dir(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}

TestSuite(wave, .init = setup, .fini = remove_dir);

#define BIT(scope, name, same_as, initial)                                                         \
    { scope, name, same_as, initial, TRACE_BIT, 0, 0 }
static const struct trace_signal signals[] = {
    BIT("U4", "/sck_rx", TRACE_OWN, '0'),  BIT("U4", "Net-(C9-Pad2)", TRACE_OWN, 'x'),
    BIT("spi", "/sck_rx", 0, '0'),         BIT("spi", "/mosi_rx", TRACE_OWN, '0'),
    BIT("spi", "/nss_rx", TRACE_OWN, '1'), BIT("U4", "3", TRACE_OWN, 'z'),
};
enum { SCK = 0, RC = 1, MOSI = 3, NSS = 4, PIN = 5, N_SIGNALS = 6 };

static const struct trace_signal others[] = {
    {"volts", "line", TRACE_OWN, 0, TRACE_REAL, 0, 0.5},
    {"cpu", "pc", TRACE_OWN, 'x', TRACE_VECTOR, 32, 0},
    BIT("line", "line", TRACE_OWN, 'z'),
    {"cpu", "exception", TRACE_OWN, 'x', TRACE_VECTOR, 9, 0},
};
enum { VOLT, PC, LINE, EXCEPTION };

static struct wave *open_wave(struct wave_settings settings) {
    struct sim_err err = SIM_ERR_INIT;
    struct wave *wave = wave_open(&settings, signals, N_SIGNALS, &err);
    cr_assert(wave, "%s", err.text);
    return wave;
}

static void close_wave(struct wave *wave, sim_time end) {
    struct sim_err err = SIM_ERR_INIT;
    cr_assert(wave_close(wave, end, &err), "%s", err.text);
}

static char *slurp(const char *path) {
    static char text[1 << 16];
    FILE *f = fopen(path, "r");
    cr_assert(f, "%s", path);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    return text;
}

/* An SPI transfer, LSB first, mode 0. */
static sim_time transfer(struct wave *wave, sim_time t, const uint8_t *octets, size_t n) {
    wave_change(wave, t, NSS, '0');
    t += 50 * SIM_NS;
    for (size_t i = 0; i < 8 * n; i++) {
        wave_change(wave, t, MOSI, octets[i / 8] >> i % 8 & 1 ? '1' : '0');
        wave_change(wave, t + 30 * SIM_NS + 7, SCK, '1');
        wave_change(wave, t + 70 * SIM_NS, SCK, '0');
        wave_change(wave, t + 70 * SIM_NS, RC, i & 1 ? '1' : '0');
        t += 100 * SIM_NS;
    }
    wave_change(wave, t, NSS, '1');
    return t + 100 * SIM_NS;
}

Test(wave, groups_scopes_and_begins_with_the_state) {
    struct wave *wave = open_wave((struct wave_settings){.vcd = vcd, .to = SIM_NEVER});
    cr_assert(wave_change(wave, 5, PIN, '1'));
    close_wave(wave, 9);
    cr_assert_str_eq(slurp(vcd),
                     "$version linkpulse $end\n$timescale 1 ps $end\n"
                     "$scope module spi $end\n$var wire 1 ! /sck_rx $end\n"
                     "$var wire 1 $ /mosi_rx $end\n$var wire 1 % /nss_rx $end\n$upscope $end\n"
                     "$scope module U4 $end\n$var wire 1 ! /sck_rx $end\n"
                     "$var wire 1 \" Net-(C9-Pad2) $end\n$var wire 1 & 3 $end\n$upscope $end\n"
                     "$enddefinitions $end\n#0\n$dumpvars\n0!\nx\"\n0$\n1%\nz&\n$end\n"
                     "#5\n1&\n#9\n");
}

Test(wave, vectors_and_reals_stand_beside_bits) {
    struct sim_err err = SIM_ERR_INIT;
    struct wave_settings settings = {.vcd = vcd, .from = 5, .to = SIM_NEVER};
    struct wave *wave = wave_open(&settings, others, 4, &err);
    cr_assert(wave, "%s", err.text);
    cr_assert(wave_number(wave, 4, EXCEPTION, 39) && wave_number(wave, 7, PC, 0x130));
    cr_assert(wave_number(wave, 7, PC, 0x130), "no change");
    cr_assert(wave_real(wave, 8, VOLT, -2.25) && wave_change(wave, 9, LINE, '1'));
    close_wave(wave, 9);
    cr_assert(strstr(slurp(vcd), "#5\n$dumpvars\nr0.5 !\nr0 \"\nz#\nr39 $\n$end\n"
                                 "#7\nr304 \"\n#8\nr-2.25 !\n#9\n1#\n"),
              "%s", slurp(vcd));
    cr_assert(strstr(slurp(vcd), "$scope module cpu $end\n$var real 64 \" pc $end\n"));
}

/* In FST a number is a vector. */
Test(wave, fst_has_vectors) {
    struct sim_err err = SIM_ERR_INIT;
    char command[256];
    if (system("command -v fst2vcd >/dev/null") != 0)
        cr_skip_test("fst2vcd (package gtkwave) is not installed");
    struct wave *wave =
        wave_open(&(struct wave_settings){.fst = fst, .to = SIM_NEVER}, others, 4, &err);
    cr_assert(wave, "%s", err.text);
    cr_assert(wave_number(wave, 7, PC, 0x08000130) && wave_real(wave, 8, VOLT, -2.25));
    close_wave(wave, 9);
    snprintf(command, sizeof command, "fst2vcd -f %s -o %s/b.vcd", fst, dir);
    cr_assert_eq(system(command), 0);
    snprintf(command, sizeof command, "%s/b.vcd", dir);
    cr_assert(strstr(slurp(command), "pc [31:0] $end"), "%s", slurp(command));
    cr_assert(strstr(slurp(command), "#7\nb00001000000000000000000100110000 "));
    cr_assert(strstr(slurp(command), "#8\nr-2.25 "));
    cr_assert(strstr(slurp(gtkw), "@22\ncpu.pc[31:0]\ncpu.exception[8:0]\n@200\n-volts\n@10024\n"
                                  "volts.line\n"),
              "%s", slurp(gtkw));
}

Test(wave, a_change_of_another_kind_or_too_wide_is_refused) {
    struct sim_err err = SIM_ERR_INIT;
    for (int i = 0; i < 4; i++) {
        struct wave_settings settings = {.vcd = vcd, .to = SIM_NEVER};
        struct wave *wave = wave_open(&settings, others, 4, &err);
        cr_assert(!(i == 0   ? wave_change(wave, 1, PC, '1')
                    : i == 1 ? wave_number(wave, 1, VOLT, 1)
                    : i == 2 ? wave_real(wave, 1, LINE, 1)
                             : wave_number(wave, 1, EXCEPTION, 512)));
        wave_abandon(wave);
    }
}

Test(wave, window_keeps_only_its_changes) {
    struct wave *wave = open_wave((struct wave_settings){.vcd = vcd, .from = 100, .to = 200});
    cr_assert(wave_change(wave, 50, SCK, '1'));
    cr_assert(wave_change(wave, 100, MOSI, '1'));
    cr_assert(wave_change(wave, 150, SCK, '0'));
    cr_assert(wave_change(wave, 200, SCK, '1'));
    cr_assert(wave_change(wave, 201, SCK, '0'));
    close_wave(wave, 1000);
    cr_assert(
        strstr(slurp(vcd), "#100\n$dumpvars\n1!\nx\"\n1$\n1%\nz&\n$end\n#150\n0!\n#200\n1!\n"),
        "%s", slurp(vcd));
    cr_assert_null(strstr(slurp(vcd), "#201"));
    cr_assert_null(strstr(slurp(vcd), "#1000"));
}

Test(wave, time_going_back_is_refused_and_leaves_no_file) {
    struct sim_err err = SIM_ERR_INIT;
    struct wave *wave = open_wave((struct wave_settings){.vcd = vcd, .to = SIM_NEVER});
    cr_assert(wave_change(wave, 5, SCK, '1'));
    cr_assert(!wave_change(wave, 4, SCK, '0'));
    cr_assert(!wave_change(wave, 6, SCK, '0'), "the first error holds");
    cr_assert(!wave_close(wave, 9, &err));
    cr_assert_eq(err.cls, SIM_ERR_UNMODELLED);
    cr_assert_neq(access(vcd, F_OK), 0);
}

Test(wave, unknown_values_signals_and_aliases_are_refused) {
    for (int i = 0; i < 3; i++) {
        struct wave *wave = open_wave((struct wave_settings){.vcd = vcd, .to = SIM_NEVER});
        cr_assert(!wave_change(wave, 5, (const uint32_t[]){SCK, N_SIGNALS, 2}[i], "?11"[i]));
        wave_abandon(wave);
    }
}

Test(wave, unwritable_file_is_a_clear_error) {
    struct sim_err err = SIM_ERR_INIT;
    struct wave_settings settings = {.vcd = "/no/such/dir/a.vcd", .to = SIM_NEVER};
    cr_assert_null(wave_open(&settings, signals, N_SIGNALS, &err));
    cr_assert_eq(err.cls, SIM_ERR_INPUT);
    cr_assert_str_eq(err.file, "/no/such/dir/a.vcd");
}

/* A VCD as sorted rows "time name value": writers choose identifiers and the order of
 * changes at one time themselves. */
struct rows {
    char text[512][64];
    size_t n;
};

static int compare_rows(const void *a, const void *b) {
    return strcmp(a, b);
}

static void read_vcd(const char *path, struct rows *rows) {
    char names[128][32] = {{0}}, scope[32] = "", word[4][40];
    long long time = 0;
    rows->n = 0;
    for (char *line = strtok(slurp(path), "\n"); line; line = strtok(NULL, "\n")) {
        if (sscanf(line, "$scope module %31s", scope) == 1)
            continue;
        if (sscanf(line, "$var wire 1 %39s %39s", word[0], word[1]) == 2) {
            char *name = names[(unsigned char)word[0][0]];
            if (!*name) /* the first of an alias */
                snprintf(name, 32, "%.12s.%.18s", scope, word[1]);
        } else if (*line == '#') {
            time = atoll(line + 1);
        } else if (strchr("01xz", *line)) {
            cr_assert(rows->n < 512);
            cr_assert_eq(strlen(line), 2, "%s", line);
            snprintf(rows->text[rows->n++], 64, "%020lld %s %c", time,
                     names[(unsigned char)line[1]], *line);
        }
    }
    qsort(rows->text, rows->n, sizeof rows->text[0], compare_rows);
}

Test(wave, fst_reads_back_as_the_vcd) {
    static struct rows direct, back;
    static const uint8_t octets[] = {0xd5, 0x12};
    char command[256];
    if (system("command -v fst2vcd >/dev/null") != 0)
        cr_skip_test("fst2vcd (package gtkwave) is not installed");
    struct wave *wave =
        open_wave((struct wave_settings){.vcd = vcd, .fst = fst, .from = SIM_US, .to = SIM_NEVER});
    close_wave(wave, transfer(wave, SIM_US + 5, octets, sizeof octets));
    snprintf(command, sizeof command, "fst2vcd -f %s -o %s/b.vcd", fst, dir);
    cr_assert_eq(system(command), 0);
    read_vcd(vcd, &direct);
    snprintf(command, sizeof command, "%s/b.vcd", dir);
    cr_assert(strstr(slurp(command), "1ps"), "%s", slurp(command));
    read_vcd(command, &back);
    cr_assert_gt(direct.n, 60);
    cr_assert_eq(back.n, direct.n);
    for (size_t i = 0; i < direct.n; i++)
        cr_assert_str_eq(back.text[i], direct.text[i]);
    cr_assert_str_eq(slurp(gtkw), "[dumpfile] \"a.fst\"\n@200\n-spi\n@28\nspi./sck_rx\n"
                                  "spi./mosi_rx\nspi./nss_rx\n");
}

Test(wave, sigrok_decodes_the_same_octets) {
    static const uint8_t octets[] = {0xd5, 0x00, 0xff, 0x12, 0xfe, 0x80, 0x01};
    char command[256], line[64];
    size_t n = 0;
    if (system("command -v sigrok-cli >/dev/null") != 0)
        cr_skip_test("sigrok-cli is not installed");
    struct wave *wave = open_wave((struct wave_settings){.vcd = vcd, .to = SIM_NEVER});
    close_wave(wave, transfer(wave, SIM_US, octets, sizeof octets));
    snprintf(command, sizeof command,
             "sigrok-cli -i %s -I vcd -P spi:clk=/sck_rx:mosi=/mosi_rx:cs=/nss_rx:cpol=0:cpha=0:"
             "bitorder=lsb-first -A spi=mosi-data",
             vcd);
    FILE *pipe = popen(command, "r");
    cr_assert(pipe);
    while (fgets(line, sizeof line, pipe)) {
        cr_assert(n < sizeof octets, "one octet too many: %s", line);
        cr_assert(strncmp(line, "spi-1: ", 7) == 0, "%s", line);
        cr_assert_eq(strtoul(line + 7, NULL, 16), octets[n], "octet %zu: %s", n, line);
        n++;
    }
    cr_assert_eq(pclose(pipe), 0);
    cr_assert_eq(n, sizeof octets);
}
