/* Any changes of any signals under every decoder: it ends, its items are in order and within
 * their bounds, and a range has what the whole has there.
 *
 * Octets in threes make the changes: signal and value, then the time since the one before, which
 * grows fast so that both nanoseconds and milliseconds are met. */
#include <inttypes.h>
#include <stdio.h>

#include "harness/view/decode.h"
#include "tests/fuzz/fuzz.h"

#define SIGNALS 4

static void write_vcd(FILE *file, const uint8_t *data, size_t size) {
    uint64_t time = 0;
    fputs("$timescale 1 ns $end $var wire 1 a a $end $var wire 1 b b $end $var wire 1 c c $end "
          "$var wire 16 d d $end $enddefinitions $end\n",
          file);
    for (size_t i = 0; i + 2 < size; i += 3) {
        unsigned signal = data[i] % SIGNALS, value = data[i] / SIGNALS;
        time += (uint64_t)data[i + 1] << (data[i + 2] % 16) >> 4;
        fprintf(file, "#%" PRIu64 "\n", time);
        if (signal < 3)
            fprintf(file, "%c%c\n", "0101010101xz"[value % 12], 'a' + (int)signal);
        else if (value == 63)
            fprintf(file, "bx d\n");
        else
            fprintf(file, "b%u%u%u%u d\n", value & 1, value >> 1 & 1, value >> 2 & 1,
                    value >> 3 & 1);
    }
}

static struct store *open_store(const uint8_t *data, size_t size) {
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);
    fuzz_expect(file != NULL);
    write_vcd(file, data, size);
    fclose(file);
    struct sim_err err = SIM_ERR_INIT;
    const struct store_settings settings = {.quiet = true, .no_index = true};
    struct store *store = store_open_memory("fuzz.vcd", text, length, &settings, &err);
    free(text);
    return store;
}

static void check_items(const struct decoder *decoder, const struct decode_items *items) {
    for (size_t i = 0; i < items->n; i++) {
        const struct decode_item *item = &items->items[i];
        fuzz_expect(item->from < item->to && item->line < decoder_n_lines(decoder));
        fuzz_expect(memchr(item->text, 0, sizeof item->text) != NULL && item->text[0]);
        if (i && item[-1].line == item->line)
            fuzz_expect(item[-1].from <= item->from);
    }
}

static bool equal(const struct decode_item *a, const struct decode_item *b) {
    return a->from == b->from && a->to == b->to && a->line == b->line && a->class == b->class &&
           strcmp(a->text, b->text) == 0;
}

/* Those of `whole` that overlap the range are `part`. */
static void check_part(const struct decode_items *whole, const struct decode_items *part,
                       int64_t from, int64_t to) {
    size_t n = 0;
    for (size_t i = 0; i < whole->n; i++) {
        const struct decode_item *item = &whole->items[i];
        if (item->from > to || item->to <= from)
            continue;
        fuzz_expect(n < part->n && equal(item, &part->items[n]));
        n++;
    }
    fuzz_expect(n == part->n);
}

static void check_decoder(const struct decoder *decoder, const struct store *store, uint8_t where) {
    struct decode_items whole = {0}, part = {0};
    struct decode_request request = {.store = store,
                                     .inputs = {0, 1, 2, STORE_NONE},
                                     .from = store_begin(store),
                                     .to = store_end(store),
                                     .budget = DECODE_ALL};
    if (strcmp(decoder->name, "mcu") == 0)
        request.inputs[0] = request.inputs[2] = 3;
    fuzz_expect(decode_run(decoder, &request, &whole));
    check_items(decoder, &whole);
    int64_t span = request.to - request.from;
    request.from += span / 256 * where;
    request.to = request.from + span / 16;
    fuzz_expect(decode_run(decoder, &request, &part));
    check_part(&whole, &part, request.from, request.to);
    request.budget = where;
    if (where % 16 == 0) { /* an overview takes longer than all the rest */
        fuzz_expect(decode_run(decoder, &request, &part));
        check_items(decoder, &part);
    }
    decode_items_finish(&whole);
    decode_items_finish(&part);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct store *store = size ? open_store(data + 1, size - 1) : NULL;
    if (!store)
        return 0;
    for (size_t i = 0; i < n_decoders; i++)
        check_decoder(decoders[i], store, data[0]);
    store_close(store);
    return 0;
}
