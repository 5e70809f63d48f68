/* What is observed: named one-bit signals, as an observer lists them once. */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include <stdint.h>

#define TRACE_OWN UINT32_MAX

struct trace_signal {
    const char *scope; /* the part ("U4"), or "line", "spi", "one-shots" */
    const char *name;  /* the net as in KiCad, or a pin */
    uint32_t same_as;  /* index of an earlier signal this is another name of, or TRACE_OWN */
    char initial;      /* value before the first change: '0' '1' 'x' 'z' */
};

#endif
