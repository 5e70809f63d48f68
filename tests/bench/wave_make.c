/* wave_make FILE OCTETS: a synthetic VCD of about that size, always the same: what a run of a
 * board with its MCU writes. A serial line with jitter, its clock and data, buses, a program
 * counter, analog nets, and hundreds of signals that hardly change. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define LINES   24
#define BUSES   10
#define ANALOGS 6
#define QUIET   400
#define ALL     (LINES + BUSES + ANALOGS + QUIET)

static uint64_t state = 88172645463325252u;

static uint64_t next(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static const char *id_of(unsigned i) {
    static char id[3];
    id[0] = (char)('!' + i % 94);
    id[1] = i / 94 ? (char)('!' + i / 94 - 1) : '\0';
    return id;
}

static void declare(FILE *out) {
    fputs("$timescale 1 ps $end\n$scope module board $end\n", out);
    for (unsigned i = 0; i < ALL; i++) {
        if (i % 40 == 0)
            fprintf(out, "%s$scope module part%u $end\n", i ? "$upscope $end\n" : "", i / 40);
        if (i >= LINES && i < LINES + BUSES)
            fprintf(out, "$var wire 32 %s bus%u [31:0] $end\n", id_of(i), i);
        else if (i >= LINES + BUSES && i < LINES + BUSES + ANALOGS)
            fprintf(out, "$var real 64 %s analog%u $end\n", id_of(i), i);
        else
            fprintf(out, "$var wire 1 %s net%u $end\n", id_of(i), i);
    }
    fputs("$upscope $end\n$upscope $end\n$enddefinitions $end\n", out);
}

static void put_bus(FILE *out, unsigned i, uint32_t value) {
    char bits[33];
    int n = 0;
    for (int k = 31; k >= 0; k--)
        if (n || value >> k & 1 || !k)
            bits[n++] = (char)('0' + (value >> k & 1));
    bits[n] = '\0';
    fprintf(out, "b%s %s\n", bits, id_of(i));
}

/* Half a bit time with its edges: some signals at once, some a few ps later. */
static void step(FILE *out, uint64_t *time, unsigned char *levels) {
    uint64_t random = next();
    *time += 50000 + random % 1024 - 512;
    fprintf(out, "#%" PRIu64 "\n", *time);
    for (unsigned i = 0; i < 6; i++)
        if (i == 0 || random >> (20 + i) & 1)
            fprintf(out, "%c%s\n", '0' + (levels[i] ^= 1), id_of(i));
    *time += 700 + (random >> 32) % 4096;
    fprintf(out, "#%" PRIu64 "\n", *time);
    for (unsigned i = 6; i < LINES; i++)
        if (random >> (10 + i) & 1)
            fprintf(out, "%c%s\n", '0' + (levels[i] ^= 1), id_of(i));
    if (random % 4 == 0)
        put_bus(out, LINES + random / 4 % BUSES, 0x08000000u + (uint32_t)(random >> 40));
    if (random % 4 == 1)
        fprintf(out, "r%.4f %s\n", (double)(random >> 50) / 3276.8,
                id_of(LINES + BUSES + (unsigned)(random / 4 % ANALOGS)));
    if (random % 16 == 2) {
        unsigned i = LINES + BUSES + ANALOGS + (unsigned)(random / 16 % QUIET);
        fprintf(out, "%c%s\n", '0' + (levels[i] ^= 1), id_of(i));
    }
}

int main(int argc, char **argv) {
    static unsigned char levels[ALL];
    FILE *out = argc == 3 ? fopen(argv[1], "w") : NULL;
    if (!out) {
        fputs("usage: wave_make FILE OCTETS\n", stderr);
        return 2;
    }
    uint64_t size = strtoull(argv[2], NULL, 10), time = 0;
    declare(out);
    while ((uint64_t)ftell(out) < size)
        for (unsigned i = 0; i < 1000; i++)
            step(out, &time, levels);
    return fclose(out) == 0 ? 0 : 1;
}
