/* fstapi trusts what it reads: a damaged FST can make it crash, ask for any memory, end the
 * process or never return. So a child process of limited means reads the file and builds the
 * store into a file; what comes of it is checked when it is taken, like every index. The child
 * needs nothing of other threads: it reads, unpacks, writes and ends. */
#include "harness/view/fst_read.h"

#ifdef LINKPULSE_FST
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "harness/view/fst_build.h"

#define MEMORY   ((rlim_t)4 << 30) /* octets: the blocks of values that fstapi unpacks */
#define WRAPPED  254               /* the block that holds a whole FST packed by gzip */
#define WRAP_AT  17                /* where that begins: type and two lengths */
#define UNPACKED ((uint64_t)64 << 30)
#define SMALL    ((uint64_t)256 << 20) /* octets that any file may unpack to */
#define RATIO    64                    /* and how much longer large ones may become */
#define WRITTEN  ((rlim_t)64 << 30)    /* octets of an index */

/* AddressSanitizer maps terabytes for itself. */
#ifdef __has_feature
#define SHADOWED (__has_feature(address_sanitizer))
#elif defined(__SANITIZE_ADDRESS__)
#define SHADOWED 1
#else
#define SHADOWED 0
#endif

/* What the child tells: how far it is, or at last what is wrong. */
struct message {
    uint64_t done;
    bool failed;
    struct sim_err err;
};

static bool refuse(struct wave_read *read, const char *text) {
    return sim_err_at(read->err, SIM_ERR_INPUT, read->input->path, 0, "%s", text);
}

/* --- the child ------------------------------------------------------------------------------ */

/* Never above what the process has. */
static void limit(int what, rlim_t most) {
    struct rlimit now;
    if (getrlimit(what, &now) == 0 && now.rlim_cur < most)
        most = now.rlim_cur;
    setrlimit(what, &(struct rlimit){most, most});
}

/* Octets that the process has mapped: the parent's files and libraries are among them. */
static rlim_t mapped(void) {
    unsigned long pages = 0;
    FILE *in = fopen("/proc/self/statm", "r");
    if (in && fscanf(in, "%lu", &pages) != 1)
        pages = 0;
    if (in)
        fclose(in);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static void live_modestly(void) {
    int null = open("/dev/null", O_WRONLY);
    limit(RLIMIT_CORE, 0);
    if (!SHADOWED)
        limit(RLIMIT_AS, mapped() + MEMORY);
    signal(SIGXFSZ, SIG_IGN); /* told as a full disk is */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGSEGV, SIG_DFL);
    if (null >= 0)
        dup2(null, STDERR_FILENO); /* fstapi's own messages */
}

/* All of a gzip stream from the file's present octet on, into a file without a name. NULL: it
 * is damaged, or more than `most` octets. */
static FILE *unpack(int fd, uint64_t most) {
    static uint8_t octets[1 << 16];
    uint64_t all = 0;
    int n = -1;
    FILE *out = tmpfile();
    gzFile in = gzdopen(dup(fd), "rb");
    while (out && in && (n = gzread(in, octets, sizeof octets)) > 0) {
        all += (uint64_t)n;
        if (all > most || fwrite(octets, 1, (size_t)n, out) != (size_t)n)
            break;
        fst_be_patient();
    }
    if (in)
        gzclose(in);
    if (n == 0 && out && fflush(out) == 0)
        return out;
    if (out)
        fclose(out);
    return NULL;
}

/* The plain FST, unpacked as often as it is packed. */
static FILE *plain(struct wave_read *read) {
    int fd = read->input->fd;
    uint64_t size = read->input->size;
    uint64_t most = size < (UNPACKED - SMALL) / RATIO ? SMALL + RATIO * size : UNPACKED;
    FILE *stream = NULL;
    if (lseek(fd, 0, SEEK_SET) != 0)
        return NULL;
    for (unsigned layers = 0; layers < 3; layers++) {
        uint8_t head[2];
        if (pread(fd, head, sizeof head, 0) != sizeof head)
            return NULL;
        bool wrapped = head[0] == WRAPPED;
        if (!wrapped && !(head[0] == 0x1f && head[1] == 0x8b))
            return stream ? stream : fdopen(dup(fd), "rb");
        lseek(fd, wrapped ? WRAP_AT : 0, SEEK_SET);
        FILE *inner = unpack(fd, most);
        if (stream)
            fclose(stream);
        stream = inner;
        if (!stream)
            return NULL;
        fd = fileno(stream);
    }
    return NULL;
}

/* fstapi opens the file by a name of /proc, beside which it cannot leave files of its own. */
static bool build_store(struct wave_read *read, rlim_t most) {
    char name[64];
    FILE *stream = plain(read);
    if (!stream)
        return refuse(read, "the gzip stream that holds an FST is damaged, or too long: more than "
                            "256 MB and 64 times the file");
    limit(RLIMIT_FSIZE, most);
    snprintf(name, sizeof name, "/proc/self/fd/%d", fileno(stream));
    return fst_build(read, stream, name);
}

static bool tell(int report, const struct message *message) {
    return write(report, message, sizeof *message) == sizeof *message;
}

static bool tell_done(void *context, uint64_t done) {
    return tell(*(const int *)context, &(struct message){.done = done});
}

static void child(const struct wave_read *parent, rlim_t most, int report) {
    struct message message = {.failed = true, .err = SIM_ERR_INIT};
    struct wave_read read = *parent;
    live_modestly();
    read.tick = tell_done;
    read.context = &report;
    read.err = read.build->err = &message.err;
    if (build_store(&read, most))
        _exit(0);
    _exit(tell(report, &message) ? 1 : 3);
}

/* --- the parent ----------------------------------------------------------------------------- */

/* How the child ended; *said is the last that it told. */
static bool judge(struct wave_read *read, int status, const struct message *said) {
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGTERM))
        return refuse(read, "interrupted");
    if (!WIFEXITED(status) || !said->failed)
        return refuse(read, "not a sound FST file: its values are damaged");
    *read->err = said->err;
    return false;
}

/* The next message whole; false: there is no more. */
static bool hear(int report, struct message *message) {
    struct message heard;
    size_t got = 0;
    while (got < sizeof heard) {
        ssize_t n = read(report, (char *)&heard + got, sizeof heard - got);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        got += n > 0 ? (size_t)n : 0;
    }
    *message = heard;
    return true;
}

static bool await(struct wave_read *read, pid_t pid, int report) {
    struct message said = {0};
    int status = 0;
    while (hear(report, &said))
        if (!said.failed && !read->tick(read->context, said.done))
            kill(pid, SIGTERM);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return judge(read, status, &said);
}

/* It writes `most` octets at most. */
static bool run_child(struct wave_read *read, rlim_t most) {
    int ends[2];
    if (fflush(read->build->sink.stream) != 0 || pipe(ends) != 0)
        return sim_err_set(read->err, SIM_ERR_ENVIRONMENT, "cannot make a pipe");
    pid_t pid = fork();
    if (pid == 0)
        child(read, most, ends[1]);
    close(ends[1]);
    bool good = pid > 0 ? await(read, pid, ends[0])
                        : sim_err_set(read->err, SIM_ERR_ENVIRONMENT, "cannot start a process");
    close(ends[0]);
    return good;
}

/* What the child wrote, as the sink's memory. */
static bool take_memory(struct wave_read *read, FILE *stream) {
    struct store_sink *sink = &read->build->sink;
    long size = fseek(stream, 0, SEEK_END) == 0 ? ftell(stream) : -1;
    if (size < 0 || (uint64_t)size > STORE_BUILD_MEMORY)
        return sim_err_set(read->err, SIM_ERR_ENVIRONMENT, "no room for the index of the waves");
    free(sink->memory);
    sink->memory = malloc((size_t)size + 1);
    sink->size = (uint64_t)size;
    rewind(stream);
    if (sink->memory && fread(sink->memory, 1, (size_t)size, stream) == (size_t)size)
        return true;
    return store_build_no_memory(read->build);
}

bool fst_read(struct wave_read *read) {
    struct store_sink *sink = &read->build->sink;
    if (sink->stream)
        return run_child(read, WRITTEN);
    sink->stream = tmpfile();
    if (!sink->stream)
        return sim_err_set(read->err, SIM_ERR_ENVIRONMENT, "cannot write a temporary file");
    FILE *stream = sink->stream;
    bool good = fwrite(sink->memory, 1, sink->size, stream) == sink->size &&
                run_child(read, STORE_BUILD_MEMORY);
    sink->stream = NULL;
    good = good && take_memory(read, stream);
    fclose(stream);
    return good;
}

#else

bool fst_read(struct wave_read *read) {
    return sim_err_at(read->err, SIM_ERR_ENVIRONMENT, read->input->path, 0,
                      "no FST: the program was built without fstapi.c, which the Debian package "
                      "verilator contains; install it and build again");
}

#endif
