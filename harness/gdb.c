#include "harness/gdb.h"

#include <string.h>

#include "sim/err.h"

#define SIGINT_NUMBER  "02" /* GDB's own numbers (gdb/signals.def), not the host's */
#define SIGTRAP_NUMBER "05"
#define SIGABRT_NUMBER "06"
#define SIGSEGV_NUMBER "0b"
#define BAD_ARGUMENT   "E01"
#define NO_MEMORY      "E0e"

static char hex_digit(unsigned value) {
    return "0123456789abcdef"[value & 15];
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* --- replies ---------------------------------------------------------------------------- */

static void put_octet(struct gdb *gdb, char c) {
    if (gdb->reply_length < GDB_PACKET)
        gdb->reply[gdb->reply_length++] = c;
}

void gdb_put(struct gdb *gdb, const char *text) {
    while (*text)
        put_octet(gdb, *text++);
}

void gdb_put_hex(struct gdb *gdb, uint64_t value, unsigned octets) {
    for (unsigned i = 0; i < octets; i++) {
        put_octet(gdb, hex_digit((unsigned)(value >> (8 * i + 4))));
        put_octet(gdb, hex_digit((unsigned)(value >> (8 * i))));
    }
}

void gdb_put_part(struct gdb *gdb, const char *whole, uint32_t offset, uint32_t length) {
    size_t size = strlen(whole), left = offset < size ? size - offset : 0;
    if (length > GDB_PACKET / 2)
        length = GDB_PACKET / 2;
    put_octet(gdb, left > length ? 'm' : 'l');
    for (size_t i = 0; i < left && i < length; i++)
        put_octet(gdb, whole[offset + i]);
}

/* Sends gdb->reply as a packet. The texts made here hold none of $ # } *, which would have to
 * be escaped. */
static void send_reply(struct gdb *gdb) {
    char tail[3] = {'#'};
    uint8_t sum = 0;
    for (size_t i = 0; i < gdb->reply_length; i++)
        sum = (uint8_t)(sum + (uint8_t)gdb->reply[i]);
    tail[1] = hex_digit(sum >> 4);
    tail[2] = hex_digit(sum);
    gdb->send(gdb->user, "$", 1);
    gdb->send(gdb->user, gdb->reply, gdb->reply_length);
    gdb->send(gdb->user, tail, 3);
    gdb->reply_length = 0;
}

static void put_stop(struct gdb *gdb) {
    static const char *const signals[] = {
        [GDB_STOP_STEP] = SIGTRAP_NUMBER,  [GDB_STOP_BREAK] = SIGTRAP_NUMBER,
        [GDB_STOP_WATCH] = SIGTRAP_NUMBER, [GDB_STOP_INTERRUPT] = SIGINT_NUMBER,
        [GDB_STOP_FAULT] = SIGSEGV_NUMBER, [GDB_STOP_ABORT] = SIGABRT_NUMBER,
    };
    gdb_put(gdb, "T");
    gdb_put(gdb, signals[gdb->why]);
    gdb_put(gdb, "thread:1;");
    if (gdb->why != GDB_STOP_WATCH)
        return;
    const struct armv7m_watch *watch = gdb->watches;
    for (size_t i = 0; i < gdb->n_watches; i++)
        if (gdb->hit.address - gdb->watches[i].address < gdb->watches[i].size)
            watch = &gdb->watches[i];
    gdb_put(gdb, watch->read && watch->write ? "awatch:" : watch->read ? "rwatch:" : "watch:");
    for (int shift = 28; shift >= 0; shift -= 4)
        put_octet(gdb, hex_digit(gdb->hit.address >> shift));
    gdb_put(gdb, ";");
}

void gdb_stopped(struct gdb *gdb, enum gdb_stop why, const struct armv7m_watch_hit *hit) {
    gdb->state = GDB_HALTED;
    gdb->interrupt = false;
    gdb->why = why;
    if (hit)
        gdb->hit = *hit;
    put_stop(gdb);
    send_reply(gdb);
}

void gdb_exited(struct gdb *gdb, unsigned code) {
    gdb_put(gdb, "W");
    gdb_put_hex(gdb, code, 1);
    send_reply(gdb);
    gdb->state = GDB_KILLED;
}

static void put_console(struct gdb *gdb, const char *text) {
    for (; *text && gdb->reply_length + 2 < GDB_PACKET; text++)
        gdb_put_hex(gdb, (uint8_t)*text, 1);
}

void gdb_print(struct gdb *gdb, const char *text) {
    put_octet(gdb, 'O');
    put_console(gdb, text);
    send_reply(gdb);
}

/* --- arguments -------------------------------------------------------------------------- */

/* A hexadecimal number of at most 32 bits; `*text` moves behind it. */
static bool take_number(const char **text, uint32_t *value) {
    unsigned digits = 0;
    *value = 0;
    for (; hex_value(**text) >= 0; (*text)++, digits++) {
        if (*value >> 28)
            return false;
        *value = *value << 4 | (uint32_t)hex_value(**text);
    }
    return digits > 0;
}

static bool take_char(const char **text, char c) {
    if (**text != c)
        return false;
    (*text)++;
    return true;
}

/* "ADDRESS,LENGTH" */
static bool take_range(const char **text, uint32_t *address, uint32_t *length) {
    return take_number(text, address) && take_char(text, ',') && take_number(text, length);
}

static bool take_octet(const char **text, uint8_t *octet) {
    int high = hex_value((*text)[0]), low = high < 0 ? -1 : hex_value((*text)[1]);
    if (low < 0)
        return false;
    *octet = (uint8_t)(high << 4 | low);
    *text += 2;
    return true;
}

/* A value of `octets` octets, low one first. */
static bool take_value(const char **text, unsigned octets, uint64_t *value) {
    uint8_t octet;
    *value = 0;
    for (unsigned i = 0; i < octets; i++) {
        if (!take_octet(text, &octet))
            return false;
        *value |= (uint64_t)octet << (8 * i);
    }
    return true;
}

/* --- registers -------------------------------------------------------------------------- */

static void put_register(struct gdb *gdb, unsigned n) {
    struct gdb_reg reg = gdb_reg(n);
    gdb_put_hex(gdb, gdb->target->get(gdb->user, reg.reg), 4);
    if (reg.octets == 8)
        gdb_put_hex(gdb, gdb->target->get(gdb->user, (enum armv7m_reg)(reg.reg + 1)), 4);
}

static bool set_register(struct gdb *gdb, unsigned n, const char **text) {
    struct gdb_reg reg = gdb_reg(n);
    uint64_t value;
    if (!take_value(text, reg.octets, &value))
        return false;
    gdb->target->set(gdb->user, reg.reg, (uint32_t)value);
    if (reg.octets == 8)
        gdb->target->set(gdb->user, (enum armv7m_reg)(reg.reg + 1), (uint32_t)(value >> 32));
    return true;
}

static void all_registers(struct gdb *gdb) {
    for (unsigned i = 0; i < gdb_n_regs(gdb); i++)
        put_register(gdb, i);
}

static void set_all_registers(struct gdb *gdb, const char *text) {
    for (unsigned i = 0; i < gdb_n_regs(gdb); i++)
        if (!set_register(gdb, i, &text)) {
            gdb_put(gdb, BAD_ARGUMENT);
            return;
        }
    gdb_put(gdb, "OK");
}

static void one_register(struct gdb *gdb, const char *text) {
    uint32_t n;
    if (take_number(&text, &n) && n < gdb_n_regs(gdb))
        put_register(gdb, n);
    else
        gdb_put(gdb, BAD_ARGUMENT);
}

static void set_one_register(struct gdb *gdb, const char *text) {
    uint32_t n;
    bool good = take_number(&text, &n) && take_char(&text, '=') && n < gdb_n_regs(gdb) &&
                set_register(gdb, n, &text);
    gdb_put(gdb, good ? "OK" : BAD_ARGUMENT);
}

/* --- memory ----------------------------------------------------------------------------- */

/* Peripherals want whole words where they can be had. */
static unsigned step_size(uint32_t address, uint32_t left) {
    if (address % 4 == 0 && left >= 4)
        return 4;
    return address % 2 == 0 && left >= 2 ? 2 : 1;
}

/* What could be read; an error only when nothing could. */
static void read_memory(struct gdb *gdb, const char *text) {
    uint32_t address, length, value;
    if (!take_range(&text, &address, &length)) {
        gdb_put(gdb, BAD_ARGUMENT);
        return;
    }
    if (length > GDB_PACKET / 2)
        length = GDB_PACKET / 2;
    for (unsigned size; length; length -= size, address += size) {
        size = step_size(address, length);
        if (!gdb->target->read(gdb->user, address, size, &value))
            break;
        gdb_put_hex(gdb, value, size);
    }
    if (length && gdb->reply_length == 0)
        gdb_put(gdb, NO_MEMORY);
}

static bool write_octets(struct gdb *gdb, uint32_t address, const uint8_t *octets, uint32_t n) {
    while (n) {
        unsigned size = step_size(address, n);
        uint32_t value = 0;
        for (unsigned i = 0; i < size; i++)
            value |= (uint32_t)octets[i] << (8 * i);
        if (!gdb->target->write(gdb->user, address, size, value))
            return false;
        address += size;
        octets += size;
        n -= size;
    }
    return true;
}

/* M: hexadecimal; the octets are decoded in place, over the digits. */
static void write_memory(struct gdb *gdb, const char *text) {
    uint8_t *octets = (uint8_t *)gdb->content;
    uint32_t address, length, n = 0;
    bool good = take_range(&text, &address, &length) && take_char(&text, ':');
    while (good && n < length && take_octet(&text, &octets[n]))
        n++;
    if (!good || n != length || *text)
        gdb_put(gdb, BAD_ARGUMENT);
    else
        gdb_put(gdb, write_octets(gdb, address, octets, n) ? "OK" : NO_MEMORY);
}

/* X and vFlashWrite: binary to the end of the packet. */
static void write_binary(struct gdb *gdb, uint32_t address, const char *octets) {
    uint32_t n = (uint32_t)(gdb->content + gdb->length - octets);
    bool good = write_octets(gdb, address, (const uint8_t *)octets, n);
    gdb_put(gdb, good ? "OK" : NO_MEMORY);
}

static void write_counted(struct gdb *gdb, const char *text) {
    uint32_t address, length;
    if (take_range(&text, &address, &length) && take_char(&text, ':') &&
        length == (size_t)(gdb->content + gdb->length - text))
        write_binary(gdb, address, text);
    else
        gdb_put(gdb, BAD_ARGUMENT);
}

/* --- flash: GDB's `load` ------------------------------------------------------------------ */

static bool in_flash(const struct gdb *gdb, uint32_t address, uint32_t length) {
    for (const struct stm32_memory *m = gdb->target->memories; m->name; m++)
        if (m->kind == STM32_FLASH && address - m->base < m->size &&
            length <= m->size - (address - m->base))
            return true;
    return false;
}

static void erase_flash(struct gdb *gdb, const char *text) {
    uint32_t address, length;
    if (!take_range(&text, &address, &length) || !in_flash(gdb, address, length)) {
        gdb_put(gdb, BAD_ARGUMENT);
        return;
    }
    for (uint32_t i = 0; i < length; i++)
        gdb->target->write(gdb->user, address + i, 1, 0xff);
    gdb_put(gdb, "OK");
}

static void write_flash(struct gdb *gdb, const char *text) {
    uint32_t address;
    if (take_number(&text, &address) && take_char(&text, ':'))
        write_binary(gdb, address, text);
    else
        gdb_put(gdb, BAD_ARGUMENT);
}

/* --- breakpoints and watchpoints ------------------------------------------------------------ */

static bool insert_break(struct gdb *gdb, uint32_t address) {
    for (size_t i = 0; i < gdb->n_breaks; i++)
        if (gdb->breaks[i] == address)
            return true; /* inserting twice is allowed */
    if (gdb->n_breaks == ARMV7M_MAX_BREAKS || !gdb->target->set_break(gdb->user, address, true))
        return false;
    gdb->breaks[gdb->n_breaks++] = address;
    return true;
}

static bool remove_break(struct gdb *gdb, uint32_t address) {
    for (size_t i = 0; i < gdb->n_breaks; i++)
        if (gdb->breaks[i] == address) {
            gdb->breaks[i] = gdb->breaks[--gdb->n_breaks];
            return gdb->target->set_break(gdb->user, address, false);
        }
    return true;
}

static bool same_watch(const struct armv7m_watch *a, const struct armv7m_watch *b) {
    return a->address == b->address && a->size == b->size && a->read == b->read &&
           a->write == b->write;
}

static bool change_watch(struct gdb *gdb, const struct armv7m_watch *watch, bool on) {
    size_t i = 0;
    while (i < gdb->n_watches && !same_watch(&gdb->watches[i], watch))
        i++;
    if (on == (i < gdb->n_watches))
        return true;
    if (on && gdb->n_watches == ARMV7M_MAX_WATCHES)
        return false;
    if (!gdb->target->watch(gdb->user, watch, on))
        return false;
    if (on)
        gdb->watches[gdb->n_watches++] = *watch;
    else
        gdb->watches[i] = gdb->watches[--gdb->n_watches];
    return true;
}

/* Z and z: "TYPE,ADDRESS,KIND", kind being the length of a watchpoint. */
static void change_point(struct gdb *gdb, const char *text, bool on) {
    uint32_t type, address, kind;
    bool good =
        take_number(&text, &type) && take_char(&text, ',') && take_range(&text, &address, &kind);
    if (good && type > 4)
        return; /* empty reply: not known */
    if (good && type <= 1) {
        address &= ~1u;
        good = on ? insert_break(gdb, address) : remove_break(gdb, address);
    } else if (good) {
        const struct armv7m_watch watch = {address, kind ? kind : 1, type != 2, type != 3};
        good = change_watch(gdb, &watch, on);
    }
    gdb_put(gdb, good ? "OK" : BAD_ARGUMENT);
}

void gdb_forget(struct gdb *gdb) {
    while (gdb->n_breaks)
        remove_break(gdb, gdb->breaks[0]);
    while (gdb->n_watches) {
        const struct armv7m_watch watch = gdb->watches[0];
        if (!change_watch(gdb, &watch, false))
            gdb->watches[0] = gdb->watches[--gdb->n_watches];
    }
}

/* --- packets ------------------------------------------------------------------------------- */

/* c, s, C, S: no reply before the target stops. */
static void resume(struct gdb *gdb, char action, const char *text) {
    uint32_t number;
    if (action == 'C' || action == 'S') { /* a signal, of which there are none here */
        take_number(&text, &number);
        take_char(&text, ';');
    }
    if (take_number(&text, &number))
        gdb->target->set(gdb->user, ARMV7M_PC, number);
    gdb->state = action == 'c' || action == 'C' ? GDB_RUNNING : GDB_STEPPING;
}

/* The first action, since there is one thread. */
static void vcont(struct gdb *gdb, const char *text) {
    char action = text[0] == ';' ? text[1] : 0;
    if (text[0] == '?')
        gdb_put(gdb, "vCont;c;C;s;S");
    else if (action && strchr("cCsS", action))
        resume(gdb, action, "");
    else
        gdb_put(gdb, BAD_ARGUMENT);
}

static const char *after(const char *packet, const char *start) {
    size_t n = strlen(start);
    return strncmp(packet, start, n) == 0 ? packet + n : NULL;
}

static void v_packet(struct gdb *gdb, const char *packet) {
    const char *rest;
    if ((rest = after(packet, "vCont")))
        vcont(gdb, rest);
    else if ((rest = after(packet, "vFlashErase:")))
        erase_flash(gdb, rest);
    else if ((rest = after(packet, "vFlashWrite:")))
        write_flash(gdb, rest);
    else if (after(packet, "vFlashDone"))
        gdb_put(gdb, "OK");
    else if (after(packet, "vKill")) {
        gdb_put(gdb, "OK");
        gdb->state = GDB_KILLED;
    }
}

static void detach(struct gdb *gdb) {
    gdb_forget(gdb);
    gdb_put(gdb, "OK");
    gdb->state = GDB_DETACHED;
}

/* Fills the reply; empty: a packet that is not known. */
static void answer(struct gdb *gdb) {
    const char *packet = gdb->content, *rest = packet + 1;
    switch (packet[0]) {
    case '?':
        put_stop(gdb);
        break;
    case 'g':
        all_registers(gdb);
        break;
    case 'G':
        set_all_registers(gdb, rest);
        break;
    case 'p':
        one_register(gdb, rest);
        break;
    case 'P':
        set_one_register(gdb, rest);
        break;
    case 'm':
        read_memory(gdb, rest);
        break;
    case 'M':
        write_memory(gdb, rest);
        break;
    case 'X':
        write_counted(gdb, rest);
        break;
    case 'Z':
    case 'z':
        change_point(gdb, rest, packet[0] == 'Z');
        break;
    case 'v':
        v_packet(gdb, packet);
        break;
    case 'q':
    case 'Q':
        gdb_query(gdb, packet);
        break;
    case 'H':
    case 'T':
        gdb_put(gdb, "OK");
        break;
    case 'D':
        detach(gdb);
        break;
    default:
        break;
    }
}

static void take_packet(struct gdb *gdb) {
    gdb->content[gdb->length] = 0;
    if (gdb->sum != gdb->expected || gdb->too_long) {
        if (!gdb->no_ack)
            gdb->send(gdb->user, "-", 1);
        return;
    }
    if (!gdb->no_ack)
        gdb->send(gdb->user, "+", 1);
    gdb->reply_length = 0;
    if (gdb->content[0] && strchr("cCsS", gdb->content[0])) {
        resume(gdb, gdb->content[0], gdb->content + 1);
        return;
    }
    if (gdb->content[0] == 'k') {
        gdb->state = GDB_KILLED;
        return;
    }
    answer(gdb);
    if (gdb->state != GDB_RUNNING && gdb->state != GDB_STEPPING)
        send_reply(gdb);
}

static void take_content(struct gdb *gdb, char c) {
    if (gdb->length < GDB_PACKET)
        gdb->content[gdb->length++] = c;
    else
        gdb->too_long = true;
}

static void take_plain(struct gdb *gdb, char c) {
    if (c == '#') {
        gdb->receive = GDB_SUM_HIGH;
        return;
    }
    gdb->sum = (uint8_t)(gdb->sum + (uint8_t)c);
    if (c == '}')
        gdb->receive = GDB_ESCAPED;
    else
        take_content(gdb, c);
}

static void take_escaped(struct gdb *gdb, char c) {
    gdb->sum = (uint8_t)(gdb->sum + (uint8_t)c);
    take_content(gdb, (char)(c ^ 0x20));
    gdb->receive = GDB_CONTENT;
}

static void take_idle(struct gdb *gdb, char c) {
    if (c == '$') {
        gdb->receive = GDB_CONTENT;
        gdb->length = 0;
        gdb->sum = 0;
        gdb->too_long = false;
    } else if (c == 3 && gdb->state == GDB_RUNNING) {
        gdb->interrupt = true;
    }
}

static void receive_octet(struct gdb *gdb, char c) {
    switch (gdb->receive) {
    case GDB_IDLE:
        take_idle(gdb, c);
        break;
    case GDB_CONTENT:
        take_plain(gdb, c);
        break;
    case GDB_ESCAPED:
        take_escaped(gdb, c);
        break;
    case GDB_SUM_HIGH:
        gdb->expected = (uint8_t)((hex_value(c) & 15) << 4);
        gdb->receive = GDB_SUM_LOW;
        break;
    case GDB_SUM_LOW:
        gdb->expected |= (uint8_t)(hex_value(c) & 15);
        gdb->receive = GDB_IDLE;
        take_packet(gdb);
        break;
    }
}

void gdb_receive(struct gdb *gdb, const char *octets, size_t n) {
    for (size_t i = 0; i < n; i++)
        receive_octet(gdb, octets[i]);
}

void gdb_begin(struct gdb *gdb, const struct gdb_target *target, void *user,
               void (*send)(void *user, const char *octets, size_t n)) {
    memset(gdb, 0, sizeof *gdb);
    gdb->target = target;
    gdb->user = user;
    gdb->send = send;
}
