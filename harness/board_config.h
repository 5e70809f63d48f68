/* What a board's .ini says, typed. One struct, filled from defaults, then the file
 * beside the board or --ini FILE, then every --set section.key=value in order.
 * Empty string = not stated. Net names are as in the netlist. */
#ifndef HARNESS_BOARD_CONFIG_H
#define HARNESS_BOARD_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/err.h"

#define BOARD_NAME_MAX 128

enum board_idle { BOARD_IDLE_HIGH, BOARD_IDLE_LOW, BOARD_IDLE_HOLD, BOARD_IDLE_NOISE };
enum board_category { BOARD_CAT3, BOARD_CAT5 };
/* Limits of a class are 3 sigma of a normal distribution, or ends of a uniform one. */
enum board_distribution { BOARD_NORMAL, BOARD_UNIFORM };
enum board_gap { BOARD_GAP_MINIMUM, BOARD_GAP_FIXED, BOARD_GAP_CAPTURE };

/* Nets that meet the outside. */
struct board_attach {
    char line_rx_p[BOARD_NAME_MAX], line_rx_n[BOARD_NAME_MAX]; /* jack receive pair */
    char line_tx_p[BOARD_NAME_MAX], line_tx_n[BOARD_NAME_MAX]; /* jack transmit pair */
    char spi_clk[BOARD_NAME_MAX], spi_mosi[BOARD_NAME_MAX];
    char spi_nss[BOARD_NAME_MAX]; /* '!' before the name: active high */
    char tx_clk[BOARD_NAME_MAX], tx_mosi[BOARD_NAME_MAX];
    char framing[16]; /* "sync": octets start at the first data bit; "preamble": SFD is searched for
                       */
};

/* [values]: how a bare number on the schematic reads. Multipliers in farad, ohm. */
struct board_values {
    double capacitor_integer; /* pF -> 1e-12 */
    double capacitor_decimal; /* uF -> 1e-6 */
};

/* [supply] */
struct board_supply {
    double vcc; /* volt */
    char power[BOARD_NAME_MAX], ground[BOARD_NAME_MAX];
};

/* [switch] and [jumper]: SW1 = C  (the throw's pin number or name; joined with common) */
struct board_position {
    char ref[32], position[32];
    long line;
};

/* [part.NAME]: FIGURE = value: NAME is a reference ("U2", wins) or a variant/value text
 * ("74HC14"). variant = NAME picks a variant row. */
struct board_figure {
    char part[64], figure[32];
    double value; /* SI units; NAN for `variant` */
    char text[64];
    long line;
};

/* [tolerance]: R = 1 %, C = 5 %, C13 = 10 %, delay = 30 %, oscillator = 100 ppm ... */
struct board_tolerance {
    char what[32];
    double fraction;
};

/* [waiver.NAME]: a finding of the gate that somebody answers for. */
struct board_waiver {
    char name[32], id[64], subject[128], reason[256], author[64];
    char expires[16]; /* YYYY-MM-DD, "": never */
    bool net;         /* the subject is a net, not a part */
    long line;
};

/* [line]: what the link partner and the cable do in a replay. */
struct board_line {
    double ppm;
    double jitter_rms_ns, jitter_peak_ns;
    bool swapped;      /* polarity */
    int preamble_bits; /* bits added (+) or lost (-) in front */
    enum board_gap gap;
    double gap_ns;      /* gap = fixed; measured from the end of the last bit cell */
    double gap_scale;   /* gap = capture */
    double amplitude_v; /* differential peak at the receiver */
    double rise_ns;     /* 10-90 % transition time at the receiver */
    double cable_m;     /* amplitude and rise time are then those before it */
    enum board_category category;
    double noise_mv, crosstalk_mv; /* rms; peak */
    double tp_idl_ns;              /* high after the last bit */
    bool link_pulses;              /* in idle time */
};

/* [stage]: nets at which a stage's work shows; used to name the first stage that fails. */
struct board_stages {
    char line[BOARD_NAME_MAX];    /* line receiver (after polarity): /line */
    char edge_in[BOARD_NAME_MAX]; /* edge detector */
    char idle_n[BOARD_NAME_MAX];  /* frame detector, high in a frame: /~{idle} */
    char edge[BOARD_NAME_MAX];    /* first-edge filter */
    char sck[BOARD_NAME_MAX];     /* bit clock */
    char bytesync[BOARD_NAME_MAX];
};

/* [attach.CHIP]: a key of [attach] or [mcu] that counts when CHIP is on the board. */
struct board_for_chip {
    char chip[32], key[32], value[BOARD_NAME_MAX];
    long line;
};

struct board_config {
    char name[64];
    char file[256]; /* the .ini read, "" when none */
    struct board_attach attach;
    struct board_values values;
    struct board_supply supply;
    struct board_line line;
    struct board_stages stages;
    double delay_scale;            /* [delay] scale: multiplies typical gate delays */
    char delay_reason[256];        /* [delay] reason */
    double stray_pf;               /* [delay] stray_pf: per pin */
    enum board_idle receiver_idle; /* [receiver] idle */
    /* [mcu]: the chip, its oscillators, which of its pins meet the attached nets ("" = as the
     * connector's pads are named), cycles added to interrupt entries and flash fetches. */
    bool mcu_hse_bypass;
    double mcu_hse_hz, mcu_hsi_ppm, mcu_boot_ms;
    double mcu_entry_latency, mcu_fetch_latency;
    char mcu_pin_clk[8], mcu_pin_mosi[8], mcu_pin_nss[8];
    char mcu_pin_tx_clk[8], mcu_pin_tx_mosi[8];
    double mcu_quantum_us; /* the longest the board runs ahead of the MCU */
    char mcu_chip[32];     /* [mcu] chip, for the pin datasheet: f401re */
    struct board_position positions[32];
    unsigned n_positions;
    struct board_figure figures[128];
    unsigned n_figures;
    struct board_tolerance tolerances[64];
    unsigned n_tolerances;
    double tolerance_kelvin;              /* [tolerance] temperature: about 25 C, either way */
    enum board_distribution distribution; /* [tolerance] distribution */
    struct board_for_chip for_chips[32];
    unsigned n_for_chips;
    struct board_waiver waivers[32];
    unsigned n_waivers;
    double min_yield; /* [gate] min_yield */
};

void board_config_defaults(struct board_config *config);
/* Unknown sections and keys are errors that name the line and the nearest known key. */
bool board_config_read(struct board_config *config, const char *path, struct sim_err *err);
/* A file that holds nothing but [waiver.NAME] sections; they are added to `config`. */
bool board_config_read_waivers(struct board_config *config, const char *path, struct sim_err *err);
/* The same from memory (fuzzing, tests); `name` stands in messages. */
bool board_config_parse(struct board_config *config, const char *text, const char *name,
                        struct sim_err *err);
/* "section.key=value"; the section may itself hold dots ("part.74HC14.vt_plus=2.9"). */
bool board_config_set(struct board_config *config, const char *assignment, struct sim_err *err);
/* "95 %", "0.95", "950000 ppm" -> 0.95; false when it is no share of 0 to 1. */
bool board_config_share(const char *value, double *share);
/* YYYY-MM-DD of the Gregorian calendar, from the year 2000 on. */
bool board_config_is_date(const char *text);
/* Put in what [attach.CHIP] says of mcu.chip, over the file's other sections; to be followed
 * once more by the --set that go over it. */
bool board_config_choose_chip(struct board_config *config, struct sim_err *err);

#endif
