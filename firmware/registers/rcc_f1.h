/* RCC of the STM32F100, as in RM0041 section 6.3. */
#ifndef FIRMWARE_REGISTERS_RCC_F1_H
#define FIRMWARE_REGISTERS_RCC_F1_H

#include <stdint.h>

struct rcc_registers {
    volatile uint32_t CR, CFGR, CIR, APB2RSTR, APB1RSTR, AHBENR, APB2ENR, APB1ENR, BDCR, CSR;
    volatile uint32_t RESERVED, CFGR2;
};

#define RCC_CR_HSEON  (1u << 16)
#define RCC_CR_HSERDY (1u << 17)
#define RCC_CR_PLLON  (1u << 24)
#define RCC_CR_PLLRDY (1u << 25)

#define RCC_CFGR_SW_PLL      2u
#define RCC_CFGR_SWS_PLL     (2u << 2)
#define RCC_CFGR_SWS_MASK    (3u << 2)
#define RCC_CFGR_PLLSRC      (1u << 16) /* PREDIV1, of HSE */
#define RCC_CFGR_PLLMUL(n)   ((uint32_t)((n)-2) << 18)
#define RCC_CFGR2_PREDIV1(n) ((uint32_t)(n)-1)

#define RCC_AHBENR_DMA1EN    (1u << 0)
#define RCC_APB2ENR_AFIOEN   (1u << 0)
#define RCC_APB2ENR_IOPAEN   (1u << 2)
#define RCC_APB2ENR_IOPBEN   (1u << 3)
#define RCC_APB2ENR_IOPCEN   (1u << 4)
#define RCC_APB2ENR_SPI1EN   (1u << 12)
#define RCC_APB1ENR_SPI2EN   (1u << 14)
#define RCC_APB1RSTR_SPI2RST (1u << 14)

#endif
