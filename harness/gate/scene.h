/* The board seen once, for pictures: a frame comes from the line while the MCU's pins send one,
 * then the line rests for some link pulses; event engine, nominal values, no firmware. Nothing
 * is judged here.
 */
#ifndef HARNESS_GATE_SCENE_H
#define HARNESS_GATE_SCENE_H

#include "harness/board.h"
#include "harness/svg_strips.h"

struct gate_scene;

/* The board outlives the scene. NULL with `err` when it cannot be simulated. */
struct gate_scene *gate_scene_create(const struct board *board, uint64_t seed, struct sim_err *err);
void gate_scene_destroy(struct gate_scene *scene); /* accepts NULL */

/* What is said of a part and a net ("" allowed both), with the nets that `text` names, and those
 * that drive them. */
#define GATE_VIEW_MAX 6
struct gate_view {
    struct svg_strip strips[GATE_VIEW_MAX];
    size_t n;
    sim_time from, to, origin; /* origin: the frame's first bit */
};
/* False, with nothing to finish: nothing there moves, or nothing is known of it. */
bool gate_scene_view(const struct gate_scene *scene, const char *part, const char *net,
                     const char *text, struct gate_view *view);
void gate_view_finish(struct gate_view *view);

/* SVG, or "" when the board sends none. */
const char *gate_scene_eye(const struct gate_scene *scene);
const char *gate_scene_pulse(const struct gate_scene *scene);

#endif
