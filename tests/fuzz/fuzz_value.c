/* Component values and SI numbers: finite and in range, or a reason. */
#include <math.h>

#include "harness/values.h"
#include "tests/fuzz/fuzz.h"

static const struct board_values convention = {1e-12, 1e-6};

static void component(const char *text, enum part_quantity quantity, double most) {
    char why[64] = "", shown[40];
    double value = NAN;
    if (value_read(text, quantity, &convention, &value, why, sizeof why))
        fuzz_expect(value >= 0 && value <= most && value_show(value, quantity, shown, 40) == shown);
    else
        fuzz_expect(why[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = fuzz_text(data, size), why[64] = "";
    double value = NAN;
    component(text, PART_FARAD, 10.0);
    component(text, PART_OHM, 1e12);
    bool good = value_read_si(text, &value, why, sizeof why);
    fuzz_expect(good ? isfinite(value) : why[0]);
    free(text);
    return 0;
}
