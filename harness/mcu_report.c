#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "harness/json_value.h"
#include "harness/mcu.h"
#include "harness/report.h"

int mcu_exit_code(const struct mcu *mcu) {
    if (mcu->end == MCU_UNMODELLED ||
        (mcu->request->strict && stm32_report_count(mcu->chip, STM32_UNMODELLED) > 0))
        return SIM_ERR_UNMODELLED;
    return mcu->end == MCU_SEMIHOSTING && mcu->semihost.exit_code == 0 ? 0 : 1;
}

static void print_cost(const struct mcu *mcu, FILE *out) {
    fprintf(out, "; %" PRIu64 " cycles, %" PRIu64 " instructions, %.6f s\n",
            armv7m_cycles(mcu->core), armv7m_instructions(mcu->core),
            (double)(stm32_time(mcu->chip) - mcu->reset_time) / (double)SIM_S);
}

static void print_breakpoint(const struct mcu *mcu, FILE *out) {
    char where[MCU_WHERE];
    fprintf(out, "stopped at a BKPT at %s",
            mcu_where(mcu, armv7m_pc(mcu->core), where, sizeof where));
    if (mcu->semihost.unsupported)
        fprintf(out, " (semihosting operation 0x%02x is not known)",
                (unsigned)mcu->semihost.unsupported);
}

void mcu_print_end(const struct mcu *mcu, FILE *out) {
    char where[MCU_WHERE];
    if (mcu->end == MCU_FAULT)
        mcu_fault_print(mcu, out);
    fputs("linkpulse: ", out);
    switch (mcu->end) {
    case MCU_SEMIHOSTING:
        fprintf(out, "the program ended with %" PRId32, mcu->semihost.exit_code);
        break;
    case MCU_FAULT:
        fputs("ended by a fault", out);
        break;
    case MCU_LIMIT:
        fprintf(out, "stopped at the limit, %s at %s",
                armv7m_asleep(mcu->core) ? "asleep" : "still running",
                mcu_where(mcu, armv7m_pc(mcu->core), where, sizeof where));
        break;
    case MCU_UNMODELLED:
        fputs("ended by what is not modelled (see --no-strict)", out);
        break;
    case MCU_BREAKPOINT:
        print_breakpoint(mcu, out);
        break;
    case MCU_INTERRUPTED:
        fputs("interrupted; what is reported is partial", out);
        break;
    }
    print_cost(mcu, out);
}

/* --- JSON
 * ----------------------------------------------------------------------------------------- */

static const char *end_name(enum mcu_end end) {
    static const char *const names[] = {
        [MCU_SEMIHOSTING] = "semihosting",
        [MCU_FAULT] = "fault",
        [MCU_LIMIT] = "limit",
        [MCU_UNMODELLED] = "unmodelled",
        [MCU_BREAKPOINT] = "breakpoint",
        [MCU_INTERRUPTED] = "limit", /* and "partial" */
    };
    return names[end];
}

/* Each octet as the code point of the same number, so that every one has a place in JSON. */
static json_t *octets(const char *from, size_t n) {
    char *utf8 = malloc(2 * n + 1);
    size_t used = 0;
    for (size_t i = 0; utf8 && i < n; i++) {
        uint8_t octet = (uint8_t)from[i];
        if (octet < 0x80) {
            utf8[used++] = (char)octet;
        } else {
            utf8[used++] = (char)(0xc0 | octet >> 6);
            utf8[used++] = (char)(0x80 | (octet & 0x3f));
        }
    }
    json_t *string = utf8 ? json_stringn(utf8, used) : NULL;
    free(utf8);
    return string;
}

static json_t *unmodelled(const struct mcu *mcu) {
    json_t *array = json_array();
    for (size_t i = 0; i < mcu->n_unmodelled; i++) {
        const struct mcu_unmodelled *entry = &mcu->unmodelled[i];
        json_t *object = json_object();
        json_object_set_new(object, "name", json_value_text(entry->name));
        json_object_set_new(object, "address", json_integer(entry->address));
        json_object_set_new(object, "write", json_boolean(entry->write));
        json_object_set_new(object, "value", json_integer(entry->value));
        json_object_set_new(object, "pc", json_integer(entry->pc));
        json_object_set_new(object, "where", json_value_text(entry->where));
        json_object_set_new(object, "text", json_value_text(entry->text ? entry->text : ""));
        json_array_append_new(array, object);
    }
    return array;
}

char *mcu_json(const struct mcu *mcu) {
    json_t *object = json_object();
    json_object_set_new(object, "schema", json_string("linkpulse.mcu/1"));
    json_object_set_new(object, "chip", json_value_text(stm32_chip_name(stm32_chip_of(mcu->chip))));
    json_object_set_new(object, "end", json_string(end_name(mcu->end)));
    json_object_set_new(object, "exit_code",
                        mcu->end == MCU_SEMIHOSTING ? json_integer(mcu->semihost.exit_code)
                                                    : json_null());
    json_object_set_new(object, "instructions",
                        json_integer((json_int_t)armv7m_instructions(mcu->core)));
    json_object_set_new(object, "cycles", json_integer((json_int_t)armv7m_cycles(mcu->core)));
    json_object_set_new(object, "itm", octets(mcu->trace.text, mcu->trace.length));
    json_object_set_new(object, "faults", json_integer(armv7m_fault(mcu->core).count));
    json_object_set_new(object, "unmodelled", unmodelled(mcu));
    if (mcu->end == MCU_INTERRUPTED || mcu->trace.cut)
        json_object_set_new(object, "partial", json_true());
    return json_value_dump(object);
}
