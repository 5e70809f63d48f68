#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gate_bench.h"
#include "harness/gate/report_gate.h"
#include "harness/gate/scene.h"

static struct gate_bench bench;

static struct gate_result *planted(int verdict) {
    struct sim_err err = SIM_ERR_INIT;
    cr_assert(gate_bench_load(&bench, verdict, &err), "%s", err.text);
    return &bench.result;
}

static char *text_of(const struct gate_result *result, bool colour) {
    FILE *out = tmpfile();
    report_gate_text(result, out, colour);
    size_t n = (size_t)ftell(out);
    char *text = calloc(n + 1, 1);
    rewind(out);
    cr_assert_eq(fread(text, 1, n, out), n);
    fclose(out);
    return text;
}

static void expect_in_order(const char *text, const char *const *words) {
    const char *at = text;
    for (; *words; words++) {
        const char *found = strstr(at, *words);
        cr_assert(found, "\"%s\" is missing, or not in its place, in:\n%s", *words, text);
        at = found + 1;
    }
}

static size_t count(const char *text, const char *what) {
    size_t n = 0;
    for (; (text = strstr(text, what)); text++)
        n++;
    return n;
}

Test(report_gate, text_is_ranked_and_ends_with_the_verdict) {
    static const char *const order[] = {
        "at delay scale 0.65: do not order; at 1.0 (datasheet typical): do not order\n",
        "profile function: 2 failures, 2 reservations\n",
        "FAILURE ",
        "U8 /tx_ena\n    U8 pins 1 and 2",
        "    advice: put U8.2 on GND\n",
        "nucleo_shield_rev1.net:812\n",
        "FAILURE ",
        "  105.2 ns, limit 100 ns, slack -5.2 ns\n",
        "reservation ",
        "waived ",
        "  waived by i. mihajlow: the firmware drives it, until 2027-01-31\n",
        "peak, least",
        "  MISSED\n",
        "sck duty",
        "spi hold",
        "spi setup",
        "overall                      1000      870  87.00 %  84.77 to 88.94 %\n",
        "with gate delays to +-40 %: 79.00 %",
        "U2 vt_plus                      -0.91         21.500         -6.250  2.1 V to 3.15 V\n",
        "95 pF to 105 pF\n",
        "advice: 510 ohm for R5 instead of 560 ohm (--edit \"value R5=510\"; 97.54 to 99.09 %)\n",
        "sample 17 fails receive with U2 vt_plus +12.0 %; repeat: linkpulse sweep",
        "not checked: ",
        "seed 18446744073709551614, 1000 samples",
        "reason: the yield is 87.00 %, below 95 %\n",
        "DO NOT ORDER: 2 failures, 2 reservations, 1 not checked; /tx_ena never rises",
        NULL};
    char *text = text_of(planted(GATE_DO_NOT_ORDER), false);
    expect_in_order(text, order);
    text[strlen(text) - 1] = 0;
    const char *last = strrchr(text, '\n') + 1;
    cr_expect(strncmp(last, "DO NOT ORDER: ", 14) == 0, "%s", last);
    cr_expect(strstr(last, "; repeat: linkpulse gate "), "%s", last);
    cr_expect(!strchr(text, '\033'), "a control character reaches the terminal");
    free(text);
    gate_bench_finish(&bench);
}

Test(report_gate, text_in_colour) {
    char *text = text_of(planted(GATE_RESERVATIONS), true);
    cr_expect(strstr(text, "\033[33mORDER WITH RESERVATIONS\033[0m: 0 failures, 2 reservations, 1 "
                           "not checked; the yield is"));
    cr_expect_eq(count(text, "\033["), 2 * (2 + 2 + 1), "findings, misses and the verdict");
    free(text);
    gate_bench_finish(&bench);
}

Test(report_gate, nothing_found) {
    struct gate_result *result = planted(GATE_ORDER);
    result->report = (struct check_report){0};
    result->sweep = (struct sweep_result){0};
    char *text = text_of(result, false);
    cr_expect_str_eq(strstr(text, "ORDER"), "ORDER: 0 failures, 0 reservations, 1 not checked; "
                                            "repeat: linkpulse gate nucleo_shield_rev1 "
                                            "--seed 1\n");
    cr_expect(strstr(text, "at 1.0 (datasheet typical): not run"), "%s", text);
    cr_expect(strstr(text, "not checked: yield: no samples were drawn\n"), "%s", text);
    free(text);
    gate_bench_finish(&bench);
}

Test(report_gate, scale_one_has_one_row) {
    char line[256];
    struct gate_result *result = planted(GATE_RESERVATIONS);
    bench.board.config.delay_scale = 1;
    cr_expect_str_eq(report_gate_scale(result, line, sizeof line),
                     "at delay scale 1.0 (datasheet typical): order with reservations");
    bench.board.config.delay_scale = 0.65;
    result->sweep.nominal_at_one = true;
    cr_expect_str_eq(report_gate_scale(result, line, sizeof line),
                     "at delay scale 0.65: order with reservations; at 1.0 (datasheet typical): "
                     "order with reservations");
    gate_bench_finish(&bench);
}

static json_t *parse(const char *text) {
    json_error_t error;
    json_t *root = json_loads(text, 0, &error);
    cr_assert(root, "%s", error.text);
    return root;
}

Test(report_gate, json_says_all_of_it) {
    static const char *const keys[] = {
        "schema", "verdict",  "seed",           "profile",        "board",
        "engine", "kind",     "connectors_in",  "connectors_out", "reasons",
        "delay",  "findings", "more_findings",  "margins",        "curves",
        "sweep",  "waivers",  "checks_not_run", "repeat",         "host",
        NULL};
    struct gate_result *result = planted(GATE_DO_NOT_ORDER);
    result->seed = 42;
    char *text = report_gate_json(result, false);
    json_t *root = parse(text), *value;
    const char *key;
    size_t i = 0;
    json_object_foreach(root, key, value) {
        cr_assert(keys[i], "one key too many: %s", key);
        cr_expect_str_eq(key, keys[i++]);
    }
    cr_expect_null(keys[i]);
    cr_expect_str_eq(json_string_value(json_object_get(root, "verdict")), "do not order");
    cr_expect_eq(json_integer_value(json_object_get(root, "seed")), 42);
    json_t *second = json_array_get(json_object_get(root, "findings"), 1);
    cr_expect_float_eq(json_real_value(json_object_get(second, "slack")), -5.2, 1e-12);
    cr_expect(json_is_null(json_object_get(second, "part")));
    json_t *amplitude = json_array_get(json_object_get(root, "curves"), 1);
    cr_expect(json_is_null(json_object_get(amplitude, "required_low")), "NAN is null");
    cr_expect_eq(json_array_size(json_object_get(amplitude, "points")), 15);
    cr_expect(json_is_false(json_object_get(json_object_get(root, "delay"), "passes_at_one")));
    json_decref(root);
    free(text);
    text = report_gate_json(result, true);
    cr_expect(!strstr(text, "wall_s"));
    free(text);
    result->seed = UINT64_MAX;
    text = report_gate_json(result, true);
    cr_expect(strstr(text, "\"seed\": 18446744073709551615,"));
    free(text);
    gate_bench_finish(&bench);
}

Test(report_gate, the_same_result_gives_the_same_bytes) {
    struct sim_err err = SIM_ERR_INIT;
    struct gate_result *result = planted(GATE_RESERVATIONS);
    struct gate_scene *scene = gate_scene_create(&bench.board, 1, &err);
    struct gate_scene *again = gate_scene_create(&bench.board, 1, &err);
    cr_assert(scene && again, "%s", err.text);
    char *a = report_gate_html(result, scene), *b = report_gate_html(result, again);
    cr_expect_str_eq(a, b);
    gate_scene_destroy(scene);
    gate_scene_destroy(again);
    free(a);
    free(b);
    gate_bench_finish(&bench);
}

Test(report_gate, html_is_escaped_and_whole) {
    struct gate_result *result = planted(GATE_DO_NOT_ORDER);
    char *html = report_gate_html(result, NULL);
    cr_expect(!strstr(html, "<script"), "text of the board became markup");
    cr_expect(
        strstr(html, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &apos;x&apos;"));
    cr_expect(!strstr(html, "http"), "the page names something outside");
    cr_expect(!strstr(html, "src="));
    cr_expect(strstr(html, "width=device-width"));
    cr_expect(strstr(html, "prefers-color-scheme:dark"));
    cr_expect_eq(count(html, "<article"), 5);
    cr_expect_eq(count(html, "<svg class=\"curve\""), 2);
    cr_expect_eq(count(html, "<div class=\"track\">"), 4 + 3 + 1 + 4 + 2, "bars");
    cr_expect(strstr(html, "</html>\n"));
    free(html);
    gate_bench_finish(&bench);
}

/* Revision 1: the clock of the transmitter moves, its enable does not. */
Test(report_gate, scene_shows_the_fault) {
    struct sim_err err = SIM_ERR_INIT;
    struct gate_view view;
    struct gate_result *result = planted(GATE_DO_NOT_ORDER);
    const struct check_finding *f = &result->report.findings[0];
    struct gate_scene *scene = gate_scene_create(&bench.board, 1, &err);
    cr_assert(scene, "%s", err.text);
    cr_assert(gate_scene_view(scene, f->part, f->net, f->text, &view));
    cr_assert_geq(view.n, 3);
    cr_expect_str_eq(view.strips[0].name, "/tx_ena");
    cr_expect_eq(view.strips[0].n, 0);
    cr_expect(view.strips[0].marked);
    cr_expect_str_eq(view.strips[1].name, "/sck_tx");
    cr_expect_geq(view.strips[1].n, 1000);
    cr_expect_str_eq(view.strips[2].name, "Net-(Q3-Pad1)");
    gate_view_finish(&view);
    cr_expect(!gate_scene_view(scene, "", "", "nothing of the kind", &view));
    cr_expect(!gate_scene_view(scene, "J1", "Net-(J1-Pad1)", "", &view) ||
                  strcmp(view.strips[0].name, "Net-(J1-Pad1)") != 0,
              "a net behind the driver is not simulated");
    gate_view_finish(&view);
    cr_expect(!gate_scene_view(scene, "C1", "no such net", "", &view) || view.n);
    gate_view_finish(&view);
    cr_expect_str_eq(gate_scene_eye(scene), "", "no frame leaves this board");
    gate_scene_destroy(scene);
    gate_bench_finish(&bench);
}

Test(report_gate, scene_of_a_good_board_has_both_pictures) {
    struct sim_err err = SIM_ERR_INIT;
    planted(GATE_RESERVATIONS);
    struct gate_scene *scene = gate_scene_create(&bench.board, 1, &err);
    cr_assert(scene, "%s", err.text);
    cr_expect(strstr(gate_scene_eye(scene), "<title>Eye: 128 bits"));
    cr_expect(strstr(gate_scene_pulse(scene), "<title>Link pulse"));
    gate_scene_destroy(scene);
    gate_bench_finish(&bench);
}

Test(report_gate, markdown_keeps_its_table) {
    char *text = report_gate_markdown(planted(GATE_DO_NOT_ORDER));
    char *row = strstr(text, "\\<script\\>");
    cr_assert(row, "%s", text);
    row[strcspn(row, "\n")] = 0;
    cr_expect(strstr(row, "'x' \\| \\`\\`\\` ?\\[31m ?"), "%s", row);
    free(text);
    text = report_gate_markdown(&bench.result);
    cr_expect(strstr(text, "| overall | 870 of 1000 | 87.00 % | 84.77 to 88.94 % |\n"));
    cr_expect(strstr(text, "Repeat: `linkpulse gate nucleo_shield_rev1 --seed 1`\n"));
    free(text);
    gate_bench_finish(&bench);
}

Test(report_gate, junit_counts_what_fails) {
    struct gate_result *result = planted(GATE_RESERVATIONS);
    char *text = report_gate_junit(result);
    cr_expect(strstr(text, "failures=\"0\""), "%s", text);
    free(text);
    result->fail_on_reservations = true;
    text = report_gate_junit(result);
    cr_expect(!strstr(text, "failures=\"0\""), "%s", text);
    cr_expect_eq(count(text, "<failure"), 3, "two checks and the verdict");
    free(text);
    gate_bench_finish(&bench);
}
