/* The F1's flash interface: PM0075 (F103), RM0041 2.3.3 and PM0063 (F100).
 *
 * Reads are of 64 bits and take LATENCY wait states; the prefetch buffer holds two blocks of
 * 64 bits, the one being executed and the one after it. The F100 has neither wait states nor a
 * prefetch buffer to switch: 24 MHz need none
 * (from memory: its header files know HLFCYA alone).
 * Not modelled, loud: programming and erasing, option bytes, half-cycle access.
 */
#include <string.h>

#include "models/mcu/soc/stm32_block.h"

enum {
    ACR = 0x00,
    KEYR = 0x04,
    OPTKEYR = 0x08,
    SR = 0x0C,
    CR = 0x10,
    AR = 0x14,
    OBR = 0x1C,
    WRPR = 0x20,
};
enum { ACR_LATENCY = 7, ACR_HLFCYA = 1 << 3, ACR_PRFTBE = 1 << 4, ACR_PRFTBS = 1 << 5 };
enum { VARIANT_F100 = 100 };
#define CR_LOCK      0x00000080U
#define KEY1         0x45670123U
#define KEY2         0xCDEF89ABU
#define BLOCK        8U
#define HZ_PER_STATE 24e6 /* PM0075 3.1, FLASH_ACR */

static const struct stm32_reg regs[] = {
    {.name = "ACR", .offset = ACR, .reset = 0x00000030, .writable = 0x0000001F, .loud = ACR_HLFCYA},
    {.name = "KEYR", .offset = KEYR},
    {.name = "OPTKEYR", .offset = OPTKEYR, .loud = 0xFFFFFFFF},
    {.name = "SR", .offset = SR},
    {.name = "CR", .offset = CR, .reset = CR_LOCK, .loud = 0x00001677},
    {.name = "AR", .offset = AR, .loud = 0xFFFFFFFF},
    {.name = "OBR", .offset = OBR, .reset = 0x03FFFFFC},
    {.name = "WRPR", .offset = WRPR, .reset = 0xFFFFFFFF},
};

struct state {
    uint32_t next;  /* block in the prefetch buffer */
    uint64_t ready; /* core cycle at which it is; 0: none */
    unsigned keys;
};

static bool is_f100(const struct stm32_block *b) {
    return stm32_row(b)->variant == VARIANT_F100;
}

static void check_latency(struct stm32_block *b) {
    const struct stm32_config *config = stm32_block_config(b);
    double worst = config->hsi_ppm > config->hse_ppm ? config->hsi_ppm : config->hse_ppm;
    double limit = HZ_PER_STATE * ((stm32_get(b, ACR) & ACR_LATENCY) + 1);
    if (stm32_hz(b) > limit * (1 + (worst > 0 ? worst * 1e-6 : 0)) + 1)
        stm32_misuse(b, "too few flash wait states for HCLK");
}

static void reset(struct stm32_block *b, enum stm32_cause cause) {
    struct state *s = stm32_state(b);
    (void)cause;
    memset(s, 0, sizeof(*s));
    if (is_f100(b))
        stm32_put(b, ACR, 0);
    stm32_flush_fetch(b);
}

static void write_acr(struct stm32_block *b, uint32_t value) {
    struct state *s = stm32_state(b);
    if (is_f100(b)) {
        stm32_put(b, ACR, value & ACR_HLFCYA);
        return;
    }
    uint32_t acr = stm32_store(b, ACR, value);
    stm32_put(b, ACR, acr & ACR_PRFTBE ? acr | ACR_PRFTBS : acr & ~(uint32_t)ACR_PRFTBS);
    s->ready = 0;
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
}

static unsigned fetch_wait(void *user, uint32_t address) {
    struct stm32_block *b = user;
    struct state *s = stm32_state(b);
    uint32_t acr = stm32_get(b, ACR), block = (address & 0x07FFFFFF) / BLOCK;
    unsigned latency = acr & ACR_LATENCY, waits = latency;
    if (!latency)
        return 0;
    uint64_t cycle = stm32_core_cycle(b);
    if (s->ready && s->next == block)
        waits = s->ready > cycle ? (unsigned)(s->ready - cycle) : 0;
    s->next = block + 1;
    s->ready = acr & ACR_PRFTBE ? cycle + waits + latency + 1 : 0;
    return waits;
}

static unsigned data_wait(void *user, uint32_t address) {
    (void)address;
    return stm32_get(user, ACR) & ACR_LATENCY;
}

const struct stm32_ip stm32_ip_flash_f1 = {
    .name = "flash_f1",
    .state_size = sizeof(struct state),
    .regs = regs,
    .n_regs = sizeof(regs) / sizeof(regs[0]),
    .reset = reset,
    .write = write,
    .clock_changed = check_latency,
    .fetch_wait = fetch_wait,
    .data_wait = data_wait,
    .fetch_line = BLOCK,
};
