#include "harness/causes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct inquiry {
    const struct witness *witness;
    const struct witness_frame *f, *before; /* before: NULL for the first */
    const char *chip;
    double hclk_hz;
    struct cause *out;
};

static uint64_t cycles(const struct inquiry *q, sim_time time) {
    return time > 0 ? (uint64_t)((double)time * q->hclk_hz / 1e12 + 0.5) : 0;
}

/* "DMA1 stream 3"; the F1 have channels. */
static const char *stream_name(const struct inquiry *q, char *out, size_t size) {
    unsigned n = 0;
    const char *dma = witness_dma(q->witness, &n);
    bool channels = q->chip[0] == 'f' && q->chip[1] == '1';
    if (*dma)
        snprintf(out, size, "%s %s %u", dma, channels ? "channel" : "stream", n);
    else
        snprintf(out, size, "the DMA");
    return out;
}

static bool answer(const struct inquiry *q, const char *name, enum cause_pin pin, sim_time time) {
    q->out->name = name;
    q->out->pin = pin;
    q->out->time = time;
    return true;
}

/* The cycles that a driver took, and those it had. "" when the gap before is not known. */
static const char *window(const struct inquiry *q, char *out, size_t size) {
    const struct witness_frame *b = q->before;
    out[0] = 0;
    if (!b || b->rose == SIM_NEVER || q->f->clocked == SIM_NEVER || q->f->clocked < b->rose)
        return out;
    uint64_t have = cycles(q, q->f->clocked - b->rose);
    if (b->rearmed == SIM_NEVER)
        snprintf(out, size,
                 ", not armed again since the select rose, the window was %" PRIu64 " cycles",
                 have);
    else
        snprintf(out, size,
                 ", armed again %" PRIu64 " cycles after the select rose, the window was %" PRIu64,
                 cycles(q, b->rearmed - b->rose), have);
    return out;
}

/* --- one cause each: true when it is this one ---------------------------------------------- */

static bool first_bit(const struct inquiry *q) {
    if (!q->f->first_bit)
        return false;
    snprintf(q->out->detail, sizeof q->out->detail,
             "octet 0 came as 0x%02x, sent was 0x%02x, the other %zu are right", q->f->bad_got,
             q->f->bad_sent, q->f->n_sent - 1);
    return answer(q, "bad first bit", CAUSE_MOSI, q->f->clocked);
}

static const char *what_is_off(const struct inquiry *q, const struct witness_state *s, char *out,
                               size_t size) {
    const char *spi = witness_spi(q->witness);
    char stream[48];
    if (!*spi)
        snprintf(out, size, "no SPI slave was ever enabled");
    else if (!s->listens)
        snprintf(out, size, "%s was off", spi);
    else if (!s->rxdma)
        snprintf(out, size, "RXDMAEN of %s was off", spi);
    else
        snprintf(out, size, "%s was off", stream_name(q, stream, sizeof stream));
    return out;
}

/* Off when `time` came. A stream that ran to its end was armed, for too few octets. */
static bool off_at(const struct inquiry *q, const struct witness_state *s, sim_time time,
                   const char *when) {
    char text[96], gap[128], stream[48];
    const struct witness_frame *f = q->f;
    if (witness_armed(s))
        return false;
    if (s->listens && s->rxdma && s->ran_out) {
        snprintf(q->out->detail, sizeof q->out->detail,
                 "%s had run to its end (NDTR 0) %s; %zu of %zu octets reached memory",
                 stream_name(q, stream, sizeof stream), when, f->n_stored, f->n_sent);
        return answer(q, "DMA overrun", CAUSE_NSS, time);
    }
    snprintf(q->out->detail, sizeof q->out->detail,
             "%s %s%s; %zu of %zu octets reached the SPI's DR",
             what_is_off(q, s, text, sizeof text), when, window(q, gap, sizeof gap), f->n_got,
             f->n_sent);
    return answer(q, "DMA not armed", CAUSE_NSS, time);
}

static bool not_armed(const struct inquiry *q) {
    if (q->f->clocked == SIM_NEVER)
        return false;
    return off_at(q, &q->f->at_clock, q->f->clocked, "at its first bit");
}

/* The edge at the end of `f`, and the frame behind it. */
static bool late_after(const struct inquiry *q, const struct witness_frame *f,
                       const struct witness_frame *next) {
    if (!f || !next || f->rose == SIM_NEVER || next->clocked == SIM_NEVER ||
        next->clocked <= f->rose || f->taken <= next->clocked ||
        !witness_takes_interrupts(q->witness))
        return false;
    uint64_t have = cycles(q, next->clocked - f->rose);
    if (f->taken == SIM_NEVER)
        snprintf(q->out->detail, sizeof q->out->detail,
                 "the interrupt of the select's rise %s the frame was not taken; the next frame "
                 "came after %" PRIu64 " cycles",
                 f == q->f ? "after" : "before", have);
    else
        snprintf(q->out->detail, sizeof q->out->detail,
                 "the interrupt of the select's rise %s the frame was taken after %" PRIu64
                 " cycles, the next frame came after %" PRIu64,
                 f == q->f ? "after" : "before", cycles(q, f->taken - f->rose), have);
    return answer(q, "NSS interrupt late", CAUSE_NSS,
                  f->taken == SIM_NEVER ? next->clocked : f->taken);
}

static bool interrupt_late(const struct inquiry *q) {
    return late_after(q, q->before, q->f) ||
           late_after(q, q->f, witness_frame(q->witness, q->f->ordinal + 1));
}

/* Bits in front: left by what came before. Missing ones: it was switched on in mid-octet. */
static bool partial_byte(const struct inquiry *q) {
    int shift = q->f->shift;
    const char *spi = witness_spi(q->witness);
    char gap[128];
    if (!shift)
        return false;
    if (shift > 0)
        snprintf(q->out->detail, sizeof q->out->detail,
                 "its octets are shifted in %s: %d bits before it were left in the shift register",
                 spi, shift);
    else
        snprintf(q->out->detail, sizeof q->out->detail,
                 "its octets are shifted in %s: its first %d bits are missing%s", spi, -shift,
                 window(q, gap, sizeof gap));
    return answer(q, "partial byte", CAUSE_SCK, q->f->clocked);
}

static bool overrun(const struct inquiry *q) {
    const struct witness_frame *f = q->f;
    char stream[48];
    if (!f->overruns)
        return false;
    if (off_at(q, &f->at_overrun, f->overrun, "in mid-frame"))
        return true;
    if (f->at_overrun.by_dma)
        snprintf(q->out->detail, sizeof q->out->detail,
                 "OVR of %s with %s enabled: %" PRIu32 " of %zu octets lost",
                 witness_spi(q->witness), stream_name(q, stream, sizeof stream), f->overruns,
                 f->n_sent);
    else
        snprintf(q->out->detail, sizeof q->out->detail,
                 "OVR of %s, whose DR was not read in time: %" PRIu32 " of %zu octets lost",
                 witness_spi(q->witness), f->overruns, f->n_sent);
    return answer(q, f->at_overrun.by_dma ? "DMA overrun" : "SPI overrun", CAUSE_NSS, f->overrun);
}

/* Fewer octets than were sent, and none was lost in DR: it was off, or selected, in between. */
static bool stopped(const struct inquiry *q) {
    const struct witness_frame *f = q->f;
    if (f->n_got >= f->n_sent)
        return false;
    snprintf(q->out->detail, sizeof q->out->detail,
             "%s was stopped in mid-frame: %zu of %zu octets reached its DR",
             witness_spi(q->witness), f->n_got, f->n_sent);
    return answer(q, "DMA not armed", CAUSE_NSS, f->clocked == SIM_NEVER ? f->start : f->clocked);
}

static bool differs(const struct inquiry *q) {
    if (q->f->bad == SIZE_MAX)
        return false;
    snprintf(q->out->detail, sizeof q->out->detail,
             "octet %zu came as 0x%02x, sent was 0x%02x; %zu octets of %zu: another mode or bit "
             "order of %s?",
             q->f->bad, q->f->bad_got, q->f->bad_sent, q->f->n_got, q->f->n_sent,
             witness_spi(q->witness));
    return answer(q, "wrong octets", CAUSE_MOSI, q->f->clocked);
}

/* Every octet came into DR, and DMA put fewer away: DR holds the one behind the end. */
static bool not_stored(const struct inquiry *q) {
    const struct witness_frame *f = q->f;
    char stream[48];
    if (!f->at_clock.by_dma || f->n_stored >= f->n_sent)
        return false;
    snprintf(q->out->detail, sizeof q->out->detail, "%s %s; %zu of %zu octets reached memory",
             stream_name(q, stream, sizeof stream),
             f->ran_out ? "ran to its end (NDTR 0)" : "was off in mid-frame", f->n_stored,
             f->n_sent);
    return answer(q, f->ran_out ? "DMA overrun" : "DMA not armed", CAUSE_NSS, f->end);
}

/* Every octet came: it lies in memory, or the firmware took it out of DR itself. */
static bool in_firmware(const struct inquiry *q) {
    const struct witness_frame *f = q->f;
    char place[64] = "all read from DR";
    if (f->memory[0].n)
        snprintf(place, sizeof place, "whole in memory at 0x%08" PRIx32, f->memory[0].address);
    if (f->told)
        snprintf(q->out->detail, sizeof q->out->detail,
                 "%s; the firmware says that it has no room for it", place);
    else if (f->overwritten != SIM_NEVER)
        snprintf(q->out->detail, sizeof q->out->detail,
                 "%s and overwritten there %" PRIu64
                 " cycles after its end, while the driver delivered older ones",
                 place, cycles(q, f->overwritten - f->end));
    else if (witness_behind(q->witness, f))
        snprintf(q->out->detail, sizeof q->out->detail,
                 "%s, where the driver did not come to it: it delivered older ones", place);
    else
        snprintf(q->out->detail, sizeof q->out->detail,
                 "%s, and the driver did not deliver it: its check refused it", place);
    bool full = f->told || f->overwritten != SIM_NEVER || witness_behind(q->witness, f);
    return answer(q, full ? "queue full" : "FCS in firmware", CAUSE_NSS, f->end);
}

/* --- in the order in which one explains the other ------------------------------------------ */

static bool find(const struct inquiry *q) {
    if (q->f->bad == SIZE_MAX)
        return interrupt_late(q) || not_stored(q) || in_firmware(q);
    return first_bit(q) || not_armed(q) || interrupt_late(q) || partial_byte(q) || overrun(q) ||
           stopped(q) || differs(q);
}

bool causes_find(const struct witness *witness, uint64_t ordinal, const char *chip, double hclk_hz,
                 struct cause *out) {
    const struct inquiry q = {.witness = witness,
                              .f = witness_frame(witness, ordinal),
                              .before = witness_frame(witness, ordinal - 1),
                              .chip = chip,
                              .hclk_hz = hclk_hz,
                              .out = out};
    *out = (struct cause){0};
    return q.f && find(&q);
}
