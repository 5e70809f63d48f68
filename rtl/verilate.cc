// A Verilated board as `rtl_interface`. Compiled once for each top, whose class is Vboard.
#include <Vboard.h>
#include <verilated.h>

#if defined RTL_TRACE_VCD
#include <verilated_vcd_c.h>
#define RTL_TRACER VerilatedVcdC
#elif defined RTL_TRACE_FST
#include <verilated_fst_c.h>
#define RTL_TRACER VerilatedFstC
#endif

#include <algorithm>
#include <memory>
#include <new>

#include "rtl/verilate.h"

namespace {
constexpr int words = sizeof(Vboard::probe) / 4;
constexpr uint32_t most_at_once = 1u << 16; // steps at one time: a loop of no delay
} // namespace

struct rtl_model {
    VerilatedContext context;
    std::unique_ptr<Vboard> top;
    uint32_t seen[words] = {};
    uint32_t watched[words] = {};
    uint64_t steps = 0;
    uint32_t at_once = 0;
    bool stuck = false;
#ifdef RTL_TRACER
    RTL_TRACER tracer;
    int64_t from = 0, to = 0, origin = 0; // ps
    int64_t shown = -1;                   // the last time in a file, ps
    bool changed = false;                 // since it was shown
#endif
};

namespace {

#ifdef RTL_TRACER

// Verilator warns of a time that it has seen.
void show(rtl_model *m, int64_t ps) {
    if (ps <= m->shown)
        return;
    m->tracer.dump(static_cast<uint64_t>(ps - m->origin));
    m->shown = ps;
    m->changed = false;
}

// What stands since `now` is shown when it is known to have stood for a time. The end is a time
// in the file, whether something changed there or not.
void leave_for(rtl_model *m, int64_t ps) {
    int64_t since = std::max(static_cast<int64_t>(m->top->now) * RTL_TICK_PS, m->from);
    if (!m->tracer.isOpen() || since >= ps || since > m->to)
        return;
    if (m->changed)
        show(m, since);
    if (ps > m->to)
        show(m, m->to);
}

void leave(rtl_model *m, int64_t time) {
    leave_for(m, time * RTL_TICK_PS);
}

void note_change(rtl_model *m) {
    m->changed = true;
}

bool trace_open(rtl_model *m, const char *path, int64_t from, int64_t origin) {
    m->from = from;
    m->to = INT64_MAX;
    m->origin = origin;
    m->changed = true;
    m->tracer.open(path);
    return m->tracer.isOpen();
}

void trace_until(rtl_model *m, int64_t to) {
    m->to = to;
}

void trace_close(rtl_model *m, int64_t time) {
    m->to = std::min(m->to, time);
    leave_for(m, time + 1);
    m->tracer.close();
}

void trace_prepare(rtl_model *m) {
    m->top->trace(&m->tracer, 99);
    m->tracer.set_time_unit("1ps");
    m->tracer.set_time_resolution("1ps");
}

#else

constexpr auto trace_open = nullptr, trace_until = nullptr, trace_close = nullptr;

void leave(rtl_model *, int64_t) {
}
void note_change(rtl_model *) {
}
void trace_prepare(rtl_model *) {
}

#endif

void record(rtl_model *m, int64_t time, rtl_edges *out) {
    for (int word = 0; word < words; word++) {
        uint32_t changed = m->top->probe[word] ^ m->seen[word];
        if (!changed)
            continue;
        m->seen[word] = m->top->probe[word];
        note_change(m);
        for (changed &= m->watched[word]; changed; changed &= changed - 1) {
            int bit = __builtin_ctz(changed);
            if (out->n == out->capacity) {
                out->overflow = true;
                return;
            }
            uint8_t level = m->seen[word] >> bit & 1;
            out->edges[out->n++] = {time * RTL_TICK_PS, static_cast<uint16_t>(32 * word + bit),
                                    level};
        }
    }
}

void step(rtl_model *m, int64_t time, rtl_edges *out) {
    m->at_once = time == m->top->now ? m->at_once + 1 : 0;
    if (m->at_once > most_at_once)
        m->stuck = true;
    m->steps++;
    leave(m, time);
    m->top->now = time;
    m->top->clk = 1;
    m->top->eval();
    m->top->clk = 0;
    m->top->eval();
    record(m, time, out);
}

int64_t ticks(int64_t ps) {
    return (ps + RTL_TICK_PS / 2) / RTL_TICK_PS;
}

bool run_until(rtl_model *m, int64_t ps, rtl_edges *out) {
    int64_t time = ticks(ps);
    while (static_cast<int64_t>(m->top->due) < time && !m->stuck) {
        if (out->n + 2 * 32 * words > out->capacity)
            return false;
        step(m, m->top->due, out);
    }
    return true;
}

// What is due at `time` itself, so that what changes there is seen from `time` on.
void arrive(rtl_model *m, int64_t time, rtl_edges *out) {
    if (!m->stuck)
        step(m, ticks(time), out);
}

void set_line(rtl_model *m, int64_t time, int line, rtl_edges *out) {
    arrive(m, time, out);
    m->top->line = line;
    note_change(m);
    arrive(m, time, out);
}

void set_mcu(rtl_model *m, int64_t time, unsigned bit, int level, rtl_edges *out) {
    arrive(m, time, out);
    m->top->mcu = (m->top->mcu & ~(1u << bit)) | (level ? 1u : 0u) << bit;
    arrive(m, time, out);
}

rtl_model *create(int64_t scale_ppm, int idle, uint64_t seed) {
    auto *m = new (std::nothrow) rtl_model;
    if (!m)
        return nullptr;
    m->context.traceEverOn(true);
    m->top = std::make_unique<Vboard>(&m->context, "");
    trace_prepare(m);
    m->top->scale_ppm = scale_ppm;
    m->top->idle = idle;
    m->top->seed = seed;
    m->top->line = 2;
    m->top->mcu = 0;
    m->top->configure = 0;
    m->top->clk = 0;
    m->top->eval();
    m->top->configure = 1;
    m->top->eval();
    return m;
}

void destroy(rtl_model *m) {
    if (m)
        m->top->final();
    delete m;
}

void watch(rtl_model *m, unsigned bit, bool on) {
    uint32_t mask = 1u << bit % 32;
    m->watched[bit / 32] = on ? m->watched[bit / 32] | mask : m->watched[bit / 32] & ~mask;
}

int64_t next(const rtl_model *m) {
    int64_t due = m->top->due;
    return m->stuck || due > INT64_MAX / RTL_TICK_PS ? INT64_MAX : due * RTL_TICK_PS;
}

int level(const rtl_model *m, unsigned bit) {
    return m->top->probe[bit / 32] >> bit % 32 & 1;
}

uint32_t count(const rtl_model *m, unsigned word) {
    return m->top->counts[word];
}

uint32_t doubts(const rtl_model *m) {
    return m->top->doubts;
}

uint64_t steps(const rtl_model *m) {
    return m->steps;
}

bool stuck(const rtl_model *m) {
    return m->stuck;
}

} // namespace

double sc_time_stamp() {
    return 0;
} // what older Verilators ask for

// The name rtl/compile.sh read from the top.
#define RTL_TEXT(name)   #name
#define RTL_STRING(name) RTL_TEXT(name)
extern "C" const char rtl_design[];
const char rtl_design[] = RTL_STRING(RTL_DESIGN);

extern "C" const rtl_interface rtl_interface = {
    RTL_VERSION, create, destroy, watch, run_until,  set_line,    set_mcu,     next,
    level,       count,  doubts,  steps, trace_open, trace_until, trace_close, stuck,
};
