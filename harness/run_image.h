/* Which image `run` puts on the board's MCU: the one asked for, or the one the project's build
 * made for the chip and the pins at hand, or none, with the reason.
 *
 * The images stand in ../firmware beside the program's directory, as NAME.elf, or else where
 * this program was configured to be built.
 */
#ifndef HARNESS_RUN_IMAGE_H
#define HARNESS_RUN_IMAGE_H

#include <stdbool.h>

#include "harness/board.h"
#include "harness/options.h"

struct run_image {
    char name[256];   /* as it was asked for, or the image's bare name; "" for none */
    char path[4096];  /* of the file, when there is a name */
    char instead[64]; /* the image that should have run, and was not built; "": none */
    char why[192];    /* why nothing runs, or why not `instead` */
};

/* False with `err` when the image asked for does not exist: class ENVIRONMENT when it is the
 * project's and was not built, else INPUT with the nearest name. The file itself is read later. */
bool run_image_choose(struct run_image *image, const struct options *options,
                      const struct board *board, struct sim_err *err);

#endif
