/* An image on an emulated chip whose pins meet the line without a board: what the nets of a
 * perfect board would do, at its times. Frames go in as octets, and come out where the image
 * delivers them; what it sends is decoded from its SPI's pins. */
#ifndef TESTS_FIRMWARE_BENCH_H
#define TESTS_FIRMWARE_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/image.h"
#include "models/mcu/soc/stm32.h"

enum { BENCH_OCTETS = 1600, BENCH_SENT = 64 };

struct bench_frame {
    uint8_t octets[BENCH_OCTETS];
    size_t length;
};

struct bench {
    struct stm32 *mcu;
    struct image image;
    sim_time line; /* the last bit's end on the line */
    bool idle_low; /* the receiver idles low: one clock too many behind each frame */
    bool flip;     /* the first bit of each frame is taken wrongly */
    enum stm32_stop (*run)(struct bench *b, sim_time until);
    bool (*on_frame)(struct bench *b, const uint8_t *frame, size_t length);
    size_t expected, delivered, wrong;      /* frames delivered, and those not as expected */
    struct bench_frame waiting[BENCH_SENT]; /* sent and not delivered yet, oldest first */
    char itm[4096];
    size_t itm_length;
    int misuse;

    /* transmitter */
    unsigned tx_port, tx_sck, tx_mosi;
    uint8_t mosi;
    struct bench_frame tx[BENCH_SENT]; /* whole ones from `tx_first`, then the one under way */
    size_t tx_first, tx_last, tx_bits;
    sim_time tx_rise, tx_fell, tx_period_min, tx_period_max;
    sim_time tx_gap_min; /* from a frame's last bit's end to the next one's first bit */
};

/* `image`: a name below FIRMWARE_DIR without .elf. Runs it until it has set itself up. False
 * when it was not built. Anything else that fails fails the test. */
bool bench_open(struct bench *b, const char *image, const char *chip);
/* The same on a chip that is less kind, or run in another way. */
struct bench_chip {
    unsigned spi_keeps;     /* STM32_SPI_..._KEEPS */
    unsigned entry_latency; /* cycles added to each interrupt entry */
    enum stm32_stop (*run)(struct bench *b, sim_time until); /* NULL: stm32_run_until() */
};
bool bench_open_on(struct bench *b, const char *image, const char *chip,
                   const struct bench_chip *unkind);
void bench_close(struct bench *b);

/* Sends a frame, to which the FCS is added, `gap` after the one before, and expects it to be
 * delivered. */
void bench_send(struct bench *b, const uint8_t *frame, size_t length, sim_time gap);
/* The same without an expectation, and as it is. */
void bench_send_raw(struct bench *b, const uint8_t *octets, size_t length, sim_time gap);
/* PC6 goes high and low again at the line's present time. */
void bench_glitch(struct bench *b, sim_time width);
void bench_run(struct bench *b, sim_time duration);
/* What the image sent since the last call, without preamble and FCS, which are checked. 0 when
 * there is none. */
size_t bench_sent(struct bench *b, uint8_t *frame);

uint32_t bench_word(struct bench *b, const char *symbol, uint32_t offset);
void bench_fill(uint8_t *frame, size_t length, uint32_t seed);
uint32_t bench_fcs(const uint8_t *octets, size_t length);

#endif
