/* What the MCU does: functions by the program counter, exceptions by IPSR's number, and DMA
 * transfers by NDTR (RM0090 10.5.6; CNDTR of RM0041 is the same), as a run writes them.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/view/decoders/decoder.h"

enum { INPUT_PC, INPUT_EXCEPTION, INPUT_NDTR };
enum { LINE_FUNCTIONS, LINE_EXCEPTIONS, LINE_BLOCKS, LINE_TRANSFERS };

#define CACHED   4096 /* a power of two */
#define PAUSE_NS 4000 /* octets come 0.8 us apart, frames at least 9.6 us */
#define NO_VALUE UINT64_MAX

struct mcu {
    struct decode_out out;
    struct segments segments;
    int64_t pause;
    struct cached {
        uint32_t pc;
        bool used;
        const char *name;
    } * cache; /* [CACHED] */
};

static uint64_t value_of(const struct store_cursor *cursor) {
    uint64_t value;
    return store_number(cursor, &value) ? value : NO_VALUE;
}

/* --- functions ----------------------------------------------------------------------------- */

/* NULL: no image knows it. */
static const char *function_at(struct mcu *mcu, const struct store_cursor *cursor) {
    uint64_t value = value_of(cursor);
    const struct decode_request *request = mcu->out.request;
    if (!request->function || value > UINT32_MAX)
        return NULL;
    struct cached *cached = &mcu->cache[(value >> 1) % CACHED];
    if (!cached->used || cached->pc != value)
        *cached = (struct cached){(uint32_t)value, true,
                                  request->function(request->code, (uint32_t)value)};
    return cached->name;
}

static bool other_function(struct segments *segments, const struct store_cursor *before,
                           const struct store_cursor *at) {
    const char *left = function_at(segments->self, before);
    const char *right = function_at(segments->self, at);
    return !left || !right || (left != right && strcmp(left, right) != 0);
}

static void add_function(struct mcu *mcu, const struct segment *segment, int64_t to) {
    const char *name = function_at(mcu, &segment->start);
    uint64_t pc = value_of(&segment->start);
    if (name)
        decode_add(&mcu->out, DECODE_CODE, LINE_FUNCTIONS, segment->start.time, to, "%s", name);
    else if (pc != NO_VALUE && mcu->out.octets)
        decode_add(&mcu->out, DECODE_CODE, LINE_FUNCTIONS, segment->start.time, to, "0x%08llx",
                   (unsigned long long)pc);
}

/* --- DMA ----------------------------------------------------------------------------------- */

/* Armed again: NDTR rose; but from 1 it is reloaded by the last transfer of a round. */
static bool is_armed(uint64_t before, uint64_t at) {
    return at != NO_VALUE && (before == NO_VALUE || (at > before && before != 1));
}

static bool other_block(struct segments *segments, const struct store_cursor *before,
                        const struct store_cursor *at) {
    const struct mcu *mcu = segments->self;
    uint64_t left = value_of(before), right = value_of(at);
    return (left == NO_VALUE) != (right == NO_VALUE) || is_armed(left, right) ||
           at->time - before->time > mcu->pause;
}

/* Transfers from one value of NDTR to the next. */
static uint64_t transfers(uint64_t before, uint64_t at) {
    if (before == NO_VALUE || at == NO_VALUE || is_armed(before, at))
        return 0;
    return at > before ? 1 : before - at;
}

static void add_transfer(struct mcu *mcu, const struct store_cursor *before,
                         const struct store_cursor *at) {
    struct store_cursor next = *at;
    int64_t to = store_next(&next) ? next.time : at->time;
    if (to - at->time > mcu->pause)
        to = at->time + mcu->pause;
    if (mcu->out.bits && transfers(value_of(before), value_of(at)))
        decode_add(&mcu->out, DECODE_PLAIN, LINE_TRANSFERS, at->time, to, "%llu",
                   (unsigned long long)value_of(at));
}

struct block {
    bool armed;
    uint64_t first, n, left; /* NDTR when armed; transfers; NDTR at the end */
    int64_t from, to;
};

static void add_block(struct mcu *mcu, const struct block *block) {
    unsigned long long n = block->n, first = block->first, left = block->left;
    const char *s = n == 1 ? "" : "s";
    if (block->left == NO_VALUE)
        return;
    if (block->armed && n)
        decode_add(&mcu->out, DECODE_FRAME, LINE_BLOCKS, block->from, block->to,
                   "armed %llu, %llu transfer%s, %llu left", first, n, s, left);
    else if (block->armed)
        decode_add(&mcu->out, DECODE_CODE, LINE_BLOCKS, block->from, block->to, "armed %llu",
                   first);
    else if (n)
        decode_add(&mcu->out, DECODE_FRAME, LINE_BLOCKS, block->from, block->to,
                   "%llu transfer%s, %llu left", n, s, left);
}

/* Walks over the transfers of a segment. */
static void write_block(struct mcu *mcu, const struct segment *segment,
                        const struct store_cursor *end) {
    struct store_cursor at = segment->start, before = at;
    struct block block = {.from = at.time, .to = end->time};
    bool first = !store_previous(&before);
    block.first = value_of(&at);
    block.armed = !first && is_armed(value_of(&before), block.first);
    for (bool more = true; more && at.index <= end->index; more = store_next(&at)) {
        if (!first) {
            block.n += transfers(value_of(&before), value_of(&at));
            add_transfer(mcu, &before, &at);
        }
        first = false;
        before = at;
    }
    block.left = value_of(end);
    add_block(mcu, &block);
}

/* --- exceptions ---------------------------------------------------------------------------- */

const char *decode_exception(uint64_t number) {
    /* ARMv7-M Architecture Reference Manual, table B1-4 */
    static const char *const NAMES[16] = {
        [0] = "Thread",        [1] = "Reset",    [2] = "NMI",        [3] = "HardFault",
        [4] = "MemManage",     [5] = "BusFault", [6] = "UsageFault", [11] = "SVCall",
        [12] = "DebugMonitor", [14] = "PendSV",  [15] = "SysTick",
    };
    return number < 16 ? NAMES[number] : NULL;
}

static void add_exception(struct mcu *mcu, const struct store_cursor *at, int64_t to) {
    uint64_t number = value_of(at);
    bool fault = number >= 2 && number <= 6;
    enum decode_class class = number == 0 ? DECODE_PLAIN : fault ? DECODE_ERROR : DECODE_CODE;
    if (number == NO_VALUE)
        return;
    if (decode_exception(number))
        decode_add(&mcu->out, class, LINE_EXCEPTIONS, at->time, to, "%s", decode_exception(number));
    else if (number < 16)
        decode_add(&mcu->out, DECODE_ERROR, LINE_EXCEPTIONS, at->time, to, "exception %llu",
                   (unsigned long long)number);
    else
        decode_add(&mcu->out, class, LINE_EXCEPTIONS, at->time, to, "IRQ %llu",
                   (unsigned long long)number - 16);
}

/* --- walking ------------------------------------------------------------------------------- */

/* Where the last value of a file ends. */
static int64_t last_to(const struct mcu *mcu, const struct store_cursor *at) {
    int64_t end = store_end(mcu->segments.store);
    return end > at->time ? end : at->time;
}

static bool every_change(struct segments *segments, const struct store_cursor *before,
                         const struct store_cursor *at) {
    (void)segments, (void)before, (void)at;
    return true;
}

/* `end` is the last change of the segment, `to` the time of the one behind it. */
static void write_segment(struct mcu *mcu, unsigned line, const struct segment *segment,
                          const struct store_cursor *end, int64_t to) {
    if (line == LINE_FUNCTIONS)
        add_function(mcu, segment, to);
    else if (line == LINE_EXCEPTIONS)
        add_exception(mcu, &segment->start, to);
    else
        write_block(mcu, segment, end);
}

static void walk(struct mcu *mcu, unsigned line) {
    struct segment segment;
    const struct decode_request *request = mcu->out.request;
    if (!segment_seek(&mcu->segments, request->from, &segment))
        return;
    struct store_cursor at = segment.start, next = at;
    while (segment.start.time <= request->to && !mcu->out.failed) {
        bool more = store_next(&next);
        if (more && segment_goes_on(&mcu->segments, &segment, &at, &next)) {
            at = next;
            continue;
        }
        write_segment(mcu, line, &segment, &at, more ? next.time : last_to(mcu, &at));
        if (!more)
            return;
        bool cut = !mcu->segments.begins(&mcu->segments, &at, &next);
        segment = (struct segment){.start = next, .cut = cut};
        at = next;
    }
}

static void decode_line(struct mcu *mcu, const struct decode_request *request,
                        struct decode_items *items, unsigned line) {
    static bool (*const begins[])(struct segments *, const struct store_cursor *,
                                  const struct store_cursor *) = {
        [LINE_FUNCTIONS] = other_function,
        [LINE_EXCEPTIONS] = every_change,
        [LINE_BLOCKS] = other_block,
    };
    uint32_t signal = request->inputs[line];
    mcu->segments = (struct segments){request->store, signal, begins[line], mcu};
    if (signal >= store_n_signals(request->store))
        return;
    bool whole = decode_out_init(&mcu->out, request, items, signal);
    if (line == LINE_BLOCKS)
        decode_leave_out(&mcu->out, DECODE_NO_LINE, LINE_TRANSFERS);
    else if (line == LINE_FUNCTIONS && !request->function)
        decode_leave_out(&mcu->out, LINE_FUNCTIONS, DECODE_NO_LINE);
    if (whole)
        walk(mcu, line);
    else
        decode_blocks(&mcu->out, signal, line, DECODE_PLAIN);
}

static bool decode(const struct decode_request *request, struct decode_items *items) {
    struct mcu mcu = {.pause = (int64_t)decode_ticks(request->store, PAUSE_NS)};
    mcu.cache = calloc(CACHED, sizeof *mcu.cache);
    if (!mcu.cache)
        return false;
    bool ok = true;
    for (unsigned line = LINE_FUNCTIONS; line <= LINE_BLOCKS && ok; line++) {
        decode_line(&mcu, request, items, line);
        ok = !mcu.out.failed;
    }
    free(mcu.cache);
    return ok;
}

static bool guess(const struct store *store, uint32_t inputs[DECODE_MAX_INPUTS]) {
    inputs[INPUT_PC] = decode_guess_vector(store, "cpu", "pc");
    inputs[INPUT_EXCEPTION] = decode_guess_vector(store, "cpu", "exception");
    inputs[INPUT_NDTR] = decode_guess_vector(store, "dma", "ndtr");
    return inputs[INPUT_PC] != STORE_NONE || inputs[INPUT_EXCEPTION] != STORE_NONE ||
           inputs[INPUT_NDTR] != STORE_NONE;
}

const struct decoder decoder_mcu = {
    .name = "mcu",
    .summary = "functions, exceptions and DMA transfers of the MCU",
    .inputs = {{"pc", true}, {"exception", true}, {"ndtr", true}},
    .lines = {"functions", "exceptions", "DMA", "transfers"},
    .decode = decode,
    .guess = guess,
};
