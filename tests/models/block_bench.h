/* A few STM32 blocks on a bench: a frame as small as can be around them (registers, events,
 * one clock, RAM, DMA requests, pins), so that a block is tested without chip and core.
 * It implements the services of stm32_block.h itself. */
#ifndef TESTS_MODELS_BLOCK_BENCH_H
#define TESTS_MODELS_BLOCK_BENCH_H

#include "models/mcu/soc/stm32_block.h"

#define BENCH_RAM      0x20000000u
#define BENCH_RAM_SIZE 0x1000u
#define BENCH_EVENTS   16
#define BENCH_LOG      4096

/* By enum stm32_rx_kind: on, off, frame, overrun, stream on, stream off, stored. */
static const char bench_rx_letters[] = "LlFOSsm";

struct bench;

struct stm32_block {
    const struct stm32_ip *ip;
    struct bench *bench;
    struct stm32_row row;
    void *state;
    uint32_t regs[256];
    struct {
        sim_time time;
        uint64_t order;
    } events[BENCH_EVENTS];
    bool irq[12], request[STM32_SIGNALS];
    unsigned irq_edges; /* rises */
    struct stm32_block *dma;
    unsigned dma_line[STM32_SIGNALS];
    uint8_t pin[STM32_ROLES]; /* STM32_Z: not routed */
};

struct bench_drive {
    struct stm32_block *block;
    unsigned role, level;
    sim_time time;
};

struct bench {
    struct stm32_block blocks[4];
    unsigned n_blocks;
    struct stm32_config config;
    struct stm32_chip chip;
    sim_time now;
    uint64_t mhz, order;
    bool off; /* the clock of all blocks is gated */
    uint8_t ram[BENCH_RAM_SIZE];
    unsigned size; /* of the access under way */
    unsigned unmodelled, misuse, lost, resets;
    const char *last_text;
    char rx[64]; /* what stm32_rx_tell() was told, a letter each: see bench_rx_letters */
    struct stm32_rx last_rx;
    size_t n_rx;
    bool wants_ndtr;
    struct stm32_ndtr last_ndtr; /* what stm32_ndtr_tell() was told */
    unsigned n_ndtr;
    struct bench_drive drives[BENCH_LOG];
    unsigned n_drives;
    uint8_t serial[256];
    unsigned n_serial;
    sim_time serial_time;
};

/* Zeroed, clocked with `mhz`. The bench is large: static or on the heap. */
void bench_init(struct bench *bench, unsigned mhz);
void bench_finish(struct bench *bench);
struct stm32_block *bench_add(struct bench *bench, const struct stm32_ip *ip, uint32_t base,
                              uint32_t variant);
/* Signal of one block to a line of a DMA block. */
void bench_route(struct stm32_block *block, unsigned signal, struct stm32_block *dma,
                 unsigned line);
void bench_run(struct bench *bench, sim_time until);
uint32_t bench_read(struct stm32_block *block, uint32_t offset);
void bench_write(struct stm32_block *block, uint32_t offset, uint32_t value);
/* Runs to `time`, then changes the level at a pin. */
void bench_pin(struct stm32_block *block, unsigned role, unsigned level, sim_time time);

#endif
