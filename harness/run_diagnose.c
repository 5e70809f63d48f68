/* A failed frame is run again from its start with the stage nets recorded, and the first
 * stage that differs from a perfect board is named. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/run.h"
#include "harness/stages.h"

#define TAIL (4 * SIM_US) /* beyond the frame: the frame detector must have returned */

static void stage_names(const struct board *board, const char *names[STAGE_NETS]) {
    const struct board_stages *s = &board->config.stages;
    const struct board_attach *a = &board->config.attach;
    names[STAGE_LINE] = s->line;
    names[STAGE_EDGE_IN] = s->edge_in;
    names[STAGE_IDLE_N] = s->idle_n;
    names[STAGE_EDGE] = s->edge;
    names[STAGE_SCK] = s->sck;
    names[STAGE_BYTESYNC] = s->bytesync;
    names[STAGE_SPI_CLK] = a->spi_clk;
    names[STAGE_SPI_DATA] = a->spi_mosi;
    names[STAGE_SPI_NSS] = a->spi_nss + (a->spi_nss[0] == '!');
}

/* The edges of one net, as the stages want them. */
static size_t pick(const struct replay_rerun *rerun, uint32_t net, struct line_edge *out) {
    size_t n = 0;
    for (size_t i = 0; i < rerun->n_edges; i++)
        if (rerun->edges[i].net == net)
            out[n++] = (struct line_edge){rerun->edges[i].time, rerun->edges[i].level};
    return n;
}

static void fill_input(const struct run *run, const struct compare_failure *failure,
                       const struct replay_rerun *rerun, struct stages_input *input) {
    const struct board_config *config = &run->board->config;
    input->line = rerun->line;
    input->n_line = rerun->n_line;
    input->start = rerun->burst.start;
    input->sfd_end = rerun->burst.sfd_end;
    input->data_end = rerun->burst.data_end;
    input->window_end = replay_now(run->replay);
    input->bit_ps = replay_bit_ps(run->replay);
    input->octets = failure->sent;
    input->n_octets = failure->n_sent;
    input->swapped = config->line.swapped;
    input->nss_active_high = config->attach.spi_nss[0] == '!';
    input->preamble = strcmp(config->attach.framing, "preamble") == 0;
    input->idle = config->receiver_idle;
}

void run_diagnose(struct run *run, const struct compare_failure *failure, struct run_failure *out) {
    const char *names[STAGE_NETS];
    uint32_t nets[STAGE_NETS];
    uint8_t levels[STAGE_NETS];
    struct stages_input input = {0};
    if (!failure->sent)
        return; /* an extra burst: no frame to judge by */
    stage_names(run->board, names);
    const struct circuit *circuit = replay_circuit(run->replay, 0);
    for (int i = 0; i < STAGE_NETS; i++) {
        uint32_t net = names[i][0] ? netlist_find_net(run->board->netlist, names[i]) : NETLIST_NONE;
        nets[i] = net == NETLIST_NONE ? CIRCUIT_NO_NET : circuit_net(circuit, net);
    }
    sim_time until = replay_burst(run->replay)->end + TAIL;
    if (until > replay_now(run->replay))
        until = replay_now(run->replay);
    struct replay_rerun rerun;
    replay_rerun(run->replay, until, nets, STAGE_NETS, levels, &rerun);
    struct line_edge *edges = malloc((STAGE_NETS * rerun.n_edges + 1) * sizeof *edges);
    if (!edges)
        abort();
    struct line_edge *free_edge = edges;
    for (int i = 0; i < STAGE_NETS; i++) {
        if (nets[i] == CIRCUIT_NO_NET)
            continue;
        size_t n = pick(&rerun, nets[i], free_edge);
        input.traces[i] = (struct stage_trace){names[i], free_edge, n, levels[i]};
        free_edge += n;
    }
    fill_input(run, failure, &rerun, &input);
    input.until = until;
    struct stage_finding finding = stages_diagnose(&input);
    free(edges);
    snprintf(out->stage, sizeof out->stage, "%s", finding.stage);
    snprintf(out->net, sizeof out->net, "%s", finding.net);
    out->time = finding.time;
    if (strcmp(finding.stage, "unknown") != 0)
        snprintf(out->detail, sizeof out->detail, "%s", finding.detail);
}
