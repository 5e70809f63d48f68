/* check_object STAMP OBJECT: run at build time on each XDP program; fails the build on what the
 * kernel must not be given. */
#include <stdio.h>

#include "harness/xdp/trap.h"

int main(int argc, char **argv) {
    struct xdp_object object;
    struct sim_err err = SIM_ERR_INIT;
    if (argc != 3) {
        fputs("usage: check_object STAMP OBJECT\n", stderr);
        return 2;
    }
    bool good = xdp_object_read(&object, argv[2], &err) && xdp_trap_free(&object, &err);
    if (!good)
        fprintf(stderr, "%s: %s\n", argv[2], err.text);
    xdp_object_finish(&object);
    FILE *stamp = good ? fopen(argv[1], "w") : NULL;
    return stamp && fclose(stamp) == 0 ? 0 : 1;
}
