/* The board's way out behind the driver, in a run: waveform, measurements, pictures.
 *
 * The caller tells the levels at the line driver's inputs and the frames the MCU sent; rows
 * and pictures are there after transmit_line_finish().
 */
#ifndef HARNESS_TRANSMIT_LINE_H
#define HARNESS_TRANSMIT_LINE_H

#include <stdio.h>

#include "harness/board.h"
#include "models/line/clause14.h"
#include "models/line/transmitter.h"

struct transmit_line;

/* NULL with `err` when the board's transmit pair cannot be modelled, or the memory is out. */
struct transmit_line *transmit_line_create(const struct board *board, struct sim_err *err);
void transmit_line_destroy(struct transmit_line *line); /* accepts NULL */

/* Whoever else wants the waveform (a link partner); before the start. */
void transmit_line_also(struct transmit_line *line, const struct transmitter_sink *sink);

void transmit_line_start(struct transmit_line *line, sim_time time, bool d, bool de);
void transmit_line_edge(struct transmit_line *line, sim_time time, bool d, bool de);
/* Hands on every piece before `time`. */
void transmit_line_until(struct transmit_line *line, sim_time time);
/* Destination to FCS; before or after it is on the line. */
void transmit_line_sent(struct transmit_line *line, const uint8_t *octets, size_t n);
void transmit_line_finish(struct transmit_line *line, sim_time time);

const struct clause14_row *transmit_line_rows(const struct transmit_line *line);
struct clause14_counts transmit_line_counts(const struct transmit_line *line);

/* The eye and the link pulse; false when there is none. The last writes files, and deletes
 * an earlier run's that this one does not have; the paths may be NULL. */
bool transmit_line_draw_eye(const struct transmit_line *line, FILE *out);
bool transmit_line_draw_pulse(const struct transmit_line *line, FILE *out);
bool transmit_line_draw(const struct transmit_line *line, const char *eye, const char *pulse,
                        struct sim_err *err);

#endif
