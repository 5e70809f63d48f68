/* What is observed: named signals, as an observer lists them once. */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include <stdint.h>

#define TRACE_OWN UINT32_MAX

enum trace_kind {
    TRACE_BIT,    /* a level */
    TRACE_VECTOR, /* a number of `width` bits */
    TRACE_REAL,   /* between its changes joined by straight lines */
};

struct trace_signal {
    const char *scope; /* the part ("U4"), or "line", "spi", "one-shots", "cpu" */
    const char *name;  /* the net as in KiCad, or a pin */
    uint32_t same_as;  /* index of an earlier signal this is another name of, or TRACE_OWN */
    char initial;      /* before the first change: '0' '1' 'x' 'z'; all bits of a vector */
    enum trace_kind kind;
    unsigned width; /* of a vector, 2 to 64 */
    double real;    /* of a real before the first change */
};

#endif
