/* The clocks of the adapter: an SPI master that can make exactly 10 MHz. */
#ifndef FIRMWARE_DRIVERS_CLOCK_H
#define FIRMWARE_DRIVERS_CLOCK_H

#if defined CHIP_F401RE
#define CLOCK_HCLK 80000000u /* APB1 at half of it */
#elif defined CHIP_F100RB
#define CLOCK_HCLK 20000000u /* both APBs as well */
#elif defined CHIP_F439ZI
#define CLOCK_HCLK 8000000u
#endif

/* Waits for the oscillator and the PLL, and for ever if there is none. */
void clock_init(void);

#endif
