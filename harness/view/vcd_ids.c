#include "harness/view/vcd_ids.h"

#include <stdlib.h>
#include <string.h>

#include "harness/view/siphash.h"

struct vcd_long_id {
    uint64_t at;
    uint32_t n, data;
};

bool vcd_ids_init(struct vcd_ids *ids) {
    *ids = (struct vcd_ids){.n_rows = 64};
    /* Only where identifiers stand hangs on it, never what is found: a file that was made to be
     * slow cannot be, and without random octets it may. */
    siphash_new_key(ids->key);
    ids->few = calloc(VCD_IDS_BASE * VCD_IDS_BASE * VCD_IDS_BASE, sizeof *ids->few);
    ids->rows = calloc(ids->n_rows, sizeof *ids->rows);
    return ids->few && ids->rows;
}

void vcd_ids_finish(struct vcd_ids *ids) {
    free(ids->few);
    free(ids->rows);
    free(ids->long_ids.at);
    free(ids->octets.at);
}

static struct vcd_long_id long_id(const struct vcd_ids *ids, uint32_t i) {
    struct vcd_long_id id;
    memcpy(&id, ids->long_ids.at + i * sizeof id, sizeof id);
    return id;
}

/* The row of an identifier, or the free one where it would stand. */
static uint32_t row_of(const struct vcd_ids *ids, const char *id, size_t n) {
    uint32_t mask = ids->n_rows - 1, row = (uint32_t)siphash(ids->key, id, n) & mask;
    for (; ids->rows[row]; row = (row + 1) & mask) {
        struct vcd_long_id there = long_id(ids, ids->rows[row] - 1);
        if (there.n == n && memcmp(ids->octets.at + there.at, id, n) == 0)
            break;
    }
    return row;
}

uint32_t vcd_ids_long(const struct vcd_ids *ids, const char *id, size_t n) {
    uint32_t row = row_of(ids, id, n);
    return ids->rows[row] ? long_id(ids, ids->rows[row] - 1).data : STORE_NONE;
}

static bool grow(struct vcd_ids *ids) {
    uint32_t *old = ids->rows;
    uint32_t *rows = calloc(ids->n_rows * 2, sizeof *rows);
    if (!rows)
        return false;
    ids->rows = rows;
    ids->n_rows *= 2;
    for (uint32_t i = 0; i < ids->n; i++) {
        struct vcd_long_id id = long_id(ids, i);
        rows[row_of(ids, (const char *)ids->octets.at + id.at, id.n)] = i + 1;
    }
    free(old);
    return true;
}

bool vcd_ids_add(struct vcd_ids *ids, const char *id, size_t n, uint32_t data) {
    uint32_t place = vcd_ids_place(id, n);
    if (place) {
        ids->few[place] = data + 1;
        return true;
    }
    struct vcd_long_id row = {.at = ids->octets.n, .n = (uint32_t)n, .data = data};
    if (ids->n + 1 > ids->n_rows / 2 && !grow(ids))
        return false;
    if (!store_octets_put(&ids->octets, id, n) ||
        !store_octets_put(&ids->long_ids, &row, sizeof row))
        return false;
    ids->rows[row_of(ids, id, n)] = ++ids->n;
    return true;
}
