/* Flash, RAM, system memory, and what is seen at address 0. */
#include <stdlib.h>
#include <string.h>

#include "models/mcu/soc/internal.h"

static bool writable(enum stm32_memory_kind kind) {
    return kind == STM32_SRAM || kind == STM32_CCM;
}

const struct memory *memory_at(struct stm32 *mcu, uint32_t address) {
    const struct memory *last = mcu->last_memory;
    if (last && address - last->what->base < last->what->size)
        return last;
    for (unsigned i = 0; i < mcu->n_memories; i++) {
        const struct stm32_memory *what = mcu->memories[i].what;
        if (address - what->base < what->size)
            return mcu->last_memory = &mcu->memories[i];
    }
    return NULL;
}

static bool map(struct stm32 *mcu, const struct memory *memory, uint32_t base,
                struct sim_err *err) {
    const struct stm32_memory *what = memory->what;
    struct armv7m_region region = {.base = base, .size = what->size, .host = memory->host};
    region.flags =
        (what->kind == STM32_CCM ? 0 : ARMV7M_EXECUTE) | (writable(what->kind) ? ARMV7M_WRITE : 0);
    if (what->kind == STM32_FLASH && mcu->flash)
        region.lines = mcu->flash->ip->lines(mcu->flash);
    return armv7m_map(mcu->core, &region, err);
}

static const struct memory *of_kind(const struct stm32 *mcu, enum stm32_memory_kind kind) {
    for (unsigned i = 0; i < mcu->n_memories; i++)
        if (mcu->memories[i].what->kind == kind)
            return &mcu->memories[i];
    return NULL;
}

bool memory_map_zero(struct stm32 *mcu, enum stm32_boot what, struct sim_err *err) {
    static const enum stm32_memory_kind kinds[] = {STM32_FLASH, STM32_SYSTEM, STM32_SRAM};
    const struct memory *memory = of_kind(mcu, kinds[what]);
    if (!memory)
        return sim_err_set(err, SIM_ERR_INPUT, "chip %s: no such memory to boot from",
                           mcu->chip->name);
    if (mcu->zero_mapped)
        armv7m_unmap(mcu->core, 0);
    mcu->zero_mapped = map(mcu, memory, 0, err);
    mcu->zero = memory;
    return mcu->zero_mapped;
}

bool stm32_map_zero(struct stm32_block *b, enum stm32_boot what) {
    struct sim_err err = SIM_ERR_INIT;
    return memory_map_zero(b->mcu, what, &err);
}

bool memory_create(struct stm32 *mcu, struct sim_err *err) {
    const struct stm32_memory *what = mcu->chip->memories;
    for (; what->name; what++) {
        if (mcu->n_memories == sizeof(mcu->memories) / sizeof(mcu->memories[0]))
            return sim_err_set(err, SIM_ERR_UNMODELLED, "chip %s: too many memories",
                               mcu->chip->name);
        struct memory *memory = &mcu->memories[mcu->n_memories];
        memory->what = what;
        memory->host = malloc(what->size);
        if (!memory->host)
            return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        mcu->n_memories++;
        memset(memory->host, writable(what->kind) ? 0 : 0xFF, what->size);
        if (!map(mcu, memory, what->base, err))
            return false;
    }
    return memory_map_zero(mcu, mcu->config.boot, err);
}

void memory_destroy(struct stm32 *mcu) {
    for (unsigned i = 0; i < mcu->n_memories; i++)
        free(mcu->memories[i].host);
}

bool stm32_load(struct stm32 *mcu, uint32_t address, const uint8_t *octets, size_t n,
                struct sim_err *err) {
    const struct memory *memory = memory_at(mcu, address);
    uint32_t base = memory ? memory->what->base : 0;
    if (!memory && mcu->zero && address < mcu->zero->what->size)
        memory = mcu->zero;
    if (!memory || memory->what->kind == STM32_SYSTEM)
        return sim_err_set(err, SIM_ERR_INPUT, "%s has no flash or RAM at address %s",
                           mcu->chip->name, hex_text(address).text);
    if (n > memory->what->size - (address - base))
        return sim_err_set(err, SIM_ERR_INPUT, "%u octets at %s do not fit into %s of %s (%u kB)",
                           (unsigned)n, hex_text(address).text, memory->what->name, mcu->chip->name,
                           memory->what->size / 1024);
    memcpy(memory->host + (address - base), octets, n);
    armv7m_invalidate(mcu->core, memory->what->base + (address - base), (uint32_t)n);
    if (memory == mcu->zero)
        armv7m_invalidate(mcu->core, address - base, (uint32_t)n);
    return true;
}
