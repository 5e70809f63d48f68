#define _GNU_SOURCE
#include "harness/xdp/install.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/interrupt.h"
#include "harness/xdp/endtoend.h"
#include "harness/xdp/live_object.h"

#define QUEUE    16384 /* the most a CPU map takes */
#define OUR_NAME "flow"
#define OUR_MAPS 3 /* cpu_map, counts and the constant data */

static bool find_interface(const char *name, int *index, struct sim_err *err) {
    *index = (int)if_nametoindex(name);
    return *index != 0 ||
           sim_err_set(err, SIM_ERR_ENVIRONMENT, "%s: there is no such interface", name);
}

/* The program on the interface: its number, 0 without one; the flags it is attached with. */
static bool attached(int index, const char *name, uint32_t *program, uint32_t *flags,
                     struct sim_err *err) {
    struct bpf_xdp_query_opts query = {.sz = sizeof query};
    int failed = bpf_xdp_query(index, 0, &query);
    if (failed)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "%s: asking for its XDP program: %s", name,
                           strerror(-failed));
    *program = query.prog_id;
    *flags = query.attach_mode == XDP_ATTACHED_SKB ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
    return true;
}

/* A descriptor of one of a program's maps by its name, or -1. */
static int map_of_program(uint32_t program, const char *name, uint32_t *id) {
    uint32_t ids[8];
    struct bpf_prog_info info = {.nr_map_ids = 8, .map_ids = (uintptr_t)ids};
    uint32_t size = sizeof info;
    int found = -1, fd = bpf_prog_get_fd_by_id(program);
    if (fd < 0)
        return -1;
    if (bpf_obj_get_info_by_fd(fd, &info, &size) != 0)
        info.nr_map_ids = 0;
    for (uint32_t i = 0; i < info.nr_map_ids && i < 8 && found < 0; i++) {
        struct bpf_map_info map = {0};
        uint32_t map_size = sizeof map;
        int candidate = bpf_map_get_fd_by_id(ids[i]);
        if (candidate >= 0 && bpf_obj_get_info_by_fd(candidate, &map, &map_size) == 0 &&
            strcmp(map.name, name) == 0) {
            found = candidate;
            *id = ids[i];
        } else if (candidate >= 0) {
            close(candidate);
        }
    }
    close(fd);
    return found;
}

/* Ours is named as ours is and has our counters. */
static bool is_ours(uint32_t program) {
    struct bpf_prog_info info = {0};
    uint32_t size = sizeof info, id;
    int fd = bpf_prog_get_fd_by_id(program);
    bool named = fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0 &&
                 strcmp(info.name, OUR_NAME) == 0 && info.nr_map_ids == OUR_MAPS;
    int counts = named ? map_of_program(program, "counts", &id) : -1;
    if (fd >= 0)
        close(fd);
    if (counts >= 0)
        close(counts);
    return counts >= 0;
}

static bool refuse_foreign(const char *name, uint32_t program, bool force, struct sim_err *err) {
    return !program || force || is_ours(program) ||
           sim_err_set(err, SIM_ERR_ENVIRONMENT,
                       "%s has an XDP program of someone else (number %u); --force replaces or "
                       "removes it",
                       name, program);
}

/* A NIC that strips VLAN tags leaves the program untagged PPPoE at best, and with tags in the
 * descriptor of native XDP frames nothing at all. */
static bool check_tags(const char *name, struct sim_err *err) {
    struct ethtool_value value = {.cmd = ETHTOOL_GFLAGS};
    struct ifreq request = {.ifr_data = (char *)&value};
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sim_format(request.ifr_name, sizeof request.ifr_name, "%s", name);
    bool stripped = s >= 0 && ioctl(s, SIOCETHTOOL, &request) == 0 && value.data & ETH_FLAG_RXVLAN;
    if (s >= 0)
        close(s);
    return !stripped || sim_err_set(err, SIM_ERR_ENVIRONMENT,
                                    "%s strips VLAN tags before XDP sees them: ethtool -K %s "
                                    "rxvlan off",
                                    name, name);
}

static bool attach(int index, const char *name, int program, FILE *out, struct sim_err *err) {
    int failed = bpf_xdp_attach(index, program, XDP_FLAGS_DRV_MODE, NULL);
    const char *mode = "natively";
    if (failed == -EOPNOTSUPP || failed == -EINVAL) {
        failed = bpf_xdp_attach(index, program, XDP_FLAGS_SKB_MODE, NULL);
        mode = "generically, for the driver has no XDP";
    }
    if (failed)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "%s: attaching the program: %s", name,
                           strerror(-failed));
    fprintf(out, "flow is attached to %s, %s\n", name, mode);
    return true;
}

static bool replace(int index, const char *name, const struct xdp_setup *setup, uint32_t before,
                    uint32_t flags, FILE *out, struct sim_err *err) {
    struct bpf_object *object = xdp_open("flow", setup, err);
    int program;
    bool good =
        object && xdp_load(object, &program, err) && xdp_fill_cpus(object, setup, QUEUE, err);
    if (good && before)
        bpf_xdp_detach(index, flags, NULL);
    good = good && attach(index, name, program, out, err);
    bpf_object__close(object); /* the interface holds it from here on */
    return good;
}

bool xdp_install(const char *interface, const struct xdp_setup *setup, bool force, FILE *out,
                 struct sim_err *err) {
    struct xdp_setup own = *setup;
    uint32_t before = 0, flags = 0;
    int index;
    own.config.cpus = xdp_online_cpus(own.config.slots);
    own.filled = 0;
    for (unsigned i = 0; i < own.config.cpus; i++)
        own.filled |= UINT64_C(1) << own.config.slots[i];
    if (!find_interface(interface, &index, err) ||
        !attached(index, interface, &before, &flags, err) ||
        !refuse_foreign(interface, before, force, err) || (!force && !check_tags(interface, err)))
        return false;
    if (!own.config.cpus)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT,
                           "/sys/devices/system/cpu/online cannot be read");
    return replace(index, interface, &own, before, flags, out, err);
}

bool xdp_uninstall(const char *interface, bool force, FILE *out, struct sim_err *err) {
    uint32_t program = 0, flags = 0;
    int index;
    if (!find_interface(interface, &index, err) ||
        !attached(index, interface, &program, &flags, err))
        return false;
    if (!program)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "%s has no XDP program", interface);
    if (!refuse_foreign(interface, program, force, err))
        return false;
    int failed = bpf_xdp_detach(index, flags, NULL);
    if (failed)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "%s: removing the program: %s", interface,
                           strerror(-failed));
    fprintf(out, "%s is without an XDP program\n", interface);
    return true;
}

/* --- counters ----------------------------------------------------------------------------- */

struct watch {
    int counts, n_cpus;
    struct bpf_object *drops;
    struct bpf_link *link;
    int frames; /* of `drops`; -1: not known */
};

static bool sum(const struct watch *w, uint32_t of, uint64_t *total) {
    uint64_t *values = calloc((size_t)w->n_cpus, sizeof *values);
    bool good = values && bpf_map_lookup_elem(w->counts, &of, values) == 0;
    *total = 0;
    for (int cpu = 0; good && cpu < w->n_cpus; cpu++)
        *total += values[cpu];
    free(values);
    return good;
}

/* Without the right to a tracepoint the queues' drops stay unknown. */
static void open_drops(struct watch *w, uint32_t cpu_map) {
    struct bpf_map *map = NULL;
    int program;
    struct sim_err ignored = SIM_ERR_INIT;
    w->frames = -1;
    w->drops = xdp_open("drops", NULL, &ignored);
    if (!w->drops)
        return;
    bpf_object__for_each_map(map, w->drops) {
        if (bpf_map__is_internal(map))
            bpf_map__set_initial_value(map, &cpu_map, sizeof cpu_map);
    }
    if (!xdp_load(w->drops, &program, &ignored))
        return;
    w->link = bpf_program__attach(bpf_object__next_program(w->drops, NULL));
    if (w->link)
        w->frames = bpf_object__find_map_fd_by_name(w->drops, "frames");
}

static bool print_counts(const struct watch *w, FILE *out) {
    uint64_t frames, redirected = 0, dropped = 0;
    uint32_t second = 1;
    for (uint32_t of = 0; of < FLOW_CLASSES; of++) {
        if (!sum(w, of, &frames))
            return false;
        redirected += FLOW_IS_HASHED(of) ? frames : 0;
        if (of == FLOW_FRAGMENT)
            fprintf(out, "redirected %" PRIu64, redirected);
        if (!FLOW_IS_HASHED(of) && frames)
            fprintf(out, ", %s %" PRIu64, xdp_class_name(of), frames);
    }
    if (w->frames >= 0 && bpf_map_lookup_elem(w->frames, &second, &dropped) == 0)
        fprintf(out, ", dropped in queues %" PRIu64, dropped);
    else
        fputs(", drops in queues not known", out);
    fputc('\n', out);
    return fflush(out) == 0;
}

static bool watch_all(struct watch *w, const char *interface, unsigned seconds, unsigned rounds,
                      FILE *out, struct sim_err *err) {
    for (unsigned i = 0; !interrupted && (!rounds || i < rounds); i++) {
        if (!print_counts(w, out))
            return sim_err_set(err, SIM_ERR_ENVIRONMENT, "%s: its counters cannot be read",
                               interface);
        if (!rounds || i + 1 < rounds)
            sleep(seconds);
    }
    return true;
}

bool xdp_watch(const char *interface, unsigned seconds, unsigned rounds, FILE *out,
               struct sim_err *err) {
    struct watch w = {.counts = -1, .n_cpus = libbpf_num_possible_cpus()};
    uint32_t program = 0, flags = 0, id = 0;
    int index;
    if (!find_interface(interface, &index, err) ||
        !attached(index, interface, &program, &flags, err))
        return false;
    if (!program || !is_ours(program))
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "%s has no `flow`", interface);
    int cpu_map = map_of_program(program, "cpu_map", &id);
    open_drops(&w, id);
    w.counts = map_of_program(program, "counts", &id);
    bool good = watch_all(&w, interface, seconds, rounds, out, err);
    bpf_link__destroy(w.link);
    bpf_object__close(w.drops);
    if (cpu_map >= 0)
        close(cpu_map);
    if (w.counts >= 0)
        close(w.counts);
    return good;
}
