/* The receiving half of an STM32 SPI slave, seen from its pins: LSB first, mode 0
 * (CPOL = CPHA = 0: MOSI is sampled on rising SCK), selected while NSS is low. It also
 * measures setup, hold, widths and duty at the pins.
 *
 * Source: RM0368 (STM32F401) section 20.3, DS10086 SPI characteristics; figures with
 * their tags stand in the chip table in spi_sampler.c.
 * Not modelled: the NSS synchroniser (the firmware selects by software), OVR, DMA.
 */
#ifndef MODELS_MCU_SPI_SAMPLER_H
#define MODELS_MCU_SPI_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/simtime.h"

enum spi_pin { SPI_SCK, SPI_MOSI, SPI_NSS };

/* What an edge did to the shift register. */
enum spi_op_kind { SPI_BIT, SPI_SELECT, SPI_DESELECT };
struct spi_op {
    sim_time time;
    uint8_t kind;
    uint8_t bit; /* SPI_BIT: the level sampled */
};

enum spi_measure {
    SPI_SETUP,    /* MOSI stable before SCK rises */
    SPI_HOLD,     /* and after */
    SPI_HIGH,     /* SCK high time */
    SPI_LOW,      /* SCK low time */
    SPI_PERIOD,   /* SCK rise to rise */
    SPI_DUTY_LOW, /* the low part of a period, beyond what the duty limit asks */
    SPI_DUTY_HIGH,
    SPI_MEASURES
};
struct spi_worst {
    sim_time value; /* ps, 2 us at most; for the duty rows the slack in ps */
    sim_time asked; /* of the duty rows: the least time at that period; else 0 */
    sim_time time;  /* where; only when `seen` */
    bool seen;
};

/* Requirements of a chip's SPI slave, and where they are from. ps; duty in per cent. */
struct spi_limits {
    const char *chip;
    sim_time setup, hold, period;
    int duty_min, duty_max;
    const char *setup_source, *hold_source, *period_source, *duty_source;
};
/* NULL for a chip not in the table. */
const struct spi_limits *spi_limits_of(const char *chip);
/* The chips known, by number from 0; NULL behind the last. */
const struct spi_limits *spi_limits_at(size_t i);

struct spi_sampler {
    const struct spi_limits *limits; /* duty needs it; may be NULL */
    sim_time mosi_changed, sck_rose, sck_fell;
    uint8_t sck, mosi, selected;
    bool clocked; /* a rise was sampled since the select */
    bool active_high;
    struct spi_worst worst[SPI_MEASURES];
};

void spi_sampler_init(struct spi_sampler *s, const struct spi_limits *limits, bool active_high,
                      int sck, int mosi, int nss);
/* Returns true when the edge did something, described in `op`. */
bool spi_sampler_edge(struct spi_sampler *s, enum spi_pin pin, sim_time time, int level,
                      struct spi_op *op);

/* State relative to `now`, as in circuit_state_save(); the worst values are not in it. */
#define SPI_SAMPLER_STATE 28
void spi_sampler_save(const struct spi_sampler *s, sim_time now, uint8_t *state);
void spi_sampler_load(struct spi_sampler *s, sim_time now, const uint8_t *state);

#endif
