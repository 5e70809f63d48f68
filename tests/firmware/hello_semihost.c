/* The operations of semihosting one by one; returns the number of the first that failed. */
#include "test.h"

static const char features[] = ":semihosting-features";

static int open(const char *name, int length, int mode) {
    const void *block[] = {name, (void *)mode, (void *)length};
    return semihost(0x01, block);
}

static int write(int file, const char *text, int n) {
    const void *block[] = {(void *)file, text, (void *)n};
    return semihost(0x05, block);
}

static int read(int file, char *to, int n) {
    const void *block[] = {(void *)file, to, (void *)n};
    return semihost(0x06, block);
}

static int on_handle(int operation, int file) {
    const void *block[] = {(void *)file};
    return semihost(operation, block);
}

int main(void) {
    char buffer[64];
    uint32_t words[4];
    int out = open(":tt", 3, 4), err = open(":tt", 3, 8), in = open(":tt", 3, 0);
    if (out <= 0 || err <= 0 || in <= 0)
        return 1;
    if (write(out, "out\n", 4) != 0 || write(err, "err\n", 4) != 0)
        return 2;
    if (write(in, "x", 1) != 1 || write(99, "x", 1) != 1)
        return 3;
    semihost(0x04, "write0\n");
    semihost(0x03, "c");
    semihost(0x03, "\n");
    if (on_handle(0x09, out) != 1 || on_handle(0x0c, out) != 0)
        return 4;
    if (read(in, buffer, sizeof buffer) != (int)sizeof buffer - 6 || buffer[0] != 'i')
        return 5; /* "input\n" */
    if (read(in, buffer, sizeof buffer) != (int)sizeof buffer)
        return 6; /* the end */
    int f = open(features, sizeof features - 1, 0);
    if (f <= 0 || on_handle(0x0c, f) != 5 || read(f, buffer, 5) != 0 || buffer[0] != 'S' ||
        buffer[4] != 3 || on_handle(0x02, f) != 0 || on_handle(0x02, f) != -1)
        return 7;
    if (open("/etc/passwd", 11, 0) != -1 || semihost(0x13, 0) != 2)
        return 8;
    const void *line[] = {buffer, (void *)sizeof buffer};
    if (semihost(0x15, line) != 0 || (int)line[1] < 4)
        return 9;
    semihost(0x04, buffer);
    const void *info[] = {words};
    semihost(0x16, info);
    if (words[0] < 0x20000000 || words[1] <= words[0] || words[2] < words[3])
        return 10;
    if (semihost(0x11, 0) != 1577836800 || semihost(0x31, 0) != 1000000)
        return 11;
    if (semihost(0x10, 0) != 0 || semihost(0x30, words) != 0 || words[1] != 0)
        return 12;
    return 0;
}
