/* Any octets from a GDB: a target of 4 kB must not be left, and every reply is a packet. */
#include "harness/gdb.h"
#include "tests/fuzz/fuzz.h"

static uint8_t ram[4096];
static uint32_t regs[ARMV7M_REGS];

static uint32_t get(void *user, enum armv7m_reg reg) {
    (void)user;
    fuzz_expect(reg < ARMV7M_REGS);
    return regs[reg];
}

static void set(void *user, enum armv7m_reg reg, uint32_t value) {
    (void)user;
    fuzz_expect(reg < ARMV7M_REGS);
    regs[reg] = value;
}

static bool peek(void *user, uint32_t address, unsigned size, uint32_t *value) {
    (void)user;
    fuzz_expect((size == 1 || size == 2 || size == 4) && address % size == 0);
    *value = address < sizeof ram ? ram[address] : 0;
    return address < sizeof ram;
}

static bool poke(void *user, uint32_t address, unsigned size, uint32_t value) {
    (void)user;
    fuzz_expect((size == 1 || size == 2 || size == 4) && address % size == 0);
    if (address >= sizeof ram)
        return false;
    ram[address] = (uint8_t)value;
    return true;
}

static bool set_break(void *user, uint32_t address, bool on) {
    (void)user;
    (void)on;
    return address % 2 == 0;
}

static bool watch(void *user, const struct armv7m_watch *watched, bool on) {
    (void)user;
    (void)on;
    return watched->size > 0;
}

static void reset(void *user) {
    (void)user;
}

static void send_octets(void *user, const char *octets, size_t n) {
    (void)user;
    fuzz_expect(octets && n <= GDB_PACKET);
}

static const struct stm32_memory memories[] = {{"flash", STM32_FLASH, 0, sizeof ram},
                                               {.name = NULL}};
static const struct gdb_target target = {get,   set,   peek,     poke, set_break,
                                         watch, reset, memories, true};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct gdb gdb;
    gdb_begin(&gdb, &target, NULL, send_octets);
    for (size_t i = 0; i < size; i++) {
        gdb_receive(&gdb, (const char *)data + i, 1);
        if (gdb.state != GDB_HALTED && gdb.state != GDB_KILLED)
            gdb_stopped(&gdb, GDB_STOP_STEP, NULL);
    }
    gdb_forget(&gdb);
    fuzz_expect(gdb.n_breaks == 0 && gdb.n_watches == 0);
    return 0;
}
