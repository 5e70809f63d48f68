/* A view of random waves, and hands on it, for tests of actions. */
#ifndef TESTS_HARNESS_ACT_BENCH_H
#define TESTS_HARNESS_ACT_BENCH_H

#include "harness/view/view_act.h"

/* The view of the test that runs: a row for every signal of view_file_random(). */
extern struct view view;
void bench_begin(void);
void bench_end(void);

uint64_t bench_draw(uint64_t below); /* the same numbers in every test */
int64_t bench_time(void);            /* anywhere in the file */
uint32_t bench_bit(void);            /* a signal of one bit with some changes */

struct act bench_at(int64_t time);
/* The action with a text typed in. */
bool bench_say(enum view_action action, const char *text);

#endif
