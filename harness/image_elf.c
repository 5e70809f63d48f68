/* ELF32, ARM, little endian: the fields of System V's ABI at the offsets given there. */
#include "harness/image_read.h"

#include <stdlib.h>
#include <string.h>

#include "harness/hex32.h"

enum { EHDR_SIZE = 52, PHDR_SIZE = 32, SHDR_SIZE = 40, SYM_SIZE = 16 };
enum { ET_EXEC = 2, EM_ARM = 40, PT_LOAD = 1, SHT_SYMTAB = 2, SHF_EXECINSTR = 4 };
enum { STT_NOTYPE = 0, STT_OBJECT = 1, STT_FUNC = 2, SHN_UNDEF = 0 };
#define EF_ARM_BE8 0x00800000u

static unsigned u16(const uint8_t *p) {
    return p[0] | (unsigned)p[1] << 8;
}

static uint32_t u32(const uint8_t *p) {
    return u16(p) | (uint32_t)u16(p + 2) << 16;
}

/* [offset, offset + n * size) lies in the file. */
static bool inside(const struct image *image, uint32_t offset, uint64_t n, uint64_t size) {
    return offset <= image->file_size && n * size <= image->file_size - offset;
}

static bool check_header(const struct image *image, struct sim_err *err) {
    const uint8_t *h = image->file;
    if (image->file_size < EHDR_SIZE)
        return image_fail_at(image, image->file_size, err,
                             "ends within the ELF header; expected %d octets", EHDR_SIZE);
    if (h[4] != 1)
        return image_fail_at(image, 4, err, "ELF class %d; expected 1 (32 bit)", h[4]);
    if (h[5] != 1)
        return image_fail_at(image, 5, err, "ELF data encoding %d; expected 1 (little endian)",
                             h[5]);
    if (u16(h + 18) != EM_ARM)
        return image_fail_at(image, 18, err, "ELF machine %u; expected %d (ARM)", u16(h + 18),
                             EM_ARM);
    if (u16(h + 16) != ET_EXEC)
        return image_fail_at(image, 16, err,
                             "ELF type %u; expected 2 (an executable, linked at fixed addresses)",
                             u16(h + 16));
    if (u32(h + 36) & EF_ARM_BE8)
        return image_fail_at(image, 36, err, "BE8 (big endian data); expected little endian");
    return true;
}

static bool take_segment(struct image *image, size_t at, struct sim_err *err) {
    const uint8_t *p = image->file + at;
    uint32_t offset = u32(p + 4), run = u32(p + 8), load = u32(p + 12);
    uint32_t filled = u32(p + 16), total = u32(p + 20);
    struct image_segment segment = {load, filled, NULL, run, total};
    if (!inside(image, offset, filled, 1))
        return image_fail_at(image, at, err,
                             "a segment of %u octets at offset %u passes the end of the file (%u)",
                             filled, offset, (unsigned)image->file_size);
    if (total < filled)
        return image_fail_at(image, at, err, "a segment has %u octets in the file, %u in memory",
                             filled, total);
    if ((uint64_t)load + filled > UINT64_C(1) << 32 || (uint64_t)run + total > UINT64_C(1) << 32)
        return image_fail_at(image, at, err, "a segment at %s passes the end of the address space",
                             HEX32((uint64_t)run + total > UINT64_C(1) << 32 ? run : load));
    segment.data = image->file + offset;
    if (filled)
        return image_add(image, &image->segments, &image->n_segments, &segment, err);
    return !total || image_add(image, &image->zeros, &image->n_zeros, &segment, err);
}

static bool read_segments(struct image *image, struct sim_err *err) {
    const uint8_t *h = image->file;
    uint32_t at = u32(h + 28);
    unsigned n = u16(h + 44);
    if (n && u16(h + 42) != PHDR_SIZE)
        return image_fail_at(image, 42, err, "program headers of %u octets; expected %d",
                             u16(h + 42), PHDR_SIZE);
    if (n && !inside(image, at, n, PHDR_SIZE))
        return image_fail_at(image, 28, err,
                             "%u program headers at offset %u pass the end of the file (%u)", n, at,
                             (unsigned)image->file_size);
    for (unsigned i = 0; i < n; i++)
        if (u32(h + at + PHDR_SIZE * i) == PT_LOAD &&
            !take_segment(image, at + (size_t)PHDR_SIZE * i, err))
            return false;
    if (!image->n_segments)
        return image_fail_at(image, 28, err, "no segment holds any octets to load");
    return true;
}

/* The section headers, checked; *n = 0 when there are none. */
static bool find_sections(const struct image *image, const uint8_t **sections, unsigned *n,
                          struct sim_err *err) {
    const uint8_t *h = image->file;
    uint32_t at = u32(h + 32);
    *n = at ? u16(h + 48) : 0;
    *sections = h;
    if (*n == 0)
        return true;
    if (u16(h + 46) != SHDR_SIZE)
        return image_fail_at(image, 46, err, "section headers of %u octets; expected %d",
                             u16(h + 46), SHDR_SIZE);
    if (!inside(image, at, *n, SHDR_SIZE))
        return image_fail_at(image, 32, err,
                             "%u section headers at offset %u pass the end of the file (%u)", *n,
                             at, (unsigned)image->file_size);
    *sections = h + at;
    return true;
}

struct table {
    const uint8_t *sections; /* headers */
    unsigned n_sections;
    const uint8_t *symbols;
    size_t n;
    const char *names; /* NUL at the end is checked */
    size_t names_size;
};

static bool check_table(const struct image *image, const uint8_t *section, struct table *table,
                        struct sim_err *err) {
    size_t at = (size_t)(section - image->file);
    uint32_t offset = u32(section + 16), size = u32(section + 20), link = u32(section + 24);
    if (!inside(image, offset, size, 1))
        return image_fail_at(image, at, err, "the symbol table passes the end of the file");
    if (u32(section + 36) != SYM_SIZE)
        return image_fail_at(image, at + 36, err, "symbols of %u octets; expected %d",
                             u32(section + 36), SYM_SIZE);
    if (link >= table->n_sections)
        return image_fail_at(image, at + 24, err,
                             "the symbol table's names are in section %u of %u", link,
                             table->n_sections);
    const uint8_t *names = table->sections + (size_t)SHDR_SIZE * link;
    table->names_size = u32(names + 20);
    if (!inside(image, u32(names + 16), table->names_size, 1) || !table->names_size ||
        image->file[u32(names + 16) + table->names_size - 1] != 0)
        return image_fail_at(image, (size_t)(names - image->file), err,
                             "the symbols' names pass the end of the file, or do not end");
    table->symbols = image->file + offset;
    table->n = size / SYM_SIZE;
    table->names = (const char *)image->file + u32(names + 16);
    return true;
}

static bool in_code(const struct table *table, unsigned section) {
    return section < table->n_sections &&
           (u32(table->sections + (size_t)SHDR_SIZE * section + 8) & SHF_EXECINSTR);
}

/* False: not one to keep. Mapping symbols ($t, $d) say what follows, and name nothing. */
static bool take_symbol(const struct table *table, const uint8_t *s, struct image_symbol *symbol) {
    uint32_t name = u32(s), value = u32(s + 4);
    unsigned type = s[12] & 15, section = u16(s + 14);
    if (type > STT_FUNC || section == SHN_UNDEF || name >= table->names_size ||
        table->names[name] == 0 || table->names[name] == '$')
        return false;
    bool function = type == STT_FUNC,
         code = function || (type == STT_NOTYPE && in_code(table, section));
    *symbol = (struct image_symbol){.name = table->names + name,
                                    .address = function ? value & ~1u : value,
                                    .size = u32(s + 8),
                                    .function = function,
                                    .code = code};
    return true;
}

/* Names decide between equals, so that the order does not depend on the library. */
static int by_address(const void *a, const void *b) {
    const struct image_symbol *x = a, *y = b;
    if (x->address != y->address)
        return x->address > y->address ? 1 : -1;
    return strcmp(y->name, x->name);
}

static bool read_symbols(struct image *image, const struct table *table, struct sim_err *err) {
    image->symbols = calloc(table->n + 1, sizeof *image->symbols);
    if (!image->symbols)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    for (size_t i = 0; i < table->n; i++)
        if (take_symbol(table, table->symbols + SYM_SIZE * i, &image->symbols[image->n_symbols]))
            image->n_symbols++;
    qsort(image->symbols, image->n_symbols, sizeof *image->symbols, by_address);
    return true;
}

bool image_read_elf(struct image *image, struct sim_err *err) {
    struct table table = {0};
    if (!check_header(image, err) || !read_segments(image, err) ||
        !find_sections(image, &table.sections, &table.n_sections, err))
        return false;
    image->entry = u32(image->file + 24);
    image->has_entry = image->entry != 0;
    for (unsigned i = 0; i < table.n_sections; i++) {
        const uint8_t *section = table.sections + (size_t)SHDR_SIZE * i;
        if (u32(section + 4) == SHT_SYMTAB)
            return check_table(image, section, &table, err) && read_symbols(image, &table, err);
    }
    return true;
}
