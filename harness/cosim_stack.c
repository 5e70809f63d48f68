#include "harness/cosim_stack.h"

#include <string.h>

#define PAINT 0xa5 /* octets no firmware pushes four of by chance */

/* RAM, as far as data and bss go below the top. A stack below all data begins where the RAM
 * does, and an overflow is a fault then. */
static uint32_t low_of(const struct stm32_memory *ram, const struct image *image, uint32_t top) {
    uint32_t low = ram->base;
    const struct image_segment *lists[] = {image->segments, image->zeros};
    const size_t sizes[] = {image->n_segments, image->n_zeros};
    for (int list = 0; list < 2; list++)
        for (size_t i = 0; i < sizes[list]; i++) {
            const struct image_segment *s = &lists[list][i];
            uint32_t end = s->run_address + (s->run_size > s->size ? s->run_size : s->size);
            if (s->run_address >= ram->base && s->run_address < top && end < top && end > low)
                low = end;
        }
    return low;
}

/* Where one segment holds data and stack, the data's symbols tell them apart. */
static uint32_t above_symbols(uint32_t low, uint32_t base, const struct image *image,
                              uint32_t top) {
    for (size_t i = 0; i < image->n_symbols; i++) {
        const struct image_symbol *s = &image->symbols[i];
        if (!s->code && s->size && s->address >= base && s->address < top &&
            s->size < top - s->address && s->address + s->size > low)
            low = s->address + s->size;
    }
    return low;
}

void cosim_stack_paint(struct cosim_stack *stack, const struct stm32_chip *chip,
                       struct armv7m *core, const struct image *image) {
    uint32_t top = 0;
    *stack = (struct cosim_stack){0};
    if (!image->n_segments || !armv7m_read(core, 0, 4, &top))
        return;
    for (const struct stm32_memory *m = stm32_chip_memories(chip); m->name; m++) {
        if ((m->kind != STM32_SRAM && m->kind != STM32_CCM) || top <= m->base ||
            top - m->base > m->size)
            continue;
        uint32_t low = above_symbols(low_of(m, image, top), m->base, image, top);
        uint8_t *octets = top > low ? armv7m_direct(core, low, top - low, true) : NULL;
        if (!octets)
            return;
        memset(octets, PAINT, top - low);
        armv7m_invalidate(core, low, top - low);
        *stack = (struct cosim_stack){low, top};
    }
}

uint32_t cosim_stack_untouched(const struct cosim_stack *stack, struct armv7m *core) {
    uint32_t n = stack->top - stack->low, run = 0, most = 0;
    const uint8_t *octets = n ? armv7m_direct(core, stack->low, n, false) : NULL;
    if (!octets)
        return UINT32_MAX;
    for (uint32_t i = 0; i < n; i++) {
        run = octets[i] == PAINT ? run + 1 : 0;
        most = run > most ? run : most;
    }
    return most;
}
