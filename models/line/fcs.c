/* The frame check sequence of IEEE 802.3 3.2.9: CRC-32, reflected polynomial 0xEDB88320,
 * preset and complemented with ones. Eight octets per step ("slicing by eight", Kounavis
 * and Berry 2005), because a captured file is checked octet by octet at replay speed. */
#include <string.h>
#include <threads.h>

#include "models/line/source.h"

#define FCS_POLYNOMIAL UINT32_C(0xEDB88320)
#define FCS_SLICES     8
#define FCS_MIN_FRAME  60 /* octets without FCS, 802.3 4.2.3.3 */

static uint32_t fcs_table[FCS_SLICES][256];
static once_flag fcs_once = ONCE_FLAG_INIT;

static void fcs_fill(void) {
    for (uint32_t octet = 0; octet < 256; octet++) {
        uint32_t crc = octet;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? FCS_POLYNOMIAL : 0);
        fcs_table[0][octet] = crc;
    }
    for (int slice = 1; slice < FCS_SLICES; slice++)
        for (int octet = 0; octet < 256; octet++) {
            uint32_t before = fcs_table[slice - 1][octet];
            fcs_table[slice][octet] = before >> 8 ^ fcs_table[0][before & 0xff];
        }
}

static uint32_t fcs_eight(uint32_t crc, const uint8_t *p) {
    crc ^= (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    return fcs_table[7][crc & 0xff] ^ fcs_table[6][crc >> 8 & 0xff] ^
           fcs_table[5][crc >> 16 & 0xff] ^ fcs_table[4][crc >> 24] ^ fcs_table[3][p[4]] ^
           fcs_table[2][p[5]] ^ fcs_table[1][p[6]] ^ fcs_table[0][p[7]];
}

uint32_t line_fcs(const uint8_t *octets, size_t n) {
    call_once(&fcs_once, fcs_fill);
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
