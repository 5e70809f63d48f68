/* Why a frame failed: the first stage, in the direction of the signal, whose output
 * differs from what a perfect board would have made of its actual input.
 *
 *   line receiver      /line follows every line edge, in the sent polarity
 *   edge detector      one pulse on /edge_in per /line edge
 *   frame detector     /~{idle} high throughout the frame, low soon after
 *   first-edge filter  /edge has these pulses, but a first one at a cell boundary
 *   bit clock          /sck rises once per bit, between its middle and its end
 *   byte sync          /bytesync and the select begin with the first data bit, the SPI
 *                      clock has one rise per data bit
 *   SPI sampling       the data line holds the sent bit at each clock
 *
 * A stage whose net is not recorded is skipped; the next one is then judged from the
 * nearest recorded input, with the skipped stage's tolerance added.
 */
#ifndef HARNESS_STAGES_H
#define HARNESS_STAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/board_config.h"
#include "models/line/source.h"

enum stage_net {
    STAGE_LINE,
    STAGE_EDGE_IN,
    STAGE_IDLE_N,
    STAGE_EDGE,
    STAGE_SCK,
    STAGE_BYTESYNC,
    STAGE_SPI_CLK,
    STAGE_SPI_DATA,
    STAGE_SPI_NSS,
    STAGE_NETS,
};

/* What a net did: ascending changes of level 0 and 1, from some time before the frame to
 * `stages_input.until`. */
struct stage_trace {
    const char *net; /* NULL or "": not recorded */
    const struct line_edge *edges;
    size_t n;
    uint8_t initial; /* level before the first edge */
};

struct stages_input {
    struct stage_trace traces[STAGE_NETS];
    const struct line_edge *line; /* the burst's edges as sent, jitter included */
    size_t n_line;
    sim_time start, sfd_end, data_end; /* of the burst */
    sim_time window_end;               /* start of the next frame, or SIM_NEVER */
    sim_time until;                    /* the traces end here */
    double bit_ps;
    const uint8_t *octets; /* sent, FCS included */
    size_t n_octets;
    bool swapped;         /* the pair is swapped: line levels are inverted */
    bool nss_active_high; /* select is active at 1 */
    bool preamble;        /* framing "preamble": clocks in the preamble must fill octets */
    enum board_idle idle;
};

struct stage_finding {
    const char *stage; /* static; "unknown" when every stage did its work */
    const char *net;   /* the input's, or "" */
    sim_time time;     /* where the difference shows */
    char detail[224];
};

struct stage_finding stages_diagnose(const struct stages_input *input);

#endif
