#include "tests/harness/view_file.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/rng.h"

#define SIGNALS 48
#define CHANGES 6000

enum kind { BIT, VECTOR, WIDE, REAL, STRING, EVENT, KINDS };

struct writer {
    FILE *out;
    uint64_t seed, drawn;
};

static uint64_t draw(struct writer *writer, uint64_t below) {
    return rng_u64(writer->seed, 1, writer->drawn++) % below;
}

static void declare(struct writer *writer, unsigned i) {
    static const char *const types[] = {"wire 1",  "wire 8",   "reg 100",
                                        "real 64", "string 1", "event 1"};
    static const char *const names[] = {"a",
                                        "sck_rx",
                                        "Net-(U4-Pad12)",
                                        "/~{idle}",
                                        "a_rather_long_name_of_a_signal_within_a_deep_hierarchy",
                                        "\xc3\xa4\xe2\x82\xac"};
    unsigned kind = i % KINDS;
    fprintf(writer->out, "$var %s s%u %s%u $end\n", types[kind], i,
            names[draw(writer, sizeof names / sizeof names[0])], i);
}

static void put_bits(struct writer *writer, unsigned n) {
    unsigned unknown = (unsigned)draw(writer, 12);
    putc('b', writer->out);
    for (unsigned i = 0; i < n; i++)
        putc(unknown > 1 ? '0' + (int)draw(writer, 2) : "xz"[unknown], writer -> out);
}

static void change(struct writer *writer, unsigned i) {
    FILE *out = writer->out;
    switch (i % KINDS) {
    case BIT:
        fprintf(out, "%cs%u\n", "0101010101xz"[draw(writer, 12)], i);
        break;
    case VECTOR:
        put_bits(writer, 8);
        fprintf(out, " s%u\n", i);
        break;
    case WIDE:
        put_bits(writer, 100);
        fprintf(out, " s%u\n", i);
        break;
    case REAL:
        fprintf(out, "r%.6g s%u\n", (double)draw(writer, 5000) / 1000 - 1, i);
        break;
    case STRING:
        fprintf(out, "sstate_%" PRIu64 " s%u\n", draw(writer, 9), i);
        break;
    default:
        fprintf(out, "1s%u\n", i);
    }
}

static struct store *open_written(FILE *out, char *path) {
    struct store_settings settings = {.quiet = true, .no_index = true};
    struct sim_err err = SIM_ERR_INIT;
    cr_assert_eq(fclose(out), 0);
    struct store *store = store_open(path, &settings, &err);
    cr_assert(store, "%s", err.text);
    unlink(path);
    return store;
}

static FILE *open_temporary(char *path) {
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    FILE *out = fdopen(fd, "w");
    cr_assert(out);
    return out;
}

struct store *view_file_random(uint64_t seed) {
    static const char *const scales[] = {"1 ps", "1 ns", "100 ps", "1 fs", "1 us", "1 s"};
    char path[] = "/tmp/test-view-XXXXXX";
    struct writer writer = {.out = open_temporary(path), .seed = seed};
    uint64_t time = draw(&writer, 1000000000);
    fprintf(writer.out, "$timescale %s $end\n$scope module top $end\n", scales[seed % 6]);
    for (unsigned i = 0; i < SIGNALS; i++) {
        if (i % 10 == 9)
            fprintf(writer.out, "$scope module deeper%u $end\n", i);
        declare(&writer, i);
    }
    for (unsigned i = 0; i < 1 + SIGNALS / 10; i++)
        fputs("$upscope $end\n", writer.out);
    fputs("$enddefinitions $end\n", writer.out);
    for (unsigned i = 0; i < CHANGES; i++) {
        if (i % 3 == 0)
            fprintf(writer.out, "#%" PRIu64 "\n", time += 1 + draw(&writer, 5000));
        change(&writer, (unsigned)draw(&writer, SIGNALS));
    }
    return open_written(writer.out, path);
}

struct store *view_file_text(const char *vcd) {
    char path[] = "/tmp/test-view-XXXXXX";
    FILE *out = open_temporary(path);
    fputs(vcd, out);
    return open_written(out, path);
}
