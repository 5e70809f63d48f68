/* wave_dump FILE [NAME...]: what a wave file holds, as lines NAME KIND WIDTH and, under each,
 * TIME VALUE. Exits 2 with one line when it cannot be read. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/view/store.h"

static void print_changes(const struct store *store, uint32_t signal) {
    static char bits[STORE_MAX_WIDTH + 1];
    enum store_kind kind = store_signal(store, signal)->kind;
    struct store_cursor cursor;
    store_seek(store, signal, INT64_MIN, &cursor);
    while (store_next(&cursor)) {
        printf("  %" PRId64 " ", cursor.time);
        if (kind == STORE_REAL) {
            printf("%g\n", store_real(&cursor));
        } else if (kind == STORE_STRING) {
            printf("%s\n", store_text(&cursor));
        } else {
            store_bits(&cursor, bits);
            printf("%s\n", kind == STORE_EVENT ? "!" : bits);
        }
    }
}

static bool wanted(const char *name, char **names, int n) {
    bool any = n == 0;
    for (int i = 0; i < n; i++)
        any |= strcmp(name, names[i]) == 0;
    return any;
}

int main(int argc, char **argv) {
    static const char *const kinds[] = {"bit", "vector", "real", "string", "event"};
    struct store_settings settings = {.quiet = true, .no_index = true};
    struct sim_err err = SIM_ERR_INIT;
    struct store *store = argc > 1 ? store_open(argv[1], &settings, &err) : NULL;
    if (!store) {
        fprintf(stderr, "wave_dump: %s:%ld: %s\n", err.file, err.line, err.text);
        return 2;
    }
    printf("exponent %d end %" PRId64 "\n", store_exponent(store), store_end(store));
    for (uint32_t i = 0; i < store_n_signals(store); i++) {
        char name[512];
        store_full_name(store, i, name, sizeof name);
        if (!wanted(name, argv + 2, argc - 2))
            continue;
        printf("%s %s %u\n", name, kinds[store_signal(store, i)->kind],
               store_signal(store, i)->width);
        print_changes(store, i);
    }
    store_close(store);
    return 0;
}
