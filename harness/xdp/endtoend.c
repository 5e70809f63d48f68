#define _GNU_SOURCE
#include "harness/xdp/endtoend.h"

#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/xdp/live_object.h"

#define NEAR_END  "lpxdp0" /* frames go in here */
#define FAR_END   "lpxdp1" /* and come to the program here */
#define QUEUE     4096     /* frames a CPU's queue holds; a batch is far smaller */
#define BATCH     64
#define PATIENCE  5000 /* ms that a busy machine may keep back a frame that is due */
#define SILENCE   200  /* ms without a frame that nobody expects, or after some were lost */
#define SERIAL    4    /* octets behind the frame */
#define MAX_FRAME 2048

struct trip {
    const struct xdp_setup *setup;
    struct xdp_frame *frames; /* with their serials */
    struct xdp_decision *expected;
    uint32_t *flows; /* a number per flow */
    uint8_t *seen;
    size_t n;
    uint32_t *last; /* by flow: the serial seen last, + 1 */
    enum xdp_mode mode;
    int program, out, taps[FLOW_MAX_CPUS];
    int patience; /* ms */
    uint32_t cpus[FLOW_MAX_CPUS];
    unsigned n_cpus;
    struct xdp_trip *result;
    struct sim_err *err;
};

static bool lacks(struct trip *t, const char *what) {
    return sim_err_set(t->err, SIM_ERR_ENVIRONMENT, "%s: %s", what, strerror(errno));
}

unsigned xdp_online_cpus(uint32_t slots[FLOW_MAX_CPUS]) {
    unsigned n = 0;
    FILE *list = fopen("/sys/devices/system/cpu/online", "r");
    unsigned first, last;
    char sign;
    while (list && fscanf(list, "%u", &first) == 1) {
        last = first;
        sign = (char)fgetc(list);
        if (sign == '-' && fscanf(list, "%u", &last) == 1)
            sign = (char)fgetc(list);
        for (; first <= last && first < FLOW_MAX_CPUS && n < FLOW_MAX_CPUS; first++)
            slots[n++] = first;
        if (sign != ',')
            break;
    }
    if (list)
        fclose(list);
    return n;
}

/* --- the namespace ------------------------------------------------------------------------ */

/* `ip` with arguments; what it says on stderr is the error. */
static bool ip(struct trip *t, const char *const *arguments) {
    pid_t child;
    int status;
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1); /* this process is the caller's no more */
    int failed = posix_spawnp(&child, "ip", &quiet, NULL, (char **)(uintptr_t)arguments, environ);
    posix_spawn_file_actions_destroy(&quiet);
    if (failed)
        return sim_err_set(t->err, SIM_ERR_ENVIRONMENT, "ip (iproute2): %s", strerror(failed));
    if (waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    return sim_err_set(t->err, SIM_ERR_ENVIRONMENT, "ip %s %s %s: it fails here", arguments[1],
                       arguments[2], arguments[3]);
}

/* No IPv6 of the host's own must talk in between. */
static bool make_devices(struct trip *t) {
    const char *const add[] = {"ip",   "link", "add",  NEAR_END, "type",
                               "veth", "peer", "name", FAR_END,  NULL};
    const char *const quiet[2][7] = {{"ip", "link", "set", NEAR_END, "addrgenmode", "none", NULL},
                                     {"ip", "link", "set", FAR_END, "addrgenmode", "none", NULL}};
    const char *const up[2][6] = {{"ip", "link", "set", NEAR_END, "up", NULL},
                                  {"ip", "link", "set", FAR_END, "up", NULL}};
    if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0)
        return lacks(t, "a network namespace of its own");
    return ip(t, add) && ip(t, quiet[0]) && ip(t, quiet[1]) && ip(t, up[0]) && ip(t, up[1]);
}

static bool attach(struct trip *t, struct bpf_object *object, enum xdp_mode mode) {
    if (!xdp_load(object, &t->program, t->err) || !xdp_fill_cpus(object, t->setup, QUEUE, t->err))
        return false;
    uint32_t flags = mode == XDP_NATIVE ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
    int failed = bpf_xdp_attach((int)if_nametoindex(FAR_END), t->program, flags, NULL);
    errno = -failed;
    return !failed || lacks(t, "attaching the program to a veth device");
}

/* Steer what FAR_END receives over all CPUs, by its settings in a sysfs of this namespace. */
static bool steer(struct trip *t) {
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("sysfs", "/sys", "sysfs", 0, NULL) != 0)
        return lacks(t, "a sysfs of the namespace's own");
    FILE *file = fopen("/sys/class/net/" FAR_END "/queues/rx-0/rps_cpus", "w");
    bool good = file && fprintf(file, "%llx", (1ull << t->n_cpus) - 1) > 0;
    if (file)
        good = fclose(file) == 0 && good;
    return good || lacks(t, "rps_cpus of a veth device");
}

static int packet_socket(const char *device, int protocol) {
    int s = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons((uint16_t)protocol));
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_protocol = htons((uint16_t)protocol),
                                  .sll_ifindex = (int)if_nametoindex(device)};
    if (s >= 0 && bind(s, (struct sockaddr *)&address, sizeof address) == 0)
        return s;
    if (s >= 0)
        close(s);
    return -1;
}

/* The kernel gives a frame to the socket whose place in the group is its CPU's number, modulo
 * their count: one for each number up to the last CPU. */
static bool open_taps(struct trip *t) {
    for (unsigned i = 0; i <= t->cpus[t->n_cpus - 1]; i++) {
        int fanout = 0x4c50 | PACKET_FANOUT_CPU << 16, room = 8 << 20;
        t->taps[i] = packet_socket(FAR_END, ETH_P_ALL);
        if (t->taps[i] < 0 ||
            setsockopt(t->taps[i], SOL_PACKET, PACKET_FANOUT, &fanout, sizeof fanout) != 0)
            return lacks(t, "a packet socket for each CPU");
        setsockopt(t->taps[i], SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    }
    t->out = packet_socket(NEAR_END, 0);
    return t->out >= 0 || lacks(t, "a packet socket to send from");
}

/* --- the frames --------------------------------------------------------------------------- */

static void judge(struct trip *t, uint32_t serial, uint32_t cpu) {
    const struct xdp_decision *expected = &t->expected[serial];
    struct xdp_trip *r = t->result;
    r->arrived++;
    t->seen[serial] = 1;
    if (t->mode == XDP_RPS) {
        r->observed[cpu]++;
    } else if (expected->action == XDP_REDIRECT) {
        r->observed[cpu]++;
        r->elsewhere += cpu != expected->slot;
    } else {
        r->elsewhere += expected->action != XDP_PASS;
    }
    r->overtaken += serial + 1 < t->last[t->flows[serial]];
    t->last[t->flows[serial]] = serial + 1;
}

static void take_one(struct trip *t, unsigned cpu) {
    uint8_t octets[MAX_FRAME];
    struct sockaddr_ll from;
    socklen_t size = sizeof from;
    ssize_t n = recvfrom(t->taps[cpu], octets, sizeof octets, MSG_DONTWAIT,
                         (struct sockaddr *)&from, &size);
    uint32_t serial;
    if (n < SERIAL || from.sll_pkttype == PACKET_OUTGOING)
        return;
    memcpy(&serial, octets + n - SERIAL, SERIAL);
    if (serial < t->n && !t->seen[serial])
        judge(t, serial, cpu);
}

/* Until `due` frames have arrived in all, or nothing has come for so many ms. */
static void take(struct trip *t, uint64_t due, int silence) {
    struct pollfd polls[FLOW_MAX_CPUS];
    unsigned n = t->cpus[t->n_cpus - 1] + 1;
    for (unsigned i = 0; i < n; i++)
        polls[i] = (struct pollfd){.fd = t->taps[i], .events = POLLIN};
    while (t->result->arrived < due && poll(polls, n, silence) > 0)
        for (unsigned i = 0; i < n; i++)
            if (polls[i].revents & POLLIN)
                take_one(t, i);
}

static bool drops(const struct trip *t, size_t i) {
    int action = t->expected[i].action;
    return t->mode != XDP_RPS && action != XDP_REDIRECT && action != XDP_PASS;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* As a device's queue, this process sends from one CPU. Frames from two may overtake each other
 * before the program sees them. */
static bool stay_on_one_cpu(struct trip *t) {
    cpu_set_t here;
    CPU_ZERO(&here);
    CPU_SET((unsigned)sched_getcpu(), &here);
    return sched_setaffinity(0, sizeof here, &here) == 0 || lacks(t, "staying on one CPU");
}

static bool send_all(struct trip *t) {
    uint64_t due = 0;
    double start = now();
    t->patience = PATIENCE;
    for (size_t i = 0; i < t->n; i++) {
        if (send(t->out, t->frames[i].octets, t->frames[i].n, 0) != (ssize_t)t->frames[i].n)
            return lacks(t, "sending through a veth pair");
        due += !drops(t, i);
        if (i % BATCH != BATCH - 1 && i + 1 != t->n)
            continue;
        take(t, due, t->patience);
        if (t->result->arrived < due)
            t->patience = SILENCE;
    }
    t->result->seconds = now() - start;
    take(t, UINT64_MAX, SILENCE); /* what nobody expects */
    return true;
}

static void conclude(struct trip *t) {
    struct xdp_trip *r = t->result;
    r->sent = t->n;
    for (size_t i = 0; i < t->n; i++) {
        const struct xdp_decision *expected = &t->expected[i];
        if (t->mode != XDP_RPS && expected->action == XDP_REDIRECT) {
            r->redirected++;
            r->predicted[expected->slot]++;
        }
        r->dropped += !t->seen[i] && drops(t, i);
        r->lost += !t->seen[i] && !drops(t, i);
    }
}

static bool travel(struct trip *t) {
    enum xdp_mode mode = t->mode;
    const char *name = t->setup->program == XDP_REFERENCE ? "reference" : "flow";
    struct bpf_object *object = xdp_open(name, t->setup, t->err);
    bool good = object && make_devices(t) &&
                (mode == XDP_RPS ? steer(t) : attach(t, object, mode)) && open_taps(t) &&
                stay_on_one_cpu(t) && send_all(t);
    bpf_object__close(object);
    if (good)
        conclude(t);
    return good;
}

/* --- preparation -------------------------------------------------------------------------- */

static int by_hash(const void *a, const void *b) {
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Frames of one hash have one number. */
static void number_flows(struct trip *t, uint64_t *hashes) {
    qsort(hashes, t->n, sizeof *hashes, by_hash);
    uint32_t flow = 0;
    for (size_t i = 0; i < t->n; i++) {
        flow += i > 0 && hashes[i] >> 32 != hashes[i - 1] >> 32;
        t->flows[(uint32_t)hashes[i]] = flow;
    }
}

static void prepare(struct trip *t, const struct xdp_frame *frames, uint8_t *octets,
                    uint64_t *hashes) {
    for (uint32_t i = 0; i < t->n; i++) {
        uint8_t *own = octets + (size_t)i * MAX_FRAME;
        size_t n = frames[i].n < MAX_FRAME - SERIAL ? frames[i].n : MAX_FRAME - SERIAL;
        struct xdp_inside inside;
        memcpy(own, frames[i].octets, n);
        memcpy(own + n, &i, SERIAL);
        t->frames[i] = (struct xdp_frame){own, n + SERIAL};
        t->expected[i] = xdp_native(t->setup, own, n + SERIAL, &inside);
        hashes[i] = (uint64_t)inside.hash << 32 | i;
    }
    number_flows(t, hashes);
}

static bool prepare_and_travel(struct trip *t, const struct xdp_frame *frames) {
    uint8_t *octets = malloc(t->n * MAX_FRAME + 1);
    uint64_t *hashes = malloc(t->n * sizeof *hashes + 1);
    t->frames = malloc(t->n * sizeof *t->frames + 1);
    t->expected = malloc(t->n * sizeof *t->expected + 1);
    t->flows = malloc(t->n * sizeof *t->flows + 1);
    t->last = calloc(t->n + 1, sizeof *t->last);
    t->seen = calloc(t->n + 1, 1);
    if (!octets || !hashes || !t->frames || !t->expected || !t->flows || !t->last || !t->seen)
        return sim_err_set(t->err, SIM_ERR_ENVIRONMENT, "out of memory");
    prepare(t, frames, octets, hashes);
    return travel(t); /* the process ends behind it, and its memory with it */
}

/* --- a process of its own, for its namespace ----------------------------------------------- */

struct answer {
    bool good;
    struct xdp_trip trip;
    struct sim_err err;
};

static void in_child(int pipe, const struct xdp_setup *setup, enum xdp_mode mode,
                     const struct xdp_frame *frames, size_t n) {
    struct answer answer = {.err = SIM_ERR_INIT};
    struct trip t = {
        .setup = setup, .mode = mode, .n = n, .result = &answer.trip, .err = &answer.err};
    t.n_cpus = xdp_online_cpus(t.cpus);
    answer.good = t.n_cpus ? prepare_and_travel(&t, frames)
                           : sim_err_set(&answer.err, SIM_ERR_ENVIRONMENT,
                                         "/sys/devices/system/cpu/online cannot be read");
    ssize_t written = write(pipe, &answer, sizeof answer);
    _exit(written == sizeof answer ? 0 : 1);
}

bool xdp_end_to_end(const struct xdp_setup *setup, enum xdp_mode mode,
                    const struct xdp_frame *frames, size_t n, struct xdp_trip *out,
                    struct sim_err *err) {
    struct answer answer;
    int ends[2];
    pid_t child = pipe(ends) == 0 ? fork() : -1;
    if (child < 0)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "a process of its own: %s", strerror(errno));
    if (child == 0)
        in_child(ends[1], setup, mode, frames, n);
    close(ends[1]);
    ssize_t got = read(ends[0], &answer, sizeof answer);
    close(ends[0]);
    waitpid(child, NULL, 0);
    if (got != sizeof answer)
        return sim_err_set(err, SIM_ERR_UNMODELLED, "the process that sent frames ended early");
    *out = answer.trip;
    if (!answer.good)
        *err = answer.err;
    return answer.good;
}
