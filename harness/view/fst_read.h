/* FST, by gtkwave's fstapi as Verilator ships it. */
#ifndef HARNESS_VIEW_FST_READ_H
#define HARNESS_VIEW_FST_READ_H

#include "harness/view/wave_read.h"

/* Builds the whole store, its end included, as vcd_read() and store_build_end() do.
 * SIM_ERR_ENVIRONMENT when the program was built without fstapi. */
bool fst_read(struct wave_read *read);

#endif
