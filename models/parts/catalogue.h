/* Every part model, one row each in models/parts/meson.build. */
#ifndef MODELS_PARTS_CATALOGUE_H
#define MODELS_PARTS_CATALOGUE_H

#include "sim/part.h"

extern const struct part_model *const part_catalogue[];
extern const size_t part_catalogue_size;

/* The model for a board part, and through `variant` its row; NULL when none fits.
 * Order: value text, then library part, then footprint, then reference letters. Vendor
 * prefixes (SN, CD, MM, MC, TC) and package suffixes (74HC08D, 74HC08PW) are ignored. */
const struct part_model *part_catalogue_match(const char *ref, const char *value,
                                              const char *library, const char *footprint,
                                              const struct part_variant **variant);

#endif
