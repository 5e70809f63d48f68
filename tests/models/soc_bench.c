#include "tests/models/soc_bench.h"

#include <criterion/criterion.h>
#include <string.h>

static void on_pin(void *user, const struct stm32_pin_change *change) {
    struct soc_bench *bench = user;
    if (bench->n_changes < BENCH_KEPT)
        bench->changes[bench->n_changes] = *change;
    bench->n_changes++;
}

static void on_report(void *user, const struct stm32_report *report) {
    struct soc_bench *bench = user;
    if (bench->n_reports < BENCH_KEPT)
        bench->reports[bench->n_reports] = *report;
    bench->n_reports++;
}

static void on_reset(void *user, const char *cause, sim_time time) {
    struct soc_bench *bench = user;
    (void)time;
    bench->reset_cause = cause;
}

void soc_bench_init(struct soc_bench *bench, const char *chip, const struct stm32_config *config) {
    struct sim_err err = SIM_ERR_INIT;
    struct stm32_config used = config ? *config : (struct stm32_config){.hse_hz = 8000000};
    memset(bench, 0, sizeof(*bench));
    used.on_pin = on_pin;
    used.on_report = on_report;
    used.on_reset = on_reset;
    used.user = bench;
    const struct stm32_chip *found = stm32_chip_find(chip);
    cr_assert(found, "no chip %s", chip);
    bench->mcu = stm32_create(found, &used, &err);
    cr_assert(bench->mcu, "%s", err.text);
}

void soc_bench_finish(struct soc_bench *bench) {
    stm32_destroy(bench->mcu);
}

uint32_t soc_read(struct soc_bench *bench, uint32_t address) {
    uint32_t value = 0xDEADBEEF;
    cr_assert(stm32_peek(bench->mcu, address, 4, &value), "no answer at 0x%08X", address);
    return value;
}

void soc_write(struct soc_bench *bench, uint32_t address, uint32_t value) {
    cr_assert(stm32_poke(bench->mcu, address, 4, value), "no answer at 0x%08X", address);
}

static void load(struct soc_bench *bench, uint32_t address, const void *octets, size_t n) {
    struct sim_err err = SIM_ERR_INIT;
    cr_assert(stm32_load(bench->mcu, address, octets, n, &err), "%s", err.text);
}

void soc_vector(struct soc_bench *bench, unsigned exception, uint32_t handler) {
    load(bench, 0x08000000 + 4 * exception, &handler, 4);
}

void soc_program(struct soc_bench *bench, const uint16_t *code, unsigned n) {
    soc_vector(bench, 0, 0x20001000);
    soc_vector(bench, 1, 0x08000201);
    load(bench, 0x08000200, code, n * sizeof(*code));
    stm32_reset(bench->mcu);
    bench->n_changes = 0;
}

enum stm32_stop soc_run(struct soc_bench *bench, sim_time ps) {
    sim_time until = stm32_time(bench->mcu) + ps;
    enum stm32_stop stop = stm32_run_until(bench->mcu, until);
    /* Without a program the core locks up; time passes all the same. */
    return stop == STM32_LOCKUP ? stm32_run_until(bench->mcu, until) : stop;
}

bool soc_reported(const struct soc_bench *bench, enum stm32_report_kind kind, const char *block,
                  const char *reg) {
    for (unsigned i = 0; i < bench->n_reports && i < BENCH_KEPT; i++) {
        const struct stm32_report *r = &bench->reports[i];
        if (r->kind == kind && strcmp(r->block, block) == 0 &&
            (!reg || (r->reg && strcmp(r->reg, reg) == 0)))
            return true;
    }
    return false;
}
