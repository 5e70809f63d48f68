/* From an exported board to a loaded shared object. */
#ifndef HARNESS_RTL_BUILD_H
#define HARNESS_RTL_BUILD_H

#include "rtl/verilate.h"
#include "sim/err.h"

/* Finds or makes the object of the design `text`; `option` is for verilator, "" or one more.
 * `*handle` is for dlclose(). */
const struct rtl_interface *rtl_build(const char *text, size_t size, const char *option,
                                      void **handle, struct sim_err *err);

/* The line by which rtl/compile.sh learns what to call the design: "// design 0123...\n", of
 * the text and the cells. False when a cell cannot be read. */
#define RTL_DESIGN_LINE 32
bool rtl_build_design(const char *text, size_t size, char line[RTL_DESIGN_LINE],
                      struct sim_err *err);

#endif
