#include "models/mcu/spi_sampler.h"

#include <string.h>

/* Ages beyond this are all alike, 20 bit times; what is measured as longer is given as
 * this long, so that it does not depend on whether the state was saved in between. */
#define MEMORY (2 * SIM_US)

static const struct spi_limits LIMITS[] = {
    {"f401re", 2500, 2500, 47619, 30, 70, "DS10086 tsu(SI), from memory, check",
     "DS10086 th(SI), from memory, check", "DS10086 SPI2 slave 21 MHz, from memory, check",
     "STM32F103 Table 42 duty 30-70 % (same IP); F401 from memory"},
    {"f100rb", 5000, 4000, 83333, 30, 70, "STM32F103 Table 42 tsu(SI) (same IP)",
     "STM32F103 Table 42 th(SI) (same IP)", "DocID16455 slave fPCLK/2 = 12 MHz, from memory, check",
     "STM32F103 Table 42 duty"},
};

const struct spi_limits *spi_limits_at(size_t i) {
    return i < sizeof LIMITS / sizeof *LIMITS ? &LIMITS[i] : NULL;
}

const struct spi_limits *spi_limits_of(const char *chip) {
    const struct spi_limits *limits;
    for (size_t i = 0; (limits = spi_limits_at(i)); i++)
        if (strcmp(limits->chip, chip) == 0)
            return limits;
    return NULL;
}

void spi_sampler_init(struct spi_sampler *s, const struct spi_limits *limits, bool active_high,
                      int sck, int mosi, int nss) {
    *s = (struct spi_sampler){
        .limits = limits,
        .active_high = active_high,
        .sck = (uint8_t)sck,
        .mosi = (uint8_t)mosi,
        .selected = (uint8_t)(nss == active_high),
        .mosi_changed = -SIM_S,
        .sck_rose = -SIM_S,
        .sck_fell = -SIM_S,
    };
}

static void measure(struct spi_sampler *s, enum spi_measure what, sim_time value, sim_time time) {
    struct spi_worst *worst = &s->worst[what];
    value = value < MEMORY ? value : MEMORY;
    if (!worst->seen || value < worst->value)
        *worst = (struct spi_worst){.value = value, .time = time, .seen = true};
}

/* What this part of a period is beyond `percent` of it. */
static void measure_duty(struct spi_sampler *s, enum spi_measure what, sim_time part,
                         sim_time period, int percent, sim_time time) {
    sim_time asked = period * percent / 100;
    struct spi_worst *worst = &s->worst[what];
    if (!worst->seen || part - asked < worst->value)
        *worst = (struct spi_worst){part - asked, asked, time, true};
}

/* A whole period of SCK has passed: its low and high parts against the duty limits. */
static void measure_period(struct spi_sampler *s, sim_time time) {
    sim_time period = time - s->sck_rose, low = time - s->sck_fell;
    measure(s, SPI_LOW, low, time);
    measure(s, SPI_PERIOD, period, time);
    if (!s->limits || period >= MEMORY)
        return; /* a clock that stood still has no duty */
    measure_duty(s, SPI_DUTY_LOW, low, period, 100 - s->limits->duty_max, time);
    measure_duty(s, SPI_DUTY_HIGH, period - low, period, s->limits->duty_min, time);
}

static bool sck_edge(struct spi_sampler *s, sim_time time, int level, struct spi_op *op) {
    s->sck = (uint8_t)level;
    if (!level) {
        if (s->selected && s->clocked)
            measure(s, SPI_HIGH, time - s->sck_rose, time);
        s->sck_fell = time;
        return false;
    }
    if (s->selected) {
        if (s->clocked)
            measure_period(s, time);
        measure(s, SPI_SETUP, time - s->mosi_changed, time);
        s->clocked = true;
        *op = (struct spi_op){.time = time, .kind = SPI_BIT, .bit = s->mosi};
    }
    s->sck_rose = time;
    return s->selected;
}

bool spi_sampler_edge(struct spi_sampler *s, enum spi_pin pin, sim_time time, int level,
                      struct spi_op *op) {
    if (pin == SPI_SCK)
        return sck_edge(s, time, level, op);
    if (pin == SPI_MOSI) {
        s->mosi = (uint8_t)level;
        /* only the first change after a rise tells its hold time */
        if (s->selected && s->clocked && s->mosi_changed <= s->sck_rose &&
            time - s->sck_rose < MEMORY)
            measure(s, SPI_HOLD, time - s->sck_rose, time);
        s->mosi_changed = time;
        return false;
    }
    bool selected = (level != 0) == s->active_high;
    if (selected == s->selected)
        return false;
    s->selected = selected;
    s->clocked = false;
    *op = (struct spi_op){.time = time, .kind = selected ? SPI_SELECT : SPI_DESELECT};
    return true;
}

static void put_age(uint8_t **p, sim_time now, sim_time then) {
    sim_time age = now - then > MEMORY ? MEMORY : now - then;
    memcpy(*p, &age, sizeof age);
    *p += sizeof age;
}

static sim_time get_age(const uint8_t **p, sim_time now) {
    sim_time age;
    memcpy(&age, *p, sizeof age);
    *p += sizeof age;
    return now - age;
}

void spi_sampler_save(const struct spi_sampler *s, sim_time now, uint8_t *state) {
    uint8_t *p = state;
    put_age(&p, now, s->mosi_changed);
    put_age(&p, now, s->sck_rose);
    put_age(&p, now, s->sck_fell);
    *p++ = s->sck;
    *p++ = s->mosi;
    *p++ = s->selected;
    *p++ = s->clocked;
}

void spi_sampler_load(struct spi_sampler *s, sim_time now, const uint8_t *state) {
    const uint8_t *p = state;
    s->mosi_changed = get_age(&p, now);
    s->sck_rose = get_age(&p, now);
    s->sck_fell = get_age(&p, now);
    s->sck = *p++;
    s->mosi = *p++;
    s->selected = *p++;
    s->clocked = *p++;
}
