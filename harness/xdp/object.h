/* A compiled XDP program as its object file holds it: instructions with their relocations
 * resolved to addresses of the interpreter, maps, constant data. No privilege is needed. */
#ifndef HARNESS_XDP_OBJECT_H
#define HARNESS_XDP_OBJECT_H

#include <linux/bpf.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

#define XDP_MAX_MAPS 8

/* Addresses a program sees. A map's handle is no memory. */
#define XDP_HANDLE_BASE UINT64_C(0x70000000)
#define XDP_RODATA_BASE UINT64_C(0x40000000)

struct xdp_map {
    char name[64];
    uint32_t type, key_size, value_size, max_entries;
};

struct xdp_object {
    struct bpf_insn *insns;
    size_t n_insns;
    struct xdp_map maps[XDP_MAX_MAPS];
    size_t n_maps;
    uint8_t *rodata; /* NULL: none */
    size_t n_rodata;
    size_t config; /* where in it `config` stands; SIZE_MAX: nowhere */
};

/* The only program of the file. False with `err` for anything but an eBPF object that the
 * interpreter can run. */
bool xdp_object_read(struct xdp_object *object, const char *path, struct sim_err *err);
void xdp_object_finish(struct xdp_object *object); /* accepts a zeroed one */

/* The place of the built object of `program` below the build's directory, in `out`. False with
 * SIM_ERR_ENVIRONMENT when it was not built. */
bool xdp_object_path(const char *program, char *out, size_t size, struct sim_err *err);

#endif
