/* [waiver.NAME] sections: what each key means, and which must be there. */
#include <stddef.h>
#include <string.h>

#include "harness/board_config_keys.h"
#include "harness/words.h"

static const struct {
    const char *key;
    size_t offset, size;
} texts[] = {
#define TEXT(key, field)                                                                           \
    { key, offsetof(struct board_waiver, field), sizeof(((struct board_waiver *)0)->field) }
    TEXT("id", id),         TEXT("net", subject),   TEXT("part", subject),
    TEXT("reason", reason), TEXT("author", author), TEXT("expires", expires),
};
#define N_TEXTS (sizeof texts / sizeof *texts)

static bool leap(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int number(const char *digits, int n) {
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return -1;
        value = 10 * value + digits[i] - '0';
    }
    return value;
}

bool board_config_is_date(const char *text) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
        return false;
    int year = number(text, 4), month = number(text + 5, 2), day = number(text + 8, 2);
    if (year < 2000 || month < 1 || month > 12 || day < 1)
        return false;
    return day <= days[month - 1] + (month == 2 && leap(year));
}

static struct board_waiver *of_name(struct board_config *config, const char *name,
                                    const struct config_place *place) {
    struct board_waiver *entry = config->waivers;
    unsigned i = 0;
    while (i < config->n_waivers && strcmp(entry[i].name, name) != 0)
        i++;
    if (i == config->n_waivers) {
        if (i == sizeof config->waivers / sizeof *config->waivers) {
            board_config_fail(place, "more than %u waivers", i);
            return NULL;
        }
        config->n_waivers++;
        entry[i] = (struct board_waiver){.line = place->line};
        sim_format(entry[i].name, sizeof entry[i].name, "%s", name);
    }
    return &entry[i];
}

static bool unknown(const char *name, const char *key, const struct config_place *place) {
    struct words_near near = {.wanted = key};
    char hint[160];
    for (size_t i = 0; i < N_TEXTS; i++)
        words_near_offer(&near, texts[i].key);
    return board_config_fail(place, "[waiver.%s] has no key \"%s\"%s", name, key,
                             words_near_hint(&near, hint, sizeof hint));
}

bool board_config_waiver(struct board_config *config, const char *name, const char *key,
                         const char *value, const struct config_place *place) {
    size_t i = 0;
    if (place->assignment)
        return board_config_fail(place, "waivers stand in a file: the board's .ini, or --waivers");
    while (i < N_TEXTS && strcmp(texts[i].key, key) != 0)
        i++;
    if (i == N_TEXTS)
        return unknown(name, key, place);
    if (!*name || strlen(name) >= sizeof config->waivers->name)
        return board_config_fail(place, "[waiver.NAME] needs a name of 1 to %u characters",
                                 (unsigned)sizeof config->waivers->name - 1);
    if (!*value || strlen(value) >= texts[i].size)
        return board_config_fail(place, "%s: expected 1 to %u characters", key,
                                 (unsigned)texts[i].size - 1);
    if (strcmp(key, "expires") == 0 && !board_config_is_date(value))
        return board_config_fail(place, "expires = %s; expected a date, YYYY-MM-DD", value);
    struct board_waiver *waiver = of_name(config, name, place);
    if (!waiver)
        return false;
    char *field = (char *)waiver + texts[i].offset;
    if (*field)
        return board_config_fail(place, "[waiver.%s] states %s twice%s", name, key,
                                 texts[i].offset == offsetof(struct board_waiver, subject)
                                     ? ", as a net or as a part"
                                     : "");
    memcpy(field, value, strlen(value) + 1);
    waiver->net |= strcmp(key, "net") == 0;
    return true;
}

bool board_config_waivers_whole(const struct board_config *config, unsigned from,
                                const struct config_place *place) {
    for (unsigned i = from; i < config->n_waivers; i++) {
        const struct board_waiver *w = &config->waivers[i];
        const char *missing = !w->id[0]       ? "id"
                              : !w->reason[0] ? "reason"
                              : !w->author[0] ? "author"
                                              : NULL;
        struct config_place at = *place;
        at.line = w->line;
        if (missing)
            return board_config_fail(&at, "[waiver.%s] lacks %s", w->name, missing);
    }
    return true;
}
