#include "harness/image.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "harness/hex32.h"
#include "harness/image_read.h"
#include "harness/slurp.h"
#include "harness/words.h"

bool image_fail_at(const struct image *image, size_t offset, struct sim_err *err,
                   const char *format, ...) {
    char text[sizeof err->text];
    va_list args;
    va_start(args, format);
    sim_vformat(text, sizeof text, format, args);
    va_end(args);
    sim_err_at(err, SIM_ERR_INPUT, image->path, 0, "%s", text);
    err->offset = (long)offset;
    return false;
}

bool image_add(struct image *image, struct image_segment **list, size_t *n,
               const struct image_segment *segment, struct sim_err *err) {
    if (*n == IMAGE_MAX_SEGMENTS)
        return sim_err_at(err, SIM_ERR_INPUT, image->path, 0,
                          "more than %d separate segments; expected an image of one chip",
                          IMAGE_MAX_SEGMENTS);
    if ((*n & (*n - 1)) == 0) { /* a power of two is full */
        struct image_segment *more = realloc(*list, (*n ? 2 * *n : 1) * sizeof **list);
        if (!more)
            return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        *list = more;
    }
    (*list)[(*n)++] = *segment;
    return true;
}

static bool ends_in(const char *path, const char *end) {
    size_t length = strlen(path), tail = strlen(end);
    return length >= tail && words_equal_nocase(path + length - tail, end);
}

static bool read_bin(struct image *image, uint32_t base, struct sim_err *err) {
    const struct image_segment whole = {base, (uint32_t)image->file_size, image->file, base,
                                        (uint32_t)image->file_size};
    if (image->file_size == 0)
        return sim_err_at(err, SIM_ERR_INPUT, image->path, 0, "the file is empty");
    if (image->file_size > UINT32_MAX - base)
        return sim_err_at(err, SIM_ERR_INPUT, image->path, 0,
                          "%ld octets at %s pass the end of the address space",
                          (long)image->file_size, HEX32(base));
    return image_add(image, &image->segments, &image->n_segments, &whole, err);
}

static enum image_kind kind_of(const struct image *image, bool has_base) {
    if (image->file_size >= 4 && memcmp(image->file, "\177ELF", 4) == 0)
        return IMAGE_ELF;
    if (image_is_hex(image->file, image->file_size) || ends_in(image->path, ".hex") ||
        ends_in(image->path, ".ihex"))
        return IMAGE_HEX;
    return has_base || ends_in(image->path, ".bin") ? IMAGE_BIN : IMAGE_AUTO;
}

static int by_address(const void *a, const void *b) {
    const struct image_segment *x = a, *y = b;
    return (x->address > y->address) - (x->address < y->address);
}

static bool check_overlaps(struct image *image, struct sim_err *err) {
    if (image->n_segments > 1)
        qsort(image->segments, image->n_segments, sizeof *image->segments, by_address);
    for (size_t i = 1; i < image->n_segments; i++) {
        const struct image_segment *last = &image->segments[i - 1], *next = &image->segments[i];
        if (next->address - last->address < last->size)
            return sim_err_at(err, SIM_ERR_INPUT, image->path, 0,
                              "the octets at %s are given twice: a segment from %s runs into them",
                              HEX32(next->address), HEX32(last->address));
    }
    return true;
}

static bool read_kind(struct image *image, bool has_base, uint32_t base, struct sim_err *err) {
    image->kind = kind_of(image, has_base);
    switch (image->kind) {
    case IMAGE_ELF:
        return image_read_elf(image, err);
    case IMAGE_HEX:
        return image_read_hex(image, err);
    case IMAGE_BIN:
        return read_bin(image, base, err);
    default:
        return image_fail_at(image, 0, err,
                             "neither ELF nor Intel HEX; raw octets need --base or a name "
                             "ending in .bin");
    }
}

/* Takes `file` over. */
static bool read_file(struct image *image, const char *path, uint8_t *file, size_t size,
                      bool has_base, uint32_t base, struct sim_err *err) {
    *image = (struct image){.path = path, .file = file, .file_size = size};
    if (read_kind(image, has_base, base, err) && check_overlaps(image, err))
        return true;
    image_finish(image);
    return false;
}

bool image_parse(struct image *image, const char *path, const uint8_t *data, size_t size,
                 bool has_base, uint32_t base, struct sim_err *err) {
    uint8_t *file = malloc(size + 1);
    *image = (struct image){0};
    if (!file)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    if (size)
        memcpy(file, data, size);
    return read_file(image, path, file, size, has_base, base, err);
}

bool image_load(struct image *image, const char *path, bool has_base, uint32_t base,
                struct sim_err *err) {
    size_t size;
    *image = (struct image){0};
    char *file = slurp_file(path, IMAGE_MAX_FILE, &size, err);
    return file && read_file(image, path, (uint8_t *)file, size, has_base, base, err);
}

void image_finish(struct image *image) {
    free(image->segments);
    free(image->zeros);
    free(image->symbols);
    free(image->file);
    free(image->octets);
    *image = (struct image){0};
}

const struct image_symbol *image_symbol(const struct image *image, const char *name) {
    for (size_t i = 0; i < image->n_symbols; i++)
        if (strcmp(image->symbols[i].name, name) == 0)
            return &image->symbols[i];
    return NULL;
}

/* The first symbol above `address`. */
static size_t upper_bound(const struct image *image, uint32_t address) {
    size_t low = 0, high = image->n_symbols;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (image->symbols[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A sized function that holds the address is right; without one the nearest label of code,
 * which assembly gives no size. Objects lie between functions only rarely, so a short walk
 * finds the function. */
const struct image_symbol *image_function(const struct image *image, uint32_t address) {
    const struct image_symbol *label = NULL;
    size_t i = upper_bound(image, address);
    for (unsigned steps = 0; i-- > 0 && steps < 64; steps++) {
        const struct image_symbol *symbol = &image->symbols[i];
        if (symbol->function && address - symbol->address < symbol->size)
            return symbol;
        if (symbol->code && symbol->size == 0 && !label)
            label = symbol;
    }
    return label;
}
