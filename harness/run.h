/* One `linkpulse run`: captures through the board, bursts compared, failures diagnosed,
 * waves written. The pieces of verb_run.c, which stands above them.
 */
#ifndef HARNESS_RUN_H
#define HARNESS_RUN_H

#include "harness/board.h"
#include "harness/compare.h"
#include "harness/cosim.h"
#include "harness/options.h"
#include "harness/pcap_out.h"
#include "harness/progress.h"
#include "harness/replay.h"
#include "harness/run_image.h"
#include "harness/run_result.h"
#include "harness/run_xdp.h"
#include "harness/taps.h"
#include "harness/wave.h"

struct run {
    const struct options *options;
    const struct board *board;
    struct run_image image;
    struct run_result result;
    struct replay *replay;
    struct compare *compare;
    struct pcap_out *pcap_out;
    struct run_wave *wave;              /* NULL: no waves wanted, */
    struct run_wave_rtl *wave_rtl;      /* or this: of the rtl engine */
    struct run_firmware *firmware;      /* NULL: octets are taken at the pins */
    struct run_transmit_side *transmit; /* NULL: no line driver on the transmit pair */
    struct taps *taps;                  /* NULL: not wanted */
    struct run_xdp *xdp;                /* NULL: not wanted */
    sim_time unjudged; /* when the frame sent last began, until it is judged; then SIM_NEVER */
    struct progress progress;
    uint64_t frames_done, failures; /* of the run */
    sim_time last_activity;
    bool pulse_going;       /* one is being sent */
    bool pulse_sent;        /* a link pulse went out after the last frame */
    uint64_t first_failed;  /* frame of the run, 0: none */
    bool no_wave;           /* nothing fell into the window */
    const char *wave_lacks; /* what the waves had no room for; NULL: nothing */
    bool damaged;           /* an input could not be read to its end */
    struct sim_err err;
};

/* run.c. False with run->err when the board cannot be simulated or an output file not be
 * written; damaged captures are told on stderr and in the result. */
bool run_captures(struct run *run);
/* A recovered frame, without FCS, into --pcap-out; nothing when that is not wanted. */
void run_keep_frame(struct run *run, const uint8_t *octets, size_t n, sim_time time);
void run_finish(struct run *run); /* frees what `result` holds as well */

/* run_diagnose.c: fill stage, net, time and detail from a rerun of the failed frame. */
void run_diagnose(struct run *run, const struct compare_failure *failure, struct run_failure *out);

/* run_firmware.c: the MCU in the loop, when an image was named. */
bool run_firmware_open(struct run *run); /* before the replay is made; false with run->err */
void run_firmware_listen(struct replay_settings *settings);
void run_firmware_boot(struct run *run);            /* after it was made: the pins' first levels */
void run_firmware_close(struct run *run);           /* accepts none */
sim_time run_firmware_ready(const struct run *run); /* when the first frame may come */
/* The result of the comparison at the pins, and a failure found there. */
struct run_result *run_firmware_pins(struct run *run);
void run_firmware_found(struct run *run, const struct compare_failure *failure,
                        const struct run_failure *out);
/* A frame goes out; it has gone. */
void run_firmware_sending(struct run *run, const uint8_t *octets, size_t n, sim_time start);
void run_firmware_sent(struct run *run, size_t capture, uint64_t frame, const uint8_t *octets,
                       size_t n, sim_time start, sim_time end);
bool run_firmware_follow(struct run *run); /* false once the firmware has ended */
bool run_firmware_finish(struct run *run); /* false: an output file cannot be written */
/* Whether the last frame came wrong into the MCU, beyond its first bit: what --trace-window
 * auto shows. That the firmware drops one turns out when its wave can no longer be made. */
bool run_firmware_damaged(const struct run *run);
struct cosim_figures run_firmware_figures(const struct run *run);
struct cosim *run_firmware_cosim(const struct run *run); /* NULL: none was made */
/* Frames lost for this cause; NULL behind the last. Frames delivered though wrong at the pins. */
const char *run_firmware_cause(const struct run *run, size_t i, uint64_t *lost);
uint64_t run_firmware_mended(const struct run *run);

/* run_transmit.c: what leaves the board, and the frames at the four taps. */
bool run_transmit_open(struct run *run, struct replay_settings *settings); /* false: run->err */
void run_transmit_start(struct run *run); /* the replay was made: levels before the first edge */
void run_transmit_close(struct run *run);
void run_transmit_pin(struct run *run, size_t output, const struct replay_pin *pin);
void run_transmit_finish(struct run *run); /* fills result.transmit */
bool run_transmit_draw(struct run *run);   /* pictures of the line; false: run->err */
/* A frame (FCS included) at a tap; a comment on a frame from the line, by its start. */
void run_tap(struct run *run, enum taps_place tap, sim_time time, const uint8_t *octets, size_t n,
             const char *comment);
void run_tap_failed(struct run *run, sim_time start, const struct run_failure *failure);
void run_taps_now(struct run *run); /* those that nobody will say more about are written */

/* run_report.c: margins, counters, what was not run, the verdict. */
void run_conclude(struct run *run);

/* run_wave.c. Whole-run waves take every edge; windows are filled from reruns. */
struct run_wave *run_wave_open(const struct options *options, const struct board *board,
                               const struct run_image *image, struct sim_err *err);
bool run_wave_whole(const struct run_wave *wave);
/* Names and first levels come from the circuit that supplies the edges. */
bool run_wave_start(struct run_wave *wave, const struct circuit *circuit, sim_time from,
                    sim_time to, struct sim_err *err);
void run_wave_edge(struct run *run, const struct circuit_edge *edge); /* net CIRCUIT_NO_NET: line */
void run_wave_curve(struct run *run, const struct circuit_curve *curve);
/* The frame just judged, run-wide number `frame`: rerun into the wave if the window wants
 * it. `failed` counts for the window "auto". */
bool run_wave_frame(struct run *run, uint64_t frame, bool failed);
/* What else is known of frames; these do nothing without run->wave. */
void run_wave_sending(struct run *run, size_t capture, uint64_t number, const uint8_t *octets,
                      size_t n); /* the next frame of the run goes out, */
void run_wave_select(struct run *run, sim_time fell, sim_time rose);
void run_wave_delivered(struct run *run, uint64_t frame, sim_time time);
void run_wave_failed(struct run *run, uint64_t frame, const struct run_failure *failure);
/* The MCU, and that it has come to `time`. */
void run_wave_listen(struct run *run, struct cosim_settings *settings);
void run_wave_rx(struct run *run, const struct stm32_rx *rx);
void run_wave_passed(struct run *run, sim_time time);
bool run_wave_empty(const struct run_wave *wave); /* nothing fell into the window so far */
/* run_wave_rtl.c; all but open() do nothing without run->wave_rtl. False: run->err. */
struct run_wave_rtl *run_wave_rtl_open(const struct options *options, struct sim_err *err);
enum rtl_waves run_wave_rtl_kind(const struct run_wave_rtl *wave);
bool run_wave_rtl_start(struct run *run);                   /* the replay was made */
bool run_wave_rtl_sending(struct run *run, uint64_t frame); /* that frame begins now, */
void run_wave_rtl_sent(struct run *run);                    /* has gone, */
void run_wave_rtl_judged(struct run *run, bool failed);     /* and is judged */
bool run_wave_rtl_finish(struct run *run);
void run_wave_rtl_close(struct run *run);

/* `lack`: a constant text, what there were too many of at once; NULL: nothing is missing. */
bool run_wave_close(struct run_wave *wave, sim_time end, const char **lack, struct sim_err *err);
void run_wave_abandon(struct run_wave *wave);

#endif
