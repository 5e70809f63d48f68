/* A chip on the bench: registers by direct access, pins and reports recorded. */
#ifndef TESTS_MODELS_SOC_BENCH_H
#define TESTS_MODELS_SOC_BENCH_H

#include "models/mcu/soc/stm32.h"

#define BENCH_KEPT 64

struct soc_bench {
    struct stm32 *mcu;
    struct stm32_pin_change changes[BENCH_KEPT];
    unsigned n_changes; /* ever; the first BENCH_KEPT are kept */
    struct stm32_report reports[BENCH_KEPT];
    unsigned n_reports;
    const char *reset_cause;
};

/* Fails the test when the chip cannot be made. `config` may be NULL; its callbacks are set. */
void soc_bench_init(struct soc_bench *bench, const char *chip, const struct stm32_config *config);
void soc_bench_finish(struct soc_bench *bench);

uint32_t soc_read(struct soc_bench *bench, uint32_t address);
void soc_write(struct soc_bench *bench, uint32_t address, uint32_t value);
/* Half-words or 32-bit words of machine code at the start of the flash, after a vector table with
 * the stack at `stack` and the code at 0x08000200 (thumb); then a reset. */
void soc_program(struct soc_bench *bench, const uint16_t *code, unsigned n);
void soc_vector(struct soc_bench *bench, unsigned exception, uint32_t handler);
/* Runs for `ps` more. */
enum stm32_stop soc_run(struct soc_bench *bench, sim_time ps);
/* Whether a report of this kind on block and register (NULL: any) was made. */
bool soc_reported(const struct soc_bench *bench, enum stm32_report_kind kind, const char *block,
                  const char *reg);

#endif
