#include "harness/view/wave_input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static bool refuse(const struct wave_input *input, const char *why, struct sim_err *err) {
    return sim_err_at(err, SIM_ERR_INPUT, input->path, 0, "cannot read the file: %s", why);
}

static bool is_gzip(int fd) {
    uint8_t magic[2];
    return pread(fd, magic, sizeof magic, 0) == sizeof magic && magic[0] == 0x1f &&
           magic[1] == 0x8b;
}

bool wave_input_open(struct wave_input *input, const char *path, struct sim_err *err) {
    struct stat status;
    *input = (struct wave_input){.path = path, .fd = open(path, O_RDONLY | O_CLOEXEC)};
    if (input->fd < 0)
        return refuse(input, strerror(errno), err);
    bool regular = fstat(input->fd, &status) == 0 && S_ISREG(status.st_mode);
    input->packed = regular && is_gzip(input->fd);
    if (input->packed)
        input->gzip = gzdopen(dup(input->fd), "rb");
    if (regular && (input->gzip || !input->packed)) {
        input->size = (uint64_t)status.st_size;
        if (input->gzip)
            gzbuffer(input->gzip, 1 << 17);
        return true;
    }
    wave_input_close(input);
    return refuse(input, regular ? "out of memory" : "it is no regular file", err);
}

void wave_input_memory(struct wave_input *input, const char *path, const void *octets, size_t n) {
    *input =
        (struct wave_input){.path = path, .fd = -1, .memory = octets, .memory_n = n, .size = n};
}

static long read_memory(struct wave_input *input, uint8_t *to, size_t n) {
    size_t left = input->memory_n - (size_t)input->done;
    n = n < left ? n : left;
    if (n && input->memory)
        memcpy(to, input->memory + input->done, n);
    input->done += n;
    return (long)n;
}

/* A stream that ends early gives what there is first. */
static long read_gzip(struct wave_input *input, uint8_t *to, size_t n, struct sim_err *err) {
    int code, got = gzread(input->gzip, to, n < 1 << 30 ? (unsigned)n : 1u << 30);
    const char *why = gzerror(input->gzip, &code);
    input->done = (uint64_t)gzoffset(input->gzip);
    input->cut = input->cut || code == Z_BUF_ERROR;
    if (code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR)
        return got > 0 ? got : 0;
    sim_err_at(err, SIM_ERR_INPUT, input->path, 0, "the gzip stream is damaged: %s",
               code == Z_ERRNO ? strerror(errno) : why);
    return -1;
}

long wave_input_read(struct wave_input *input, uint8_t *to, size_t n, struct sim_err *err) {
    long got;
    if (input->memory || input->fd < 0)
        got = read_memory(input, to, n);
    else if (input->gzip)
        got = read_gzip(input, to, n, err);
    else
        do
            got = read(input->fd, to, n);
        while (got < 0 && errno == EINTR);
    if (got < 0 && !input->gzip)
        refuse(input, strerror(errno), err);
    if (got > 0 && !input->gzip && input->fd >= 0)
        input->done += (uint64_t)got;
    input->ended = got == 0;
    return got;
}

bool wave_input_rewind(struct wave_input *input, struct sim_err *err) {
    input->done = 0;
    input->ended = input->cut = false;
    bool back = input->gzip ? gzrewind(input->gzip) == 0 : lseek(input->fd, 0, SEEK_SET) == 0;
    return back || refuse(input, strerror(errno), err);
}

/* An FST begins with its head, block 0 of 329 octets, or with one that wraps all of it. */
bool wave_input_is_fst(struct wave_input *input, bool *fst, struct sim_err *err) {
    static const uint8_t head[] = {0, 0, 0, 0, 0, 0, 0, 1, 0x49};
    uint8_t octets[sizeof head];
    size_t n = 0;
    long got = 1;
    while (n < sizeof octets && got > 0) {
        got = wave_input_read(input, octets + n, sizeof octets - n, err);
        n += got > 0 ? (size_t)got : 0;
    }
    if (got < 0)
        return false;
    *fst = n == sizeof head && (memcmp(octets, head, n) == 0 || octets[0] == 254);
    return wave_input_rewind(input, err);
}

void wave_input_close(struct wave_input *input) {
    if (input->gzip)
        gzclose(input->gzip);
    if (input->fd >= 0)
        close(input->fd);
    input->gzip = NULL;
    input->fd = -1;
}
