/* Figures common to a logic family, so that each part file states only its own.
 *
 * Load. The engine adds 0.69 x R x C of a net to a delay, so figures here are
 * unloaded: tpd0 = tpd(CL) - 0.69 x R x CL, with R the mean of the two output
 * resistances (the sheets give one tpd for both directions). Typical figures take
 * typical R, limits take the limit of R, so that the sheet's own figure comes back
 * when its own load is hung on the output.
 *
 * Columns. Typical figures are at 5 V and 25 C. Limits are the guaranteed ones at
 * 25 C and 4.5 V (a sheet has none at 5 V). No HC sheet guarantees a minimum delay.
 * A requirement (set-up, hold, recovery, width) carries the value the sheet demands
 * in `max`: no good part needs more.
 */
#ifndef MODELS_PARTS_FAMILY_H
#define MODELS_PARTS_FAMILY_H

#include <math.h>

#include "sim/part.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Fairchild MM74HC86 rev 1.4.0, DC table at 4.5 V and 4 mA: VOH 4.2 typ 3.98 min,
 * VOL 0.2 typ 0.26 max; the drop over the current. */
#define HC_R_UP_TYP   75.0
#define HC_R_UP_MAX   130.0
#define HC_R_DOWN_TYP 50.0
#define HC_R_DOWN_MAX 65.0

#define HC_UNLOADED_TYP(tpd, load) ((tpd)-0.69 * 0.5 * (HC_R_UP_TYP + HC_R_DOWN_TYP) * (load))
#define HC_UNLOADED_MAX(tpd)       ((tpd)-0.69 * 0.5 * (HC_R_UP_MAX + HC_R_DOWN_MAX) * 50e-12)

/* A 4.5 V typical delay brought to 5 V: sheets fall by 15 % from 4.5 to 6 V (SN74HC86
 * 20 to 17 ns), a third of the way is 5 %. */
#define HC_AT_5V(tpd) (0.95 * (tpd))

#define HC_OUTPUT_FIGURES                                                                          \
    {"r_up", NAN, HC_R_UP_TYP, HC_R_UP_MAX, "MM74HC86 rev 1.4.0, VOH at 4.5 V, -4 mA"},            \
        {"r_down", NAN, HC_R_DOWN_TYP, HC_R_DOWN_MAX, "MM74HC86 rev 1.4.0, VOL at 4.5 V, 4 mA"}, { \
        "tt", NAN, 7e-9, 15e-9, "74HC_HCT86 rev 4, table 7: 4.5 V, 50 pF (loaded)"                 \
    }

#define HC_CIN_FIGURE                                                                              \
    { "cin", NAN, 3.5e-12, 10e-12, "typ 74HC_HCT86 rev 4, table 6; max CD74HC14, p. 5" }

/* Plain CMOS inputs switch at half the supply; VIL and VIH bound it. */
#define HC_INPUT_FIGURES                                                                           \
    HC_CIN_FIGURE, {"vt_plus", 1.5, 2.5, 3.5, "0.3, 0.5 and 0.7 of 5 V; MM74HC86 VIL, VIH"}, {     \
        "vt_minus", 1.5, 2.5, 3.5, "0.3, 0.5 and 0.7 of 5 V; MM74HC86 VIL, VIH"                    \
    }

#define HCT_INPUT_FIGURES                                                                          \
    HC_CIN_FIGURE, {"vt_plus", 0.8, 1.5, 2.0, "CD74HCT08, DC table: VIL, VIH; typ from memory"}, { \
        "vt_minus", 0.8, 1.5, 2.0, "CD74HCT08, DC table: VIL, VIH; typ from memory"                \
    }

/* The supply of a variant, V; NULL: of all the part's. */
#define HC_VCC_LIMIT(variant)                                                                      \
    {                                                                                              \
        variant, "vcc", 2.0, 6.0,                                                                  \
            "74HC family, recommended operating conditions; from memory, check"                    \
    }
#define HCT_VCC_LIMIT(variant)                                                                     \
    {                                                                                              \
        variant, "vcc", 4.5, 5.5,                                                                  \
            "74HCT and ACT families, recommended operating conditions; from memory, check"         \
    }

#endif
