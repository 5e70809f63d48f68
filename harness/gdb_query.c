/* GDB's questions: what is supported, the target description, the memory map, `monitor`. */
#include "harness/gdb.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* --- registers, in the order of the description ------------------------------------------ */

enum { CORE_REGS = 17, SYSTEM_REGS = 6, D_REGS = 16 };

static const struct gdb_reg fixed[] = {
    {"r0", ARMV7M_R0, 4},           {"r1", ARMV7M_R0 + 1, 4},
    {"r2", ARMV7M_R0 + 2, 4},       {"r3", ARMV7M_R0 + 3, 4},
    {"r4", ARMV7M_R0 + 4, 4},       {"r5", ARMV7M_R0 + 5, 4},
    {"r6", ARMV7M_R0 + 6, 4},       {"r7", ARMV7M_R0 + 7, 4},
    {"r8", ARMV7M_R0 + 8, 4},       {"r9", ARMV7M_R0 + 9, 4},
    {"r10", ARMV7M_R0 + 10, 4},     {"r11", ARMV7M_R0 + 11, 4},
    {"r12", ARMV7M_R0 + 12, 4},     {"sp", ARMV7M_SP, 4},
    {"lr", ARMV7M_LR, 4},           {"pc", ARMV7M_PC, 4},
    {"xpsr", ARMV7M_XPSR, 4},       {"msp", ARMV7M_MSP, 4},
    {"psp", ARMV7M_PSP, 4},         {"primask", ARMV7M_PRIMASK, 4},
    {"basepri", ARMV7M_BASEPRI, 4}, {"faultmask", ARMV7M_FAULTMASK, 4},
    {"control", ARMV7M_CONTROL, 4},
};

unsigned gdb_n_regs(const struct gdb *gdb) {
    return CORE_REGS + SYSTEM_REGS + (gdb->target->fpu ? D_REGS + 1 : 0);
}

struct gdb_reg gdb_reg(unsigned n) {
    static const char *const d_names[D_REGS] = {"d0",  "d1",  "d2",  "d3", "d4",  "d5",
                                                "d6",  "d7",  "d8",  "d9", "d10", "d11",
                                                "d12", "d13", "d14", "d15"};
    if (n < LENGTH(fixed))
        return fixed[n];
    n -= LENGTH(fixed);
    if (n < D_REGS)
        return (struct gdb_reg){d_names[n], (enum armv7m_reg)(ARMV7M_S0 + 2 * n), 8};
    return (struct gdb_reg){"fpscr", ARMV7M_FPSCR, 4};
}

/* --- documents ---------------------------------------------------------------------------- */

struct text {
    char *out;
    size_t size, used;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...);

static void add(struct text *text, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text->out + text->used, text->size - text->used, format, args);
    va_end(args);
    if (n > 0 && (size_t)n < text->size - text->used)
        text->used += (size_t)n;
}

static const char *type_of(const struct gdb_reg *reg) {
    if (reg->octets == 8)
        return "ieee_double";
    if (strcmp(reg->name, "pc") == 0)
        return "code_ptr";
    return strstr("sp msp psp", reg->name) ? "data_ptr" : "int";
}

static void add_regs(struct text *text, const char *feature, unsigned from, unsigned n) {
    add(text, "<feature name=\"org.gnu.gdb.arm.%s\">", feature);
    for (unsigned i = from; i < from + n; i++) {
        struct gdb_reg reg = gdb_reg(i);
        add(text, "<reg name=\"%s\" bitsize=\"%u\" regnum=\"%u\" type=\"%s\"/>", reg.name,
            reg.octets * 8, i, type_of(&reg));
    }
    add(text, "</feature>");
}

static void describe_target(const struct gdb *gdb, char *out, size_t size) {
    struct text text = {out, size, 0};
    add(&text, "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">"
               "<target version=\"1.0\"><architecture>arm</architecture>");
    add_regs(&text, "m-profile", 0, CORE_REGS);
    add_regs(&text, "m-system", CORE_REGS, SYSTEM_REGS);
    if (gdb->target->fpu)
        add_regs(&text, "vfp", CORE_REGS + SYSTEM_REGS, D_REGS + 1);
    add(&text, "</target>");
}

static void add_memory(struct text *text, const char *type, uint32_t start, uint32_t length) {
    add(text, "<memory type=\"%s\" start=\"0x%x\" length=\"0x%x\"", type, (unsigned)start,
        (unsigned)length);
    if (strcmp(type, "flash") == 0) /* any block size does: erasing costs nothing here */
        add(text, "><property name=\"blocksize\">0x400</property></memory>");
    else
        add(text, "/>");
}

/* GDB touches only what the map names, so the registers are in it, as "ram". */
static void describe_memory(const struct gdb *gdb, char *out, size_t size) {
    struct text text = {out, size, 0};
    add(&text, "<?xml version=\"1.0\"?><!DOCTYPE memory-map PUBLIC \"+//IDN gnu.org//DTD GDB "
               "Memory Map V1.0//EN\" \"http://sourceware.org/gdb/gdb-memory-map.dtd\">"
               "<memory-map>");
    for (const struct stm32_memory *m = gdb->target->memories; m->name; m++) {
        bool flash = m->kind == STM32_FLASH, ram = m->kind == STM32_SRAM || m->kind == STM32_CCM;
        if (flash && m->base != 0) /* its alias at 0 */
            add_memory(&text, "rom", 0, m->size);
        add_memory(&text, flash ? "flash" : ram ? "ram" : "rom", m->base, m->size);
    }
    add_memory(&text, "ram", 0x22000000, 0x02000000); /* bit-band aliases of the SRAM */
    add_memory(&text, "ram", 0x40000000, 0x20000000); /* peripherals and their aliases */
    add_memory(&text, "ram", 0xe0000000, 0x00100000); /* private peripheral bus */
    add(&text, "</memory-map>");
}

/* --- questions ------------------------------------------------------------------------------ */

static const char *after(const char *packet, const char *start) {
    size_t n = strlen(start);
    return strncmp(packet, start, n) == 0 ? packet + n : NULL;
}

/* "ANNEX:OFFSET,LENGTH" of qXfer; `range` points at OFFSET. */
static void transfer(struct gdb *gdb, const char *range,
                     void (*describe)(const struct gdb *, char *, size_t)) {
    char document[6144];
    unsigned offset, length;
    if (sscanf(range, "%8x,%8x", &offset, &length) != 2) {
        gdb_put(gdb, "E01");
        return;
    }
    describe(gdb, document, sizeof document);
    gdb_put_part(gdb, document, offset, length);
}

static bool decode_hex(const char *hex, char *out, size_t size) {
    size_t n = 0;
    unsigned octet;
    for (; hex[0] && hex[1]; hex += 2) {
        if (n + 1 == size || strspn(hex, "0123456789abcdefABCDEF") < 2 ||
            sscanf(hex, "%2x", &octet) != 1)
            return false;
        out[n++] = (char)octet;
    }
    out[n] = 0;
    return !hex[0];
}

static void put_text(struct gdb *gdb, const char *text) {
    for (; *text; text++)
        gdb_put_hex(gdb, (unsigned char)*text, 1);
}

/* `monitor COMMAND`. "reset halt" and "reset init" are what scripts for probes say. */
static void monitor(struct gdb *gdb, const char *hex) {
    char command[64];
    if (!decode_hex(hex, command, sizeof command)) {
        gdb_put(gdb, "E01");
    } else if (strcmp(command, "reset") == 0 || strcmp(command, "reset halt") == 0 ||
               strcmp(command, "reset init") == 0) {
        gdb->target->reset(gdb->user);
        put_text(gdb, "reset, halted\n");
    } else if (strcmp(command, "halt") == 0) {
        put_text(gdb, "halted\n"); /* GDB cannot ask while it runs */
    } else {
        put_text(gdb, "known: reset, halt\n");
    }
}

static bool query_threads(struct gdb *gdb, const char *packet) {
    if (strcmp(packet, "qC") == 0)
        gdb_put(gdb, "QC1");
    else if (strcmp(packet, "qfThreadInfo") == 0)
        gdb_put(gdb, "m1");
    else if (strcmp(packet, "qsThreadInfo") == 0)
        gdb_put(gdb, "l");
    else
        return false;
    return true;
}

bool gdb_query(struct gdb *gdb, const char *packet) {
    const char *rest;
    if (after(packet, "qSupported"))
        gdb_put(gdb, "PacketSize=4000;qXfer:features:read+;qXfer:memory-map:read+;"
                     "QStartNoAckMode+;vContSupported+");
    else if ((rest = after(packet, "qXfer:features:read:target.xml:")))
        transfer(gdb, rest, describe_target);
    else if ((rest = after(packet, "qXfer:memory-map:read::")))
        transfer(gdb, rest, describe_memory);
    else if ((rest = after(packet, "qRcmd,")))
        monitor(gdb, rest);
    else if (strcmp(packet, "qAttached") == 0)
        gdb_put(gdb, "1");
    else if (after(packet, "qSymbol:"))
        gdb_put(gdb, "OK");
    else if (strcmp(packet, "QStartNoAckMode") == 0) {
        gdb->no_ack = true;
        gdb_put(gdb, "OK");
    } else
        return query_threads(gdb, packet);
    return true;
}
