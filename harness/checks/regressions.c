#include "harness/checks/regressions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/board.h"

#define LINE_MAX_OCTETS 512

/* A row: file, tab, why. */
static bool add(struct regressions *list, const char *path, long number, char *line,
                struct sim_err *err) {
    char *tab = strchr(line, '\t');
    if (!tab || tab == line || strchr(line, '/'))
        return sim_err_at(err, SIM_ERR_INPUT, path, number,
                          "expected the name of a capture beside it, a tab and why");
    if (list->n == REGRESSIONS_MAX)
        return sim_err_at(err, SIM_ERR_INPUT, path, number, "more than %d captures",
                          REGRESSIONS_MAX);
    *tab = 0;
    size_t size = strlen(path) + strlen(line) + 1;
    char *name = malloc(size);
    if (!name)
        abort();
    int directory = (int)(strrchr(path, '/') - path) + 1;
    snprintf(name, size, "%.*s%s", directory, path, line);
    list->names[list->n] = name;
    list->files[list->n++] = name;
    return true;
}

static bool read_rows(struct regressions *list, FILE *file, const char *path, struct sim_err *err) {
    char line[LINE_MAX_OCTETS];
    for (long number = 1; fgets(line, sizeof line, file); number++) {
        if (!strchr(line, '\n') && !feof(file))
            return sim_err_at(err, SIM_ERR_INPUT, path, number, "the line is too long");
        if (line[0] != '#' && line[0] != '\n' && !add(list, path, number, line, err))
            return false;
    }
    return list->n > 0 || sim_err_at(err, SIM_ERR_INPUT, path, 0, "no capture is listed");
}

bool regressions_read(struct regressions *list, bool brief, struct sim_err *err) {
    char path[1024];
    *list = (struct regressions){0};
    int n = snprintf(path, sizeof path, "%s/captures/gate%s.tsv", board_data_dir(),
                     brief ? "_brief" : "");
    if (n < 0 || (size_t)n >= sizeof path)
        return sim_err_set(err, SIM_ERR_INPUT, "LINKPULSE_DATA: the path is too long");
    FILE *file = fopen(path, "r");
    if (!file)
        return sim_err_at(err, SIM_ERR_ENVIRONMENT, path, 0,
                          "the list of regression captures cannot be read");
    bool ok = read_rows(list, file, path, err);
    fclose(file);
    if (!ok)
        regressions_finish(list);
    return ok;
}

void regressions_finish(struct regressions *list) {
    for (size_t i = 0; i < list->n; i++)
        free(list->names[i]);
    *list = (struct regressions){0};
}

const char *regressions_damage(const struct run_result *result) {
    for (size_t i = 0; i < result->n_captures; i++)
        if (result->captures[i].partial)
            return result->captures[i].damage;
    return "";
}
