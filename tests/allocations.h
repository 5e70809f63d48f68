/* For tests that count_allocations of tests/meson.build is a dependency of: how often malloc,
 * calloc and realloc were called by the program. */
#ifndef TESTS_ALLOCATIONS_H
#define TESTS_ALLOCATIONS_H

#include <stddef.h>

extern _Atomic size_t allocations;

#endif
