#define _GNU_SOURCE /* unshare, setns */
#include "harness/tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NETNS_DIR  "/run/netns/"
#define TUN        "/dev/net/tun"
#define NEW_DEVICE "lp%d"

/* What the child reports: 0, or errno and the step that failed. */
struct report {
    int error;
    bool user_namespace;
    char step[64];
    char name[TAP_NAME_MAX];
};

/* --- in the child ---------------------------------------------------------------------- */

static bool failed(struct report *report, const char *step) {
    report->error = errno ? errno : EIO;
    snprintf(report->step, sizeof report->step, "%s", step);
    return false;
}

static bool write_text(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* Root there is the user here. */
static bool map_user(uid_t uid, gid_t gid) {
    char users[64], groups[64];
    snprintf(users, sizeof users, "0 %u 1", (unsigned)uid);
    snprintf(groups, sizeof groups, "0 %u 1", (unsigned)gid);
    return write_text("/proc/self/setgroups", "deny") && write_text("/proc/self/uid_map", users) &&
           write_text("/proc/self/gid_map", groups);
}

static bool new_namespace(struct report *report) {
    uid_t uid = getuid();
    gid_t gid = getgid();
    if (unshare(CLONE_NEWNET) == 0)
        return true;
    if (errno != EPERM)
        return failed(report, "a network namespace");
    report->user_namespace = true;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0 || !map_user(uid, gid))
        return failed(report, "a user and network namespace");
    return true;
}

static bool named_namespace(const char *name, struct report *report) {
    char path[256];
    snprintf(path, sizeof path, NETNS_DIR "%s", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && setns(fd, CLONE_NEWNET) == 0;
    if (!ok)
        failed(report, "the namespace of --netns");
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool address_is(int fd, struct ifreq *request, unsigned long what, const char *address) {
    struct sockaddr_in in = {.sin_family = AF_INET};
    if (inet_pton(AF_INET, address, &in.sin_addr) != 1)
        return false;
    memcpy(&request->ifr_addr, &in, sizeof in);
    return ioctl(fd, what, request) == 0;
}

static bool set_up(int fd, struct ifreq *request) {
    if (ioctl(fd, SIOCGIFFLAGS, request) != 0)
        return false;
    request->ifr_flags |= IFF_UP | IFF_RUNNING;
    return ioctl(fd, SIOCSIFFLAGS, request) == 0;
}

static bool configure(const struct tap_settings *settings, const char *name,
                      struct report *report) {
    struct ifreq device = {0}, loopback = {.ifr_name = "lo"};
    snprintf(device.ifr_name, sizeof device.ifr_name, "%s", name);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && address_is(fd, &device, SIOCSIFADDR, settings->address) &&
              address_is(fd, &device, SIOCSIFNETMASK, settings->netmask) && set_up(fd, &device) &&
              set_up(fd, &loopback);
    if (!ok)
        failed(report, "address and state of the device");
    if (fd >= 0)
        close(fd);
    return ok;
}

static int open_device(const struct tap_settings *settings, struct report *report) {
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s",
             settings->device ? settings->device : NEW_DEVICE);
    int fd = open(TUN, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        failed(report, TUN);
    } else if (ioctl(fd, TUNSETIFF, &request) != 0) {
        failed(report, settings->device ? "the device of --tap" : "a TAP device");
        close(fd);
        fd = -1;
    } else {
        memcpy(report->name, request.ifr_name, sizeof report->name);
    }
    return fd;
}

static int prepare(const struct tap_settings *settings, struct report *report) {
    bool inside = true;
    if (settings->netns)
        inside = named_namespace(settings->netns, report);
    else if (!settings->device)
        inside = new_namespace(report);
    int fd = inside ? open_device(settings, report) : -1;
    if (fd < 0 || settings->device || configure(settings, report->name, report))
        return fd;
    close(fd);
    return -1;
}

/* The report, and with it the device. */
static void hand_over(int channel, const struct report *report, int fd) {
    char control[CMSG_SPACE(sizeof fd)] = {0};
    struct iovec part = {(void *)(uintptr_t)report, sizeof *report};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(head), &fd, sizeof fd);
    }
    if (sendmsg(channel, &message, MSG_NOSIGNAL) < 0)
        _exit(1);
}

/* Signals of the terminal are this program's to act on until there is a command. */
static void await_command(int channel) {
    char go;
    signal(SIGINT, SIG_IGN);
    ssize_t n;
    while ((n = recv(channel, &go, 1, 0)) < 0 && errno == EINTR)
        ;
    if (n != 1)
        _exit(0);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
}

/* The words of the command and of the environment, each list ended by an empty word. */
static char **receive_words(int channel, size_t *total) {
    uint32_t size;
    if (recv(channel, &size, sizeof size, MSG_WAITALL) != (ssize_t)sizeof size)
        _exit(127);
    char *text = calloc(1, (size_t)size + 1), **words = calloc((size_t)size + 2, sizeof *words);
    bool whole = text && words;
    if (whole && size > 0)
        whole = recv(channel, text, size, MSG_WAITALL) == (ssize_t)size;
    if (!whole)
        _exit(127);
    *total = 0;
    for (char *at = text; at < text + size; at += strlen(at) + 1)
        words[(*total)++] = at;
    return words;
}

static void become_command(int channel) {
    size_t n_command, n_environment;
    char **command = receive_words(channel, &n_command);
    char **environment = receive_words(channel, &n_environment);
    for (size_t i = 0; i < n_environment; i++)
        putenv(environment[i]);
    execvp(command[0], command);
    fprintf(stderr, "linkpulse: %s: %s\n", command[0], strerror(errno));
    _exit(127);
}

static void run_child(const struct tap_settings *settings, int channel) {
    struct report report = {0};
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    int fd = prepare(settings, &report);
    hand_over(channel, &report, fd);
    if (fd >= 0)
        close(fd);
    await_command(channel);
    become_command(channel);
}

/* --- in the program -------------------------------------------------------------------- */

static bool receive_report(struct tap *tap, struct report *report) {
    char control[CMSG_SPACE(sizeof tap->fd)] = {0};
    struct iovec part = {report, sizeof *report};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t n;
    while ((n = recvmsg(tap->channel, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
        ;
    if (n != (ssize_t)sizeof *report)
        return false;
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (head && head->cmsg_type == SCM_RIGHTS)
        memcpy(&tap->fd, CMSG_DATA(head), sizeof tap->fd);
    return true;
}

#define MAKE_TAP                                                                                   \
    "  sudo ip tuntap add dev lp0 mode tap user $USER\n"                                           \
    "  sudo ip addr add 192.168.77.1/24 dev lp0; sudo ip link set lp0 up\n"                        \
    "  linkpulse live --tap lp0 ...\n"

static const char *hint_for(const struct report *report, const struct tap_settings *settings) {
    if (settings->netns && strncmp(report->step, "the namespace", 13) == 0)
        return report->error == ENOENT ? "  sudo ip netns add NAME\n"
                                       : "  sudo linkpulse live ...\n";
    if (settings->device)
        return report->error == ENOENT || report->error == ENODEV ? "  sudo modprobe tun\n"
                                                                  : MAKE_TAP;
    if (report->error == ENOENT || report->error == ENODEV)
        return "  sudo modprobe tun\n";
    if (report->user_namespace && report->error == EPERM)
        return "  sudo sysctl kernel.unprivileged_userns_clone=1       (Debian)\n"
               "  sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0  (Ubuntu)\n"
               "or, without a namespace of its own:\n" MAKE_TAP;
    if (report->error == EACCES)
        return "  sudo chmod 666 /dev/net/tun\n"
               "or, without a namespace of its own:\n" MAKE_TAP;
    return "  sudo linkpulse live ...\n";
}

bool tap_open(struct tap *tap, const struct tap_settings *settings, struct sim_err *err,
              const char **hint) {
    struct report report = {0};
    int ends[2];
    *tap = (struct tap){.fd = -1, .channel = -1, .child = -1};
    *hint = NULL;
    if (settings->device && strlen(settings->device) >= TAP_NAME_MAX)
        return sim_err_set(err, SIM_ERR_INPUT,
                           "--tap %s: a device's name has 15 characters at most", settings->device);
    if (settings->netns && strchr(settings->netns, '/'))
        return sim_err_set(err, SIM_ERR_INPUT, "--netns %s: expected a name of ip netns",
                           settings->netns);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT, "a socket pair: %s", strerror(errno));
    fflush(NULL);
    tap->child = fork();
    if (tap->child == 0) {
        close(ends[0]);
        run_child(settings, ends[1]);
    }
    close(ends[1]);
    tap->channel = ends[0];
    bool told = tap->child > 0 && receive_report(tap, &report);
    if (told && tap->fd >= 0) {
        memcpy(tap->name, report.name, sizeof tap->name);
        tap->user_namespace = report.user_namespace;
        return true;
    }
    tap_close(tap);
    if (!told)
        return sim_err_set(err, SIM_ERR_ENVIRONMENT,
                           "the process for the network namespace failed");
    *hint = hint_for(&report, settings);
    return sim_err_set(err, SIM_ERR_ENVIRONMENT, "%s: %s", report.step, strerror(report.error));
}

static bool send_all(int fd, const void *octets, size_t n) {
    const char *at = octets;
    while (n > 0) {
        ssize_t sent = send(fd, at, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
        n -= (size_t)sent;
    }
    return true;
}

static bool send_words(int fd, char *const *words) {
    uint32_t size = 0;
    for (size_t i = 0; words[i]; i++)
        size += (uint32_t)strlen(words[i]) + 1;
    bool ok = send_all(fd, &size, sizeof size);
    for (size_t i = 0; ok && words[i]; i++)
        ok = send_all(fd, words[i], strlen(words[i]) + 1);
    return ok;
}

bool tap_exec(struct tap *tap, char *const *command, char *const *environment) {
    return send_all(tap->channel, "g", 1) && send_words(tap->channel, command) &&
           send_words(tap->channel, environment);
}

bool tap_ended(struct tap *tap, int *status) {
    int raw;
    if (tap->child <= 0 || waitpid(tap->child, &raw, WNOHANG) != tap->child)
        return false;
    tap->child = -1;
    *status = WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
    return true;
}

/* A second to end by itself, then it is made to. */
static void end_child(pid_t child) {
    const struct timespec pause = {.tv_nsec = 10000000};
    kill(child, SIGTERM);
    for (int i = 0; i < 100; i++) {
        if (waitpid(child, NULL, WNOHANG) == child)
            return;
        nanosleep(&pause, NULL);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

void tap_close(struct tap *tap) {
    if (tap->fd >= 0)
        close(tap->fd);
    if (tap->channel >= 0)
        close(tap->channel); /* a child without a command ends */
    if (tap->child > 0)
        end_child(tap->child);
    *tap = (struct tap){.fd = -1, .channel = -1, .child = -1};
}

size_t tap_read(struct tap *tap, uint8_t *frame, size_t most) {
    ssize_t n = read(tap->fd, frame, most);
    return n > 0 ? (size_t)n : 0;
}

bool tap_write(struct tap *tap, const uint8_t *frame, size_t n) {
    return write(tap->fd, frame, n) == (ssize_t)n;
}
