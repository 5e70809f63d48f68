/* What a decoder says, as text or JSON instead of a picture: for scripts. */
#ifndef HARNESS_VIEW_DECODE_EXPORT_H
#define HARNESS_VIEW_DECODE_EXPORT_H

#include <stdio.h>

#include "harness/view/decode.h"
#include "sim/err.h"

struct decode_export {
    const struct decoder *decoder;
    /* range, inputs, names of functions; the budget is not looked at */
    struct decode_request request;
};

/* `spec` is NAME or NAME=SIGNAL,... with the inputs in the decoder's order, empty for one that
 * is not connected; without signals the decoder guesses. The range becomes the whole file. */
bool decode_export_init(struct decode_export *job, const struct store *store, const char *spec,
                        struct sim_err *err);

/* Every item once, in the order of time: from, to (ns), line, class and text, by tabs; then how
 * many there were. With `json` (NULL: not wanted) also as a file of schema linkpulse.decode/1. */
bool decode_export(const struct decode_export *job, FILE *out, const char *json,
                   struct sim_err *err);

#endif
