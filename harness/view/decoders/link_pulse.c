/* Link pulses: NLP (14.2.1.1, fig. 14-12) and FLP bursts (28.2.1.1).
 *
 * A transmitter that sends nothing sends a pulse 16 ms +-8 ms after whatever it sent last; in a
 * FLP burst 17 clock pulses stand 125 us apart, and one half way between two of them is a 1 of
 * the link code word, bit 0 first (figures as the far end's, models/line/partner_mac.c).
 */
#include "harness/view/decoders/link_pulse.h"

#include <stdio.h>

enum { LINE_PULSES, LINE_WORDS };

#define WIDTH_LEAST   60.0 /* CS8952 data sheet, p. 6: 60 to 200 ns */
#define WIDTH_MOST    200.0
#define SINCE_LEAST   (8 * DECODE_MS)
#define SINCE_MOST    (24 * DECODE_MS)
#define FLP_NEAR      (150 * DECODE_US) /* 125 us +-14 us from clock to clock */
#define FLP_DATA      (94 * DECODE_US)  /* half way from 62.5 us to 125 us */
#define FLP_MOST      33
#define FLP_CLOCKS    17
#define PULSE_CHANGES 4
#define LOOK_BACK     (FLP_MOST * FLP_NEAR)

bool link_pulse_text(const struct store *store, const struct wire_pulse *pulse, char *out,
                     size_t size) {
    char width[DECODE_TIME];
    double ns = decode_ns(store, (double)(pulse->to - pulse->from));
    decode_time_text(store, (double)(pulse->to - pulse->from), width);
    bool narrow = ns<WIDTH_LEAST, wide = ns> WIDTH_MOST;
    snprintf(out, size, "NLP %s%s%s", width,
             narrow ? ", under 60 ns"
             : wide ? ", over 200 ns"
                    : "",
             pulse->high ? "" : ", inverted pair");
    return !narrow && !wide && pulse->high;
}

/* A burst of pulses, as far as it was seen. */
struct word {
    int64_t from, to, last; /* last: when the last pulse began */
    unsigned n_pulses, n_clocks, value;
    bool data; /* since the last clock pulse */
};

struct finder {
    struct decode_out out;
    struct wire_bursts bursts;
    struct word word;
    bool in_word;
};

static void end_word(struct finder *f) {
    const struct word *word = &f->word;
    if (f->in_word && word->n_clocks == FLP_CLOCKS)
        decode_add(&f->out, DECODE_PULSE, LINE_WORDS, word->from, word->to, "FLP 0x%04x, %u pulses",
                   word->value, word->n_pulses);
    else if (f->in_word && word->n_pulses > 1)
        decode_add(&f->out, DECODE_ERROR, LINE_WORDS, word->from, word->to,
                   "FLP with %u clock pulses instead of 17, %u pulses", word->n_clocks,
                   word->n_pulses);
    f->in_word = false;
}

/* Whether what ended at `time` was a pulse of the burst that the one at `pulse` belongs to. */
static bool is_near(struct finder *f, int64_t time, int64_t pulse) {
    const double most = decode_ticks(f->out.request->store, FLP_NEAR);
    struct wire_burst burst;
    struct wire_pulse before;
    return (double)(pulse - time) <= most && wire_burst_seek(&f->bursts, time, &burst) &&
           wire_burst_is_pulse(&f->bursts, &burst, &before) && before.ended &&
           (double)(pulse - before.from) <= most;
}

static void take_into_word(struct finder *f, const struct wire_pulse *pulse) {
    struct word *word = &f->word;
    double step = (double)(pulse->from - word->last);
    if (word->n_pulses == 0) {
        word->n_clocks = 1;
    } else if (step < decode_ticks(f->out.request->store, FLP_DATA) && !word->data) {
        word->data = true;
        if (word->n_clocks < FLP_CLOCKS)
            word->value |= 1u << (word->n_clocks - 1);
    } else {
        word->data = false;
        word->n_clocks++;
    }
    word->n_pulses++;
    word->last = pulse->from;
    word->to = pulse->to;
}

/* What was on the line before: nothing known at the start of a file. */
static bool last_end(const struct wire_burst *burst, int64_t *end) {
    struct store_cursor before = burst->segment.start;
    if (!store_previous(&before) || (before.index == 0 && decode_level(&before) < 0))
        return false;
    *end = before.time;
    return true;
}

/* The burst is up to FLP_MOST pulses from one that has none near before it. */
static void take_pulse(struct finder *f, const struct wire_burst *burst,
                       const struct wire_pulse *pulse) {
    const struct store *store = f->out.request->store;
    char text[96], since[DECODE_TIME] = "";
    int64_t end = 0;
    bool known = last_end(burst, &end), near = known && is_near(f, end, pulse->from);
    double gap = known ? decode_ns(store, (double)(pulse->from - end)) : 0;
    bool good = link_pulse_text(store, pulse, text, sizeof text);
    if (!near || (f->in_word && f->word.n_pulses == FLP_MOST))
        end_word(f);
    if (!near) {
        f->word = (struct word){.from = pulse->from};
        f->in_word = true;
    }
    if (f->in_word)
        take_into_word(f, pulse);
    decode_time_text(store, (double)(pulse->from - end), since);
    bool early = known && !near && gap < SINCE_LEAST, late = known && gap > SINCE_MOST;
    decode_add(&f->out, good && !early && !late ? DECODE_PULSE : DECODE_ERROR, LINE_PULSES,
               pulse->from, pulse->to, known ? "%s, %s after the last%s" : "%s", text, since,
               early  ? ", under 8 ms"
               : late ? ", over 24 ms"
                      : "");
}

static void find(struct finder *f, struct wire_burst *burst) {
    struct wire_edge edge;
    struct wire_pulse pulse;
    if (wire_burst_is_pulse(&f->bursts, burst, &pulse) && pulse.ended)
        take_pulse(f, burst, &pulse);
    while (wire_burst_edge(&f->bursts, burst, &edge))
        ;
}

/* Seen from afar: what is too short to be anything but a pulse. */
static void find_alone(void *self, const struct store_cursor *first,
                       const struct store_cursor *last) {
    struct finder *f = self;
    struct wire_burst burst;
    struct wire_pulse pulse;
    if (last->index - first->index < PULSE_CHANGES &&
        wire_burst_seek(&f->bursts, first->time, &burst) &&
        wire_burst_is_pulse(&f->bursts, &burst, &pulse) && pulse.ended)
        take_pulse(f, &burst, &pulse);
}

static bool decode(const struct decode_request *request, struct decode_items *items) {
    struct finder f = {0};
    struct wire_burst burst;
    bool whole = decode_out_init(&f.out, request, items, request->inputs[0]);
    if (!wire_bursts_init(&f.bursts, request->store, request->inputs[0]))
        return true;
    if (!whole) {
        items->left_out |= 1u << LINE_WORDS;
        decode_each_block(&f.out, request->inputs[0], find_alone, &f);
        return !f.out.failed;
    }
    int64_t back = (int64_t)decode_ticks(request->store, LOOK_BACK);
    int64_t from = request->from > INT64_MIN + back ? request->from - back : INT64_MIN;
    int64_t to = request->to < INT64_MAX - back ? request->to + back : INT64_MAX;
    bool any = wire_burst_seek(&f.bursts, from, &burst);
    for (; any && burst.segment.start.time <= to; any = wire_burst_next(&f.bursts, &burst))
        find(&f, &burst);
    end_word(&f);
    return !f.out.failed;
}

static bool guess(const struct store *store, uint32_t inputs[DECODE_MAX_INPUTS]) {
    inputs[0] = store_find(store, "line.line");
    return inputs[0] != STORE_NONE;
}

const struct decoder decoder_link_pulse = {
    .name = "link_pulse",
    .summary = "link pulses: width, time since the last, words of FLP bursts",
    .inputs = {{"data", false}},
    .lines = {"pulses", "words"},
    .decode = decode,
    .guess = guess,
};
