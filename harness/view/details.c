/* What there is to say of a moment: the packet, the edge before it, the code, the interrupt and
 * the DMA, as far as a run has told. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/view/decoders/decoder.h"
#include "harness/view/sidecar.h"
#include "harness/view/view.h"

struct sheet {
    const struct store *store;
    const struct sidecar *sidecar;
    const struct code *code;
    int64_t time;
    struct detail *out;
    size_t n;
};

__attribute__((format(printf, 4, 5))) static void add(struct sheet *sheet, const char *title,
                                                      int64_t at, const char *format, ...) {
    va_list arguments;
    if (sheet->n == DETAIL_MOST)
        return;
    struct detail *detail = &sheet->out[sheet->n++];
    detail->title = title;
    detail->at = at;
    va_start(arguments, format);
    vsnprintf(detail->text, sizeof detail->text, format, arguments);
    va_end(arguments);
}

static const char *span(const struct sheet *sheet, int64_t ticks, char text[DECODE_TIME]) {
    decode_time_text(sheet->store, (double)ticks, text);
    return text;
}

/* --- packet ------------------------------------------------------------------------------- */

/* "octet 14, bit 3" by the time on the line, as long as the octets last; else "". */
static void place_on_line(const struct sidecar_packet *packet, int64_t time, char *out,
                          size_t size) {
    int64_t length = view_difference(packet->data_to, packet->data_from),
            at = view_difference(time, packet->data_from);
    out[0] = 0;
    if (time < packet->from || time > packet->to || length <= 0 || !packet->n_octets)
        return;
    if (at < 0) {
        snprintf(out, size, "preamble");
    } else if (at >= length) {
        snprintf(out, size, "TP_IDL");
    } else {
        uint64_t bit = (uint64_t)((double)at / (double)length * 8 * (double)packet->n_octets);
        uint64_t last = 8 * (uint64_t)packet->n_octets - 1;
        bit = bit < last ? bit : last;
        snprintf(out, size, "octet %" PRIu64 " (0x%02x), bit %" PRIu64, bit / 8,
                 packet->octets[bit / 8], bit % 8);
    }
}

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void delivery(const struct sheet *sheet, const struct sidecar_packet *packet, char *out,
                     size_t size) {
    char text[DECODE_TIME];
    out[0] = 0;
    if (packet->delivered != INT64_MIN)
        snprintf(out, size, ", delivered %s after its end",
                 span(sheet, view_difference(packet->delivered, packet->to), text));
}

static void add_packet(struct sheet *sheet) {
    const struct sidecar_packet *packet = sidecar_packet_at(sheet->sidecar, sheet->time);
    char place[64], when[64];
    if (!packet)
        return;
    place_on_line(packet, sheet->time, place, sizeof place);
    delivery(sheet, packet, when, sizeof when);
    add(sheet, "packet", packet->from,
        "frame %" PRIu64 " (%s, number %" PRIu64 "), %zu octets: %s%s%s%s%s%s", packet->frame,
        file_name(packet->capture), packet->index, packet->n_octets, packet->verdict,
        packet->cause ? ", " : "", packet->cause ? packet->cause : "", when, place[0] ? "; " : "",
        place);
}

static void add_failure(struct sheet *sheet) {
    const struct sidecar *s = sheet->sidecar;
    const struct sidecar_packet *packet = sidecar_packet_at(s, sheet->time);
    for (size_t i = 0; packet && i < s->n_failures; i++)
        if (s->failures[i].packet == (size_t)(packet - s->packets)) {
            add(sheet, "failure", s->failures[i].time, "%s", s->failures[i].text);
            return;
        }
}

/* --- edge --------------------------------------------------------------------------------- */

static bool is_of_spi(const struct store *store, uint32_t signal) {
    uint32_t scope = store_signal(store, signal)->scope;
    return scope != STORE_NONE && strcmp(store_scope(store, scope)->name, "spi") == 0;
}

/* A bit of the SPI by the clock's rises since the select. */
static bool place_on_spi(const struct sheet *sheet, const struct sidecar_packet *packet,
                         int64_t time, char *out, size_t size) {
    struct store_cursor from, to;
    uint32_t clock = 0;
    size_t n = store_n_signals(sheet->store);
    while (clock < n && !is_of_spi(sheet->store, clock))
        clock++;
    if (clock == n || !store_seek(sheet->store, clock, packet->selected, &from) ||
        !store_seek(sheet->store, clock, time, &to) || to.index <= from.index)
        return false;
    uint64_t bit = (to.index - from.index - 1) / 2;
    snprintf(out, size, "SPI octet %" PRIu64 ", bit %" PRIu64, bit / 8, bit % 8);
    return true;
}

/* What an edge of the signal belongs to. */
static void belongs(const struct sheet *sheet, uint32_t signal, int64_t time, char *out,
                    size_t size) {
    const struct sidecar_packet *packet = sidecar_packet_at(sheet->sidecar, time);
    char place[64];
    out[0] = 0;
    if (!packet)
        return;
    bool selected =
        packet->selected != INT64_MIN && time >= packet->selected && time <= packet->deselected;
    if (!selected || !is_of_spi(sheet->store, signal) ||
        !place_on_spi(sheet, packet, time, place, sizeof place))
        place_on_line(packet, time, place, sizeof place);
    if (place[0])
        snprintf(out, size, ", frame %" PRIu64 " %s", packet->frame, place);
}

static void value_text(const struct store_cursor *at, enum store_kind kind, unsigned width,
                       char *out, size_t size) {
    uint64_t number;
    if (kind == STORE_REAL)
        snprintf(out, size, "%.4g", store_real(at));
    else if (width > 1 && store_number(at, &number))
        snprintf(out, size, "0x%" PRIx64, number);
    else if (kind == STORE_BIT)
        snprintf(out, size, "%c", store_bit(at));
    else
        snprintf(out, size, "a change");
}

/* The pulse that the change begins; of a real a change is none. */
static void pulse_text(const struct sheet *sheet, const struct store_cursor *at,
                       enum store_kind kind, char *out, size_t size) {
    struct store_cursor next = *at;
    char text[DECODE_TIME];
    out[0] = 0;
    if (kind != STORE_REAL && store_next(&next))
        snprintf(out, size, ", for %s", span(sheet, view_difference(next.time, at->time), text));
}

static void add_edge(struct sheet *sheet, uint32_t signal) {
    struct store_cursor at;
    char name[96], value[96], pulse[64], of[96], ago[DECODE_TIME];
    if (signal == STORE_NONE || signal >= store_n_signals(sheet->store) ||
        !store_seek(sheet->store, signal, sheet->time, &at))
        return;
    const struct store_signal *what = store_signal(sheet->store, signal);
    store_full_name(sheet->store, signal, name, sizeof name);
    value_text(&at, what->kind, what->width, value, sizeof value);
    pulse_text(sheet, &at, what->kind, pulse, sizeof pulse);
    belongs(sheet, signal, at.time, of, sizeof of);
    add(sheet, "edge", at.time, "%s to %s %s before%s%s", name, value,
        span(sheet, view_difference(sheet->time, at.time), ago), pulse, of);
}

/* --- the MCU ------------------------------------------------------------------------------ */

/* What a vector of the MCU is at the time; false when the waves do not say. */
static bool number_at(const struct sheet *sheet, const char *name, uint64_t *value,
                      struct store_cursor *at) {
    uint32_t signal = store_find(sheet->store, name);
    return signal != STORE_NONE && store_seek(sheet->store, signal, sheet->time, at) &&
           store_number(at, value);
}

static void add_code(struct sheet *sheet) {
    struct store_cursor at;
    uint64_t pc;
    char text[DETAIL_TEXT];
    if (!number_at(sheet, "cpu.pc", &pc, &at))
        return;
    if (code_at(sheet->code, (uint32_t)pc, text, sizeof text))
        add(sheet, "code", at.time, "%s", text);
    else
        add(sheet, "code", at.time, "at 0x%08" PRIx32, (uint32_t)pc);
}

static void add_interrupt(struct sheet *sheet) {
    struct store_cursor at;
    uint64_t number;
    char name[32], since[DECODE_TIME];
    if (!number_at(sheet, "cpu.exception", &number, &at) || number > 511)
        return;
    const char *handler = number > 0 ? code_handler(sheet->code, (unsigned)number) : NULL;
    if (number >= 16)
        snprintf(name, sizeof name, "IRQ %" PRIu64, number - 16);
    else if (number == 0)
        snprintf(name, sizeof name, "none: thread mode");
    else
        snprintf(name, sizeof name, "%s",
                 decode_exception(number) ? decode_exception(number) : "reserved");
    add(sheet, "interrupt", at.time, "%s%s%s%s, for %s", name, handler ? " (" : "",
        handler ? handler : "", handler ? ")" : "",
        span(sheet, view_difference(sheet->time, at.time), since));
}

static void add_dma(struct sheet *sheet) {
    struct store_cursor at;
    uint64_t ndtr;
    char since[DECODE_TIME];
    if (number_at(sheet, "dma.ndtr", &ndtr, &at))
        add(sheet, "DMA", at.time, "NDTR %" PRIu64 ", for %s", ndtr,
            span(sheet, view_difference(sheet->time, at.time), since));
}

size_t details_at(const struct store *store, const struct sidecar *sidecar, const struct code *code,
                  uint32_t signal, int64_t time, struct detail out[DETAIL_MOST]) {
    struct sheet sheet = {store, sidecar, code, time, out, 0};
    add_packet(&sheet);
    add_failure(&sheet);
    add_edge(&sheet, signal);
    add_code(&sheet);
    add_interrupt(&sheet);
    add_dma(&sheet);
    return sheet.n;
}
