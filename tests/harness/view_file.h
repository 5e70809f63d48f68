/* A small wave file of every kind of signal, for the viewer's tests. */
#ifndef TESTS_HARNESS_VIEW_FILE_H
#define TESTS_HARNESS_VIEW_FILE_H

#include <stdint.h>

#include "harness/view/store.h"

/* The same file for the same seed: bits with x and z, vectors, reals, strings, events, with short
 * and long names in nested scopes, over some thousand changes. Opened and deleted again. */
struct store *view_file_random(uint64_t seed);
/* A VCD's text as a store; fails the test when it is refused. */
struct store *view_file_text(const char *vcd);

#endif
