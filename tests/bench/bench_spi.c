/* What a bit costs in an SPI slave, and an octet from the pins through DMA to memory, on the
 * test bench's small frame (events found by looking at all of them, so the second figure is
 * an upper bound for the blocks). CPU time, as others may use the
 * machine. Only wrong octets fail. */
#include <stdio.h>
#include <time.h>

#include "models/mcu/stm32/ips.h"
#include "tests/models/block_bench.h"

#define OCTETS 4000000u
#define STREAM 24u /* stream 3, channel 0 */

static struct bench bench;

static double cpu_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* One octet at 10 Mb/s, LSB first, mode 0; edges straight to the block. */
static void clock_octet(struct stm32_block *spi, unsigned octet) {
    for (unsigned i = 0; i < 8; i++) {
        sim_time t = bench.now += 50000;
        spi->ip->pin_in(spi, STM32_MOSI, octet >> i & 1, t - 30000);
        spi->ip->pin_in(spi, STM32_SCK, 1, t);
        t = bench.now += 50000;
        spi->ip->pin_in(spi, STM32_SCK, 0, t);
    }
}

static bool polled(struct stm32_block *spi) {
    unsigned wrong = 0;
    double start = cpu_s();
    for (unsigned i = 0; i < OCTETS; i++) {
        clock_octet(spi, i * 37 & 0xff);
        wrong += bench_read(spi, 0x0c) != (i * 37 & 0xff);
    }
    double ns = (cpu_s() - start) * 1e9 / OCTETS;
    printf("SPI slave, polled:  %6.1f ns per octet, %5.2f ns per bit\n", ns, ns / 8);
    return wrong == 0;
}

static bool through_dma(struct stm32_block *spi, struct stm32_block *dma) {
    unsigned wrong = 0;
    bench_route(spi, STM32_DMA_RX, dma, STREAM);
    bench_write(dma, 0x10 + 3 * 0x18 + 4, 1024);
    bench_write(dma, 0x10 + 3 * 0x18 + 8, 0x4000380c);
    bench_write(dma, 0x10 + 3 * 0x18 + 12, BENCH_RAM);
    bench_write(dma, 0x10 + 3 * 0x18, 1 << 10 | 1 << 8 | 1); /* MINC, CIRC, EN */
    bench_write(spi, 4, 1);
    double start = cpu_s();
    for (unsigned i = 0; i < OCTETS; i++) {
        clock_octet(spi, i * 37 & 0xff);
        bench_run(&bench, bench.now + 90000);
        wrong += bench.ram[i % 1024] != (i * 37 & 0xff);
    }
    double ns = (cpu_s() - start) * 1e9 / OCTETS;
    printf("SPI slave with DMA: %6.1f ns per octet, %5.2f ns per bit, %.1f times real time\n", ns,
           ns / 8, 800 / ns);
    return wrong == 0;
}

int main(void) {
    bench_init(&bench, 80);
    struct stm32_block *spi = bench_add(&bench, &stm32_ip_spi_v1, 0x40003800, 0);
    struct stm32_block *dma = bench_add(&bench, &stm32_ip_dma_f4, 0x40026000, 0);
    bench_write(spi, 0, 0x80 | 0x400 | 0x200 | 0x40); /* LSB first, RXONLY, SSM, SPE */
    bool right = polled(spi) && through_dma(spi, dma);
    bench_finish(&bench);
    return right ? 0 : 1;
}
