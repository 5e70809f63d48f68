#include "tests/bench/bench_qemu.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double children(void) {
    struct rusage u;
    getrusage(RUSAGE_CHILDREN, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

static void become_qemu(const char *path, bool icount) {
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDERR_FILENO);
    execlp("timeout", "timeout", "60", "qemu-system-arm", "-M", "netduinoplus2", "-nographic",
           "-monitor", "none", "-serial", "none", "-semihosting-config", "enable=on,target=native",
           "-kernel", path, icount ? "-icount" : (char *)NULL, "shift=0,sleep=off", (char *)NULL);
    _exit(127);
}

static bool write_image(int fd, const uint8_t *image, size_t size) {
    ssize_t written = fd < 0 ? -1 : write(fd, image, size);
    if (fd >= 0)
        close(fd);
    return written == (ssize_t)size;
}

double qemu_seconds(const uint8_t *image, size_t size, bool icount) {
    char path[] = "/tmp/bench_qemu_XXXXXX";
    double before = children();
    int status = -1;
    int fd = mkstemp(path);
    pid_t child = write_image(fd, image, size) ? fork() : -1;
    if (child == 0)
        become_qemu(path, icount);
    if (child > 0)
        waitpid(child, &status, 0);
    if (fd >= 0)
        unlink(path);
    return status == 0 ? children() - before : -1;
}
