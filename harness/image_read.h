/* Between the files of the image reader. */
#ifndef HARNESS_IMAGE_READ_H
#define HARNESS_IMAGE_READ_H

#include "harness/image.h"

/* Fill `image` from image->file; on failure what is filled is freed by the caller. */
bool image_read_elf(struct image *image, struct sim_err *err);
bool image_read_hex(struct image *image, struct sim_err *err);

/* ":10..." at the beginning, white space before it allowed. */
bool image_is_hex(const uint8_t *data, size_t size);

/* An error with the offset in the file. */
bool image_fail_at(const struct image *image, size_t offset, struct sim_err *err,
                   const char *format, ...);

/* Appends; false and an error when there are IMAGE_MAX_SEGMENTS. */
bool image_add(struct image *image, struct image_segment **list, size_t *n,
               const struct image_segment *segment, struct sim_err *err);

#endif
