#include "harness/run_image.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/cosim.h"
#include "harness/words.h"

/* What runs by default, best first; where each receives. The files are firmware/images/ and
 * firmware/drivers/rx_port*.h. */
static const struct {
    const char *chip, *name;
    const char *pins[3]; /* by enum spi_pin */
} DEFAULTS[] = {
    {"f401re", "netif_f401", {"PB13", "PB15", "PC6"}},
    {"f401re", "rxdump_f401", {"PB13", "PB15", "PC6"}},
    {"f100rb", "netif_f100", {"PB13", "PB15", "PC6"}},
};
#define N_DEFAULTS (sizeof DEFAULTS / sizeof DEFAULTS[0])

static bool is_file(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* The directory of the images, without a slash at its end. */
static void image_dir(char out[3072]) {
    char self[3000];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = 0;
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(self, '/');
        if (slash)
            *slash = 0;
    }
    struct stat status;
    snprintf(out, 3072, "%s/firmware", self);
    if (!self[0] || stat(out, &status) != 0 || !S_ISDIR(status.st_mode))
        snprintf(out, 3072, "%s", LINKPULSE_FIRMWARE_DIR);
}

static bool find_image(const char *name, char *path, size_t size) {
    char dir[3072];
    image_dir(dir);
    int n = snprintf(path, size, "%s/%s.elf", dir, name);
    return n > 0 && (size_t)n < size && is_file(path);
}

/* What an image of the project is waiting for, as the build has written it down beside the
 * others; false: it was built, or there is none of that name. */
static bool is_waiting(const char *name, char needs[64]) {
    char dir[3072], path[3200], line[256];
    size_t n = strlen(name);
    bool found = false;
    image_dir(dir);
    snprintf(path, sizeof path, "%s/unbuilt", dir);
    FILE *list = fopen(path, "r");
    while (list && !found && fgets(line, sizeof line, list)) {
        line[strcspn(line, "\n")] = 0;
        found = strncmp(line, name, n) == 0 && line[n] == ' ';
        if (found)
            snprintf(needs, 64, "%s", line + n + 1);
    }
    if (list)
        fclose(list);
    return found;
}

/* --- one that was asked for --- */

static int is_image(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return length > 4 && strcmp(entry->d_name + length - 4, ".elf") == 0;
}

/* In the order of the names, so that of equally near ones the same is told everywhere. */
static bool no_such_image(const char *name, struct sim_err *err) {
    char dir[3072], hint[96] = "", needs[64];
    struct words_near near = {.wanted = name};
    struct dirent **found = NULL;
    image_dir(dir);
    int n = scandir(dir, &found, is_image, alphasort);
    for (int i = 0; i < n; i++) {
        found[i]->d_name[strlen(found[i]->d_name) - 4] = 0;
        words_near_offer(&near, found[i]->d_name);
    }
    if (is_waiting(name, needs))
        sim_err_set(
            err, SIM_ERR_ENVIRONMENT,
            "--firmware %s: no such file; the image of that name needs %s, and was not built", name,
            needs);
    else
        sim_err_set(err, SIM_ERR_INPUT,
                    "--firmware %s: no such file, and no image of that name was built%s", name,
                    words_near_hint(&near, hint, sizeof hint));
    for (int i = 0; i < n; i++)
        free(found[i]);
    free(found);
    return false;
}

static bool choose_named(struct run_image *image, const char *asked, struct sim_err *err) {
    snprintf(image->name, sizeof image->name, "%s", asked);
    bool bare = !strchr(asked, '/');
    if (bare && !is_file(asked)) {
        if (find_image(asked, image->path, sizeof image->path))
            return true;
        return no_such_image(asked, err);
    }
    int n = snprintf(image->path, sizeof image->path, "%s", asked);
    if (n < 0 || (size_t)n >= sizeof image->path || strlen(asked) >= sizeof image->name)
        return sim_err_set(err, SIM_ERR_INPUT, "--firmware: the path is too long");
    return true;
}

/* --- the default --- */

static bool pins_fit(const char *const have[3], size_t row) {
    for (int i = 0; i < 3; i++)
        if (strcasecmp(have[i], DEFAULTS[row].pins[i]) != 0)
            return false;
    return true;
}

/* Why no image of the project can serve this board; NULL when one could. */
static const char *unfit(const struct board *board, const char *pins[3], char *text, size_t size) {
    const struct board_config *config = &board->config;
    static const char *const KEYS[3] = {"mcu.pin_clk", "mcu.pin_mosi", "mcu.pin_nss"};
    if (!config->mcu_chip[0])
        return "the board states no mcu.chip";
    if (strcmp(config->attach.framing, "preamble") == 0)
        return "attach.framing = preamble: the project's images expect a byte-sync circuit";
    for (int i = 0; i < 3; i++) {
        pins[i] = cosim_pin_name(board, (enum spi_pin)i);
        if (!pins[i]) {
            snprintf(text, size, "%s is not stated, and no pad on its net is named like an MCU pin",
                     KEYS[i]);
            return text;
        }
    }
    return NULL;
}

static bool fits(const struct board *board, const char *const pins[3], size_t row) {
    return strcasecmp(board->config.mcu_chip, DEFAULTS[row].chip) == 0 && pins_fit(pins, row);
}

static void choose_default(struct run_image *image, const struct board *board) {
    char needs[64];
    const char *pins[3];
    const char *why = unfit(board, pins, image->why, sizeof image->why);
    const char *missing = NULL;
    for (size_t row = 0; !why && row < N_DEFAULTS; row++) {
        if (!fits(board, pins, row))
            continue;
        if (find_image(DEFAULTS[row].name, image->path, sizeof image->path)) {
            snprintf(image->name, sizeof image->name, "%s", DEFAULTS[row].name);
            break;
        }
        missing = missing ? missing : DEFAULTS[row].name;
    }
    if (missing) {
        snprintf(image->instead, sizeof image->instead, "%s", missing);
        bool waiting = is_waiting(missing, needs);
        snprintf(image->why, sizeof image->why, "not built%s%s", waiting ? ": it needs " : "",
                 waiting ? needs : "");
    } else if (why && why != image->why) {
        snprintf(image->why, sizeof image->why, "%s", why);
    } else if (!why && !image->name[0]) {
        snprintf(image->why, sizeof image->why,
                 "no image of the project is for an %s with its SPI at %s, %s, %s",
                 board->config.mcu_chip, pins[0], pins[1], pins[2]);
    }
}

bool run_image_choose(struct run_image *image, const struct options *options,
                      const struct board *board, struct sim_err *err) {
    *image = (struct run_image){0};
    if (options->firmware && strcmp(options->firmware, "none") == 0)
        snprintf(image->why, sizeof image->why, "--firmware none");
    else if (options->firmware)
        return choose_named(image, options->firmware, err);
    else
        choose_default(image, board);
    return true;
}
