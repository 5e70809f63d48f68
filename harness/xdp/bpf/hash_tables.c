/* Prints the tables of hash.h: run at build time. */
#include <stdint.h>
#include <stdio.h>

/* Microsoft's verification key (Windows driver documentation, "Verifying the RSS hash
 * calculation"). */
static const uint8_t key[40] = {
    0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
    0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
    0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

static uint32_t crc_of(uint32_t octet) {
    for (int bit = 0; bit < 8; bit++)
        octet = octet & 1 ? octet >> 1 ^ 0xedb88320u : octet >> 1;
    return octet;
}

/* The key's 32 bits from `bit` on. */
static uint32_t window(unsigned bit) {
    uint64_t octets = 0;
    for (unsigned i = 0; i < 5; i++)
        octets = octets << 8 | (bit / 8 + i < sizeof key ? key[bit / 8 + i] : 0);
    return (uint32_t)(octets >> (8 - bit % 8));
}

static uint32_t toeplitz_of(unsigned place, unsigned octet) {
    uint32_t share = 0;
    for (unsigned bit = 0; bit < 8; bit++)
        if (octet & 0x80 >> bit)
            share ^= window(8 * place + bit);
    return share;
}

int main(void) {
    puts("static const __u32 crc_table[256] = {");
    for (uint32_t i = 0; i < 256; i++)
        printf("0x%08xu,\n", crc_of(i));
    puts("};\nstatic const __u32 toeplitz_table[36][256] = {");
    for (unsigned place = 0; place < 36; place++) {
        puts("{");
        for (unsigned octet = 0; octet < 256; octet++)
            printf("0x%08xu,\n", toeplitz_of(place, octet));
        puts("},");
    }
    puts("};");
    return 0;
}
