/* Loops that are executed often, translated to the host's code where that is x86-64; see
 * translate.c. What the interpreter and the translation do is the same to the cycle. */
#ifndef MODELS_MCU_ARMV7M_TRANSLATE_H
#define MODELS_MCU_ARMV7M_TRANSLATE_H

#include "models/mcu/armv7m/internal.h"

#define HEAT_REFUSED UINT16_MAX /* op->heat: not to be translated */

struct translator;

/* With core->config.host; leaves core->translator NULL when there is none to be. */
bool armv7m_translator_create(struct armv7m *core, struct sim_err *err);
void armv7m_translator_destroy(struct translator *translator); /* NULL is fine */
/* A branch back went to `head`: after a number of times the loop there is translated. */
void armv7m_warm(struct armv7m *core, const struct memory *code, struct op *head);
/* What begins at `head` and the pieces that follow, whether it is a loop or not; for tests, too.
 * False: there is nothing to translate. */
bool armv7m_translate(struct armv7m *core, const struct memory *code, struct op *head);
/* Executes the translation at `op`, whose `begin` is OP_HOST, while it is before core->limit.
 * Counters and flags are those of `core`. Returns the operation to go on with. */
const struct op *armv7m_run_translated(struct armv7m *core, const struct op *op);
/* What was translated from slots of [from, to) is no more, or whose head was forgotten. */
void armv7m_forget_translated(struct translator *translator, const struct op *from,
                              const struct op *to);

/* --- for the translation itself ---------------------------------------------------- */

/* Functions that translated code calls. */
enum helper {
    HELPER_FETCH,     /* of an address: the line it is in; wait states */
    HELPER_READ_LINE, /* of a line of the region that is executed: wait states */
    HELPER_LOAD,      /* address, octets: where they are, or NULL; host_found, host_waits */
    HELPER_STORE,
};
uint64_t armv7m_helper(enum helper helper);
/* The number of a place in core->site for an instruction. */
unsigned armv7m_new_site(struct armv7m *core);

#endif
