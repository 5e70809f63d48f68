/* Link pulses in words, for the decoders of a line. */
#ifndef HARNESS_VIEW_DECODERS_LINK_PULSE_H
#define HARNESS_VIEW_DECODERS_LINK_PULSE_H

#include "harness/view/decoders/wire_burst.h"

/* "NLP 100 ns", and what is wrong with it: returns false. */
bool link_pulse_text(const struct store *store, const struct wire_pulse *pulse, char *out,
                     size_t size);

#endif
