/* Private to the two board_config files: one assignment, and where it came from. */
#ifndef HARNESS_BOARD_CONFIG_KEYS_H
#define HARNESS_BOARD_CONFIG_KEYS_H

#include "harness/board_config.h"

#define BOARD_CONFIG_MAX_KEYS 64

struct config_place {
    const char *file;       /* NULL for --set */
    long line;              /* 0 for --set */
    const char *assignment; /* the --set text, else NULL */
    long *seen;             /* by key row: the line of this file that stated it; NULL for --set */
    bool waivers_only;
    struct sim_err *err;
};

/* One `key = value` under [section]. */
bool board_config_apply(struct board_config *config, const char *section, const char *key,
                        const char *value, const struct config_place *place);
/* board_config_waiver.c: the same under [waiver.NAME]. */
bool board_config_waiver(struct board_config *config, const char *name, const char *key,
                         const char *value, const struct config_place *place);
/* That each waiver says what it must, once the file is read; `from` are those it added. */
bool board_config_waivers_whole(const struct board_config *config, unsigned from,
                                const struct config_place *place);
/* An error at the place. Always false. */
bool board_config_fail(const struct config_place *place, const char *format, ...);

#endif
