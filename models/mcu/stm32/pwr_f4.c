/* Power control of the STM32F4: RM0368 5.4 (F401), RM0090 5.5 (F42x, F43x).
 *
 * The regulator is ready at once; the over-drive's ready flags follow their enables after
 * 1 us (from memory of RM0090 5.1.3, which names no figure).
 * Not modelled, loud: PVD, wake-up pin, backup regulator; Stop and Standby are reported when
 * the core falls asleep with SLEEPDEEP.
 */
#include "models/mcu/soc/stm32_block.h"

enum { CR = 0x00, CSR = 0x04 };
enum {
    CR_CWUF = 1 << 2,
    CR_CSBF = 1 << 3,
    CR_PVDE = 1 << 4,
    CSR_VOSRDY = 1 << 14,
    CR_ODEN = 1 << 16,
    CR_ODSWEN = 1 << 17,
};
enum { VARIANT_F439 = 439, OVERDRIVE = 0 };

static const struct stm32_reg regs[] = {
    {.name = "CR", .offset = CR, .reset = 0x00008000, .writable = 0x000FEFE3, .loud = CR_PVDE},
    {.name = "CSR", .offset = CSR, .writable = 0x00000300, .loud = 0x00000300},
};

static bool is_f439(const struct stm32_block *b) {
    return stm32_row(b)->variant == VARIANT_F439;
}

static void reset(struct stm32_block *b, enum stm32_cause cause) {
    (void)cause;
    stm32_put(b, CSR, CSR_VOSRDY);
    if (is_f439(b))
        stm32_put(b, CR, 0x0000C000);
}

static void write(struct stm32_block *b, uint32_t offset, uint32_t value) {
    if (offset == CR && !is_f439(b))
        value &= 0x0000FFFF;
    stm32_store(b, offset, value);
    if (offset == CR && is_f439(b))
        stm32_schedule(b, OVERDRIVE, stm32_now(b) + SIM_US);
}

/* ODRDY and ODSWRDY stand at the places of ODEN and ODSWEN. */
static void event(struct stm32_block *b, unsigned id) {
    uint32_t on = stm32_get(b, CR) & (CR_ODEN | CR_ODSWEN);
    (void)id;
    stm32_put(b, CSR, (stm32_get(b, CSR) & ~(uint32_t)(CR_ODEN | CR_ODSWEN)) | on);
}

const struct stm32_ip stm32_ip_pwr_f4 = {
    .name = "pwr_f4",
    .regs = regs,
    .n_regs = sizeof(regs) / sizeof(regs[0]),
    .n_events = 1,
    .reset = reset,
    .write = write,
    .event = event,
};
