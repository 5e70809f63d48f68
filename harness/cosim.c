#include "harness/cosim.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cosim_stack.h"
#include "harness/debug.h"
#include "harness/dwarf_lines.h"
#include "harness/host_code.h"
#include "harness/image.h"
#include "harness/interrupt.h"
#include "harness/mcu_nets.h"

#define MAX_FRAME  16384  /* no image of ours delivers more */
#define LOOK_EVERY SIM_MS /* with GDB: between looks at what it says */

struct cosim {
    struct cosim_settings settings;
    struct image image;
    struct dwarf_lines *lines;
    struct armv7m_host_code host_code;
    struct stm32 *chip;
    struct armv7m *core;
    struct debug *debug;      /* NULL: no GDB */
    struct stm32_pin pins[3]; /* by enum spi_pin */
    struct output {
        size_t index; /* in struct mcu_nets */
        unsigned port, pin;
    } outputs[MCU_NETS_MAX];
    size_t n_outputs;
    uint32_t deliver;
    uint64_t delivered;
    uint32_t drops[COSIM_DROPS];            /* addresses; 0: the image has none */
    int nss_exception;                      /* its number; -1: none */
    struct stm32_report unmodelled, misuse; /* the first of each */
    bool has_unmodelled, has_misuse;
    bool pin_refused;
    struct cosim_stack stack;
    uint8_t frame[MAX_FRAME];
};

static bool copy_out(struct cosim *c, uint32_t address, uint32_t n) {
    const uint8_t *direct = armv7m_direct(c->core, address, n, false);
    if (direct)
        memcpy(c->frame, direct, n);
    for (uint32_t i = 0; !direct && i < n; i++) {
        uint32_t octet;
        if (!armv7m_read(c->core, address + i, 1, &octet))
            return false;
        c->frame[i] = (uint8_t)octet;
    }
    return true;
}

static void on_drop(struct cosim *c, struct armv7m *core, uint32_t address) {
    for (int i = 0; c->settings.on_drop && i < COSIM_DROPS; i++)
        if (address == c->drops[i])
            c->settings.on_drop(c->settings.user, (enum cosim_drop)i, armv7m_get(core, ARMV7M_R0),
                                stm32_time(c->chip));
}

/* The first two arguments of the AAPCS: the frame and its length. */
static void on_function(void *user, struct armv7m *core, uint32_t address) {
    struct cosim *c = user;
    on_drop(c, core, address);
    uint32_t n = armv7m_get(core, (enum armv7m_reg)(ARMV7M_R0 + 1)) & 0xffff;
    if (address != c->deliver || n > MAX_FRAME || !copy_out(c, armv7m_get(core, ARMV7M_R0), n))
        return;
    c->delivered++;
    if (c->settings.on_deliver)
        c->settings.on_deliver(c->settings.user, c->frame, n, stm32_time(c->chip));
}

static void on_report(void *user, const struct stm32_report *report) {
    struct cosim *c = user;
    if (report->kind == STM32_UNMODELLED && !c->has_unmodelled) {
        c->unmodelled = *report;
        c->has_unmodelled = true;
    }
    if (report->kind == STM32_MISUSE && !c->has_misuse) {
        c->misuse = *report;
        c->has_misuse = true;
    }
}

static void on_rx(void *user, const struct stm32_rx *rx) {
    struct cosim *c = user;
    c->settings.on_rx(c->settings.user, rx);
}

static void on_exception(void *user, unsigned number, bool entered) {
    struct cosim *c = user;
    if (c->settings.on_exception)
        c->settings.on_exception(c->settings.user, number, stm32_time(c->chip));
    if (c->settings.on_nss_interrupt && entered && (int)number == c->nss_exception)
        c->settings.on_nss_interrupt(c->settings.user, stm32_time(c->chip));
}

static void on_ndtr(void *user, const struct stm32_ndtr *ndtr) {
    struct cosim *c = user;
    c->settings.on_ndtr(c->settings.user, ndtr);
}

static void on_step(void *user, uint32_t pc, sim_time time) {
    struct cosim *c = user;
    c->settings.on_step(c->settings.user, pc, time);
}

static void on_itm(void *user, unsigned port, unsigned size, uint32_t value) {
    const struct cosim *c = user;
    mcu_trace_itm(c->settings.trace, port, size, value);
}

const char *cosim_pin_name(const struct board *board, enum spi_pin pin) {
    const struct board_config *config = &board->config;
    const char *stated[3] = {config->mcu_pin_clk, config->mcu_pin_mosi, config->mcu_pin_nss};
    const char *nets[3] = {config->attach.spi_clk, config->attach.spi_mosi, config->attach.spi_nss};
    return stated[pin][0] ? stated[pin] : mcu_nets_pin(board, nets[pin]);
}

/* Stated as [mcu] pin_..., or the pad of the connector on the net says it. */
static bool find_pins(struct cosim *c, struct sim_err *err) {
    const struct board_config *config = &c->settings.board->config;
    const char *nets[3] = {config->attach.spi_clk, config->attach.spi_mosi, config->attach.spi_nss};
    static const char *const KEY[3] = {"mcu.pin_clk", "mcu.pin_mosi", "mcu.pin_nss"};
    for (int i = 0; i < 3; i++) {
        const char *name = cosim_pin_name(c->settings.board, (enum spi_pin)i);
        if (!name)
            return sim_err_set(err, SIM_ERR_INPUT,
                               "%s is not stated, and no pad on %s is named like an MCU pin: "
                               "--set %s=PB13",
                               KEY[i], nets[i], KEY[i]);
        unsigned port, pin;
        if (!stm32_pin_parse(c->chip, name, &port, &pin))
            return sim_err_set(err, SIM_ERR_INPUT, "%s = %s: the %s has no such pin", KEY[i], name,
                               config->mcu_chip);
        c->pins[i] = (struct stm32_pin){(uint8_t)port, (uint8_t)pin};
    }
    return true;
}

/* A pad may bear a name that this chip has no pin for; what is stated must be there. */
static bool find_outputs(struct cosim *c, struct sim_err *err) {
    const struct board_config *config = &c->settings.board->config;
    struct mcu_nets nets;
    if (!mcu_nets_find(c->settings.board, &nets, err))
        return false;
    for (size_t i = 0; i < nets.n; i++) {
        struct output *out = &c->outputs[c->n_outputs];
        const char *pin = nets.nets[i].net == NETLIST_NONE ? NULL : nets.nets[i].pin;
        out->index = i;
        if (pin && stm32_pin_parse(c->chip, pin, &out->port, &out->pin))
            c->n_outputs++;
        else if (pin && (pin == config->mcu_pin_tx_clk || pin == config->mcu_pin_tx_mosi))
            return sim_err_set(err, SIM_ERR_INPUT, "mcu.pin_tx_%s = %s: the %s has no such pin",
                               i == MCU_NETS_TX_CLK ? "clk" : "mosi", pin, config->mcu_chip);
    }
    return true;
}

static void tell_output(struct cosim *c, size_t output, const struct stm32_pin_change *change) {
    const struct replay_pin pin = {
        .time = change->time,
        .level = change->level == STM32_Z ? REPLAY_RELEASED : change->level == STM32_HIGH,
        .pull = change->pull,
        .ohms = change->ohms,
        .edge_ns = change->edge_ns,
    };
    c->settings.on_output(c->settings.user, output, &pin);
}

static void on_pin(void *user, const struct stm32_pin_change *change) {
    struct cosim *c = user;
    for (size_t i = 0; i < c->n_outputs; i++)
        if (c->outputs[i].port == change->port && c->outputs[i].pin == change->pin)
            tell_output(c, c->outputs[i].index, change);
}

sim_time cosim_next(const struct cosim *c) {
    return stm32_next_time(c->chip);
}

static bool make_chip(struct cosim *c, struct sim_err *err) {
    const struct board_config *config = &c->settings.board->config;
    const struct stm32_chip *chip = stm32_chip_find(config->mcu_chip);
    if (!chip)
        return sim_err_set(err, SIM_ERR_INPUT, "mcu.chip = %s: not a chip of this version",
                           config->mcu_chip);
    bool exceptions = c->settings.on_nss_interrupt || c->settings.on_exception;
    c->host_code = host_code_map(HOST_CODE_SIZE);
    const struct stm32_config settings = {
        .hsi_ppm = config->mcu_hsi_ppm,
        .hse_hz = (uint32_t)config->mcu_hse_hz,
        .hse_bypass = config->mcu_hse_bypass,
        .entry_latency = (unsigned)config->mcu_entry_latency,
        .fetch_latency = (unsigned)config->mcu_fetch_latency,
        .strict = c->settings.strict,
        .edge_by_edge = c->settings.edge_by_edge,
        .pass_by_pass = c->settings.pass_by_pass,
        .seed = c->settings.seed,
        .on_report = on_report,
        .on_rx = c->settings.on_rx ? on_rx : NULL,
        .on_pin = c->settings.on_output ? on_pin : NULL,
        .on_ndtr = c->settings.on_ndtr ? on_ndtr : NULL,
        .on_step = c->settings.on_step ? on_step : NULL,
        .core = {.function = on_function,
                 .exception = exceptions ? on_exception : NULL,
                 .itm = c->settings.trace ? on_itm : NULL},
        .user = c,
        .host_code = c->host_code,
    };
    c->chip = stm32_create(chip, &settings, err);
    c->core = c->chip ? stm32_core(c->chip) : NULL;
    return c->chip != NULL;
}

static bool hook_drops(struct cosim *c) {
    static const char *const NAMES[] = {"lp_drop_filter", "lp_drop_queue", "lp_lose_frame"};
    for (int i = 0; i < COSIM_DROPS; i++) {
        const struct image_symbol *symbol = image_symbol(&c->image, NAMES[i]);
        if (!symbol)
            continue;
        c->drops[i] = symbol->address;
        if (!armv7m_hook(c->core, symbol->address, true))
            return false;
    }
    int irq = stm32_exti_irq(c->chip, c->pins[SPI_NSS].pin);
    c->nss_exception = irq < 0 ? -1 : irq + 16;
    return true;
}

static void reset(void *user) {
    struct cosim *c = user;
    stm32_reset(c->chip);
    if (c->settings.trace)
        mcu_trace_listen_to(c->core);
}

static bool load(struct cosim *c, struct sim_err *err) {
    const char *path = c->settings.image;
    if (!image_load(&c->image, path, false, 0, err))
        return false;
    const struct image_symbol *symbol = image_symbol(&c->image, c->settings.deliver_symbol);
    if (!symbol)
        return sim_err_at(err, SIM_ERR_INPUT, path, 0,
                          "no symbol %s: where the firmware delivers its frames; name it with "
                          "--deliver-symbol",
                          c->settings.deliver_symbol);
    c->deliver = symbol->address;
    if (c->image.kind == IMAGE_ELF)
        c->lines = dwarf_lines_open(c->image.file, c->image.file_size);
    for (size_t i = 0; i < c->image.n_segments; i++)
        if (!stm32_load(c->chip, c->image.segments[i].address, c->image.segments[i].data,
                        c->image.segments[i].size, err))
            return false;
    cosim_stack_paint(&c->stack, stm32_chip_find(c->settings.board->config.mcu_chip), c->core,
                      &c->image);
    reset(c);
    return armv7m_hook(c->core, c->deliver, true) && hook_drops(c);
}

struct cosim *cosim_create(const struct cosim_settings *settings, struct sim_err *err) {
    struct cosim *c = calloc(1, sizeof *c);
    if (!c) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    c->settings = *settings;
    if (make_chip(c, err) && find_pins(c, err) && find_outputs(c, err) && load(c, err))
        return c;
    cosim_destroy(c);
    return NULL;
}

void cosim_destroy(struct cosim *c) {
    if (!c)
        return;
    debug_close(c->debug);
    stm32_destroy(c->chip);
    host_code_unmap(&c->host_code);
    dwarf_lines_close(c->lines);
    image_finish(&c->image);
    free(c);
}

static void set_level(struct cosim *c, enum spi_pin pin, bool high) {
    if (!stm32_pin_set(c->chip, c->pins[pin].port, c->pins[pin].pin, high ? STM32_HIGH : STM32_LOW,
                       0))
        c->pin_refused = true;
}

void cosim_boot(struct cosim *c, const struct spi_sampler *s) {
    set_level(c, SPI_SCK, s->sck);
    set_level(c, SPI_MOSI, s->mosi);
    set_level(c, SPI_NSS, s->selected == s->active_high);
    for (size_t i = 0; c->settings.on_output && i < c->n_outputs; i++) {
        struct stm32_pin_change now = stm32_pin_get(c->chip, c->outputs[i].port, c->outputs[i].pin);
        tell_output(c, c->outputs[i].index, &now);
    }
}

void cosim_pins(struct cosim *c, sim_time start, const struct pin_list *list) {
    if (!stm32_pin_list(c->chip, c->pins, start, list))
        c->pin_refused = true;
}

uint32_t cosim_stack_free(const struct cosim *c) {
    return cosim_stack_untouched(&c->stack, c->core);
}

static void where(const struct cosim *c, uint32_t pc, char *out, size_t size) {
    char line[160];
    const struct image_symbol *function = image_function(&c->image, pc);
    int n = snprintf(out, size, "at 0x%08" PRIx32 " in %s", pc, function ? function->name : "?");
    if (dwarf_lines_find(c->lines, pc, line, sizeof line) && n > 0 && (size_t)n < size)
        snprintf(out + n, size - (size_t)n, " (%s)", line);
}

const char *cosim_unmodelled(const struct cosim *c, char *out, size_t size) {
    char place[320];
    if (!c->has_unmodelled)
        return NULL;
    const struct stm32_report *u = &c->unmodelled;
    where(c, u->pc, place, sizeof place);
    snprintf(out, size, "%s.%s is not modelled (%s): %s %s", u->block, u->reg ? u->reg : "?",
             u->text, u->write ? "written" : "read", place);
    return out;
}

static bool ended(const struct cosim *c, enum stm32_stop stop, struct sim_err *err) {
    static const char *const WHY[] = {
        [STM32_REQUEST] = "stopped",          [STM32_BREAKPOINT] = "a breakpoint",
        [STM32_WATCHPOINT] = "a watchpoint",  [STM32_BKPT] = "a BKPT instruction",
        [STM32_SEMIHOST_END] = "semihosting", [STM32_LOCKUP] = "a lockup after a fault"};
    char place[320], text[512];
    if (stop == STM32_NOT_MODELLED && cosim_unmodelled(c, text, sizeof text))
        return sim_err_at(err, SIM_ERR_UNMODELLED, c->settings.image, 0, "%s", text);
    where(c, armv7m_pc(c->core), place, sizeof place);
    return sim_err_at(err, SIM_ERR_UNMODELLED, c->settings.image, 0, "the firmware ended: %s %s",
                      WHY[stop] ? WHY[stop] : "?", place);
}

static void poll_trace(void *user) {
    const struct cosim *c = user;
    if (c->settings.trace)
        mcu_trace_poll(c->settings.trace);
}

bool cosim_debug(struct cosim *c, unsigned *port, struct sim_err *err) {
    const struct debug_host host = {c->chip, c, reset, poll_trace};
    c->debug = debug_open(&host, port, err);
    return c->debug != NULL;
}

static bool run_debugged(struct cosim *c, sim_time time, struct sim_err *err) {
    while (stm32_time(c->chip) < time) {
        enum debug_go go = debug_next(c->debug);
        sim_time look = stm32_time(c->chip) + LOOK_EVERY, until = look < time ? look : time;
        poll_trace(c);
        if (interrupted)
            return true;
        if (go == DEBUG_END)
            return sim_err_set(err, SIM_ERR_ENVIRONMENT, "GDB ended the run");
        enum stm32_stop stop =
            go == DEBUG_STEP ? stm32_step(c->chip, until) : stm32_run_until(c->chip, until);
        bool plain = stop == STM32_UNTIL || (stop == STM32_REQUEST && go != DEBUG_STEP);
        if (!plain && !debug_stopped(c->debug, stop))
            return ended(c, stop, err);
    }
    return true;
}

bool cosim_run_until(struct cosim *c, sim_time time, struct sim_err *err) {
    if (c->pin_refused)
        return sim_err_set(err, SIM_ERR_UNMODELLED, "the MCU has run ahead of an edge at its pins");
    if (c->debug)
        return run_debugged(c, time, err);
    enum stm32_stop stop = stm32_run_until(c->chip, time);
    return stop == STM32_UNTIL || ended(c, stop, err);
}

void cosim_trace(struct cosim *c, bool on) {
    stm32_trace(c->chip, on);
}

bool cosim_tells_drops(const struct cosim *c) {
    return c->drops[COSIM_FILTER] || c->drops[COSIM_QUEUE];
}

struct cosim_figures cosim_figures(const struct cosim *c) {
    return (struct cosim_figures){
        .instructions = armv7m_instructions(c->core),
        .cycles = armv7m_cycles(c->core),
        .delivered = c->delivered,
        .misuses = stm32_report_count(c->chip, STM32_MISUSE),
        .unmodelled = stm32_report_count(c->chip, STM32_UNMODELLED),
        .lost = stm32_report_count(c->chip, STM32_LOST),
        .hclk_hz = stm32_hclk_hz(c->chip),
        .slave_hz = stm32_pin_hz(c->chip, c->pins[SPI_SCK].port, c->pins[SPI_SCK].pin),
    };
}

const char *cosim_misuse(const struct cosim *c, char *out, size_t size) {
    char place[320];
    if (!c->has_misuse)
        return NULL;
    where(c, c->misuse.pc, place, sizeof place);
    snprintf(out, size, "%s.%s %s 0x%08" PRIx32 " %s: %s", c->misuse.block,
             c->misuse.reg ? c->misuse.reg : "?", c->misuse.write ? "written" : "read",
             c->misuse.value, place, c->misuse.text);
    return out;
}
