/* A region: what of a loop is translated at once. Pieces are instructions that follow each other
 * without a way in but at the first; the ways between them are edges. Shared by translate.c,
 * which keeps translations, region.c, which finds pieces and joins them, region_lines.c,
 * which looks lines up, and templates.c, which translates one instruction.
 *
 * Registers of the host: RBP the core, R15 the time (cycles, 0 at the limit, negative before), R14
 * instructions, RAX, RCX and RDX are free between instructions. The others hold the guest's
 * registers that the region uses most; the rest are in struct armv7m, where calls and exits put
 * all. The guest's flags are there too, as the interpreter has them.
 *
 * Time and count are those of the end of the piece while in it, as in a block.
 */
#ifndef MODELS_MCU_ARMV7M_REGION_H
#define MODELS_MCU_ARMV7M_REGION_H

#include "models/mcu/armv7m/internal.h"
#include "models/mcu/armv7m/translate.h"
#include "models/mcu/armv7m/x86_64.h"

#define REGION_PIECES 16
#define PIECE_ITEMS   48
#define REGION_STUBS  512
#define REGION_FIXES  (4 * REGION_PIECES + 2 * REGION_STUBS)
#define CORE          X86_RBP
#define TIME          X86_R15
#define COUNT         X86_R14
#define NO_HOST       0xFF
#define GUESTS        18

/* One instruction, or a few that are done together. */
enum item_kind {
    ITEM_PLAIN,
    ITEM_IT,   /* with all that depends on it */
    ITEM_OVER, /* a branch over one instruction, with that */
};
struct item {
    const struct op *op;
    uint8_t kind;
    uint8_t live; /* flags that are read behind it before they are written */
};
struct piece {
    struct item items[PIECE_ITEMS];
    unsigned n;
    const struct op *head, *next; /* next: behind it */
    const struct op *branch;      /* its last instruction, or NULL */
    unsigned cycles, instructions;
    unsigned worst; /* cycles to the beginning of the last instruction, with all waits */
    uint8_t live;   /* flags that are read before they are written */
    uint8_t *body;
};

/* Code out of the way: exits, accesses that are not of the usual kind, and lines that no cache
 * holds. */
enum stub_kind { STUB_EXIT, STUB_ACCESS, STUB_FETCH, STUB_LITERAL };
struct stub {
    enum stub_kind kind;
    uint8_t *jumps[4];            /* to it; NULL: none */
    const uint8_t *back;          /* where it goes on, but for an exit */
    const struct op *op, *setter; /* setter: its flags are yet to be made, or NULL */
    unsigned cycles, count;       /* ahead of `op`, with it */
    unsigned octets, site;        /* of an access */
    uint32_t at;                  /* the address of a fetch, the line of a literal */
    bool write;
};

struct region {
    struct armv7m *core;
    const struct memory *code;
    const struct armv7m_lines *lines; /* that data may be read by, or NULL */
    struct x86 x;
    struct piece pieces[REGION_PIECES];
    unsigned n;
    uint8_t host[GUESTS]; /* the host's register that holds a guest's, or NO_HOST */
    uint32_t written;     /* guest registers, by bit */
    unsigned uses[GUESTS];
    bool closed;                         /* goes back to its head */
    bool crowded;                        /* more stubs or ways than there is room for here */
    struct stub stubs[REGION_STUBS + 1]; /* the last is for those there is no room for */
    unsigned n_stubs;
    struct fix {
        uint8_t *jump;
        unsigned piece; /* or REGION_PIECES: the end */
    } fixes[REGION_FIXES];
    unsigned n_fixes;
    /* of the instruction at hand */
    unsigned cycles, count; /* ahead in its piece, with it */
};

/* --- region.c -------------------------------------------------------------------- */

/* Finds the pieces that begin at `head` and may follow; false: there are none. */
bool region_find(struct region *r, struct armv7m *core, const struct memory *code,
                 const struct op *head);
/* Writes it to r->x; `leave`: where every way through it ends, with where to go on in RAX. False:
 * there is no room. */
bool region_write(struct region *r, const uint8_t *leave);
/* One that `jump` goes to, or NULL, with what is ahead of the instruction at hand. */
struct stub *region_stub(struct region *r, enum stub_kind kind, uint8_t *jump);
/* helper(core, EAX, EDX); its result is in RAX. RCX and RDX are lost. */
void region_call(struct region *r, enum helper helper);

/* --- region_lines.c -------------------------------------------------------------- */

/* Octets at `op` (of its last halfword when in sequence) come to be executed: their line. */
void region_fetch(struct region *r, const struct op *op);
void region_write_fetch(struct region *r, const struct stub *stub);
/* A line of the region that is executed is read, with wait states. */
void region_read_line(struct region *r, uint32_t line);
void region_write_literal(struct region *r, const struct stub *stub);
/* A load from r->lines, when the region in RCX has them, at the offset in RAX: to stub->back with
 * its place in the host in RDX. If it is something else, or in no cache, goes on behind. */
void region_read_lined(struct region *r, const struct stub *stub);

/* --- templates.c ------------------------------------------------------------------ */

struct template {
    uint8_t form, sets;
    uint32_t x86; /* enum x86_opcode, or which of the shifts */
};
/* The row of a narrow form; only tests change one. */
struct template *template_row(unsigned kind);
/* Guest registers that an operation reads and writes, by bit. */
struct used {
    uint32_t reads, writes;
};
bool template_has(const struct region *r, const struct op *op);
bool template_accesses(const struct op *op); /* memory: may leave before it */
bool template_loads(const struct op *op);    /* the same, but for stores */
struct used template_used(const struct op *op);
/* live: which of the flags it writes are wanted. */
void template_write(struct region *r, const struct op *op, uint8_t live);
/* The value of an operation that computes only into RAX, no flags. */
void template_value(struct region *r, const struct op *op);
/* Whether the flags of `op` can be made again behind it, and a branch by `condition` be taken
 * from the host's flags. */
bool template_defers(const struct op *op, unsigned condition);
void template_compare(struct region *r, const struct op *op); /* the host's flags alone */
void template_remake(struct region *r, const struct op *op);  /* the guest's, after that */
/* The host's condition for the guest's; clobbers RCX. */
unsigned template_condition(struct region *r, unsigned condition);
unsigned template_condition_of(unsigned condition); /* after template_compare */
/* RAX into RD, unless the host's flags are as `cc` says: then RD stays. */
void template_keep(struct region *r, const struct op *op, unsigned cc);

static inline struct x86_operand region_guest(const struct region *r, unsigned guest) {
    return r->host[guest] != NO_HOST ? x86_in(r->host[guest])
                                     : x86_at(CORE, offsetof(struct armv7m, r) + 4 * (size_t)guest);
}
static inline struct x86_operand region_field(size_t offset) {
    return x86_at(CORE, offset);
}

#endif
