/* The SPI alone on a bench, against a bit-banging master and a wire decoder that share no
 * code with it. Sections are RM0368's. */
#include <criterion/criterion.h>

#include <string.h>

#include "block_bench.h"
#include "models/mcu/stm32/ips.h"
#include "sim/rng.h"

enum { CR1 = 0x00, CR2 = 0x04, SR = 0x08, DR = 0x0c, CRCPR = 0x10, RXCRCR = 0x14, TXCRCR = 0x18 };
enum { I2SCFGR = 0x1c, I2SPR = 0x20 };
enum { CPHA = 1, CPOL = 2, MSTR = 4, BR0 = 8, SPE = 0x40, LSBFIRST = 0x80, SSI = 0x100 };
enum { SSM = 0x200, RXONLY = 0x400, DFF = 0x800, CRCNEXT = 0x1000, CRCEN = 0x2000 };
enum { BIDIOE = 0x4000, BIDIMODE = 0x8000 };
enum { RXDMAEN = 1, TXDMAEN = 2, SSOE = 4, FRF = 0x10, ERRIE = 0x20, RXNEIE = 0x40, TXEIE = 0x80 };
enum { RXNE = 1, TXE = 2, CRCERR = 0x10, MODF = 0x20, OVR = 0x40, BSY = 0x80 };

#define MHZ  40u
#define HALF 50000 /* of a bit on the test's own clock: 10 Mb/s */

static struct bench bench;
static struct stm32_block *spi;

static void setup(void) {
    bench_init(&bench, MHZ);
    spi = bench_add(&bench, &stm32_ip_spi_v1, 0x40003800, 0);
}

static void finish(void) {
    bench_finish(&bench);
}

TestSuite(spi, .init = setup, .fini = finish);

/* --- a bit-banging master -------------------------------------------------------------------- */

static unsigned output(unsigned role) {
    for (unsigned i = bench.n_drives; i-- > 0;)
        if (bench.drives[i].role == role)
            return bench.drives[i].level;
    return STM32_Z;
}

/* The bit of a frame that is n-th on the wire. */
static unsigned wire_bit(unsigned mode, unsigned frame, unsigned n) {
    unsigned bits = mode & DFF ? 16 : 8;
    return frame >> (mode & LSBFIRST ? n : bits - 1 - n) & 1;
}

static void rest(unsigned mode) {
    bench_pin(spi, STM32_SCK, (mode & CPOL) != 0, bench.now);
}

/* Clocks `n` bits of a frame in; returns what the slave put out at the sampling edges. */
static unsigned bang_bits(unsigned mode, unsigned frame, unsigned n) {
    unsigned idle = (mode & CPOL) != 0, bits = mode & DFF ? 16 : 8, back = 0;
    for (unsigned i = 0; i < n; i++) {
        if (mode & CPHA)
            bench_pin(spi, STM32_SCK, !idle, bench.now + HALF);
        bench_pin(spi, STM32_MOSI, wire_bit(mode, frame, i), bench.now + HALF / 2);
        unsigned got = output(STM32_MISO) == STM32_HIGH;
        bench_pin(spi, STM32_SCK, mode & CPHA ? idle : !idle, bench.now + HALF / 2);
        back |= got << (mode & LSBFIRST ? i : bits - 1 - i);
        if (!(mode & CPHA))
            bench_pin(spi, STM32_SCK, idle, bench.now + HALF);
    }
    return back;
}

static unsigned bang(unsigned mode, unsigned frame) {
    return bang_bits(mode, frame, mode & DFF ? 16 : 8);
}

static unsigned mode_of(unsigned i) {
    return (i & 1 ? CPHA : 0u) | (i & 2 ? CPOL : 0u) | (i & 4 ? LSBFIRST : 0u) | (i & 8 ? DFF : 0u);
}

/* --- registers ------------------------------------------------------------------------------- */

Test(spi, reset_values) { /* 20.5 */
    cr_assert_eq(bench_read(spi, CR1), 0);
    cr_assert_eq(bench_read(spi, CR2), 0);
    cr_assert_eq(bench_read(spi, SR), TXE);
    cr_assert_eq(bench_read(spi, DR), 0);
    cr_assert_eq(bench_read(spi, CRCPR), 7);
    cr_assert_eq(bench_read(spi, RXCRCR), 0);
    cr_assert_eq(bench_read(spi, TXCRCR), 0);
    cr_assert_eq(bench_read(spi, I2SPR), 2);
}

Test(spi, masks) { /* 20.5.1, 20.5.2, 20.5.3 */
    bench_write(spi, CR1, 0xffffffff & ~(SPE | MSTR));
    cr_assert_eq(bench_read(spi, CR1), 0xffff & ~(SPE | MSTR));
    bench_write(spi, CR2, 0xffffffef);
    cr_assert_eq(bench_read(spi, CR2), 0xe7);
    bench_write(spi, SR, 0xffff);
    cr_assert_eq(bench_read(spi, SR), TXE);
    bench_write(spi, CRCPR, 0x11021);
    cr_assert_eq(bench_read(spi, CRCPR), 0x1021);
}

Test(spi, what_is_not_modelled_is_loud) {
    bench_write(spi, CR2, FRF);
    cr_assert_eq(bench.unmodelled, 1);
    bench_write(spi, I2SCFGR, 1u << 11);
    cr_assert_eq(bench.unmodelled, 2);
    bench_write(spi, CR2, RXDMAEN);
    cr_assert_eq(bench.unmodelled, 2);
    bench_write(spi, CR1, CRCEN | SPE | SSM);
    cr_assert_eq(bench.unmodelled, 3, "CRC with DMA");
}

Test(spi, misuse_is_counted) {
    bench_write(spi, DR, 1);
    cr_assert_eq(bench.misuse, 0);
    bench_write(spi, DR, 2);
    cr_assert_eq(bench.misuse, 1, "DR written twice");
    bench_write(spi, CR1, SPE | SSM | SSI);
    bench_write(spi, CR1, SPE | SSM | SSI | LSBFIRST);
    cr_assert_eq(bench.misuse, 2, "format changed while enabled");
}

/* --- slave ----------------------------------------------------------------------------------- */

Test(spi, slave_receives_and_sends_in_every_mode) { /* 20.3.2 */
    for (unsigned i = 0; i < 16; i++) {
        unsigned mode = mode_of(i), mask = mode & DFF ? 0xffff : 0xff;
        bench_write(spi, CR1, 0);
        bench.n_drives = 0;
        rest(mode);
        bench_write(spi, CR1, mode | SSM);
        bench_write(spi, CR1, mode | SSM | SPE);
        for (unsigned n = 0; n < 20; n++) {
            unsigned in = (unsigned)rng_u64(1, i, n) & mask,
                     out = (unsigned)rng_u64(2, i, n) & mask;
            bench_write(spi, DR, out);
            cr_assert(!(bench_read(spi, SR) & TXE));
            unsigned back = bang(mode, in);
            cr_assert_eq(back, out, "mode %x frame %u: sent %x, expected %x", mode, n, back, out);
            cr_assert_eq(bench_read(spi, SR), RXNE | TXE, "mode %x", mode);
            unsigned got = bench_read(spi, DR);
            cr_assert_eq(got, in, "mode %x frame %u: received %x, expected %x", mode, n, got, in);
            cr_assert_eq(bench_read(spi, SR), TXE);
        }
    }
}

Test(spi, slave_flags_follow_the_edges) { /* 20.3.7 */
    rest(0);
    bench_write(spi, CR1, SSM | SPE);
    bench_write(spi, DR, 0x81);
    cr_assert_eq(output(STM32_MISO), STM32_HIGH, "the first bit stands before the first edge");
    bang_bits(0, 0x55, 1);
    cr_assert_eq(bench_read(spi, SR), TXE | BSY);
    cr_assert_eq(output(STM32_MISO), STM32_LOW);
    bang_bits(0, 0x55 << 1, 6);
    cr_assert_eq(bench_read(spi, SR), TXE | BSY);
    bang_bits(0, 0xff, 1);
    cr_assert_eq(bench_read(spi, SR), TXE | RXNE);
    cr_assert_eq(bench_read(spi, DR), 0x55);
}

Test(spi, deselected_or_disabled_slave_is_deaf) {
    static const unsigned off[] = {SSM | SSI | SPE, SSM, SPE};
    for (unsigned i = 0; i < 3; i++) {
        bench_write(spi, CR1, off[i]);
        bang(0, 0xaa);
        cr_assert_eq(bench_read(spi, SR), TXE, "CR1 %x", off[i]);
    }
}

Test(spi, nss_pin_selects) { /* 20.3.1 */
    bench_pin(spi, STM32_NSS, 1, 0);
    bench_write(spi, CR1, SPE);
    bang(0, 0x11);
    cr_assert_eq(bench_read(spi, SR), TXE);
    cr_assert_eq(output(STM32_MISO), STM32_Z);
    bench_pin(spi, STM32_NSS, 0, bench.now);
    bench_write(spi, DR, 0x80);
    cr_assert_eq(output(STM32_MISO), STM32_HIGH);
    bang(0, 0x22);
    cr_assert_eq(bench_read(spi, DR), 0x22);
    bench_pin(spi, STM32_NSS, 1, bench.now);
    cr_assert_eq(output(STM32_MISO), STM32_Z, "a deselected slave lets MISO go");
}

Test(spi, overrun_keeps_the_first_frame) { /* 20.3.10 */
    bench_write(spi, CR1, SSM | SPE);
    bench_write(spi, CR2, ERRIE);
    bang(0, 0x01);
    cr_assert(!spi->irq[0]);
    bang(0, 0x02);
    cr_assert(spi->irq[0]);
    cr_assert_eq(bench_read(spi, SR), RXNE | TXE | OVR);
    cr_assert_eq(bench_read(spi, SR), RXNE | TXE | OVR, "SR alone does not clear it");
    cr_assert_eq(bench_read(spi, DR), 0x01);
    bang(0, 0x03);
    cr_assert_eq(bench_read(spi, SR), TXE | OVR, "lost as well; this read clears");
    cr_assert_eq(bench_read(spi, SR), TXE);
    cr_assert(!spi->irq[0]);
    bang(0, 0x04);
    cr_assert_eq(bench_read(spi, DR), 0x04);
    cr_assert_eq(bench.lost, 2, "every lost frame is counted");
}

/* What an owner needs to know to say why a frame was lost. */
Test(spi, tells_its_owner_what_it_receives) {
    bench_write(spi, CR1, SSM | SPE);
    bang(0, 0x01);
    cr_assert_eq(bench.last_rx.value, 0x01);
    cr_assert_eq(bench.last_rx.peripheral, 0x40003800 + DR);
    bang(0, 0x02);
    cr_assert_str_eq(bench.rx, "LFO", "%s", bench.rx);
    bench_write(spi, CR2, RXDMAEN);
    cr_assert_eq(bench.last_rx.value, 1, "listens for the DMA");
    bang_bits(0, 7, 3);
    bench_write(spi, CR1, SSM);
    cr_assert_eq(bench.last_rx.value, 3, "three bits were left");
    bench_write(spi, CR1, SSM | SSI | SPE);
    cr_assert_str_eq(bench.rx, "LFOLl", "%s", bench.rx);
    bench_write(spi, CR1, SSM | SSI | SPE | MSTR);
    bench_write(spi, DR, 0x5a);
    bench_run(&bench, bench.now + SIM_MS);
    cr_assert_str_eq(bench.rx, "LFOLl", "a master tells nothing: %s", bench.rx);
}

/* Three bits of a frame, something that stops the slave, then whole frames of 0xc5. */
static unsigned after_partial(unsigned stop, unsigned go) {
    rest(LSBFIRST);
    bench_write(spi, CR1, go);
    bang_bits(LSBFIRST, 0x07, 3);
    bench_write(spi, CR1, stop);
    bench_write(spi, CR1, go);
    bang(LSBFIRST, 0xc5);
    return bench_read(spi, DR);
}

Test(spi, partial_frame_when_spe_is_cleared) {
    cr_assert_eq(after_partial(LSBFIRST | SSM, LSBFIRST | SSM | SPE), 0xc5);
    cr_assert_eq(bench.lost, 1);
    bang_bits(LSBFIRST, 1, 1);
    bench_write(spi, CR1, LSBFIRST | SSM);
    cr_assert_eq(bench.lost, 1, "a single bit is no loss");
}

Test(spi, partial_frame_kept_when_spe_is_cleared) {
    bench.config.spi_partial = STM32_SPI_SPE_KEEPS;
    cr_assert_eq(after_partial(LSBFIRST | SSM, LSBFIRST | SSM | SPE), (0xc5 << 3 & 0xff) | 7);
}

Test(spi, partial_frame_when_ssi_is_set) {
    cr_assert_eq(after_partial(LSBFIRST | SSM | SSI | SPE, LSBFIRST | SSM | SPE), 0xc5);
}

Test(spi, partial_frame_kept_when_ssi_is_set) {
    bench.config.spi_partial = STM32_SPI_NSS_KEEPS;
    cr_assert_eq(after_partial(LSBFIRST | SSM | SSI | SPE, LSBFIRST | SSM | SPE),
                 (0xc5 << 3 & 0xff) | 7);
}

Test(spi, keeping_one_does_not_keep_the_other) {
    bench.config.spi_partial = STM32_SPI_NSS_KEEPS;
    cr_assert_eq(after_partial(LSBFIRST | SSM, LSBFIRST | SSM | SPE), 0xc5);
}

Test(spi, slave_bidirectional) { /* 20.3.4: a slave's line is MISO */
    bench_write(spi, CR1, SSM | SPE | BIDIMODE);
    for (unsigned i = 0; i < 8; i++) {
        bench_pin(spi, STM32_MISO, 0x3c >> (7 - i) & 1, bench.now + HALF);
        bench_pin(spi, STM32_SCK, 1, bench.now + HALF);
        bench_pin(spi, STM32_SCK, 0, bench.now + HALF);
    }
    cr_assert_eq(bench_read(spi, DR), 0x3c);
    cr_assert_eq(output(STM32_MISO), STM32_Z);
    bench_write(spi, CR1, SSM | SPE | BIDIMODE | BIDIOE);
    bench_write(spi, DR, 0x96);
    cr_assert_eq(bang(0, 0xff), 0x96);
    cr_assert_eq(bench_read(spi, SR), TXE, "nothing is received while it sends");
}

/* As many edges as it calls quiet bring no interrupt; the next one does. */
Test(spi, quiet_edges_are_quiet) {
    for (unsigned mode = 0; mode < 4; mode++) {
        bench_write(spi, CR1, 0);
        rest(mode);
        bench_write(spi, CR2, RXNEIE);
        bench_write(spi, CR1, SSM | SPE | RXONLY | mode);
        for (unsigned n = 0; n < 40; n++) {
            unsigned quiet = spi->ip->quiet(spi, STM32_SCK);
            cr_assert_lt(quiet, 17);
            for (unsigned i = 0; i < quiet; i++) {
                bench_pin(spi, STM32_SCK, !spi->pin[STM32_SCK], bench.now + HALF);
                cr_assert(!spi->irq[0], "mode %u", mode);
                cr_assert_eq(spi->ip->quiet(spi, STM32_SCK), quiet - 1 - i);
            }
            bench_pin(spi, STM32_SCK, !spi->pin[STM32_SCK], bench.now + HALF);
            cr_assert(spi->irq[0], "mode %u", mode);
            bench_read(spi, DR);
        }
    }
}

/* --- CRC ------------------------------------------------------------------------------------- */

Test(spi, crc8_of_the_check_string) { /* 20.3.6; 0xF4 is the published check value */
    bench_write(spi, CR1, SSM | CRCEN | SPE);
    const char *text = "123456789";
    for (unsigned i = 0; i < 9; i++) {
        bench_write(spi, DR, (uint8_t)text[i]);
        bang(0, (uint8_t)text[i]);
        cr_assert_eq(bench_read(spi, DR), (uint8_t)text[i]);
    }
    cr_assert_eq(bench_read(spi, RXCRCR), 0xf4);
    cr_assert_eq(bench_read(spi, TXCRCR), 0xf4);
    bench_write(spi, CR1, SSM | SPE);
    bench_write(spi, CR1, SSM | CRCEN | SPE);
    cr_assert_eq(bench_read(spi, RXCRCR), 0, "CRCEN written to 1 clears them");
}

static unsigned crc16_bitwise(const uint16_t *words, unsigned n) {
    unsigned crc = 0;
    for (unsigned i = 0; i < 16 * n; i++) {
        unsigned bit = words[i / 16] >> (15 - i % 16) & 1, top = crc >> 15 & 1;
        crc = (crc << 1 & 0xffff) ^ (bit ^ top ? 0x1021 : 0);
    }
    return crc;
}

Test(spi, crc_frame_is_sent_and_checked) {
    static const uint16_t words[] = {0x3132, 0x3334, 0x0000, 0xffff};
    unsigned crc = crc16_bitwise(words, 4);
    for (unsigned wrong = 0; wrong < 2; wrong++) {
        bench_write(spi, CR1, 0);
        bench_write(spi, CRCPR, 0x1021);
        bench_write(spi, CR1, SSM | DFF | CRCEN | SPE);
        bench_write(spi, CR2, ERRIE);
        for (unsigned i = 0; i < 4; i++) {
            bench_write(spi, DR, words[i]);
            if (i == 3)
                bench_write(spi, CR1, SSM | DFF | CRCEN | SPE | CRCNEXT);
            cr_assert_eq(bang(DFF, words[i]), words[i]);
            cr_assert_eq(bench_read(spi, DR), words[i]);
        }
        cr_assert_eq(bang(DFF, crc ^ wrong), crc, "the CRC follows the last frame");
        cr_assert_eq(bench_read(spi, SR), TXE | RXNE | (wrong ? CRCERR : 0u));
        cr_assert_eq(spi->irq[0], wrong);
        cr_assert_eq(bench_read(spi, DR), crc ^ wrong);
        cr_assert(!(bench_read(spi, CR1) & CRCNEXT));
        bench_write(spi, SR, 0);
        cr_assert_eq(bench_read(spi, SR), TXE, "CRCERR is cleared by writing 0");
        cr_assert(!spi->irq[0]);
    }
}

Test(spi, crc_waits_for_the_tx_buffer) { /* 20.3.6: after the frame that still waits */
    bench_write(spi, CR1, SSM | CRCEN | SPE);
    bench_write(spi, DR, 0x12);
    bang_bits(0, 0x12, 4);
    bench_write(spi, DR, 0x34);
    bench_write(spi, CR1, SSM | CRCEN | SPE | CRCNEXT);
    bang_bits(0, 0x12 << 4, 4);
    bench_read(spi, DR);
    cr_assert_eq(bang(0, 0x34), 0x34);
    bench_read(spi, DR);
    unsigned crc = bench_read(spi, TXCRCR);
    cr_assert_neq(crc, 0);
    cr_assert_eq(bang(0, crc), crc);
    cr_assert_eq(bench_read(spi, SR), TXE | RXNE);
}

/* --- master ---------------------------------------------------------------------------------- */

/* Reads a master's frames off the log of its pins: independent of how it makes them. */
struct wire {
    unsigned frames[64], n_frames, bits, edges;
    sim_time first, last, period_min, period_max; /* between sampling edges */
};

static struct wire decode(unsigned mode) {
    struct wire w = {.period_min = SIM_NEVER};
    unsigned sck = (mode & CPOL) != 0, mosi = 0, size = mode & DFF ? 16 : 8, frame = 0;
    unsigned sampling = !(mode & CPOL) == !(mode & CPHA);
    for (unsigned i = 0; i < bench.n_drives; i++) {
        struct bench_drive d = bench.drives[i];
        if (d.role == STM32_MOSI)
            mosi = d.level == STM32_HIGH;
        if (d.role != STM32_SCK || d.level == STM32_Z || d.level == sck)
            continue;
        sck = d.level;
        if (w.edges++ == 0)
            w.first = d.time;
        if (sck != sampling)
            continue;
        if (w.bits++) {
            sim_time period = d.time - w.last;
            w.period_min = period < w.period_min ? period : w.period_min;
            w.period_max = period > w.period_max ? period : w.period_max;
        }
        w.last = d.time;
        frame = mode & LSBFIRST ? frame | mosi << (w.bits - 1) % size : frame << 1 | mosi;
        if (w.bits % size == 0) {
            w.frames[w.n_frames++ % 64] = frame & (mode & DFF ? 0xffff : 0xff);
            frame = 0;
        }
    }
    return w;
}

static void send_when_ready(unsigned frame) {
    while (!(bench_read(spi, SR) & TXE))
        bench_run(&bench, bench.now + 25000);
    bench_write(spi, DR, frame);
}

Test(spi, master_in_every_mode_without_gaps) { /* 20.3.3, 20.3.5 */
    for (unsigned i = 0; i < 16; i++) {
        unsigned mode = mode_of(i), br = i % 4, mask = mode & DFF ? 0xffff : 0xff;
        bench.n_drives = 0;
        bench_write(spi, CR1, mode | MSTR | SSM | SSI | br * BR0);
        bench_write(spi, CR1, mode | MSTR | SSM | SSI | br * BR0 | SPE);
        for (unsigned n = 0; n < 10; n++)
            send_when_ready((unsigned)rng_u64(3, i, n) & mask);
        cr_assert(bench_read(spi, SR) & BSY);
        bench_run(&bench, bench.now + 2 * SIM_MS);
        cr_assert(!(bench_read(spi, SR) & BSY));
        struct wire w = decode(mode);
        cr_assert_eq(w.n_frames, 10, "mode %x: %u frames", mode, w.n_frames);
        for (unsigned n = 0; n < 10; n++)
            cr_assert_eq(w.frames[n], (unsigned)rng_u64(3, i, n) & mask, "mode %x frame %u", mode,
                         n);
        sim_time period = (2 << br) * (1000000 / MHZ);
        cr_assert_eq(w.period_min, period, "mode %x: %ld", mode, (long)w.period_min);
        cr_assert_eq(w.period_max, period, "mode %x: a gap of %ld", mode, (long)w.period_max);
        cr_assert_eq(w.edges, 2 * w.bits);
        cr_assert_eq(output(STM32_SCK), (mode & CPOL) != 0, "SCK rests at CPOL");
        cr_assert_eq(bench.lost, 0, "a master that only sends overruns, and may");
        bench_read(spi, DR);
        bench_read(spi, SR);
        bench_write(spi, CR1, 0);
    }
}

Test(spi, master_baud_rates) { /* 20.5.1, BR */
    for (unsigned br = 0; br < 8; br++) {
        bench.n_drives = 0;
        bench_write(spi, CR1, MSTR | SSM | SSI | br * BR0 | SPE);
        bench_write(spi, DR, 0x5a);
        bench_run(&bench, bench.now + SIM_MS);
        struct wire w = decode(0);
        cr_assert_eq(w.frames[0], 0x5a);
        cr_assert_eq(w.period_min, (2 << br) * (1000000 / MHZ));
        bench_write(spi, CR1, 0);
    }
}

Test(spi, master_edges_do_not_drift) { /* 3 MHz has no whole period in ps */
    bench.mhz = 3;
    bench_write(spi, CR1, MSTR | SSM | SSI | DFF | SPE);
    for (unsigned i = 0; i < 60; i++)
        send_when_ready(i);
    bench_run(&bench, bench.now + SIM_MS);
    struct wire w = decode(DFF);
    cr_assert_eq(w.n_frames, 60);
    uint64_t first = stm32_tick_at(spi, w.first), last = stm32_tick_at(spi, w.last);
    cr_assert_eq(last - first, 2u * (16 * 60 - 1));
    cr_assert_eq(w.last, stm32_tick_time(spi, last), "edges lie on ticks of PCLK");
}

/* MISO is wired to MOSI by the test: what is sent comes back. */
static void loop_back(sim_time until) {
    while (bench.now < until) {
        bench_run(&bench, bench.now + 12500);
        unsigned mosi = output(STM32_MOSI);
        if (mosi != STM32_Z && spi->pin[STM32_MISO] != mosi)
            bench_pin(spi, STM32_MISO, mosi, bench.now);
    }
}

Test(spi, master_receives) {
    for (unsigned i = 0; i < 16; i++) {
        unsigned mode = mode_of(i), mask = mode & DFF ? 0xffff : 0xff;
        bench.n_drives = 0;
        bench_write(spi, CR1, mode | MSTR | SSM | SSI | BR0);
        bench_write(spi, CR1, mode | MSTR | SSM | SSI | BR0 | SPE);
        for (unsigned n = 0; n < 4; n++) {
            unsigned out = (unsigned)rng_u64(4, i, n) & mask;
            bench_write(spi, DR, out);
            loop_back(bench.now + 3 * SIM_US);
            cr_assert_eq(bench_read(spi, SR), RXNE | TXE);
            cr_assert_eq(bench_read(spi, DR), out, "mode %x", mode);
        }
        bench_write(spi, CR1, 0);
    }
}

Test(spi, receive_only_master_clocks_until_disabled) { /* 20.3.5, 20.3.8 */
    bench_pin(spi, STM32_MISO, 1, 0);
    bench_write(spi, CR1, MSTR | SSM | SSI | RXONLY | SPE);
    bench_run(&bench, bench.now + 1100 * SIM_NS); /* 50 ns a bit: in the third frame */
    bench_write(spi, CR1, MSTR | SSM | SSI | RXONLY);
    bench_run(&bench, bench.now + SIM_MS);
    struct wire w = decode(0);
    cr_assert_eq(w.bits, 24, "%u bits: the frame under way is finished", w.bits);
    cr_assert_eq(output(STM32_MOSI), STM32_Z);
    cr_assert_eq(output(STM32_SCK), STM32_Z);
}

Test(spi, transmitting_master_stops_at_once) {
    bench_write(spi, CR1, MSTR | SSM | SSI | SPE);
    bench_write(spi, DR, 0xff);
    bench_run(&bench, bench.now + 200 * SIM_NS);
    bench_write(spi, CR1, MSTR | SSM | SSI);
    bench_run(&bench, bench.now + SIM_MS);
    cr_assert_lt(decode(0).bits, 8);
    cr_assert_eq(output(STM32_MOSI), STM32_Z);
    cr_assert(!(bench_read(spi, SR) & (BSY | RXNE)));
}

Test(spi, mode_fault) { /* 20.3.10 */
    bench_pin(spi, STM32_NSS, 1, 0);
    bench_write(spi, CR2, ERRIE);
    bench_write(spi, CR1, MSTR | SPE);
    cr_assert_eq(bench_read(spi, CR1), MSTR | SPE);
    bench_pin(spi, STM32_NSS, 0, bench.now + SIM_US);
    cr_assert_eq(bench_read(spi, CR1), 0);
    cr_assert(spi->irq[0]);
    bench_pin(spi, STM32_NSS, 1, bench.now + SIM_US);
    bench_write(spi, CR1, MSTR | SPE);
    cr_assert_eq(bench_read(spi, CR1), 0, "not while MODF is set");
    cr_assert_eq(bench_read(spi, SR), MODF | TXE);
    bench_write(spi, CR1, MSTR | SPE);
    cr_assert_eq(bench_read(spi, SR), TXE, "SR, then CR1");
    cr_assert_eq(bench_read(spi, CR1), MSTR | SPE);
    cr_assert(!spi->irq[0]);
    bench_write(spi, CR1, MSTR | SPE | SSM);
    cr_assert_eq(bench_read(spi, SR), MODF | TXE, "SSI low does it as well");
}

Test(spi, nss_output) { /* 20.3.1, SSOE */
    bench_pin(spi, STM32_NSS, 0, 0);
    bench_write(spi, CR2, SSOE);
    cr_assert_eq(output(STM32_NSS), STM32_Z);
    bench_write(spi, CR1, MSTR | SPE);
    cr_assert_eq(output(STM32_NSS), STM32_LOW);
    cr_assert_eq(bench_read(spi, SR), TXE);
    bench_write(spi, CR1, MSTR);
    cr_assert_eq(output(STM32_NSS), STM32_Z);
}

Test(spi, master_follows_its_clock) {
    bench_write(spi, CR1, MSTR | SSM | SSI | SPE);
    bench_write(spi, DR, 0xa5);
    bench_run(&bench, bench.now + 100 * SIM_NS);
    bench.off = true;
    spi->ip->clock_changed(spi);
    bench_run(&bench, bench.now + SIM_US);
    cr_assert_lt(decode(0).bits, 8, "no clock, no edges");
    bench.off = false;
    spi->ip->clock_changed(spi);
    bench_run(&bench, bench.now + SIM_US);
    cr_assert_eq(decode(0).bits, 8);
}

Test(spi, interrupts) { /* 20.3.11 */
    bench_write(spi, CR2, TXEIE);
    cr_assert(spi->irq[0]);
    bench_write(spi, DR, 1);
    cr_assert(!spi->irq[0]);
    bench_write(spi, CR2, RXNEIE);
    bench_write(spi, CR1, SSM | SPE);
    bang(0, 0x77);
    cr_assert(spi->irq[0]);
    bench_read(spi, DR);
    cr_assert(!spi->irq[0]);
}
