/* The firmware's functions and source lines, of the image that a sidecar names. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/dwarf_lines.h"
#include "harness/image.h"
#include "harness/sha256.h"
#include "harness/slurp.h"
#include "harness/view/sidecar.h"

#define PATH        4096
#define MOST_SOURCE ((size_t)16 << 20)

struct code {
    struct image image;
    struct dwarf_lines *lines;
    char path[PATH];
    struct {
        uint32_t pc;
        char text[DETAIL_TEXT];
    } * last; /* said last: a picture asks the same again and again; text "" nothing */
};

/* --- the image ---------------------------------------------------------------------------- */

static bool load_image(struct code *code, struct sim_err *err) {
    size_t size;
    char *file = slurp_regular(code->path, IMAGE_MAX_FILE, &size, err);
    bool good =
        file && image_parse(&code->image, code->path, (const uint8_t *)file, size, false, 0, err);
    free(file);
    return good;
}

/* `path` itself, or a file of its name beside the waves. */
static bool load(struct code *code, const char *path, const char *wave, struct sim_err *err) {
    struct sim_err second = SIM_ERR_INIT;
    const char *slash = strrchr(wave, '/'), *name = strrchr(path, '/');
    snprintf(code->path, PATH, "%s", path);
    if (load_image(code, err))
        return true;
    snprintf(code->path, PATH, "%.*s%s", slash ? (int)(slash + 1 - wave) : 0, wave,
             name ? name + 1 : path);
    return load_image(code, &second);
}

static bool is_the_one(const struct code *code, const struct sidecar *sidecar) {
    char hash[SHA256_HEX];
    sha256_hex(code->image.file, code->image.file_size, hash);
    return strcmp(hash, sidecar->sha256) == 0;
}

struct code *code_open(const struct sidecar *sidecar, const char *wave, char *note, size_t size) {
    struct sim_err err = SIM_ERR_INIT;
    note[0] = 0;
    if (!sidecar || !sidecar->elf || !sidecar->sha256)
        return NULL;
    struct code *code = calloc(1, sizeof *code);
    if (code)
        code->last = calloc(1, sizeof *code->last);
    if (!code || !code->last) {
        snprintf(note, size, "no source lines: out of memory");
    } else if (!load(code, sidecar->elf, wave, &err)) {
        snprintf(note, size, "no source lines: %.200s", err.text);
    } else if (!is_the_one(code, sidecar)) {
        snprintf(note, size, "no source lines: %.200s was built anew since the run", code->path);
    } else {
        if (code->image.kind == IMAGE_ELF)
            code->lines = dwarf_lines_open(code->image.file, code->image.file_size);
        return code;
    }
    code_close(code);
    return NULL;
}

void code_close(struct code *code) {
    if (!code)
        return;
    dwarf_lines_close(code->lines);
    image_finish(&code->image);
    free(code->last);
    free(code);
}

/* --- the source --------------------------------------------------------------------------- */

/* Compilers are told names that begin at the project: it may lie here, where this program was
 * built, or above the image. */
static char *read_source(const struct code *code, const char *name, size_t *size) {
    struct sim_err err = SIM_ERR_INIT; /* nobody's: without it the place is told alone */
    char path[2 * PATH], above[PATH];
    char *text = slurp_regular(name, MOST_SOURCE, size, &err);
    snprintf(above, sizeof above, "%s", code->path);
    if (text || name[0] == '/')
        return text;
    snprintf(path, sizeof path, "%s/%s", LINKPULSE_DATA_DIR, name);
    text = slurp_regular(path, MOST_SOURCE, size, &err);
    for (char *slash; !text && (slash = strrchr(above, '/'));) {
        *slash = 0;
        snprintf(path, sizeof path, "%s/%s", above, name);
        text = slurp_regular(path, MOST_SOURCE, size, &err);
    }
    return text;
}

/* The line's text without what it is indented by; "" when it cannot be read. */
static void source_text(const struct code *code, const char *name, unsigned line, char *out,
                        size_t size) {
    size_t length;
    char *text = read_source(code, name, &length), *at = text, *end = text ? text + length : NULL;
    out[0] = 0;
    for (unsigned i = 1; at && i < line; i++) {
        at = memchr(at, '\n', (size_t)(end - at));
        at += at != NULL;
    }
    if (at) {
        at += strspn(at, " \t");
        snprintf(out, size, "%.*s", (int)strcspn(at, "\r\n"), at);
    }
    free(text);
}

/* --- answers ------------------------------------------------------------------------------ */

const char *code_function(const struct code *code, uint32_t pc) {
    const struct image_symbol *symbol = code ? image_function(&code->image, pc) : NULL;
    return symbol ? symbol->name : NULL;
}

const char *code_handler(const struct code *code, unsigned exception) {
    const struct image *image = code ? &code->image : NULL;
    const struct image_segment *first = image && image->n_segments ? image->segments : NULL;
    if (!first || 4 * (uint64_t)exception + 4 > first->size)
        return NULL;
    const uint8_t *at = first->data + 4 * exception;
    uint32_t vector =
        (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    return vector & 1 ? code_function(code, vector & ~1u) : NULL;
}

static void describe(const struct code *code, uint32_t pc, char *out, size_t size) {
    char file[PATH], text[DETAIL_TEXT];
    unsigned line;
    const char *function = code_function(code, pc);
    if (!dwarf_lines_place(code->lines, pc, file, sizeof file, &line) || !line) {
        snprintf(out, size, "%s at 0x%08" PRIx32, function ? function : "?", pc);
        return;
    }
    const char *name = strncmp(file, "./", 2) == 0 ? file + 2 : file;
    source_text(code, file, line, text, sizeof text);
    snprintf(out, size, "%s at %.150s:%u%s%s", function ? function : "?", name, line,
             text[0] ? ": " : "", text);
}

bool code_at(const struct code *code, uint32_t pc, char *out, size_t size) {
    if (!code || !image_function(&code->image, pc))
        return false;
    if (!code->last->text[0] || code->last->pc != pc)
        describe(code, pc, code->last->text, sizeof code->last->text);
    code->last->pc = pc;
    snprintf(out, size, "%s", code->last->text);
    return true;
}
