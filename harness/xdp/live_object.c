#include "harness/xdp/live_object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/xdp/trap.h"

static bool place(struct bpf_map *map, size_t at, const struct flow_config *config,
                  struct sim_err *err) {
    size_t size = 0;
    const void *before = bpf_map__initial_value(map, &size);
    uint8_t *data = before && at <= size && sizeof *config <= size - at ? malloc(size) : NULL;
    if (!data)
        return sim_err_set(err, SIM_ERR_INPUT, "the object has no room for its settings");
    memcpy(data, before, size);
    memcpy(data + at, config, sizeof *config);
    int failed = bpf_map__set_initial_value(map, data, size);
    free(data);
    return !failed || sim_err_set(err, SIM_ERR_INPUT, "the object's settings cannot be set");
}

/* The settings go where the object keeps them in its constant data. */
static bool configure(struct bpf_object *object, const char *path, size_t at,
                      const struct xdp_setup *setup, struct sim_err *err) {
    struct bpf_map *map = NULL;
    bpf_object__for_each_map(map, object) {
        if (bpf_map__is_internal(map) && strstr(bpf_map__name(map), ".rodata"))
            return place(map, at, &setup->config, err);
    }
    return sim_err_at(err, SIM_ERR_INPUT, path, 0, "the object has no constant data");
}

static bool prepare(struct bpf_object *object, const char *path, const struct xdp_setup *setup,
                    struct sim_err *err) {
    struct xdp_object parsed;
    bool good = xdp_object_read(&parsed, path, err) && xdp_trap_free(&parsed, err) &&
                (!setup || setup->program != XDP_FLOW ||
                 configure(object, path, parsed.config, setup, err));
    xdp_object_finish(&parsed);
    return good;
}

struct bpf_object *xdp_open(const char *name, const struct xdp_setup *setup, struct sim_err *err) {
    char path[4096];
    if (!xdp_object_path(name, path, sizeof path, err))
        return NULL;
    libbpf_set_print(NULL);
    struct bpf_object *object = bpf_object__open_file(path, NULL);
    if (!object) {
        sim_err_at(err, SIM_ERR_INPUT, path, 0, "%s; expected an eBPF object", strerror(errno));
        return NULL;
    }
    if (prepare(object, path, setup, err))
        return object;
    bpf_object__close(object);
    return NULL;
}

static bool refused(struct sim_err *err, int code) {
    bool verifier = code == EINVAL || code == EACCES || code == E2BIG;
    return verifier ? sim_err_set(err, SIM_ERR_UNMODELLED,
                                  "the kernel's verifier refuses the program (%s)", strerror(code))
                    : sim_err_set(err, SIM_ERR_ENVIRONMENT,
                                  "the kernel lets this user load no XDP program (%s): it takes "
                                  "CAP_BPF and CAP_NET_ADMIN, or root",
                                  strerror(code));
}

bool xdp_load(struct bpf_object *object, int *program, struct sim_err *err) {
    int failed = bpf_object__load(object);
    if (failed)
        return refused(err, failed < 0 ? -failed : failed);
    *program = bpf_program__fd(bpf_object__next_program(object, NULL));
    return true;
}

bool xdp_fill_cpus(struct bpf_object *object, const struct xdp_setup *setup, unsigned queue,
                   struct sim_err *err) {
    int map = bpf_object__find_map_fd_by_name(object, "cpu_map");
    for (uint32_t cpu = 0; cpu < FLOW_MAX_CPUS; cpu++) {
        struct bpf_cpumap_val value = {.qsize = queue, .bpf_prog.fd = 0};
        if (setup->filled >> cpu & 1 && bpf_map_update_elem(map, &cpu, &value, 0) != 0)
            return sim_err_set(err, SIM_ERR_ENVIRONMENT, "CPU %u into the CPU map: %s", cpu,
                               errno == ENODEV ? "there is no such CPU" : strerror(errno));
    }
    return true;
}
