#include "harness/xdp/object.h"

#include <bpf/libbpf.h>
#include <gelf.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- maps and data, by libbpf ------------------------------------------------------------- */

static bool add_map(struct xdp_object *object, struct bpf_map *map, struct sim_err *err) {
    const char *name = bpf_map__name(map);
    size_t length;
    if (bpf_map__is_internal(map)) {
        const void *value = bpf_map__initial_value(map, &length);
        if (!strstr(name, ".rodata") || object->rodata)
            return sim_err_set(err, SIM_ERR_UNMODELLED,
                               "the data section %s is not interpreted; .rodata alone is", name);
        object->rodata = malloc(length ? length : 1);
        if (!object->rodata)
            return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        memcpy(object->rodata, value, length);
        object->n_rodata = length;
        return true;
    }
    if (object->n_maps == XDP_MAX_MAPS)
        return sim_err_set(err, SIM_ERR_UNMODELLED, "more than %d maps", XDP_MAX_MAPS);
    struct xdp_map *out = &object->maps[object->n_maps++];
    *out = (struct xdp_map){.type = bpf_map__type(map),
                            .key_size = bpf_map__key_size(map),
                            .value_size = bpf_map__value_size(map),
                            .max_entries = bpf_map__max_entries(map)};
    sim_format(out->name, sizeof out->name, "%s", name);
    return true;
}

static bool take_program(struct xdp_object *object, struct bpf_object *file, char *section,
                         size_t size, struct sim_err *err) {
    struct bpf_program *program = bpf_object__next_program(file, NULL);
    if (!program || bpf_object__next_program(file, program))
        return sim_err_set(err, SIM_ERR_INPUT, "expected one program in the object");
    object->n_insns = bpf_program__insn_cnt(program);
    object->insns = malloc(object->n_insns * sizeof *object->insns);
    if (!object->insns)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
    memcpy(object->insns, bpf_program__insns(program), object->n_insns * sizeof *object->insns);
    sim_format(section, (unsigned)size, "%s", bpf_program__section_name(program));
    return true;
}

static bool open_object(struct xdp_object *object, const char *path, char *section, size_t size,
                        struct sim_err *err) {
    libbpf_set_print(NULL);
    struct bpf_object *file = bpf_object__open_file(path, NULL);
    if (!file)
        return sim_err_set(err, SIM_ERR_INPUT, "%s; expected an eBPF object", strerror(errno));
    struct bpf_map *map = NULL;
    bool good = take_program(object, file, section, size, err);
    while (good && (map = bpf_object__next_map(file, map)))
        good = add_map(object, map, err);
    bpf_object__close(file);
    return good;
}

/* --- relocations, by libelf --------------------------------------------------------------- */

struct relocating {
    struct xdp_object *object;
    Elf *elf;
    Elf_Data *symbols;
    size_t strings; /* section of the symbols' names */
    size_t names;   /* section of the sections' names */
};

static const char *section_name(const struct relocating *r, Elf_Scn *section) {
    GElf_Shdr header;
    const char *name =
        gelf_getshdr(section, &header) ? elf_strptr(r->elf, r->names, header.sh_name) : NULL;
    return name ? name : "";
}

static int map_named(const struct xdp_object *object, const char *name) {
    for (size_t i = 0; name && i < object->n_maps; i++)
        if (strcmp(object->maps[i].name, name) == 0)
            return (int)i;
    return -1;
}

/* The two slots of a wide load hold an address from now on. */
static bool relocate(const struct relocating *r, const GElf_Rel *rel, struct sim_err *err) {
    GElf_Sym symbol;
    size_t at = rel->r_offset / sizeof(struct bpf_insn);
    if (!gelf_getsym(r->symbols, (int)GELF_R_SYM(rel->r_info), &symbol) ||
        at + 1 >= r->object->n_insns || r->object->insns[at].code != (BPF_LD | BPF_IMM | BPF_DW))
        return sim_err_set(err, SIM_ERR_UNMODELLED,
                           "instruction %u: a relocation other than a wide load's is not "
                           "interpreted",
                           (unsigned)at);
    struct bpf_insn *insn = &r->object->insns[at];
    const char *name = elf_strptr(r->elf, r->strings, symbol.st_name);
    const char *section = section_name(r, elf_getscn(r->elf, symbol.st_shndx));
    int map = map_named(r->object, name);
    uint64_t value;
    if (strcmp(section, ".maps") == 0 && map >= 0)
        value = XDP_HANDLE_BASE + (unsigned)map;
    else if (strncmp(section, ".rodata", 7) == 0)
        value = XDP_RODATA_BASE + symbol.st_value + (uint32_t)insn->imm;
    else
        return sim_err_set(err, SIM_ERR_UNMODELLED,
                           "instruction %u: an address in %s is not interpreted", (unsigned)at,
                           section);
    insn[0].imm = (int32_t)(uint32_t)value;
    insn[1].imm = (int32_t)(value >> 32);
    insn[0].src_reg = 0;
    return true;
}

static bool find_symbols(struct relocating *r) {
    GElf_Shdr header;
    if (elf_getshdrstrndx(r->elf, &r->names) != 0)
        return false;
    for (Elf_Scn *s = NULL; (s = elf_nextscn(r->elf, s));) {
        if (!gelf_getshdr(s, &header) || header.sh_type != SHT_SYMTAB)
            continue;
        r->symbols = elf_getdata(s, NULL);
        r->strings = header.sh_link;
    }
    return r->symbols != NULL;
}

/* Where the program's settings stand in the constant data. */
static void find_config(const struct relocating *r) {
    GElf_Sym symbol;
    for (int i = 0; gelf_getsym(r->symbols, i, &symbol); i++) {
        const char *name = elf_strptr(r->elf, r->strings, symbol.st_name);
        bool fits = symbol.st_size <= r->object->n_rodata &&
                    symbol.st_value <= r->object->n_rodata - symbol.st_size;
        if (name && strcmp(name, "config") == 0 && fits &&
            strcmp(section_name(r, elf_getscn(r->elf, symbol.st_shndx)), ".rodata") == 0)
            r->object->config = symbol.st_value;
    }
}

static bool relocate_section(const struct relocating *r, const char *section, struct sim_err *err) {
    GElf_Shdr header;
    for (Elf_Scn *s = NULL; (s = elf_nextscn(r->elf, s));) {
        if (!gelf_getshdr(s, &header) || header.sh_type != SHT_REL ||
            strcmp(section_name(r, elf_getscn(r->elf, header.sh_info)), section) != 0)
            continue;
        Elf_Data *data = elf_getdata(s, NULL);
        for (int i = 0; data && (size_t)i < header.sh_size / sizeof(Elf64_Rel); i++) {
            GElf_Rel rel;
            if (!gelf_getrel(data, i, &rel) || !relocate(r, &rel, err))
                return false;
        }
    }
    return true;
}

static bool relocate_all(struct xdp_object *object, const char *path, const char *section,
                         struct sim_err *err) {
    struct relocating r = {.object = object};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    elf_version(EV_CURRENT);
    r.elf = fd >= 0 ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
    bool good = r.elf && find_symbols(&r);
    if (!good)
        sim_err_set(err, SIM_ERR_INPUT, "no symbols; expected an eBPF object");
    if (good)
        find_config(&r);
    good = good && relocate_section(&r, section, err);
    elf_end(r.elf);
    if (fd >= 0)
        close(fd);
    return good;
}

bool xdp_object_read(struct xdp_object *object, const char *path, struct sim_err *err) {
    char section[64];
    *object = (struct xdp_object){.config = SIZE_MAX};
    if (open_object(object, path, section, sizeof section, err) &&
        relocate_all(object, path, section, err))
        return true;
    sim_format(err->file, sizeof err->file, "%s", path);
    xdp_object_finish(object);
    return false;
}

void xdp_object_finish(struct xdp_object *object) {
    free(object->insns);
    free(object->rodata);
    *object = (struct xdp_object){0};
}

bool xdp_object_path(const char *program, char *out, size_t size, struct sim_err *err) {
    const char *stated = getenv("LINKPULSE_XDP");
    sim_format(out, (unsigned)size, "%s/%s.bpf.o", stated && *stated ? stated : LINKPULSE_XDP_DIR,
               program);
    return access(out, R_OK) == 0 ||
           sim_err_set(err, SIM_ERR_ENVIRONMENT,
                       "%s is not there: building it takes clang (apt install clang)", out);
}
