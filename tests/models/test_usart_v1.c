/* The USART alone, against a waveform reader and writer of the test's own. Sections are
 * RM0368's. */
#include <criterion/criterion.h>

#include "block_bench.h"
#include "models/mcu/stm32/ips.h"

enum { SR = 0x00, DR = 0x04, BRR = 0x08, CR1 = 0x0c, CR2 = 0x10, CR3 = 0x14 };
enum { PE = 1, FE = 2, ORE = 8, IDLE = 16, RXNE = 32, TC = 64, TXE = 128 };
enum { RE = 4, TE = 8, IDLEIE = 16, RXNEIE = 32, TCIE = 64, TXEIE = 128, PEIE = 256, PS = 512 };
enum { PCE = 1024, M = 4096, UE = 8192, OVER8 = 32768 };

#define MHZ 16u
#define BIT (139u * 62500) /* BRR 139 at 16 MHz: 115108 baud */

static struct bench bench;
static struct stm32_block *usart;

static void setup(void) {
    bench_init(&bench, MHZ);
    usart = bench_add(&bench, &stm32_ip_usart_v1, 0x40004400, 0);
    bench_write(usart, BRR, 139);
    bench_run(&bench, SIM_US);
}

static void finish(void) {
    bench_finish(&bench);
}

TestSuite(usart, .init = setup, .fini = finish);

/* The level of TX at a time, from the log. */
static unsigned tx_at(sim_time time) {
    unsigned level = STM32_Z;
    for (unsigned i = 0; i < bench.n_drives && bench.drives[i].time <= time; i++)
        if (bench.drives[i].role == STM32_TX)
            level = bench.drives[i].level;
    return level;
}

static void receive(unsigned data, unsigned bits, unsigned stop) {
    bench_pin(usart, STM32_RX, 0, bench.now + BIT);
    for (unsigned i = 0; i < bits; i++)
        bench_pin(usart, STM32_RX, data >> i & 1, bench.now + BIT);
    bench_pin(usart, STM32_RX, stop, bench.now + BIT);
    bench_run(&bench, bench.now + BIT);
    bench_pin(usart, STM32_RX, 1, bench.now);
}

Test(usart, reset_values) { /* 19.6 */
    usart->ip->reset(usart, STM32_GATED);
    cr_assert_eq(bench_read(usart, SR), TC | TXE);
    cr_assert_eq(bench_read(usart, CR1), 0);
    cr_assert_eq(bench_read(usart, CR2), 0);
    cr_assert_eq(bench_read(usart, CR3), 0);
}

Test(usart, not_modelled_is_loud) {
    bench_write(usart, CR2, 1 << 14);
    bench_write(usart, CR3, 1 << 3);
    cr_assert_eq(bench.unmodelled, 2);
}

Test(usart, sends_at_its_rate) { /* 19.3.2 */
    bench_write(usart, CR1, UE | TE | TXEIE);
    cr_assert_eq(tx_at(bench.now), STM32_HIGH);
    sim_time start = bench.now + 62500;
    bench_write(usart, DR, 'A');
    cr_assert(bench_read(usart, SR) & TXE, "straight to the shift register");
    bench_write(usart, DR, 'z');
    cr_assert(!(bench_read(usart, SR) & TXE));
    bench_run(&bench, start + 10 * (sim_time)BIT - 1);
    cr_assert_eq(bench.n_serial, 0);
    cr_assert(!(bench_read(usart, SR) & TXE));
    bench_run(&bench, start + 10 * (sim_time)BIT);
    cr_assert_eq(bench.n_serial, 1);
    cr_assert(bench_read(usart, SR) & TXE);
    cr_assert(!(bench_read(usart, SR) & TC));
    bench_run(&bench, start + 20 * (sim_time)BIT - 1);
    cr_assert(!(bench_read(usart, SR) & TC));
    bench_run(&bench, start + 20 * (sim_time)BIT);
    cr_assert(bench_read(usart, SR) & TC);
    cr_assert_eq(bench.n_serial, 2);
    cr_assert_arr_eq(bench.serial, "Az", 2);
    unsigned wire = 0x200 | 'A' << 1; /* start, A, stop, LSB first */
    for (unsigned i = 0; i < 10; i++)
        cr_assert_eq(tx_at(start + i * (sim_time)BIT + BIT / 2), wire >> i & 1, "bit %u", i);
    cr_assert_eq(tx_at(start - 1), 1);
    cr_assert_eq(tx_at(start), 0);
}

Test(usart, over8_and_two_stop_bits) { /* 19.3.4, 19.3.2 */
    bench_write(usart, CR1, UE | TE | OVER8);
    bench_write(usart, CR2, 2 << 12);
    bench_write(usart, BRR, 0x43); /* 4 * 8 + 3 = 35 ticks a bit */
    sim_time start = bench.now + 62500, bit = 35 * 62500;
    bench_write(usart, DR, 0x55);
    bench_write(usart, DR, 0x55);
    bench_run(&bench, start + 30 * bit);
    cr_assert_eq(tx_at(start + 9 * bit), 1);
    cr_assert_eq(tx_at(start + 11 * bit - 1), 1);
    cr_assert_eq(tx_at(start + 11 * bit), 0, "the second frame");
}

Test(usart, parity) { /* 19.3.6 */
    bench_write(usart, CR1, UE | TE | RE | PCE | M | PS | PEIE);
    sim_time start = bench.now + 62500;
    bench_write(usart, DR, 0x07);
    bench_run(&bench, start + 12 * (sim_time)BIT);
    cr_assert_eq(tx_at(start + 9 * (sim_time)BIT + 1), 0, "odd parity of three ones");
    cr_assert_eq(bench.serial[0], 7);
    receive(0x007, 9, 1);
    cr_assert_eq(bench_read(usart, SR) & (RXNE | PE), RXNE);
    cr_assert_eq(bench_read(usart, DR), 0x007);
    receive(0x107, 9, 1);
    cr_assert_eq(bench_read(usart, SR) & (RXNE | PE), RXNE | PE);
    cr_assert(usart->irq[0]);
    bench_read(usart, DR);
    cr_assert_eq(bench_read(usart, SR) & PE, 0);
    cr_assert(!usart->irq[0]);
}

Test(usart, receives) { /* 19.3.3 */
    bench_write(usart, CR1, UE | RE | RXNEIE);
    for (unsigned i = 0; i < 256; i += 5) {
        receive(i, 8, 1);
        cr_assert(usart->irq[0]);
        cr_assert_eq(bench_read(usart, SR) & (RXNE | FE | ORE), RXNE);
        cr_assert_eq(bench_read(usart, DR), i);
        cr_assert(!usart->irq[0]);
    }
}

Test(usart, receive_errors) {
    bench_write(usart, CR1, UE | RE);
    receive(0x41, 8, 0);
    cr_assert_eq(bench_read(usart, SR) & (RXNE | FE), RXNE | FE);
    receive(0x42, 8, 1);
    cr_assert_eq(bench_read(usart, SR) & ORE, ORE);
    cr_assert_eq(bench.lost, 1);
    cr_assert_eq(bench_read(usart, DR), 0x41, "the first one is kept");
    cr_assert_eq(bench_read(usart, SR) & (ORE | FE | RXNE), 0);
    bench_run(&bench, bench.now + 20 * (sim_time)BIT);
    cr_assert_eq(bench_read(usart, SR) & IDLE, IDLE);
    bench_pin(usart, STM32_RX, 0, bench.now);
    bench_pin(usart, STM32_RX, 1, bench.now + BIT / 4);
    bench_run(&bench, bench.now + 20 * (sim_time)BIT);
    cr_assert_eq(bench_read(usart, SR) & RXNE, 0, "a glitch is no start bit");
}

Test(usart, transmission_complete_clears) { /* 19.6.1 */
    bench_write(usart, CR1, UE | TE | TCIE);
    cr_assert(usart->irq[0]);
    bench_write(usart, SR, ~(uint32_t)TC);
    cr_assert(!usart->irq[0]);
    bench_write(usart, DR, 1);
    bench_run(&bench, bench.now + 20 * (sim_time)BIT);
    cr_assert(usart->irq[0]);
    bench_read(usart, SR);
    bench_write(usart, DR, 1);
    cr_assert(!usart->irq[0], "SR, then DR");
}
