#include "harness/view/fst_read.h"

bool fst_read(struct wave_read *read) {
    return sim_err_at(read->err, SIM_ERR_ENVIRONMENT, read->input->path, 0,
                      "no FST: the program was built without fstapi.c, which the Debian package "
                      "verilator contains; install it and build again");
}
