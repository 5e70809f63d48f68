/* A copy by DMA from memory to memory; sleeps until its interrupt (RM0368 9.5). */
#include "test.h"

#define DMA2 0x40026400

static volatile uint32_t from[4] = {11, 22, 33, 44}, to[4], done;

void DMA2_Stream0_IRQHandler(void);
void DMA2_Stream0_IRQHandler(void) {
    REG(DMA2 + 0x08) = 0x3d; /* LIFCR: every flag of stream 0 */
    done = 1;
}

int main(void) {
    REG(0x40023830) |= 1u << 22; /* RCC AHB1ENR: DMA2EN */
    (void)REG(0x40023830);
    REG(0xe000e104) = 1u << 24;           /* NVIC ISER1: 56 */
    REG(DMA2 + 0x14) = 4;                 /* S0NDTR */
    REG(DMA2 + 0x18) = (uint32_t)from;    /* S0PAR: the source */
    REG(DMA2 + 0x1c) = (uint32_t)to;      /* S0M0AR */
    REG(DMA2 + 0x24) = 7;                 /* S0FCR: the FIFO, threshold full */
    REG(DMA2 + 0x10) = 2 << 13 | 2 << 11  /* S0CR: words to words, */
                       | 1 << 10 | 1 << 9 /* both addresses move, */
                       | 2 << 6           /* memory to memory, */
                       | 1 << 4 | 1;      /* TCIE, EN */
    while (!done)
        __asm__ volatile("wfi");
    return to[0] == 11 && to[3] == 44 ? 0 : 1;
}
