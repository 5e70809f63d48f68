/* Making a chip's blocks from its table, checked. */
#include <stdlib.h>
#include <string.h>

#include "models/mcu/soc/internal.h"

struct hex_text hex_text(uint32_t value) {
    struct hex_text out = {"0x00000000"};
    for (unsigned i = 0; i < 8; i++)
        out.text[2 + i] = "0123456789ABCDEF"[value >> (28 - 4 * i) & 15];
    return out;
}

static bool no_memory(struct sim_err *err) {
    return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
}

/* --- registers --- */

static bool index_reg(struct stm32_block *b, unsigned row, struct sim_err *err) {
    const struct stm32_reg *reg = &b->ip->regs[row];
    for (unsigned i = 0; i < (reg->count ? reg->count : 1U); i++) {
        uint32_t offset = reg->offset + i * reg->stride;
        if (offset % 4 || offset >= b->size || b->reg_of[offset / 4])
            return sim_err_set(err, SIM_ERR_UNMODELLED,
                               "block %s: register %s overlaps or is outside", b->row->name,
                               reg->name);
        b->reg_of[offset / 4] = (uint8_t)(row + 1);
    }
    return true;
}

static bool make_registers(struct stm32_block *b, struct sim_err *err) {
    size_t words = (b->size + 3) / 4;
    b->regs = calloc(words, sizeof(uint32_t));
    b->reg_of = calloc(words, 1);
    if (!b->regs || !b->reg_of)
        return no_memory(err);
    for (unsigned row = 0; row < b->ip->n_regs; row++)
        if (!index_reg(b, row, err))
            return false;
    return true;
}

/* --- a block --- */

static bool make_block(struct stm32_block *b, struct sim_err *err) {
    const struct stm32_ip *ip = b->ip;
    b->state = calloc(1, ip->state_size + 1);
    b->events = calloc(ip->n_events + 1, sizeof(struct event));
    b->line_count = calloc(ip->n_lines + 1, 1);
    if (!b->state || !b->events || !b->line_count)
        return no_memory(err);
    for (unsigned id = 0; id < ip->n_events; id++) {
        b->events[id].block = b;
        b->events[id].id = (uint8_t)id;
    }
    return make_registers(b, err);
}

static void fill_block(struct stm32 *mcu, unsigned index) {
    struct stm32_block *b = &mcu->blocks[index];
    b->mcu = mcu;
    b->index = (uint8_t)index;
    b->row = &mcu->chip->rows[index];
    b->ip = b->row->ip;
    b->base = b->row->base;
    b->size = b->row->size ? b->row->size : 0x400;
    memset(b->out, STM32_Z, sizeof(b->out));
    if (b->ip && b->ip->lines)
        mcu->flash = b;
    if (strcmp(b->row->name, "EXTI") == 0)
        mcu->exti = b;
    mcu->by_base[index] = b;
}

static int by_base(const void *a, const void *b) {
    const struct stm32_block *left = *(struct stm32_block *const *)a;
    const struct stm32_block *right = *(struct stm32_block *const *)b;
    return left->base < right->base ? -1 : left->base > right->base;
}

static bool check_overlap(const struct stm32 *mcu, struct sim_err *err) {
    for (unsigned i = 1; i < mcu->n_blocks; i++) {
        const struct stm32_block *before = mcu->by_base[i - 1], *b = mcu->by_base[i];
        if (b->base - before->base < before->size)
            return sim_err_set(err, SIM_ERR_UNMODELLED, "chip %s: %s overlaps %s", mcu->chip->name,
                               b->row->name, before->row->name);
    }
    return true;
}

static bool check_row(const struct stm32 *mcu, const struct stm32_block *b, struct sim_err *err) {
    for (unsigned n = 0; n < b->row->irqs.n; n++)
        if (b->row->irqs.line[n] >= mcu->chip->n_irq)
            return sim_err_set(err, SIM_ERR_UNMODELLED, "chip %s: %s has interrupt %u of %u",
                               mcu->chip->name, b->row->name, (unsigned)b->row->irqs.line[n],
                               mcu->chip->n_irq);
    return true;
}

bool create_blocks(struct stm32 *mcu, struct sim_err *err) {
    unsigned n = 0;
    while (mcu->chip->rows[n].name)
        n++;
    if (n == 0 || n >= NO_BLOCK)
        return sim_err_set(err, SIM_ERR_UNMODELLED, "chip %s: %u blocks", mcu->chip->name, n);
    mcu->blocks = calloc(n, sizeof(*mcu->blocks));
    mcu->by_base = calloc(n, sizeof(*mcu->by_base));
    if (!mcu->blocks || !mcu->by_base)
        return no_memory(err);
    mcu->n_blocks = n;
    for (unsigned i = 0; i < n; i++)
        fill_block(mcu, i);
    for (unsigned i = 0; i < n; i++)
        if (!check_row(mcu, &mcu->blocks[i], err) ||
            (mcu->blocks[i].ip && !make_block(&mcu->blocks[i], err)))
            return false;
    qsort(mcu->by_base, n, sizeof(*mcu->by_base), by_base);
    return check_overlap(mcu, err);
}

static void destroy_block(struct stm32_block *b) {
    free(b->state);
    free(b->events);
    free(b->line_count);
    free(b->regs);
    free(b->reg_of);
}

void create_undo(struct stm32 *mcu) {
    for (unsigned i = 0; i < mcu->n_blocks; i++)
        destroy_block(&mcu->blocks[i]);
    free(mcu->blocks);
    free(mcu->by_base);
    free(mcu->afs);
    free(mcu->routes);
    for (unsigned i = 0; i < mcu->n_inputs; i++)
        free(mcu->inputs[i]->inbox.edge);
}
