/* Pieces through a cable, against the same cable driven the other way, and against a sum. */
#include <criterion/criterion.h>
#include <math.h>

#include "models/line/cable_piece.h"

static struct cable cable;

static void setup(void) {
    cr_assert(cable_init(&cable, 100, CABLE_CAT5));
}

TestSuite(cable_piece, .init = setup);

/* base + swing exp(-t/tau): what cable.h knows, too. One tau is a pole's own. */
Test(cable_piece, agrees_with_the_wave_of_edges) {
    const struct cable_input inputs[] = {
        {1, 0, -1, 7e3}, {-2, 0, 3, cable.tau_ps[4]}, {0, 0, 0, 0}};
    struct cable_wave wave;
    struct cable_piece state;
    struct cable_stretch last;
    cable_piece_init(&state, &cable);
    cable_wave_init(&wave, &cable);
    cable_stretch_init(&last, &cable, 0);
    for (int i = 0; i < 3; i++) {
        struct transmitter_piece in = {.start = i * 50000, .end = (i + 1) * 50000}, out;
        in.constant = inputs[i].base;
        in.n = inputs[i].swing != 0;
        in.terms[0] =
            (struct transmitter_term){inputs[i].swing, 0, in.n ? -1 / inputs[i].tau_ps : 0, 0};
        cable_piece_pass(&state, &in, &out);
        cable_wave_next(&wave, &last, &inputs[i]);
        cable_stretch_init(&last, &cable, 50000);
        for (sim_time t = 0; t < 50000; t += 5000)
            cr_assert_float_eq(transmitter_piece_value(&out, in.start + t),
                               cable_wave_at(&wave, (double)t), 2e-5, "piece %d, %ld ps", i,
                               (long)t);
    }
}

/* An oscillation, in many pieces or in one: no difference, and in the end the loss of the cable. */
Test(cable_piece, does_not_mind_how_a_wave_is_cut) {
    struct cable_piece whole, parts;
    struct transmitter_piece in = {.start = 0, .end = 4000000, .n = 1}, once, out;
    in.terms[0] = (struct transmitter_term){1, 0, 0, 10e-6}; /* 10 MHz */
    cable_piece_init(&whole, &cable);
    cable_piece_init(&parts, &cable);
    cable_piece_pass(&whole, &in, &once);
    double most = 0;
    for (sim_time at = 0; at < 4000000; at += 40000) {
        double turns = 10e-6 * (double)at;
        struct transmitter_piece part = {.start = at, .end = at + 40000, .n = 1};
        part.terms[0] = (struct transmitter_term){cos(2 * 3.141592653589793 * turns),
                                                  sin(2 * 3.141592653589793 * turns), 0, 10e-6};
        cable_piece_pass(&parts, &part, &out);
        for (sim_time t = at; t < at + 40000; t += 7000) {
            double value = transmitter_piece_value(&out, t);
            cr_assert_float_eq(value, transmitter_piece_value(&once, t), 1e-9);
            most = at > 3000000 ? fmax(most, fabs(value)) : 0;
        }
    }
    cr_assert_float_eq(-20 * log10(most), cable_loss_db(&cable, 10), 0.2);
}
