#include "harness/options_table.h"

#include <getopt.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

const struct verb_row options_verbs[] = {
    {"run", OPTIONS_RUN, "CAPTURE...", "replay captured frames through a board and compare them"},
    {"board", OPTIONS_BOARD, "[BOARD]", "show how a board was read: values, models, nets, delays"},
    {"export", OPTIONS_EXPORT, "[BOARD]", "write it as Verilog, as a graph, or as an ngspice deck"},
    {"gate", OPTIONS_GATE, "[BOARD]", "run every check on a board: order it or do not, and why"},
    {"sweep", OPTIONS_SWEEP, "[BOARD]", "its yield over tolerances, and what decides it"},
    {"merge", OPTIONS_MERGE, "RECORDS...", "join a sweep's shards into the report of one machine"},
    {"live", OPTIONS_LIVE, "[-- CMD...]",
     "join the board to a TAP device, run a command beside it"},
    {"mcu", OPTIONS_MCU, "IMAGE", "run a firmware image (ELF, HEX or BIN) alone"},
    {"crosscheck", OPTIONS_CROSSCHECK, "CAPTURE...", "compare the two engines edge by edge"},
    {"wave", OPTIONS_WAVE, "FILE", "show a wave file (VCD, FST), or draw it as PNG or SVG"},
    {"xdp", OPTIONS_XDP, "CAPTURE...", "check the flow-hash program on captures, or install it"},
    {"test", OPTIONS_NO_VERB, NULL, NULL},
};

const size_t options_n_verbs = LENGTH(options_verbs);

#define RUN    (1u << OPTIONS_RUN)
#define BOARD  (1u << OPTIONS_BOARD)
#define EXPORT (1u << OPTIONS_EXPORT)
#define MCU    (1u << OPTIONS_MCU)
#define LIVE   (1u << OPTIONS_LIVE)
#define CROSS  (1u << OPTIONS_CROSSCHECK)
#define GATE   (1u << OPTIONS_GATE)
#define SWEEP  (1u << OPTIONS_SWEEP)
#define MERGE  (1u << OPTIONS_MERGE)
#define XDP    (1u << OPTIONS_XDP)
#define WAVE   (1u << OPTIONS_WAVE)
#define BOARDS (RUN | BOARD | EXPORT | LIVE | CROSS | GATE | SWEEP)
#define ALL    (BOARDS | MCU | MERGE | XDP | WAVE)

const struct option_row options_rows[] = {
    {"board", OPTIONS_COMMON, CODE_BOARD, 0, BOARDS, "BOARD",
     "a built-in board, or a KiCad .net or .kicad_pcb file (default " OPTIONS_DEFAULT_BOARD ")"},
    {"ini", OPTIONS_COMMON, CODE_INI, 0, BOARDS, "FILE",
     "what the board's file does not say, docs/boards.md (default: the .ini beside it)"},
    {"set", OPTIONS_COMMON, CODE_SET, 0, BOARDS, "S.KEY=V",
     "change one setting of the .ini, as often as wanted: delay.scale=1.0, attach.spi_clk=/sck"},
    {"edit", OPTIONS_COMMON, CODE_EDIT, 0, BOARDS, "EDIT",
     "change the netlist, as often as wanted: \"open U5.12\", \"short U8.2 /net\", \"tie U4.12 "
     "VCC\", "
     "\"value R5=680\", \"remove C10\", \"bridge U4.1 U4.2\""},
    {"firmware", OPTIONS_COMMON, CODE_FIRMWARE, 0, RUN | LIVE | CROSS | GATE, "ELF",
     "the MCU's program, run beside the board: a file, or the name of an image of this project "
     "(default: netif_f401, or what the board's mcu.chip runs); none: octets are taken at the SPI "
     "pins, and crosscheck sends each frame by them"},
    {"deliver-symbol", OPTIONS_COMMON, CODE_DELIVER, 0, RUN | LIVE | CROSS, "NAME",
     "the function by which the firmware delivers a frame (default lp_deliver_frame)"},
    {"engine", OPTIONS_COMMON, CODE_ENGINE, 0, RUN | LIVE | GATE, "NAME",
     "event (default), or rtl: the same board as Verilog under Verilator, slower (gate: nominal "
     "values)"},
    {"seed", OPTIONS_COMMON, CODE_SEED, 0, RUN | MCU | LIVE | CROSS | GATE | SWEEP | XDP, "N",
     "seed of everything random, 64 bit, decimal or 0x (default 1)"},
    {"jobs", OPTIONS_COMMON, CODE_JOBS, 'j', RUN | GATE | SWEEP | MERGE, "N",
     "parallel workers (default: one per processor)"},
    {"strict", OPTIONS_COMMON, CODE_STRICT, 0, RUN | MCU | LIVE | CROSS | GATE, NULL,
     "end the run with exit code 3 at what is not modelled (default)"},
    {"no-strict", OPTIONS_COMMON, CODE_NO_STRICT, 0, RUN | MCU | LIVE | CROSS | GATE, NULL,
     "count what is not modelled and go on"},
    {"out", OPTIONS_COMMON, CODE_OUT, 0, RUN | MCU | LIVE | CROSS | GATE | SWEEP | MERGE | XDP,
     "DIR",
     "directory of the output files given by relative names; with crosscheck, of VCD files that "
     "show both engines around each difference"},
    {"json", OPTIONS_COMMON, CODE_JSON, 0, RUN | MCU | GATE | SWEEP | MERGE | XDP | WAVE, "FILE",
     "write the results as JSON (schema linkpulse.run/1 and the like)"},
    {"no-host", OPTIONS_COMMON, CODE_NO_HOST, 0, RUN | GATE, NULL,
     "leave what differs between machines out of the JSON"},
    {"junit", OPTIONS_COMMON, CODE_JUNIT, 0, RUN | GATE, "FILE", "write the results as JUnit XML"},
    {"pcap-out", OPTIONS_COMMON, CODE_PCAP_OUT, 0, RUN, "FILE",
     "write the recovered frames as a capture"},
    {"taps-out", OPTIONS_COMMON, CODE_TAPS_OUT, 0, RUN | LIVE, "FILE",
     "write the frames at each place, both ways, as pcapng: line-in, mcu-rx, mcu-tx, line-out, "
     "with live also host, and to a FIFO as they come"},
    {"xdp", OPTIONS_COMMON, CODE_XDP, 0, RUN, NULL,
     "ask the flow-hash program about each recovered frame, beside the frame that was sent"},
    {"vcd", OPTIONS_COMMON, CODE_VCD, 0, RUN, "FILE", "write waves as VCD"},
    {"fst", OPTIONS_COMMON, CODE_FST, 0, RUN, "FILE",
     "write waves as FST, for GTKWave, with a .gtkw beside it"},
    {"trace-window", OPTIONS_COMMON, CODE_TRACE_WINDOW, 0, RUN | CROSS, "WHAT",
     "waves only around: auto (the first failure), a frame's number from 1, or START:END in us"},
    {"no-cache", OPTIONS_COMMON, CODE_NO_CACHE, 0, RUN | LIVE, NULL,
     "simulate every edge, without the response cache: slower, the same results"},
    {"init", OPTIONS_COMMON, CODE_INIT, 0, BOARD, NULL, "print a proposed .ini for the board"},
    {"spice", OPTIONS_COMMON, CODE_SPICE, 0, EXPORT, NULL, "an ngspice deck of its way in or out"},
    {"transmit", OPTIONS_COMMON, CODE_TRANSMIT, 0, EXPORT, NULL,
     "the transmit path, from the MCU's pins to the line, with a link pulse and a frame"},
    {"verilog", OPTIONS_COMMON, CODE_VERILOG, 0, EXPORT, NULL, "the structural top of rtl/parts"},
    {"dot", OPTIONS_COMMON, CODE_DOT, 0, EXPORT, NULL, "a graph of its parts for Graphviz"},
    {"allow-undecided", OPTIONS_COMMON, CODE_UNDECIDED, 0, CROSS, NULL,
     "pass although frames stand at the edge of failing"},
    {"octets", OPTIONS_COMMON, CODE_OCTETS, 0, EXPORT, "N",
     "length of the one frame sent, without FCS, 14 to 1514 (default 40)"},
    {"output", OPTIONS_COMMON, CODE_OUTPUT, 'o', BOARD | EXPORT, "FILE",
     "write there instead of standard output"},
    {"chip", OPTIONS_OF_MCU, CODE_NONE, 0, MCU, "CHIP",
     "f401re (default), f100rb, f103rb or f439zi"},
    {"base", OPTIONS_OF_MCU, CODE_NONE, 0, MCU, "ADDRESS",
     "where a raw image is loaded (default: the chip's flash)"},
    {"max-cycles", OPTIONS_OF_MCU, CODE_NONE, 0, MCU, "N", "stop after N cycles of the core"},
    {"max-time", OPTIONS_OF_MCU, CODE_NONE, 0, MCU, "T",
     "stop after this simulated time: 2, 50m, 10u (default 10 s; none with --gdb)"},
    {"hse", OPTIONS_OF_MCU, CODE_NONE, 0, MCU, "HZ",
     "the external oscillator, 0: none (default 8000000)"},
    {"hse-bypass", OPTIONS_OF_MCU, CODE_NONE, 0, MCU, NULL,
     "it is a clock at OSC_IN, as on the Nucleo boards, not a crystal"},
    {"hsi-ppm", OPTIONS_OF_MCU, CODE_NONE, 0, MCU, "PPM",
     "error of the internal oscillator (default 0)"},
    {"profile", OPTIONS_OF_MCU, CODE_NONE, 0, MCU, NULL, "print the cycles of each function"},
    {"itm", OPTIONS_OF_MCU, CODE_NONE, 0, MCU | RUN | LIVE, "FILE", "the text of ITM port 0"},
    {"swo", OPTIONS_OF_MCU, CODE_NONE, 0, MCU | RUN | LIVE, "FILE",
     "the raw SWO stream: ITM packets of every port"},
    {"itm-port", OPTIONS_OF_MCU, CODE_NONE, 0, MCU | RUN | LIVE, "[=PORT]",
     "the text of ITM port 0 on 127.0.0.1 (default 3443; also with --gdb)"},
    {"gdb", OPTIONS_OF_MCU, CODE_NONE, 0, MCU | RUN | LIVE, "[=PORT]",
     "wait for GDB on 127.0.0.1 (default 3333; 0: a free port)"},
    {"tap", OPTIONS_OF_LIVE, CODE_NONE, 0, LIVE, "NAME",
     "join this TAP device (default: a new one in a network namespace of its own)"},
    {"netns", OPTIONS_OF_LIVE, CODE_NONE, 0, LIVE, "NAME", "in this namespace of ip netns"},
    {"partner", OPTIONS_OF_LIVE, CODE_NONE, 0, RUN | LIVE, "PROFILE",
     "the port at the other end: tolerant (default), standard or strict, docs/partner.md"},
    {"duplex", OPTIONS_OF_LIVE, CODE_NONE, 0, LIVE, "HOW",
     "half, as auto-negotiation with a board without it gives (default), or full"},
    {"speed", OPTIONS_OF_LIVE, CODE_NONE, 0, LIVE, "HOW",
     "real: no faster than real time (default); max: as fast as it goes"},
    {"no-dhcp", OPTIONS_OF_LIVE, CODE_NONE, 0, LIVE, NULL,
     "leave DHCP to the command (default: the board is given 192.168.77.2)"},
    {"profile", OPTIONS_OF_GATE, CODE_NONE, 0, GATE, "NAME",
     "what the board is held to: function (default), a tolerant partner, or standard, IEEE 802.3 "
     "clause 14"},
    {"only", OPTIONS_OF_GATE, CODE_NONE, 0, GATE, "ID", "run this check alone, as often as wanted"},
    {"list", OPTIONS_OF_GATE, CODE_NONE, 0, GATE, NULL,
     "list the checks and where their limits come from"},
    {"fail-on-reservations", OPTIONS_OF_GATE, CODE_NONE, 0, GATE, NULL,
     "exit with 1 for reservations as well"},
    {"min-yield", OPTIONS_OF_GATE, CODE_NONE, 0, GATE, "PERCENT",
     "the least yield without a reservation (default: the .ini's, or 95)"},
    {"html", OPTIONS_OF_GATE, CODE_NONE, 0, GATE, "FILE", "write the results as one HTML page"},
    {"sarif", OPTIONS_OF_GATE, CODE_NONE, 0, GATE, "FILE", "write the findings as SARIF 2.1.0"},
    {"markdown", OPTIONS_OF_GATE, CODE_NONE, 0, GATE, "FILE", "write a summary for a CI job"},
    {"waivers", OPTIONS_OF_GATE, CODE_NONE, 0, GATE, "FILE",
     "waivers beside those of the .ini, docs/gate.md"},
    {"date", OPTIONS_OF_GATE, CODE_NONE, 0, GATE, "YYYY-MM-DD",
     "the day on which waivers expire or do not (default: today)"},
    {"git", OPTIONS_OF_GATE, CODE_NONE, 0, GATE, "REPO",
     "judge every revision of BOARD, a path in this git repository, and print a table"},
    {"bisect", OPTIONS_OF_GATE, CODE_NONE, 0, GATE, NULL,
     "for git bisect run: exit with 0, 1, or 125 for a board that cannot be read"},
    {"self-test", OPTIONS_OF_GATE, CODE_NONE, 0, GATE, NULL,
     "plant every single fault of a list in the board and tell which of them the checks find"},
    {"samples", OPTIONS_OF_SWEEP, CODE_NONE, 0, GATE | SWEEP, "N",
     "boards to draw; the first is the nominal one (default 1000); gate: 0 for none"},
    {"sample", OPTIONS_OF_SWEEP, CODE_NONE, 0, SWEEP, "K",
     "sample K alone: its values, its slacks, and when it fails the fewest deviations that do"},
    {"min-yield", OPTIONS_OF_SWEEP, CODE_NONE, 0, SWEEP | MERGE, "PERCENT",
     "the yield that passes (default 95)"},
    {"no-advice", OPTIONS_OF_SWEEP, CODE_NONE, 0, SWEEP | MERGE, NULL,
     "do not try other values, classes and widths"},
    {"records", OPTIONS_OF_SWEEP, CODE_NONE, 0, SWEEP, "FILE",
     "append each sample there as a line of JSON, and go on where the file ends"},
    {"shard", OPTIONS_OF_SWEEP, CODE_NONE, 0, SWEEP, "I/N",
     "only the Ith of N parts, into --records (default sweep-I-of-N.jsonl); auto, auto/N: as "
     "Slurm, CI or Kubernetes number this job"},
    {"emit", OPTIONS_OF_SWEEP, CODE_NONE, 0, SWEEP, "HOW",
     "print the job script for slurm or parallel instead"},
    {"shards", OPTIONS_OF_SWEEP, CODE_NONE, 0, SWEEP, "N", "of that script (default 8)"},
    {"program", OPTIONS_OF_XDP, CODE_NONE, 0, XDP, "NAME",
     "flow (default), or reference: the published logic with its faults"},
    {"hash", OPTIONS_OF_XDP, CODE_NONE, 0, XDP, "NAME",
     "of flow: xxh32 (default), crc, toeplitz or halfsiphash"},
    {"cpus", OPTIONS_OF_XDP, CODE_NONE, 0, XDP, "N",
     "CPUs to spread over, 1 to 64 (default 8; installed: those online)"},
    {"symmetric", OPTIONS_OF_XDP, CODE_NONE, 0, XDP, NULL, "both directions of a flow to one CPU"},
    {"require-kernel", OPTIONS_OF_XDP, CODE_NONE, 0, XDP, NULL,
     "exit 4 when the kernel could not be asked"},
    {"install", OPTIONS_OF_XDP, CODE_NONE, 0, XDP, "IFACE",
     "attach flow to this interface and print its counters until Ctrl-C"},
    {"uninstall", OPTIONS_OF_XDP, CODE_NONE, 0, XDP, "IFACE", "remove it"},
    {"no-watch", OPTIONS_OF_XDP, CODE_NONE, 0, XDP, NULL, "with --install: print them once"},
    {"force", OPTIONS_OF_XDP, CODE_NONE, 0, XDP, NULL,
     "replace or remove also a program of someone else, and install where tags are stripped"},
    {"wave", OPTIONS_OF_WAVE, CODE_NONE, 0, RUN, NULL,
     "look at the waves afterwards, at the first failure: as --trace-window auto, or of the whole "
     "run when nothing failed"},
    {"screenshot", OPTIONS_OF_WAVE, CODE_NONE, 0, WAVE | RUN, "FILE",
     "draw the picture as PNG instead of opening a window; needs no display"},
    {"svg", OPTIONS_OF_WAVE, CODE_NONE, 0, WAVE | RUN, "FILE", "the same as SVG"},
    {"size", OPTIONS_OF_WAVE, CODE_NONE, 0, WAVE | RUN, "WxH",
     "of the window or picture in pixels (default 1280x720)"},
    {"scale", OPTIONS_OF_WAVE, CODE_NONE, 0, WAVE, "N",
     "draw everything N times as large, 1 to 4 (default: as the display has it, or 1)"},
    {"theme", OPTIONS_OF_WAVE, CODE_NONE, 0, WAVE, "NAME", "dark (default) or light"},
    {"from", OPTIONS_OF_WAVE, CODE_NONE, 0, WAVE, "TIME",
     "the time at the left edge: 12.5us, 3ms, 1.25s (fs, ps, ns, us, ms, s)"},
    {"to", OPTIONS_OF_WAVE, CODE_NONE, 0, WAVE, "TIME", "the time at the right edge"},
    {"cursor", OPTIONS_OF_WAVE, CODE_NONE, 0, WAVE, "TIME", "where cursor A stands"},
    {"cursor2", OPTIONS_OF_WAVE, CODE_NONE, 0, WAVE, "TIME", "where cursor B stands"},
    {"signals", OPTIONS_OF_WAVE, CODE_NONE, 0, WAVE, "A,B,...",
     "the rows: signals by name, with scopes or without; a decoder as :NAME"},
    {"view", OPTIONS_OF_WAVE, CODE_NONE, 0, WAVE, "FILE",
     "the rows, cursors and times of this .gtkw (default: FILE.lpview, else FILE.gtkw of another "
     "program's file)"},
    {"decode", OPTIONS_OF_WAVE, CODE_NONE, 0, WAVE, "NAME[=A,B,...]",
     "print what a decoder says, as text, with --json also as JSON: manchester, link_pulse, "
     "spi_lsb, spi_msb, mcu"},
    {"details", OPTIONS_OF_WAVE, CODE_NONE, 0, WAVE, NULL,
     "open the panel that tells packet, edge and code at the cursor"},
    {"panel", OPTIONS_OF_WAVE, CODE_NONE, 0, WAVE, "NAME",
     "open a panel: help, search, measure or signals"},
    {"no-index", OPTIONS_OF_WAVE, CODE_NONE, 0, WAVE, NULL, "write no index beside a large file"},
    {"verbose", OPTIONS_COMMON, CODE_VERBOSE, 'v', ALL, NULL, "say more"},
    {"quiet", OPTIONS_COMMON, CODE_QUIET, 'q', ALL, NULL, "no progress on standard error"},
    {"help", OPTIONS_COMMON, CODE_HELP, 'h', ALL, NULL, "this text"},
    {"version", OPTIONS_COMMON, CODE_VERSION, 'V', ALL, NULL, "the version"},
};
const size_t options_n_rows = LENGTH(options_rows);
_Static_assert(LENGTH(options_rows) <= OPTIONS_MAX_ROWS, "raise OPTIONS_MAX_ROWS");

const struct verb_row *options_verb_row(enum options_verb verb) {
    for (size_t i = 0; i < LENGTH(options_verbs); i++)
        if (options_verbs[i].verb == verb)
            return &options_verbs[i];
    return NULL;
}

int options_has_argument(const struct option_row *row) {
    if (!row->argument)
        return no_argument;
    return row->argument[0] == '[' ? optional_argument : required_argument;
}
