/* S-expressions as KiCad writes them, over a memory buffer: a flat array of nodes in file
 * order, node 0 being the one list at the top.
 *
 * Strict: exactly one list, balanced, strings end on their line, nothing behind it. Atoms
 * are bare words or "strings" with KiCad's escapes (\" \\ \a \b \f \n \r \t \v \xHH \ooo);
 * a line whose first character is # is a comment. No recursion; depth, nodes and size are
 * limited, so that memory stays below about six times the input.
 */
#ifndef HARNESS_SEXPR_H
#define HARNESS_SEXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

#define SEXPR_NONE      UINT32_MAX
#define SEXPR_MAX_DEPTH 64
#define SEXPR_MAX_NODES 4000000u

struct sexpr_node {
    const char *text; /* an atom's text, NUL-terminated; NULL for a list */
    uint32_t first;   /* a list's first child, or SEXPR_NONE */
    uint32_t next;    /* next sibling, or SEXPR_NONE */
    uint32_t line;    /* 1-based */
    bool quoted;
};

struct sexpr {
    struct sexpr_node *nodes;
    uint32_t n_nodes;
    char *text; /* all atoms */
};

/* `file` stands in messages. On failure nothing is left to finish. */
bool sexpr_parse(struct sexpr *sexpr, const char *data, size_t size, const char *file,
                 struct sim_err *err);
void sexpr_finish(struct sexpr *sexpr); /* accepts a zeroed one */

/* The word a list begins with; "" for an atom, an empty list, a list of lists. */
const char *sexpr_head(const struct sexpr *sexpr, uint32_t list);
/* The first child list that begins with `head`, and the next sibling of the same kind. */
uint32_t sexpr_find(const struct sexpr *sexpr, uint32_t list, const char *head);
uint32_t sexpr_again(const struct sexpr *sexpr, uint32_t node, const char *head);
/* Child `index` of a list (0 = its head), or SEXPR_NONE. */
uint32_t sexpr_child(const struct sexpr *sexpr, uint32_t list, unsigned index);
/* The text of child `index`, or NULL when it is absent or a list. */
const char *sexpr_text(const struct sexpr *sexpr, uint32_t list, unsigned index);
/* The first argument of the child list `head`: "U4" of (ref "U4"); NULL when absent. */
const char *sexpr_value(const struct sexpr *sexpr, uint32_t list, const char *head);
/* True when the list holds the bare or quoted atom `text` behind its head. */
bool sexpr_has_atom(const struct sexpr *sexpr, uint32_t list, const char *text);

#endif
