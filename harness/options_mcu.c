#include <string.h>

#include "harness/options_values.h"
#include "harness/values.h"

#define MOST_SECONDS 1e6 /* well inside sim_time */

/* Decimal or 0x, at most `most`; no sign, no spaces. */
static bool whole(const char *name, const char *text, uint64_t most, uint64_t *value,
                  struct sim_err *err) {
    if (options_u64(text, value) && *value <= most)
        return true;
    return sim_err_set(err, SIM_ERR_INPUT, "--%s %s: expected a whole number, decimal or 0x%s",
                       name, text, most <= UINT32_MAX ? ", in range" : "");
}

static bool take_port(const char *name, const char *text, unsigned *port, struct sim_err *err) {
    uint64_t value = *port;
    if (text && !whole(name, text, 65535, &value, err))
        return false;
    *port = (unsigned)value;
    return true;
}

static bool take_cycles(const char *text, uint64_t *cycles, struct sim_err *err) {
    if (!whole("max-cycles", text, UINT64_MAX, cycles, err))
        return false;
    return *cycles || sim_err_set(err, SIM_ERR_INPUT, "--max-cycles 0: expected 1 or more");
}

static bool take_time(const char *text, sim_time *time, struct sim_err *err) {
    char why[256] = "";
    double seconds;
    if (value_read_si(text, &seconds, why, sizeof why) && seconds >= 1e-9 &&
        seconds <= MOST_SECONDS) {
        *time = (sim_time)(seconds * (double)SIM_S + 0.5);
        return true;
    }
    return sim_err_set(err, SIM_ERR_INPUT, "--max-time %s: expected 1n to 1e6 seconds%s%s", text,
                       why[0] ? "; " : "", why);
}

static bool take_ppm(const char *text, double *ppm, struct sim_err *err) {
    char why[256];
    if (value_read_si(text, ppm, why, sizeof why) && *ppm >= -1e5 && *ppm <= 1e5)
        return true;
    return sim_err_set(err, SIM_ERR_INPUT, "--hsi-ppm %s: expected -100000 to 100000", text);
}

static bool take_word(const char *name, const char *text, uint32_t *word, struct sim_err *err) {
    uint64_t value;
    if (!whole(name, text, UINT32_MAX, &value, err))
        return false;
    *word = (uint32_t)value;
    return true;
}

static bool take_file(const char **file, const char *value) {
    *file = value;
    return true;
}

bool options_take_mcu(struct options_mcu *mcu, const char *name, const char *value,
                      struct sim_err *err) {
    if (strcmp(name, "chip") == 0)
        return take_file(&mcu->chip, value);
    if (strcmp(name, "base") == 0)
        return mcu->has_base = take_word(name, value, &mcu->base, err);
    if (strcmp(name, "max-cycles") == 0)
        return take_cycles(value, &mcu->max_cycles, err);
    if (strcmp(name, "max-time") == 0)
        return take_time(value, &mcu->max_time, err);
    if (strcmp(name, "hse") == 0)
        return take_word(name, value, &mcu->hse_hz, err);
    if (strcmp(name, "hsi-ppm") == 0)
        return take_ppm(value, &mcu->hsi_ppm, err);
    if (strcmp(name, "hse-bypass") == 0)
        return mcu->hse_bypass = true;
    if (strcmp(name, "profile") == 0)
        return mcu->profile = true;
    if (strcmp(name, "itm") == 0)
        return take_file(&mcu->itm, value);
    if (strcmp(name, "swo") == 0)
        return take_file(&mcu->swo, value);
    if (strcmp(name, "itm-port") == 0) {
        mcu->itm_listen = true;
        return take_port(name, value, &mcu->itm_port, err);
    }
    if (strcmp(name, "gdb") == 0) {
        mcu->gdb = true;
        return take_port(name, value, &mcu->gdb_port, err);
    }
    return options_no_meaning(name, err);
}
