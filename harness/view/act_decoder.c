/* A decoder's row from what was typed, what is selected, or what the decoder guesses. */
#include <stdio.h>
#include <string.h>

#include "harness/view/act_internal.h"

static bool is_input(const struct decoder *decoder, const char *name, size_t n, size_t *input) {
    for (size_t i = 0; i < DECODE_MAX_INPUTS && decoder->inputs[i].name; i++)
        if (strlen(decoder->inputs[i].name) == n &&
            strncmp(decoder->inputs[i].name, name, n) == 0) {
            *input = i;
            return true;
        }
    return false;
}

/* "clk=U4./sck" */
static bool take_input(struct view *view, const struct decoder *decoder, const char *word,
                       struct view_row *row) {
    const char *equals = strchr(word, '=');
    size_t input;
    if (!equals || !is_input(decoder, word, (size_t)(equals - word), &input)) {
        view_say(view, "%.80s: expected INPUT=SIGNAL; the first input of %s is %s", word,
                 decoder->name, decoder->inputs[0].name ? decoder->inputs[0].name : "none");
        return false;
    }
    row->inputs[input] = store_find(view->store, equals + 1);
    if (row->inputs[input] == STORE_NONE)
        view_say(view, "%.150s: no such signal", equals + 1);
    return row->inputs[input] != STORE_NONE;
}

static bool take_inputs(struct view *view, const struct decoder *decoder, char *words,
                        struct view_row *row) {
    char *rest = NULL;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        if (!take_input(view, decoder, word, row))
            return false;
    return true;
}

/* Selected rows in their order: one input each. */
static size_t take_selected(const struct view *view, const struct decoder *decoder,
                            struct view_row *row) {
    size_t n = 0;
    for (size_t i = 0; i < view->n_rows && n < decoder_n_inputs(decoder); i++)
        if (view->rows[i].selected && view->rows[i].kind == VIEW_SIGNAL)
            row->inputs[n++] = view->rows[i].signal;
    return n;
}

static bool is_complete(const struct decoder *decoder, const struct view_row *row) {
    for (unsigned i = 0; i < decoder_n_inputs(decoder); i++)
        if (!decoder->inputs[i].optional && row->inputs[i] == STORE_NONE)
            return false;
    return true;
}

static bool needs_one(const struct decoder *decoder) {
    return decoder_n_inputs(decoder) == 1 ||
           (decoder_n_inputs(decoder) > 1 && decoder->inputs[1].optional);
}

/* Without a word about inputs. */
static void choose_inputs(const struct view *view, const struct decoder *decoder,
                          struct view_row *row) {
    uint32_t active = view_row_signal(view, view->active);
    if (take_selected(view, decoder, row) && is_complete(decoder, row))
        return;
    decoder_disconnect(row->inputs);
    if (needs_one(decoder) && active != STORE_NONE && view->rows[view->active].kind == VIEW_SIGNAL)
        row->inputs[0] = active;
    else
        decoder_connect(decoder, view->store, row->inputs);
}

static bool make_row(struct view *view, const char *text, struct view_row *row) {
    char words[VIEW_TEXT], *rest = words;
    snprintf(words, sizeof words, "%s", text + strspn(text, " "));
    char *name = rest;
    rest += strcspn(rest, " ");
    rest += *rest ? (*rest = 0, 1) : 0;
    *row = (struct view_row){.kind = VIEW_DECODER, .signal = STORE_NONE, .height = 1};
    row->decoder = decoder_find(name);
    decoder_disconnect(row->inputs);
    if (!row->decoder) {
        view_say(view, "%.100s: no such decoder", name);
        return false;
    }
    if (rest[strspn(rest, " ")]) {
        if (!take_inputs(view, row->decoder, rest, row))
            return false;
    } else {
        choose_inputs(view, row->decoder, row);
    }
    return true;
}

static void name_missing(struct view *view, const struct view_row *row) {
    const struct decoder *decoder = row->decoder;
    for (unsigned i = 0; i < decoder_n_inputs(decoder); i++)
        if (!decoder->inputs[i].optional && row->inputs[i] == STORE_NONE) {
            view_say(view, "%s needs %s: select rows in its order, or type \"%s %s=SIGNAL\"",
                     decoder->name, decoder->inputs[i].name, decoder->name,
                     decoder->inputs[i].name);
            return;
        }
}

bool act_decoder(struct view *view, enum view_action action, const struct act *act) {
    struct view_row row;
    (void)action;
    if (!make_row(view, act->text, &row))
        return false;
    if (!is_complete(row.decoder, &row)) {
        name_missing(view, &row);
        return false;
    }
    size_t at = view->active < view->n_rows ? view->active + 1 : view->n_rows;
    return act_insert(view, at, &row);
}
