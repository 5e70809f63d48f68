/* Cycles by function, by single steps: exact, and slow. */
#include "harness/mcu.h"

#include <inttypes.h>
#include <stdlib.h>

struct mcu_profile {
    const struct image *image;
    uint64_t *cycles; /* of symbol i; [n]: asleep, [n + 1]: no symbol */
    size_t n;
    /* The function of the last step: most steps stay in it. */
    uint32_t start, size;
    size_t last;
};

struct mcu_profile *mcu_profile_create(const struct image *image) {
    struct mcu_profile *profile = calloc(1, sizeof *profile);
    if (!profile)
        return NULL;
    profile->image = image;
    profile->n = image->n_symbols;
    profile->cycles = calloc(profile->n + 2, sizeof *profile->cycles);
    if (profile->cycles)
        return profile;
    free(profile);
    return NULL;
}

void mcu_profile_destroy(struct mcu_profile *profile) {
    if (profile)
        free(profile->cycles);
    free(profile);
}

static size_t slot(struct mcu_profile *profile, uint32_t pc) {
    if (pc - profile->start < profile->size)
        return profile->last;
    const struct image_symbol *symbol = image_function(profile->image, pc);
    profile->size = 0;
    if (!symbol)
        return profile->n + 1;
    profile->start = symbol->address;
    profile->size = symbol->size;
    profile->last = (size_t)(symbol - profile->image->symbols);
    return profile->last;
}

/* A step that enters an exception runs the first instruction of its handler: the handler's. */
static enum stm32_stop one_step(struct mcu *mcu, sim_time until) {
    struct mcu_profile *profile = mcu->profile;
    bool asleep = armv7m_asleep(mcu->core);
    uint32_t pc = armv7m_pc(mcu->core);
    uint64_t before = armv7m_cycles(mcu->core);
    mcu->entered = false;
    enum stm32_stop stop = stm32_step(mcu->chip, until);
    size_t at = asleep ? profile->n : slot(profile, mcu->entered ? armv7m_pc(mcu->core) : pc);
    profile->cycles[at] += armv7m_cycles(mcu->core) - before;
    return stop;
}

enum stm32_stop mcu_profile_run(struct mcu *mcu, sim_time until, unsigned steps) {
    enum stm32_stop stop = STM32_REQUEST;
    while (steps-- && stop == STM32_REQUEST && !mcu->spinning && stm32_time(mcu->chip) < until)
        stop = one_step(mcu, until);
    return stop == STM32_REQUEST ? STM32_UNTIL : stop;
}

struct line {
    uint64_t cycles;
    const char *name;
};

static int by_cycles(const void *a, const void *b) {
    const struct line *x = a, *y = b;
    return (x->cycles < y->cycles) - (x->cycles > y->cycles);
}

void mcu_profile_print(const struct mcu_profile *profile, FILE *out) {
    struct line *lines = calloc(profile->n + 2, sizeof *lines);
    uint64_t total = 0;
    size_t n = 0;
    for (size_t i = 0; lines && i < profile->n + 2; i++) {
        if (!profile->cycles[i])
            continue;
        lines[n].cycles = profile->cycles[i];
        lines[n++].name = i < profile->n    ? profile->image->symbols[i].name
                          : i == profile->n ? "(asleep)"
                                            : "(no symbol)";
        total += profile->cycles[i];
    }
    if (n)
        qsort(lines, n, sizeof *lines, by_cycles);
    fprintf(out, "%14s %7s  %s\n", "cycles", "%", "function");
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%14" PRIu64 " %7.2f  %s\n", lines[i].cycles,
                100 * (double)lines[i].cycles / (double)total, lines[i].name);
    fprintf(out, "%14" PRIu64 " %7.2f  total\n", total, 100.0);
    free(lines);
}
