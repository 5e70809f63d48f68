#include "sim/grow.h"

#include <stdlib.h>
#include <string.h>

void *sim_grow(void *array, uint32_t used, uint32_t *capacity, size_t size) {
    if (used < *capacity)
        return array;
    uint32_t wanted = *capacity ? *capacity * 2 : 64;
    void *bigger = realloc(array, wanted * size);
    if (!bigger)
        abort();
    memset((char *)bigger + *capacity * size, 0, (wanted - *capacity) * size);
    *capacity = wanted;
    return bigger;
}
