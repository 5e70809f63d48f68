/* The keys of a board's .ini: one table, and the four sections whose keys are names. */
#include "harness/board_config.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "harness/board_config_keys.h"
#include "harness/values.h"
#include "harness/words.h"
#include "models/mcu/soc/stm32.h"

enum key_kind {
    KEY_TEXT,
    KEY_NUMBER,
    KEY_INTEGER,
    KEY_BOOL,
    KEY_SHARE,     /* 95 %, 0.95 */
    KEY_CHOICE,    /* an int-sized enum, by place in `choices` */
    KEY_WORD,      /* a text that must be one of `choices` */
    KEY_MULTIPLIER /* pF, nF, uF, F */
};

struct key {
    const char *section, *name;
    enum key_kind kind;
    size_t offset, size;
    double min, max; /* KEY_NUMBER, KEY_INTEGER */
    const char *const *choices;
};

static const char *const framings[] = {"sync", "preamble", NULL};
static const char *const idles[] = {"high", "low", "hold", "noise", NULL};
static const char *const categories[] = {"3", "5", NULL};
static const char *const distributions[] = {"normal", "uniform", NULL};
static const char *const gaps[] = {"minimum", "fixed", "capture", NULL};

#define AT(field) offsetof(struct board_config, field), sizeof(((struct board_config *)0)->field)
#define TEXT(section, name, field)                                                                 \
    { section, name, KEY_TEXT, AT(field), 0, 0, NULL }
#define NUMBER(section, name, field, min, max)                                                     \
    { section, name, KEY_NUMBER, AT(field), min, max, NULL }

static const struct key keys[] = {
    TEXT("board", "name", name),
    TEXT("attach", "line_rx_p", attach.line_rx_p),
    TEXT("attach", "line_rx_n", attach.line_rx_n),
    TEXT("attach", "line_tx_p", attach.line_tx_p),
    TEXT("attach", "line_tx_n", attach.line_tx_n),
    TEXT("attach", "spi_clk", attach.spi_clk),
    TEXT("attach", "spi_mosi", attach.spi_mosi),
    TEXT("attach", "spi_nss", attach.spi_nss),
    TEXT("attach", "tx_clk", attach.tx_clk),
    TEXT("attach", "tx_mosi", attach.tx_mosi),
    {"attach", "framing", KEY_WORD, AT(attach.framing), 0, 0, framings},
    {"values", "capacitor_integer", KEY_MULTIPLIER, AT(values.capacitor_integer), 0, 0, NULL},
    {"values", "capacitor_decimal", KEY_MULTIPLIER, AT(values.capacitor_decimal), 0, 0, NULL},
    NUMBER("supply", "vcc", supply.vcc, 1.0, 15.0),
    TEXT("supply", "power", supply.power),
    TEXT("supply", "ground", supply.ground),
    NUMBER("delay", "scale", delay_scale, 0.01, 100.0),
    TEXT("delay", "reason", delay_reason),
    NUMBER("delay", "stray_pf", stray_pf, 0.0, 1000.0),
    {"receiver", "idle", KEY_CHOICE, AT(receiver_idle), 0, 0, idles},
    NUMBER("line", "ppm", line.ppm, -1e5, 1e5),
    NUMBER("line", "jitter_rms_ns", line.jitter_rms_ns, 0.0, 50.0),
    NUMBER("line", "jitter_peak_ns", line.jitter_peak_ns, 0.0, 50.0),
    {"line", "swapped", KEY_BOOL, AT(line.swapped), 0, 0, NULL},
    {"line", "preamble_bits", KEY_INTEGER, AT(line.preamble_bits), -62, 1024, NULL},
    {"line", "gap", KEY_CHOICE, AT(line.gap), 0, 0, gaps},
    NUMBER("line", "gap_ns", line.gap_ns, 0.0, 1e12),
    NUMBER("line", "gap_scale", line.gap_scale, 0.0, 1e6),
    /* within what models/line/source.h makes a signal of */
    NUMBER("line", "amplitude_v", line.amplitude_v, 0.001, 10.0),
    NUMBER("line", "rise_ns", line.rise_ns, 0.0, 36.0),
    NUMBER("line", "cable_m", line.cable_m, 0.0, 200.0),
    {"line", "category", KEY_CHOICE, AT(line.category), 0, 0, categories},
    NUMBER("line", "noise_mv", line.noise_mv, 0.0, 1e4),
    NUMBER("line", "crosstalk_mv", line.crosstalk_mv, 0.0, 1e4),
    NUMBER("line", "tp_idl_ns", line.tp_idl_ns, 70.0, 1e4),
    {"line", "link_pulses", KEY_BOOL, AT(line.link_pulses), 0, 0, NULL},
    NUMBER("tolerance", "temperature", tolerance_kelvin, 0.0, 100.0),
    {"tolerance", "distribution", KEY_CHOICE, AT(distribution), 0, 0, distributions},
    TEXT("stage", "line", stages.line),
    TEXT("stage", "edge_in", stages.edge_in),
    TEXT("stage", "idle_n", stages.idle_n),
    TEXT("stage", "edge", stages.edge),
    TEXT("stage", "sck", stages.sck),
    TEXT("stage", "bytesync", stages.bytesync),
    TEXT("mcu", "chip", mcu_chip),
    NUMBER("mcu", "hse_hz", mcu_hse_hz, 0.0, 5e7),
    {"mcu", "hse_bypass", KEY_BOOL, AT(mcu_hse_bypass), 0, 0, NULL},
    NUMBER("mcu", "hsi_ppm", mcu_hsi_ppm, -1e5, 1e5),
    NUMBER("mcu", "boot_ms", mcu_boot_ms, 0.0, 1e4),
    NUMBER("mcu", "entry_latency", mcu_entry_latency, 0.0, 1e4),
    NUMBER("mcu", "fetch_latency", mcu_fetch_latency, 0.0, 1e4),
    TEXT("mcu", "pin_clk", mcu_pin_clk),
    TEXT("mcu", "pin_mosi", mcu_pin_mosi),
    TEXT("mcu", "pin_nss", mcu_pin_nss),
    TEXT("mcu", "pin_tx_clk", mcu_pin_tx_clk),
    TEXT("mcu", "pin_tx_mosi", mcu_pin_tx_mosi),
    {"gate", "min_yield", KEY_SHARE, AT(min_yield), 0, 0, NULL},
    NUMBER("mcu", "quantum_us", mcu_quantum_us, 0.01, 1000.0),
};
#define N_KEYS (sizeof keys / sizeof *keys)
_Static_assert(N_KEYS <= BOARD_CONFIG_MAX_KEYS, "enlarge BOARD_CONFIG_MAX_KEYS");

void board_config_defaults(struct board_config *config) {
    *config = (struct board_config){
        .attach = {.framing = "sync"},
        .values = {.capacitor_integer = 1e-12, .capacitor_decimal = 1e-6},
        .supply = {.vcc = 5.0},
        /* amplitude: the middle of 2.2 .. 2.8 V (IEEE 802.3 14.3.1.2.1) behind a short
         * cable; gap: 96 bit times; TP_IDL at least 250 ns, partners send about 300 (from
         * memory); rise time of a filtered 10BASE-T transmitter, from memory. */
        .line = {.amplitude_v = 2.5,
                 .rise_ns = 10.0,
                 .category = BOARD_CAT5,
                 .tp_idl_ns = 300.0,
                 .gap_ns = 9600.0,
                 .gap_scale = 1.0},
        .delay_scale = 1.0,
        .stray_pf = 2.0, /* a pad and some 2 cm of wire at 0.8 pF/cm */
        .receiver_idle = BOARD_IDLE_HIGH,
        .tolerance_kelvin = 20, /* indoors: 5 to 45 C, an assumption */
        .mcu_hse_hz = 8e6,
        .mcu_boot_ms = 20,
        .mcu_quantum_us = 1000,
        .min_yield = 0.95,
    };
}

static bool choose(const struct key *key, const char *value, int *place_in_list,
                   const struct config_place *place) {
    char list[128] = "";
    for (int i = 0; key->choices[i]; i++) {
        if (strcmp(key->choices[i], value) == 0) {
            *place_in_list = i;
            return true;
        }
        size_t used = strlen(list);
        sim_format(list + used, (unsigned)(sizeof list - used), "%s%s", i ? ", " : "",
                   key->choices[i]);
    }
    return board_config_fail(place, "%s = \"%s\"; expected one of %s", key->name, value, list);
}

static bool set_text(const char *name, char *out, size_t size, const char *value,
                     const struct config_place *place) {
    if (strlen(value) >= size)
        return board_config_fail(place, "%s is too long; expected at most %u characters", name,
                                 (unsigned)size - 1);
    memcpy(out, value, strlen(value) + 1);
    return true;
}

static bool set_number(const struct key *key, double *out, const char *value,
                       const struct config_place *place) {
    char why[256];
    double number;
    if (!value_read_si(value, &number, why, sizeof why))
        return board_config_fail(place, "%s: %s", key->name, why);
    if (number < key->min || number > key->max)
        return board_config_fail(place, "%s = %s is out of range; expected %g to %g", key->name,
                                 value, key->min, key->max);
    *out = number;
    return true;
}

static bool set_integer(const struct key *key, int *out, const char *value,
                        const struct config_place *place) {
    double number;
    if (!set_number(key, &number, value, place))
        return false;
    if (number != floor(number))
        return board_config_fail(place, "%s = %s; expected a whole number", key->name, value);
    *out = (int)number;
    return true;
}

bool board_config_share(const char *value, double *share) {
    char number[32], why[200];
    size_t n = strcspn(value, " %p");
    const char *behind = value + n + strspn(value + n, " ");
    bool percent = strcmp(behind, "%") == 0, ppm = strcmp(behind, "ppm") == 0;
    if (n >= sizeof number || (*behind && !percent && !ppm))
        return false;
    memcpy(number, value, n);
    number[n] = '\0';
    if (!value_read_si(number, share, why, sizeof why))
        return false;
    *share /= percent ? 100 : ppm ? 1e6 : 1;
    return *share >= 0 && *share <= 1;
}

static bool set_share(const struct key *key, double *out, const char *value,
                      const struct config_place *place) {
    return board_config_share(value, out) ||
           board_config_fail(place, "%s = \"%s\"; expected 0 %% to 100 %%, or 0 to 1", key->name,
                             value);
}

static bool set_bool(const struct key *key, bool *out, const char *value,
                     const struct config_place *place) {
    static const char *const yes[] = {"true", "yes", "on", "1"};
    static const char *const no[] = {"false", "no", "off", "0"};
    for (size_t i = 0; i < 4; i++)
        if (words_equal_nocase(value, yes[i]) || words_equal_nocase(value, no[i])) {
            *out = words_equal_nocase(value, yes[i]);
            return true;
        }
    return board_config_fail(place, "%s = \"%s\"; expected yes or no", key->name, value);
}

static bool set_multiplier(const struct key *key, double *out, const char *value,
                           const struct config_place *place) {
    static const struct {
        const char *text;
        double factor;
    } units[] = {{"pF", 1e-12}, {"nF", 1e-9}, {"uF", 1e-6}, {"mF", 1e-3}, {"F", 1.0}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].text, value) == 0) {
            *out = units[i].factor;
            return true;
        }
    return board_config_fail(place, "%s = \"%s\"; expected pF, nF, uF, mF or F", key->name, value);
}

static bool set_key(struct board_config *config, const struct key *key, const char *value,
                    const struct config_place *place) {
    void *field = (char *)config + key->offset;
    int chosen = 0;
    switch (key->kind) {
    case KEY_TEXT:
        return set_text(key->name, field, key->size, value, place);
    case KEY_NUMBER:
        return set_number(key, field, value, place);
    case KEY_INTEGER:
        return set_integer(key, field, value, place);
    case KEY_BOOL:
        return set_bool(key, field, value, place);
    case KEY_SHARE:
        return set_share(key, field, value, place);
    case KEY_MULTIPLIER:
        return set_multiplier(key, field, value, place);
    case KEY_WORD:
        return choose(key, value, &chosen, place) &&
               set_text(key->name, field, key->size, value, place);
    case KEY_CHOICE:
        break;
    }
    if (!choose(key, value, &chosen, place))
        return false;
    unsigned number = (unsigned)chosen;
    memcpy(field, &number, sizeof number); /* both enums are the size of an int */
    return true;
}
_Static_assert(sizeof(enum board_idle) == sizeof(unsigned) &&
                   sizeof(enum board_gap) == sizeof(unsigned),
               "KEY_CHOICE writes an unsigned");

/* [switch] SW1 = C, [jumper] JP1 = B */
static bool set_position(struct board_config *config, const char *ref, const char *value,
                         const struct config_place *place) {
    struct board_position *entry = config->positions;
    unsigned i = 0;
    while (i < config->n_positions && strcmp(entry[i].ref, ref) != 0)
        i++;
    entry += i;
    if (i == sizeof config->positions / sizeof *config->positions)
        return board_config_fail(place, "more than %u switches and jumpers", i);
    if (i < config->n_positions && place->seen && entry->line)
        return board_config_fail(place, "%s is stated twice, first at line %ld", ref, entry->line);
    struct board_position now = {.line = place->line};
    if (!set_text("the reference", now.ref, sizeof now.ref, ref, place) ||
        !set_text(ref, now.position, sizeof now.position, value, place))
        return false;
    *entry = now;
    config->n_positions += i == config->n_positions;
    return true;
}

/* [part.74HC14] vt_plus = 2.70 */
static bool set_figure(struct board_config *config, const char *part, const char *figure,
                       const char *value, const struct config_place *place) {
    struct board_figure now = {.value = NAN, .line = place->line};
    if (!*part)
        return board_config_fail(place, "[part.] names no part; expected [part.U2], [part.74HC14]");
    if (!set_text("the part's name", now.part, sizeof now.part, part, place) ||
        !set_text("the figure's name", now.figure, sizeof now.figure, figure, place) ||
        !set_text(figure, now.text, sizeof now.text, value, place))
        return false;
    char why[256];
    if (strcmp(figure, "variant") != 0 && !value_read_si(value, &now.value, why, sizeof why))
        return board_config_fail(place, "%s: %s", figure, why);
    struct board_figure *entry = config->figures;
    unsigned i = 0;
    while (i < config->n_figures &&
           (strcmp(entry[i].part, part) != 0 || strcmp(entry[i].figure, figure) != 0))
        i++;
    if (i == sizeof config->figures / sizeof *config->figures)
        return board_config_fail(place, "more than %u figures", i);
    if (i < config->n_figures && place->seen && entry[i].line)
        return board_config_fail(place, "%s is stated twice, first at line %ld", figure,
                                 entry[i].line);
    if (i == config->n_figures)
        config->n_figures++;
    unsigned last = config->n_figures - 1; /* entries stand in the order of statement */
    memmove(&entry[i], &entry[i + 1], (last - i) * sizeof *entry);
    entry[last] = now;
    return true;
}

static bool set_tolerance(struct board_config *config, const char *what, const char *value,
                          const struct config_place *place) {
    struct board_tolerance now;
    if (!set_text("the part's name", now.what, sizeof now.what, what, place))
        return false;
    if (!board_config_share(value, &now.fraction))
        return board_config_fail(place, "%s = \"%s\"; expected 0 %% to 100 %%, 0 to 1, or ppm",
                                 what, value);
    unsigned i = 0;
    while (i < config->n_tolerances && strcmp(config->tolerances[i].what, what) != 0)
        i++;
    if (i == sizeof config->tolerances / sizeof *config->tolerances)
        return board_config_fail(place, "more than %u tolerances", i);
    config->tolerances[i] = now;
    config->n_tolerances += i == config->n_tolerances;
    return true;
}

/* The row of a key that [attach.CHIP] may state. */
static const struct key *chip_key(const char *name) {
    for (size_t i = 0; i < N_KEYS; i++)
        if (strcmp(keys[i].name, name) == 0 && strcmp(name, "chip") != 0 &&
            (strcmp(keys[i].section, "attach") == 0 || strcmp(keys[i].section, "mcu") == 0))
            return &keys[i];
    return NULL;
}

static bool unknown_chip_key(const char *chip, const char *name, const struct config_place *place) {
    struct words_near names = {.wanted = name};
    char hint[160];
    for (size_t i = 0; i < N_KEYS; i++)
        if (chip_key(keys[i].name) == &keys[i])
            words_near_offer(&names, keys[i].name);
    return board_config_fail(place, "[attach.%s] has no key \"%s\"%s", chip, name,
                             words_near_hint(&names, hint, sizeof hint));
}

/* [attach.f100rb] pin_tx_clk = PA5. The value is tried here, where its line is known. */
static bool set_for_chip(struct board_config *config, const char *chip, const char *name,
                         const char *value, const struct config_place *place) {
    struct board_config trial = *config;
    struct board_for_chip now = {.line = place->line};
    const struct key *key = chip_key(name);
    unsigned i = 0;
    if (!stm32_chip_find(chip))
        return board_config_fail(place, "[attach.%s]: not a chip of this version", chip);
    if (!key)
        return unknown_chip_key(chip, name, place);
    if (!set_key(&trial, key, value, place) ||
        !set_text("the chip's name", now.chip, sizeof now.chip, chip, place) ||
        !set_text("the key", now.key, sizeof now.key, name, place) ||
        !set_text(name, now.value, sizeof now.value, value, place))
        return false;
    while (i < config->n_for_chips && (strcmp(config->for_chips[i].chip, chip) != 0 ||
                                       strcmp(config->for_chips[i].key, name) != 0))
        i++;
    if (i == sizeof config->for_chips / sizeof *config->for_chips)
        return board_config_fail(place, "more than %u keys for single chips", i);
    if (i < config->n_for_chips && place->seen && config->for_chips[i].line)
        return board_config_fail(place, "%s is stated twice, first at line %ld", name,
                                 config->for_chips[i].line);
    config->for_chips[i] = now;
    config->n_for_chips += i == config->n_for_chips;
    return true;
}

bool board_config_choose_chip(struct board_config *config, struct sim_err *err) {
    for (unsigned i = 0; i < config->n_for_chips; i++) {
        const struct board_for_chip *entry = &config->for_chips[i];
        const struct config_place place = {.file = config->file, .line = entry->line, .err = err};
        if (words_equal_nocase(entry->chip, config->mcu_chip) &&
            !set_key(config, chip_key(entry->key), entry->value, &place))
            return false;
    }
    return true;
}

/* Neither a known section nor a known key: say which, and the nearest. */
static bool unknown(const char *section, const char *name, const struct config_place *place) {
    static const char *const named[] = {"switch",    "jumper",      "tolerance",
                                        "part.NAME", "attach.CHIP", "waiver.NAME"};
    struct words_near sections = {.wanted = section}, names = {.wanted = name};
    bool section_known = false;
    char hint[160];
    for (size_t i = 0; i < N_KEYS; i++) {
        words_near_offer(&sections, keys[i].section);
        if (strcmp(keys[i].section, section) != 0)
            continue;
        section_known = true;
        words_near_offer(&names, keys[i].name);
    }
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        words_near_offer(&sections, named[i]);
    if (section_known)
        return board_config_fail(place, "[%s] has no key \"%s\"%s", section, name,
                                 words_near_hint(&names, hint, sizeof hint));
    if (!*section)
        return board_config_fail(place, "key \"%s\" stands outside any section; expected [board]",
                                 name);
    return board_config_fail(place, "no section [%s]%s", section,
                             words_near_hint(&sections, hint, sizeof hint));
}

bool board_config_apply(struct board_config *config, const char *section, const char *key,
                        const char *value, const struct config_place *place) {
    if (strncmp(section, "waiver.", 7) == 0)
        return board_config_waiver(config, section + 7, key, value, place);
    if (place->waivers_only)
        return board_config_fail(place, "[%s]: expected [waiver.NAME] alone in this file", section);
    if (strcmp(section, "switch") == 0 || strcmp(section, "jumper") == 0)
        return set_position(config, key, value, place);
    if (strncmp(section, "part.", 5) == 0)
        return set_figure(config, section + 5, key, value, place);
    if (strncmp(section, "attach.", 7) == 0)
        return set_for_chip(config, section + 7, key, value, place);
    for (size_t i = 0; i < N_KEYS; i++) {
        if (strcmp(keys[i].section, section) != 0 || strcmp(keys[i].name, key) != 0)
            continue;
        if (place->seen && place->seen[i])
            return board_config_fail(place, "%s is stated twice, first at line %ld", key,
                                     place->seen[i]);
        if (place->seen)
            place->seen[i] = place->line;
        return set_key(config, &keys[i], value, place);
    }
    if (strcmp(section, "tolerance") == 0) /* parts and classes of parts, by name */
        return set_tolerance(config, key, value, place);
    return unknown(section, key, place);
}
