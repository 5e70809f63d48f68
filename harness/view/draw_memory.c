#include <stdlib.h>

#include "harness/view/draw.h"

void draw_memory_destroy(struct draw_memory *memory) {
    free(memory);
}
