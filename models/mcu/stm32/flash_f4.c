/* The F4's flash interface: RM0368 chapter 3 (F401), RM0090 chapter 3 (F42x, F43x).
 *
 * Reads are of lines of 128 bits and take LATENCY wait states. ART accelerator: 64 lines of
 * instruction cache, 8 of data cache, both replaced least recently used (RM0368 3.4.2), and
 * a prefetch of the line after the one fetched last. Approximate: the prefetch starts when the
 * core reaches a line, and a data read does not delay it.
 * Not modelled, loud: programming and erasing, option bytes.
 */
#include <string.h>

#include "models/mcu/soc/stm32_block.h"

enum { ACR = 0x00, KEYR = 0x04, OPTKEYR = 0x08, SR = 0x0C, CR = 0x10, OPTCR = 0x14, OPTCR1 = 0x18 };
enum {
    ACR_LATENCY = 0xF,
    ACR_PRFTEN = 1 << 8,
    ACR_ICEN = 1 << 9,
    ACR_DCEN = 1 << 10,
    ACR_ICRST = 1 << 11,
    ACR_DCRST = 1 << 12,
};
#define CR_LOCK      0x80000000U
#define KEY1         0x45670123U
#define KEY2         0xCDEF89ABU
#define LINE         16U
#define I_LINES      64
#define D_LINES      8
#define MAX_LINES    (2048 * 1024 / LINE) /* of the largest flash */
#define HZ_PER_STATE 30e6                 /* 2.7 to 3.6 V: RM0368 table 6, RM0090 table 11 */

static const struct stm32_reg regs[] = {
    {.name = "ACR", .offset = ACR, .writable = 0x00001F0F},
    {.name = "KEYR", .offset = KEYR},
    {.name = "OPTKEYR", .offset = OPTKEYR, .loud = 0xFFFFFFFF},
    {.name = "SR", .offset = SR},
    {.name = "CR", .offset = CR, .reset = CR_LOCK, .loud = 0x0301837F},
    {.name = "OPTCR", .offset = OPTCR, .reset = 0x0FFFAAED},
    {.name = "OPTCR1", .offset = OPTCR1, .reset = 0x0FFF0000},
};

/* Lines are numbers: address / 16 within flash. The age of a slot is when it was last used. */
struct state {
    uint32_t acr; /* as in the register file: fetch_wait is called every few cycles */
    uint64_t clock;
    uint8_t slot[MAX_LINES]; /* of the instruction cache, + 1; 0: not in it */
    uint32_t i_line[I_LINES];
    uint64_t i_age[I_LINES];
    uint32_t d_line[D_LINES];
    uint64_t d_age[D_LINES]; /* 0: empty */
    uint32_t prefetched;
    uint64_t prefetch_ready; /* core cycle; 0: none */
    unsigned keys;
};

static void clear_i(struct state *s) {
    memset(s->slot, 0, sizeof(s->slot));
    memset(s->i_age, 0, sizeof(s->i_age));
}

static void check_latency(struct stm32_block *b) {
    const struct stm32_config *config = stm32_block_config(b);
    double worst = config->hsi_ppm > config->hse_ppm ? config->hsi_ppm : config->hse_ppm;
    double limit = HZ_PER_STATE * ((stm32_get(b, ACR) & ACR_LATENCY) + 1);
    if (stm32_hz(b) > limit * (1 + (worst > 0 ? worst * 1e-6 : 0)) + 1)
        stm32_misuse(b, "too few flash wait states for HCLK (at 2.7 to 3.6 V)");
}

static void reset(struct stm32_block *b, enum stm32_cause cause) {
    struct state *s = stm32_state(b);
    (void)cause;
    memset(s, 0, sizeof(*s));
    stm32_flush_fetch(b);
}

static void write_acr(struct stm32_block *b, uint32_t value) {
    struct state *s = stm32_state(b);
    uint32_t acr = s->acr = stm32_store(b, ACR, value);
    if (acr & ACR_ICRST)
        clear_i(s);
    if (acr & ACR_DCRST)
        memset(s->d_age, 0, sizeof(s->d_age));
    s->prefetch_ready = 0;
    stm32_flush_fetch(b);
    check_latency(b);
}

static void write_key(struct stm32_block *b, uint32_t value) {
    struct state *s = stm32_state(b);
    s->keys = value == KEY1 ? 1 : value == KEY2 && s->keys == 1 ? 2 : 3;
    if (s->keys == 2)
        stm32_put(b, CR, stm32_get(b, CR) & ~CR_LOCK);
    else if (s->keys == 3)
        stm32_misuse(b, "a wrong key: FLASH_CR stays locked until the next reset");
}

static void write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    if (offset == ACR)
        write_acr(b, value);
    else if (offset == KEYR)
        write_key(b, value);
    else if (offset == CR && value & CR_LOCK)
        stm32_put(b, CR, stm32_get(b, CR) | CR_LOCK);
    else if (offset == OPTCR || offset == OPTCR1)
        stm32_misuse(b, "the option bytes are locked: no effect");
}

/* --- wait states --- */

static unsigned oldest(const uint64_t *age, unsigned n) {
    unsigned best = 0;
    for (unsigned i = 1; i < n; i++)
        if (age[i] < age[best])
            best = i;
    return best;
}

static void fill_i(struct state *s, uint32_t line) {
    unsigned slot = oldest(s->i_age, I_LINES);
    if (s->i_age[slot])
        s->slot[s->i_line[slot]] = 0;
    s->i_line[slot] = line;
    s->i_age[slot] = ++s->clock;
    s->slot[line] = (uint8_t)(slot + 1);
}

static unsigned states_left(struct state *s, uint32_t line, uint64_t cycle, unsigned latency) {
    if (!s->prefetch_ready || s->prefetched != line)
        return latency;
    return s->prefetch_ready > cycle ? (unsigned)(s->prefetch_ready - cycle) : 0;
}

/* The line after the one at hand, unless it is there or under way. */
static void prefetch(struct stm32_block *b, struct state *s, uint32_t line, unsigned waits) {
    if (line >= MAX_LINES || s->slot[line] || (s->prefetch_ready && s->prefetched == line))
        return;
    s->prefetched = line;
    s->prefetch_ready = stm32_core_cycle(b) + waits + (s->acr & ACR_LATENCY) + 1;
}

static unsigned miss(struct stm32_block *b, struct state *s, uint32_t line) {
    unsigned waits = states_left(s, line, stm32_core_cycle(b), s->acr & ACR_LATENCY);
    if (s->acr & ACR_ICEN)
        fill_i(s, line);
    return waits;
}

static unsigned fetch_wait(void *user, uint32_t address) {
    struct stm32_block *b = user;
    struct state *s = stm32_state(b);
    unsigned waits = 0;
    uint32_t line = (address & 0x07FFFFFF) / LINE % MAX_LINES;
    if (!(s->acr & ACR_LATENCY))
        return 0;
    if (s->slot[line] && s->acr & ACR_ICEN)
        s->i_age[s->slot[line] - 1] = ++s->clock;
    else
        waits = miss(b, s, line);
    if (s->acr & ACR_PRFTEN)
        prefetch(b, s, line + 1, waits);
    return waits;
}

static unsigned data_wait(void *user, uint32_t address) {
    struct stm32_block *b = user;
    struct state *s = stm32_state(b);
    uint32_t line = (address & 0x07FFFFFF) / LINE;
    unsigned latency = s->acr & ACR_LATENCY;
    if (!latency || !(s->acr & ACR_DCEN))
        return latency;
    for (unsigned i = 0; i < D_LINES; i++) {
        if (s->d_age[i] && s->d_line[i] == line) {
            s->d_age[i] = ++s->clock;
            return 0;
        }
    }
    unsigned slot = oldest(s->d_age, D_LINES);
    s->d_line[slot] = line;
    s->d_age[slot] = ++s->clock;
    return latency;
}

const struct stm32_ip stm32_ip_flash_f4 = {
    .name = "flash_f4",
    .state_size = sizeof(struct state),
    .regs = regs,
    .n_regs = sizeof(regs) / sizeof(regs[0]),
    .reset = reset,
    .write = write,
    .clock_changed = check_latency,
    .fetch_wait = fetch_wait,
    .data_wait = data_wait,
    .fetch_line = LINE,
};
