/* What the readers of VCD and FST have in common. */
#ifndef HARNESS_VIEW_WAVE_READ_H
#define HARNESS_VIEW_WAVE_READ_H

#include "harness/view/store_build.h"
#include "harness/view/wave_input.h"

struct wave_read {
    struct wave_input *input;
    struct store_build *build;
    bool allow_end; /* a file cut off is taken as far as it goes, with build->note */
    /* Called now and then with the octets of the file done; false: stop. */
    bool (*tick)(void *context, uint64_t done);
    void *context;
    struct sim_err *err;
};

/* IEEE 1364-2005 clause 18, and what tools made of it: characters of VHDL's std_logic, strings
 * (`s`), names with blanks, sections of unknown keywords. False with err: line, what was found
 * and expected. */
bool vcd_read(struct wave_read *read);

#endif
