/* The remote protocol against a target made of two arrays. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/gdb.h"

struct fake {
    struct gdb gdb;
    uint32_t regs[ARMV7M_REGS];
    uint8_t ram[64]; /* at 0x20000000 */
    unsigned resets, breaks, watches;
    char sent[40000];
    size_t n_sent;
};

static uint32_t fake_get(void *user, enum armv7m_reg reg) {
    return ((struct fake *)user)->regs[reg];
}

static void fake_set(void *user, enum armv7m_reg reg, uint32_t value) {
    ((struct fake *)user)->regs[reg] = value;
}

static uint8_t *at(struct fake *fake, uint32_t address, unsigned size) {
    uint32_t offset = address - 0x20000000;
    return offset < sizeof fake->ram && size <= sizeof fake->ram - offset ? fake->ram + offset
                                                                          : NULL;
}

static bool fake_read(void *user, uint32_t address, unsigned size, uint32_t *value) {
    const uint8_t *from = at(user, address, size);
    *value = 0;
    for (unsigned i = 0; from && i < size; i++)
        *value |= (uint32_t)from[i] << 8 * i;
    return from != NULL;
}

static bool fake_write(void *user, uint32_t address, unsigned size, uint32_t value) {
    uint8_t *to = at(user, address, size);
    for (unsigned i = 0; to && i < size; i++)
        to[i] = (uint8_t)(value >> 8 * i);
    return to != NULL;
}

static bool fake_break(void *user, uint32_t address, bool on) {
    struct fake *fake = user;
    (void)address;
    fake->breaks += on ? 1 : UINT32_MAX;
    return true;
}

static bool fake_watch(void *user, const struct armv7m_watch *watch, bool on) {
    struct fake *fake = user;
    (void)watch;
    fake->watches += on ? 1 : UINT32_MAX;
    return true;
}

static void fake_reset(void *user) {
    ((struct fake *)user)->resets++;
}

static void fake_send(void *user, const char *octets, size_t n) {
    struct fake *fake = user;
    cr_assert_leq(fake->n_sent + n, sizeof fake->sent - 1);
    memcpy(fake->sent + fake->n_sent, octets, n);
    fake->n_sent += n;
    fake->sent[fake->n_sent] = 0;
}

static const struct stm32_memory memories[] = {
    {"flash", STM32_FLASH, 0x20000000, 32}, {"sram", STM32_SRAM, 0x20000020, 32}, {.name = NULL}};

static const struct gdb_target target = {.get = fake_get,
                                         .set = fake_set,
                                         .read = fake_read,
                                         .write = fake_write,
                                         .set_break = fake_break,
                                         .watch = fake_watch,
                                         .reset = fake_reset,
                                         .memories = memories,
                                         .fpu = true};

static struct fake *make_fake(void) {
    struct fake *fake = calloc(1, sizeof *fake);
    cr_assert_not_null(fake);
    gdb_begin(&fake->gdb, &target, fake, fake_send);
    fake->gdb.no_ack = true;
    for (unsigned i = 0; i < ARMV7M_REGS; i++)
        fake->regs[i] = 0x01020300 + i;
    for (unsigned i = 0; i < sizeof fake->ram; i++)
        fake->ram[i] = (uint8_t)i;
    return fake;
}

static unsigned sum_of(const char *octets, size_t n) {
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (uint8_t)octets[i];
    return sum & 0xff;
}

static void send_packet(struct fake *fake, const char *content, size_t n) {
    char tail[4];
    snprintf(tail, sizeof tail, "#%02x", sum_of(content, n));
    fake->n_sent = 0;
    fake->sent[0] = 0;
    gdb_receive(&fake->gdb, "$", 1);
    gdb_receive(&fake->gdb, content, n);
    gdb_receive(&fake->gdb, tail, 3);
}

/* The reply's content, its frame checked; "" when there is none. */
static const char *ask(struct fake *fake, const char *content) {
    static char reply[40000];
    send_packet(fake, content, strlen(content));
    if (!fake->n_sent)
        return "(none)";
    cr_assert_geq(fake->n_sent, 4);
    size_t n = fake->n_sent - 4;
    memcpy(reply, fake->sent + 1, n);
    reply[n] = 0;
    cr_expect_eq(fake->sent[0], '$');
    cr_expect_eq(strtoul(fake->sent + n + 2, NULL, 16), sum_of(reply, n));
    return reply;
}

struct exchange {
    const char *packet, *reply;
};

static const struct exchange exchanges[] = {
    {"?", "T05thread:1;"},
    {"qAttached", "1"},
    {"qC", "QC1"},
    {"qfThreadInfo", "m1"},
    {"qsThreadInfo", "l"},
    {"Hg0", "OK"},
    {"qUnknown", ""},
    {"Jx", ""},
    {"vMustReplyEmpty", ""},
    {"vCont?", "vCont;c;C;s;S"},
    {"p0", "00030201"},
    {"pf", "0f030201"},
    {"p10", "10030201"},         /* xpsr */
    {"p17", "2003020121030201"}, /* d0: s0, s1 */
    {"p27", "17030201"},         /* fpscr */
    {"p28", "E01"},
    {"p", "E01"},
    {"P0=78563412", "OK"},
    {"p0", "78563412"},
    {"P0=7856", "E01"},
    {"P99=00000000", "E01"},
    {"m20000000,4", "00010203"},
    {"m20000001,2", "0102"},
    {"m2000003e,4", "3e3f"}, /* what there is */
    {"m20000040,4", "E0e"},
    {"m20000000", "E01"},
    {"m2000000012,4", "E01"},
    {"M20000020,3:aabbcc", "OK"},
    {"m20000020,4", "aabbcc23"},
    {"M20000020,3:aabb", "E01"},
    {"M20000020,1:aabb", "E01"},
    {"M20000040,1:aa", "E0e"},
    {"X20000020,0:", "OK"},
    {"vFlashErase:20000000,20", "OK"},
    {"m20000000,2", "ffff"},
    {"vFlashErase:20000000,21", "E01"},
    {"vFlashWrite:20000000:AB", "OK"},
    {"m20000000,2", "4142"},
    {"vFlashDone", "OK"},
    {"Z1,20000001,2", "OK"},
    {"Z0,20000000,2", "OK"},
    {"z0,20000000,2", "OK"},
    {"Z2,20000020,4", "OK"},
    {"Z9,0,0", ""},
    {"Z0", "E01"},
    {"qXfer:features:read:target.xml:0", "E01"},
    {"qRcmd,6e6f7065", "6b6e6f776e3a2072657365742c2068616c740a"},
    {"qRcmd,6", "E01"},
};

Test(gdb, exchanges) {
    struct fake *fake = make_fake();
    for (size_t i = 0; i < sizeof exchanges / sizeof exchanges[0]; i++) {
        const char *reply = ask(fake, exchanges[i].packet);
        cr_expect_str_eq(reply, exchanges[i].reply, "%s: %s", exchanges[i].packet, reply);
    }
    cr_expect_eq(fake->breaks, 0, "one address inserted twice, removed once");
    cr_expect_eq(fake->watches, 1);
    gdb_forget(&fake->gdb);
    cr_expect_eq(fake->watches, 0);
    free(fake);
}

Test(gdb, all_registers) {
    struct fake *fake = make_fake();
    const char *reply = ask(fake, "g");
    cr_expect_eq(strlen(reply), 23 * 8 + 16 * 16 + 8);
    cr_expect_eq(strncmp(reply, "0003020101030201", 16), 0);
    char whole[1024];
    snprintf(whole, sizeof whole, "G%s", reply);
    fake->regs[5] = 0;
    cr_expect_str_eq(ask(fake, whole), "OK");
    cr_expect_eq(fake->regs[5], 0x01020305);
    cr_expect_str_eq(ask(fake, "G00"), "E01");
    free(fake);
}

/* The description in parts is the description as a whole, and names each register once. */
Test(gdb, description) {
    struct fake *fake = make_fake();
    char document[8192] = "", packet[64];
    for (size_t offset = 0; offset < sizeof document;) {
        snprintf(packet, sizeof packet, "qXfer:features:read:target.xml:%zx,100", offset);
        const char *part = ask(fake, packet);
        cr_assert(part[0] == 'm' || part[0] == 'l', "%s", part);
        strcat(document, part + 1);
        offset += strlen(part + 1);
        if (part[0] == 'l')
            break;
    }
    cr_expect_not_null(strstr(document, "</target>"));
    cr_expect_not_null(strstr(document, "org.gnu.gdb.arm.m-profile"));
    cr_expect_not_null(strstr(document, "name=\"d15\" bitsize=\"64\" regnum=\"38\""));
    cr_expect_not_null(strstr(document, "name=\"xpsr\" bitsize=\"32\" regnum=\"16\""));
    free(fake);
}

Test(gdb, memory_map) {
    struct fake *fake = make_fake();
    const char *map = ask(fake, "qXfer:memory-map:read::0,1fff");
    cr_expect_eq(map[0], 'l');
    cr_expect_not_null(strstr(map, "type=\"flash\" start=\"0x20000000\" length=\"0x20\""));
    cr_expect_not_null(strstr(map, "type=\"ram\" start=\"0x20000020\""));
    free(fake);
}

Test(gdb, running) {
    struct fake *fake = make_fake();
    cr_expect_str_eq(ask(fake, "vCont;c"), "(none)", "no reply before it stops");
    cr_expect_eq(fake->gdb.state, GDB_RUNNING);
    gdb_receive(&fake->gdb, "\3", 1);
    cr_expect(fake->gdb.interrupt);
    gdb_stopped(&fake->gdb, GDB_STOP_INTERRUPT, NULL);
    cr_expect_eq(fake->gdb.state, GDB_HALTED);
    cr_expect_not(fake->gdb.interrupt);
    cr_expect_str_eq(fake->sent, "$T02thread:1;#d4", "%s", fake->sent);
    gdb_receive(&fake->gdb, "\3", 1);
    cr_expect_not(fake->gdb.interrupt, "a halted target cannot be interrupted");
    ask(fake, "vCont;s:1;c");
    cr_expect_eq(fake->gdb.state, GDB_STEPPING);
    ask(fake, "c20000000");
    cr_expect_eq(fake->gdb.state, GDB_RUNNING);
    cr_expect_eq(fake->regs[ARMV7M_PC], 0x20000000);
    free(fake);
}

Test(gdb, watchpoint) {
    struct fake *fake = make_fake();
    const struct armv7m_watch_hit hit = {0x20000022, 0x100, 1, true};
    ask(fake, "Z4,20000020,4");
    fake->n_sent = 0;
    gdb_stopped(&fake->gdb, GDB_STOP_WATCH, &hit);
    cr_expect_eq(strncmp(fake->sent, "$T05thread:1;awatch:20000022;#", 30), 0, "%s", fake->sent);
    free(fake);
}

Test(gdb, ends) {
    struct fake *fake = make_fake();
    cr_expect_str_eq(ask(fake, "D"), "OK");
    cr_expect_eq(fake->gdb.state, GDB_DETACHED);
    fake->gdb.state = GDB_HALTED;
    ask(fake, "k");
    cr_expect_eq(fake->gdb.state, GDB_KILLED);
    fake->n_sent = 0;
    gdb_exited(&fake->gdb, 7);
    cr_expect_eq(strncmp(fake->sent, "$W07#", 5), 0);
    free(fake);
}

Test(gdb, monitor_reset) {
    struct fake *fake = make_fake();
    ask(fake, "qRcmd,7265736574");
    cr_expect_eq(fake->resets, 1);
    free(fake);
}

Test(gdb, acknowledgement) {
    struct fake *fake = make_fake();
    fake->gdb.no_ack = false;
    gdb_receive(&fake->gdb, "+$qC#b4", 7);
    cr_expect_str_eq(fake->sent, "+$QC1#c5");
    fake->n_sent = 0;
    gdb_receive(&fake->gdb, "$qC#b5", 6);
    cr_expect_str_eq(fake->sent, "-", "a wrong checksum");
    free(fake);
}

Test(gdb, escapes) {
    struct fake *fake = make_fake();
    static const char packet[] = "X20000020,4:\0}\3}]z"; /* NUL, '#', '}', 'z' */
    send_packet(fake, packet, sizeof packet - 1);
    cr_expect_eq(strncmp(fake->sent, "$OK#", 4), 0, "%s", fake->sent);
    cr_expect_arr_eq(fake->ram + 0x20, "\0#}z", 4);
    free(fake);
}

Test(gdb, too_long) {
    struct fake *fake = make_fake();
    char *packet = malloc(GDB_PACKET + 100);
    memset(packet, 'a', GDB_PACKET + 100);
    send_packet(fake, packet, GDB_PACKET + 100);
    cr_expect_eq(fake->n_sent, 0, "not served");
    cr_expect_str_eq(ask(fake, "qC"), "QC1", "and the next packet is");
    free(packet);
    free(fake);
}
