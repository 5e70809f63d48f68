/* Faults planted in the receive path: each turns a run red, and the run names the stage in
 * which it was planted. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "harness/options.h"
#include "harness/verbs.h"

/* Edits that leave the board able to run, and where the fault then lies. */
static const struct fault {
    const char *edit, *stage;
} faults[] = {
    {"open U3.2", "line receiver"},           /* no signal at the receiver */
    {"tie U1.1 VCC", "line receiver"},        /* the polarity gate inverts */
    {"open U1.2", "line receiver"},           /* the polarity gate hears nothing */
    {"remove C2", "line receiver"},           /* the pair is not coupled */
    {"open U1.5", "edge detector"},           /* the XOR sees no delayed line */
    {"tie U1.12 GND", "edge detector"},       /* nothing is delayed */
    {"tie U1.13 GND", "edge detector"},       /* one inversion lost: pulses point down */
    {"remove Q1", "frame detector"},          /* nothing discharges C8 */
    {"value C8=10", "frame detector"},        /* the one-shot is over before the next edge */
    {"value R4=100k", "frame detector"},      /* it does not end before the next frame */
    {"tie U2.13 VCC", "frame detector"},      /* always idle */
    {"tie U4.12 GND", "first-edge filter"},   /* no edge passes */
    {"open U5.12", "first-edge filter"},      /* a running frame does not open the filter */
    {"value R5=680", "bit clock"},            /* recovers later than the next bit */
    {"value C9=150", "bit clock"},            /* the same, from the capacitor */
    {"value R5=100", "bit clock"},            /* too short: bit boundaries are clocked */
    {"remove Q2", "bit clock"},               /* never triggers */
    {"tie U4.9 VCC", "bit clock"},            /* retriggerable */
    {"tie U4.2 VCC", "byte sync"},            /* one 1 is enough */
    {"tie U7.12 GND", "byte sync"},           /* never in sync */
    {"open U4.4", "byte sync"},               /* the clock is never let through */
    {"tie U4.4 VCC", "byte sync"},            /* always let through */
    {"open JP1.3", "SPI sampling"},           /* the MCU's data pin floats */
    {"short JP1.3 /~{line}", "SPI sampling"}, /* inverted data */
    {"short JP1.3 /edge", "SPI sampling"},    /* another signal */
};
#define N_FAULTS (sizeof faults / sizeof *faults)

/* The verb itself, as from the command line; its report goes to /dev/null. */
static int run_program(const char *capture, const char *json, const char *edit, const char *board) {
    const char *const words[] = {"linkpulse", "run", "--quiet", "--no-host", "--json", json,
                                 "--board",   board, capture,   "--edit",    edit};
    char texts[11][128], *argv[12] = {0}; /* getopt reorders, so not the literals */
    int argc = edit ? 11 : 9;
    for (int i = 0; i < argc; i++) {
        snprintf(texts[i], sizeof texts[i], "%s", words[i]);
        argv[i] = texts[i];
    }
    struct options options;
    struct sim_err err = SIM_ERR_INIT;
    cr_assert(options_parse(&options, argc, argv, &err), "%s", err.text);
    fflush(stdout);
    int out = dup(STDOUT_FILENO);
    cr_assert(freopen("/dev/null", "w", stdout));
    int status = verb_run(&options);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    close(out);
    options_finish(&options);
    return status;
}

struct outcome {
    int status;
    char verdict[16], stage[32], net[64], detail[128];
    size_t failures;
};

static void copy_text(char *out, size_t size, const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    snprintf(out, size, "%s", text ? text : "");
}

static void read_json(const char *path, struct outcome *outcome) {
    json_t *root = json_load_file(path, 0, NULL);
    cr_assert(root, "no JSON was written");
    json_t *capture = json_array_get(json_object_get(root, "captures"), 0);
    json_t *failures = json_object_get(capture, "failures");
    const json_t *first = json_array_get(failures, 0);
    copy_text(outcome->verdict, sizeof outcome->verdict, root, "verdict");
    outcome->failures = json_array_size(failures);
    copy_text(outcome->stage, sizeof outcome->stage, first, "stage");
    copy_text(outcome->net, sizeof outcome->net, first, "net");
    copy_text(outcome->detail, sizeof outcome->detail, first, "detail");
    json_decref(root);
}

static struct outcome try_edit(const char *edit, const char *board) {
    struct outcome outcome = {0};
    char capture[64], json[80];
    bench_capture(capture, 3, 0x06);
    snprintf(json, sizeof json, "%s.json", capture);
    outcome.status = run_program(capture, json, edit, board);
    if (access(json, R_OK) == 0)
        read_json(json, &outcome);
    unlink(capture);
    unlink(json);
    return outcome;
}

Test(faults, each_turns_the_run_red_and_names_its_stage) {
    printf("fault planted          stage named        at           because\n");
    for (size_t i = 0; i < N_FAULTS; i++) {
        const struct fault *fault = &faults[i];
        struct outcome got = try_edit(fault->edit, "nucleo_shield");
        printf("%-22s %-18s %-12s %s\n", fault->edit, got.stage, got.net, got.detail);
        cr_expect_eq(got.status, 1, "%s: exit %d", fault->edit, got.status);
        cr_expect_str_eq(got.verdict, "fail", "%s: verdict %s", fault->edit, got.verdict);
        cr_expect_str_eq(got.stage, fault->stage, "%s: named %s (%s), planted in %s", fault->edit,
                         got.stage, got.detail, fault->stage);
    }
}

Test(faults, every_stage_has_one) {
    static const char *const stages[] = {"line receiver",     "edge detector", "frame detector",
                                         "first-edge filter", "bit clock",     "byte sync",
                                         "SPI sampling"};
    for (size_t s = 0; s < sizeof stages / sizeof *stages; s++) {
        size_t n = 0;
        for (size_t i = 0; i < N_FAULTS; i++)
            n += strcmp(faults[i].stage, stages[s]) == 0;
        cr_expect_gt(n, (size_t)0, "no fault is planted in the %s", stages[s]);
    }
}

Test(faults, without_one_the_run_passes) {
    struct outcome got = try_edit(NULL, "nucleo_shield");
    cr_expect_eq(got.status, 0, "exit %d", got.status);
    cr_expect_str_eq(got.verdict, "pass");
    cr_expect_eq(got.failures, (size_t)0);
}

/* Receives, and cannot send: tests/transmit.sh looks at what is said of it. */
Test(faults, revision_1_receives_and_fails) {
    struct outcome got = try_edit(NULL, "nucleo_shield_rev1");
    cr_expect_eq(got.status, 1);
    cr_expect_eq(got.failures, (size_t)0);
}

/* What was written to stderr meanwhile. */
static int refused(const char *edit, char *text, size_t size) {
    char path[] = "/tmp/linkpulse_faults_XXXXXX";
    int file = mkstemp(path), keep = dup(STDERR_FILENO);
    cr_assert_geq(file, 0);
    fflush(stderr);
    dup2(file, STDERR_FILENO);
    struct outcome got = try_edit(edit, "nucleo_shield");
    fflush(stderr);
    dup2(keep, STDERR_FILENO);
    ssize_t n = pread(file, text, size - 1, 0);
    text[n > 0 ? n : 0] = 0;
    close(keep);
    close(file);
    unlink(path);
    cr_expect_str_empty(got.verdict, "%s: a verdict for what cannot be simulated", edit);
    return got.status;
}

Test(faults, what_cannot_be_simulated_is_refused_by_name) {
    static const struct {
        const char *edit, *ref, *pin, *net;
    } rows[] = {
        {"short U1.3 VCC", "U1 (74HC86", "3 VCC", "/line"},
        {"short U4.6 /edge", "U4 (74HC08", "6 /edge", "/bytesync"},
        {"short JP1.2 /~{line}", "U1 (74HC86", "11 /~{line}", "/line_delayed"},
    };
    char text[1024];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int status = refused(rows[i].edit, text, sizeof text);
        printf("%s: exit %d, %s", rows[i].edit, status, text);
        cr_expect_eq(status, 3, "%s: exit %d", rows[i].edit, status);
        cr_expect(strstr(text, rows[i].ref) && strstr(text, rows[i].pin) &&
                      strstr(text, rows[i].net),
                  "%s: %s", rows[i].edit, text);
        cr_expect_eq(strchr(text, '\n'), strrchr(text, '\n'), "more than one line: %s", text);
    }
}
