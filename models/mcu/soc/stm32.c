/* An instance: made, reset, run. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/mcu/soc/internal.h"

static sim_time core_time(const struct stm32 *mcu) {
    return timebase_time(&mcu->clocks[STM32_HCLK], armv7m_cycles(mcu->core));
}

/* --- the core's callbacks, handed on; stm32_time() is theirs --- */

static struct stm32 *catch_up(void *user) {
    struct stm32 *mcu = user;
    if (mcu->running)
        events_advance(mcu, core_time(mcu));
    return mcu;
}

static enum armv7m_semihost on_semihost(void *user, struct armv7m *core) {
    struct stm32 *mcu = catch_up(user);
    return mcu->config.core.semihost(mcu->config.user, core);
}

static void on_itm(void *user, unsigned port, unsigned size, uint32_t value) {
    struct stm32 *mcu = catch_up(user);
    mcu->config.core.itm(mcu->config.user, port, size, value);
}

static void on_function(void *user, struct armv7m *core, uint32_t address) {
    struct stm32 *mcu = catch_up(user);
    mcu->config.core.function(mcu->config.user, core, address);
}

static void on_exception(void *user, unsigned number, bool entered) {
    struct stm32 *mcu = catch_up(user);
    mcu->config.core.exception(mcu->config.user, number, entered);
}

/* No block is brought up to it: that an instruction begins changes nothing. */
static void on_step(void *user, uint32_t pc) {
    struct stm32 *mcu = user;
    mcu->config.on_step(mcu->config.user, pc, core_time(mcu));
}

static void on_fence(void *user) {
    struct stm32 *mcu = user;
    mcu->feed.fence = false;
    catch_up(mcu);
    mcu->feed.hit = true;
    armv7m_request_stop(mcu->core);
}

/* A parked core's cycle is that of what happens now. */
static uint64_t on_cycle(void *user) {
    const struct stm32 *mcu = user;
    return timebase_after(&mcu->clocks[STM32_HCLK], mcu->now);
}

static bool make_core(struct stm32 *mcu, struct sim_err *err) {
    const struct armv7m_hooks *owner = &mcu->config.core;
    struct armv7m_config config = {
        .kind = mcu->chip->core,
        .n_irq = mcu->chip->n_irq,
        .priority_bits = 4, /* PM0056 and PM0214, NVIC */
        .calib = mcu->chip->calib,
        .reference_div = 8, /* RM0368 6.2, RM0041 6.2: SysTick's other clock is HCLK / 8 */
        .entry_latency = mcu->config.entry_latency,
        .fetch_latency = mcu->config.fetch_latency,
        .parks = !mcu->config.pass_by_pass,
        .hooks = {.read = bus_core_read, .write = bus_core_write, .unmodelled = report_core},
        .user = mcu,
        .host = mcu->config.host_code,
    };
    config.hooks.fence = on_fence;
    config.hooks.steady = bus_core_steady;
    config.hooks.cycle = on_cycle;
    config.hooks.semihost = owner->semihost ? on_semihost : NULL;
    config.hooks.itm = owner->itm ? on_itm : NULL;
    config.hooks.function = owner->function ? on_function : NULL;
    config.hooks.exception = owner->exception ? on_exception : NULL;
    config.hooks.step = mcu->config.on_step ? on_step : NULL;
    mcu->core = armv7m_create(&config, err);
    return mcu->core != NULL;
}

/* --- making --- */

static bool check_config(const struct stm32_config *config, struct sim_err *err) {
    const double ppm[] = {config->hsi_ppm, config->hse_ppm, config->lsi_ppm};
    for (unsigned i = 0; i < 3; i++)
        if (!(fabs(ppm[i]) <= 100000))
            return sim_err_set(err, SIM_ERR_INPUT,
                               "clock error of %g ppm, expected -100000 to 100000", ppm[i]);
    if (config->hse_hz && (config->hse_hz < 1000000 || config->hse_hz > 50000000))
        return sim_err_set(err, SIM_ERR_INPUT, "HSE of %u Hz, expected 1 to 50 MHz",
                           config->hse_hz);
    if ((unsigned)config->boot > STM32_BOOT_SRAM)
        return sim_err_set(err, SIM_ERR_INPUT, "unknown boot mode");
    return true;
}

static void first_clocks(struct stm32 *mcu) {
    for (unsigned i = 0; i < STM32_CLOCKS; i++) {
        struct stm32_rate hsi = stm32_rate(mcu->chip->hsi_hz, mcu->config.hsi_ppm);
        mcu->rates[i] = hsi;
        timebase_set(&mcu->clocks[i], hsi, 0);
    }
    mcu->apb_div[STM32_AHB] = mcu->apb_div[STM32_APB1] = mcu->apb_div[STM32_APB2] = 1;
}

struct stm32 *stm32_create(const struct stm32_chip *chip, const struct stm32_config *config,
                           struct sim_err *err) {
    if (!check_config(config, err))
        return NULL;
    struct stm32 *mcu = calloc(1, sizeof(*mcu));
    if (!mcu) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        return NULL;
    }
    mcu->chip = chip;
    mcu->config = *config;
    first_clocks(mcu);
    if (!lane_create(mcu)) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        free(mcu);
        return NULL;
    }
    if (!make_core(mcu, err) || !create_blocks(mcu, err) || !pins_create(mcu, err) ||
        !routes_create(mcu, err) || !memory_create(mcu, err)) {
        stm32_destroy(mcu);
        return NULL;
    }
    stm32_reset(mcu);
    return mcu;
}

void stm32_destroy(struct stm32 *mcu) {
    if (!mcu)
        return;
    armv7m_destroy(mcu->core);
    memory_destroy(mcu);
    lane_destroy(mcu);
    create_undo(mcu);
    free(mcu);
}

/* --- reset --- */

static void clear_block(struct stm32_block *b) {
    if (!b->ip)
        return;
    events_cancel_all(b);
    routes_release(b);
    for (unsigned role = 0; role < STM32_ROLES; role++)
        stm32_pin_drive(b, role, STM32_Z, b->mcu->now);
    for (unsigned i = 0; i < b->ip->n_regs; i++) {
        const struct stm32_reg *reg = &b->ip->regs[i];
        for (unsigned k = 0; k < (reg->count ? reg->count : 1U); k++)
            b->regs[(reg->offset + k * reg->stride) / 4] = reg->reset;
    }
}

void block_reset(struct stm32_block *b, enum stm32_cause cause) {
    bus_disturb(b);
    clear_block(b);
    if (b->ip && b->ip->reset)
        b->ip->reset(b, cause);
}

void chip_reset(struct stm32 *mcu, enum stm32_cause cause) {
    struct sim_err err = SIM_ERR_INIT;
    armv7m_unpark(mcu->core);
    inbox_settle(mcu, mcu->now);
    mcu->stale |= STALE_ACTS;
    mcu->cause = cause;
    mcu->reset_wanted = mcu->ended = mcu->lockup_told = mcu->deep_told = false;
    memset(mcu->exti_port, 0, sizeof(mcu->exti_port));
    memset(mcu->apb_free, 0, sizeof(mcu->apb_free));
    for (unsigned i = 0; i < mcu->n_blocks; i++) {
        mcu->blocks[i].held = false;
        mcu->blocks[i].clocked = mcu->blocks[i].row->enable.offset == 0;
        clear_block(&mcu->blocks[i]);
    }
    for (unsigned i = 0; i < mcu->n_blocks; i++)
        if (mcu->blocks[i].ip && mcu->blocks[i].ip->reset)
            mcu->blocks[i].ip->reset(&mcu->blocks[i], cause);
    memory_map_zero(mcu, mcu->config.boot, &err); /* was mapped before: cannot fail */
    armv7m_reset(mcu->core, 0);
}

void stm32_reset(struct stm32 *mcu) {
    chip_reset(mcu, STM32_POWER_ON);
}

static const char *cause_name(enum stm32_cause cause) {
    static const char *const names[] = {"power on",        "reset pin",
                                        "software",        "independent watchdog",
                                        "window watchdog", "clock control"};
    return names[cause];
}

static void reset_by_itself(struct stm32 *mcu, enum stm32_cause cause) {
    chip_reset(mcu, cause);
    if (mcu->config.on_reset)
        mcu->config.on_reset(mcu->config.user, cause_name(cause), mcu->now);
}

/* --- running --- */

/* The power controller's Stop and Standby: told once per place, and treated as sleep. */
static void check_deep_sleep(struct stm32 *mcu) {
    if (armv7m_deep_sleep(mcu->core) && !mcu->deep_told) {
        mcu->deep_told = true;
        report_access(mcu, block_by_name(mcu, "PWR"), STM32_UNMODELLED,
                      "Stop or Standby: the core sleeps with SLEEPDEEP, clocks go on");
    }
}

/* What a stop of the core means to the owner; STM32_UNTIL: go on. */
static enum stm32_stop stop_of(struct stm32 *mcu, enum armv7m_stop stop) {
    static const enum stm32_stop stops[] = {
        [ARMV7M_BREAKPOINT] = STM32_BREAKPOINT,
        [ARMV7M_WATCHPOINT] = STM32_WATCHPOINT,
        [ARMV7M_BKPT] = STM32_BKPT,
        [ARMV7M_SEMIHOST_END] = STM32_SEMIHOST_END,
        [ARMV7M_LOCKUP] = STM32_LOCKUP,
    };
    if (stop == ARMV7M_RESET_REQUEST) {
        events_advance(mcu, core_time(mcu));
        reset_by_itself(mcu, STM32_SOFTWARE);
    }
    if (stop == ARMV7M_SLEEP)
        check_deep_sleep(mcu);
    if (stop == ARMV7M_UNTIL || stop == ARMV7M_SLEEP || stop == ARMV7M_REQUEST ||
        stop == ARMV7M_RESET_REQUEST || (stop == ARMV7M_LOCKUP && mcu->lockup_told))
        return STM32_UNTIL;
    mcu->lockup_told = stop == ARMV7M_LOCKUP;
    return stops[stop];
}

/* What blocks or the owner asked for meanwhile. */
static enum stm32_stop asked(struct stm32 *mcu) {
    if (mcu->reset_wanted)
        reset_by_itself(mcu, mcu->wanted);
    if (mcu->ended) {
        mcu->ended = false;
        return STM32_NOT_MODELLED;
    }
    if (!mcu->stop_wanted)
        return STM32_UNTIL;
    mcu->stop_wanted = false;
    return STM32_REQUEST;
}

static enum armv7m_stop run_core(struct stm32 *mcu, sim_time target) {
    uint64_t cycle = timebase_after(&mcu->clocks[STM32_HCLK], target);
    if (cycle <= armv7m_cycles(mcu->core))
        return ARMV7M_UNTIL;
    mcu->target = target;
    mcu->running = true;
    mcu->roused = false;
    enum armv7m_stop stop = armv7m_run(mcu->core, cycle);
    mcu->running = false;
    feed_release(mcu);
    return stop;
}

/* Nothing that happens concerns the core until it is told. */
static bool rests(const struct stm32 *mcu) {
    return armv7m_asleep(mcu->core) || armv7m_parked(mcu->core);
}

/* What happens before `until` while the core rests; true when something may have woken it. */
static bool sleep_through(struct stm32 *mcu, sim_time until) {
    const struct timebase *hclk = &mcu->clocks[STM32_HCLK];
    uint64_t wake = armv7m_next_wake(mcu->core);
    sim_time alarm = wake == ARMV7M_NEVER ? SIM_NEVER : timebase_time(hclk, wake - 1);
    sim_time limit = alarm < until ? alarm : until - 1;
    while (!mcu->roused && rests(mcu))
        if (!events_step(mcu, limit))
            return false;
    armv7m_doze(mcu->core, timebase_after(hclk, mcu->now));
    return true;
}

/* One stretch up to the next event or `until`. */
static enum stm32_stop run_stretch(struct stm32 *mcu, sim_time until) {
    bool woken = !mcu->roused && rests(mcu) && sleep_through(mcu, until);
    sim_time next = woken ? mcu->now : rests(mcu) ? events_next(mcu) : events_seen(mcu);
    enum stm32_stop stop = stop_of(mcu, run_core(mcu, next < until ? next : until));
    sim_time reached = core_time(mcu);
    events_advance(mcu, reached < until ? reached : until);
    enum stm32_stop other = asked(mcu);
    return stop != STM32_UNTIL ? stop : other;
}

/* Whoever looks finds the core at an instruction, or in the entry that follows it at once. */
static void unpark(struct stm32 *mcu) {
    if (!armv7m_parked(mcu->core))
        return;
    armv7m_unpark(mcu->core);
    mcu->target = SIM_NEVER;
    mcu->running = true;
    armv7m_run(mcu->core, armv7m_cycles(mcu->core));
    mcu->running = false;
}

enum stm32_stop stm32_run_until(struct stm32 *mcu, sim_time until) {
    enum stm32_stop stop = STM32_UNTIL;
    mcu->roused = true; /* by whoever touched the core meanwhile */
    while (stop == STM32_UNTIL && core_time(mcu) < until)
        stop = run_stretch(mcu, until);
    unpark(mcu);
    if (stop == STM32_UNTIL) {
        events_advance(mcu, until);
        stop = asked(mcu);
    }
    inbox_settle(mcu, mcu->now);
    sim_time reached = core_time(mcu);
    reached = reached < until ? reached : until;
    mcu->reached = reached > mcu->reached ? reached : mcu->reached;
    return stop;
}

enum stm32_stop stm32_step(struct stm32 *mcu, sim_time limit) {
    if (armv7m_asleep(mcu->core) && !armv7m_rouses(mcu->core)) {
        sim_time next = stm32_next_time(mcu);
        return stm32_run_until(mcu, next < limit ? next : limit);
    }
    mcu->target = SIM_NEVER;
    mcu->running = true;
    enum stm32_stop stop = stop_of(mcu, armv7m_step(mcu->core));
    mcu->running = false;
    events_advance(mcu, core_time(mcu));
    mcu->reached = core_time(mcu) > mcu->reached ? core_time(mcu) : mcu->reached;
    enum stm32_stop other = asked(mcu);
    if (stop == STM32_UNTIL)
        stop = other;
    return stop == STM32_UNTIL ? STM32_REQUEST : stop;
}

void stm32_request_stop(struct stm32 *mcu) {
    mcu->stop_wanted = mcu->roused = true;
    if (mcu->running)
        armv7m_request_stop(mcu->core);
}

void stm32_trace(struct stm32 *mcu, bool on) {
    armv7m_trace(mcu->core, on);
}

/* --- questions --- */

sim_time stm32_time(const struct stm32 *mcu) {
    return mcu->running ? mcu->now : mcu->reached;
}

sim_time stm32_next_time(struct stm32 *mcu) {
    if (!armv7m_asleep(mcu->core))
        return mcu->reached;
    uint64_t wake = armv7m_next_wake(mcu->core);
    sim_time tick =
        wake == ARMV7M_NEVER ? SIM_NEVER : timebase_time(&mcu->clocks[STM32_HCLK], wake);
    sim_time event = events_next(mcu);
    return tick < event ? tick : event;
}

struct armv7m *stm32_core(struct stm32 *mcu) {
    return mcu->core;
}

const struct stm32_chip *stm32_chip_of(const struct stm32 *mcu) {
    return mcu->chip;
}

const struct stm32_config *stm32_block_config(const struct stm32_block *b) {
    return &b->mcu->config;
}

const struct stm32_chip *stm32_block_chip(const struct stm32_block *b) {
    return b->mcu->chip;
}

void stm32_serial_out(struct stm32_block *b, unsigned octet) {
    if (b->mcu->config.on_serial)
        b->mcu->config.on_serial(b->mcu->config.user, b->row->name, octet, b->mcu->now);
}

void stm32_flush_fetch(struct stm32_block *b) {
    armv7m_flush_fetch(b->mcu->core);
}
