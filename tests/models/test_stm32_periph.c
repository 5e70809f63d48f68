/* The peripherals inside whole chips, without firmware: set up through their registers, driven
 * at the pins, seen in memory and at the pins. The core spins in an endless loop. */
#include <criterion/criterion.h>

#include <string.h>

#include "tests/models/soc_bench.h"

#define BIT (100 * SIM_NS)

enum { PA, PB, PC };
enum { RAM = 0x20000100 };

static struct soc_bench bench;
static uint8_t serial[64];
static unsigned n_serial;
static sim_time serial_time;

static void on_serial(void *user, const char *block, unsigned octet, sim_time time) {
    (void)user;
    cr_assert_str_eq(block, "USART2");
    serial[n_serial++ % sizeof serial] = (uint8_t)octet;
    serial_time = time;
}

static void power_up(const char *chip, double hsi_ppm) {
    static const uint16_t loop[] = {0xe7fe}; /* b . */
    struct stm32_config config = {.hsi_ppm = hsi_ppm, .hse_hz = 8000000, .on_serial = on_serial};
    soc_bench_init(&bench, chip, &config);
    soc_program(&bench, loop, 1);
}

static void finish(void) {
    soc_bench_finish(&bench);
}

TestSuite(stm32_periph, .fini = finish);

static void set(unsigned port, unsigned pin, unsigned level, sim_time time) {
    cr_assert(stm32_pin_set(bench.mcu, port, pin, level, time));
}

/* Octets at 10 Mb/s into SCK and MOSI, LSB first, mode 0; runs to the end of the last. */
static void clock_in(unsigned port, unsigned sck, unsigned mosi, const uint8_t *octets,
                     unsigned n) {
    sim_time start = stm32_time(bench.mcu) + BIT;
    for (unsigned i = 0; i < 8 * n; i++) {
        sim_time t = start + i * BIT;
        set(port, mosi, octets[i / 8] >> i % 8 & 1, t);
        set(port, sck, 1, t + 37 * SIM_NS);
        set(port, sck, 0, t + 80 * SIM_NS);
    }
    cr_assert_eq(stm32_run_until(bench.mcu, start + 8 * n * BIT), STM32_UNTIL);
}

static void check_memory(const uint8_t *octets, unsigned n) {
    for (unsigned i = 0; i < n; i++) {
        uint32_t got = 0;
        cr_assert(stm32_peek(bench.mcu, RAM + i, 1, &got));
        cr_assert_eq(got, octets[i], "octet %u: %02x, expected %02x", i, got, octets[i]);
    }
}

static const uint8_t OCTETS[] = {0x55, 0xd5, 0x00, 0xff, 0x01, 0x80, 0xa7, 0x3c, 0x18, 0xe1};

/* SPI2 slave on PB13, PB15 through DMA1 stream 3 channel 0 (RM0368 table 28). */
static void f401_slave(unsigned size) {
    soc_write(&bench, 0x40023830, 1 << 1 | 1 << 21);            /* GPIOB, DMA1 */
    soc_write(&bench, 0x40023840, 1 << 14);                     /* SPI2 */
    soc_write(&bench, 0x40020400, 0x280 | 2u << 26 | 2u << 30); /* alternate function */
    soc_write(&bench, 0x40020424, 5u << 20 | 5u << 28);         /* AF5 */
    soc_write(&bench, 0x40026058 + 4, size);
    soc_write(&bench, 0x40026058 + 8, 0x4000380c);
    soc_write(&bench, 0x40026058 + 12, RAM);
    soc_write(&bench, 0x40026058, 1 << 10 | 1 << 8 | 1);        /* MINC, CIRC, EN */
    soc_write(&bench, 0x40003804, 1);                           /* RXDMAEN */
    soc_write(&bench, 0x40003800, 0x80 | 0x400 | 0x200 | 0x40); /* LSB first, RXONLY, SSM, SPE */
}

Test(stm32_periph, f401_receives_at_its_pins) {
    power_up("f401re", 0);
    f401_slave(32);
    clock_in(PB, 13, 15, OCTETS, sizeof OCTETS);
    soc_run(&bench, SIM_US);
    cr_assert_eq(soc_read(&bench, 0x4002605c), 32 - sizeof OCTETS, "NDTR");
    check_memory(OCTETS, sizeof OCTETS);
    cr_assert_eq(bench.n_reports, 0);
}

Test(stm32_periph, f401_ring_wraps_and_ndtr_tells_where) {
    power_up("f401re", 0);
    f401_slave(4);
    for (unsigned i = 0; i < sizeof OCTETS; i++) {
        clock_in(PB, 13, 15, OCTETS + i, 1);
        soc_run(&bench, SIM_US);
        cr_assert_eq(soc_read(&bench, 0x4002605c), 4 - (i + 1) % 4);
    }
    check_memory((const uint8_t[]){OCTETS[8], OCTETS[9], OCTETS[6], OCTETS[7]}, 4);
}

/* Three bits, then SSI high and low again, then octets: with the setting they are shifted. */
Test(stm32_periph, f401_partial_octet_by_setting) {
    for (unsigned keeps = 0; keeps < 2; keeps++) {
        static const uint16_t loop[] = {0xe7fe};
        struct stm32_config config = {.hse_hz = 8000000,
                                      .spi_partial = keeps ? STM32_SPI_NSS_KEEPS : 0};
        if (keeps)
            soc_bench_finish(&bench);
        soc_bench_init(&bench, "f401re", &config);
        soc_program(&bench, loop, 1);
        f401_slave(32);
        sim_time t = stm32_time(bench.mcu) + SIM_US;
        for (unsigned i = 0; i < 6; i++)
            set(PB, 13, !(i & 1), t + i * BIT);
        soc_run(&bench, 5 * SIM_US);
        soc_write(&bench, 0x40003800, 0x80 | 0x500 | 0x200 | 0x40);
        soc_write(&bench, 0x40003800, 0x80 | 0x400 | 0x200 | 0x40);
        clock_in(PB, 13, 15, (const uint8_t[]){0xff, 0xff}, 2);
        soc_run(&bench, SIM_US);
        check_memory((const uint8_t[]){keeps ? 0xf8 : 0xff, 0xff}, 2);
    }
}

/* NSS is low before the pin is routed to the SPI, which must hear of it nevertheless. */
Test(stm32_periph, f401_hears_the_level_of_a_pin_that_is_routed) {
    power_up("f401re", 0);
    set(PB, 12, 0, stm32_time(bench.mcu));
    soc_run(&bench, SIM_US);
    f401_slave(32);
    soc_write(&bench, 0x40020400, 0x280 | 2u << 24 | 2u << 26 | 2u << 30);
    soc_write(&bench, 0x40020424, 5u << 16 | 5u << 20 | 5u << 28);
    soc_write(&bench, 0x40003800, 0x80 | 0x400 | 0x40); /* NSS by hardware */
    clock_in(PB, 13, 15, OCTETS, 2);
    set(PB, 12, 1, stm32_time(bench.mcu) + SIM_US);
    soc_run(&bench, 2 * SIM_US);
    clock_in(PB, 13, 15, OCTETS, 2);
    soc_run(&bench, SIM_US);
    cr_assert_eq(soc_read(&bench, 0x4002605c), 30);
}

Test(stm32_periph, f100_receives_at_its_pins) { /* SPI1, PA5, PA7, DMA1 channel 2 */
    power_up("f100rb", 0);
    soc_write(&bench, 0x40021014, 1 | 0x14);
    soc_write(&bench, 0x40021018, 1 << 2 | 1 << 12);
    soc_write(&bench, 0x4002001c + 4, 16);
    soc_write(&bench, 0x4002001c + 8, 0x4001300c);
    soc_write(&bench, 0x4002001c + 12, RAM);
    soc_write(&bench, 0x4002001c, 1 << 7 | 1 << 5 | 1); /* MINC, CIRC, EN */
    soc_write(&bench, 0x40013004, 1);
    soc_write(&bench, 0x40013000, 0x80 | 0x400 | 0x200 | 0x40);
    clock_in(PA, 5, 7, OCTETS, sizeof OCTETS);
    soc_run(&bench, 5 * SIM_US);
    cr_assert_eq(soc_read(&bench, 0x40020020), 16 - sizeof OCTETS, "CNDTR");
    check_memory(OCTETS, sizeof OCTETS);
    cr_assert_eq(bench.n_reports, 0);
}

/* SPI3 master on PC10, PC12 through DMA1 stream 7 channel 0, at half of a 16 MHz HSI. */
static void f401_sends(double ppm) {
    power_up("f401re", ppm);
    for (unsigned i = 0; i < 3; i++)
        cr_assert(stm32_poke(bench.mcu, RAM + i, 1, OCTETS[i + 5]));
    soc_write(&bench, 0x40023830, 1 << 2 | 1 << 21);
    soc_write(&bench, 0x40023840, 1 << 15);
    soc_write(&bench, 0x40020800, 2u << 20 | 2u << 24);
    soc_write(&bench, 0x40020824, 6u << 8 | 6u << 16);
    soc_write(&bench, 0x400260b8 + 4, 3);
    soc_write(&bench, 0x400260b8 + 8, 0x40003c0c);
    soc_write(&bench, 0x400260b8 + 12, RAM);
    soc_write(&bench, 0x400260b8, 1 << 10 | 1 << 6 | 1);
    soc_write(&bench, 0x40003c00, 0x80 | 0x304 | 0x40); /* LSB first, SSM, SSI, MSTR, SPE */
    bench.n_changes = 0;
    soc_write(&bench, 0x40003c04, 2);
    soc_run(&bench, 10 * SIM_US);
}

static void check_sent(sim_time span) {
    unsigned bits = 0, mosi = 0;
    sim_time first = 0, last = 0;
    cr_assert_leq(bench.n_changes, BENCH_KEPT);
    for (unsigned i = 0; i < bench.n_changes; i++) {
        struct stm32_pin_change change = bench.changes[i];
        cr_assert_eq(change.port, PC);
        if (change.pin == 12)
            mosi = change.level;
        if (change.pin != 10 || change.level != STM32_HIGH)
            continue;
        cr_assert_eq(mosi, OCTETS[5 + bits / 8] >> bits % 8 & 1, "bit %u", bits);
        if (bits++ == 0)
            first = change.time;
        last = change.time;
    }
    cr_assert_eq(bits, 24);
    sim_time off = last - first - span;
    cr_assert(off >= -1 && off <= 1, "23 periods: %ld", (long)(last - first));
}

Test(stm32_periph, f401_sends_at_its_pins) {
    f401_sends(0);
    check_sent(23 * 125 * SIM_NS);
}

Test(stm32_periph, f401_sends_faster_when_its_oscillator_is) {
    f401_sends(10000);
    check_sent(23 * 125 * SIM_NS * 100 / 101);
}

Test(stm32_periph, usart_text) {
    power_up("f401re", 0);
    soc_write(&bench, 0x40023840, 1 << 17);
    soc_write(&bench, 0x40004408, 139);
    soc_write(&bench, 0x4000440c, 1 << 13 | 1 << 3);
    sim_time start = stm32_time(bench.mcu);
    for (const char *c = "ok\n"; *c; c++) {
        soc_write(&bench, 0x40004404, (uint8_t)*c);
        soc_run(&bench, 100 * SIM_US);
    }
    cr_assert_eq(n_serial, 3);
    cr_assert_arr_eq(serial, "ok\n", 3);
    sim_time last = serial_time - start - 200 * SIM_US, frame = 10 * 139 * INT64_C(62500);
    cr_assert(last >= frame && last <= frame + 62500, "a frame took %ld", (long)last);
}

Test(stm32_periph, watchdog_resets_the_chip) {
    power_up("f401re", 0);
    soc_write(&bench, 0x40003000, 0x5555);
    soc_write(&bench, 0x40003008, 31);
    soc_run(&bench, SIM_MS);
    soc_write(&bench, 0x40003000, 0xcccc);
    soc_run(&bench, 3900 * SIM_US);
    cr_assert_null(bench.reset_cause);
    soc_run(&bench, 200 * SIM_US);
    cr_assert_not_null(bench.reset_cause);
    cr_assert_str_eq(bench.reset_cause, "independent watchdog");
    cr_assert(soc_read(&bench, 0x40023874) & 1u << 29, "IWDGRSTF");
}

Test(stm32_periph, identity) {
    static const struct {
        const char *chip;
        uint32_t uid, size, kilobytes;
    } rows[] = {{"f401re", 0x1fff7a10, 0x1fff7a22, 512},
                {"f439zi", 0x1fff7a10, 0x1fff7a22, 2048},
                {"f100rb", 0x1ffff7e8, 0x1ffff7e0, 128}};
    for (unsigned i = 0; i < 3; i++) {
        if (i)
            finish();
        power_up(rows[i].chip, 0);
        uint32_t size = 0;
        cr_assert(stm32_peek(bench.mcu, rows[i].size, 2, &size));
        cr_assert_eq(size, rows[i].kilobytes, "%s: %u", rows[i].chip, size);
        cr_assert_neq(soc_read(&bench, rows[i].uid), 0);
        cr_assert_eq(bench.n_reports, 0);
    }
}
