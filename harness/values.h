/* Component values as written on schematics, and quantities in the .ini.
 *
 * Read: 200, 0.68, 100n, 4k7, 4R7, 0R, 1M, 10uF, 560 ohm; unicode micro and ohm; followed
 * by ratings (33.0x10V, 100nF/50V, 560R 1%, 100n X7R). A capacitor without any letter
 * follows the board's convention, a whole number otherwise than a decimal.
 */
#ifndef HARNESS_VALUES_H
#define HARNESS_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/board_config.h"
#include "sim/part.h"

/* `out` in ohm or farad. On failure `why` says what was found and expected. */
bool value_read(const char *text, enum part_quantity quantity, const struct board_values *values,
                double *out, char *why, size_t why_size);

/* A number with an optional sign, exponent or SI letter, and unit (V F s Hz A ohm):
 * "50p", "2.70", "560", "4k7", "-1.5e-9", "13ns". */
bool value_read_si(const char *text, double *out, char *why, size_t why_size);

/* "200 pF", "57.6 kohm", "0 ohm"; a plain number for PART_NO_QUANTITY. Returns `out`. */
const char *value_show(double value, enum part_quantity quantity, char *out, size_t size);

/* The same with any unit: "2.7 V", "13 ns". */
const char *value_show_unit(double value, const char *unit, char *out, size_t size);

/* True for the texts that mean a part is left out: DNP, DNF, NC, "not fitted". */
bool value_is_not_fitted(const char *text);

#endif
