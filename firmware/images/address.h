/* The adapter's MAC address: locally administered. */
#ifndef FIRMWARE_IMAGES_ADDRESS_H
#define FIRMWARE_IMAGES_ADDRESS_H

#include <stdint.h>

static const uint8_t MAC_ADDRESS[6] = {0x06, 0x22, 0x33, 0x44, 0x55, 0x66};

#endif
