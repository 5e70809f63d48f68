#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/report.h"

static struct run_failure failures[] = {
    {RUN_LOST, 7, "bit clock", "", "/sck", 123456789, "no edge within 150 ns"},
    {RUN_CORRUPT, 9, "a<b>&\"'", "", "/x\x01\xff", -1, "\xc3\xa4 ]]> \x1b[31m"},
};
static struct run_skip skips[] = {{3, "cut by the snap length"}};
static struct run_capture captures[] = {
    {.file = "captures/arp.pcap", .frames = 3, .sent = 3, .recovered = 3},
    {.file = "bad\n<name>.pcap",
     .frames = 9,
     .sent = 8,
     .recovered = 6,
     .lost = 1,
     .corrupt = 1,
     .skipped = skips,
     .n_skipped = 1,
     .failures = failures,
     .n_failures = 2},
    {.file = "captures/arp.pcap", .partial = true, .damage = "ends inside a packet"},
};
static struct run_margin margins[] = {
    {"spi setup", "/mosi_rx", 12.4, 5, 7.4, "DS10086 table 64", 0, true},
    {"spi hold", "/mosi_rx", 1, 5, -4, "DS10086 table 64", 0, true},
    {"spi nss", "/nss_rx", 0, 5, 0, "DS10086 table 64", 0, false},
};
static struct run_counter counters[] = {{"swallowed pulses U4.11", 3}, {"glitches", 0}};
static struct run_not_run not_run[] = {{"rtl", "not in this version"}};

static struct run_result sample(void) {
    return (struct run_result){.pass = false,
                               .seed = UINT64_MAX - 1,
                               .board = "nucleo_shield",
                               .engine = "event",
                               .captures = captures,
                               .n_captures = 3,
                               .margins = margins,
                               .n_margins = 3,
                               .counters = counters,
                               .n_counters = 2,
                               .not_run = not_run,
                               .n_not_run = 1,
                               .simulated_s = 0.25,
                               .wall_s = 0.5,
                               .reason = "2 of 11 frames",
                               .repeat = "./linkpulse run captures/arp.pcap"};
}

static void expect_keys(const json_t *object, const char *const *keys) {
    size_t i = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value) {
        cr_assert(keys[i], "one key too many: %s", key);
        cr_assert_str_eq(key, keys[i]);
        i++;
    }
    cr_assert_null(keys[i]);
}

static json_t *parse(const char *text) {
    json_error_t error;
    json_t *root = json_loads(text, 0, &error);
    cr_assert(root, "%s", error.text);
    return root;
}

Test(report, json_has_the_keys_of_the_schema_in_order) {
    static const char *const top[] = {
        "schema",      "verdict",          "seed",     "board",
        "engine",      "firmware",         "captures", "total",
        "margins",     "counters",         "transmit", "checks_not_run",
        "simulated_s", "real_time_factor", "host",     NULL};
    static const char *const capture[] = {"file",    "frames", "sent",    "recovered", "lost",
                                          "corrupt", "extra",  "skipped", "failures",  NULL};
    static const char *const failure[] = {"frame", "stage", "net", "time_ps", "detail", NULL};
    static const char *const margin[] = {"name",     "net",    "worst_ns", "limit_ns",
                                         "slack_ns", "source", NULL};
    struct run_result result = sample();
    result.seed = 42;
    char *text = report_json(&result, false);
    json_t *root = parse(text);
    expect_keys(root, top);
    json_t *second = json_array_get(json_object_get(root, "captures"), 1);
    expect_keys(second, capture);
    expect_keys(json_array_get(json_object_get(second, "failures"), 0), failure);
    expect_keys(json_array_get(json_object_get(root, "margins"), 0), margin);
    cr_assert_str_eq(json_string_value(json_object_get(root, "schema")), "linkpulse.run/1");
    cr_assert_str_eq(json_string_value(json_object_get(root, "verdict")), "fail");
    cr_assert_eq(json_integer_value(json_object_get(root, "seed")), 42);
    cr_assert(json_is_null(json_object_get(root, "firmware")));
    cr_assert_float_eq(json_real_value(json_object_get(root, "real_time_factor")), 0.5, 1e-12);
    cr_assert(json_is_true(
        json_object_get(json_array_get(json_object_get(root, "captures"), 2), "partial")));
    cr_assert(json_is_null(
        json_object_get(json_array_get(json_object_get(root, "margins"), 2), "worst_ns")));
    json_decref(root);
    free(text);
}

static int64_t number(const json_t *object, const char *key) {
    return json_integer_value(json_object_get(object, key));
}

Test(report, json_has_the_measurements_of_the_line) {
    static const char *const line[] = {"frames",  "link_pulses",  "fragments", "different",
                                       "missing", "measurements", NULL};
    static const char *const row[] = {"name",  "unit",    "limit",  "at_least", "worst",
                                      "slack", "time_ps", "source", NULL};
    struct run_measure measures[2] = {{.name = "peak, least",
                                       .unit = "V",
                                       .source = "14.3.1.2.1",
                                       .present = true,
                                       .at_least = true,
                                       .limit = 2.2,
                                       .worst = 0.75,
                                       .slack = -1.45,
                                       .time = 12345},
                                      {.name = "edge jitter", .unit = "ns", .limit = 8}};
    struct run_result result = sample();
    result.seed = 42;
    result.transmit = (struct run_transmit){
        .present = true, .measures = measures, .n_measures = 2, .line_missing = 1};
    char *text = report_json(&result, true), *shown = NULL;
    size_t size;
    json_t *root = parse(text);
    json_t *object = json_object_get(json_object_get(root, "transmit"), "line");
    json_t *rows = json_object_get(object, "measurements");
    expect_keys(object, line);
    expect_keys(json_array_get(rows, 0), row);
    cr_expect_eq(number(object, "missing"), 1);
    cr_expect_eq(number(json_array_get(rows, 0), "time_ps"), 12345);
    cr_expect(json_is_null(json_object_get(json_array_get(rows, 1), "worst")));
    json_decref(root);
    free(text);
    FILE *out = open_memstream(&shown, &size);
    report_text(&result, out, false);
    fclose(out);
    cr_expect(strstr(shown, "peak, least"));
    cr_expect(strstr(shown, "14.3.1.2.1  MISSED"));
    cr_expect_null(strstr(shown, "edge jitter"), "nothing was measured of it");
    cr_expect(strstr(shown, "1 sent and not there"));
    free(shown);
}

Test(report, json_with_firmware_says_what_became_of_the_frames) {
    static const char *const total[] = {"frames",        "sent",  "recovered", "lost",
                                        "corrupt",       "extra", "delivered", "refused",
                                        "dropped_after", NULL};
    struct run_result result = sample();
    struct run_capture with[3] = {captures[0], captures[1], captures[2]};
    struct run_failure lost = failures[0];
    strcpy(lost.cause, "DMA not armed");
    with[0].delivered = 3;
    with[0].dropped_after = 1;
    with[1].delivered = 5;
    with[1].refused = 1;
    with[1].dropped_after = 2;
    with[1].failures = &lost;
    with[1].n_failures = 1;
    result.captures = with;
    result.seed = 42;
    strcpy(result.firmware, "netif_f401");
    result.rearm = (struct run_rearm){.gaps = 10, .rearmed = 9, .late = 2, .window_cycles = 1250};
    result.tells_drops = true;
    char *text = report_json(&result, true);
    json_t *root = parse(text);
    json_t *sum = json_object_get(root, "total");
    expect_keys(sum, total);
    cr_assert_eq(number(sum, "sent"), 11);
    cr_assert_eq(number(sum, "delivered"), 8);
    cr_assert_eq(number(sum, "refused"), 1);
    cr_assert_eq(number(sum, "dropped_after"), 3);
    cr_assert_eq(number(json_object_get(root, "rearm"), "window_cycles"), 1250);
    cr_assert_eq(number(json_object_get(root, "rearm"), "late"), 2);
    cr_assert(strstr(text, "\"cause\": \"DMA not armed\""), "%s", text);
    json_decref(root);
    free(text);
    result.tells_drops = false;
    text = report_json(&result, true);
    cr_assert(strstr(text, "\"dropped_after\": null"), "%s", text);
    free(text);
}

Test(report, json_keeps_all_64_bits_of_the_seed) {
    struct run_result result = sample();
    char *text = report_json(&result, true);
    cr_assert(strstr(text, "\"seed\": 18446744073709551614,\n"), "%s", text);
    free(text);
}

Test(report, json_without_host_has_the_same_bytes) {
    struct run_result one = sample(), other = sample();
    other.wall_s = 77;
    char *a = report_json(&one, true), *b = report_json(&other, true);
    cr_assert_str_eq(a, b);
    cr_assert_null(strstr(a, "host"));
    cr_assert(strstr(a, "\"real_time_factor\": null"));
    cr_assert(strstr(a, "\"worst_ns\": 12.4,"), "%s", a);
    free(a);
    a = report_json(&one, false);
    free(b);
    b = report_json(&other, false);
    cr_assert_str_neq(a, b);
    free(a);
    free(b);
}

Test(report, json_survives_numbers_that_are_not_finite) {
    struct run_result result = sample();
    result.seed = 1;
    result.simulated_s = NAN;
    result.wall_s = 0;
    char *text = report_json(&result, false);
    json_t *root = parse(text);
    cr_assert(json_is_null(json_object_get(root, "simulated_s")));
    json_decref(root);
    free(text);
}

Test(report, junit_escapes_and_names_cases_apart) {
    struct run_result result = sample();
    char *text = report_junit(&result);
    cr_assert(strstr(text, "tests=\"3\" failures=\"1\" errors=\"1\""), "%s", text);
    cr_assert(strstr(text, "name=\"1: captures/arp.pcap\""));
    cr_assert(strstr(text, "name=\"2: bad?&lt;name&gt;.pcap\""));
    cr_assert(strstr(text, "name=\"3: captures/arp.pcap\""));
    cr_assert(strstr(text, "<property name=\"seed\" value=\"18446744073709551614\"/>"));
    cr_assert(strstr(text, "first differing stage: bit clock"));
    cr_assert(strstr(text, "a&lt;b&gt;&amp;&quot;&apos; at /x??, -1 ps: \xc3\xa4 ]]&gt; ?[31m"));
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        cr_assert(*p >= 0x20 || *p == '\n');
    free(text);
}

Test(report, junit_is_well_formed_to_a_parser) {
    struct run_result result = sample();
    struct sim_err err = SIM_ERR_INIT;
    if (system("command -v xmllint >/dev/null") != 0)
        cr_skip_test("xmllint is not installed");
    char path[] = "/tmp/test-junit-XXXXXX", command[128];
    int fd = mkstemp(path);
    close(fd);
    cr_assert(report_junit_write(&result, path, &err));
    snprintf(command, sizeof command, "xmllint --noout %s", path);
    cr_assert_eq(system(command), 0);
    unlink(path);
}

Test(report, junit_failing_verdict_without_failing_capture_fails) {
    struct run_result result = sample();
    result.n_captures = 1;
    char *text = report_junit(&result);
    cr_assert(strstr(text, "tests=\"2\" failures=\"1\" errors=\"0\""), "%s", text);
    cr_assert(strstr(text, "message=\"2 of 11 frames\""));
    free(text);
}

static char *text_report(const struct run_result *result, bool colour) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    report_text(result, out, colour);
    fclose(out);
    return text;
}

Test(report, text_ends_with_verdict_and_command) {
    struct run_result result = sample();
    char *text = text_report(&result, false);
    cr_assert(strstr(text, "\nFAIL: 2 of 11 frames; repeat: ./linkpulse run captures/arp.pcap\n"),
              "%s", text);
    cr_assert_str_eq(strstr(text, "\nFAIL") + 1, strrchr(text, 'F'), "not the last line: %s", text);
    cr_assert(strstr(text, "first at bit clock, net /sck, 123.456789 us"));
    cr_assert(strstr(text, "frame 3 skipped: cut by the snap length"));
    cr_assert(strstr(text, "MISSED"));
    cr_assert(strstr(text, "seed 18446744073709551614"));
    cr_assert(strstr(text, "not run: rtl"));
    cr_assert_null(strstr(text, "glitches"), "a zero counter is no news");
    cr_assert_null(strchr(text, '\033'), "no colour asked, and none from file names");
    free(text);
}

Test(report, text_never_says_it_by_colour_alone) {
    struct run_result result = sample();
    char *plain = text_report(&result, false), *colour = text_report(&result, true), *to = colour;
    cr_assert(strchr(colour, '\033'));
    for (char *from = colour; *from; from++) {
        if (*from == '\033')
            from = strchr(from, 'm');
        else
            *to++ = *from;
    }
    *to = 0;
    cr_assert_str_eq(colour, plain);
    free(plain);
    free(colour);
}

Test(report, colour_variables_in_their_order) {
    FILE *out = tmpfile();
    unsetenv("NO_COLOR");
    unsetenv("CLICOLOR_FORCE");
    cr_assert(!report_colour(out));
    setenv("CLICOLOR_FORCE", "0", 1);
    cr_assert(!report_colour(out));
    setenv("CLICOLOR_FORCE", "1", 1);
    cr_assert(report_colour(out));
    setenv("NO_COLOR", "1", 1);
    cr_assert(!report_colour(out));
    fclose(out);
}

Test(report, clean_replaces_what_is_not_text) {
    static const char *const pairs[][2] = {
        {"plain", "plain"},      {"\xc3\xa4", "\xc3\xa4"}, {"\xc0\x80", "??"},
        {"\xed\xa0\x80", "???"}, {"\xef\xbf\xbf", "???"},  {"\xf4\x90\x80\x80", "????"},
        {"a\tb\x7f", "a?b?"},    {"\xe2\x82", "??"},       {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char out[16];
        report_clean(pairs[i][0], out, sizeof out);
        cr_assert_str_eq(out, pairs[i][1], "row %zu: %s", i, out);
    }
    char cut[3];
    report_clean("a\xc3\xa4", cut, sizeof cut);
    cr_assert_str_eq(cut, "a");
}
