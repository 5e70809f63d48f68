/* A program of the C library that knows nothing of this project: linked with newlib's own
 * start and librdimon. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int main(int argc, char **argv) {
    char line[32];
    char *heap = malloc(1000);
    if (!heap || argc != 1)
        return 1;
    memset(heap, 'x', 999);
    heap[999] = 0;
    printf("%s: %d %s %u %.3f\n", argv[0], 42, "words", (unsigned)strlen(heap), 1.0 / 3);
    fprintf(stderr, "to stderr\n");
    if (!fgets(line, sizeof line, stdin))
        return 2;
    printf("read %s", line);
    if (fopen("/etc/passwd", "r"))
        return 3;
    printf("%ld\n", (long)time(NULL));
    free(heap);
    exit(7);
}
