/* Independent watchdog of every STM32F: counts the low-speed oscillator down and resets the
 * chip at the end.
 *
 * Sources: RM0368 section 15.3 behaviour and 15.4 registers; RM0041 section 18, the same.
 * A change of PR or RLR takes UPDATE cycles of LSI, the manual's "up to 5". Only a reset
 * stops it. Not modelled: starting by option byte, the freeze by a debugger.
 */
#include "models/mcu/stm32/ips.h"

#define UPDATE 5u

enum { KR = 0x00, PR = 0x04, RLR = 0x08, SR = 0x0c };
enum { KEY_ACCESS = 0x5555, KEY_RELOAD = 0xaaaa, KEY_START = 0xcccc };
enum { PVU = 1, RVU = 2 };
enum { EVENT_END, EVENT_PR, EVENT_RLR };

struct iwdg {
    bool running, open;
    uint8_t updating; /* flags of SR */
    uint32_t pr, rlr; /* in force */
};

static const struct stm32_reg REGS[] = {
    {.name = "KR", .offset = KR, .writable = 0xffff},
    {.name = "PR", .offset = PR, .writable = 7},
    {.name = "RLR", .offset = RLR, .reset = 0xfff, .writable = 0xfff},
    {.name = "SR", .offset = SR},
};

static void after(struct stm32_block *b, unsigned event, uint64_t cycles) {
    uint64_t tick = stm32_clock_tick_at(b, STM32_LSI, stm32_now(b)) + cycles;
    sim_time at = stm32_clock_tick_time(b, STM32_LSI, tick);
    if (at != SIM_NEVER)
        stm32_schedule(b, event, at);
}

/* RLR + 1 periods of the prescaled clock, 4 << PR, at most 256 (15.3, table of timeouts). */
static void reload(struct stm32_block *b, const struct iwdg *w) {
    uint64_t divider = w->pr < 6 ? 4u << w->pr : 256;
    if (w->running)
        after(b, EVENT_END, (w->rlr + 1) * divider);
}

static void write_key(struct stm32_block *b, struct iwdg *w, uint32_t key) {
    w->open = key == KEY_ACCESS;
    if (key == KEY_START)
        w->running = true;
    if (key == KEY_START || key == KEY_RELOAD)
        reload(b, w);
}

static void write_setting(struct stm32_block *b, struct iwdg *w, uint32_t offset, uint32_t value) {
    unsigned flag = offset == PR ? PVU : RVU;
    if (!w->open || w->updating & flag) {
        stm32_misuse(b, "PR or RLR written without its key, or during its update");
        return;
    }
    stm32_store(b, offset, value);
    w->updating |= (uint8_t)flag;
    after(b, offset == PR ? EVENT_PR : EVENT_RLR, UPDATE);
}

static void iwdg_write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    struct iwdg *w = stm32_state(b);
    if (offset == KR)
        write_key(b, w, value & 0xffff);
    else if (offset != SR)
        write_setting(b, w, offset, value);
}

static uint32_t iwdg_read(struct stm32_block *b, uint32_t offset) {
    const struct iwdg *w = stm32_state(b);
    if (offset == SR)
        return w->updating;
    return offset == KR ? 0 : stm32_get(b, offset);
}

static void iwdg_event(struct stm32_block *b, unsigned id) {
    struct iwdg *w = stm32_state(b);
    if (id == EVENT_END) {
        stm32_reset_chip(b, STM32_IWDG);
    } else if (id == EVENT_PR) {
        w->pr = stm32_get(b, PR);
        w->updating &= (uint8_t)~PVU;
    } else {
        w->rlr = stm32_get(b, RLR);
        w->updating &= (uint8_t)~RVU;
    }
}

static void iwdg_reset(struct stm32_block *b, enum stm32_cause cause) {
    (void)cause;
    *(struct iwdg *)stm32_state(b) = (struct iwdg){.rlr = 0xfff};
}

const struct stm32_ip stm32_ip_iwdg = {
    .name = "iwdg",
    .state_size = sizeof(struct iwdg),
    .regs = REGS,
    .n_regs = sizeof REGS / sizeof *REGS,
    .n_events = 3,
    .reset = iwdg_reset,
    .read = iwdg_read,
    .write = iwdg_write,
    .event = iwdg_event,
};
