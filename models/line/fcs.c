/* The frame check sequence of IEEE 802.3 3.2.9: CRC-32, reflected polynomial 0xEDB88320,
 * preset and complemented with ones. Eight octets per step ("slicing by eight", Kounavis
 * and Berry 2005), because a captured file is checked octet by octet at replay speed. */
#include <string.h>

#include "models/line/source.h"

#define FCS_SLICES    8
#define FCS_MIN_FRAME 60 /* octets without FCS, 802.3 4.2.3.3 */

/* The checksum is linear: an octet's entry is the sum of its bits' entries. A row takes
 * those eight, bit 0 first, and each is one step of the shift register
 * (x >> 1 ^ (x & 1 ? 0xEDB88320 : 0)) behind its right neighbour's, and the rows go on
 * from one another, so that row s stands for an octet with s more behind it. */
#define BIT(i, n, entry) ((i) >> (n)&1 ? (entry) : 0u)
#define ONE(i, a, b, c, d, e, f, g, h)                                                             \
    (BIT(i, 0, a) ^ BIT(i, 1, b) ^ BIT(i, 2, c) ^ BIT(i, 3, d) ^ BIT(i, 4, e) ^ BIT(i, 5, f) ^     \
     BIT(i, 6, g) ^ BIT(i, 7, h))
#define FOUR(i, ...)                                                                               \
    ONE(i, __VA_ARGS__), ONE(i + 1, __VA_ARGS__), ONE(i + 2, __VA_ARGS__), ONE(i + 3, __VA_ARGS__)
#define SIXTEEN(i, ...)                                                                            \
    FOUR(i, __VA_ARGS__), FOUR(i + 4, __VA_ARGS__), FOUR(i + 8, __VA_ARGS__),                      \
        FOUR(i + 12, __VA_ARGS__)
#define SIXTY_FOUR(i, ...)                                                                         \
    SIXTEEN(i, __VA_ARGS__), SIXTEEN(i + 16, __VA_ARGS__), SIXTEEN(i + 32, __VA_ARGS__),           \
        SIXTEEN(i + 48, __VA_ARGS__)
#define ROW(...)                                                                                   \
    {                                                                                              \
        SIXTY_FOUR(0, __VA_ARGS__), SIXTY_FOUR(64, __VA_ARGS__), SIXTY_FOUR(128, __VA_ARGS__),     \
            SIXTY_FOUR(192, __VA_ARGS__)                                                           \
    }

static const uint32_t fcs_table[FCS_SLICES][256] = {
    ROW(0x77073096u, 0xee0e612cu, 0x076dc419u, 0x0edb8832u, 0x1db71064u, 0x3b6e20c8u, 0x76dc4190u,
        0xedb88320u),
    ROW(0x191b3141u, 0x32366282u, 0x646cc504u, 0xc8d98a08u, 0x4ac21251u, 0x958424a2u, 0xf0794f05u,
        0x3b83984bu),
    ROW(0x01c26a37u, 0x0384d46eu, 0x0709a8dcu, 0x0e1351b8u, 0x1c26a370u, 0x384d46e0u, 0x709a8dc0u,
        0xe1351b80u),
    ROW(0xb8bc6765u, 0xaa09c88bu, 0x8f629757u, 0xc5b428efu, 0x5019579fu, 0xa032af3eu, 0x9b14583du,
        0xed59b63bu),
    ROW(0x3d6029b0u, 0x7ac05360u, 0xf580a6c0u, 0x30704bc1u, 0x60e09782u, 0xc1c12f04u, 0x58f35849u,
        0xb1e6b092u),
    ROW(0xcb5cd3a5u, 0x4dc8a10bu, 0x9b914216u, 0xec53826du, 0x03d6029bu, 0x07ac0536u, 0x0f580a6cu,
        0x1eb014d8u),
    ROW(0xa6770bb4u, 0x979f1129u, 0xf44f2413u, 0x33ef4e67u, 0x67de9cceu, 0xcfbd399cu, 0x440b7579u,
        0x8816eaf2u),
    ROW(0xccaa009eu, 0x4225077du, 0x844a0efau, 0xd3e51bb5u, 0x7cbb312bu, 0xf9766256u, 0x299dc2edu,
        0x533b85dau),
};

static uint32_t fcs_eight(uint32_t crc, const uint8_t *p) {
    crc ^= (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    return fcs_table[7][crc & 0xff] ^ fcs_table[6][crc >> 8 & 0xff] ^
           fcs_table[5][crc >> 16 & 0xff] ^ fcs_table[4][crc >> 24] ^ fcs_table[3][p[4]] ^
           fcs_table[2][p[5]] ^ fcs_table[1][p[6]] ^ fcs_table[0][p[7]];
}

uint32_t line_fcs(const uint8_t *octets, size_t n) {
    uint32_t crc = UINT32_MAX;
    for (; n >= 8; n -= 8, octets += 8)
        crc = fcs_eight(crc, octets);
    for (; n > 0; n--, octets++)
        crc = crc >> 8 ^ fcs_table[0][(crc ^ *octets) & 0xff];
    return ~crc;
}

size_t line_frame_finish(const uint8_t *octets, size_t n, uint8_t *out) {
    if (n > 0)
        memmove(out, octets, n);
    for (; n < FCS_MIN_FRAME; n++)
        out[n] = 0;
    uint32_t fcs = line_fcs(out, n);
    for (int i = 0; i < 4; i++)
        out[n++] = (uint8_t)(fcs >> 8 * i);
    return n;
}
