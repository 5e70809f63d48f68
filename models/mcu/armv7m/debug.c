/* Breakpoints, function hooks, watchpoints. */
#include <string.h>

#include "models/mcu/armv7m/internal.h"

/* Adds or removes `address` in a table; false when full, or not there. */
static bool change(uint32_t *table, unsigned *n, unsigned most, uint32_t address, bool on) {
    unsigned i = 0;
    while (i < *n && table[i] != address)
        i++;
    if (on && i == *n && *n == most)
        return false;
    if (!on && i == *n)
        return false;
    if (on && i == *n)
        table[(*n)++] = address;
    else if (!on)
        table[i] = table[--*n];
    return true;
}

bool armv7m_break(struct armv7m *core, uint32_t address, bool on) {
    address &= ~1u;
    if (!change(core->breaks, &core->n_breaks, ARMV7M_MAX_BREAKS, address, on))
        return false;
    armv7m_unpark(core);
    armv7m_invalidate(core, address, 2);
    return true;
}

bool armv7m_hook(struct armv7m *core, uint32_t address, bool on) {
    address &= ~1u;
    if (!change(core->hooks, &core->n_hooks, ARMV7M_MAX_HOOKS, address, on))
        return false;
    armv7m_unpark(core);
    armv7m_invalidate(core, address, 2);
    return true;
}

static bool same(const struct armv7m_watch *a, const struct armv7m_watch *b) {
    return a->address == b->address && a->size == b->size && a->read == b->read &&
           a->write == b->write;
}

/* While there is none, reading a literal has no effect that a block must stop at. */
bool armv7m_watch(struct armv7m *core, const struct armv7m_watch *watch, bool on) {
    armv7m_unpark(core);
    armv7m_forget_all(core);
    if (on) {
        if (core->n_watches == ARMV7M_MAX_WATCHES)
            return false;
        core->watches[core->n_watches++] = *watch;
        armv7m_spans(core);
        return true;
    }
    for (unsigned i = 0; i < core->n_watches; i++) {
        if (!same(&core->watches[i], watch))
            continue;
        core->watches[i] = core->watches[--core->n_watches];
        armv7m_spans(core);
        return true;
    }
    return false;
}

struct armv7m_watch_hit armv7m_watch_hit(const struct armv7m *core) {
    return core->hit;
}
