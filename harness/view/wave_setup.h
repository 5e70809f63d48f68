/* A view as the command line asks for it. */
#ifndef HARNESS_VIEW_WAVE_SETUP_H
#define HARNESS_VIEW_WAVE_SETUP_H

#include <stdio.h>

#include "harness/options.h"
#include "harness/view/view.h"

/* Opens options->files[0] with what belongs to it, and sets rows, range, cursors and panels; what
 * is no error but worth a word goes to `notes`. False: nothing is left open. */
bool wave_setup(struct view *view, const struct options *options, FILE *notes, struct sim_err *err);

/* --from and --to as they are given, also outside of the file; the file's begin and end for what
 * is not given. */
bool wave_range(const struct view *view, const struct options_wave *wave, int64_t *from,
                int64_t *to, struct sim_err *err);

#endif
