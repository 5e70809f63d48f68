/* An FST that is a plain file into a store: what the reading process does. */
#ifndef HARNESS_VIEW_FST_BUILD_H
#define HARNESS_VIEW_FST_BUILD_H

#include "harness/view/fst_file.h"
#include "harness/view/wave_read.h"

/* Of the processor's time without progress; after that SIGPROF ends the process, for fstapi can
 * go round for ever in a damaged file. */
#define FST_PATIENCE_S 10
void fst_be_patient(void);

/* `name` is how the stream is opened once more. */
bool fst_build(struct wave_read *read, FILE *stream, const char *name);

/* Scopes and signals. datas[n_handles] becomes the data of each handle, STORE_NONE: none. */
bool fst_hierarchy(struct wave_read *read, const struct fst_file *file, uint32_t *datas);

#endif
