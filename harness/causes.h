/* Why a frame that was right on the line did not come out of the firmware, from what the MCU
 * saw of it (witness.h), whatever the firmware:
 *
 *   bad first bit       nothing differs but the first bit
 *   DMA not armed       its octets came while the SPI, RXDMAEN or the stream was off
 *   DMA overrun         the stream was on and came too late, or had run to its end (NDTR 0)
 *   SPI overrun         the same without DMA: the firmware read DR too late
 *   NSS interrupt late  the interrupt of the select's edge was taken when the next frame came
 *   partial byte        bits before it stood in the shift register, or its first are missing
 *   queue full          whole in memory, and overwritten there, or told by the firmware
 *   FCS in firmware     whole in memory, and the driver passed over it
 *   wrong octets        all octets came, and they differ: the SPI is set up otherwise
 */
#ifndef HARNESS_CAUSES_H
#define HARNESS_CAUSES_H

#include "harness/witness.h"

enum cause_pin { CAUSE_NSS, CAUSE_SCK, CAUSE_MOSI };

struct cause {
    const char *name;   /* static, as above */
    enum cause_pin pin; /* where it shows */
    sim_time time;
    char detail[224]; /* with its figures */
};

/* `chip`: "f401re", for how its manual calls a stream; `hclk_hz`: for figures in cycles. False:
 * nothing is known of the frame. */
bool causes_find(const struct witness *witness, uint64_t ordinal, const char *chip, double hclk_hz,
                 struct cause *out);

#endif
