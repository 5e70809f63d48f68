/* Rates as fractions, and ticks against picoseconds without drift. */
#include <math.h>
#include <string.h>

#include "models/mcu/soc/internal.h"

__extension__ typedef unsigned __int128 wide;

#define PS_PER_S UINT64_C(1000000000000)
#define PPB      INT64_C(1000000000)

static uint64_t gcd(uint64_t a, uint64_t b) {
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static wide gcd_wide(wide a, wide b) {
    while (b) {
        wide rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The fraction in lowest terms, cut to 62 bits: exact for every clock without an error in
 * ppm, to 1e-18 otherwise. */
static void reduce(wide a, wide b, uint64_t *num, uint64_t *den) {
    wide common = gcd_wide(a, b);
    if (common > 1) {
        a /= common;
        b /= common;
    }
    while (a >> 62 || b >> 62) {
        a >>= 1;
        b >>= 1;
    }
    *num = (uint64_t)a;
    *den = (uint64_t)b;
}

struct stm32_rate stm32_rate(double hz, double ppm) {
    uint64_t whole = (uint64_t)llround(hz);
    uint64_t factor = (uint64_t)(PPB + llround(ppm * 1000));
    struct stm32_rate rate = {0, 1};
    if (whole)
        reduce((wide)whole * factor, (wide)PPB, &rate.hz, &rate.per);
    return rate;
}

struct stm32_rate stm32_rate_scale(struct stm32_rate rate, uint32_t mul, uint32_t div) {
    struct stm32_rate out = {0, 1};
    if (rate.hz && mul && div)
        reduce((wide)rate.hz * mul, (wide)rate.per * div, &out.hz, &out.per);
    return out;
}

void timebase_set(struct timebase *base, struct stm32_rate rate, sim_time now) {
    base->tick = timebase_at(base, now);
    base->origin = now;
    base->num = 0;
    base->den = 1;
    if (rate.hz)
        reduce((wide)PS_PER_S * rate.per, (wide)rate.hz, &base->num, &base->den);
}

sim_time timebase_time_any(const struct timebase *base, uint64_t tick) {
    uint64_t n = tick - base->tick;
    if (tick <= base->tick)
        return base->origin;
    if (!base->num)
        return SIM_NEVER;
    uint64_t whole;
    if (!__builtin_mul_overflow(n, base->num, &whole) &&
        whole <= (uint64_t)(SIM_NEVER - base->origin))
        return base->origin + (sim_time)(base->den == 1 ? whole : whole / base->den);
    wide ps = (wide)n * base->num / base->den;
    return ps > (wide)(SIM_NEVER - base->origin) ? SIM_NEVER : base->origin + (sim_time)ps;
}

/* The largest n with floor(n num / den) <= elapsed. */
uint64_t timebase_at_any(const struct timebase *base, sim_time time) {
    if (!base->num || time <= base->origin)
        return base->tick;
    uint64_t elapsed = (uint64_t)(time - base->origin), scaled;
    if (!__builtin_mul_overflow(elapsed + 1, base->den, &scaled))
        return base->tick + (scaled - 1) / base->num;
    return base->tick + (uint64_t)((((wide)elapsed + 1) * base->den - 1) / base->num);
}

/* The smallest n with floor(n num / den) >= elapsed. */
uint64_t timebase_after(const struct timebase *base, sim_time time) {
    if (!base->num || time <= base->origin)
        return base->tick;
    uint64_t elapsed = (uint64_t)(time - base->origin), most;
    if (!__builtin_mul_overflow(elapsed, base->den, &most) &&
        !__builtin_add_overflow(most, base->num - 1, &most))
        return base->tick + most / base->num;
    wide n = ((wide)elapsed * base->den + base->num - 1) / base->num;
    return n > (wide)(UINT64_MAX / 2) ? UINT64_MAX / 2 : base->tick + (uint64_t)n;
}

uint64_t stm32_tick_at(const struct stm32_block *b, sim_time time) {
    return timebase_at(&b->mcu->clocks[b->row->clock], time);
}

sim_time stm32_tick_time(const struct stm32_block *b, uint64_t tick) {
    return timebase_time(&b->mcu->clocks[b->row->clock], tick);
}

uint64_t stm32_clock_tick_at(const struct stm32_block *b, enum stm32_clock clock, sim_time time) {
    return timebase_at(&b->mcu->clocks[clock], time);
}

sim_time stm32_clock_tick_time(const struct stm32_block *b, enum stm32_clock clock, uint64_t tick) {
    return timebase_time(&b->mcu->clocks[clock], tick);
}

static double rate_hz(struct stm32_rate rate) {
    return rate.per ? (double)rate.hz / (double)rate.per : 0;
}

double stm32_hz(const struct stm32_block *b) {
    return rate_hz(b->mcu->rates[b->row->clock]);
}

double stm32_hclk_hz(const struct stm32 *mcu) {
    return rate_hz(mcu->rates[STM32_HCLK]);
}

bool stm32_clocked(const struct stm32_block *b) {
    return b->clocked;
}

void stm32_set_rate(struct stm32_block *b, enum stm32_clock clock, struct stm32_rate rate) {
    struct stm32 *mcu = b->mcu;
    armv7m_unpark(mcu->core);
    uint64_t common = rate.hz ? gcd(rate.hz, rate.per) : 1;
    rate.hz /= common;
    rate.per /= common;
    if (rate.hz == mcu->rates[clock].hz && rate.per == mcu->rates[clock].per)
        return;
    timebase_set(&mcu->clocks[clock], rate, mcu->now);
    mcu->rates[clock] = rate;
    mcu->clocks_changed |= 1U << clock;
}

static unsigned divider(const struct stm32 *mcu, enum stm32_clock clock) {
    double slow = rate_hz(mcu->rates[clock]);
    return slow > 0 ? (unsigned)lround(stm32_hclk_hz(mcu) / slow) : 1;
}

void stm32_clocks_changed(struct stm32_block *b) {
    struct stm32 *mcu = b->mcu;
    unsigned changed = mcu->clocks_changed;
    mcu->clocks_changed = 0;
    mcu->apb_div[STM32_AHB] = 1;
    mcu->apb_div[STM32_APB1] = divider(mcu, STM32_PCLK1);
    mcu->apb_div[STM32_APB2] = divider(mcu, STM32_PCLK2);
    for (unsigned i = 0; i < mcu->n_blocks; i++) {
        struct stm32_block *other = &mcu->blocks[i];
        if (changed >> other->row->clock & 1 && other->ip && other->ip->clock_changed)
            other->ip->clock_changed(other);
    }
    if (changed >> STM32_HCLK & 1 && mcu->running)
        armv7m_request_stop(mcu->core);
}
