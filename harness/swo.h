/* The octets an ITM sends on SWO.
 * Source: ARMv7-M Architecture Reference Manual (DDI0403E), appendix D4 "Debug ITM and DWT
 * packet protocol", table D4-3. Only instrumentation packets: the core models neither
 * timestamps nor DWT packets, and a stream without the TPIU's formatter (TPIU_FFCR.EnFCont
 * = 0), as a debug probe asks for on SWO. */
#ifndef HARNESS_SWO_H
#define HARNESS_SWO_H

#include <stdint.h>

#define SWO_MAX_PACKET 5

/* A write of `size` octets (1, 2 or 4) to stimulus port 0..31. Returns the length. */
static inline unsigned swo_packet(unsigned port, unsigned size, uint32_t value,
                                  uint8_t out[SWO_MAX_PACKET]) {
    out[0] = (uint8_t)((port & 31) << 3 | (size == 4 ? 3 : size));
    for (unsigned i = 0; i < size; i++)
        out[1 + i] = (uint8_t)(value >> (8 * i));
    return 1 + size;
}

#endif
