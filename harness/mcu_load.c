#include "harness/mcu.h"

#include "harness/hex32.h"

#define VTOR      0xe000ed08u
#define ANY_RAM   (1u << STM32_SRAM | 1u << STM32_CCM)
#define LOADABLE  (ANY_RAM | 1u << STM32_FLASH)
#define ANY_WRITE ANY_RAM

static const struct stm32_memory *memories(const struct mcu *mcu) {
    return stm32_chip_memories(stm32_chip_of(mcu->chip));
}

static bool within(uint32_t base, uint32_t length, uint32_t address, uint64_t size) {
    return address >= base && address - base <= length && size <= length - (address - base);
}

bool mcu_in_memory(const struct mcu *mcu, uint32_t address, uint64_t size, unsigned kinds) {
    for (const struct stm32_memory *m = memories(mcu); m->name; m++)
        if ((kinds >> m->kind & 1) &&
            (within(m->base, m->size, address, size) ||
             (m->kind == STM32_FLASH && within(0, m->size, address, size))))
            return true;
    return false;
}

/* "the chip's memories" for a message: "flash 0x08000000 512 kB, sram 0x20000000 96 kB". */
static const char *list_memories(const struct mcu *mcu, char *out, unsigned size) {
    unsigned used = 0;
    out[0] = 0;
    for (const struct stm32_memory *m = memories(mcu); m->name; m++)
        if (LOADABLE >> m->kind & 1)
            used += sim_format(out + used, size - used, "%s%s %s %u kB", used ? ", " : "", m->name,
                               HEX32(m->base), (unsigned)(m->size >> 10));
    return out;
}

static bool outside(const struct mcu *mcu, const char *what, uint32_t address, uint32_t size,
                    struct sim_err *err) {
    char list[256];
    return sim_err_at(err, SIM_ERR_INPUT, mcu->image.path, 0,
                      "%u octets %s at %s are outside of the memories of %s: %s", size, what,
                      HEX32(address), stm32_chip_name(stm32_chip_of(mcu->chip)),
                      list_memories(mcu, list, sizeof list));
}

/* What the program finds at its run address must be memory too, and what lies there beyond
 * the file (.bss, stack) memory that can be written. */
static bool check_run_place(const struct mcu *mcu, const struct image_segment *segment,
                            struct sim_err *err) {
    char list[256];
    bool grows = segment->run_size > segment->size;
    if (mcu_in_memory(mcu, segment->run_address, segment->run_size, grows ? ANY_RAM : LOADABLE))
        return true;
    if (grows && mcu_in_memory(mcu, segment->run_address, segment->run_size, LOADABLE))
        return sim_err_at(err, SIM_ERR_INPUT, mcu->image.path, 0,
                          "variables (%u octets from %s) are linked into the flash of %s; its "
                          "memories: %s",
                          segment->run_size, HEX32(segment->run_address),
                          stm32_chip_name(stm32_chip_of(mcu->chip)),
                          list_memories(mcu, list, sizeof list));
    return outside(mcu, grows ? "of variables" : "run", segment->run_address, segment->run_size,
                   err);
}

static bool load_segments(struct mcu *mcu, struct sim_err *err) {
    for (size_t i = 0; i < mcu->image.n_segments; i++) {
        const struct image_segment *segment = &mcu->image.segments[i];
        if (!mcu_in_memory(mcu, segment->address, segment->size, LOADABLE))
            return outside(mcu, "to load", segment->address, segment->size, err);
        if (!check_run_place(mcu, segment, err) ||
            !stm32_load(mcu->chip, segment->address, segment->data, segment->size, err))
            return false;
    }
    for (size_t i = 0; i < mcu->image.n_zeros; i++)
        if (!check_run_place(mcu, &mcu->image.zeros[i], err))
            return false;
    return true;
}

static bool is_loaded(const struct mcu *mcu, uint32_t address, uint32_t size) {
    for (size_t i = 0; i < mcu->image.n_segments; i++) {
        const struct image_segment *segment = &mcu->image.segments[i];
        if (within(segment->address, segment->size, address, size))
            return true;
    }
    return false;
}

static const struct stm32_memory *main_memory(const struct mcu *mcu, enum stm32_memory_kind kind) {
    const struct stm32_memory *largest = NULL;
    for (const struct stm32_memory *m = memories(mcu); m->name; m++)
        if (m->kind == kind && (!largest || m->size > largest->size))
            largest = m;
    return largest;
}

/* Stack pointer and reset vector as a vector table would have them: only then is it one. */
static bool vectors_at(struct mcu *mcu, uint32_t address) {
    uint32_t sp, pc;
    if (address % 128 || !armv7m_read(mcu->core, address, 4, &sp) ||
        !armv7m_read(mcu->core, address + 4, 4, &pc))
        return false;
    mcu->start_sp = sp;
    mcu->start_pc = pc;
    mcu->start_vectors = address;
    return sp % 4 == 0 && mcu_in_memory(mcu, sp - 4, 4, ANY_RAM) && (pc & 1) &&
           is_loaded(mcu, pc & ~1u, 2);
}

static bool find_start(struct mcu *mcu, struct sim_err *err) {
    const struct stm32_memory *flash = main_memory(mcu, STM32_FLASH);
    const struct stm32_memory *ram = main_memory(mcu, STM32_SRAM);
    uint32_t lowest = mcu->image.segments[0].address;
    if (flash && (is_loaded(mcu, flash->base, 8) || is_loaded(mcu, 0, 8)))
        return true; /* as the hardware, right or wrong */
    mcu->own_start = true;
    if (vectors_at(mcu, lowest))
        return true;
    if (!mcu->image.has_entry || !ram)
        return sim_err_at(err, SIM_ERR_INPUT, mcu->image.path, 0,
                          "no vector table at %s and none at %s, where the image begins, and no "
                          "entry address",
                          HEX32(flash ? flash->base : 0), HEX32(lowest));
    mcu->start_sp = ram->base + ram->size;
    mcu->start_pc = mcu->image.entry | 1;
    mcu->start_vectors = 0;
    return is_loaded(mcu, mcu->image.entry & ~1u, 2) ||
           sim_err_at(err, SIM_ERR_INPUT, mcu->image.path, 0,
                      "the entry address %s is not in the image", HEX32(mcu->image.entry));
}

/* The end of what the program occupies in this memory. */
static uint32_t used_end(const struct mcu *mcu, const struct stm32_memory *ram) {
    static const char *const names[] = {"end", "_end", "__end__", "_ebss", "__bss_end__"};
    const struct image *image = &mcu->image;
    uint32_t end = ram->base;
    for (size_t i = 0; i < image->n_segments + image->n_zeros; i++) {
        const struct image_segment *segment =
            i < image->n_segments ? &image->segments[i] : &image->zeros[i - image->n_segments];
        uint32_t stop = segment->run_address + segment->run_size;
        if (within(ram->base, ram->size, segment->run_address, segment->run_size) && stop > end)
            end = stop;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct image_symbol *symbol = image_symbol(image, names[i]);
        if (symbol && within(ram->base, ram->size, symbol->address, 0) && symbol->address > end)
            end = symbol->address;
    }
    return end;
}

/* SYS_HEAPINFO: three quarters of the free RAM are heap, the rest is for the stack, which
 * begins where the vector table says, or at the top. */
static void share_ram(struct mcu *mcu) {
    const struct stm32_memory *ram = main_memory(mcu, STM32_SRAM);
    uint32_t sp = armv7m_get(mcu->core, ARMV7M_SP);
    if (!ram)
        return;
    uint32_t base = (used_end(mcu, ram) + 7) & ~7u, top = ram->base + ram->size;
    if (sp > base && sp <= top)
        top = sp;
    uint32_t limit = base < top ? base + ((top - base) / 4 * 3 & ~7u) : base;
    mcu->semihost.heap[0] = base;
    mcu->semihost.heap[1] = limit;
    mcu->semihost.heap[2] = top;
    mcu->semihost.heap[3] = limit;
}

void mcu_reset(struct mcu *mcu) {
    stm32_reset(mcu->chip);
    mcu->reset_time = stm32_time(mcu->chip);
    mcu->fault.set = mcu->spinning = false;
    mcu_trace_listen_to(mcu->core);
    if (!mcu->own_start)
        return;
    armv7m_write(mcu->core, VTOR, 4, mcu->start_vectors);
    armv7m_set(mcu->core, ARMV7M_SP, mcu->start_sp);
    armv7m_set(mcu->core, ARMV7M_PC, mcu->start_pc & ~1u);
}

bool mcu_load(struct mcu *mcu, struct sim_err *err) {
    if (!load_segments(mcu, err) || !find_start(mcu, err))
        return false;
    mcu_reset(mcu);
    share_ram(mcu);
    return true;
}
