/* The F4's flash interface: RM0368 chapter 3 (F401), RM0090 chapter 3 (F42x, F43x).
 *
 * Reads are of lines of 128 bits and take LATENCY wait states. ART accelerator: 64 lines of
 * instruction cache, 8 of data cache, both replaced least recently used (RM0368 3.4.2), and
 * a prefetch of the line after the one fetched last: see models/mcu/armv7m/lines.h.
 * Not modelled, loud: programming and erasing, option bytes.
 */
#include "models/mcu/stm32/flash.h"

enum { OPTCR = 0x14, OPTCR1 = 0x18 };
enum {
    ACR_LATENCY = 0xF,
    ACR_PRFTEN = 1 << 8,
    ACR_ICEN = 1 << 9,
    ACR_DCEN = 1 << 10,
    ACR_ICRST = 1 << 11,
    ACR_DCRST = 1 << 12,
};
#define CR_LOCK      0x80000000U
#define LINE_SHIFT   4 /* 128 bits */
#define I_LINES      64
#define D_LINES      8
#define MAX_LINES    (2048 * 1024 >> LINE_SHIFT) /* of the largest flash */
#define HZ_PER_STATE 30e6                        /* 2.7 to 3.6 V: RM0368 table 6, RM0090 table 11 */

static const struct stm32_reg regs[] = {
    {.name = "ACR", .offset = FLASH_ACR, .writable = 0x00001F0F},
    {.name = "KEYR", .offset = FLASH_KEYR},
    {.name = "OPTKEYR", .offset = FLASH_OPTKEYR, .loud = 0xFFFFFFFF},
    {.name = "SR", .offset = FLASH_SR},
    {.name = "CR", .offset = FLASH_CR, .reset = CR_LOCK, .loud = 0x0301837F},
    {.name = "OPTCR", .offset = OPTCR, .reset = 0x0FFFAAED},
    {.name = "OPTCR1", .offset = OPTCR1, .reset = 0x0FFF0000},
};

struct state {
    struct flash flash;
    struct armv7m_cached *i_held[MAX_LINES + 1], *d_held[MAX_LINES + 1];
};

static void check_latency(struct stm32_block *b) {
    flash_check_latency(b, stm32_get(b, FLASH_ACR) & ACR_LATENCY, HZ_PER_STATE,
                        "too few flash wait states for HCLK (at 2.7 to 3.6 V)");
}

static void take_acr(struct armv7m_lines *lines, uint32_t acr) {
    lines->latency = acr & ACR_LATENCY;
    lines->prefetch = acr & ACR_PRFTEN;
    lines->code.on = acr & ACR_ICEN;
    lines->data.on = acr & ACR_DCEN;
    if (acr & ACR_ICRST)
        armv7m_cache_clear(&lines->code);
    if (acr & ACR_DCRST)
        armv7m_cache_clear(&lines->data);
}

static void reset(struct stm32_block *b, enum stm32_cause cause) {
    struct state *s = stm32_state(b);
    (void)cause;
    take_acr(&s->flash.lines, ACR_ICRST | ACR_DCRST);
    flash_reset(b, &s->flash);
}

static void write_acr(struct stm32_block *b, uint32_t value) {
    struct state *s = stm32_state(b);
    take_acr(&s->flash.lines, stm32_store(b, FLASH_ACR, value));
    flash_changed(b);
    check_latency(b);
}

static void write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    struct state *s = stm32_state(b);
    if (offset == FLASH_ACR)
        write_acr(b, value);
    else if (offset == FLASH_KEYR)
        flash_write_key(b, &s->flash, CR_LOCK, value);
    else if (offset == FLASH_CR && value & CR_LOCK)
        stm32_put(b, FLASH_CR, stm32_get(b, FLASH_CR) | CR_LOCK);
    else if (offset == OPTCR || offset == OPTCR1)
        stm32_misuse(b, "the option bytes are locked: no effect");
}

static struct armv7m_lines *lines(struct stm32_block *b) {
    struct state *s = stm32_state(b);
    struct armv7m_lines *lines = &s->flash.lines;
    lines->shift = LINE_SHIFT;
    lines->code.size = I_LINES;
    lines->code.held = s->i_held;
    lines->data.size = D_LINES;
    lines->data.held = s->d_held;
    return lines;
}

const struct stm32_ip stm32_ip_flash_f4 = {
    .name = "flash_f4",
    .state_size = sizeof(struct state),
    .regs = regs,
    .n_regs = sizeof(regs) / sizeof(regs[0]),
    .reset = reset,
    .write = write,
    .clock_changed = check_latency,
    .lines = lines,
};
