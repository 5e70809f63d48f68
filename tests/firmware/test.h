/* Shared by the test images. */
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))

int main(void);
_Noreturn void leave(int code);

static inline int semihost(int operation, const void *argument) {
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static inline void itm_char(char c) {
    while (!(REG(0xe0000000) & 1))
        ;
    *(volatile uint8_t *)0xe0000000 = (uint8_t)c;
}

static inline void itm_text(const char *text) {
    while (*text)
        itm_char(*text++);
}
