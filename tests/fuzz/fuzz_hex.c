/* Any octets as Intel HEX: segments in order that do not touch each other's octets, or one
 * clear line. */
#include "harness/image.h"
#include "tests/fuzz/fuzz.h"

static void check_image(const struct image *image) {
    unsigned sum = 0;
    for (size_t i = 0; i < image->n_segments; i++) {
        const struct image_segment *segment = &image->segments[i];
        fuzz_expect(segment->size > 0);
        fuzz_expect(i == 0 || segment->address - segment[-1].address >= segment[-1].size);
        for (uint32_t j = 0; j < segment->size; j++)
            sum += segment->data[j];
    }
    fuzz_expect(image->n_segments > 0 && sum + 1 > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sim_err err = SIM_ERR_INIT;
    struct image image;
    if (image_parse(&image, "fuzz.hex", data, size, false, 0, &err))
        check_image(&image);
    else
        fuzz_expect(err.cls == SIM_ERR_INPUT && err.text[0] && !strchr(err.text, '\n'));
    image_finish(&image);
    return 0;
}
