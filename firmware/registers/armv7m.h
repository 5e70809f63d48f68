/* What the images use of the core: SysTick, NVIC, SCB, DWT, ITM and TPIU.
 * Source: ARMv7-M Architecture Reference Manual (DDI 0403), chapters B3, C1. */
#ifndef FIRMWARE_REGISTERS_ARMV7M_H
#define FIRMWARE_REGISTERS_ARMV7M_H

#include <stddef.h>
#include <stdint.h>

struct itm_registers {
    volatile uint32_t STIM[256], RESERVED0[640], TER[8], RESERVED1[8], TPR, RESERVED2[15], TCR,
        RESERVED3[75], LAR;
};
struct dwt_registers {
    volatile uint32_t CTRL, CYCCNT;
};
struct systick_registers {
    volatile uint32_t CSR, RVR, CVR, CALIB;
};
struct nvic_registers {
    volatile uint32_t ISER[16], RESERVED0[16], ICER[16], RESERVED1[16], ISPR[16], RESERVED2[16],
        ICPR[16], RESERVED3[16], IABR[16], RESERVED4[48];
    volatile uint8_t IPR[496];
};
struct scb_registers {
    volatile uint32_t CPUID, ICSR, VTOR, AIRCR, SCR, CCR;
    volatile uint8_t SHPR[12]; /* SHPR[n - 4] is exception n */
};
struct tpiu_registers {
    volatile uint32_t SSPSR, CSPSR, RESERVED0[2], ACPR, RESERVED1[55], SPPR, RESERVED2[132], FFCR;
};

_Static_assert(offsetof(struct itm_registers, LAR) == 0xfb0, "ITM_LAR");
_Static_assert(offsetof(struct nvic_registers, IPR) == 0x300, "NVIC_IPR");
_Static_assert(offsetof(struct tpiu_registers, FFCR) == 0x304, "TPIU_FFCR");

#define ITM     ((struct itm_registers *)0xe0000000u)
#define DWT     ((struct dwt_registers *)0xe0001000u)
#define SYSTICK ((struct systick_registers *)0xe000e010u)
#define NVIC    ((struct nvic_registers *)0xe000e100u)
#define SCB     ((struct scb_registers *)0xe000ed00u)
#define DEMCR   (*(volatile uint32_t *)0xe000edfcu)
#define TPIU    ((struct tpiu_registers *)0xe0040000u)

#define ITM_TCR_ITMENA        (1u << 0)
#define ITM_TCR_TRACEBUSID(n) ((uint32_t)(n) << 16)
#define ITM_LAR_KEY           0xc5acce55u
#define DWT_CTRL_CYCCNTENA    (1u << 0)
#define DEMCR_TRCENA          (1u << 24)
#define TPIU_SPPR_NRZ         2u
#define TPIU_FFCR_TRIGIN      (1u << 8)
#define SYSTICK_CSR_ENABLE    (1u << 0)
#define SYSTICK_CSR_TICKINT   (1u << 1)
#define SYSTICK_CSR_CORE      (1u << 2) /* CLKSOURCE: the processor's clock */
#define SCB_ICSR_PENDSVSET    (1u << 28)

enum { EXCEPTION_PENDSV = 14, EXCEPTION_SYSTICK = 15 };

/* STM32 has the upper four bits of a priority; 0 is the most urgent. */
static inline void exception_priority(unsigned exception, unsigned priority) {
    SCB->SHPR[exception - 4] = (uint8_t)(priority << 4);
}
static inline void irq_enable(unsigned irq, unsigned priority) {
    NVIC->IPR[irq] = (uint8_t)(priority << 4);
    NVIC->ISER[irq / 32] = 1u << irq % 32;
}

static inline void wait_for_interrupt(void) {
    __asm__ volatile("wfi" ::: "memory");
}
static inline void interrupts_off(void) {
    __asm__ volatile("cpsid i" ::: "memory");
}
static inline void interrupts_on(void) {
    __asm__ volatile("cpsie i" ::: "memory");
}
/* The writes before are done: an interrupt's source is cleared before it returns. */
static inline void data_barrier(void) {
    __asm__ volatile("dsb" ::: "memory");
}

#endif
