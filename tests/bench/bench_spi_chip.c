/* Octets from the pins of a whole STM32F401 through SPI2 and DMA1 to memory, on a saturated
 * 10 Mb/s line: CPU time per octet, and how much faster than real time that is, with the core
 * asleep and with the core in an endless loop at 16 MHz; and from memory through DMA1 and SPI3
 * to the pins. Only wrong octets, or missing edges, fail. */
#include <stdio.h>
#include <time.h>

#include "models/mcu/soc/stm32.h"

#define OCTETS 1000000u
#define CHUNK  64u
#define RAM    0x20000100u
#define BIT    (100 * SIM_NS)

enum { PB = 1, PC };

static double cpu_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static struct stm32 *power_up(uint16_t instruction,
                              void (*on_pin)(void *, const struct stm32_pin_change *), void *user) {
    struct sim_err err = SIM_ERR_INIT;
    const struct stm32_config config = {.hse_hz = 8000000, .on_pin = on_pin, .user = user};
    const uint32_t vectors[2] = {0x20001000, 0x08000201};
    const uint16_t code[2] = {instruction, 0xe7fd}; /* and a branch back to it */
    struct stm32 *mcu = stm32_create(stm32_chip_find("f401re"), &config, &err);
    if (!mcu || !stm32_load(mcu, 0x08000000, (const uint8_t *)vectors, sizeof vectors, &err) ||
        !stm32_load(mcu, 0x08000200, (const uint8_t *)code, sizeof code, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return NULL;
    }
    stm32_reset(mcu);
    return mcu;
}

/* SPI2 as a slave on PB13 and PB15 through DMA1 stream 3, a ring of CHUNK octets. */
static void set_up(struct stm32 *mcu) {
    static const uint32_t writes[][2] = {
        {0x40023830, 1 << 1 | 1 << 21},
        {0x40023840, 1 << 14},
        {0x40020400, 0x280 | 2u << 26 | 2u << 30},
        {0x40020424, 5u << 20 | 5u << 28},
        {0x40026058 + 4, CHUNK},
        {0x40026058 + 8, 0x4000380c},
        {0x40026058 + 12, RAM},
        {0x40026058, 1 << 10 | 1 << 8 | 1},
        {0x40003804, 1},
        {0x40003800, 0x80 | 0x400 | 0x200 | 0x40},
    };
    for (size_t i = 0; i < sizeof writes / sizeof *writes; i++)
        stm32_poke(mcu, writes[i][0], 4, writes[i][1]);
}

static unsigned octet_of(unsigned i) {
    return i * 37 & 0xff;
}

static void send_chunk(struct stm32 *mcu, unsigned first, sim_time start) {
    unsigned mosi = 2;
    for (unsigned i = 0; i < 8 * CHUNK; i++) {
        unsigned bit = octet_of(first + i / 8) >> i % 8 & 1;
        if (bit != mosi)
            stm32_pin_set(mcu, PB, 15, mosi = bit, start + i * BIT);
        stm32_pin_set(mcu, PB, 13, 1, start + i * BIT + 37 * SIM_NS);
        stm32_pin_set(mcu, PB, 13, 0, start + i * BIT + 80 * SIM_NS);
    }
    stm32_run_until(mcu, start + 8 * CHUNK * BIT);
}

static unsigned count_wrong(struct stm32 *mcu, unsigned first) {
    unsigned wrong = 0;
    for (unsigned i = 0; i < CHUNK; i++) {
        uint32_t got = 0;
        stm32_peek(mcu, RAM + i, 1, &got);
        wrong += i < CHUNK - 1 && got != octet_of(first + i); /* the last may be on its way */
    }
    return wrong;
}

static bool measure(const char *what, uint16_t instruction) {
    struct stm32 *mcu = power_up(instruction, NULL, NULL);
    if (!mcu)
        return false;
    set_up(mcu);
    unsigned wrong = 0;
    double begin = cpu_s();
    for (unsigned i = 0; i < OCTETS; i += CHUNK) {
        send_chunk(mcu, i, stm32_time(mcu) + 10 * BIT);
        wrong += count_wrong(mcu, i);
    }
    double ns = (cpu_s() - begin) * 1e9 / OCTETS;
    printf("%-14s %6.1f ns per octet, %5.1f ns per bit, %.1f times real time\n", what, ns, ns / 8,
           800 / ns);
    stm32_destroy(mcu);
    return wrong == 0;
}

static void on_pin(void *user, const struct stm32_pin_change *change) {
    *(uint64_t *)user += change->port == PC && change->pin == 10;
}

/* SPI3 as a master on PC10 and PC12 through DMA1 stream 7, at 8 MHz without a gap. */
static bool measure_master(void) {
    static const uint32_t writes[][2] = {
        {0x40023830, 1 << 2 | 1 << 21},    {0x40023840, 1 << 15},
        {0x40020800, 2u << 20 | 2u << 24}, {0x40020824, 6u << 8 | 6u << 16},
        {0x400260b8 + 4, CHUNK},           {0x400260b8 + 8, 0x40003c0c},
        {0x400260b8 + 12, 0x08000000},     {0x400260b8, 1 << 10 | 1 << 8 | 1 << 6 | 1},
        {0x40003c00, 0x80 | 0x304 | 0x40}, {0x40003c04, 2},
    };
    uint64_t edges = 0;
    struct stm32 *mcu = power_up(0xbf30, on_pin, &edges);
    if (!mcu)
        return false;
    for (size_t i = 0; i < sizeof writes / sizeof *writes; i++)
        stm32_poke(mcu, writes[i][0], 4, writes[i][1]);
    edges = 0;
    double begin = cpu_s();
    stm32_run_until(mcu, stm32_time(mcu) + OCTETS / 4 * SIM_US);
    double ns = (cpu_s() - begin) * 1e9 / (OCTETS / 4);
    printf("%-14s %6.1f ns per octet, %5.1f ns per bit, %.1f times real time\n", "master:", ns,
           ns / 8, 1000 / ns);
    stm32_destroy(mcu);
    return edges > OCTETS / 4 * 16 - 100;
}

int main(void) {
    bool right = measure("core asleep:", 0xbf30); /* wfi */
    right = measure("core spinning:", 0xbf00) && right;
    right = measure_master() && right;
    return right ? 0 : 1;
}
