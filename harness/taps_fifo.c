#include "harness/taps_fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE_MS 500 /* once; a reader that is stuck is not waited for again */

bool taps_fifo_is(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISFIFO(st.st_mode);
}

bool taps_fifo_init(struct taps_fifo *fifo, const char *path) {
    *fifo = (struct taps_fifo){.fd = -1};
    if (strlen(path) >= sizeof fifo->path)
        return false;
    memcpy(fifo->path, path, strlen(path) + 1);
    return signal(SIGPIPE, SIG_IGN) != SIG_ERR;
}

/* Without a reader this fails with ENXIO, instead of waiting for one. */
bool taps_fifo_open(struct taps_fifo *fifo) {
    fifo->fd = open(fifo->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    fifo->stuck = false;
    return fifo->fd >= 0;
}

void taps_fifo_close(struct taps_fifo *fifo) {
    if (fifo->fd >= 0)
        close(fifo->fd);
    fifo->fd = -1;
}

static bool has_room(struct taps_fifo *fifo) {
    struct pollfd poller = {.fd = fifo->fd, .events = POLLOUT};
    fifo->stuck = poll(&poller, 1, fifo->stuck ? 0 : PATIENCE_MS) <= 0;
    return !fifo->stuck;
}

bool taps_fifo_send(struct taps_fifo *fifo, const void *octets, size_t n) {
    const char *from = octets;
    size_t left = n;
    while (left > 0) {
        ssize_t wrote = write(fifo->fd, from, left);
        int error = wrote > 0 ? 0 : errno;
        if (wrote > 0) {
            from += wrote;
            left -= (size_t)wrote;
            fifo->stuck = false;
        } else if (error != EINTR && !(error == EAGAIN && has_room(fifo))) {
            if (error != EAGAIN || left < n) /* gone, or half a block was taken */
                taps_fifo_close(fifo);
            return false;
        }
    }
    return true;
}
