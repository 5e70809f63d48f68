/* A FIFO that another program reads meanwhile, as Wireshark does with -k -i FIFO. Who reads may
 * come late, be slow and go away: the writer goes on. */
#ifndef HARNESS_TAPS_FIFO_H
#define HARNESS_TAPS_FIFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct taps_fifo {
    char path[1024]; /* "": there is none */
    int fd;          /* -1: nobody reads */
    bool stuck;      /* the reader took nothing for as long as it was waited for */
    uint64_t dropped;
};

bool taps_fifo_is(const char *path);
/* False when the path is too long. From here on SIGPIPE is ignored. */
bool taps_fifo_init(struct taps_fifo *fifo, const char *path);
/* True once somebody reads. */
bool taps_fifo_open(struct taps_fifo *fifo);
/* All or, for a reader that is slow, nothing; a reader that is gone, or stops in the middle, is
 * forgotten. */
bool taps_fifo_send(struct taps_fifo *fifo, const void *octets, size_t n);
void taps_fifo_close(struct taps_fifo *fifo); /* accepts one with fd -1 */

#endif
