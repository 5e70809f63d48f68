#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/words.h"
#include "harness/options.h"

#define MAX_ARGS 32

/* Parses a line of words split at '|'. getopt reorders the array, so it is kept here. */
struct parsed {
    struct options options;
    struct sim_err err;
    bool ok;
    char text[512];
    char *argv[MAX_ARGS + 1];
    int argc;
};

static void parse(struct parsed *p, const char *line) {
    memset(p, 0, sizeof *p);
    p->err = SIM_ERR_INIT;
    strcpy(p->text, line);
    static char program[] = "linkpulse";
    p->argv[p->argc++] = program;
    for (char *word = strtok(p->text, "|"); word; word = strtok(NULL, "|"))
        p->argv[p->argc++] = word;
    p->ok = options_parse(&p->options, p->argc, p->argv, &p->err);
}

struct refusal {
    const char *line;
    const char *says;
};

static const struct refusal refusals[] = {
    {"", "no verb"},
    {"rum|x", "did you mean run"},
    {"qqqqqqqqqqqq", "unknown verb"},
    {"gate|a|b", "gate takes one board"},
    {"gate|--profile|strict", "--profile strict: expected function or standard"},
    {"gate|--profile", "--profile needs a value: NAME"},
    {"gate|--min-yield|nan", "--min-yield nan: expected 0 to 100 %"},
    {"gate|--min-yield|95x", "expected 0 to 100 %"},
    {"run|a|--only|b", "--only does not belong to run"},
    {"run|a|--profile", "--profile does not belong to run"},
    {"mcu|a|--profile=x", "--profile takes no value"},
    {"wave", "wave needs a wave file"},
    {"wave|a|b", "one wave file, found also b"},
    {"sweep|a|--samples|0", "expected at least one"},
    {"sweep|a|--samples|-1", "expected a number up to"},
    {"sweep|a|--shard|0/2", "expected I/N"},
    {"sweep|a|--shard|1/", "expected I/N"},
    {"sweep|a|--shards|0", "1 to 100000"},
    {"sweep|a|--vcd|x", "--vcd does not belong to sweep"},
    {"sweep|a|b", "sweep takes one board"},
    {"merge", "every shard"},
    {"merge|a|--samples|3", "--samples does not belong to merge"},
    {"live|--partner|x", "expected tolerant, standard or strict"},
    {"live|--speed|x", "expected real or max"},
    {"live|--vcd|x", "--vcd does not belong to live"},
    {"mcu", "mcu needs a firmware image"},
    {"mcu|a|b", "one firmware image, found also b"},
    {"mcu|a|--vcd|x", "--vcd does not belong to mcu"},
    {"mcu|a|--board|x", "--board does not belong to mcu"},
    {"run|a|--chip|f401re", "--chip does not belong to run"},
    {"mcu|a|--base|8x", "--base 8x: expected a whole number"},
    {"mcu|a|--base|0x100000000", "expected a whole number"},
    {"mcu|a|--max-cycles|0", "--max-cycles 0: expected 1 or more"},
    {"mcu|a|--max-time|-1", "--max-time -1: expected 1n to 1e6 seconds"},
    {"mcu|a|--max-time|2e6", "expected 1n to 1e6 seconds"},
    {"mcu|a|--gdb=65536", "--gdb 65536: expected a whole number"},
    {"mcu|a|--gdb=", "the value is empty"},
    {"mcu|a|--hsi-ppm|100001", "expected -100000 to 100000"},
    {"mcu|a|--gdb|--profile", "do not go together"},
    {"mcu|a|--itm|x|--swo|x", "--itm and --swo name the same file x"},
    {"crosscheck", "crosscheck needs at least one capture file"},
    {"run|a|--screenshot|x", "--screenshot of a run needs --wave"},
    {"run|a|--vcd|v|--svg|x", "--svg of a run needs --wave"},
    {"run|a|--vcd|v|--size|800x600", "--size of a run needs --wave"},
    {"wave|a|--wave", "--wave does not belong to wave"},
    {"xdp|a|--json|x|--vcd|y", "does not belong to xdp"},
    {"test", "./linkpulse test"},
    {"run", "at least one capture"},
    {"run|a|--jsn|f", "did you mean --json"},
    {"run|a|--jsn=f", "unknown option --jsn; did you mean --json"},
    {"run|a|-x", "unknown option -x"},
    {"run|a|--json", "needs a value"},
    {"run|a|--json=", "empty"},
    {"run|a|--strict=1", "--strict takes no value"},
    {"run|a|--seed|-1", "--seed -1"},
    {"run|a|--seed|18446744073709551616", "expected 0 to"},
    {"run|a|--seed|0x", "expected 0 to"},
    {"run|a|--seed|1 ", "expected 0 to"},
    {"run|a|--seed|", "needs a value"},
    {"run|a|--jobs|0", "1 to 1024"},
    {"run|a|--engine|rlt", "expected event or rtl"},
    {"run|a|--trace-window|auto", "needs --vcd, --fst or --wave"},
    {"run|a|--vcd|v|--trace-window|0", "--trace-window 0"},
    {"run|a|--vcd|v|--trace-window|5:4", "START:END"},
    {"run|a|--vcd|v|--trace-window|1.0000001:4", "START:END"},
    {"run|a|--init", "--init does not belong to run"},
    {"export|--init|--spice", "--init does not belong to export"},
    {"board|a|--seed|1", "--seed does not belong to board"},
    {"board|a|b", "one board"},
    {"board|a|--board|b", "two boards"},
    {"export", "--spice"},
    {"export|--verilog|--dot", "export needs one format"},
    {"export|--spice|--octets|13", "--octets 13: expected a number from 14 to 1514"},
    {"run|a|--json|o|--junit|o", "--json and --junit name the same file o"},
    {"run|a|--pcap-out|./a|--pcap-out|a", "--pcap-out a would overwrite the input a"},
    {"run|d/a|--out|d|--pcap-out|a", "would overwrite the input d/a"},
    {"run|/proc/self/exe|--json|/proc/self/../self/exe", "would overwrite the input"},
    {"export|x.net|--spice|-o|x.net", "--output x.net would overwrite the input"},
    {"run|a|--firmware|f.elf|--json|f.elf", "--json f.elf would overwrite the input f.elf"},
    {"wave|a|--view|v.gtkw|--svg|v.gtkw", "--svg v.gtkw would overwrite the input v.gtkw"},
    {"run|d/a|--out|d|--wave|--svg|a", "--svg a would overwrite the input d/a"},
    {"live|--firmware|f.elf|--itm|./f.elf|--itm|f.elf|--|true", "would overwrite the input f.elf"},
};

Test(options, refuses_with_one_line) {
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct parsed p;
        parse(&p, refusals[i].line);
        cr_assert(!p.ok, "accepted: %s", refusals[i].line);
        cr_assert_eq(p.err.cls, SIM_ERR_INPUT, "%s", refusals[i].line);
        cr_assert(strstr(p.err.text, refusals[i].says), "%s: %s", refusals[i].line, p.err.text);
        options_finish(&p.options);
    }
}

Test(options, reads_every_option_of_run) {
    struct parsed p;
    parse(&p, "run|a.pcap|--board|b.net|--seed|0xffffffffffffffff|--set|x.y=1|b.pcap|--edit|open "
              "U5.12|--json|j|--vcd=v|--no-host|--no-strict|-q|-j3");
    cr_assert(p.ok, "%s", p.err.text);
    cr_assert_eq(p.options.verb, OPTIONS_RUN);
    cr_assert_eq(p.options.n_files, 2);
    cr_assert_str_eq(p.options.files[1], "b.pcap");
    cr_assert_eq(p.options.seed, UINT64_MAX);
    cr_assert_eq(p.options.jobs, 3);
    cr_assert_str_eq(p.options.board, "b.net");
    cr_assert_str_eq(p.options.sets[0], "x.y=1");
    cr_assert_str_eq(p.options.edits[0], "open U5.12");
    cr_assert(p.options.no_host && p.options.quiet && !p.options.strict);
    cr_assert_null(p.options.firmware);
    options_finish(&p.options);
}

Test(options, the_command_of_a_live_session_is_no_input) {
    struct parsed p;
    parse(&p, "live|--itm|text|--|tail|-f|text");
    cr_assert(p.ok, "%s", p.err.text);
    cr_assert_eq(p.options.n_files, 3);
    options_finish(&p.options);
}

Test(options, has_the_stated_defaults) {
    struct parsed p;
    parse(&p, "run|a");
    cr_assert(p.ok);
    cr_assert_str_eq(p.options.board, "nucleo_shield");
    cr_assert_str_eq(p.options.engine, "event");
    cr_assert_eq(p.options.seed, 1);
    cr_assert(p.options.strict);
    options_finish(&p.options);
}

Test(options, sweep) {
    struct parsed p;
    parse(&p, "sweep|b.net|--samples|500|--shard|3/7|--min-yield|90%|--no-advice|--records|r|-j|2");
    cr_assert(p.ok, "%s", p.err.text);
    cr_assert_eq(p.options.verb, OPTIONS_SWEEP);
    cr_assert_str_eq(p.options.board, "b.net");
    cr_assert_eq(p.options.sweep.samples, 500);
    cr_assert(p.options.sweep.shard == 2 && p.options.sweep.shards == 7);
    cr_assert_float_eq(p.options.sweep.min_yield, 0.9, 1e-12);
    cr_assert(p.options.sweep.no_advice && !p.options.sweep.one);
    cr_assert_str_eq(p.options.sweep.records, "r");
    options_finish(&p.options);
}

Test(options, repeats_a_sweep) {
    struct parsed p;
    char text[200];
    parse(&p, "sweep|b.net|--seed|9|--edit|value R5=470|--samples|500");
    options_repeat_sweep(&p.options, text, sizeof text);
    cr_expect_str_eq(text, "linkpulse sweep b.net --seed 9 --edit 'value R5=470'");
    options_finish(&p.options);
}

/* The .ini as well, and what a shell would take apart. */
Test(options, repeats_a_crosscheck) {
    struct parsed p;
    char text[300];
    parse(&p, "crosscheck|it's.pcap|--ini|a b.ini|--set|delay.scale=1|--allow-undecided");
    cr_assert(p.ok, "%s", p.err.text);
    options_repeat_crosscheck(&p.options, text, sizeof text);
    cr_expect_str_eq(text, "linkpulse crosscheck --board nucleo_shield --ini 'a b.ini' --set "
                           "delay.scale=1 --seed 1 --allow-undecided 'it'\\''s.pcap'");
    options_finish(&p.options);
}

Test(options, gate) {
    struct parsed p;
    parse(&p, "gate|b.net|--min-yield|90 "
              "%|--samples|0|--html|h|--waivers|w|--date|2026-12-31|--only|a|--only|b");
    cr_assert(p.ok, "%s", p.err.text);
    cr_expect_float_eq(p.options.gate.min_yield, 0.9, 1e-12);
    cr_expect_eq(p.options.sweep.samples, 0);
    cr_expect_str_eq(p.options.gate.html, "h");
    cr_expect_str_eq(p.options.gate.waivers, "w");
    cr_expect_eq(p.options.gate.n_only, 2);
    options_finish(&p.options);
    char text[400];
    parse(&p, "gate|b.net|--min-yield|90|--date|2026-12-31|--bisect|--html|h");
    options_repeat_gate(&p.options, text, sizeof text);
    cr_expect_str_eq(text,
                     "linkpulse gate --board b.net --profile function --seed 1 --min-yield 90 "
                     "--date 2026-12-31 --bisect");
    options_finish(&p.options);
    parse(&p, "gate");
    cr_expect(isnan(p.options.gate.min_yield), "the board's own");
    options_finish(&p.options);
}

Test(options, decimal_seed_with_leading_zero_is_decimal) {
    struct parsed p;
    parse(&p, "run|a|--seed|010");
    cr_assert(p.ok);
    cr_assert_eq(p.options.seed, 10);
    options_finish(&p.options);
}

Test(options, positional_board) {
    struct parsed p;
    parse(&p, "board|x.kicad_pcb|--init");
    cr_assert(p.ok, "%s", p.err.text);
    cr_assert(p.options.init);
    cr_assert_str_eq(p.options.board, "x.kicad_pcb");
    options_finish(&p.options);
}

Test(options, windows_are_exact_picoseconds) {
    struct parsed p;
    parse(&p, "run|a|--fst|f|--trace-window|0.000001:12.5");
    cr_assert(p.ok, "%s", p.err.text);
    cr_assert_eq(p.options.window.kind, OPTIONS_WINDOW_TIME);
    cr_assert_eq(p.options.window.start, 1);
    cr_assert_eq(p.options.window.end, 12500000);
    options_finish(&p.options);
    parse(&p, "run|a|--fst|f|--trace-window|17");
    cr_assert_eq(p.options.window.kind, OPTIONS_WINDOW_FRAME);
    cr_assert_eq(p.options.window.frame, 17);
    options_finish(&p.options);
}

Test(options, help_and_version_need_nothing_else) {
    static const char *const lines[] = {"--help", "run|--help", "--version", "run|--version"};
    for (size_t i = 0; i < 4; i++) {
        struct parsed p;
        parse(&p, lines[i]);
        cr_assert(p.ok, "%s: %s", lines[i], p.err.text);
        options_finish(&p.options);
    }
}

Test(options, repeat_parses_back_to_the_same_run) {
    struct parsed p;
    char out[1024];
    parse(&p, "run|it's.pcap|--seed|18446744073709551615|--edit|open U5.12|--json|j");
    options_repeat(&p.options, "none", out, sizeof out);
    cr_assert_str_eq(out,
                     "linkpulse run --board nucleo_shield --firmware none --engine event --seed "
                     "18446744073709551615 --edit 'open U5.12' 'it'\\''s.pcap'");
    options_repeat(&p.options, "none", out, 60);
    cr_assert(strlen(out) < 60);
    cr_assert_str_eq(out + strlen(out) - 4, " ...");
    options_finish(&p.options);
}

Test(options, out_directory_is_for_relative_paths) {
    struct options options = {.out_dir = "o"};
    char out[8];
    cr_assert(options_out_path(&options, "j", out, sizeof out));
    cr_assert_str_eq(out, "o/j");
    cr_assert(options_out_path(&options, "/j", out, sizeof out));
    cr_assert_str_eq(out, "/j");
    cr_assert(!options_out_path(&options, "jjjjjjjj", out, sizeof out));
}

Test(options, mcu) {
    struct parsed p;
    parse(&p, "mcu|a.elf|--chip|f439zi|--max-time|50m|--gdb|--itm-port=0|--base|0x08004000");
    cr_assert(p.ok, "%s", p.err.text);
    cr_expect_eq(p.options.verb, OPTIONS_MCU);
    cr_expect_str_eq(p.options.mcu.chip, "f439zi");
    cr_expect_eq(p.options.mcu.max_time, 50 * SIM_MS);
    cr_expect(p.options.mcu.gdb && p.options.mcu.itm_listen);
    cr_expect_eq(p.options.mcu.gdb_port, 3333, "its value must be joined by =");
    cr_expect_eq(p.options.mcu.itm_port, 0);
    cr_expect_eq(p.options.mcu.base, 0x08004000);
    options_finish(&p.options);
    parse(&p, "mcu|a.elf");
    cr_expect_str_eq(p.options.mcu.chip, "f401re");
    cr_expect_not(p.options.mcu.gdb || p.options.mcu.itm_listen || p.options.mcu.has_base);
    options_finish(&p.options);
}

Test(nearest, finds_the_nearest_or_nothing) {
    static const char *const words[] = {"scale", "stray_pf", "reason"};
    cr_assert_str_eq(words_nearest("scael", words, 3), "scale");
    cr_assert_str_eq(words_nearest("STRAY_PF", words, 3), "stray_pf");
    cr_assert_null(words_nearest("zzzz", words, 3));
    cr_assert_null(words_nearest("scale", words, 0));
}
