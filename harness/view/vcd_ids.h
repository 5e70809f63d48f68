/* Which signal an identifier of a VCD means. Most are one to three printable characters. */
#ifndef HARNESS_VIEW_VCD_IDS_H
#define HARNESS_VIEW_VCD_IDS_H

#include "harness/view/store.h"
#include "harness/view/store_build.h"

#define VCD_IDS_SHORT 3
#define VCD_IDS_BASE  95u /* 94 printable characters, and none */

struct vcd_ids {
    uint32_t *few;  /* [95^3]: the data + 1; 0: unknown */
    uint32_t *rows; /* hashed: place in `long_ids` + 1; a power of two of them */
    uint32_t n_rows, n;
    uint64_t key[2];              /* of the hash; another one in every table */
    struct store_octets long_ids; /* struct vcd_long_id, then the identifiers' octets in `octets` */
    struct store_octets octets;
};

bool vcd_ids_init(struct vcd_ids *ids); /* false: no memory */
void vcd_ids_finish(struct vcd_ids *ids);
/* The data of an identifier not known yet. False: no memory. */
bool vcd_ids_add(struct vcd_ids *ids, const char *id, size_t n, uint32_t data);
uint32_t vcd_ids_long(const struct vcd_ids *ids, const char *id, size_t n);

/* The place of a short one in `few`; 0: it is not short. */
static inline uint32_t vcd_ids_place(const char *id, size_t n) {
    uint32_t place = 0;
    if (n > VCD_IDS_SHORT)
        return 0;
    while (n--) {
        uint32_t digit = (uint32_t)(unsigned char)id[n] - ' ';
        if (digit >= VCD_IDS_BASE)
            return 0;
        place = place * VCD_IDS_BASE + digit;
    }
    return place;
}

/* STORE_NONE: unknown. */
static inline uint32_t vcd_ids_find(const struct vcd_ids *ids, const char *id, size_t n) {
    uint32_t place = vcd_ids_place(id, n);
    return place ? ids->few[place] - 1 : vcd_ids_long(ids, id, n);
}

#endif
