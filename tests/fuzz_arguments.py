#!/usr/bin/env python3
"""fuzz_arguments.py PROGRAM CAPTURE COUNT DIRECTORY

Runs the program in DIRECTORY with COUNT random argument vectors, the same ones each time, and a
quarter as many of the gate's.
None may crash, hang, end with another status than 0 to 4, or fail without saying why.
"""
import random
import shutil
import subprocess
import sys

program, capture, count, directory = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
shutil.copy(capture, directory + "/a.pcap")
open(directory + "/text", "w").write("[line]\nppm = 1\n")
words = random.Random(10)

VERBS = ["run", "run", "run", "board", "export", "gate", "test", "", "-", "--", "RUN", "run run"]
FLAGS = ["--strict", "--no-strict", "--no-cache", "--no-host", "--init", "--spice", "-v", "-q", "--help",
         "--version", "-vq", "-", "--", "---", "-x", "--nothing", "--no", "--s", "--json", "-j", "--set"]
VALUED = ["--board", "--ini", "--set", "--edit", "--firmware", "--engine", "--seed", "--jobs", "-j", "--out", "--json",
          "--junit", "--vcd", "--fst", "--trace-window", "--pcap-out", "--output", "-o"]
VALUES = ["a.pcap", "text", ".", "", "/", "none", "event", "nucleo_shield", "nucleo_shield_rev1", "0", "1", "-1",
          "18446744073709551616", "0x", "1e9", "auto", "0:10", "10:5", "1:", "999999999999:9999999999999",
          "out1", "out2", "no/such/dir/x", "/dev/null", "/dev/full", "open U5.12", "short U8.2 /sck_tx",
          "value R5=1e300", "value R5=0", "value C8=0", "value R1=0", "remove U2", "remove U4", "remove J1", "tie U4.12 VCC", "tie VCC U4",
          "short U8.2 GND", "short U4.14 GND", "open U2.14", "open Q1.1", "line.ppm=100", "line.ppm=nan",
          "line.ppm=1e5", "line.ppm=-1e5", "line.gap=fixed", "line.gap_ns=0", "line.gap_ns=1e12", "line.gap=capture",
          "line.gap_scale=1e6", "line.jitter_peak_ns=50", "line.jitter_rms_ns=50", "line.preamble_bits=-62",
          "line.preamble_bits=1024", "line.amplitude_v=0", "line.amplitude_v=0.01", "line.rise_ns=0", "line.rise_ns=50",
          "line.tp_idl_ns=0", "line.tp_idl_ns=10000", "line.link_pulses=on", "receiver.idle=noise",
          "receiver.idle=low", "receiver.idle=hold", "delay.scale=0.01", "delay.scale=100", "delay.stray_pf=1000",
          "supply.vcc=1", "supply.vcc=15", "attach.spi_nss=!", "attach.spi_nss=!/sck_rx", "attach.spi_clk=GND",
          "attach.spi_clk=/line", "attach.line_rx_p=GND", "attach.framing=preamble", "mcu.chip=f439zi", "mcu.chip=x",
          "switch.SW1=A", "switch.SW9=A", "jumper.JP1=Z", "part.74HC14.vt_plus=0", "part.74HC14.vt_minus=5",
          "part.2N7002.vgs_th=9", "stage.sck=/nope", "x.y=z", "=", ".=", "a" * 5000, "%s%n", "\x1b[31m", "\xff"]


SETTINGS = [["--set", value] for value in VALUES if "=" in value and "." in value and "x" not in value]
SETTINGS += [["--edit", value] for value in VALUES if " " in value]


def settings():
    arguments = ["run", "a.pcap"]
    for _ in range(words.randrange(1, 4)):
        arguments += words.choice(SETTINGS)
    return arguments + words.choice([[], ["--no-cache"], ["--vcd", "out1", "--trace-window", "auto"], ["--pcap-out", "out2"]])


def vector():
    if words.random() < 0.5:
        return settings()
    arguments = [words.choice(VERBS)] if words.random() < 0.95 else []
    for _ in range(words.randrange(7)):
        kind = words.random()
        if kind < 0.15:
            arguments.append(words.choice(FLAGS))
        elif kind < 0.6:
            option = words.choice(VALUED)
            if words.random() < 0.6:
                option = words.choice(["--set", "--edit"])
            arguments += [option, words.choice(VALUES)]
        elif kind < 0.7:
            arguments.append(words.choice(VALUED) + "=" + words.choice(VALUES))
        else:
            arguments.append(words.choice(["a.pcap", "a.pcap", words.choice(VALUES)]))
    if arguments[:1] == ["run"] and words.random() < 0.7:
        arguments.append("a.pcap")
    return arguments


def bad(arguments):
    try:
        done = subprocess.run([program, *arguments], cwd=directory, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=20, check=False)
    except subprocess.TimeoutExpired:
        return "hangs"
    # 125: gate --bisect
    if not 0 <= done.returncode <= 4 and not (done.returncode == 125 and "--bisect" in arguments):
        return f"status {done.returncode}: {done.stderr[-300:]!r}"
    if done.returncode > 1 and not done.stderr:
        return f"status {done.returncode} and not a word on stderr"
    return None


# Of the gate, whose simulations would take the test's time: with checks that need none.
QUICK = ["--only", "decoupling", "--only", "dead-net", "--samples", "0"]
GATE_VALUED = ["--profile", "--only", "--min-yield", "--samples", "--html", "--sarif", "--markdown", "--json", "--waivers",
               "--date", "--git", "--set", "--edit", "--ini"]
GATE_VALUES = ["standard", "waiver-unused", "95", "0.5", "2026-02-30", "2026-12-31", "9999-99-99", "waivers", "-C", "--", "HEAD",
               "gate.min_yield=2", "waiver.a.id=x"]
gate_words = random.Random(11)
open(directory + "/waivers", "w").write("[waiver.a]\nid = decoupling\npart = U1\nreason = r\nauthor = a\n")


def gate_vector():
    arguments = ["gate"] + QUICK
    for _ in range(gate_words.randrange(4)):
        arguments += [gate_words.choice(GATE_VALUED), gate_words.choice(GATE_VALUES + VALUES)]
    return arguments + gate_words.choice([[], ["--bisect"], ["--fail-on-reservations"], ["--list"], ["text"]])


failures, statuses = 0, {}
for number in range(count + count // 4):
    arguments = vector() if number < count else gate_vector()
    if arguments[:1] == ["gate"] and number < count:
        arguments[1:1] = QUICK
    why = bad(arguments)
    if why:
        failures += 1
        print(f"# vector {number}: {why}: {arguments}")
sys.exit(failures > 0)
