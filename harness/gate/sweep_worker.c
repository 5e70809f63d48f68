/* One sample: values into parts, the two paths, slacks out. */
#include <stdlib.h>
#include <string.h>

#include "harness/gate/sweep_internal.h"

#define BIT (100 * SIM_NS)

/* Gate delays over supply and temperature. SN74HC86 (SCLS100E): 20 ns at 4.5 V, 17 ns at 6 V,
 * 15 % over 1.5 V of a delay that is 5 % shorter at 5 V; 20 ns at 25 C, 25 ns at 85 C. Neither
 * is stated for line receivers and drivers, where their own limits cover both. */
#define DELAY_PER_VOLT   (-0.15 / 1.5 / 0.95)
#define DELAY_PER_KELVIN (0.25 / 60)

/* Limits of the way out: CS8952, p. 6 (link pulse width, 250 ns of TP_IDL), 802.3 14.2.1.1,
 * two bits of a preamble (from memory); and the periods that no partner refuses, between
 * link_test_min, 2 to 7 ms, and link_test_max, 25 to 150 ms (CS8952). */
#define PULSE_LEAST  (60 * SIM_NS)
#define PULSE_MOST   (200 * SIM_NS)
#define PERIOD_LEAST (7 * SIM_MS)
#define PERIOD_MOST  (25 * SIM_MS)
#define PERIOD_UNIT  160000 /* 16 ms over a bit time */
#define TP_IDL_LEAST (250 * SIM_NS)

const struct sweep_check_row sweep_checks[SWEEP_CHECKS] = {
    [SWEEP_RECEIVE] = {"receive", false,
                       "20 frames of 64 octets at the SPI pins, but for their "
                       "first bit"},
    [SWEEP_SPI_SETUP] = {"spi setup", false, "the MCU's slave"},
    [SWEEP_SPI_HOLD] = {"spi hold", false, "the MCU's slave"},
    [SWEEP_SPI_PERIOD] = {"spi period", false, "the MCU's slave"},
    [SWEEP_SPI_WIDTH] = {"spi width", false, "the duty limit at the slave's shortest period"},
    [SWEEP_WINDOWS] = {"flip-flop windows", false, "what the parts' sheets demand"},
    [SWEEP_RECOVERY] = {"clock recovery", false, "a one-shot is ready for the next bit"},
    [SWEEP_HOLDOFF] = {"clock hold-off", false, "and not before the bit's boundary"},
    [SWEEP_TRANSMIT] = {"transmit", false, "a frame decodes at the line driver"},
    [SWEEP_TX_SHAPE] = {"transmit edges", false, "a quarter of a bit"},
    [SWEEP_TX_OPENS] = {"transmit opens", false, "802.3 14.2.1.1: two bits, from memory"},
    [SWEEP_TX_CLOSES] = {"transmit closes", false, "the last bit is whole"},
    [SWEEP_PULSE_WIDTH] = {"link pulse width", false, "CS8952: 60 to 200 ns, at the driver"},
    [SWEEP_PULSE_PERIOD] = {"link pulse period", false,
                            "CS8952: link_test_min and link_test_max, 7 to 25 ms"},
    [SWEEP_FIRST_BIT] = {"first bit", true,
                         "set-up and hold of a frame's first bit; a driver may "
                         "try it inverted"},
    [SWEEP_SPI_DUTY] = {"spi duty", true, "the MCU's slave"},
    [SWEEP_TP_IDL] = {"tp_idl", true, "802.3 14.2.1.1: 250 ns, at the driver"},
};

double sweep_slack_ns(enum sweep_check check, int32_t slack) {
    return slack * 1e-3 * (check == SWEEP_PULSE_PERIOD ? PERIOD_UNIT : 1);
}

bool sweep_passed(const struct sweep_sample *sample) {
    for (int i = 0; i < SWEEP_CHECKS; i++)
        if (!sweep_checks[i].apart && sample->slack[i] < 0)
            return false;
    return true;
}

int32_t sweep_least(const struct sweep_sample *sample) {
    int32_t least = SWEEP_NOT_SEEN;
    for (int i = 0; i < SWEEP_CHECKS; i++)
        if (!sweep_checks[i].apart && sample->slack[i] < least)
            least = sample->slack[i];
    return least;
}

/* --- values into parts --------------------------------------------------------------------- */

static void set_threshold(struct sweep_worker *w, size_t i, double track) {
    const struct sweep_role *role = &w->plan->roles[i];
    const struct sweep_parameter *p = &w->plan->parameters[i];
    struct part_spread *spread = &w->spreads[role->part * SWEEP_MAX_UNITS + role->unit];
    double factor = w->values[i] / p->nominal * (role->tracks ? track : 1);
    if (role->target != SWEEP_VT_MINUS)
        spread->vt_plus = factor;
    if (role->target != SWEEP_VT_PLUS)
        spread->vt_minus = factor;
    const struct part_use *use = &w->uses[role->part];
    double ceiling = spread->vt_plus * part_use_typ(use, "vt_plus", 0);
    double minus = part_use_typ(use, "vt_minus", 0);
    if (spread->vt_minus * minus > ceiling)
        spread->vt_minus = ceiling / minus;
}

/* VT+ came before it in the list. */
static void set_hysteresis(struct sweep_worker *w, size_t i, double track) {
    const struct sweep_role *role = &w->plan->roles[i];
    struct part_spread *spread = &w->spreads[role->part * SWEEP_MAX_UNITS + role->unit];
    const struct part_use *use = &w->uses[role->part];
    const struct part_figure *limits = part_variant_figure(use->variant, "vt_minus");
    double typ = part_use_typ(use, "vt_minus", 0);
    double minus = spread->vt_plus * part_use_typ(use, "vt_plus", 0) - w->values[i] * track;
    double low = limits->min < typ ? limits->min : typ;
    double high = limits->max > typ ? limits->max : typ;
    minus = minus < low * track ? low * track : minus > high * track ? high * track : minus;
    spread->vt_minus = minus / typ;
}

static void set_value(struct sweep_worker *w, size_t i, double speed, double track, double kelvin) {
    const struct sweep_role *role = &w->plan->roles[i];
    double value = w->values[i];
    switch (role->target) {
    case SWEEP_QUANTITY:
        w->uses[role->part].quantity = value;
        break;
    case SWEEP_FIGURE:
        w->figures[role->part * PART_MAX_FIGURES + role->figure].typ =
            value / role->scale * (1 + role->per_kelvin * kelvin);
        break;
    case SWEEP_DELAY: {
        const struct part_unit *unit = &w->uses[role->part].model->units[role->unit];
        w->spreads[role->part * SWEEP_MAX_UNITS + role->unit].delay =
            value * (unit->kind == PART_DRIVER ? 1 : speed);
        break;
    }
    case SWEEP_VT:
    case SWEEP_VT_PLUS:
    case SWEEP_VT_MINUS:
        set_threshold(w, i, track);
        break;
    case SWEEP_HYSTERESIS:
        set_hysteresis(w, i, track);
        break;
    case SWEEP_RECEIVER: {
        double ratio = value / w->plan->parameters[i].nominal;
        struct part_figure *figures = w->figures + role->part * PART_MAX_FIGURES;
        figures[role->figure].typ = value / role->scale;
        for (size_t f = 0; f < w->uses[role->part].n_figures; f++)
            if (strcmp(figures[f].name, "tphl") == 0)
                figures[f].typ = w->plan->board->uses[role->part].figures[f].typ * ratio;
        break;
    }
    case SWEEP_SKEW: /* the delay came before it in the list */
        w->figures[role->part * PART_MAX_FIGURES + role->figure].typ += value / role->scale;
        break;
    case SWEEP_OFFSET:
        w->conditions.line.vit_plus = w->plan->setup.line.vit_plus + value;
        w->conditions.line.vit_minus = w->plan->setup.line.vit_minus + value;
        break;
    case SWEEP_SUPPLY:
        w->conditions.config.vcc = value;
        break;
    case SWEEP_TEMPERATURE:
        break; /* through `kelvin` */
    case SWEEP_OSCILLATOR:
        w->conditions.mcu_ppm = value;
        break;
    case SWEEP_PARTNER:
        w->conditions.line.ppm = line_whole_ppm(value);
        break;
    }
}

static double value_of(const struct sweep_worker *w, enum sweep_target target, double otherwise) {
    for (size_t i = 0; i < w->plan->n_parameters; i++)
        if (w->plan->roles[i].target == target)
            return w->values[i];
    return otherwise;
}

/* What is about the whole board goes first. */
static void apply(struct sweep_worker *w) {
    double nominal = w->plan->setup.config.vcc;
    double vcc = value_of(w, SWEEP_SUPPLY, nominal);
    double kelvin = value_of(w, SWEEP_TEMPERATURE, 25) - 25;
    double speed = (1 + DELAY_PER_VOLT * (vcc - nominal)) * (1 + DELAY_PER_KELVIN * kelvin);
    for (size_t i = 0; i < w->plan->n_parameters; i++)
        set_value(w, i, speed > 0.1 ? speed : 0.1, vcc / nominal, kelvin);
}

/* --- slacks -------------------------------------------------------------------------------------
 */

static int32_t clip(sim_time slack) {
    return slack > SWEEP_AMPLE ? SWEEP_AMPLE : slack < SWEEP_FAILED ? SWEEP_FAILED : (int32_t)slack;
}

static sim_time lesser(sim_time a, sim_time b) {
    return a < b ? a : b;
}

static void judge_spi(const struct sweep_worker *w, const struct spi_worst *worst, int32_t *slack) {
    const struct spi_limits *limits = w->plan->setup.limits;
    if (!limits)
        return;
    if (worst[SPI_SETUP].seen)
        slack[SWEEP_SPI_SETUP] = clip(worst[SPI_SETUP].value - limits->setup);
    if (worst[SPI_HOLD].seen)
        slack[SWEEP_SPI_HOLD] = clip(worst[SPI_HOLD].value - limits->hold);
    if (worst[SPI_PERIOD].seen)
        slack[SWEEP_SPI_PERIOD] = clip(worst[SPI_PERIOD].value - limits->period);
    if (worst[SPI_HIGH].seen && worst[SPI_LOW].seen)
        slack[SWEEP_SPI_WIDTH] = clip(lesser(worst[SPI_HIGH].value, worst[SPI_LOW].value) -
                                      limits->period * limits->duty_min / 100);
    if (worst[SPI_DUTY_LOW].seen && worst[SPI_DUTY_HIGH].seen)
        slack[SWEEP_SPI_DUTY] = clip(lesser(worst[SPI_DUTY_LOW].value, worst[SPI_DUTY_HIGH].value));
}

static void judge_first_bit(const struct sweep_worker *w, const struct sweep_receive_result *r,
                            int32_t *slack) {
    const struct spi_limits *limits = w->plan->setup.limits;
    sim_time least = SWEEP_NOT_SEEN;
    if (limits && r->first_setup.seen)
        least = lesser(least, r->first_setup.value - limits->setup);
    if (limits && r->first_hold.seen)
        least = lesser(least, r->first_hold.value - limits->hold);
    if (r->first_bit && least >= 0)
        least = -1;
    slack[SWEEP_FIRST_BIT] = (int32_t)least;
}

/* A frame lost or an octet burst too many counts for a nanosecond: there is no time to
 * measure, but one more is worse. */
static void judge_receive(const struct sweep_worker *w, const struct sweep_receive_result *r,
                          int32_t *slack) {
    unsigned wrong = SWEEP_FRAMES - r->frames + r->extra;
    slack[SWEEP_RECEIVE] = r->refused ? SWEEP_FAILED
                           : wrong    ? clip(-(sim_time)wrong * SIM_NS)
                                      : SWEEP_AMPLE;
    judge_spi(w, r->spi, slack);
    judge_first_bit(w, r, slack);
    if (r->windows != INT32_MAX)
        slack[SWEEP_WINDOWS] = clip(r->windows);
    if (r->recovery != INT32_MAX)
        slack[SWEEP_RECOVERY] = clip(r->recovery);
    if (r->holdoff != INT32_MAX)
        slack[SWEEP_HOLDOFF] = clip(r->holdoff);
}

static void judge_transmit(const struct sweep_worker *w, const struct sweep_transmit_result *r,
                           int32_t *slack) {
    if (sweep_transmit_frames(w->transmit))
        slack[SWEEP_TRANSMIT] = r->refused  ? SWEEP_FAILED
                                : r->framed ? SWEEP_AMPLE
                                            : -(int32_t)SIM_NS;
    if (r->sent) {
        slack[SWEEP_TX_SHAPE] = clip(BIT / 4 - r->deviation);
        slack[SWEEP_TX_OPENS] = clip(2 * BIT - r->opened);
        slack[SWEEP_TX_CLOSES] = clip(r->closed);
        slack[SWEEP_TP_IDL] = clip(r->tp_idl - TP_IDL_LEAST);
    }
    if (!sweep_transmit_pulses(w->transmit))
        return;
    if (r->pulses)
        slack[SWEEP_PULSE_WIDTH] = clip(lesser(r->narrowest - PULSE_LEAST, PULSE_MOST - r->widest));
    slack[SWEEP_PULSE_PERIOD] =
        r->pulses > 1
            ? clip(lesser(r->soonest - PERIOD_LEAST, PERIOD_MOST - r->latest) / PERIOD_UNIT)
            : -(int32_t)BIT;
}

void sweep_worker_run(struct sweep_worker *w, bool plain, struct sweep_sample *sample) {
    struct sweep_receive_result receive;
    struct sweep_transmit_result transmit;
    for (int i = 0; i < SWEEP_CHECKS; i++)
        sample->slack[i] = SWEEP_NOT_SEEN;
    apply(w);
    if (w->receive) {
        sweep_receive_run(w->receive, w->uses, &w->conditions, plain, &receive);
        judge_receive(w, &receive, sample->slack);
    }
    if (!w->transmit)
        return;
    sweep_transmit_run(w->transmit, w->uses, &w->conditions, &transmit);
    judge_transmit(w, &transmit, sample->slack);
}

void sweep_worker_sample(struct sweep_worker *w, uint64_t k, struct sweep_sample *sample) {
    sweep_draw(w->plan, k, w->values);
    sweep_worker_run(w, false, sample);
}

/* --- creation ------------------------------------------------------------------------------------
 */

static void own_parts(struct sweep_worker *w) {
    const struct board *board = w->plan->board;
    for (uint32_t part = 0; part < board->netlist->n_parts; part++) {
        struct part_use *use = &w->uses[part];
        *use = board->uses[part];
        if (!use->model)
            continue;
        struct part_figure *figures = w->figures + (size_t)part * PART_MAX_FIGURES;
        if (use->n_figures)
            memcpy(figures, use->figures, use->n_figures * sizeof *figures);
        use->figures = figures;
        for (int unit = 0; unit < SWEEP_MAX_UNITS; unit++)
            w->spreads[part * SWEEP_MAX_UNITS + (unsigned)unit] = (struct part_spread){1, 1, 1};
        if (use->model->n_units <= SWEEP_MAX_UNITS)
            use->spread = w->spreads + (size_t)part * SWEEP_MAX_UNITS;
    }
}

static bool allocate(struct sweep_worker *w) {
    size_t parts = w->plan->board->netlist->n_parts;
    w->uses = calloc(parts + 1, sizeof *w->uses);
    w->figures = calloc(parts * PART_MAX_FIGURES + 1, sizeof *w->figures);
    w->spreads = calloc(parts * SWEEP_MAX_UNITS + 1, sizeof *w->spreads);
    w->values = calloc(w->plan->n_parameters + 1, sizeof *w->values);
    return w->uses && w->figures && w->spreads && w->values;
}

struct sweep_worker *sweep_worker_create(const struct sweep_plan *plan, struct sim_err *err) {
    struct sweep_worker *w = calloc(1, sizeof *w);
    if (w)
        w->plan = plan;
    if (!w || !allocate(w)) {
        sim_err_set(err, SIM_ERR_ENVIRONMENT, "out of memory");
        sweep_worker_destroy(w);
        return NULL;
    }
    own_parts(w);
    w->conditions =
        (struct sweep_conditions){.config = plan->setup.config, .line = plan->setup.line};
    if (plan->setup.receives)
        w->receive = sweep_receive_create(&plan->setup, w->uses, err);
    if (w->receive || !plan->setup.receives)
        w->transmit = sweep_transmit_create(&plan->setup, w->uses, err);
    if (err->cls == SIM_ERR_NONE && (w->receive || w->transmit))
        return w;
    if (err->cls == SIM_ERR_NONE)
        sim_err_set(err, SIM_ERR_INPUT,
                    "%s: no way in and none out: a sweep needs attach.line_rx_p and _n, spi_clk, "
                    "spi_mosi and spi_nss, or line_tx_p and _n (linkpulse board FILE --init "
                    "proposes them)",
                    plan->board->path);
    sweep_worker_destroy(w);
    return NULL;
}

void sweep_worker_destroy(struct sweep_worker *w) {
    if (!w)
        return;
    sweep_receive_destroy(w->receive);
    sweep_transmit_destroy(w->transmit);
    free(w->uses);
    free(w->figures);
    free(w->spreads);
    free(w->values);
    free(w);
}
