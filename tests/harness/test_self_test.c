/* The faults that the gate's self-test plants, and what it calls equivalent. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/gate/faults.h"
#include "harness/gate/observe.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct board load(const char *const *edits, size_t n) {
    struct board board;
    struct sim_err err = SIM_ERR_INIT;
    struct board_request request = {.board = "nucleo_shield", .edits = edits, .n_edits = n};
    cr_assert(board_load(&board, &request, &err), "%s", err.text);
    return board;
}

static const struct fault *find(const struct fault *faults, size_t n, const char *what) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(faults[i].what, what) == 0)
            return &faults[i];
    return NULL;
}

Test(self_test, the_list_has_every_kind) {
    static const struct {
        const char *what;
        enum fault_kind kind;
        unsigned n_edits;
        const char *first;
    } rows[] = {
        {"U5.12 open", FAULT_OPEN, 1, "open U5.12"},
        {"U8.2 and U8.3 bridged", FAULT_BRIDGE, 1, "bridge U8.2 U8.3"},
        {"U4.12 on VCC", FAULT_HIGH, 1, "tie U4.12 VCC"},
        {"U8.1 on GND", FAULT_LOW, 1, "tie U8.1 GND"},
        {"C10 missing", FAULT_REMOVED, 1, "remove C10"},
        {"R6 bridged", FAULT_SHORTED, 1, "bridge R6.1 R6.2"},
        {"R5 of 280R", FAULT_HALF, 1, "value R5=280R"},
        {"C9 of 200p", FAULT_DOUBLE, 1, "value C9=200p"},
        {"R7 of 115.2k", FAULT_DOUBLE, 1, "value R7=115.2k"},
        {"C13 of 340n", FAULT_HALF, 1, "value C13=340n"},
        {"U2A and U2B swapped", FAULT_SWAPPED, 4, "short U2.3 Net-(C13-Pad1)"},
        {"U8 is a 74HC86", FAULT_FAMILY, 1, "value U8=74HC86"},
    };
    struct board board = load(NULL, 0);
    struct fault *faults;
    size_t n = faults_list(&board, &faults);
    cr_expect_gt(n, 400);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct fault *fault = find(faults, n, rows[i].what);
        cr_assert(fault, "%s", rows[i].what);
        cr_expect_eq(fault->kind, rows[i].kind, "%s", rows[i].what);
        cr_expect_eq(fault->n_edits, rows[i].n_edits, "%s", rows[i].what);
        cr_expect_str_eq(fault->edits[0], rows[i].first);
    }
    cr_expect_not(find(faults, n, "U4.14 and U4.15 bridged"));
    free(faults);
    board_finish(&board);
}

/* Each is readable as an edit of the board it was made from. */
Test(self_test, every_fault_can_be_planted) {
    struct board board = load(NULL, 0);
    struct fault *faults;
    size_t n = faults_list(&board, &faults);
    for (size_t i = 0; i < n; i++) {
        const char *edits[FAULT_EDITS];
        struct board faulty;
        struct sim_err err = SIM_ERR_INIT;
        for (unsigned k = 0; k < faults[i].n_edits; k++)
            edits[k] = faults[i].edits[k];
        struct board_request request = {
            .board = "nucleo_shield", .edits = edits, .n_edits = faults[i].n_edits};
        cr_expect(board_load(&faulty, &request, &err), "%s: %s", faults[i].what, err.text);
        if (err.cls == SIM_ERR_NONE)
            board_finish(&faulty);
    }
    free(faults);
    board_finish(&board);
}

static bool same(const char *edit, char *difference, size_t size) {
    const char *edits[] = {edit};
    struct board plain = load(NULL, 0), edited = load(edits, 1);
    struct sim_err err = SIM_ERR_INIT;
    struct observation *a = observe(&plain, &err), *b = observe(&edited, &err);
    cr_assert(a && b, "%s", err.text);
    bool answer = observation_same(a, b, difference, size);
    observation_destroy(a);
    observation_destroy(b);
    board_finish(&plain);
    board_finish(&edited);
    return answer;
}

Test(self_test, equivalent_is_to_the_picosecond) {
    char difference[256];
    cr_expect(same("remove C12", difference, sizeof difference), "%s", difference);
    cr_expect(same("value R5=560", difference, sizeof difference), "%s", difference);
    cr_expect_not(same("value R5=559", difference, sizeof difference));
    cr_expect(strstr(difference, "ns apart"), "%s", difference);
    cr_expect_not(same("open U5.12", difference, sizeof difference));
    cr_expect_not(same("value R7=58k", difference, sizeof difference));
    cr_expect_not(same("tie U8.1 GND", difference, sizeof difference));
}
