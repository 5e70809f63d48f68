/* Every check, in the order of reports: what stands first explains what follows. */
#include "harness/checks/check.h"

#define CHECK_ROW(row) extern const struct check check_##row;
#include "harness/checks/catalogue_rows.h"
#undef CHECK_ROW

#define CHECK_ROW(row) &check_##row,
const struct check *const checks[] = {
#include "harness/checks/catalogue_rows.h"
    NULL,
};
#undef CHECK_ROW
