/* Signals by name: parts of it, or with * and ? a pattern for all of it. */
#ifndef HARNESS_VIEW_SEARCH_H
#define HARNESS_VIEW_SEARCH_H

#include <stdbool.h>

#include "harness/view/view.h"

/* Fills view->found with what matches view->query, in the order of the file; the chosen one
 * stays chosen if it still matches, else it is the first. An empty query matches all. */
void search_run(struct view *view);

/* Words between blanks must all match. One without * and ? matches within `name`; one with
 * them matches the whole name or what follows a dot in it. Without regard to ASCII case. */
bool search_matches(const char *name, const char *query);

#endif
