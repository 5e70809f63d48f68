/* The firmware's two CRCs against each other and published values. */
#include <criterion/criterion.h>

#include "firmware/lib/crc32.h"

/* The check value of CRC-32/ISO-HDLC in the catalogues of CRCs. */
Test(crc32, check_value) {
    const uint8_t text[] = "123456789";
    cr_assert_eq(crc32_by_table(text, 9), 0xcbf43926u);
    cr_assert_eq(crc32_by_bits(text, 9), 0xcbf43926u);
    cr_assert_eq(crc32_by_table(text, 0), 0);
}

static void fill(uint8_t *data, size_t length) {
    uint32_t state = 12345;
    for (size_t i = 0; i < length; i++)
        data[i] = (uint8_t)((state = state * 1664525u + 1013904223u) >> 24);
}

Test(crc32, both_ways_agree) {
    uint8_t data[600];
    fill(data, sizeof data);
    for (size_t n = 0; n <= sizeof data; n++)
        cr_assert_eq(crc32_by_table(data, n), crc32_by_bits(data, n), "%zu octets", n);
}

Test(crc32, a_frame_is_good_until_any_bit_changes) {
    uint8_t frame[64];
    fill(frame, 60);
    uint32_t fcs = crc32_by_bits(frame, 60);
    for (int i = 0; i < 4; i++)
        frame[60 + i] = (uint8_t)(fcs >> 8 * i);
    cr_assert(crc32_frame_good(frame, 64));
    for (int bit = 0; bit < 64 * 8; bit++) {
        frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
        cr_assert(!crc32_frame_good(frame, 64), "bit %d", bit);
        frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    cr_assert(!crc32_frame_good(frame, 63));
}
