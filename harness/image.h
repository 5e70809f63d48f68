/* Firmware images: ELF32 for ARM (little endian), Intel HEX, raw octets.
 *
 * Sources: System V ABI (ELF header, program headers, symbol table); ELF for the Arm
 * Architecture (IHI0044): EM_ARM, mapping symbols, bit 0 of Thumb functions; Intel's
 * "Hexadecimal Object File Format Specification" rev. A (1988).
 *
 * The readers trust nothing: every offset is checked against the file's size, and no
 * memory is asked for that the file does not fill itself.
 */
#ifndef HARNESS_IMAGE_H
#define HARNESS_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

#define IMAGE_MAX_FILE     ((size_t)64 << 20)
#define IMAGE_MAX_SEGMENTS 4096

enum image_kind { IMAGE_AUTO, IMAGE_ELF, IMAGE_HEX, IMAGE_BIN };

/* Octets that a programmer writes to the chip. */
struct image_segment {
    uint32_t address; /* where they are loaded (p_paddr) */
    uint32_t size;    /* 0: only memory that the program uses */
    const uint8_t *data;
    uint32_t run_address, run_size; /* where the program sees them (p_vaddr), with its .bss */
};

struct image_symbol {
    const char *name;
    uint32_t address; /* bit 0 of a Thumb function is cleared */
    uint32_t size;    /* 0: unknown */
    bool function;    /* STT_FUNC; else a label or an object */
    bool code;        /* function, or a label in an executable section */
};

struct image {
    enum image_kind kind;
    const char *path;               /* as given */
    struct image_segment *segments; /* by load address, none empty and none overlapping */
    size_t n_segments;
    struct image_segment *zeros; /* ELF: segments without octets in the file (.bss, stack) */
    size_t n_zeros;
    bool has_entry;
    uint32_t entry;               /* e_entry, or HEX record 05, as written */
    struct image_symbol *symbols; /* by address; ELF only */
    size_t n_symbols;
    uint8_t *file; /* the whole file; names and segments of an ELF point into it */
    size_t file_size;
    uint8_t *octets; /* HEX: the decoded octets */
};

/* Reads a file. kind IMAGE_AUTO: by its first octets; what is neither ELF nor HEX is raw
 * when `has_base` or its name ends in .bin, else an error. `base`: where raw octets go.
 * False with `err` (file, and offset or line); the image is then empty. `path` must live
 * as long as the image. */
bool image_load(struct image *image, const char *path, bool has_base, uint32_t base,
                struct sim_err *err);

/* The same from memory; a copy is made. */
bool image_parse(struct image *image, const char *path, const uint8_t *data, size_t size,
                 bool has_base, uint32_t base, struct sim_err *err);
void image_finish(struct image *image); /* accepts a zeroed image */

/* The symbol with this name, NULL when there is none. */
const struct image_symbol *image_symbol(const struct image *image, const char *name);

/* The function that contains `address`, or a label of code before it; NULL when unknown. */
const struct image_symbol *image_function(const struct image *image, uint32_t address);

#endif
