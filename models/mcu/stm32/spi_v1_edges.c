/* SPI: many edges of SCK and of the data input at once. What they do is spi_v1.c's
 * affair; here the bits of a slave that only receives are shifted in without asking it for
 * each of them, which is where the time of a co-simulation goes. */
#include <limits.h>

#include "models/mcu/stm32/spi_v1_shift.h"

/* Past the edges before one of SCK: none, one or two in the usual bit, without a branch. */
static inline const struct stm32_edge *past(const struct stm32_edge *data,
                                            const struct stm32_edge *clock) {
    size_t first = data[0].time < clock->time, second = data[1].time < clock->time;
    data += first + (first & second);
    while (data->time <= clock->time && stm32_edge_before(data, clock))
        data++;
    return data;
}

/* Edges of a slave that sends nothing, none of them the last of a frame: only bits to shift.
 * Returns where the data is then. */
static const struct stm32_edge *shift_in(struct stm32_block *block, struct spi *s,
                                         const struct stm32_edge *clock, size_t n,
                                         const struct stm32_edge *data) {
    const struct stm32_edge *const begin = data;
    unsigned level = s->pin[s->in_pin];
    size_t first = clock[0].level != s->sample_level;
    size_t samples = (n - first + 1) / 2, before = s->loaded ? 0 : first;
    if (!s->loaded && samples)
        spi_v1_load(block, s);
    if (s->loaded)
        s->out <<= n - samples - before;
    for (size_t i = first; i < n; i += 2) {
        data = past(data, &clock[i]);
        s->in = s->in << 1 | (level ^ ((unsigned)(data - begin) & 1));
    }
    s->bits = (uint8_t)(s->bits + samples);
    s->pin[s->in_pin] = (uint8_t)(level ^ ((unsigned)(data - begin) & 1));
    s->pin[STM32_SCK] = clock[n - 1].level;
    return data;
}

/* How many edges of SCK, from the first on, are for shift_in(). */
static size_t count_plain(const struct spi *s, const struct stm32_edges *clock) {
    size_t n = clock->n;
    if (!n || !s->clocked || s->sends)
        return 0;
    size_t samples = (n + (clock->edge[0].level == s->sample_level)) / 2;
    if (s->bits + samples < s->frame)
        return n;
    return s->bits + samples == s->frame ? n - 1 : 0;
}

void spi_v1_clock_edges(struct stm32_block *block, struct spi *s, const struct stm32_edges *clock,
                        const struct stm32_edges *in) {
    static const struct stm32_edge NONE[2] = {{.time = SIM_NEVER}, {.time = SIM_NEVER}};
    const struct stm32_edge *data = in->n ? in->edge : NONE, *const end = data + in->n;
    const struct stm32_edge *edge = clock->edge;
    size_t n = clock->n, plain = count_plain(s, clock), left = in->n;
    uint8_t in_pin = s->in_pin;
    if (plain)
        data = shift_in(block, s, edge, plain, data);
    left = (size_t)(end - data);
    for (size_t i = plain; i < n; i++) {
        const struct stm32_edge *to = past(data, &edge[i]);
        s->pin[in_pin] ^= (to - data) & 1;
        data = to;
        left = (size_t)(end - data);
        spi_v1_sck_edge(block, s, edge[i].level, edge[i].time);
    }
    s->pin[in_pin] ^= left & 1;
}

bool spi_v1_listens(struct stm32_block *block, unsigned clock, unsigned data,
                    struct stm32_listener *out) {
    const struct spi *s = stm32_state(block);
    out->level = s->sample_level;
    out->left = s->clocked ? (unsigned)s->frame - s->bits : UINT_MAX;
    if (clock != STM32_SCK || (data != STM32_MOSI && data != STM32_MISO))
        return false;
    return !s->clocked || (!s->sends && data == s->in_pin);
}

/* `out` goes on as it would: the edge at which data change shifts it once a frame has begun. */
static void shift_out(struct stm32_block *block, struct spi *s, const struct stm32_bits *bits) {
    unsigned shifts = bits->edges - bits->samples;
    bool shift_first = bits->edges && s->pin[STM32_SCK] == s->sample_level, begun = s->loaded;
    if (!begun && (bits->samples || (shift_first && (s->cr1 & CPHA) && !(s->flags & TXE))))
        spi_v1_load(block, s);
    if (s->loaded)
        s->out <<= begun ? shifts : shifts - shift_first;
}

void spi_v1_bits(struct stm32_block *block, const struct stm32_bits *bits) {
    struct spi *s = stm32_state(block);
    if (s->clocked)
        shift_out(block, s, bits);
    s->pin[STM32_SCK] = (uint8_t)bits->clock;
    s->pin[bits->data_role] = (uint8_t)bits->data;
    if (s->clocked && bits->samples)
        spi_v1_take(block, s, bits->samples, bits->bits);
}

/* Frames of 16 bits and those with a CRC are too rare to be worth it. */
bool spi_v1_feeds(struct stm32_block *block, struct stm32_feed *out) {
    const struct spi *s = stm32_state(block);
    out->address = stm32_row(block)->base + DR;
    out->lsb_first = s->cr1 & LSBFIRST;
    out->n_bits = s->bits;
    out->bits = s->in;
    return s->clocked && s->receives && !s->sends && s->frame == 8 && !(s->cr1 & CRCEN) &&
           (s->cr2 & (RXDMAEN | RXNEIE)) == RXDMAEN && !(s->flags & (RXNE | OVR));
}

void spi_v1_fed(struct stm32_block *block, uint32_t last, const struct stm32_bits *bits) {
    struct spi *s = stm32_state(block);
    s->rx = (uint16_t)last;
    s->in = 0;
    s->bits = 0;
    s->loaded = false;
    s->pin[STM32_SCK] = (uint8_t)bits->clock;
    s->pin[bits->data_role] = (uint8_t)bits->data;
}
