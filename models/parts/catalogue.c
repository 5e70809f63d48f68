#include "models/parts/catalogue.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define PART_ROW(row) extern const struct part_model part_##row;
#include "models/parts/catalogue_rows.h"
#undef PART_ROW

#define PART_ROW(row) &part_##row,
const struct part_model *const part_catalogue[] = {
#include "models/parts/catalogue_rows.h"
};
#undef PART_ROW

const size_t part_catalogue_size = sizeof(part_catalogue) / sizeof(part_catalogue[0]);

/* Whether a name may end at `rest`, after `last` was its last character. A digit must
 * not be followed by another (74HC14 is not 74HC140), but a package suffix may follow;
 * a word must end. */
static bool name_ends(char last, const char *rest) {
    unsigned char next = (unsigned char)rest[0];
    if (isdigit((unsigned char)last))
        return !isdigit(next);
    return !isalpha((unsigned char)last) || !isalnum(next);
}

/* The length of `pattern` if `text` starts with that name, else 0. */
static size_t starts_with_name(const char *text, const char *pattern) {
    size_t n = strlen(pattern);
    if (n == 0 || strncasecmp(text, pattern, n) != 0)
        return 0;
    return name_ends(pattern[n - 1], text + n) ? n : 0;
}

static size_t longest_name(const char *text, const char *const *patterns) {
    size_t best = 0;
    for (; *patterns; patterns++) {
        size_t n = starts_with_name(text, *patterns);
        best = n > best ? n : best;
    }
    return best;
}

static const char *skip_vendor(const char *text) {
    static const char *const vendors[] = {"SN", "CD", "MM", "MC", "TC", "M", NULL};
    for (const char *const *vendor = vendors; *vendor; vendor++) {
        size_t n = strlen(*vendor);
        if (strncasecmp(text, *vendor, n) == 0 && isdigit((unsigned char)text[n]))
            return text + n;
    }
    return text;
}

/* "Package_SO:SOIC-14" names a library in front. */
static const char *skip_library(const char *text) {
    const char *colon = strrchr(text, ':');
    return colon ? colon + 1 : text;
}

/* The reference's letters: those before its first digit or sign. */
static size_t ref_letters(const char *ref) {
    size_t n = 0;
    while (isalpha((unsigned char)ref[n]))
        n++;
    return n;
}

static bool has_ref_prefix(const struct part_model *model, const char *ref, bool whole) {
    size_t letters = ref_letters(ref);
    for (const char *const *prefix = model->ref_prefixes; *prefix; prefix++) {
        size_t n = strlen(*prefix);
        if ((whole ? letters == n : letters >= n) && strncasecmp(ref, *prefix, n) == 0)
            return true;
    }
    return false;
}

/* Whether the maker's part matters: the figures of one are not those of another. */
static bool is_specific(const struct part_model *model) {
    for (size_t i = 0; i < model->n_units; i++)
        if (model->units[i].kind < PART_RESISTOR || model->units[i].kind == PART_JACK)
            return true;
    return false;
}

static const struct part_model *match_value(const char *text) {
    const struct part_model *best = NULL;
    size_t best_length = 0;
    for (size_t i = 0; i < part_catalogue_size; i++) {
        size_t n = longest_name(text, part_catalogue[i]->values);
        if (n > best_length) {
            best = part_catalogue[i];
            best_length = n;
        }
    }
    return best;
}

/* A symbol's name stands in for a value that names no part ("receiver"). A value with a
 * digit names another part ("74LS08" on the symbol of a 74HC08), which has no model. */
static const struct part_model *match_library(const char *library, const char *value) {
    const struct part_model *model = match_value(library);
    if (model && is_specific(model) && strpbrk(value, "0123456789"))
        return NULL;
    return model;
}

/* R and C need their letter as well: ferrites and LEDs sit on the same 0805 pads. */
static const struct part_model *match_footprint(const char *footprint, const char *ref) {
    const struct part_model *best = NULL;
    size_t best_length = 0;
    for (size_t i = 0; i < part_catalogue_size; i++) {
        const struct part_model *model = part_catalogue[i];
        size_t n = longest_name(footprint, model->footprints);
        if (model->quantity != PART_NO_QUANTITY && !has_ref_prefix(model, ref, false))
            n = 0;
        if (n > best_length) {
            best = model;
            best_length = n;
        }
    }
    return best;
}

static const struct part_model *match_reference(const char *ref) {
    for (size_t i = 0; i < part_catalogue_size; i++)
        if (has_ref_prefix(part_catalogue[i], ref, true))
            return part_catalogue[i];
    return NULL;
}

/* A network jack carries the signal: one without a model must not pass as a mere
 * connector because its reference starts with J. */
static bool is_unknown_jack(const char *value, const char *library, const char *footprint) {
    static const char *const jacks[] = {"RJ45", "RJ12", "RJ11", "MagJack", NULL};
    return longest_name(value, jacks) || longest_name(library, jacks) ||
           longest_name(footprint, jacks);
}

static const struct part_variant *variant_named(const struct part_model *model, const char *text) {
    const struct part_variant *best = &model->variants[0];
    size_t best_length = 0;
    for (size_t i = 0; i < model->n_variants; i++) {
        size_t n = starts_with_name(text, model->variants[i].name);
        if (n > best_length) {
            best = &model->variants[i];
            best_length = n;
        }
    }
    return best;
}

const struct part_model *part_catalogue_match(const char *ref, const char *value,
                                              const char *library, const char *footprint,
                                              const struct part_variant **variant) {
    const char *text = skip_vendor(value);
    const struct part_model *model = match_value(text);
    library = skip_library(library);
    footprint = skip_library(footprint);
    if (!model) {
        text = skip_vendor(library);
        model = match_library(text, value);
    }
    if (!model) {
        text = footprint;
        model = match_footprint(footprint, ref);
    }
    if (!model && !is_unknown_jack(value, library, footprint)) {
        text = "";
        model = match_reference(ref);
    }
    *variant = model ? variant_named(model, text) : NULL;
    return model;
}
