/* Between view_act.c and the files that do its actions. Each returns what view_act() does. */
#ifndef HARNESS_VIEW_ACT_INTERNAL_H
#define HARNESS_VIEW_ACT_INTERNAL_H

#include "harness/view/view_act.h"

/* act_time.c */
bool act_zoom(struct view *view, enum view_action action, const struct act *act);
bool act_pan(struct view *view, enum view_action action, const struct act *act);
bool act_go(struct view *view, enum view_action action, const struct act *act);
bool act_cursor(struct view *view, enum view_action action, const struct act *act);
bool act_marker(struct view *view, enum view_action action, const struct act *act);
bool act_past(struct view *view, enum view_action action, const struct act *act);
/* The cursor that keys move goes to `time`, which is then seen. */
void act_put_cursor(struct view *view, int64_t time);

/* act_find.c */
bool act_edge(struct view *view, enum view_action action, const struct act *act);
bool act_failure(struct view *view, enum view_action action, const struct act *act);
bool act_frame(struct view *view, enum view_action action, const struct act *act);
bool act_value(struct view *view, enum view_action action, const struct act *act);
bool act_detail(struct view *view, enum view_action action, const struct act *act);
/* The nearest edge of a row (of equally near ones the earlier) no further than `within`. */
bool act_nearest_edge(const struct view *view, size_t row, int64_t time, int64_t within,
                      int64_t *edge);

/* act_rows.c */
bool act_active(struct view *view, enum view_action action, const struct act *act);
bool act_scroll(struct view *view, enum view_action action, const struct act *act);
bool act_select(struct view *view, enum view_action action, const struct act *act);
bool act_remove(struct view *view, enum view_action action, const struct act *act);
bool act_duplicate(struct view *view, enum view_action action, const struct act *act);
bool act_move(struct view *view, enum view_action action, const struct act *act);
bool act_look(struct view *view, enum view_action action, const struct act *act);
bool act_label(struct view *view, enum view_action action, const struct act *act);
/* Before row `at`, active and seen. */
bool act_insert(struct view *view, size_t at, const struct view_row *row);

/* act_decoder.c */
bool act_decoder(struct view *view, enum view_action action, const struct act *act);

/* view_act.c */
bool act_ask(struct view *view, enum view_action action, const char *typed);

#endif
