/* An STM32 for those who write its blocks and chips: what an IP version is (struct stm32_ip),
 * what a chip is (struct stm32_chip, a table), and the services a block may use.
 *
 * A block owns its registers and nothing else. Which interrupt line, DMA stream, bus clock
 * or pin it meets is in the chip's table. Registers are declared once, in manual order, with
 * reset value and masks; the frame checks accesses against that table, so that a reserved
 * offset or a bit that is not modelled is loud without a line of code.
 */
#ifndef MODELS_MCU_SOC_STM32_BLOCK_H
#define MODELS_MCU_SOC_STM32_BLOCK_H

#include "models/mcu/soc/stm32.h"

struct stm32_block; /* an instance of an IP in a chip */

/* --- an IP version ---------------------------------------------------------------------- */

/* What a read gives as long as nothing happens to the block: no access, event, clock or gate. */
enum stm32_steady {
    STM32_UNSTEADY, /* perhaps something else each time, or it has an effect */
    STM32_STEADY,   /* the same */
    STM32_PINS,     /* GPIO: the levels of the port's pins, two HCLK edges ago */
};

/* One register, or `count` of them every `stride` octets (0 and 1: one). */
struct stm32_reg {
    const char *name; /* as in the manual: "CR1" */
    uint16_t offset;
    uint32_t reset;
    uint32_t writable; /* bits that stm32_store() changes; the others keep their value */
    uint32_t loud;     /* bits that are not modelled: writing one to another value than it has */
    uint8_t count, stride;
    bool apart; /* a read neither sees nor changes what quiet edges do (see quiet below) */
    enum stm32_steady steady;
};

/* An edge at a pin. Edges of one time come in ascending `order`, a number that wraps. */
struct stm32_edge {
    sim_time time;
    uint32_t order;
    uint8_t level;
};
struct stm32_edges {
    const struct stm32_edge *edge;
    size_t n;
};

/* What a receiver of bits is waiting for: how many edges of its clock to `level` until it acts on
 * one, that one included; UINT_MAX: on none. */
struct stm32_listener {
    unsigned left;
    uint8_t level;
};
/* Bits for it: `samples` edges of the clock to that level, of `edges` in all; the data at each,
 * the last one lowest; and where clock and data are then. */
struct stm32_bits {
    unsigned edges, samples;
    uint32_t bits;
    unsigned clock, data, data_role;
};

/* What a receiver of bits does with its frames as long as nobody accesses it: where a DMA finds
 * them, and what there is of the one begun. */
struct stm32_feed {
    uint32_t address;
    bool lsb_first; /* on the wire; frames have 8 bits */
    uint8_t n_bits;
    uint32_t bits; /* the first one uppermost */
};
/* What a DMA does with them: `items` octets, from `address` to `memory` and the `step` octets
 * behind it, each `latency` ticks of its clock after the request rose but not before tick `free`,
 * which then is `beat` ticks later. */
struct stm32_drain {
    uint32_t address, memory, step, items;
    unsigned latency, beat;
    uint64_t free;
};
enum stm32_drains {
    STM32_DRAINS,
    STM32_IGNORES,   /* a request, and its end, have no effect */
    STM32_OTHERWISE, /* what struct stm32_drain does not tell */
};

static inline bool stm32_edge_before(const struct stm32_edge *a, const struct stm32_edge *b) {
    return (a->time < b->time) | ((a->time == b->time) & ((int32_t)(a->order - b->order) < 0));
}

/* What reset a chip. */
enum stm32_cause {
    STM32_POWER_ON,
    STM32_PIN,
    STM32_SOFTWARE,
    STM32_IWDG,
    STM32_WWDG,
    STM32_GATED /* only this block, by its bit in an RCC reset register */
};

/* An IP version is the file models/mcu/stm32/NAME.c, which exports `stm32_ip_NAME`, and a row
 * in the meson.build there, which declares it in models/mcu/stm32/ips.h.
 *
 * Callbacks may be NULL. Registers live in the frame's register file (stm32_get/stm32_put),
 * which is set to the reset values before `reset` is called. Accesses come as aligned words:
 * on an APB a narrower write arrives with its octets duplicated in every lane (RM0008 3.1,
 * RM0368 2.1), on an AHB merged into the register's value; stm32_access_size() tells. */
struct stm32_ip {
    const char *name;  /* "spi_v1" */
    size_t state_size; /* octets of stm32_state(), zeroed at creation, kept over resets */
    const struct stm32_reg *regs;
    size_t n_regs;
    unsigned n_events;
    unsigned n_lines; /* DMA: request lines it has */
    /* State to its reset value; all events of the block were cancelled, its outputs released
     * and its interrupts and DMA requests lowered. */
    void (*reset)(struct stm32_block *b, enum stm32_cause cause);
    /* The value of the register; NULL: the register file. */
    uint32_t (*read)(struct stm32_block *b, uint32_t offset);
    /* The raw value; stm32_store() puts it into the register file. NULL: just that. */
    void (*write)(struct stm32_block *b, uint32_t offset, uint32_t value);
    void (*event)(struct stm32_block *b, unsigned id);
    /* The rate of the block's clock, or its gate, was changed: ticks count on with the new
     * period from now; times of events must be computed anew. */
    void (*clock_changed)(struct stm32_block *b);
    /* A pin routed to the block changed to level 0 or 1, or another level is routed to it.
     * `time` is stm32_now(). EXTI: `role` is the line, without synchroniser. */
    void (*pin_in)(struct stm32_block *b, unsigned role, unsigned level, sim_time time);
    /* How many of the next edges of `role` have no effect outside of the block (no interrupt,
     * DMA request, event, level of a pin that somebody sees): the frame may deliver them late,
     * but before anything else reaches the block. UINT_MAX: all. NULL: 0. */
    unsigned (*quiet)(struct stm32_block *b, unsigned role);
    /* Such edges at once, instead of pin_in, by role (n 0: none); the last one of one role may
     * be the one to act on, at stm32_now(). A role's edges alternate, the first one differs
     * from the level last told. Behind the last of a role that has any stands one that is
     * later than all of these, and one to be read. NULL: of several late edges the block is
     * told the last level. */
    void (*edges)(struct stm32_block *b, const struct stm32_edges roles[]);
    /* Does it, as it is now, only shift in a bit at every other edge of the role `clock`, and is
     * all that it wants of the role `data` its level then? Then edges() of the two may come
     * as bits(), the last of which may be at the edge to act on. Both or neither. */
    bool (*listens)(struct stm32_block *b, unsigned clock, unsigned data,
                    struct stm32_listener *out);
    void (*bits)(struct stm32_block *b, const struct stm32_bits *bits);
    /* Does each of its frames, as it is now, do no more than raise STM32_DMA_RX, when the DMA
     * reads it before the next one ends? Then frames may be read without its knowledge, of which
     * fed() tells once: the last one, and where clock and data are at its last sample. Both or
     * neither. */
    bool (*feeds)(struct stm32_block *b, struct stm32_feed *out);
    void (*fed)(struct stm32_block *b, uint32_t last, const struct stm32_bits *bits);
    /* DMA: a request line changed. The OR of its sources. */
    void (*dma_request)(struct stm32_block *b, unsigned line, bool level);
    /* What requests on a line do while nobody accesses the block and no other line changes; none
     * stands now. drained(): so many came and were served, the last one at that tick. Both or
     * neither. */
    enum stm32_drains (*drains)(struct stm32_block *b, unsigned line, struct stm32_drain *out);
    void (*drained)(struct stm32_block *b, unsigned line, uint32_t items, uint64_t tick);
    /* A source of DMA requests: one of its requests was served (a timer lowers it here). */
    void (*dma_ack)(struct stm32_block *b, unsigned signal);
    /* FLASH interface: its wait states, set up; NULL: it has none. */
    struct armv7m_lines *(*lines)(struct stm32_block *b);
};

/* Roles of pins, of all kinds of blocks. */
enum stm32_role {
    STM32_SCK,
    STM32_MISO,
    STM32_MOSI,
    STM32_NSS,
    STM32_TX,
    STM32_RX,
    STM32_CK,
    STM32_CTS,
    STM32_RTS,
    STM32_CH1,
    STM32_CH2,
    STM32_CH3,
    STM32_CH4,
    STM32_CH1N,
    STM32_CH2N,
    STM32_CH3N,
    STM32_ETR,
    STM32_BKIN,
    STM32_MCO1,
    STM32_MCO2,
    STM32_OTHER, /* a function of a block that is not modelled */
    STM32_ROLES
};

/* DMA requests a block can make. */
enum stm32_signal {
    STM32_DMA_RX,
    STM32_DMA_TX,
    STM32_DMA_UP,
    STM32_DMA_CH1,
    STM32_DMA_CH2,
    STM32_DMA_CH3,
    STM32_DMA_CH4,
    STM32_DMA_TRIG,
    STM32_DMA_COM,
    STM32_SIGNALS
};

/* --- a chip ------------------------------------------------------------------------------- */

/* Clocks that blocks run on. */
enum stm32_clock {
    STM32_HCLK,
    STM32_PCLK1,
    STM32_PCLK2,
    STM32_TIMCLK1, /* of the timers on APB1 */
    STM32_TIMCLK2,
    STM32_CLK48, /* the PLL's 48 MHz output: RNG, USB, SDIO */
    STM32_LSI,
    STM32_CLOCKS
};
enum stm32_bus { STM32_AHB, STM32_APB1, STM32_APB2 };

/* Interrupt outputs of a block in the IP's order, each to an NVIC line. */
struct stm32_irqs {
    uint8_t n, line[12];
};
#define STM32_IRQS(...)                                                                            \
    {                                                                                              \
        sizeof((uint8_t[]){__VA_ARGS__}), {                                                        \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

/* A bit in an RCC register; offset 0: none (always on, never reset). */
struct stm32_rcc_bit {
    uint16_t offset;
    uint8_t bit;
};

struct stm32_row {
    const char *name;          /* "SPI2"; NULL ends the list */
    const struct stm32_ip *ip; /* NULL: a stub, loud when touched */
    uint32_t base, size;       /* size 0: 0x400 */
    enum stm32_bus bus;
    enum stm32_clock clock; /* what its ticks count */
    struct stm32_rcc_bit enable, reset;
    struct stm32_irqs irqs;
    uint32_t variant; /* the IP's own: port number, width of a timer, ... */
};

/* A pin's function. F4: `af` is the value in AFR. F1: the block's remap value, and the pin is
 * an input of the block in any input mode. */
struct stm32_af {
    uint8_t port, pin, af;
    const char *block; /* NULL ends the list */
    uint8_t role;
};

struct stm32_dma_route {
    const char *block; /* NULL ends the list */
    uint8_t signal;
    const char *dma;
    uint8_t line; /* F1: channel - 1. F4: stream * 8 + channel */
};

struct stm32_chip {
    const char *name, *summary;
    const char *manual; /* "RM0368" */
    enum armv7m_kind core;
    unsigned n_irq;
    uint32_t calib; /* SysTick CALIB */
    uint32_t hsi_hz, lsi_hz;
    uint32_t max_hclk_hz, max_pclk1_hz, max_pclk2_hz;
    bool remap_by_block; /* the F1 way of struct stm32_af */
    uint16_t pins[16];   /* bits of the port's pins that the package has; ports A, B, ... */
    uint16_t not_5v[16]; /* those of them that do not stand 5 V (not "FT") */
    const struct stm32_memory *memories;
    const struct stm32_row *rows;
    const struct stm32_af *afs;
    const struct stm32_dma_route *dma;
};

/* --- services: registers ------------------------------------------------------------------- */

void *stm32_state(struct stm32_block *b);
const struct stm32_row *stm32_row(const struct stm32_block *b);
/* The register file. */
uint32_t stm32_get(const struct stm32_block *b, uint32_t offset);
void stm32_put(struct stm32_block *b, uint32_t offset, uint32_t value);
/* The writable bits of `value` into the register; returns what it holds now. */
uint32_t stm32_store(struct stm32_block *b, uint32_t offset, uint32_t value);
unsigned stm32_access_size(const struct stm32_block *b); /* of the access under way: 1, 2, 4 */

/* Reports about the access under way, or the event. Texts are static. */
void stm32_unmodelled(struct stm32_block *b, const char *text);
void stm32_misuse(struct stm32_block *b, const char *text);
/* The block lost data (an overrun, a partial octet); `value` is what helps to find why. */
void stm32_lost(struct stm32_block *b, const char *text, uint32_t value);

/* struct stm32_rx for the owner; block and time are filled in. */
void stm32_rx_tell(struct stm32_block *b, struct stm32_rx *rx);
/* The same of struct stm32_ndtr, if the owner wants to know. */
void stm32_ndtr_tell(struct stm32_block *b, unsigned stream, bool to_memory, uint32_t peripheral,
                     unsigned value);

/* --- services: time ------------------------------------------------------------------------- */

/* The exact time of the access, edge or event under way. */
sim_time stm32_now(const struct stm32_block *b);
/* Event `id` at `time` (not before now; a pending one moves). Events of one time run in the
 * order they were scheduled. */
void stm32_schedule(struct stm32_block *b, unsigned id, sim_time time);
void stm32_cancel(struct stm32_block *b, unsigned id);
sim_time stm32_pending(const struct stm32_block *b, unsigned id); /* SIM_NEVER: it is not */

/* Ticks of the block's clock count from creation, whole ones, and go on over changes of its
 * rate. tick_at: the last tick not after `time` (which is not before the last change of the
 * clock). tick_time: when a tick, present or future, is; SIM_NEVER when the clock is off. */
uint64_t stm32_tick_at(const struct stm32_block *b, sim_time time);
sim_time stm32_tick_time(const struct stm32_block *b, uint64_t tick);
/* The same of another clock. */
uint64_t stm32_clock_tick_at(const struct stm32_block *b, enum stm32_clock clock, sim_time time);
sim_time stm32_clock_tick_time(const struct stm32_block *b, enum stm32_clock clock, uint64_t tick);
/* Rate of the block's clock, Hz, rounded: for limits and displays, never for times. */
double stm32_hz(const struct stm32_block *b);
bool stm32_clocked(const struct stm32_block *b); /* its gate in RCC is open */

/* --- services: interrupts, DMA ---------------------------------------------------------------- */

/* Interrupt output `n` of the block; lines shared with others are ORed. */
void stm32_irq(struct stm32_block *b, unsigned n, bool level);
void stm32_send_event(struct stm32_block *b); /* RXEV: ends WFE */
void stm32_dma_request(struct stm32_block *b, enum stm32_signal signal, bool level);
/* From a DMA block: a transfer for `line` was made; its sources that request get dma_ack. */
void stm32_dma_served(struct stm32_block *b, unsigned line);
/* A DMA's access to memory or to a register, with its side effects. False: bus error. */
bool stm32_bus_read(struct stm32_block *b, uint32_t address, unsigned size, uint32_t *value);
bool stm32_bus_write(struct stm32_block *b, uint32_t address, unsigned size, uint32_t value);

/* --- services: pins -----------------------------------------------------------------------------
 */

/* The block's output `role` from `time` (now or later): STM32_LOW, STM32_HIGH, or STM32_Z when it
 * does not drive. Reaches the pins whose alternate function it is. */
void stm32_pin_drive(struct stm32_block *b, unsigned role, unsigned level, sim_time time);
/* The level at the pin routed to `role`; `otherwise` when there is none. */
unsigned stm32_pin_level(const struct stm32_block *b, unsigned role, unsigned otherwise);

/* --- services: for USART, RNG, unique id
 * ---------------------------------------------------------- */

void stm32_serial_out(struct stm32_block *b, unsigned octet);
const struct stm32_config *stm32_block_config(const struct stm32_block *b);
const struct stm32_chip *stm32_block_chip(const struct stm32_block *b);
/* Ask for a reset of the chip (watchdogs), at once. */
void stm32_reset_chip(struct stm32_block *b, enum stm32_cause cause);

/* --- services: for RCC, PWR, FLASH, SYSCFG, GPIO, EXTI
 * ---------------------------------------------- */

/* A frequency as a fraction of Hz; hz 0: off. */
struct stm32_rate {
    uint64_t hz, per;
};
struct stm32_rate stm32_rate(double hz, double ppm); /* with its error, to 1e-9 */
struct stm32_rate stm32_rate_scale(struct stm32_rate rate, uint32_t mul, uint32_t div);
/* Clock `clock` runs at `rate` from now on; the blocks on it are told by
 * stm32_clocks_changed(). */
void stm32_set_rate(struct stm32_block *b, enum stm32_clock clock, struct stm32_rate rate);
void stm32_clocks_changed(struct stm32_block *b);
/* The value of an RCC enable or reset register: gates of all rows that name it. */
void stm32_set_gates(struct stm32_block *b, uint32_t offset, uint32_t value);
void stm32_set_resets(struct stm32_block *b, uint32_t offset, uint32_t value);
enum stm32_cause stm32_last_reset(const struct stm32_block *b);

/* FLASH: what `lines` returned was changed. */
void stm32_flush_fetch(struct stm32_block *b);
/* What is seen at address 0. False when the chip has no such memory. */
bool stm32_map_zero(struct stm32_block *b, enum stm32_boot what);

/* GPIO: how a pin is set up. */
enum stm32_pin_mode { STM32_PIN_IN, STM32_PIN_OUT, STM32_PIN_AF, STM32_PIN_ANALOG };
struct stm32_pin_setup {
    enum stm32_pin_mode mode;
    bool open_drain;
    int8_t pull;
    uint8_t af;
    bool odr;
    float ohms, edge_ns;
};
/* Takes effect at `time`, now or later; `b` is the port. */
void stm32_pin_setup(struct stm32_block *b, unsigned pin, const struct stm32_pin_setup *setup,
                     sim_time time);
/* GPIO: the levels at its pins two HCLK edges ago, bit by pin: what the input register shows. */
uint32_t stm32_port_sample(const struct stm32_block *b);
/* F1: the remap value of a block's pins. False: the chip has no such block. */
bool stm32_remap_pins(struct stm32_block *b, const char *block, unsigned value);
/* SYSCFG, AFIO: EXTI line 0..15 listens to this port. */
void stm32_exti_select(struct stm32_block *b, unsigned line, unsigned port);
/* Another block of the chip by name; NULL when there is none. */
struct stm32_block *stm32_peer(struct stm32_block *b, const char *name);

#endif
