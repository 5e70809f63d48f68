#include "tests/firmware/bench.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BIT (100 * SIM_NS)
/* The times of a perfect board, and of the reference board at delay scale 0.65: MOSI is
 * /line_delayed. */
#define SCK_AFTER (35 * SIM_NS)
#define SCK_WIDTH (70 * SIM_NS)
#define NSS_AFTER (417 * SIM_NS)
#define PREAMBLE  (64 * BIT)
#define START_UP  (3 * SIM_MS)

enum { PORT_A, PORT_B, PORT_C };

uint32_t bench_fcs(const uint8_t *octets, size_t length) {
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < length; i++)
        for (int bit = 0; bit < 8; bit++) {
            uint32_t one = (crc ^ (uint32_t)octets[i] >> bit) & 1;
            crc = crc >> 1 ^ (one ? 0xedb88320u : 0);
        }
    return ~crc;
}

void bench_fill(uint8_t *frame, size_t length, uint32_t seed) {
    for (size_t i = 0; i < length; i++)
        frame[i] = (uint8_t)((seed = seed * 1664525u + 1013904223u) >> 24);
}

/* --- what the chip tells ------------------------------------------------------ */

static void on_report(void *user, const struct stm32_report *report) {
    struct bench *b = user;
    if (report->kind == STM32_LOST)
        return;
    b->misuse++;
    printf("# %s %s %s at 0x%08x\n", report->block, report->reg ? report->reg : "-", report->text,
           (unsigned)report->pc);
}

static void on_itm(void *user, unsigned port, unsigned size, uint32_t value) {
    struct bench *b = user;
    for (; port == 0 && size > 0 && b->itm_length + 1 < sizeof b->itm; size--, value >>= 8)
        b->itm[b->itm_length++] = (char)value;
}

/* SCK has been still for long enough that the frame under way has ended. */
static void tx_end(struct bench *b, sim_time now) {
    if (b->tx_bits == 0 || now - b->tx_fell < SIM_US)
        return;
    b->tx[b->tx_last % BENCH_SENT].length = b->tx_bits / 8;
    cr_assert_eq(b->tx_bits % 8, 0);
    cr_assert_lt(++b->tx_last - b->tx_first, BENCH_SENT);
    b->tx_bits = 0;
}

static void tx_rise(struct bench *b, sim_time time) {
    sim_time gap = time - b->tx_fell - BIT / 2, period = time - b->tx_rise;
    tx_end(b, time);
    if (b->tx_bits == 0 && b->tx_fell > 0 && gap < b->tx_gap_min)
        b->tx_gap_min = gap;
    if (b->tx_bits > 0 && period < b->tx_period_min)
        b->tx_period_min = period;
    if (b->tx_bits > 0 && period > b->tx_period_max)
        b->tx_period_max = period;
    b->tx_rise = time;
}

/* Mode 1, least significant bit first. */
static void tx_fall(struct bench *b, sim_time time) {
    struct bench_frame *frame = &b->tx[b->tx_last % BENCH_SENT];
    if (b->tx_rise == 0 || b->tx_bits / 8 >= BENCH_OCTETS)
        return;
    if (b->tx_bits % 8 == 0)
        frame->octets[b->tx_bits / 8] = 0;
    frame->octets[b->tx_bits / 8] |= (uint8_t)(b->mosi << b->tx_bits % 8);
    b->tx_bits++;
    b->tx_fell = time;
}

static void on_pin(void *user, const struct stm32_pin_change *change) {
    struct bench *b = user;
    if (change->port != b->tx_port || change->level == STM32_Z)
        return;
    if (change->pin == b->tx_mosi)
        b->mosi = change->level == STM32_HIGH;
    else if (change->pin == b->tx_sck)
        (change->level == STM32_HIGH ? tx_rise : tx_fall)(b, change->time);
}

/* Frames that never come are skipped; one that was not sent counts as wrong. */
static bool was_sent(struct bench *b, const uint8_t *frame, size_t length) {
    while (b->delivered < b->expected) {
        const struct bench_frame *want = &b->waiting[b->delivered++ % BENCH_SENT];
        if (want->length == length && memcmp(want->octets, frame, length) == 0)
            return true;
    }
    return false;
}

static void on_function(void *user, struct armv7m *core, uint32_t address) {
    struct bench *b = user;
    uint8_t frame[BENCH_OCTETS];
    uint32_t from = armv7m_get(core, ARMV7M_R0), octet = 0;
    uint32_t length = armv7m_get(core, ARMV7M_R0 + 1);
    (void)address;
    if (length > sizeof frame)
        length = sizeof frame;
    for (uint32_t i = 0; i < length; i++) {
        armv7m_read(core, from + i, 1, &octet);
        frame[i] = (uint8_t)octet;
    }
    if (!(b->on_frame ? b->on_frame(b, frame, length) : was_sent(b, frame, length)))
        b->wrong++;
}

/* --- opening ------------------------------------------------------------------- */

static void load(struct bench *b, struct sim_err *err) {
    for (size_t i = 0; i < b->image.n_segments; i++) {
        const struct image_segment *s = &b->image.segments[i];
        cr_assert(stm32_load(b->mcu, s->address, s->data, s->size, err), "%s", err->text);
    }
    stm32_reset(b->mcu);
}

static void set(struct bench *b, unsigned port, unsigned pin, unsigned level, sim_time time) {
    cr_assert(stm32_pin_set(b->mcu, port, pin, level, time));
}

static void hook(struct bench *b) {
    const struct image_symbol *deliver = image_symbol(&b->image, "lp_deliver_frame");
    if (deliver) /* else the image receives nothing */
        cr_assert(armv7m_hook(stm32_core(b->mcu), deliver->address, true));
}

bool bench_open(struct bench *b, const char *image, const char *chip) {
    return bench_open_on(b, image, chip, &(struct bench_chip){0});
}

bool bench_open_on(struct bench *b, const char *image, const char *chip,
                   const struct bench_chip *unkind) {
    struct sim_err err = SIM_ERR_INIT;
    static char path[512];
    bool f100 = strcmp(chip, "f100rb") == 0;
    struct stm32_config config = {.hse_hz = 8000000,
                                  .hse_bypass = !f100,
                                  .strict = true,
                                  .spi_partial = unkind->spi_keeps,
                                  .entry_latency = unkind->entry_latency};
    memset(b, 0, sizeof *b);
    b->run = unkind->run;
    snprintf(path, sizeof path, "%s/%s.elf", FIRMWARE_DIR, image);
    if (access(path, R_OK) != 0)
        return false;
    b->tx_port = f100 ? PORT_A : PORT_C;
    b->tx_sck = f100 ? 5 : 10;
    b->tx_mosi = f100 ? 7 : 12;
    b->tx_period_min = b->tx_gap_min = SIM_S;
    config.user = b;
    config.on_pin = on_pin;
    config.on_report = on_report;
    config.core = (struct armv7m_hooks){.itm = on_itm, .function = on_function};
    b->mcu = stm32_create(stm32_chip_find(chip), &config, &err);
    cr_assert_not_null(b->mcu, "%s", err.text);
    cr_assert(image_load(&b->image, path, false, 0, &err), "%s", err.text);
    load(b, &err);
    hook(b);
    set(b, PORT_B, 13, STM32_LOW, 0);
    set(b, PORT_B, 15, STM32_LOW, 0);
    set(b, PORT_C, 6, STM32_HIGH, 0);
    set(b, PORT_C, 13, STM32_HIGH, 0);
    bench_run(b, START_UP);
    b->line = stm32_time(b->mcu);
    return true;
}

void bench_close(struct bench *b) {
    stm32_destroy(b->mcu);
    image_finish(&b->image);
}

/* --- the line ------------------------------------------------------------------- */

void bench_run(struct bench *b, sim_time duration) {
    sim_time until = stm32_time(b->mcu) + duration;
    enum stm32_stop stop = b->run ? b->run(b, until) : stm32_run_until(b->mcu, until);
    cr_assert_eq(stop, STM32_UNTIL, "stopped for reason %d at pc 0x%08x", (int)stop,
                 (unsigned)armv7m_pc(stm32_core(b->mcu)));
}

static void run_until(struct bench *b, sim_time time) {
    if (time > stm32_time(b->mcu))
        bench_run(b, time - stm32_time(b->mcu));
}

static void clock_bit(struct bench *b, sim_time begin, unsigned bit) {
    set(b, PORT_B, 15, bit ? STM32_HIGH : STM32_LOW, begin);
    set(b, PORT_B, 13, STM32_HIGH, begin + SCK_AFTER);
    set(b, PORT_B, 13, STM32_LOW, begin + SCK_AFTER + SCK_WIDTH);
}

void bench_send_raw(struct bench *b, const uint8_t *octets, size_t length, sim_time gap) {
    sim_time begin = b->line + gap + PREAMBLE;
    if (begin < stm32_time(b->mcu) + BIT)
        begin = stm32_time(b->mcu) + BIT;
    sim_time end = begin + (sim_time)length * 8 * BIT;
    set(b, PORT_C, 6, STM32_LOW, begin - BIT / 2);
    for (size_t i = 0; i < length * 8; i++) {
        unsigned bit = octets[i / 8] >> i % 8 & 1;
        clock_bit(b, begin + (sim_time)i * BIT, bit ^ (b->flip && i == 0));
        if (i % 128 == 127)
            run_until(b, begin + (sim_time)i * BIT);
    }
    if (b->idle_low)
        clock_bit(b, end + BIT, 0);
    set(b, PORT_C, 6, STM32_HIGH, end + NSS_AFTER);
    b->line = end;
    run_until(b, end);
}

void bench_send(struct bench *b, const uint8_t *frame, size_t length, sim_time gap) {
    uint8_t octets[BENCH_OCTETS];
    struct bench_frame *waiting = &b->waiting[b->expected++ % BENCH_SENT];
    memcpy(waiting->octets, frame, length);
    waiting->length = length;
    memcpy(octets, frame, length);
    uint32_t fcs = bench_fcs(frame, length);
    for (int i = 0; i < 4; i++)
        octets[length + (size_t)i] = (uint8_t)(fcs >> 8 * i);
    bench_send_raw(b, octets, length + 4, gap);
}

void bench_glitch(struct bench *b, sim_time width) {
    sim_time now = stm32_time(b->mcu) + BIT;
    set(b, PORT_C, 6, STM32_LOW, now);
    set(b, PORT_C, 6, STM32_HIGH, now + BIT);
    set(b, PORT_C, 6, STM32_LOW, now + BIT + width);
    bench_run(b, 10 * SIM_US);
    b->line = stm32_time(b->mcu);
}

size_t bench_sent(struct bench *b, uint8_t *frame) {
    static const uint8_t PREAMBLE_OCTETS[9] = {0x55, 0x55, 0x55, 0x55, 0x55,
                                               0x55, 0x55, 0x55, 0xd5};
    tx_end(b, stm32_time(b->mcu));
    if (b->tx_first == b->tx_last)
        return 0;
    const struct bench_frame *sent = &b->tx[b->tx_first++ % BENCH_SENT];
    cr_assert_geq(sent->length, 9 + 64);
    cr_assert_arr_eq(sent->octets, PREAMBLE_OCTETS, 9);
    size_t length = sent->length - 9 - 4;
    const uint8_t *first = sent->octets + 9;
    uint32_t fcs = bench_fcs(first, length);
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(first[length + i], (uint8_t)(fcs >> 8 * i), "a bad FCS was sent");
    memcpy(frame, first, length);
    return length;
}

uint32_t bench_word(struct bench *b, const char *symbol, uint32_t offset) {
    const struct image_symbol *s = image_symbol(&b->image, symbol);
    uint32_t value = 0;
    cr_assert_not_null(s, "%s", symbol);
    cr_assert(armv7m_read(stm32_core(b->mcu), s->address + offset, 4, &value));
    return value;
}
