/* What the files of the VCD reader share. */
#ifndef HARNESS_VIEW_VCD_INTERNAL_H
#define HARNESS_VIEW_VCD_INTERNAL_H

#include "harness/view/vcd_ids.h"
#include "harness/view/vcd_text.h"

struct vcd {
    struct vcd_text text;
    struct vcd_ids ids;
    bool over; /* cut off, and shown as far as it goes */
};

/* Up to and with $enddefinitions. */
bool vcd_read_header(struct vcd *vcd);

/* A decimal number, correctly rounded, nan and inf too; `text` is followed by a blank. */
bool vcd_real(const char *text, size_t n, double *value);
/* C's escapes (\n, \\, \x20, \040), in place; returns the length left. */
size_t vcd_unescape(char *text, size_t n);

#endif
