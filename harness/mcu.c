#include "harness/mcu.h"

#include <stdlib.h>
#include <string.h>

#include "harness/hex32.h"
#include "harness/host_code.h"
#include "harness/interrupt.h"
#include "harness/words.h"

#define QUANTUM      SIM_MS /* between looks at limits, sockets and signals */
#define BRANCH_SELF  0xe7feu
#define PROFILE_STEP 65536

const char *mcu_where(const struct mcu *mcu, uint32_t address, char *out, size_t size) {
    const struct image_symbol *symbol = image_function(&mcu->image, address);
    char line[128];
    bool known = dwarf_lines_find(mcu->lines, address, line, sizeof line);
    sim_format(out, (unsigned)size, "%s%s%s%s%s%s", HEX32(address), symbol ? " in " : "",
               symbol ? symbol->name : "", known ? " (" : "", line, known ? ")" : "");
    return out;
}

/* --- what the chip calls -------------------------------------------------------------------- */

static void on_itm(void *user, unsigned port, unsigned size, uint32_t value) {
    struct mcu *mcu = user;
    mcu_trace_itm(&mcu->trace, port, size, value);
}

static enum armv7m_semihost on_semihost(void *user, struct armv7m *core) {
    struct mcu *mcu = user;
    return semihost_call(&mcu->semihost, core);
}

static void on_exception(void *user, unsigned number, bool entered) {
    struct mcu *mcu = user;
    mcu->entered |= entered;
    if (entered && number >= 3 && number <= 6)
        mcu_fault_entered(mcu, number);
}

static void name_register(const struct stm32_report *report, char *out, size_t size) {
    sim_format(out, (unsigned)size, "%s%s%s", report->block ? report->block : "memory",
               report->reg ? "." : "", report->reg ? report->reg : "");
}

static void say_report(struct mcu *mcu, const struct stm32_report *report) {
    static const char *const kinds[] = {[STM32_UNMODELLED] = "not modelled",
                                        [STM32_MISUSE] = "firmware mistake",
                                        [STM32_LOST] = "lost"};
    char name[48], where[MCU_WHERE], text[768];
    name_register(report, name, sizeof name);
    sim_format(text, sizeof text, "%s: %s (%s) %s%s at %s: %s", kinds[report->kind], name,
               HEX32(report->address), report->write ? "written " : "read",
               report->write ? HEX32(report->value) : "",
               mcu_where(mcu, report->pc, where, sizeof where), report->text);
    fprintf(stderr, "linkpulse: %s\n", text);
    debug_print(mcu->debug, text);
}

static void on_report(void *user, const struct stm32_report *report) {
    struct mcu *mcu = user;
    if (!mcu->request->quiet || report->kind == STM32_UNMODELLED)
        say_report(mcu, report);
    if (report->kind != STM32_UNMODELLED || mcu->n_unmodelled == MCU_MAX_UNMODELLED)
        return;
    struct mcu_unmodelled *entry = &mcu->unmodelled[mcu->n_unmodelled++];
    name_register(report, entry->name, sizeof entry->name);
    mcu_where(mcu, report->pc, entry->where, sizeof entry->where);
    entry->address = report->address;
    entry->value = report->value;
    entry->pc = report->pc;
    entry->write = report->write;
    entry->text = report->text;
}

static void on_serial(void *user, const char *block, unsigned octet, sim_time time) {
    const struct mcu *mcu = user;
    (void)time;
    (void)block;
    if (!mcu->request->quiet)
        fputc((int)(octet & 0xff), stderr);
}

static void on_reset(void *user, const char *cause, sim_time time) {
    struct mcu *mcu = user;
    (void)time;
    mcu->fault.set = mcu->spinning = false;
    mcu_trace_listen_to(mcu->core);
    if (!mcu->request->quiet)
        fprintf(stderr, "linkpulse: the chip was reset: %s\n", cause);
}

/* --- what semihosting calls ------------------------------------------------------------------- */

static void host_write(void *user, enum semihost_stream stream, const uint8_t *octets, size_t n) {
    const struct mcu *mcu = user;
    FILE *out = stream == SEMIHOST_ERR ? stderr : mcu->trace.out;
    if (out)
        fwrite(octets, 1, n, out);
}

static size_t host_read(void *user, uint8_t *octets, size_t n) {
    const struct mcu *mcu = user;
    if (mcu->trace.out)
        fflush(mcu->trace.out); /* a prompt */
    return fread(octets, 1, n, stdin);
}

static sim_time host_now(void *user) {
    const struct mcu *mcu = user;
    return stm32_time(mcu->chip) - mcu->reset_time;
}

static const struct semihost_host host = {host_write, host_read, host_now};

/* --- opening ------------------------------------------------------------------------------------
 */

static const struct stm32_chip *find_chip(const char *name, struct sim_err *err) {
    const struct stm32_chip *chip = stm32_chip_find(name);
    char known[256] = "";
    unsigned used = 0;
    if (chip)
        return chip;
    for (size_t i = 0; i < stm32_n_chips; i++)
        used += sim_format(known + used, sizeof known - used, "%s%s", used ? ", " : "",
                           stm32_chip_name(stm32_chips[i]));
    sim_err_set(err, SIM_ERR_INPUT, "--chip %s: not a chip of this version; known: %s", name,
                known);
    return NULL;
}

static uint32_t flash_base(const struct stm32_chip *chip) {
    for (const struct stm32_memory *m = stm32_chip_memories(chip); m->name; m++)
        if (m->kind == STM32_FLASH)
            return m->base;
    return 0;
}

static bool make_chip(struct mcu *mcu, const struct stm32_chip *chip, struct sim_err *err) {
    mcu->host_code = host_code_map(HOST_CODE_SIZE);
    const struct stm32_config config = {
        .hsi_ppm = mcu->request->hsi_ppm,
        .hse_hz = mcu->request->hse_hz,
        .hse_bypass = mcu->request->hse_bypass,
        .hse_either = !mcu->request->hse_bypass, /* no board says what stands at OSC_IN */
        .strict = mcu->request->strict,
        .seed = mcu->request->seed,
        .on_report = on_report,
        .on_serial = on_serial,
        .on_reset = on_reset,
        .core = {.semihost = on_semihost, .itm = on_itm, .exception = on_exception},
        .user = mcu,
        .host_code = mcu->host_code,
    };
    mcu->chip = stm32_create(chip, &config, err);
    mcu->core = mcu->chip ? stm32_core(mcu->chip) : NULL;
    return mcu->chip != NULL;
}

/* A name without "raw octets need --base" in sight: they go to the flash's base. */
static bool load_image(struct mcu *mcu, const struct stm32_chip *chip, struct sim_err *err) {
    const struct mcu_request *request = mcu->request;
    uint32_t base = request->has_base ? request->base : flash_base(chip);
    if (!image_load(&mcu->image, request->image, request->has_base, base, err))
        return false;
    if (request->has_base && mcu->image.kind != IMAGE_BIN)
        return sim_err_at(err, SIM_ERR_INPUT, request->image, 0,
                          "--base is for raw octets; this file has its own addresses");
    if (mcu->image.kind == IMAGE_ELF)
        mcu->lines = dwarf_lines_open(mcu->image.file, mcu->image.file_size);
    return true;
}

bool mcu_open(struct mcu *mcu, const struct mcu_request *request, FILE *out, struct sim_err *err) {
    const char *slash = strrchr(request->image, '/');
    memset(mcu, 0, sizeof *mcu);
    mcu->request = request;
    mcu->semihost = (struct semihost){
        .host = &host, .user = mcu, .command = slash ? slash + 1 : request->image};
    if (!mcu_trace_open(&mcu->trace, out, request->itm, request->swo, err))
        return false;
    const struct stm32_chip *chip = find_chip(request->chip, err);
    return chip && load_image(mcu, chip, err) && make_chip(mcu, chip, err) && mcu_load(mcu, err);
}

static void reset_from_gdb(void *user) {
    mcu_reset(user);
}

static void wait_for_gdb(void *user) {
    mcu_trace_poll(&((struct mcu *)user)->trace);
}

bool mcu_debug_open(struct mcu *mcu, unsigned *port, struct sim_err *err) {
    const struct debug_host gdb = {mcu->chip, mcu, reset_from_gdb, wait_for_gdb};
    mcu->debug = debug_open(&gdb, port, err);
    return mcu->debug != NULL;
}

void mcu_finish(struct mcu *mcu) {
    debug_close(mcu->debug);
    mcu_profile_destroy(mcu->profile);
    stm32_destroy(mcu->chip);
    host_code_unmap(&mcu->host_code);
    dwarf_lines_close(mcu->lines);
    image_finish(&mcu->image);
    mcu_trace_finish(&mcu->trace);
}

/* --- running -------------------------------------------------------------------------------------
 */

static bool in_fault(const struct mcu *mcu) {
    unsigned number = armv7m_get(mcu->core, ARMV7M_XPSR) & 0x1ff;
    return number >= 3 && number <= 6;
}

/* The handler of a fault that goes nowhere, as most programs have: no need to wait for a
 * limit. */
static bool stuck_in_fault(struct mcu *mcu) {
    uint32_t instruction;
    return in_fault(mcu) && armv7m_read(mcu->core, armv7m_pc(mcu->core), 2, &instruction) &&
           instruction == BRANCH_SELF;
}

/* The end of this quantum: the cycles that are left, at the present clock, are not overrun. */
static sim_time quantum_end(const struct mcu *mcu, bool progress) {
    sim_time now = stm32_time(mcu->chip), end = now + QUANTUM;
    if (mcu->request->max_cycles && progress) {
        double left = (double)(mcu->request->max_cycles - armv7m_cycles(mcu->core));
        double hclk = stm32_hclk_hz(mcu->chip);
        if (hclk > 0 && left / hclk < 1e-3)
            end = now + (sim_time)(left / hclk * (double)SIM_S) + 1;
    }
    if (mcu->request->max_time && end - mcu->reset_time > mcu->request->max_time)
        end = mcu->reset_time + mcu->request->max_time;
    return end > now ? end : now + 1;
}

static bool at_limit(const struct mcu *mcu) {
    const struct mcu_request *request = mcu->request;
    return (request->max_cycles && armv7m_cycles(mcu->core) >= request->max_cycles) ||
           (request->max_time && stm32_time(mcu->chip) - mcu->reset_time >= request->max_time);
}

static enum stm32_stop run_some(struct mcu *mcu, bool step, bool progress) {
    sim_time until = quantum_end(mcu, progress);
    if (step)
        return stm32_step(mcu->chip, until);
    if (mcu->profile)
        return mcu_profile_run(mcu, until, PROFILE_STEP);
    return stm32_run_until(mcu->chip, until);
}

/* What a stop means without a debugger; false: go on. */
static bool is_end(struct mcu *mcu, enum stm32_stop stop) {
    switch (stop) {
    case STM32_SEMIHOST_END:
        mcu->end = MCU_SEMIHOSTING;
        return true;
    case STM32_LOCKUP:
        mcu->end = MCU_FAULT;
        return true;
    case STM32_NOT_MODELLED:
        mcu->end = MCU_UNMODELLED;
        return true;
    case STM32_BKPT:
        mcu->end = in_fault(mcu) ? MCU_FAULT : MCU_BREAKPOINT;
        return true;
    default:
        if (!mcu->spinning)
            return false;
        mcu->end = MCU_FAULT;
        return true;
    }
}

/* With GDB: true when it takes the stop. An end by semihosting it is only told of. */
static bool debugger_takes(struct mcu *mcu, enum stm32_stop stop, bool step) {
    bool plain = stop == STM32_UNTIL || (stop == STM32_REQUEST && !step);
    if (!mcu->debug || stop == STM32_SEMIHOST_END || (plain && !mcu->spinning))
        return false;
    return debug_stopped(mcu->debug, mcu->spinning && plain ? STM32_LOCKUP : stop);
}

static bool one_turn(struct mcu *mcu, bool *progress) {
    enum debug_go go = mcu->debug ? debug_next(mcu->debug) : DEBUG_GO;
    uint64_t before = armv7m_cycles(mcu->core);
    mcu_trace_poll(&mcu->trace);
    if (mcu->trace.out)
        fflush(mcu->trace.out); /* who reads a pipe shall not wait for a full buffer */
    if (interrupted || go == DEBUG_END) {
        mcu->end = MCU_INTERRUPTED;
        return false;
    }
    enum stm32_stop stop = run_some(mcu, go == DEBUG_STEP, *progress);
    *progress = armv7m_cycles(mcu->core) > before;
    if (stop == STM32_UNTIL && stuck_in_fault(mcu))
        mcu->spinning = true;
    if (debugger_takes(mcu, stop, go == DEBUG_STEP)) {
        mcu->spinning = false;
        return true;
    }
    if (is_end(mcu, stop))
        return false;
    if (!at_limit(mcu))
        return true;
    mcu->end = in_fault(mcu) ? MCU_FAULT : MCU_LIMIT;
    return false;
}

void mcu_run(struct mcu *mcu) {
    bool progress = true;
    while (one_turn(mcu, &progress))
        ;
    if (mcu->debug)
        debug_ended(mcu->debug, mcu->end == MCU_SEMIHOSTING ? (unsigned)mcu->semihost.exit_code
                                                            : (unsigned)mcu_exit_code(mcu));
}
