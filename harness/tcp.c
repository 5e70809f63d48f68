#include "harness/tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 5000

static bool bind_listen(int fd, unsigned port) {
    const int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 4) == 0 &&
           fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

int tcp_listen(const char *what, unsigned *port, struct sim_err *err) {
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && bind_listen(fd, *port) &&
        getsockname(fd, (struct sockaddr *)&address, &size) == 0) {
        *port = ntohs(address.sin_port);
        return fd;
    }
    sim_err_set(err, SIM_ERR_ENVIRONMENT, "%s cannot listen on 127.0.0.1:%u: %s", what, *port,
                strerror(errno));
    tcp_close(&fd);
    return -1;
}

int tcp_accept(int listener) {
    const int on = 1;
    int fd = listener < 0 ? -1 : accept(listener, NULL, NULL);
    if (fd < 0)
        return -1;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* GDB's packets are small */
    return fd;
}

bool tcp_send(int fd, const void *octets, size_t n) {
    const char *from = octets;
    while (n) {
        struct pollfd poller = {.fd = fd, .events = POLLOUT};
        ssize_t sent = send(fd, from, n, MSG_NOSIGNAL);
        if (sent > 0) {
            from += sent;
            n -= (size_t)sent;
        } else if (errno != EINTR && (errno != EAGAIN || poll(&poller, 1, PATIENCE_MS) <= 0)) {
            return false;
        }
    }
    return true;
}

long tcp_receive(int fd, void *octets, size_t n) {
    ssize_t got = recv(fd, octets, n, 0);
    if (got > 0)
        return got;
    return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

void tcp_wait(int fd, int ms) {
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    (void)!poll(&poller, fd < 0 ? 0 : 1, ms);
}

void tcp_close(int *fd) {
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
