/* The inside of the core, shared by its files alone. */
#ifndef MODELS_MCU_ARMV7M_INTERNAL_H
#define MODELS_MCU_ARMV7M_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "models/mcu/armv7m/armv7m.h"
#include "models/mcu/armv7m/ops.h"
#include "models/mcu/armv7m/park.h"

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#define ZERO_REG   16 /* reads as 0 */
#define SINK_REG   17 /* is written and never read */
#define PAGE_SHIFT 20
#define PAGES      (1u << (32 - PAGE_SHIFT))
#define EXCEPTIONS 256
#define IT_BEHIND  18 /* octets behind an IT that its block can reach: 2 + 4 x 4 */
#define BLOCK_MOST 24 /* instructions of a block */

#define ARMV7M_SITES 256

/* What is to be done before the operation. */
enum pre {
    PRE_LINE = 1,    /* its octets enter a line that its predecessor's are not in */
    PRE_IT = 2,      /* inside an IT block: test the condition, advance */
    PRE_HOOK = 4,    /* function hook here */
    PRE_BREAK = 8,   /* breakpoint here */
    PRE_ALWAYS = 16, /* with PRE_IT: executed whatever the condition (BKPT) */
    PRE_PARK = 32,   /* the head of a loop that may be parked here */
    PRE_WIDE = 128   /* not something to do: the instruction has two halfwords */
};

/* One decoded instruction; there is a slot for each halfword of executable memory.
 *
 * Blocks: instructions that follow each other up to one that may go elsewhere, or that is to be
 * executed alone. At every slot of a block stands what is ahead of it, so that the hot loop
 * looks at the limit and counts once a block. See blocks.c. */
struct op {
    uint16_t begin; /* what the hot loop does here when a block begins: `entry`, or OP_HOST */
    uint16_t entry; /* the same without translation */
    uint16_t code;  /* the same within one; OP_DECODE: not decoded */
    uint16_t then;  /* what is left to do after OP_LINE, or in an IT block done as one */
    uint16_t inner; /* the operation alone */
    uint8_t rd, rn, rm, ra;
    uint8_t cycles; /* with every static part; branches: when not taken */
    uint8_t taken;  /* branches: how many more when taken */
    uint8_t pre;
    uint8_t sh;    /* branches: enum branch */
    uint8_t ahead; /* cycles from here to the end of the block, without waits and jumps */
    uint8_t left;  /* instructions likewise, at least this one */
    uint8_t worst; /* cycles to the beginning of the block's last one, with all waits */
    uint8_t reach; /* halfwords from here to the end of the block */
    uint8_t from;  /* halfwords of the operation before that `code` counts on, or 0 */
    uint8_t live;  /* flags that something reads before they are written: enum live */
    uint16_t heat; /* branches back to here, see translate.c; with OP_HOST which translation */
    uint32_t imm;
};
/* A branch within its region: its target is in another line; not behind it. */
enum branch { BRANCH_LINE = 1, BRANCH_BACK = 2 };
enum live { LIVE_NZ = 1, LIVE_C = 2, LIVE_V = 4, LIVE_ALL = 7 };

struct memory {
    struct armv7m_region region;
    uint32_t base, size;
    /* Octets reachable by the fast path, 0 for none; lined: the same after looking up the line. */
    uint32_t read_span, write_span, lined_span;
    uint8_t *host;
    struct op *ops;                 /* NULL: not executable */
    uint32_t code_low, code_span;   /* offsets that hold decoded instructions */
    uint32_t fence_low, fence_span; /* see armv7m_fence() */
    uint32_t line_mask;             /* ~(line - 1), or 0 */
    struct armv7m_lines *lines;     /* or NULL */
    uint32_t changes;               /* of decoded instructions, ever */
    struct translator *translator;  /* or NULL */
    bool dying;                     /* unmapped while running; freed at the next boundary */
};

/* Reasons to leave the hot loop before the next instruction. */
enum attention {
    ATT_STOP = 1,
    ATT_IRQ = 2, /* an exception may be due */
    ATT_SLEEP = 4,
    ATT_LOCKUP = 8,
    ATT_STATE = 16, /* T bit clear: INVSTATE at the next instruction */
    ATT_PHASE = 32, /* inside an exception entry or return */
    ATT_REMAP = 64, /* the region being executed was unmapped */
};
enum phase { PHASE_NONE, PHASE_ENTRY, PHASE_EXIT };

enum flow {
    FLOW_NEXT,  /* go on after this instruction */
    FLOW_JUMP,  /* to core->pc */
    FLOW_LEAVE, /* core->pc is set, attention says why */
};

struct systick {
    uint32_t csr, rvr;
    uint64_t zero;    /* the cycle at which the counter is, or was, 0 */
    uint32_t stopped; /* its value while disabled */
    uint64_t next;    /* the cycle of the next interrupt; ARMV7M_NEVER when off */
};

struct dwt {
    uint32_t ctrl, cyccnt, registers[16];
    uint64_t base; /* cycle at which CYCCNT was `cyccnt` */
};

struct itm {
    uint32_t ter, tpr, tcr;
    uint32_t acpr, sppr, ffcr, cspsr;
    bool locked; /* not at reset: an assumption */
};

struct armv7m {
    uint32_t r[18]; /* r[15] is not used: see pc */
    uint32_t c;     /* 0 or 1 */
    int64_t nz;     /* N: negative; Z: its low word is 0 */
    uint32_t v;     /* bit 31 */
    uint8_t q, ge, it, it_before;
    uint64_t limit; /* the hot loop leaves at this cycle; 0: at once */
    uint64_t cycles, instructions;
    uint32_t pc;         /* valid outside the hot loop and in callbacks */
    uint32_t line;       /* address of the line last fetched, 1 when none */
    const struct op *op; /* the instruction being executed; NULL outside the hot loop */
    struct memory *code;
    const struct memory *near_read, *near_write; /* regions of the last ones, or any */
    struct translator *translator;               /* NULL: everything is interpreted */
    int64_t host_time;                           /* of translated code: cycles - host_limit */
    uint64_t host_limit;
    uint64_t translated;                     /* instructions that translated code has executed */
    uint64_t host_waits;                     /* of its last load that was a function's, */
    const struct memory *host_found;         /* and the region */
    const struct memory *site[ARMV7M_SITES]; /* the region an instruction of it found last */
    struct memory *page[PAGES];

    uint32_t s[32], fpscr;
    bool fp_ready; /* enabled, active, nothing to preserve */
    bool fpca, lspact;

    uint32_t sp_other; /* the stack pointer not in use */
    uint8_t control;   /* nPRIV, SPSEL */
    bool primask, faultmask, thumb, handler;
    uint8_t basepri;
    unsigned ipsr;
    int priority; /* execution priority, group part */

    unsigned attention;
    enum phase phase;
    uint64_t phase_end;
    uint32_t exc_return;
    unsigned phase_length, entered; /* cycles of the phase; exception that began it */
    bool sleeping, event, sleep_wfe, exclusive;
    bool traced; /* see armv7m_trace() */
    bool told;   /* the owner knows that the core sleeps, or is locked up */
    enum armv7m_stop stop;
    uint32_t skip_break; /* address of the breakpoint to run over, 1 for none */

    uint32_t pending[8], active[8], enabled[8], level[8];
    uint8_t ipr[EXCEPTIONS];
    uint32_t vtor, aircr, scr, ccr, shcsr_enable, cfsr, hfsr, dfsr, mmfar, bfar, cpacr;
    uint32_t fpccr, fpcar, fpdscr, demcr, actlr, mpu[16], fpb[16];
    uint8_t priority_mask;
    struct systick systick;
    struct dwt dwt;
    struct itm itm;
    struct armv7m_fault fault;

    struct armv7m_config config;
    struct memory memory[ARMV7M_MAX_REGIONS + 1]; /* the last is nowhere */
    struct memory *nowhere, *fenced;              /* NULL: no fence */
    unsigned n_memory;                            /* regions are before this one */
    uint32_t breaks[ARMV7M_MAX_BREAKS], hooks[ARMV7M_MAX_HOOKS];
    unsigned n_breaks, n_hooks, n_watches;
    struct armv7m_watch watches[ARMV7M_MAX_WATCHES];
    struct armv7m_watch_hit hit;
    struct park park;
    struct armv7m *self; /* for questions that must unpark it first */
};

/* --- core.c ---------------------------------------------------------------------- */

static inline void armv7m_attend(struct armv7m *core, unsigned why) {
    core->attention |= why;
    core->limit = 0;
}
static inline uint32_t armv7m_op_pc(const struct memory *code, const struct op *op) {
    return code->base + (uint32_t)(op - code->ops) * 2;
}
uint32_t armv7m_xpsr(const struct armv7m *core);
void armv7m_set_flags(struct armv7m *core, uint32_t psr); /* NZCVQ and GE */
uint32_t armv7m_msp(const struct armv7m *core);
uint32_t armv7m_psp(const struct armv7m *core);
void armv7m_set_msp(struct armv7m *core, uint32_t value);
void armv7m_set_psp(struct armv7m *core, uint32_t value);
uint32_t armv7m_control(const struct armv7m *core);
void armv7m_set_control(struct armv7m *core, uint32_t value);
void armv7m_switch_stack(struct armv7m *core, bool process);
static inline bool armv7m_privileged(const struct armv7m *core) {
    return core->handler || !(core->control & 1);
}
void armv7m_unmodelled(struct armv7m *core, uint32_t address, bool write, uint32_t value,
                       const char *what);

/* --- hot.c ----------------------------------------------------------------------- */

/* `size` octets that are reached with nothing else to happen, or NULL. */
const uint8_t *armv7m_readable(struct armv7m *core, uint32_t address, uint32_t size);
uint8_t *armv7m_writable(struct armv7m *core, uint32_t address, uint32_t size);
/* Runs from core->pc until core->limit or attention. */
void armv7m_execute(struct armv7m *core);
enum flow armv7m_branch_exchange(struct armv7m *core, uint32_t target);
bool armv7m_condition(const struct armv7m *core, unsigned condition);

/* --- decode*.c ------------------------------------------------------------------- */

/* Fills the slot of `address` in `code`, and the block behind it. */
void armv7m_decode(struct armv7m *core, struct memory *code, uint32_t address);
/* Makes guards of what is left of an IT block whose next instruction is at `address`. */
void armv7m_decode_block(struct armv7m *core, struct memory *code, uint32_t address, uint8_t it);
/* ITSTATE behind an instruction of its block: the manual's ITAdvance(). */
static inline unsigned armv7m_it_advance(unsigned it) {
    return it & 7 ? (it & 0xE0) | (it << 1 & 0x1F) : 0;
}

static inline unsigned armv7m_op_length(const struct op *op) { /* halfwords */
    return op->pre & PRE_WIDE ? 2 : 1;
}

/* Whether flags pass the condition of a branch or an IT: without a jump, since the host predicts
 * those of data badly. */
static inline uint32_t armv7m_passes(int64_t nz, uint32_t c, uint32_t v, unsigned condition) {
    /* By NZCV as a number: EQ, NE, CS, CC, MI, PL, VS, VC, HI, LS, GE, LT, GT, LE, AL */
    static const uint16_t PASS[16] = {0xF0F0, 0x0F0F, 0xCCCC, 0x3333, 0xFF00, 0x00FF,
                                      0xAAAA, 0x5555, 0x0C0C, 0xF3F3, 0xAA55, 0x55AA,
                                      0x0A05, 0xF5FA, 0xFFFF, 0xFFFF};
    uint32_t nzcv = (uint32_t)(nz < 0) << 3 | (uint32_t)((uint32_t)nz == 0) << 2 | c << 1 | v >> 31;
    return PASS[condition] >> nzcv & 1;
}

/* --- memory.c -------------------------------------------------------------------- */

/* `size` octets that the fast path reaches, or NULL. */
static inline uint8_t *armv7m_fast(const struct armv7m *core, uint32_t address, uint32_t size,
                                   bool write) {
    const struct memory *m = core->page[address >> PAGE_SHIFT];
    uint32_t offset = address - m->base, span = write ? m->write_span : m->read_span;
    bool code = write && offset + size > m->code_low && offset < m->code_low + m->code_span;
    bool fence = offset + size > m->fence_low && offset < m->fence_low + m->fence_span;
    return offset < span && size <= span - offset && !code && !fence ? m->host + offset : NULL;
}
struct memory *armv7m_find(struct armv7m *core, uint32_t address);
/* One access of an instruction, any alignment the rules allow; adds wait states to the
 * cycle counter. false: a fault was raised, leave. */
bool armv7m_load(struct armv7m *core, uint32_t address, unsigned size, uint32_t *value);
bool armv7m_store(struct armv7m *core, uint32_t address, unsigned size, uint32_t value);
/* The same, aligned, without raising: for stacking and vectors. */
bool armv7m_bus_read(struct armv7m *core, uint32_t address, unsigned size, uint32_t *value);
bool armv7m_bus_write(struct armv7m *core, uint32_t address, unsigned size, uint32_t value);
void armv7m_spans(struct armv7m *core); /* recompute the fast path's reach */
void armv7m_forget(struct memory *m, uint32_t offset, uint32_t size); /* what was decoded */
void armv7m_forget_all(struct armv7m *core);
void armv7m_bury(struct armv7m *core, struct memory *m); /* after unmapping */
void armv7m_lift(struct armv7m *core);                   /* the fence: it was reached */
/* Wait states of fetching octets at `address`, at `cycle`, from a region with lines. */
static inline unsigned armv7m_fetch(struct armv7m *core, const struct memory *code,
                                    uint32_t address, uint64_t cycle) {
    uint32_t line = address & code->line_mask;
    if (line == core->line)
        return 0;
    core->line = line;
    unsigned waits =
        armv7m_lines_fetch(code->lines, (line - code->base) >> code->lines->shift, cycle);
    return waits ? waits + core->config.fetch_latency : 0;
}

/* --- exceptions.c, nvic.c -------------------------------------------------------- */

enum {
    EXC_NMI = 2,
    EXC_HARD,
    EXC_MEM,
    EXC_BUS,
    EXC_USAGE,
    EXC_SVC = 11,
    EXC_DEBUG,
    EXC_PENDSV = 14,
    EXC_SYSTICK,
    EXC_IRQ
};
/* CFSR bits, as in the manual. */
enum {
    CFSR_IACCVIOL = 1,
    CFSR_MSTKERR = 1 << 4,
    CFSR_IBUSERR = 1 << 8,
    CFSR_PRECISERR = 1 << 9,
    CFSR_UNSTKERR = 1 << 11,
    CFSR_STKERR = 1 << 12,
    CFSR_LSPERR = 1 << 13,
    CFSR_BFARVALID = 1 << 15,
    CFSR_UNDEFINSTR = 1 << 16,
    CFSR_INVSTATE = 1 << 17,
    CFSR_INVPC = 1 << 18,
    CFSR_NOCP = 1 << 19,
    CFSR_UNALIGNED = 1 << 24,
    CFSR_DIVBYZERO = 1 << 25
};
enum {
    CCR_NONBASETHRDENA = 1,
    CCR_USERSETMPEND = 2,
    CCR_UNALIGN_TRP = 8,
    CCR_DIV_0_TRP = 16,
    CCR_STKALIGN = 512
};
enum { SCR_SLEEPONEXIT = 2, SCR_SLEEPDEEP = 4, SCR_SEVONPEND = 16 };
enum { HFSR_VECTTBL = 1 << 1, HFSR_FORCED = 1 << 30 };

#define FPCCR_ASPEN (1u << 31)
#define FPCCR_LSPEN (1u << 30)
#define FPSCR_MASK  0xF7C0009Fu /* NZCV, AHP, DN, FZ, RMode, IDC and the cumulative flags */
enum { SHCSR_MEM = 1 << 16, SHCSR_BUS = 1 << 17, SHCSR_USAGE = 1 << 18 };
enum { DEMCR_TRCENA = 1 << 24 };

/* A synchronous fault of the instruction at core->op: pends the exception of `cfsr` or what
 * it escalates to. Returns FLOW_LEAVE, so that an operation can return it. */
enum flow armv7m_raise(struct armv7m *core, uint32_t cfsr);
enum flow armv7m_raise_at(struct armv7m *core, uint32_t cfsr, uint32_t pc);
void armv7m_begin_tail(struct armv7m *core, unsigned cycles);
void armv7m_pend_sync(struct armv7m *core, unsigned exception);
enum flow armv7m_exception_return(struct armv7m *core, uint32_t value);
/* Goes on with exception entry and return, at most to `until`; true while inside one. */
bool armv7m_phase(struct armv7m *core, uint64_t until);
void armv7m_lockup(struct armv7m *core);
void armv7m_begin_entry(struct armv7m *core);

unsigned armv7m_best(const struct armv7m *core);            /* exception that preempts, or 0 */
unsigned armv7m_highest_pending(const struct armv7m *core); /* or 0 */
int armv7m_priority_of(const struct armv7m *core, unsigned exception); /* whole */
int armv7m_group(const struct armv7m *core, int priority);
void armv7m_update_priority(struct armv7m *core);
void armv7m_pend_exception(struct armv7m *core, unsigned exception, bool on);
void armv7m_activate(struct armv7m *core, unsigned exception, bool on);
bool armv7m_is_active(const struct armv7m *core, unsigned exception);
bool armv7m_is_pending(const struct armv7m *core, unsigned exception);
bool armv7m_wakes(const struct armv7m *core);

/* --- scs.c, systick.c, itm.c, dwt.c: the private peripheral bus ------------------- */

/* address: 0xE0000000..0xE00FFFFF, aligned; false is a BusFault. `debug`: without side
 * effects on read and allowed to anyone. */
bool armv7m_ppb_read(struct armv7m *core, uint32_t address, unsigned size, uint32_t *value,
                     bool debug);
bool armv7m_ppb_write(struct armv7m *core, uint32_t address, unsigned size, uint32_t value,
                      bool debug);
bool armv7m_nvic_read(struct armv7m *core, uint32_t offset, uint32_t *value);
bool armv7m_nvic_write(struct armv7m *core, uint32_t offset, uint32_t value, uint32_t mask);
uint32_t armv7m_systick_read(struct armv7m *core, uint32_t offset, bool debug);
void armv7m_systick_write(struct armv7m *core, uint32_t offset, uint32_t value);
void armv7m_systick_expire(struct armv7m *core);
bool armv7m_itm_read(struct armv7m *core, uint32_t offset, uint32_t *value);
bool armv7m_itm_write(struct armv7m *core, uint32_t offset, unsigned size, uint32_t value);
bool armv7m_tpiu_read(struct armv7m *core, uint32_t offset, uint32_t *value);
bool armv7m_tpiu_write(struct armv7m *core, uint32_t offset, uint32_t value);
bool armv7m_dwt_read(struct armv7m *core, uint32_t offset, uint32_t *value);
bool armv7m_dwt_write(struct armv7m *core, uint32_t offset, uint32_t value);
void armv7m_dwt_settle(struct armv7m *core);
bool armv7m_fpb_read(struct armv7m *core, uint32_t offset, uint32_t *value);
bool armv7m_fpb_write(struct armv7m *core, uint32_t offset, uint32_t value);

/* --- fp -------------------------------------------------------------------------- */

void armv7m_fp_update(struct armv7m *core); /* recompute fp_ready */
/* Before every FP instruction: false when it faults. */
bool armv7m_fp_begin(struct armv7m *core);

/* --- the functions of ops.h ------------------------------------------------------- */

#define ARMV7M_SLOW_PROTOTYPE(name) enum flow exec_##name(struct armv7m *core, const struct op *op);
ARMV7M_SLOW_OPS(ARMV7M_SLOW_PROTOTYPE)
#undef ARMV7M_SLOW_PROTOTYPE

#endif
