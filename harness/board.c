#include "harness/board.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/board_parts.h"
#include "harness/edits.h"
#include "harness/kicad_net.h"
#include "harness/kicad_pcb.h"
#include "harness/words.h"

static bool ends_with(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n > m && strcmp(text + n - m, end) == 0;
}

const char *board_data_dir(void) {
    const char *dir = getenv("LINKPULSE_DATA");
    return dir && *dir ? dir : LINKPULSE_DATA_DIR;
}

static bool no_such_board(const char *name, const char *dir, struct sim_err *err) {
    struct words_near near = {.wanted = name};
    char best[256] = "", hint[300];
    DIR *boards = opendir(dir);
    for (struct dirent *entry; boards && (entry = readdir(boards));) {
        if (!ends_with(entry->d_name, ".net"))
            continue;
        char stem[256];
        sim_format(stem, (unsigned)(strlen(entry->d_name) - 3), "%s", entry->d_name);
        near.best = *best ? best : NULL;
        words_near_offer(&near, stem);
        if (near.best == stem)
            memcpy(best, stem, sizeof best);
    }
    if (boards)
        closedir(boards);
    near.best = *best ? best : NULL;
    return sim_err_set(err, SIM_ERR_INPUT,
                       "no built-in board \"%s\"%s; a file is named .net or .kicad_pcb", name,
                       words_near_hint(&near, hint, sizeof hint));
}

/* The board file's path, in board->path. */
static bool find_board(struct board *board, const char *name, struct sim_err *err) {
    char dir[400];
    if (strlen(name) >= 256 || strlen(board_data_dir()) >= 240)
        return sim_err_set(err, SIM_ERR_INPUT, "the board's name is too long");
    if (ends_with(name, ".net") || ends_with(name, ".kicad_pcb")) {
        sim_format(board->path, sizeof board->path, "%s", name);
        return true;
    }
    sim_format(dir, sizeof dir, "%s/models/boards", board_data_dir());
    sim_format(board->path, sizeof board->path, "%s/%s.net", dir, name);
    if (!*name || strchr(name, '/') || access(board->path, F_OK) != 0)
        return no_such_board(name, dir, err);
    return true;
}

static bool read_netlist(struct board *board, struct sim_err *err) {
    board->netlist = ends_with(board->path, ".net") ? kicad_net_read(board->path, err)
                                                    : kicad_pcb_read(board->path, err);
    return board->netlist != NULL;
}

static bool apply_sets(struct board *board, const struct board_request *request,
                       struct sim_err *err) {
    for (size_t i = 0; i < request->n_sets; i++)
        if (!board_config_set(&board->config, request->sets[i], err))
            return false;
    return true;
}

/* Defaults, the .ini, then every --set; and again around what the .ini says of the chip. */
static bool read_config(struct board *board, const struct board_request *request,
                        struct sim_err *err) {
    board_config_defaults(&board->config);
    char beside[520];
    sim_format(beside, sizeof beside, "%s", board->path);
    memcpy(strrchr(beside, '.'), ".ini", 5);
    const char *ini = request->ini ? request->ini : beside;
    if ((request->ini || access(beside, F_OK) == 0) && !board_config_read(&board->config, ini, err))
        return false;
    return apply_sets(board, request, err) && board_config_choose_chip(&board->config, err) &&
           apply_sets(board, request, err);
}

/* Every net the configuration names must be there. */
static bool check_nets(const struct board *board, struct sim_err *err) {
    for (size_t i = 0; i < board_n_needs; i++) {
        const char *stated = (const char *)&board->config + board_needs[i].offset;
        const char *name = stated + (*stated == '!'); /* active high select */
        char hint[200];
        if (*stated && netlist_find_net(board->netlist, name) == NETLIST_NONE)
            return sim_err_set(err, SIM_ERR_INPUT, "%s = %s: %s has no such net%s",
                               board_needs[i].key, name, board->path,
                               edit_near_net(board->netlist, name, hint, sizeof hint));
    }
    return true;
}

static const char **values_of(const struct netlist *netlist) {
    const char **values = malloc((netlist->n_parts + 1) * sizeof *values);
    if (!values)
        abort(); /* as netlist_create() does */
    for (uint32_t i = 0; i < netlist->n_parts; i++)
        values[i] = netlist->parts[i].value;
    return values;
}

static bool edit_and_resolve(struct board *board, const struct board_request *request,
                             struct sim_err *err) {
    const char **values = values_of(board->netlist);
    bool good = true;
    for (size_t i = 0; good && i < request->n_edits; i++)
        good = edit_apply(board->netlist, request->edits[i], err);
    good = good && board_parts_resolve(board, values, err) && board_positions_apply(board, err) &&
           check_nets(board, err);
    free(values);
    if (good)
        board_supply_infer(board);
    return good;
}

bool board_load(struct board *board, const struct board_request *request, struct sim_err *err) {
    *board = (struct board){0};
    if (find_board(board, request->board, err) && read_netlist(board, err) &&
        read_config(board, request, err) && edit_and_resolve(board, request, err))
        return true;
    board_finish(board);
    return false;
}

void board_finish(struct board *board) {
    netlist_destroy(board->netlist);
    free(board->uses);
    free(board->figures);
    free(board->unmodelled);
    *board = (struct board){0};
}

bool board_require_models(const struct board *board, struct sim_err *err) {
    if (board->n_unmodelled == 0)
        return true;
    return sim_err_at(err, SIM_ERR_UNMODELLED, board->path, 0, "%s", board->unmodelled[0].text);
}

size_t board_missing_attachments(const struct board *board, struct board_missing *missing) {
    size_t n = 0;
    for (size_t i = 0; i < board_n_needs; i++) {
        const struct board_need *need = &board_needs[i];
        const char *stated = (const char *)&board->config + need->offset;
        if (!need->for_run || *stated || n == BOARD_MAX_MISSING)
            continue;
        char why[256];
        const char *guess = board_guess_net(board, need, why, sizeof why);
        missing[n] = (struct board_missing){.key = need->key, .what = need->what};
        sim_format(missing[n].set, sizeof missing[n].set,
                   guess && strchr(guess, '(') ? "--set '%s=%s'" : "--set %s=%s", need->key,
                   guess ? guess : "NET");
        n++;
    }
    return n;
}
