/* Reset and the vector table, for all chips. An interrupt nobody handles stops the image in
 * Default_Handler, which is where a debugger finds it. */
#include "firmware/chips/chip.h"

extern uint32_t data_begin[], data_end[], bss_begin[], bss_end[], stack_top[];
extern const uint32_t data_load[];

int main(void);
void Reset_Handler(void);
void Default_Handler(void);

void Default_Handler(void) {
    for (;;)
        ;
}

#define HANDLER(name) void name(void) __attribute__((weak, alias("Default_Handler")))
HANDLER(NMI_Handler);
HANDLER(HardFault_Handler);
HANDLER(MemManage_Handler);
HANDLER(BusFault_Handler);
HANDLER(UsageFault_Handler);
HANDLER(SVC_Handler);
HANDLER(DebugMon_Handler);
HANDLER(PendSV_Handler);
HANDLER(SysTick_Handler);
HANDLER(RX_DMA_IRQHandler);
HANDLER(EXTI9_5_IRQHandler);

void Reset_Handler(void) {
    const uint32_t *from = data_load;
    for (uint32_t *to = data_begin; to < data_end; to++)
        *to = *from++;
    for (uint32_t *to = bss_begin; to < bss_end; to++)
        *to = 0;
    main();
    Default_Handler();
}

union vector {
    uint32_t *stack;
    void (*handler)(void);
};

/* The range first, the exceptions to it after. */
#pragma GCC diagnostic ignored "-Woverride-init"
__attribute__((section(".vectors"), used)) static const union vector VECTORS[16 + CHIP_IRQS] = {
    [0].stack = stack_top,
    [1].handler = Reset_Handler,
    [2].handler = NMI_Handler,
    [3].handler = HardFault_Handler,
    [4].handler = MemManage_Handler,
    [5].handler = BusFault_Handler,
    [6].handler = UsageFault_Handler,
    [11].handler = SVC_Handler,
    [12].handler = DebugMon_Handler,
    [EXCEPTION_PENDSV].handler = PendSV_Handler,
    [EXCEPTION_SYSTICK].handler = SysTick_Handler,
    [16 ... 16 + CHIP_IRQS - 1].handler = Default_Handler,
    [16 + IRQ_RX_DMA].handler = RX_DMA_IRQHandler,
    [16 + IRQ_EXTI9_5].handler = EXTI9_5_IRQHandler,
};
