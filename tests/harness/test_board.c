/* Whole boards: the built-in ones, the samples, and what is wrong with requests. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/board.h"

#define DATA SOURCE_ROOT "/tests/harness/data/"

static struct sim_err err;
static struct board board;

/* One --set and one --edit at most; NULL = none. */
static bool load(const char *name, const char *set, const char *edit) {
    struct board_request request = {.board = name,
                                    .sets = &set,
                                    .n_sets = set != NULL,
                                    .edits = &edit,
                                    .n_edits = edit != NULL};
    err = SIM_ERR_INIT;
    return board_load(&board, &request, &err);
}

static const struct part_use *use(const char *ref) {
    uint32_t part = netlist_find_part(board.netlist, ref);
    cr_assert_neq(part, NETLIST_NONE, "%s", ref);
    return &board.uses[part];
}

/* Everything a print function writes, NUL-terminated; the caller frees. */
static char *text_of(void (*print)(const struct board *, FILE *)) {
    static char *text; /* static: gcc 12 takes the stream's pointer for a dangling one */
    static size_t size;
    FILE *out = open_memstream(&text, &size);
    print(&board, out);
    fclose(out);
    return text;
}

static const char *net_at(const char *ref, const char *number) {
    uint32_t part = netlist_find_part(board.netlist, ref);
    uint32_t pin = netlist_find_pin(board.netlist, part, number);
    cr_assert_neq(pin, NETLIST_NONE);
    return board.netlist->nets[board.netlist->pins[pin].net].name;
}

Test(board, revision_2_is_complete) {
    cr_assert(load("nucleo_shield", NULL, NULL), "%s:%ld %s", err.file, err.line, err.text);
    cr_expect_eq(board.netlist->n_parts, 59);
    cr_expect_eq(board.netlist->n_nets, 53);
    cr_expect_eq(board.netlist->n_pins, 234);
    cr_expect_eq(board.n_unmodelled, 0, "%s", board.unmodelled[0].text);
    struct board_missing missing[BOARD_MAX_MISSING];
    cr_expect_eq(board_missing_attachments(&board, missing), 0);
    cr_expect(board_require_models(&board, &err));
    cr_expect_eq(use("C8")->quantity, 200e-12);
    cr_expect_eq(use("C13")->quantity, 0.68e-6);
    cr_expect_eq(use("C17")->quantity, 33e-6);
    cr_expect_eq(use("R7")->quantity, 57600);
    cr_expect_eq(use("SW1")->position, 1);
    cr_expect_eq(use("JP1")->position, 2);
    cr_expect_str_eq(use("U8")->variant->name, "74ACT86");
    cr_expect_eq(part_use_typ(use("U2"), "vt_plus", 0), 2.70);
    cr_expect_eq(part_use_typ(use("U2"), "vt_minus", 0), 1.80);
    cr_expect_eq(part_use_typ(use("Q1"), "ciss", 0), 50e-12);
    cr_expect_eq(part_use_typ(use("Q3"), "vgs_th", 0), 2.0);
    cr_expect_eq(board.config.delay_scale, 0.65);
    cr_expect_str_eq(net_at("U8", "2"), "GND");
    board_finish(&board);
}

Test(board, revision_1_has_its_mistake) {
    cr_assert(load("nucleo_shield_rev1", NULL, NULL), "%s:%ld %s", err.file, err.line, err.text);
    cr_expect_str_eq(net_at("U8", "2"), "/sck_tx");
    cr_expect_eq(board.netlist->n_pins, 234);
    cr_expect_eq(use("R7")->quantity, 500e3);
    cr_expect_eq(use("C13")->quantity, 0.1e-6);
    cr_expect_eq(use("R5")->quantity, 500);
    cr_expect_eq(use("R9")->quantity, 330);
    cr_expect_eq(use("C10")->quantity, 10e-12);
    board_finish(&board);
}

Test(board, edits_make_revision_1_of_revision_2) {
    cr_assert(load("nucleo_shield", NULL, "short U8.2 /sck_tx"));
    cr_expect_str_eq(net_at("U8", "2"), "/sck_tx");
    board_finish(&board);
}

Test(board, zero_and_dnp) {
    cr_assert(load("nucleo_shield", NULL, "value C10=0"));
    cr_expect_null(use("C10")->model, "0 pF is not fitted");
    cr_expect_eq(board.n_unmodelled, 0);
    board_finish(&board);
    cr_assert(load("nucleo_shield", NULL, "value R6=0"));
    cr_expect_eq(use("R6")->quantity, 0, "0 ohm is a wire");
    board_finish(&board);
    cr_assert(load("nucleo_shield", NULL, "value R6=DNP"));
    cr_expect_null(use("R6")->model);
    board_finish(&board);
    cr_assert(load("nucleo_shield", NULL, "remove U9"));
    cr_expect_null(use("U9")->model);
    cr_expect_eq(board.n_unmodelled, 0);
    board_finish(&board);
}

Test(board, reference_beats_type) {
    cr_assert(load("nucleo_shield", "part.U2.vt_plus=3.0", NULL));
    cr_expect_eq(part_use_typ(use("U2"), "vt_plus", 0), 3.0);
    board_finish(&board);
    cr_assert(load("nucleo_shield", "part.74HC14.vt_plus=2.9", NULL));
    cr_expect_eq(part_use_typ(use("U2"), "vt_plus", 0), 2.9);
    board_finish(&board);
    cr_assert(load("nucleo_shield", "part.U2.variant=74hc14 ti", NULL), "%s", err.text);
    cr_expect_str_eq(use("U2")->variant->name, "74HC14 ti");
    cr_expect_eq(part_use_typ(use("U2"), "vt_plus", 0), 2.70, "by the value's section still");
    board_finish(&board);
}

static const struct {
    const char *position;
    int throw;
} positions[] = {{"switch.SW1=3", 2},
                 {"switch.SW1=C", 2},
                 {"switch.SW1=c", 2},
                 {"switch.SW1=1", 1},
                 {"switch.SW1=A", 1}};

Test(board, switch_positions) {
    for (size_t i = 0; i < sizeof positions / sizeof *positions; i++) {
        cr_assert(load("nucleo_shield", positions[i].position, NULL), "%s", err.text);
        cr_expect_eq(use("SW1")->position, positions[i].throw, "%s", positions[i].position);
        board_finish(&board);
    }
}

static const struct {
    const char *board, *set, *edit, *message;
} bad[] = {
    {"nucleo_shielt", NULL, NULL, "nearest is \"nucleo_shield\""},
    {"../x", NULL, NULL, "no built-in board"},
    {"", NULL, NULL, "no built-in board"},
    {"/absent.kicad_pcb", NULL, NULL, "cannot be opened"},
    {"nucleo_shield", "switch.SW1=B", NULL, "that is its common pin; expected one of 1 (A), 3 (C)"},
    {"nucleo_shield", "switch.SW1=Z", NULL, "no such throw"},
    {"nucleo_shield", "switch.SW2=A", NULL, "nearest is \"SW1\""},
    {"nucleo_shield", "jumper.R5=1", NULL, "is no switch or jumper"},
    {"nucleo_shield", "attach.spi_clk=/sk", NULL, "no such net; nearest is \"/sck\""},
    {"nucleo_shield", "attach.spi_nss=!/ns_rx", NULL, "nearest is \"/nss_rx\""},
    {"nucleo_shield", "stage.sck=/skc", NULL, "stage.sck = /skc"},
    {"nucleo_shield", "supply.power=VDC", NULL, "nearest is \"VCC\""},
    {"nucleo_shield", "part.U2.vt_pluss=1", NULL, "nearest is \"vt_plus\""},
    {"nucleo_shield", "part.U20.vt_plus=1", NULL, "names no part or make"},
    {"nucleo_shield", "part.U2.variant=74HC15", NULL,
     "no variant \"74HC15\"; nearest is \"74HC14\""},
    {"nucleo_shield", NULL, "value R5=68x", "expected a resistance"},
    {"nucleo_shield", NULL, "open U99.1", "no part \"U99\""},
};

Test(board, refuses) {
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert(!load(bad[i].board, bad[i].set, bad[i].edit), "row %zu", i);
        cr_expect(strstr(err.text, bad[i].message), "row %zu: %s", i, err.text);
        cr_expect_eq(err.cls, SIM_ERR_INPUT);
        cr_expect_null(board.netlist);
    }
}

Test(board, without_ini_names_what_is_missing) {
    cr_assert(load(DATA "kicad6.kicad_pcb", "supply.ground=GND", NULL), "%s", err.text);
    struct board_missing missing[BOARD_MAX_MISSING];
    size_t n = board_missing_attachments(&board, missing);
    cr_expect_eq(n, 6);
    cr_expect_str_eq(missing[2].key, "attach.spi_clk");
    cr_expect_str_eq(missing[2].set, "--set attach.spi_clk=NET");
    board_finish(&board);
    struct board_request request = {.board = "nucleo_shield", .ini = "/dev/null"};
    cr_assert(board_load(&board, &request, &err), "%s", err.text);
    n = board_missing_attachments(&board, missing);
    cr_expect_eq(n, 5, "the supply follows from the parts' supply pins");
    cr_expect_str_eq(missing[0].set, "--set 'attach.line_rx_p=Net-(C2-Pad1)'");
    cr_expect_str_eq(missing[2].set, "--set attach.spi_clk=/sck_rx");
    cr_expect_str_eq(missing[4].set, "--set attach.spi_nss=/nss_rx");
    cr_expect_str_eq(board.config.supply.power, "VCC");
    cr_expect_str_eq(board.config.supply.ground, "GND");
    board_finish(&board);
}

/* VT- follows a VT+ that is stated below it, and the other way round. */
Test(board, thresholds_stay_in_order) {
    cr_assert(load("nucleo_shield", "part.74HC14.vt_plus=1.7", NULL), "%s", err.text);
    uint32_t u2 = netlist_find_part(board.netlist, "U2");
    cr_expect_float_eq(part_use_typ(&board.uses[u2], "vt_plus", 0), 1.7, 1e-9);
    cr_expect_float_eq(part_use_typ(&board.uses[u2], "vt_minus", 0), 1.7, 1e-9);
    board_finish(&board);
    cr_assert(load("nucleo_shield", "part.U2.vt_minus=3", NULL), "%s", err.text);
    cr_expect_float_eq(part_use_typ(&board.uses[u2], "vt_plus", 0), 3, 1e-9);
    board_finish(&board);
}

/* In the line of `board` that begins with "passive:"? */
static bool listed_passive(const char *ref) {
    char *text = text_of(board_show), word[16];
    char *line = strstr(text, "\npassive:");
    cr_assert(line != NULL);
    char *end = strchr(line + 1, '\n');
    memcpy(end, " \0", 2);
    snprintf(word, sizeof word, " %s ", ref);
    bool found = strstr(line, word) != NULL;
    free(text);
    return found;
}

Test(board, an_leds_resistor_is_passive) {
    cr_assert(load("nucleo_shield", NULL, NULL), "%s", err.text);
    cr_expect(listed_passive("R9") && listed_passive("R10") && listed_passive("TP1"));
    cr_expect(!listed_passive("R2") && !listed_passive("R4") && !listed_passive("R11"));
    board_finish(&board);
}

Test(board, parts_without_model_are_listed_not_fatal) {
    cr_assert(load("nucleo_shield", NULL, "value U1=74LS999"), "%s", err.text);
    cr_assert_eq(board.n_unmodelled, 1);
    cr_expect(strstr(board.unmodelled[0].text, "U1 \"74LS999\""), "%s", board.unmodelled[0].text);
    cr_expect(strstr(board.unmodelled[0].text, "3=/line"), "%s", board.unmodelled[0].text);
    cr_expect(!board_require_models(&board, &err));
    cr_expect_eq(err.cls, SIM_ERR_UNMODELLED);
    char *text = text_of(board_show);
    cr_expect(strstr(text, "NOT MODELLED"));
    free(text);
    board_finish(&board);
}

Test(board, show_says_what_was_read) {
    cr_assert(load("nucleo_shield", NULL, "value C10=0"));
    char *text = text_of(board_show);
    cr_expect(strstr(text, "200 pF"));
    cr_expect(strstr(text, "57.6 kohm"));
    cr_expect(strstr(text, "vt_plus    2.7 V (generic typical"));
    cr_expect(strstr(text, "\nnot fitted: C10\n"));
    cr_expect(strstr(text, "joins pin 2 with pin 3 (B), /line_delayed"));
    cr_expect(strstr(text, "not modelled: nothing"));
    char *c2 = strstr(text, "\n  C2 "), *c10 = strstr(text, "\n  C10 ");
    cr_expect(c2 && c10 && c2 < c10, "C2 stands before C10");
    free(text);
    board_finish(&board);
}

/* What --init proposes must be readable as it stands, and say what the board's own does. */
Test(board, init_round_trip) {
    struct board_request request = {.board = "nucleo_shield", .ini = "/dev/null"};
    cr_assert(board_load(&board, &request, &err));
    char *text = text_of(board_init);
    board_finish(&board);
    char path[] = "/tmp/linkpulse_init_XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    request.ini = path;
    bool good = board_load(&board, &request, &err);
    unlink(path);
    cr_assert(good, "%ld: %s", err.line, err.text);
    struct board_missing missing[BOARD_MAX_MISSING];
    cr_expect_eq(board_missing_attachments(&board, missing), 0);
    cr_expect_str_eq(board.config.stages.idle_n, "/~{idle}");
    cr_expect_str_eq(board.config.attach.tx_clk, "/sck_tx");
    cr_expect_eq(use("SW1")->position, 1);
    free(text);
    board_finish(&board);
}

Test(board, init_states_what_it_could_not_guess) {
    cr_assert(load(DATA "kicad6.kicad_pcb", NULL, NULL));
    char *text = text_of(board_init);
    cr_expect(strstr(text, "; spi_clk = NET  (clock of the MCU's receiving SPI: no net"), "%s",
              text);
    cr_expect(strstr(text, "\nground = GND\n"));
    free(text);
    board_finish(&board);
}
