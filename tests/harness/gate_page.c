/* gate_page VERDICT DIR: the reports of a planted result, for tests/gate_reports.sh. */
#include <stdio.h>
#include <stdlib.h>

#include "gate_bench.h"
#include "harness/gate/report_gate.h"
#include "harness/gate/scene.h"
#include "harness/report.h"

static void put(const char *dir, const char *name, char *text, struct sim_err *err) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    if (!report_write(text, path, err)) {
        fprintf(stderr, "%s: %s\n", path, err->text);
        exit(1);
    }
}

int main(int argc, char **argv) {
    struct sim_err err = SIM_ERR_INIT;
    struct gate_bench bench;
    if (argc != 3 || !gate_bench_load(&bench, atoi(argv[1]), &err)) {
        fprintf(stderr, "gate_page VERDICT DIR: %s\n", err.text);
        return 1;
    }
    struct gate_scene *scene = gate_scene_create(&bench.board, 1, &err);
    if (!scene) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    put(argv[2], "page.html", report_gate_html(&bench.result, scene), &err);
    put(argv[2], "gate.json", report_gate_json(&bench.result, true), &err);
    put(argv[2], "gate.xml", report_gate_junit(&bench.result), &err);
    put(argv[2], "gate.sarif", report_gate_sarif(&bench.result, "0.1.0"), &err);
    put(argv[2], "gate.md", report_gate_markdown(&bench.result), &err);
    report_gate_text(&bench.result, stdout, false);
    gate_scene_destroy(scene);
    gate_bench_finish(&bench);
    return 0;
}
