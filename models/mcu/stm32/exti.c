/* External interrupts: RM0368 10.3, RM0090 12.3, RM0008 10.3, RM0041 8.3. The same block in F1
 * and F4.
 *
 * An edge at a pin is seen two HCLK cycles later (the synchroniser, as the ports have it); the
 * chip's detector is asynchronous and takes pulses of 10 ns and more. Two edges of one
 * line within the two cycles count as one.
 * Outputs: lines 0 to 4, 9..5, 15..10, then 16 (PVD), 17 (RTC alarm), 18 (USB wake-up), 19 to 22.
 * Not modelled: what drives lines 16 and up; they answer to SWIER.
 */
#include <limits.h>

#include "models/mcu/soc/stm32_block.h"

enum { IMR = 0x00, EMR = 0x04, RTSR = 0x08, FTSR = 0x0C, SWIER = 0x10, PR = 0x14 };
enum { PIN_LINES = 16, OUTPUTS = 14 };
#define LINES 0x007FFFFFU

static const struct stm32_reg regs[] = {
    {.name = "IMR", .offset = IMR, .writable = LINES, .steady = STM32_STEADY},
    {.name = "EMR", .offset = EMR, .writable = LINES, .steady = STM32_STEADY},
    {.name = "RTSR", .offset = RTSR, .writable = LINES, .steady = STM32_STEADY},
    {.name = "FTSR", .offset = FTSR, .writable = LINES, .steady = STM32_STEADY},
    {.name = "SWIER", .offset = SWIER, .writable = LINES, .steady = STM32_STEADY},
    {.name = "PR", .offset = PR, .steady = STM32_STEADY},
};

struct state {
    uint32_t level; /* of the pins, as last told */
};

/* Lines of an output. */
static uint32_t lines_of(unsigned output) {
    if (output < 5)
        return 1U << output;
    if (output == 5)
        return 0x000003E0;
    if (output == 6)
        return 0x0000FC00;
    return 1U << (output + 9);
}

static void update(struct stm32_block *b) {
    uint32_t active = stm32_get(b, PR) & stm32_get(b, IMR);
    for (unsigned output = 0; output < OUTPUTS; output++)
        stm32_irq(b, output, (active & lines_of(output)) != 0);
}

/* The pending bit is set only where IMR lets the line through: so SWIER's description says
 * (RM0368 10.3.5); for edges the manuals are silent. */
static void trigger(struct stm32_block *b, uint32_t line) {
    if (stm32_get(b, EMR) & line)
        stm32_send_event(b);
    if (stm32_get(b, IMR) & line)
        stm32_put(b, PR, stm32_get(b, PR) | line);
    update(b);
}

static void reset(struct stm32_block *b, enum stm32_cause cause) {
    (void)b;
    (void)cause; /* the pins' levels stay what they are */
}

static void pin_in(struct stm32_block *b, unsigned line, unsigned level, sim_time time) {
    struct state *s = stm32_state(b);
    bool was = s->level >> line & 1;
    s->level = (s->level & ~(1U << line)) | (uint32_t)level << line;
    if (was == level || !(stm32_get(b, level ? RTSR : FTSR) >> line & 1) ||
        stm32_pending(b, line) != SIM_NEVER)
        return;
    uint64_t tick = stm32_clock_tick_at(b, STM32_HCLK, time);
    bool on_edge = stm32_clock_tick_time(b, STM32_HCLK, tick) == time;
    stm32_schedule(b, line, stm32_clock_tick_time(b, STM32_HCLK, tick + (on_edge ? 2 : 3)));
}

static unsigned quiet(struct stm32_block *b, unsigned line) {
    uint32_t edges = stm32_get(b, RTSR) | stm32_get(b, FTSR);
    return edges >> line & 1 ? 0 : UINT_MAX;
}

static void event(struct stm32_block *b, unsigned line) {
    trigger(b, 1U << line);
}

static void software(struct stm32_block *b, uint32_t value) {
    uint32_t before = stm32_get(b, SWIER);
    uint32_t rise = stm32_store(b, SWIER, before | value) & ~before;
    for (unsigned line = 0; line < 23; line++)
        if (rise >> line & 1)
            trigger(b, 1U << line);
}

/* Writing 1 clears a pending bit, and its bit in SWIER (RM0368 10.3.5, 10.3.6). */
static void write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    if (offset == SWIER) {
        software(b, value);
    } else if (offset == PR) {
        stm32_put(b, PR, stm32_get(b, PR) & ~value);
        stm32_put(b, SWIER, stm32_get(b, SWIER) & ~value);
    } else {
        stm32_store(b, offset, value);
    }
    update(b);
}

const struct stm32_ip stm32_ip_exti = {
    .name = "exti",
    .state_size = sizeof(struct state),
    .regs = regs,
    .n_regs = sizeof(regs) / sizeof(regs[0]),
    .n_events = PIN_LINES,
    .reset = reset,
    .write = write,
    .event = event,
    .pin_in = pin_in,
    .quiet = quiet,
};
