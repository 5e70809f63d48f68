/* CRC-32 of IEEE 802.3, by a table or bit by bit. Images are built with
 * -DRX_CRC=crc32_by_bits to check received frames as slowly as the reference firmware. */
#ifndef FIRMWARE_LIB_CRC32_H
#define FIRMWARE_LIB_CRC32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef RX_CRC
#define RX_CRC crc32_by_table
#endif

/* The CRC over a frame and its FCS, when the FCS is right. */
#define CRC32_RESIDUE 0x2144df1cu

/* The FCS of `length` octets, to be sent least significant octet first. */
uint32_t crc32_by_table(const uint8_t *data, size_t length);
uint32_t crc32_by_bits(const uint8_t *data, size_t length);
/* `length` octets, of which the last four are the FCS. */
bool crc32_frame_good(const uint8_t *frame, size_t length);

#endif
