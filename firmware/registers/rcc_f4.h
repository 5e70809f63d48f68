/* RCC of the F4, as in RM0368 section 6.3 and RM0090 section 7.3. */
#ifndef FIRMWARE_REGISTERS_RCC_F4_H
#define FIRMWARE_REGISTERS_RCC_F4_H

#include <stdint.h>

struct rcc_registers {
    volatile uint32_t CR, PLLCFGR, CFGR, CIR;
    volatile uint32_t AHB1RSTR, AHB2RSTR, AHB3RSTR, RESERVED0;
    volatile uint32_t APB1RSTR, APB2RSTR, RESERVED1[2];
    volatile uint32_t AHB1ENR, AHB2ENR, AHB3ENR, RESERVED2;
    volatile uint32_t APB1ENR, APB2ENR;
};

#define RCC_CR_HSION  (1u << 0)
#define RCC_CR_HSIRDY (1u << 1)
#define RCC_CR_HSEON  (1u << 16)
#define RCC_CR_HSERDY (1u << 17)
#define RCC_CR_HSEBYP (1u << 18)
#define RCC_CR_PLLON  (1u << 24)
#define RCC_CR_PLLRDY (1u << 25)

#define RCC_PLLCFGR_PLLM(n)    ((uint32_t)(n))
#define RCC_PLLCFGR_PLLN(n)    ((uint32_t)(n) << 6)
#define RCC_PLLCFGR_PLLP(n)    ((uint32_t)((n) / 2 - 1) << 16)
#define RCC_PLLCFGR_PLLSRC_HSE (1u << 22)
#define RCC_PLLCFGR_PLLQ(n)    ((uint32_t)(n) << 24)

#define RCC_CFGR_SW_HSE     1u
#define RCC_CFGR_SW_PLL     2u
#define RCC_CFGR_SW_MASK    3u
#define RCC_CFGR_SWS_HSE    (1u << 2)
#define RCC_CFGR_SWS_PLL    (2u << 2)
#define RCC_CFGR_SWS_MASK   (3u << 2)
#define RCC_CFGR_PPRE1_DIV2 (4u << 10)

#define RCC_AHB1ENR_GPIOAEN  (1u << 0)
#define RCC_AHB1ENR_GPIOBEN  (1u << 1)
#define RCC_AHB1ENR_GPIOCEN  (1u << 2)
#define RCC_AHB1ENR_DMA1EN   (1u << 21)
#define RCC_APB1ENR_SPI2EN   (1u << 14)
#define RCC_APB1ENR_SPI3EN   (1u << 15)
#define RCC_APB1RSTR_SPI2RST (1u << 14)
#define RCC_APB2ENR_SYSCFGEN (1u << 14)

#endif
