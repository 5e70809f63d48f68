#include "harness/view/paint_png.h"

#include <png.h>
#include <stdint.h>
#include <stdlib.h>

#include "harness/outfile.h"

static void to_rgb(uint8_t *rgb, const void *pixels, unsigned width, unsigned height,
                   size_t pitch) {
    for (unsigned y = 0; y < height; y++) {
        const uint32_t *row = (const void *)((const uint8_t *)pixels + y * pitch);
        for (unsigned x = 0; x < width; x++) {
            *rgb++ = (uint8_t)(row[x] >> 16);
            *rgb++ = (uint8_t)(row[x] >> 8);
            *rgb++ = (uint8_t)row[x];
        }
    }
}

bool paint_png_write(const char *path, const void *pixels, unsigned width, unsigned height,
                     size_t pitch, struct sim_err *err) {
    png_image image = {
        .version = PNG_IMAGE_VERSION, .width = width, .height = height, .format = PNG_FORMAT_RGB};
    struct outfile file = {0};
    uint8_t *rgb = malloc((size_t)3 * width * height);
    bool good = rgb && outfile_open(&file, path, err);
    if (!rgb)
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    if (good) {
        to_rgb(rgb, pixels, width, height, pitch);
        good = png_image_write_to_stdio(&image, file.stream, 0, rgb, 0, NULL) != 0;
        if (!good)
            sim_err_at(err, SIM_ERR_INPUT, path, 0, "cannot write the picture: %s", image.message);
    }
    good = good && outfile_commit(&file, err);
    if (!good)
        outfile_abandon(&file);
    free(rgb);
    return good;
}
