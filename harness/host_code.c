/* The memory is a nameless file mapped twice, since many hosts refuse what can be written and
 * executed; one that refuses this too has everything interpreted. */
#ifdef __linux__
#define _GNU_SOURCE /* memfd_create */
#endif
#include "harness/host_code.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int open_memory(size_t size) {
#ifdef __linux__
    int fd = memfd_create("linkpulse-code", MFD_CLOEXEC);
    if (fd >= 0 && ftruncate(fd, (off_t)size) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
#else
    (void)size;
    return -1;
#endif
}

static bool is_wanted(void) {
    const char *said = getenv("LINKPULSE_TRANSLATE");
    return !said || strcmp(said, "0") != 0;
}

struct armv7m_host_code host_code_map(size_t size) {
    struct armv7m_host_code none = {0};
    int fd = is_wanted() ? open_memory(size) : -1;
    if (fd < 0)
        return none;
    void *write = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    void *run = mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    close(fd);
    if (write != MAP_FAILED && run != MAP_FAILED)
        return (struct armv7m_host_code){.write = write, .run = run, .size = size};
    if (write != MAP_FAILED)
        munmap(write, size);
    if (run != MAP_FAILED)
        munmap(run, size);
    return none;
}

void host_code_unmap(const struct armv7m_host_code *memory) {
    if (!memory->write)
        return;
    munmap(memory->write, memory->size);
    munmap(__extension__(void *)(uintptr_t) memory->run, memory->size);
}
