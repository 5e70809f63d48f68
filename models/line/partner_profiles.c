/* The three ports the board is judged by.
 *
 *   standard  a port as its datasheet promises: what IEEE 802.3 says a receiver must accept,
 *             and the usual choice within its limits
 *   tolerant  a forgiving one
 *   strict    one that refuses everything the standard lets it refuse
 *
 * Figures and where they come from (rows as below):
 *   squelch_v      must accept 585 mV peak, must reject 300 mV (14.3.1.3.2; from memory); a
 *                  real one 300-525 mV (CS8952), 250-350 mV peak (78Q2123, 500-700 mVppd)
 *   slice_v        78Q2123 unsquelched 275-425 mVppd: 140-210 mV
 *   squelch_*      opposite level no earlier than 50 ns, three in a row, five while sending
 *                  (TI DP83825I); no later than 150 ns (National DP8392x; from memory); here
 *                  with the 13.5 ns of jitter taken off and added
 *   pulse_*        60-200 ns (CS8952); no template (figure 14-12) is held against it but the
 *                  excursion behind it. Tolerant: assumption
 *   link_loss, link_test_min, link_test_max, lc_max
 *                  50-150 ms, 2-7 ms, 25-150 ms, 2-10 (14.2.3.2; CS8952, 802.3-1996
 *                  14.10.4.5.8); a silicon vendor's choice: 105, 4.6, 89 ms and 2
 *   parallel_wait  500-1000 ms (28.3.2; from memory); tolerant: no auto-negotiation worth
 *                  waiting for
 *   inverted_*     eight pulses or four ends of frame (Intel 8254x manual 11.13.4); detection
 *                  is optional in the standard (from memory)
 *   clock_gain     assumption: 1/4, 1/8 and 1/16 of an error per bit
 *   window         accept +-13.5 ns (CS8952; 14.3.1.3.3); half way to the next edge at most
 *   rate_ppm       100 ppm (7.3.2 and clause 14; from memory); what a port's loop follows in
 *                  practice is an assumption
 *   preamble_bits  78Q2123: 10 bits to lock; older ones 2.6 us (DP83840A); up to 5+2 bits may
 *                  have been lost on the way (14.2.1.1)
 *   end_after      2.3 bits (14.3.1.3.3; from memory)
 *   tp_idl_min     sent 250 ns (14.3.1.2.1), no receiver is obliged to ask for it; less the
 *                  same jitter
 *   gap_min        47 bits after shrinkage (4.4.2)
 *   min, max       64 and 1518 octets (3.1.1 and 4.4.2), 1522 with a tag */
#include <string.h>

#include "models/line/partner.h"

static const struct partner_limits profiles[] = {
    {
        .name = "tolerant",
        .squelch_v = 0.25,
        .slice_v = 0.14,
        .squelch_edges = 3,
        .squelch_min = 20 * SIM_NS,
        .squelch_max = 200 * SIM_NS,
        .pulse_min = 40 * SIM_NS,
        .pulse_max = 300 * SIM_NS,
        .link_loss = 150 * SIM_MS,
        .link_test_min = 2 * SIM_MS,
        .link_test_max = 150 * SIM_MS,
        .lc_max = 2,
        .inverted_pulses = 2,
        .inverted_ends = 4,
        .clock_gain = 0.25,
        .window = 24 * SIM_NS,
        .rate_ppm = 20000,
        .preamble_bits = 4,
        .end_after = 230 * SIM_NS,
        .min_octets = 64,
        .max_octets = PARTNER_MAX_OCTETS,
    },
    {
        .name = "standard",
        .squelch_v = 0.4,
        .slice_v = 0.175,
        .squelch_edges = 3,
        .squelch_min = 36 * SIM_NS,
        .squelch_max = 164 * SIM_NS,
        .pulse_min = 60 * SIM_NS,
        .pulse_max = 200 * SIM_NS,
        .link_loss = 105 * SIM_MS,
        .link_test_min = 4600 * SIM_US,
        .link_test_max = 89 * SIM_MS,
        .parallel_wait = 500 * SIM_MS,
        .lc_max = 3,
        .inverted_pulses = 8,
        .inverted_ends = 4,
        .clock_gain = 0.125,
        .window = 20 * SIM_NS,
        .rate_ppm = 10000,
        .preamble_bits = 10,
        .end_after = 230 * SIM_NS,
        .gap_min = 47 * PARTNER_BIT_PS,
        .min_octets = 64,
        .max_octets = 1518,
    },
    {
        .name = "strict",
        .squelch_v = 0.525,
        .slice_v = 0.21,
        .squelch_edges = 5,
        .squelch_min = 36 * SIM_NS,
        .squelch_max = 164 * SIM_NS,
        .pulse_min = 60 * SIM_NS,
        .pulse_max = 200 * SIM_NS,
        .clean = true,
        .link_loss = 50 * SIM_MS,
        .link_test_min = 7 * SIM_MS,
        .link_test_max = 25 * SIM_MS,
        .parallel_wait = 1000 * SIM_MS,
        .lc_max = 10,
        .clock_gain = 0.0625,
        .window = 13500,
        .rate_ppm = 100,
        .preamble_bits = 26,
        .end_after = 230 * SIM_NS,
        .tp_idl_min = 236 * SIM_NS,
        .gap_min = 47 * PARTNER_BIT_PS,
        .min_octets = 64,
        .max_octets = 1518,
    },
};

const struct partner_limits *partner_profile_at(size_t i) {
    return i < sizeof profiles / sizeof *profiles ? &profiles[i] : NULL;
}

const struct partner_limits *partner_profile(const char *name) {
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    return NULL;
}
