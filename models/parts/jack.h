/* Figures of generic 10/100 jacks with magnetics, for those whose own sheets were not found. */
#ifndef MODELS_PARTS_JACK_H
#define MODELS_PARTS_JACK_H

#include "models/parts/family.h"

#define JACK_FIGURES                                                                               \
    {"l_open", 350e-6, 350e-6, NAN,                                                                \
     "henry, at 8 mA bias; ANSI X3.263 requirement, typ not stated"},                              \
        {"l_leak", NAN, 0.2e-6, 0.4e-6, "henry; generic 10/100 jack, from memory, check"},         \
        {"r_winding", NAN, 0.9, 1.2, "generic 10/100 jack, from memory, check"},                   \
        {"i_sat", NAN, 1.0, NAN, "ampere; more than any driver gives: linear unless stated"},      \
        {"l_sat", NAN, 25e-6, NAN, "henry, beyond i_sat; estimate, 7 % of l_open"}, {              \
        "cin", NAN, 0.0, NAN,                                                                      \
            "LED and tap pins: a pad is in the stray capacitance per pin already"                  \
    }

#endif
