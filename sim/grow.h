/* An array that grows by one at a time. */
#ifndef SIM_GROW_H
#define SIM_GROW_H

#include <stddef.h>
#include <stdint.h>

/* `array` with room for one more than `used`, what is new zeroed; `capacity` from 0 on. Out of
 * memory ends the program: netlists and circuits are small, and nothing sensible is left to do. */
void *sim_grow(void *array, uint32_t used, uint32_t *capacity, size_t size);

#endif
