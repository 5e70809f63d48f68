/* The F1's flash interface: PM0075 (F103), RM0041 2.3.3 and PM0063 (F100).
 *
 * Reads are of 64 bits and take LATENCY wait states; the prefetch buffer holds two blocks of
 * 64 bits, the one being executed and the one after it. The F100 has neither wait states nor a
 * prefetch buffer to switch: 24 MHz need none
 * (from memory: its header files know HLFCYA alone).
 * Not modelled, loud: programming and erasing, option bytes, half-cycle access.
 */
#include "models/mcu/stm32/flash.h"

enum { AR = 0x14, OBR = 0x1C, WRPR = 0x20 };
enum { ACR_LATENCY = 7, ACR_HLFCYA = 1 << 3, ACR_PRFTBE = 1 << 4, ACR_PRFTBS = 1 << 5 };
enum { VARIANT_F100 = 100 };
#define CR_LOCK      0x00000080U
#define LINE_SHIFT   3    /* 64 bits */
#define HZ_PER_STATE 24e6 /* PM0075 3.1, FLASH_ACR */

static const struct stm32_reg regs[] = {
    {.name = "ACR",
     .offset = FLASH_ACR,
     .reset = 0x00000030,
     .writable = 0x0000001F,
     .loud = ACR_HLFCYA},
    {.name = "KEYR", .offset = FLASH_KEYR},
    {.name = "OPTKEYR", .offset = FLASH_OPTKEYR, .loud = 0xFFFFFFFF},
    {.name = "SR", .offset = FLASH_SR},
    {.name = "CR", .offset = FLASH_CR, .reset = CR_LOCK, .loud = 0x00001677},
    {.name = "AR", .offset = AR, .loud = 0xFFFFFFFF},
    {.name = "OBR", .offset = OBR, .reset = 0x03FFFFFC},
    {.name = "WRPR", .offset = WRPR, .reset = 0xFFFFFFFF},
};

static bool is_f100(const struct stm32_block *b) {
    return stm32_row(b)->variant == VARIANT_F100;
}

static void check_latency(struct stm32_block *b) {
    flash_check_latency(b, stm32_get(b, FLASH_ACR) & ACR_LATENCY, HZ_PER_STATE,
                        "too few flash wait states for HCLK");
}

static void reset(struct stm32_block *b, enum stm32_cause cause) {
    struct flash *flash = stm32_state(b);
    (void)cause;
    if (is_f100(b))
        stm32_put(b, FLASH_ACR, 0);
    flash->lines.prefetch = true;
    flash_reset(b, flash);
}

static void write_acr(struct stm32_block *b, uint32_t value) {
    struct flash *flash = stm32_state(b);
    if (is_f100(b)) {
        stm32_put(b, FLASH_ACR, value & ACR_HLFCYA);
        return;
    }
    uint32_t acr = stm32_store(b, FLASH_ACR, value);
    flash->lines.latency = acr & ACR_LATENCY;
    flash->lines.prefetch = acr & ACR_PRFTBE;
    stm32_put(b, FLASH_ACR, flash->lines.prefetch ? acr | ACR_PRFTBS : acr & ~(uint32_t)ACR_PRFTBS);
    flash_changed(b);
    check_latency(b);
}

static void write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    if (offset == FLASH_ACR)
        write_acr(b, value);
    else if (offset == FLASH_KEYR)
        flash_write_key(b, stm32_state(b), CR_LOCK, value);
    else if (offset == FLASH_CR && value & CR_LOCK)
        stm32_put(b, FLASH_CR, stm32_get(b, FLASH_CR) | CR_LOCK);
}

static struct armv7m_lines *lines(struct stm32_block *b) {
    struct flash *flash = stm32_state(b);
    flash->lines.shift = LINE_SHIFT;
    return is_f100(b) ? NULL : &flash->lines;
}

const struct stm32_ip stm32_ip_flash_f1 = {
    .name = "flash_f1",
    .state_size = sizeof(struct flash),
    .regs = regs,
    .n_regs = sizeof(regs) / sizeof(regs[0]),
    .reset = reset,
    .write = write,
    .clock_changed = check_latency,
    .lines = lines,
};
