#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/parts/catalogue.h"

/* Every figure name of the contract, by unit kind; `needed` ones stand in every variant. */
struct figure_name {
    enum part_unit_kind kind;
    const char *name;
    bool needed;
};

static const struct figure_name figure_names[] = {
    {PART_LOGIC, "vt_plus", true},
    {PART_LOGIC, "vt_minus", true},
    {PART_LOGIC, "vh", false},
    {PART_LOGIC, "cin", true},
    {PART_LOGIC, "r_up", true},
    {PART_LOGIC, "r_down", true},
    {PART_LOGIC, "tpd", false},
    {PART_LOGIC, "tplh", false},
    {PART_LOGIC, "tphl", false},
    {PART_LOGIC, "tt", false},
    {PART_LOGIC, "cpd", false},
    {PART_DFF, "tpd_clk", true},
    {PART_DFF, "tpd_set", true},
    {PART_DFF, "tsu", true},
    {PART_DFF, "th", true},
    {PART_DFF, "trec", true},
    {PART_DFF, "tw_clk", true},
    {PART_DFF, "tw_set", true},
    {PART_DFF, "cin", true},
    {PART_DFF, "r_up", true},
    {PART_DFF, "r_down", true},
    {PART_DFF, "vt_plus", true},
    {PART_DFF, "vt_minus", true},
    {PART_DFF, "tt", false},
    {PART_DFF, "cpd", false},
    {PART_MONO, "k", true},
    {PART_MONO, "tpd_trig", true},
    {PART_MONO, "tpd_reset", true},
    {PART_MONO, "tw_trig", true},
    {PART_MONO, "cin", true},
    {PART_MONO, "r_up", true},
    {PART_MONO, "r_down", true},
    {PART_MONO, "vt_plus", true},
    {PART_MONO, "vt_minus", true},
    {PART_MONO, "tt", false},
    {PART_MONO, "cpd", false},
    {PART_RECEIVER, "vit_plus", true},
    {PART_RECEIVER, "vit_minus", true},
    {PART_RECEIVER, "tplh", true},
    {PART_RECEIVER, "tphl", true},
    {PART_RECEIVER, "r_up", true},
    {PART_RECEIVER, "r_down", true},
    {PART_RECEIVER, "cin", true},
    {PART_RECEIVER, "tt", false},
    {PART_DRIVER, "tpd", true},
    {PART_DRIVER, "ten", true},
    {PART_DRIVER, "tdis", true},
    {PART_DRIVER, "r_out", true},
    {PART_DRIVER, "r_out_up", true},
    {PART_DRIVER, "tr", true},
    {PART_DRIVER, "cout", true},
    {PART_DRIVER, "voh", true},
    {PART_DRIVER, "vol", true},
    {PART_DRIVER, "cin", true},
    {PART_DRIVER, "vt_plus", true},
    {PART_DRIVER, "vt_minus", true},
    {PART_FET, "vgs_th", true},
    {PART_FET, "rds_on", true},
    {PART_FET, "ciss", true},
    {PART_FET, "coss", true},
    {PART_FET, "crss", true},
    {PART_JACK, "l_open", true},
    {PART_JACK, "l_leak", true},
    {PART_JACK, "r_winding", true},
    {PART_JACK, "i_sat", true},
    {PART_JACK, "l_sat", true},
    {PART_PASSIVE, "cin", true},
};
static const size_t n_figure_names = sizeof(figure_names) / sizeof(figure_names[0]);

static bool has_unit(const struct part_model *model, enum part_unit_kind kind) {
    for (size_t i = 0; i < model->n_units; i++)
        if (model->units[i].kind == kind)
            return true;
    return false;
}

static const struct part_model *model_named(const char *name) {
    for (size_t i = 0; i < part_catalogue_size; i++)
        if (strcmp(part_catalogue[i]->name, name) == 0)
            return part_catalogue[i];
    return NULL;
}

static size_t n_inputs(const struct part_unit *unit) {
    switch (unit->kind) {
    case PART_LOGIC:
        return unit->n_in;
    case PART_DFF:
        return 4;
    case PART_MONO:
        return 3;
    case PART_RECEIVER:
        return 1;
    case PART_DRIVER:
        return 2;
    default:
        return 0;
    }
}

static size_t n_outputs(const struct part_unit *unit) {
    return unit->kind == PART_LOGIC || unit->kind == PART_RECEIVER ? 1 : 2;
}

/* The pins a unit of this kind names, 0 for any number. */
static size_t n_pins(const struct part_unit *unit) {
    switch (unit->kind) {
    case PART_LOGIC:
        return unit->n_in + 1u;
    case PART_DFF:
        return 6;
    case PART_MONO:
        return 7;
    case PART_RECEIVER:
    case PART_FET:
        return 3;
    case PART_DRIVER:
    case PART_JACK:
        return 4;
    case PART_RESISTOR:
    case PART_CAPACITOR:
        return 2;
    default:
        return 0;
    }
}

static bool listed(const char *const *list, const char *pin) {
    for (; *list; list++)
        if (strcmp(*list, pin) == 0)
            return true;
    return false;
}

static const char *const *all_pins(const struct part_model *model) {
    static const char *pins[256];
    size_t n = 0;
    for (size_t u = 0; u < model->n_units; u++)
        for (size_t p = 0; p < PART_MAX_UNIT_PINS; p++)
            if (model->units[u].pins[p])
                pins[n++] = model->units[u].pins[p];
    pins[n] = NULL;
    return pins;
}

/* --- every row of the catalogue --------------------------------------------------- */

static void free_params(struct criterion_test_params *params) {
    cr_free(params->params);
}

ParameterizedTestParameters(parts, row) {
    size_t *rows = cr_malloc(part_catalogue_size * sizeof(*rows));
    for (size_t i = 0; i < part_catalogue_size; i++)
        rows[i] = i;
    return cr_make_param_array(size_t, rows, part_catalogue_size, free_params);
}

static void check_names(const struct part_model *model) {
    cr_assert(model->name && model->summary && model->values && model->footprints &&
              model->ref_prefixes && model->power_pins && model->ground_pins);
    cr_expect_eq(model_named(model->name), model, "%s: name occurs twice", model->name);
    cr_expect_geq(model->n_variants, 1, "%s: no variant", model->name);
    cr_expect_geq(model->n_units, 1, "%s: no unit", model->name);
    for (size_t i = 0; i < model->n_variants; i++)
        for (size_t j = 0; j < i; j++)
            cr_expect_str_neq(model->variants[i].name, model->variants[j].name, "%s: variant twice",
                              model->name);
}

static void check_pins(const struct part_model *model) {
    const char *const *pins = all_pins(model);
    for (size_t i = 0; pins[i]; i++) {
        cr_expect_not(listed(pins + i + 1, pins[i]), "%s: pin %s twice", model->name, pins[i]);
        cr_expect_not(listed(model->power_pins, pins[i]), "%s: pin %s", model->name, pins[i]);
        cr_expect_not(listed(model->ground_pins, pins[i]), "%s: pin %s", model->name, pins[i]);
    }
    for (size_t u = 0; u < model->n_units; u++)
        for (size_t p = 0; p < n_pins(&model->units[u]); p++)
            cr_expect_not_null(model->units[u].pins[p], "%s%s: pin %zu missing", model->name,
                               model->units[u].name, p);
}

static void check_range(const char *part, const struct part_figure *figure) {
    cr_expect(figure->source && figure->source[0], "%s %s: no source", part, figure->name);
    cr_expect_not(isnan(figure->typ), "%s %s: no typical value", part, figure->name);
    cr_expect_not(figure->min > figure->typ, "%s %s: min over typ", part, figure->name);
    cr_expect_not(figure->max < figure->typ, "%s %s: max under typ", part, figure->name);
}

static bool figure_known(const struct part_model *model, const char *name) {
    for (size_t i = 0; i < n_figure_names; i++)
        if (has_unit(model, figure_names[i].kind) && strcmp(figure_names[i].name, name) == 0)
            return true;
    return false;
}

static void check_needed(const struct part_model *model, const struct part_variant *variant) {
    for (size_t i = 0; i < n_figure_names; i++)
        if (figure_names[i].needed && has_unit(model, figure_names[i].kind))
            cr_expect_not_null(part_variant_figure(variant, figure_names[i].name),
                               "%s: %s is missing", variant->name, figure_names[i].name);
    if (has_unit(model, PART_LOGIC))
        cr_expect(part_variant_figure(variant, "tpd") || (part_variant_figure(variant, "tplh") &&
                                                          part_variant_figure(variant, "tphl")),
                  "%s: no delay", variant->name);
}

static void check_figures(const struct part_model *model, const struct part_variant *variant) {
    cr_expect_leq(variant->n_figures, PART_MAX_FIGURES);
    for (size_t i = 0; i < variant->n_figures; i++) {
        const struct part_figure *figure = &variant->figures[i];
        check_range(variant->name, figure);
        cr_expect(figure_known(model, figure->name), "%s: %s is no figure of its units",
                  variant->name, figure->name);
        cr_expect_eq(part_variant_figure(variant, figure->name), figure, "%s: %s twice",
                     variant->name, figure->name);
    }
    check_needed(model, variant);
}

/* What limits are about, and of which parts. */
static bool limit_known(const struct part_model *model, const char *name) {
    static const struct {
        const char *name;
        enum part_unit_kind kind;
    } known[] = {{"r", PART_RESISTOR}, {"c", PART_CAPACITOR}, {"rx", PART_MONO}, {"cx", PART_MONO}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0)
            return has_unit(model, known[i].kind);
    return strcmp(name, "vcc") == 0 && model->power_pins[0];
}

static bool has_variant(const struct part_model *model, const char *name) {
    for (size_t v = 0; v < model->n_variants; v++)
        if (strcmp(model->variants[v].name, name) == 0)
            return true;
    return false;
}

static void check_limits(const struct part_model *model) {
    for (size_t i = 0; i < model->n_limits; i++) {
        const struct part_limit *limit = &model->limits[i];
        cr_expect(limit_known(model, limit->name), "%s: a limit of %s", model->name, limit->name);
        cr_expect(!limit->variant || has_variant(model, limit->variant), "%s: no variant %s",
                  model->name, limit->variant);
        cr_expect_not(limit->min >= limit->max, "%s %s: an empty range", model->name, limit->name);
        cr_expect(limit->source && limit->source[0], "%s %s: no source", model->name, limit->name);
    }
}

/* A part with a supply states which it runs on, each variant once. */
static void check_supply_limits(const struct part_model *model) {
    for (size_t v = 0; model->power_pins[0] && v < model->n_variants; v++) {
        unsigned n = 0;
        for (size_t i = 0; i < model->n_limits; i++)
            n += strcmp(model->limits[i].name, "vcc") == 0 &&
                 (!model->limits[i].variant ||
                  strcmp(model->limits[i].variant, model->variants[v].name) == 0);
        cr_expect_eq(n, 1, "%s: %u supply ranges", model->variants[v].name, n);
    }
}

static void check_truth(const struct part_model *model, const struct part_unit *unit) {
    unsigned seen = 0;
    for (size_t v = 0; v < model->n_vectors; v++) {
        unsigned pattern = 0;
        for (size_t i = 0; i < unit->n_in; i++)
            pattern |= (unsigned)(model->vectors[v].in[i] == '1') << i;
        seen |= 1u << pattern;
        cr_expect_eq((unit->truth >> pattern) & 1, model->vectors[v].out[0] == '1',
                     "%s %s: inputs %s", model->name, unit->name, model->vectors[v].in);
    }
    cr_expect_eq(seen, (1u << (1u << unit->n_in)) - 1, "%s: a row of the table is not shown",
                 model->name);
    cr_expect_eq(unit->truth >> (1u << unit->n_in), 0, "%s: truth has bits too many", model->name);
}

static void check_vectors(const struct part_model *model, const struct part_unit *unit) {
    if (n_inputs(unit) == 0)
        return;
    cr_expect_geq(model->n_vectors, 2, "%s: no vectors", model->name);
    for (size_t v = 0; v < model->n_vectors; v++) {
        const struct part_vector *vector = &model->vectors[v];
        if (strlen(vector->in) != n_inputs(unit))
            continue; /* of another kind of unit; counted below */
        cr_expect_eq(strspn(vector->in, "01^v"), n_inputs(unit), "%s: %s", model->name, vector->in);
        cr_expect_eq(strlen(vector->out), n_outputs(unit), "%s: %s", model->name, vector->in);
        cr_expect_eq(strspn(vector->out, "01z=p"), n_outputs(unit), "%s: %s", model->name,
                     vector->in);
    }
    if (unit->kind == PART_LOGIC)
        check_truth(model, unit);
}

/* A part of two kinds (the line transceiver) tells its rows apart by their length. */
static void check_vector_lengths(const struct part_model *model) {
    for (size_t v = 0; v < model->n_vectors; v++) {
        bool fits = false;
        for (size_t u = 0; u < model->n_units; u++)
            fits |= strlen(model->vectors[v].in) == n_inputs(&model->units[u]);
        cr_expect(fits, "%s: vector %s fits no unit", model->name, model->vectors[v].in);
    }
}

ParameterizedTest(size_t *row, parts, row) {
    const struct part_model *model = part_catalogue[*row];
    check_names(model);
    check_pins(model);
    check_limits(model);
    check_supply_limits(model);
    for (size_t i = 0; i < model->n_variants; i++)
        check_figures(model, &model->variants[i]);
    for (size_t u = 0; u < model->n_units; u++)
        check_vectors(model, &model->units[u]);
    check_vector_lengths(model);
}

/* --- which part a board means ----------------------------------------------------- */

/* ref, value, library part, footprint -> model, variant */
struct match_row {
    const char *ref, *value, *library, *footprint;
    const char *model, *variant; /* NULL: none */
};

static const struct match_row matches[] = {
    /* value text, vendor prefixes, package suffixes, case */
    {"U1", "74HC86", "", "SOIC-14_3.9x8.7mm_P1.27mm", "x86", "74HC86"},
    {"U2", "74HCT86", "", "DIP-14_W7.62mm", "x86", "74HCT86"},
    {"U8", "74ACT86", "74HC86", "", "x86", "74ACT86"},
    {"U1", "SN74HC86PWR", "", "", "x86", "74HC86"},
    {"U1", "cd74act86m96", "", "", "x86", "74ACT86"},
    {"U2", "74HC14", "", "", "hc14", "74HC14"},
    {"U2", "74HC14 ti", "", "", "hc14", "74HC14 ti"},
    {"U2", "74HC14 onsemi", "", "", "hc14", "74HC14 onsemi"},
    {"U2", "MC74HC14ADTR2G", "", "", "hc14", "74HC14"},
    {"U4", "74HC08PW", "", "", "hc08", "74HC08"},
    {"U4", "SN74HCT08D", "", "", "hc08", "74HCT08"},
    {"U5", "M74HC32", "", "", "hc32", "74HC32"},
    {"U6", "TC74HC74AP", "", "", "hc74", "74HC74"},
    {"Q1", "2N7002", "", "SOT-23", "fet_2n7002", "2N7002"},
    {"Q1", "2N7002-7-F", "", "SOT-23", "fet_2n7002", "2N7002"},
    {"Q1", "2N7002 onsemi", "", "SOT-23", "fet_2n7002", "2N7002 onsemi"},
    /* the library part stands in for a value that names no part */
    {"U1", "polarity", "74xx:74HC86", "", "x86", "74HC86"},
    {"U1", "", "74HCT86", "", "x86", "74HCT86"},
    /* but not for a value that names another one */
    {"U4", "74LS08", "74HC08", "", NULL, NULL},
    {"U4", "74AHC08", "", "", NULL, NULL},
    {"U4", "74HC086", "", "", NULL, NULL},
    {"U4", "74HC140", "", "", NULL, NULL},
    {"U4", "74HC1G14", "", "", NULL, NULL},
    {"U4", "X74HC14", "", "", NULL, NULL},
    {"Q1", "BSS138", "2N7002", "SOT-23", NULL, NULL},
    {"U7", "75C118", "", "", NULL, NULL},
    /* the line side, switches and jumpers */
    {"U9", "74HC4538", "", "", "hc4538", "74HC4538"},
    {"U9", "MC74HC4538ADG", "", "", "hc4538", "74HC4538"},
    {"U3", "75C1168", "", "TSSOP-16_4.4x5mm_P0.65mm", "sn75c1168", "75C1168"},
    {"U3", "SN75C1168PWR", "", "", "sn75c1168", "75C1168"},
    {"U3", "75C1167", "75C1168", "", NULL, NULL},
    {"J1", "ARJM11D7-009-AB-EW2", "", "ARJM11D7-009", "magjack", "ARJM11D7-009"},
    {"J1", "lan", "", "schield:ARJM11D7-009", "magjack", "ARJM11D7-009"},
    {"J1", "G8X-188S7-BP", "", "eth:G8X-188S7-BP", "magjack_g8x", "G8X-188S7-BP"},
    {"JP1", "line", "", "SolderJumper-3_P1.3mm_Open_RoundedPad1.0x1.5mm", "solder_jumper", NULL},
    {"JP1", "line", "", "", "solder_jumper", NULL},
    {"JP2", "gnd", "", "SolderJumper-2_P1.3mm_Open_TrianglePad1.0x1.5mm", "solder_jumper_2", NULL},
    {"JP2", "gnd", "Jumper:SolderJumper_2_Open", "", "solder_jumper_2", NULL},
    {"SW1", "invert", "", "SW_Slide_1P2T_CK_OS102011MS2Q", "slide_switch", NULL},
    {"SW1", "invert", "SW_SPDT", "", "slide_switch", NULL},
    {"SW2", "reset", "", "SW_SPST_PTS645", NULL, NULL},
    /* resistors and capacitors by footprint and letter, or letter alone */
    {"R5", "560", "R", "R_0805_2012Metric", "resistor", "resistor"},
    {"RTERM", "100", "", "Resistor_SMD:R_0805_2012Metric", "resistor", "resistor"},
    {"R9", "4k7", "", "", "resistor", "resistor"},
    {"C8", "200p", "", "Capacitor_SMD:C_0805_2012Metric", "capacitor", "capacitor"},
    {"C1", "0.1", "", "", "capacitor", "capacitor"},
    {"C17", "33.0x10V", "CP", "CP_Elec_5x5.4", "capacitor", "capacitor"},
    {"FB1", "600", "", "R_0805_2012Metric", NULL, NULL},
    {"D1", "1N4148", "", "C_0805_2012Metric", NULL, NULL},
    {"L1", "10u", "", "L_0805_2012Metric", NULL, NULL},
    {"RN1", "1k", "", "", NULL, NULL},
    {"CR1", "BAT54", "", "SOT-23", NULL, NULL},
    {"Y1", "25M", "", "Crystal_SMD", NULL, NULL},
    /* mechanical things and connectors, whatever they are called */
    {"TP1", "TestPoint", "", "TestPoint_Pad_D3.0mm", "passive", "passive"},
    {"TP1", "SYNC", "", "TestPoint:TestPoint_Pad_D2.0mm", "passive", "passive"},
    {"TP4", "74 edge", "", "", "passive", "passive"},
    {"J4", "mosi_tx", "", "SolderWire-0.25sqmm_1x01_D0.65mm_OD2mm_Relief", "passive", "passive"},
    {"J6", "sck", "", "", "passive", "passive"},
    {"J3", "C", "", "", "passive", "passive"},
    {"P1", "R", "", "", "passive", "passive"},
    {"J2", "partial-nucleo64", "", "partial-nucleo64", "passive", "partial-nucleo64"},
    {"J2", "mcu", "", "lib:partial-nucleo64", "passive", "partial-nucleo64"},
    {"H1", "", "", "MountingHole_3.2mm_M3", "passive", "passive"},
    {"REF**", "", "", "MountingHole:MountingHole_3.2mm_M3", "passive", "passive"},
    {"MH2", "", "", "", "passive", "passive"},
    {"D2", "green", "", "LED_SMD:LED_0805_2012Metric", "passive", "passive"},
    {"G***", "LOGO", "", "", "passive", "passive"},
    {"D2", "green", "", "D_SOD-123", NULL, NULL},
    {"J1", "RJ45", "", "RJ45_Hanrun_HR911105A_Horizontal", NULL, NULL},
    {"J1", "HR911105A", "", "Connector_RJ:RJ45_Hanrun_HR911105A_Horizontal", NULL, NULL},
    {"U9", "", "", "", NULL, NULL},
    {"", "", "", "", NULL, NULL},
    {"Q7", "sck", "", "SOT-23", NULL, NULL},
};
static const size_t n_matches = sizeof(matches) / sizeof(matches[0]);

ParameterizedTestParameters(parts, match) {
    size_t *rows = cr_malloc(n_matches * sizeof(*rows));
    for (size_t i = 0; i < n_matches; i++)
        rows[i] = i;
    return cr_make_param_array(size_t, rows, n_matches, free_params);
}

ParameterizedTest(size_t *row, parts, match) {
    const struct match_row *m = &matches[*row];
    const struct part_variant *variant = NULL;
    const struct part_model *model =
        part_catalogue_match(m->ref, m->value, m->library, m->footprint, &variant);
    cr_assert_str_eq(model ? model->name : "-", m->model ? m->model : "-", "%s %s %s %s: got %s",
                     m->ref, m->value, m->library, m->footprint, model ? model->name : "-");
    cr_assert_eq(variant == NULL, model == NULL, "%s %s", m->ref, m->value);
    if (model && m->variant)
        cr_assert_str_eq(variant->name, m->variant, "%s %s", m->ref, m->value);
}
