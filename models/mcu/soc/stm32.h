/* An STM32 microcontroller for its owner: a chip from the catalogue, made into an instance
 * with a core, memories, blocks, clocks and pins that share one time.
 *
 * Time is sim_time (ps) counted from stm32_create(). The core's cycles are converted with
 * the rational period of HCLK, so nothing drifts; a change of a clock rounds once to the
 * picosecond below. Nothing here reads the host's clock.
 *
 * Overshoot: an instruction is not cut. One that begins before `until` may make its access a
 * few cycles later, and then cannot see an edge that is set later. GPIO and EXTI see
 * pins two HCLK cycles late anyhow (the synchroniser).
 */
#ifndef MODELS_MCU_SOC_STM32_H
#define MODELS_MCU_SOC_STM32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/mcu/armv7m/armv7m.h"
#include "models/mcu/pin_edge.h"
#include "sim/err.h"
#include "sim/simtime.h"

struct stm32;
struct stm32_chip; /* see stm32_block.h */

/* --- chips ------------------------------------------------------------------------ */

/* Every chip, one row each in models/mcu/soc/meson.build. */
extern const struct stm32_chip *const stm32_chips[];
extern const size_t stm32_n_chips;
/* By name ("f401re"), case ignored; NULL when there is none. */
const struct stm32_chip *stm32_chip_find(const char *name);
const char *stm32_chip_name(const struct stm32_chip *chip);

/* The memories of a chip, for loaders and a debugger's memory map. */
enum stm32_memory_kind {
    STM32_FLASH,
    STM32_SRAM,   /* executable */
    STM32_CCM,    /* data of the core alone: no fetches, no DMA */
    STM32_SYSTEM, /* the maker's boot loader: not ours, reads as all ones */
    STM32_OTP,    /* one-time area and option bytes: read only, all ones */
};
struct stm32_memory {
    const char *name; /* "flash"; NULL ends a list */
    enum stm32_memory_kind kind;
    uint32_t base, size;
};
/* The list ends with a NULL name. */
const struct stm32_memory *stm32_chip_memories(const struct stm32_chip *chip);

/* Pins, port 0 being A. Whether the package has it; whether it stands 5 V at its input. */
bool stm32_chip_has_pin(const struct stm32_chip *chip, unsigned port, unsigned pin);
bool stm32_chip_takes_5v(const struct stm32_chip *chip, unsigned port, unsigned pin);
/* The SPI ("SPI2") that can have this signal ("SCK", "MISO", "MOSI", "NSS") on the pin: the first,
 * the second, ... by `index`; NULL: no more. By any alternate function or remap. */
const char *stm32_chip_spi(const struct stm32_chip *chip, unsigned port, unsigned pin,
                           const char *signal, unsigned index);

/* --- what the chip tells ------------------------------------------------------------ */

enum stm32_report_kind {
    STM32_UNMODELLED, /* the model lacks it: ends a strict run */
    STM32_MISUSE,     /* the firmware did what the manual forbids, or to no effect */
    STM32_LOST,       /* a block lost data: overrun, partial octet; each one is handed over */
    STM32_REPORTS
};
/* Texts are static. Of the first two kinds only the first of each register, PC and text is handed
 * over (as long as a table of 64 has room, then every one); all are counted. */
struct stm32_report {
    enum stm32_report_kind kind;
    const char *block; /* "SPI2"; "core" for a core register; "memory" */
    const char *reg;   /* "CR1"; NULL when the address has no name */
    uint32_t address, offset, value;
    bool write;
    bool dma;    /* made by a DMA block, not the core */
    uint32_t pc; /* of the instruction; the core's present one when `dma` or in an event */
    sim_time time;
    const char *text; /* what is wrong: "the block's clock is off in RCC" */
};

enum { STM32_LOW, STM32_HIGH, STM32_Z };

/* What a pin does towards the board from `time` on. */
struct stm32_pin_change {
    unsigned port, pin; /* port 0 is A */
    unsigned level;     /* STM32_LOW, STM32_HIGH or STM32_Z */
    sim_time time;
    double ohms;    /* drive impedance; of the pull resistor when `level` is STM32_Z, 0: none */
    double edge_ns; /* 10-90 % transition time into 30 pF */
    int pull;       /* +1 up, -1 down, 0 none */
};

/* What a receiving SPI slave, and a DMA from a peripheral to memory, did: told as it happens,
 * for whoever looks for the cause of a loss. */
enum stm32_rx_kind {
    STM32_RX_ON,      /* the slave listens: SPE, and selected; value 1: with RXDMAEN */
    STM32_RX_OFF,     /* it does not any more; `value` bits stood in its shift register */
    STM32_RX_FRAME,   /* a whole SPI frame, `value`, went to DR */
    STM32_RX_OVERRUN, /* one was lost: DR was full, or OVR is pending */
    STM32_RX_DMA_ON,  /* a stream was enabled, for `value` items */
    STM32_RX_DMA_OFF, /* it stopped, `value` items before its end */
    STM32_RX_STORED,  /* `size` octets, `value`, went to memory at `address` */
};
struct stm32_rx {
    enum stm32_rx_kind kind;
    const char *block;   /* "SPI2", "DMA1" */
    unsigned stream;     /* of the DMA: as the manual counts them */
    uint32_t peripheral; /* the SPI's DR; what the stream reads */
    uint32_t address, value;
    unsigned size; /* octets of `value`, of a FRAME, an OVERRUN and what was STORED */
    sim_time time;
};

/* How many items a DMA's stream still has before it. */
struct stm32_ndtr {
    const char *block;   /* "DMA1" */
    unsigned stream;     /* as the manual counts them */
    bool to_memory;      /* from a peripheral */
    uint32_t peripheral; /* its data register */
    unsigned value;
    sim_time time;
};

/* --- making one --------------------------------------------------------------------- */

enum stm32_boot { STM32_BOOT_FLASH, STM32_BOOT_SYSTEM, STM32_BOOT_SRAM };

/* What an SPI slave does with the bits of a frame that was not finished, where the manuals are
 * silent: flags; without them it starts afresh. */
enum {
    STM32_SPI_SPE_KEEPS = 1, /* clearing SPE keeps the bits */
    STM32_SPI_NSS_KEEPS = 2, /* NSS, or SSI, going high keeps the bits */
};

struct stm32_config {
    double hsi_ppm; /* error of the internal oscillator, at most +-100000 */
    double hse_ppm;
    double lsi_ppm;
    uint32_t hse_hz; /* crystal or clock at OSC_IN; 0: none, HSERDY never comes */
    bool hse_bypass; /* an external clock: it needs HSEBYP, no start-up time */
    bool hse_either; /* an unknown board: whatever HSEBYP says is right */
    enum stm32_boot boot;
    unsigned entry_latency, fetch_latency; /* see struct armv7m_config */
    bool strict;                           /* what is not modelled ends the run */
    uint32_t uid[3];                       /* unique id; all 0: a fixed one */
    uint64_t seed;                         /* of the random number generator */
    unsigned spi_partial;                  /* STM32_SPI_..._KEEPS */
    bool edge_by_edge; /* no edge is delivered late: slow, and to the same effect */
    bool pass_by_pass; /* a core that waits in a loop executes it: the same */

    /* Each may be NULL. None may call stm32_run_until(), stm32_step(), stm32_reset() or
     * stm32_destroy(). */
    void (*on_pin)(void *user, const struct stm32_pin_change *change);
    void (*on_report)(void *user, const struct stm32_report *report);
    /* What a USART sends, octet by octet, when its last bit has left; `block`: "USART2". */
    void (*on_serial)(void *user, const char *block, unsigned octet, sim_time time);
    /* The chip was reset by itself; `cause` is static: "software", "independent watchdog". */
    void (*on_reset)(void *user, const char *cause, sim_time time);
    void (*on_rx)(void *user, const struct stm32_rx *rx); /* see there */
    /* NDTR (CNDTR) of a stream has a value: set, enabled with it, or an item passed. It makes
     * the DMA slower, to the same effect. */
    void (*on_ndtr)(void *user, const struct stm32_ndtr *ndtr);
    /* At every instruction while stm32_trace() is on. */
    void (*on_step)(void *user, uint32_t pc, sim_time time);
    /* The core's callbacks for its owner: semihost, itm, function, exception; the others are
     * the chip's own and ignored here. They get `user`. */
    struct armv7m_hooks core;
    void *user;
    struct armv7m_host_code host_code; /* see there */
};

/* A reset chip at time 0, flash all ones, RAM zero, in power-on reset. NULL and `err` when the
 * tables contradict themselves, a figure is out of range, or memory is out. */
struct stm32 *stm32_create(const struct stm32_chip *chip, const struct stm32_config *config,
                           struct sim_err *err);
void stm32_destroy(struct stm32 *mcu); /* NULL is fine */

/* Octets into flash, SRAM or CCM, also through the alias at 0. Input error where there is no
 * memory. Reset afterwards. */
bool stm32_load(struct stm32 *mcu, uint32_t address, const uint8_t *octets, size_t n,
                struct sim_err *err);
/* A power-on reset at the present time: the vector table is read anew; RAM keeps its content. */
void stm32_reset(struct stm32 *mcu);

/* --- running -------------------------------------------------------------------------- */

enum stm32_stop {
    STM32_UNTIL,      /* time is `until` */
    STM32_REQUEST,    /* stm32_request_stop() */
    STM32_BREAKPOINT, /* see the core */
    STM32_WATCHPOINT,
    STM32_BKPT,
    STM32_SEMIHOST_END,
    STM32_LOCKUP,       /* see armv7m_fault(); running on lets time pass, blocks run */
    STM32_NOT_MODELLED, /* a strict run met it; the report was handed over */
};

/* Core and blocks up to `until`; sleep costs nothing. `until` in the past does nothing. */
enum stm32_stop stm32_run_until(struct stm32 *mcu, sim_time until);
/* One instruction and what happens meanwhile; a sleeping core goes to its next event, but
 * not beyond `limit`. STM32_REQUEST when it was done. */
enum stm32_stop stm32_step(struct stm32 *mcu, sim_time limit);
void stm32_request_stop(struct stm32 *mcu);
/* on_step from now on, or no more (as at first): see armv7m_trace(). */
void stm32_trace(struct stm32 *mcu, bool on);

/* How far it has run; inside a callback the exact time of what calls. */
sim_time stm32_time(const struct stm32 *mcu);
/* The next time at which anything can happen if no pin changes: now while the core is awake,
 * SIM_NEVER when it sleeps for good. */
sim_time stm32_next_time(struct stm32 *mcu);
struct armv7m *stm32_core(struct stm32 *mcu); /* for debuggers and tests; do not run it */
const struct stm32_chip *stm32_chip_of(const struct stm32 *mcu);
/* How many reports of a kind, repeated ones included. */
uint64_t stm32_report_count(const struct stm32 *mcu, enum stm32_report_kind kind);
/* HCLK as it is now, Hz (for displays: a rounded figure). */
double stm32_hclk_hz(const struct stm32 *mcu);

/* --- pins ----------------------------------------------------------------------------- */

/* The board's level (STM32_Z: the board lets go) from `time` on, which must not lie before
 * stm32_time(). Calls for one pin in the order of time; edges are kept until run over, with
 * their picoseconds. A pin that the chip drives ignores the board. False when the pin does
 * not exist, time is in the past, or memory is out. */
bool stm32_pin_set(struct stm32 *mcu, unsigned port, unsigned pin, unsigned level, sim_time time);
/* The same for a list of edges, none of them before `start`. */
struct stm32_pin {
    uint8_t port, pin;
};
bool stm32_pin_edges(struct stm32 *mcu, const struct stm32_pin *pins, sim_time start,
                     const struct pin_edge *edges, size_t n);
/* The same; with a digest, of the first two pins, it is faster. The digest stays as it is until
 * stm32_destroy(), or until the chip will neither run nor be looked at any more. */
bool stm32_pin_list(struct stm32 *mcu, const struct stm32_pin *pins, sim_time start,
                    const struct pin_list *list);
/* What the chip drives a pin with now: as the last on_pin said. */
struct stm32_pin_change stm32_pin_get(const struct stm32 *mcu, unsigned port, unsigned pin);
/* The clock of the bus behind the block whose input or output the pin is at present, Hz; 0: none.
 */
double stm32_pin_hz(const struct stm32 *mcu, unsigned port, unsigned pin);
/* The interrupt line (of NVIC) that an EXTI line 0..15 raises; -1 when the chip has no EXTI. */
int stm32_exti_irq(const struct stm32 *mcu, unsigned line);
/* "PB13" or "pb13" to port and pin; false when it is not the name of a pin of this chip. */
bool stm32_pin_parse(const struct stm32 *mcu, const char *name, unsigned *port, unsigned *pin);

/* --- registers, for debuggers and tests ------------------------------------------------- */

/* An access as the core makes it at the present time, with its side effects and reports, but
 * without cycles. False for a bus error. size: 1, 2 or 4. */
bool stm32_peek(struct stm32 *mcu, uint32_t address, unsigned size, uint32_t *value);
bool stm32_poke(struct stm32 *mcu, uint32_t address, unsigned size, uint32_t value);

#endif
