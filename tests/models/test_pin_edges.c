/* Edges delivered in groups against edges delivered one by one (config.edge_by_edge): two chips
 * with the same program, the same random set-up and the same edges must do the same at the
 * same time. The program looks at what edges change without end; interrupts of SPI2, EXTI
 * and DMA1 take a frame and go on. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "models/mcu/soc/internal.h"

#define RAM      0x20000400u
#define DMA      0x40026000u
#define STREAM   (DMA + 0x58) /* 3: SPI2_RX */
#define SPI      0x40003800u
#define EXTI     0x40013c00u
#define SYSCFG   0x40013800u
#define PORT_B   0x40020400u
#define USART2   0x40004400u
#define FIRST    (20 * SIM_NS)
#define ROUNDS   400
#define MOST     240
#define N_SEEDS  60
#define BUSY     0 /* seeds: the core looks at registers all the time, or sleeps */
#define PINS     6
#define SPI_PINS 4
#define DIGESTS  (ROUNDS * 8)

/* What a chip did, in the order it did it. */
struct log {
    struct stm32 *mcu;
    uint64_t digest, n;
};

struct pair {
    struct log one, other; /* in groups, edge by edge */
    uint64_t seed;
    unsigned level[PINS];
    bool busy;
};

static const struct stm32_pin PIN[PINS] = {{1, 13}, {1, 15}, {1, 12}, {1, 14}, {2, 6}, {0, 3}};
static size_t seeds[N_SEEDS];
static struct pin_digest digests[DIGESTS];
static size_t n_digests;

static uint32_t draw(struct pair *p, uint32_t below) {
    uint64_t x = (p->seed += 0x9E3779B97F4A7C15U); /* splitmix64 */
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9U;
    x = (x ^ x >> 27) * 0x94D049BB133111EBU;
    return (uint32_t)((x ^ x >> 31) % below);
}

static void note(struct log *log, uint64_t value) {
    log->digest = (log->digest ^ value) * 0x100000001B3U;
    log->n++;
}

static void on_pin(void *user, const struct stm32_pin_change *change) {
    note(user, (uint64_t)change->time * 8 + change->level);
    note(user, change->port * 16 + change->pin);
}

static void on_report(void *user, const struct stm32_report *report) {
    note(user, (uint64_t)report->time);
    note(user, (uint64_t)report->kind << 32 | report->pc);
    note(user, report->value);
}

static void on_exception(void *user, unsigned number, bool entered) {
    struct log *log = user;
    note(log, (uint64_t)number * 2 + entered);
    note(log, armv7m_cycles(stm32_core(log->mcu)));
}

static void on_serial(void *user, const char *block, unsigned octet, sim_time time) {
    note(user, (uint64_t)time * 512 + octet + (unsigned char)block[5]);
}

/* --- the program -------------------------------------------------------------------------- */

/* r4..r8: GPIOB, SPI2, DMA1 stream 3, EXTI, RAM; r2 gathers all that was seen. */
static const uint16_t MAIN[] = {
    0x6921, /* ldr r1, [r4, #0x10]: IDR */
    0x188a, /* adds r2, r1, r2 */
    0x68a9, /* ldr r1, [r5, #8]: SR */
    0x404a, /* eors r2, r1 */
    0x6871, /* ldr r1, [r6, #4]: NDTR */
    0x188a, /* adds r2, r1, r2 */
    0x6979, /* ldr r1, [r7, #0x14]: PR */
    0x404a, /* eors r2, r1 */
    0x4641, /* mov r1, r8 */
    0x6809, /* ldr r1, [r1]: what DMA wrote */
    0x188a, /* adds r2, r1, r2 */
    0x0051, /* lsls r1, r2, #1 */
    0x188a, /* adds r2, r1, r2 */
    0xe7f1, /* b to the first */
};
static const uint16_t SLEEP[] = {0xbf30, 0xe7fd}; /* wfi; b */
static const uint16_t HANDLER[] = {
    0x68a9, /* ldr r1, [r5, #8]: SR */
    0x404a, /* eors r2, r1 */
    0x68e9, /* ldr r1, [r5, #12]: DR */
    0x188a, /* adds r2, r1, r2 */
    0x6979, /* ldr r1, [r7, #0x14]: PR */
    0x6179, /* str r1, [r7, #0x14] */
    0x4649, /* mov r1, r9: all ones */
    0x4650, /* mov r0, r10: DMA1 */
    0x6081, /* str r1, [r0, #8]: LIFCR */
    0x4770, /* bx lr */
};

static void load(struct log *log, uint32_t address, const void *octets, size_t n) {
    struct sim_err err = SIM_ERR_INIT;
    cr_assert(stm32_load(log->mcu, address, octets, n, &err), "%s", err.text);
}

static void load_program(struct log *log, bool busy) {
    uint32_t vectors[16 + 82] = {0x20001000, 0x08000201};
    for (unsigned i = 2; i < 16 + 82; i++)
        vectors[i] = 0x08000301;
    load(log, 0x08000000, vectors, sizeof vectors);
    load(log, 0x08000200, busy ? MAIN : SLEEP, busy ? sizeof MAIN : sizeof SLEEP);
    load(log, 0x08000300, HANDLER, sizeof HANDLER);
    stm32_reset(log->mcu);
    static const uint32_t AT[] = {PORT_B, SPI, STREAM, EXTI, RAM, 0xffffffff, DMA};
    for (unsigned i = 0; i < sizeof AT / sizeof *AT; i++)
        armv7m_set(stm32_core(log->mcu), (enum armv7m_reg)(ARMV7M_R0 + 4 + i), AT[i]);
}

static void power_up(struct log *log, bool busy, unsigned keeps, bool edge_by_edge) {
    struct sim_err err = SIM_ERR_INIT;
    const struct stm32_config config = {.hse_hz = 8000000,
                                        .spi_partial = keeps,
                                        .edge_by_edge = edge_by_edge,
                                        .on_pin = on_pin,
                                        .on_report = on_report,
                                        .on_serial = on_serial,
                                        .core = {.exception = on_exception},
                                        .user = log};
    memset(log, 0, sizeof *log);
    log->mcu = stm32_create(stm32_chip_find("f401re"), &config, &err);
    cr_assert(log->mcu, "%s", err.text);
    load_program(log, busy);
}

/* --- the same for both --------------------------------------------------------------------- */

static void poke(struct pair *p, uint32_t address, uint32_t value) {
    cr_assert(stm32_poke(p->one.mcu, address, 4, value));
    cr_assert(stm32_poke(p->other.mcu, address, 4, value));
}

static void set_up(struct pair *p) {
    static const uint32_t WRITES[][2] = {
        {0x40023830, 7 | 1 << 21},              /* ports A to C, DMA1 */
        {0x40023840, 1 << 14 | 1 << 17},        /* SPI2, USART2 */
        {0x40023844, 1 << 14},                  /* SYSCFG */
        {PORT_B, 0x280 | 0xaau << 24},          /* PB12 to PB15: alternate function */
        {PORT_B + 0x24, 0x5555u << 16},         /* 5 */
        {0x40020000, 0xa8000000 | 2 << 6},      /* PA3: USART2_RX */
        {0x40020020, 7 << 12},                  /* 7 */
        {USART2 + 8, 16},                       /* 1 Mb/s at 16 MHz */
        {USART2 + 12, 0x2024},                  /* UE, RXNEIE, RE */
        {SYSCFG + 12, 0x200},                   /* EXTI6 is port C */
        {EXTI, 1 << 6},                         /* IMR */
        {EXTI + 8, 1 << 6},                     /* RTSR */
        {0xe000e100, 1 << 14 | 1 << 23},        /* DMA1 stream 3, EXTI9_5 */
        {0xe000e104, 1 << 4 | 1 << 6 | 1 << 8}, /* SPI2, USART2, EXTI15_10 */
    };
    for (size_t i = 0; i < sizeof WRITES / sizeof *WRITES; i++)
        poke(p, WRITES[i][0], WRITES[i][1]);
}

static void set_stream(struct pair *p) {
    static const uint16_t LENGTHS[] = {1, 2, 3, 40, 4000};
    poke(p, STREAM, 0);
    cr_assert_eq(stm32_run_until(p->one.mcu, stm32_time(p->one.mcu) + SIM_US), STM32_UNTIL);
    cr_assert_eq(stm32_run_until(p->other.mcu, stm32_time(p->other.mcu) + SIM_US), STM32_UNTIL);
    poke(p, DMA + 8, 0x0f7d0f7d);
    poke(p, STREAM + 4, LENGTHS[draw(p, 5)]);
    poke(p, STREAM + 8, SPI + 12);
    poke(p, STREAM + 12, RAM);
    poke(p, STREAM, 1 << 10 | draw(p, 2) << 8 | draw(p, 32)); /* MINC, CIRC, interrupts, EN */
}

/* SPI2 mostly as the receiver of a board: a slave, receiving only. */
static void set_spi(struct pair *p) {
    uint32_t noise = draw(p, 4) ? 0x3c2 & draw(p, 0x10000) : draw(p, 0x10000) & ~0x2004u;
    poke(p, SPI, draw(p, 3) ? 0x80 : noise & ~0x40u); /* DFF and the like with SPE clear */
    poke(p, SPI, 0x40 | (draw(p, 2) ? 0x680 : noise));
    poke(p, SPI + 4, draw(p, 3) ? 1 : draw(p, 256) & 0xe3);
}

/* Something a driver may change between two frames, or in the middle of one. */
static void change_something(struct pair *p) {
    switch (draw(p, 12)) {
    case 0:
        set_stream(p);
        break;
    case 1:
        poke(p, SPI, 0x680); /* SPE cleared */
        break;
    case 2:
        poke(p, SPI, 0x7c0); /* SSI set and cleared: resynchronised */
        poke(p, SPI, 0x6c0);
        break;
    case 3:
        poke(p, EXTI + 8 + 4 * draw(p, 2), draw(p, 0x10000));
        break;
    case 4:
        poke(p, EXTI, draw(p, 2) ? 1 << 6 : draw(p, 0x10000));
        break;
    case 5:
        poke(p, SYSCFG + 20, draw(p, 0x10000) & 0x1111); /* EXTI12 to 15: ports A and B */
        break;
    case 6:
        poke(p, PORT_B, 0x280 | draw(p, 256) << 24); /* also input, output, analog */
        break;
    case 7:
        poke(p, SPI + 12, draw(p, 256)); /* DR */
        break;
    default:
        set_spi(p);
    }
}

/* --- edges --------------------------------------------------------------------------------- */

/* A bit of a frame, as a board would clock it, or badly: also edges at one time. */
static unsigned add_bit(struct pair *p, struct pin_edge *edges, unsigned n, int32_t at) {
    const int32_t half = 20000 + (int32_t)draw(p, 50000), skew = (int32_t)draw(p, 3) * 10000;
    unsigned data = draw(p, 10);
    if (data < 7)
        edges[n++] = (struct pin_edge){at, 0, 1, (uint8_t)(p->level[1] ^= 1)};
    edges[n++] = (struct pin_edge){at + skew, 0, 0, (uint8_t)(p->level[0] ^= 1)};
    if (data == 3)
        edges[n++] = (struct pin_edge){at + skew, 0, 1, (uint8_t)(p->level[1] ^= 1)};
    edges[n++] = (struct pin_edge){at + half, 0, 0, (uint8_t)(p->level[0] ^= 1)};
    if (data == 4)
        edges[n++] = (struct pin_edge){at + half, 0, 1, (uint8_t)(p->level[1] ^= 1)};
    return n;
}

static unsigned add_other(struct pair *p, struct pin_edge *edges, unsigned n, int32_t at) {
    unsigned pin = draw(p, 40);
    if (pin >= 2 && pin < PINS)
        edges[n++] = (struct pin_edge){at, 0, (uint8_t)pin, (uint8_t)(p->level[pin] ^= 1)};
    return n;
}

static void sort(struct pin_edge *edges, unsigned n) {
    for (unsigned i = 0; i < n; i++)
        edges[i].rank = (uint16_t)i;
    for (unsigned i = 1; i < n; i++)
        for (unsigned k = i; k > 0 && edges[k - 1].pin > edges[k].pin; k--) {
            struct pin_edge edge = edges[k];
            edges[k] = edges[k - 1];
            edges[k - 1] = edge;
        }
}

/* Now and then a pin is let go, or told a level that it has. */
static void give_one(struct pair *p, const struct pin_edge *edge, sim_time start) {
    unsigned level = draw(p, 60) ? edge->level : draw(p, 3);
    const struct stm32_pin at = PIN[edge->pin];
    cr_assert(stm32_pin_set(p->one.mcu, at.port, at.pin, level, start + edge->dt));
    cr_assert(stm32_pin_set(p->other.mcu, at.port, at.pin, level, start + edge->dt));
}

/* Kept until the end, as their reader may. NULL: there is none, or it is not used. */
static const struct pin_digest *digest(const struct pin_edge *edges, unsigned n) {
    struct pin_digest *new = &digests[n_digests % DIGESTS];
    if (n_digests == DIGESTS || !pin_digest_make(new, edges, n))
        return NULL;
    n_digests++;
    return new;
}

static void give_list(struct pair *p, struct pin_edge *edges, unsigned n, sim_time start) {
    sort(edges, n);
    const struct pin_list list = {edges, n, digest(edges, n)};
    cr_assert(stm32_pin_list(p->one.mcu, PIN, start, &list));
    cr_assert(stm32_pin_edges(p->other.mcu, PIN, start, edges, n));
}

static void give(struct pair *p, struct pin_edge *edges, unsigned n, sim_time start) {
    if (draw(p, 4)) {
        give_list(p, edges, n, start);
        return;
    }
    for (unsigned i = 0; i < n; i++)
        give_one(p, &edges[i], start);
}

/* The time after the last edge. Mostly in lists as of an octet, which have a digest. */
static sim_time send_some(struct pair *p) {
    struct pin_edge edges[MOST];
    sim_time start = stm32_time(p->one.mcu);
    for (unsigned bits = draw(p, 40), first = FIRST; bits > 0; first = 0) {
        unsigned n = 0, most = draw(p, 8) ? 8 : 40, list = bits < most ? bits : most;
        int32_t at = (int32_t)first;
        for (bits -= list; list > 0; list--, at += 100000) {
            n = add_bit(p, edges, n, at);
            n = add_other(p, edges, n, at + 75000);
        }
        give(p, edges, n, start);
        start += at;
    }
    return start;
}

/* --- comparing ----------------------------------------------------------------------------- */

static uint64_t state_of(struct log *log) {
    struct armv7m *core = stm32_core(log->mcu);
    struct log state = {0};
    uint32_t value = 0;
    note(&state, armv7m_cycles(core));
    note(&state, armv7m_instructions(core));
    for (unsigned i = 0; i < 16; i++)
        note(&state, armv7m_get(core, (enum armv7m_reg)(ARMV7M_R0 + i)));
    static const uint32_t LOOK[] = {PORT_B + 0x10, 0x40020810, SPI, SPI + 4, STREAM, STREAM + 4,
                                    DMA,           EXTI + 20,  RAM, RAM + 4, USART2};
    for (unsigned i = 0; i < sizeof LOOK / sizeof *LOOK; i++) {
        cr_assert(stm32_peek(log->mcu, LOOK[i], 4, &value));
        note(&state, value);
    }
    return state.digest;
}

static void run(struct pair *p, sim_time until) {
    stm32_run_until(p->one.mcu, until);
    stm32_run_until(p->other.mcu, until);
}

ParameterizedTestParameters(pin_edges, in_groups_or_one_by_one) {
    for (size_t i = 0; i < N_SEEDS; i++)
        seeds[i] = i;
    return cr_make_param_array(size_t, seeds, N_SEEDS);
}

ParameterizedTest(size_t *seed, pin_edges, in_groups_or_one_by_one, .timeout = 120) {
    static struct pair p;
    p = (struct pair){.seed = *seed * 977 + 5, .busy = *seed % 2 == BUSY};
    power_up(&p.one, p.busy, *seed / 2 % 4, false);
    power_up(&p.other, p.busy, *seed / 2 % 4, true);
    set_up(&p);
    set_stream(&p);
    poke(&p, SPI + 4, 1);
    poke(&p, SPI, 0x6c0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        sim_time end = send_some(&p);
        if (draw(&p, 3) == 0) /* somewhere in between */
            run(&p, stm32_time(p.one.mcu) + draw(&p, 4 * SIM_US));
        if (draw(&p, 6) == 0)
            change_something(&p);
        run(&p, end > stm32_time(p.one.mcu) ? end + draw(&p, 200000) : stm32_time(p.one.mcu));
        cr_assert_eq(p.one.n, p.other.n, "seed %zu, round %u: %lu things and %lu", *seed, i,
                     (unsigned long)p.one.n, (unsigned long)p.other.n);
        cr_assert_eq(p.one.digest, p.other.digest, "seed %zu, round %u: not the same things", *seed,
                     i);
        cr_assert_eq(state_of(&p.one), state_of(&p.other), "seed %zu, round %u: another state",
                     *seed, i);
    }
    cr_expect_gt(p.one.n, 100, "seed %zu: nothing much happened", *seed);
    stm32_destroy(p.one.mcu);
    stm32_destroy(p.other.mcu);
}

/* --- lists with a digest --------------------------------------------------------------------- */

#define PLAIN     0x640 /* CR1: SPE, SSM, RXONLY */
#define ALTERNATE (0x280 | 0xaau << 24)
#define OCTETS    300

/* What the receiver is set to, and what a driver does in the middle of an octet. */
struct way {
    const char *name;
    uint16_t cr1, cr2;
    uint32_t address, value, undone; /* address 0: nothing */
    bool nss;                        /* its edges are in the lists, too */
    bool apart;                      /* somebody needs the edges: no list stays whole */
};
static const struct way WAYS[] = {
    {"most significant bit first", .cr1 = PLAIN, .cr2 = 1},
    {"least significant bit first", .cr1 = PLAIN | 0x80, .cr2 = 1},
    {"frames of 16 bits", .cr1 = PLAIN | 0x800, .cr2 = 1},
    {"CPHA", .cr1 = PLAIN | 1, .cr2 = 1},
    {"CPOL", .cr1 = PLAIN | 2, .cr2 = 1},
    {"CPOL and CPHA", .cr1 = PLAIN | 3, .cr2 = 1},
    {"an interrupt per frame", .cr1 = PLAIN, .cr2 = 0x40},
    {"overruns", .cr1 = PLAIN, .cr2 = 0x20},
    {"CRC", .cr1 = PLAIN | 0x2000, .cr2 = 0},
    {"NSS as a pin", .cr1 = PLAIN & ~0x200, .cr2 = 1, .nss = true},
    {"NSS without effect", .cr1 = PLAIN, .cr2 = 1, .nss = true},
    {"SPE cleared", .cr1 = PLAIN, .cr2 = 1, .address = SPI, .value = PLAIN & ~0x40,
     .undone = PLAIN},
    {"SSI set", .cr1 = PLAIN, .cr2 = 1, .address = SPI, .value = PLAIN | 0x100, .undone = PLAIN},
    {"16 bits, SSI set", .cr1 = PLAIN | 0x800, .cr2 = 1, .address = SPI, .value = PLAIN | 0x900,
     .undone = PLAIN | 0x800},
    {"sends for a while", .cr1 = PLAIN, .cr2 = 1, .address = SPI, .value = PLAIN & ~0x400,
     .undone = PLAIN},
    {"EXTI on SCK for a while", .cr1 = PLAIN, .cr2 = 1, .address = EXTI + 8,
     .value = 1 << 13 | 1 << 6, .undone = 1 << 6},
    {"EXTI on MOSI for a while", .cr1 = PLAIN, .cr2 = 1, .address = EXTI + 12, .value = 1 << 15},
    {"SCK an input for a while", .cr1 = PLAIN, .cr2 = 1, .address = PORT_B,
     .value = 0x280 | 0xa2u << 24, .undone = ALTERNATE},
    {"MOSI an output for a while", .cr1 = PLAIN, .cr2 = 1, .address = PORT_B,
     .value = 0x280 | 0x6au << 24, .undone = ALTERNATE},
    {"another speed for a while", .cr1 = PLAIN, .cr2 = 1, .address = 0x40023808, .value = 0xf0},
    {"a sender", .cr1 = PLAIN & ~0x400, .cr2 = 1, .apart = true},
};
enum { N_WAYS = sizeof WAYS / sizeof *WAYS };

/* Perhaps an edge of NSS, perhaps at the time of one of SCK. */
static unsigned add_nss(struct pair *p, struct pin_edge *edges, unsigned n, int32_t at) {
    if (draw(p, 40) == 0)
        edges[n++] =
            (struct pin_edge){at + (int32_t)draw(p, 3) * 10000, 0, 2, (uint8_t)(p->level[2] ^= 1)};
    return n;
}

/* An octet as a board clocks it, one in eight without a digest. */
static void send_octet(struct pair *p, const struct way *way, sim_time start) {
    struct pin_edge edges[MOST];
    unsigned n = 0;
    for (int32_t bit = 0, at = FIRST; bit < 8; bit++, at += 100000) {
        n = way->nss ? add_nss(p, edges, n, at) : n;
        n = add_bit(p, edges, n, at);
        n = way->nss ? add_nss(p, edges, n, at + 60000) : n;
    }
    if (draw(p, 8))
        give_list(p, edges, n, start);
    else
        give(p, edges, n, start);
}

static void disturb(struct pair *p, const struct way *way, sim_time until) {
    if (!way->address)
        return;
    poke(p, way->address, way->value);
    run(p, stm32_time(p->one.mcu) + draw(p, (uint32_t)(until - stm32_time(p->one.mcu))));
    poke(p, way->address, way->undone);
}

static void expect_same(struct pair *p, const struct way *way, unsigned octet) {
    cr_assert_eq(p->one.n, p->other.n, "%s, octet %u: %lu things and %lu", way->name, octet,
                 (unsigned long)p->one.n, (unsigned long)p->other.n);
    cr_assert_eq(p->one.digest, p->other.digest, "%s, octet %u: not the same things", way->name,
                 octet);
    cr_assert_eq(state_of(&p->one), state_of(&p->other), "%s, octet %u: another state", way->name,
                 octet);
}

static void start_way(struct pair *p, const struct way *way, unsigned keeps) {
    power_up(&p->one, p->busy, keeps, false);
    power_up(&p->other, p->busy, keeps, true);
    set_up(p);
    poke(p, SYSCFG + 20, 0x1010); /* EXTI13 and 15: port B */
    poke(p, EXTI, 1 << 6 | 1 << 13 | 1 << 15);
    for (unsigned pin = 0; pin < 3; pin++)
        for (struct log *log = &p->one; log <= &p->other; log++)
            cr_assert(stm32_pin_set(log->mcu, PIN[pin].port, PIN[pin].pin, 0, SIM_US));
    run(p, 2 * SIM_US);
    set_stream(p);
    poke(p, SPI, way->cr1 & ~0x40u);
    poke(p, SPI + 4, way->cr2);
    poke(p, SPI, way->cr1);
}

/* Octets are given some time ahead, and looked at somewhere within. */
static void run_way(struct pair *p, const struct way *way) {
    for (unsigned i = 0; i < OCTETS;) {
        sim_time start = stm32_time(p->one.mcu), end = start;
        for (unsigned n = 1 + draw(p, 6); n > 0; n--, i++, end += 800 * SIM_NS)
            send_octet(p, way, end);
        run(p, start + draw(p, (uint32_t)(end - start)));
        if (draw(p, 3) == 0)
            disturb(p, way, end);
        if (draw(p, 2)) /* which looks at registers */
            expect_same(p, way, i);
        run(p, end + 100 * SIM_NS);
        if (draw(p, 2))
            expect_same(p, way, i);
    }
}

ParameterizedTestParameters(pin_edges, each_way_of_listening) {
    static size_t ways[N_WAYS * 8];
    for (size_t i = 0; i < N_WAYS * 8; i++)
        ways[i] = i;
    return cr_make_param_array(size_t, ways, N_WAYS * 8);
}

ParameterizedTest(size_t *index, pin_edges, each_way_of_listening, .timeout = 120) {
    static struct pair p;
    const struct way *way = &WAYS[*index / 8];
    p = (struct pair){.seed = *index * 31 + 7, .busy = *index % 2 == BUSY};
    start_way(&p, way, *index / 2 % 4);
    run_way(&p, way);
    expect_same(&p, way, OCTETS);
    size_t whole = p.one.mcu->lane.tail;
    if (way->apart)
        cr_expect_eq(whole, 0, "%s: %zu lists stayed whole", way->name, whole);
    else
        cr_expect_gt(whole, OCTETS / 4, "%s: %zu lists stayed whole", way->name, whole);
    cr_expect_eq(p.other.mcu->lane.tail, 0);
    stm32_destroy(p.one.mcu);
    stm32_destroy(p.other.mcu);
}

/* What the comparison is worth: MOSI a moment earlier or later, around an edge of SCK. */
Test(pin_edges, one_bit_makes_a_difference) {
    static struct pair p;
    p = (struct pair){.busy = true};
    power_up(&p.one, true, 0, false);
    power_up(&p.other, true, 0, false);
    set_up(&p);
    poke(&p, SPI, 0x6c0);
    run(&p, SIM_US);
    for (int i = 0; i < 8; i++) {
        const struct pin_edge clock[] = {{20000, 0, 0, 1}, {60000, 1, 0, 0}};
        cr_assert(stm32_pin_edges(p.one.mcu, PIN, SIM_US + i * 100 * SIM_NS, clock, 2));
        cr_assert(stm32_pin_edges(p.other.mcu, PIN, SIM_US + i * 100 * SIM_NS, clock, 2));
    }
    cr_assert(stm32_pin_set(p.one.mcu, 1, 15, STM32_HIGH, SIM_US + 320 * SIM_NS - 1));
    cr_assert(stm32_pin_set(p.other.mcu, 1, 15, STM32_HIGH, SIM_US + 320 * SIM_NS + 1));
    run(&p, 3 * SIM_US);
    uint32_t one = 0, other = 0;
    cr_assert(stm32_peek(p.one.mcu, SPI + 12, 4, &one));
    cr_assert(stm32_peek(p.other.mcu, SPI + 12, 4, &other));
    cr_assert_eq(one, 0xf8);
    cr_assert_eq(other, 0xf0);
    stm32_destroy(p.one.mcu);
    stm32_destroy(p.other.mcu);
}
