/* Any octets as an ELF: an image whose parts lie in the file, or one clear line. */
#include "harness/dwarf_lines.h"
#include "harness/image.h"
#include "tests/fuzz/fuzz.h"

static void check_image(const struct image *image) {
    unsigned sum = 0;
    for (size_t i = 0; i < image->n_segments; i++)
        for (uint32_t j = 0; j < image->segments[i].size; j++)
            sum += image->segments[i].data[j]; /* the sanitizer sees every octet */
    for (size_t i = 0; i < image->n_symbols; i++) {
        const struct image_symbol *symbol = &image->symbols[i];
        fuzz_expect(strlen(symbol->name) > 0 && (i == 0 || symbol[-1].address <= symbol->address));
        image_function(image, symbol->address + 1);
    }
    fuzz_expect(image->n_segments > 0 && sum + 1 > 0);
}

static void check_lines(const struct image *image) {
    char line[32];
    struct dwarf_lines *lines = dwarf_lines_open(image->file, image->file_size);
    for (size_t i = 0; i < image->n_segments && i < 4; i++) {
        dwarf_lines_find(lines, image->segments[i].address, line, sizeof line);
        fuzz_expect(strlen(line) < sizeof line);
    }
    dwarf_lines_close(lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sim_err err = SIM_ERR_INIT;
    struct image image;
    if (size < 4 || memcmp(data, "\177ELF", 4) != 0)
        return 0;
    if (image_parse(&image, "fuzz", data, size, false, 0, &err)) {
        check_image(&image);
        check_lines(&image);
    } else {
        fuzz_expect(err.cls == SIM_ERR_INPUT && err.text[0] && !strchr(err.text, '\n'));
    }
    image_finish(&image);
    return 0;
}
