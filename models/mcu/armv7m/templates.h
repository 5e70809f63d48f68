/* How an operation is translated, shared by the files that write it. */
#ifndef MODELS_MCU_ARMV7M_TEMPLATES_H
#define MODELS_MCU_ARMV7M_TEMPLATES_H

#include "models/mcu/armv7m/region.h"

/* What the host's flags are of the guest's after an operation. */
enum host_flags {
    SETS_NONE,
    SETS_NZ,
    SETS_NZC,
    SETS_ADD, /* all */
    SETS_SUB, /* all, C inverted */
};
enum form {
    FORM_NONE,
    FORM_NOP,
    FORM_NUMBER, /* MOV with a number */
    FORM_MOVE,
    FORM_NOT,
    FORM_ALU_I, /* RN op number */
    FORM_ALU,   /* RN op RM */
    FORM_BIC,
    FORM_RSB,
    FORM_COMPARE_I, /* an ALU operation without a result */
    FORM_COMPARE,
    FORM_CARRY, /* RN op RM op C */
    FORM_BORROW,
    FORM_LSL, /* RN op (RM << sh) */
    FORM_LSR,
    FORM_SHIFT, /* RM by sh */
    FORM_BY,    /* RN by a register: logical, arithmetic, rotated */
    FORM_BY_ASR,
    FORM_BY_ROR,
    FORM_MLA,
    FORM_MLS,
    FORM_EXTEND,
    FORM_FIELD,
    FORM_INSERT,
    FORM_LOAD,
    FORM_LOAD_X,
    FORM_STORE,
    FORM_STORE_X,
    FORM_LITERAL,
    FORMS
};

const struct template *template_of(const struct op *op);
/* A guest's register into one of the host's, and back. */
void template_get(struct region *r, unsigned to, unsigned guest);
void template_put(struct region *r, unsigned guest, unsigned from);
void template_access(struct region *r, const struct op *op); /* load or store */
void template_literal(struct region *r, const struct op *op);

#endif
