/* Pictures of what the transmitter puts on the line: the eye of the first frame and the
 * first link pulse, as SVG. The same run gives the same bytes.
 *
 * The scope keeps the waveform of two transmissions, the present and the one before, until
 * it is told that one of them was a frame or a link pulse (clause14_sink).
 */
#ifndef HARNESS_SVG_EYE_H
#define HARNESS_SVG_EYE_H

#include <stdbool.h>
#include <stdio.h>

#include "models/line/clause14.h"
#include "models/line/transmitter_piece.h"
#include "sim/err.h"

struct svg_scope;

struct svg_scope *svg_scope_create(void);        /* NULL: out of memory */
void svg_scope_destroy(struct svg_scope *scope); /* accepts NULL */

/* A transmitter_sink.piece, and the two calls of a clause14_sink; self = the scope. Pieces
 * go to the scope ahead of clause14. */
void svg_scope_piece(void *self, const struct transmitter_piece *piece);
void svg_scope_frame(void *self, const struct clause14_frame *frame);
void svg_scope_pulse(void *self, sim_time start);

/* False, with nothing written, when there was none. The eye holds up to 128 bits. */
bool svg_scope_draw_eye(const struct svg_scope *scope, FILE *out);
bool svg_scope_draw_pulse(const struct svg_scope *scope, FILE *out);

#endif
