"""engines.py PROGRAM SOURCE_ROOT: measures the three engines on one frame and writes
SOURCE_ROOT/docs/engines.md between its marks. Needs verilator and ngspice; a few minutes."""
import datetime
import os
import re
import struct
import subprocess
import sys
import tempfile

program, root = sys.argv[1:3]
work = tempfile.mkdtemp(prefix="linkpulse-engines.")
NETS = {"line": "/line", "edge_in": "/edge_in", "idle_n": "/~{idle}", "edge": "/edge",
        "sck": "/sck", "nss_rx": "/nss_rx"}


def run(*command, env=None):
    done = subprocess.run(command, capture_output=True, text=True, cwd=work, check=False,
                          timeout=1200, env={**os.environ, **(env or {})})
    return done.stdout + done.stderr


def spice_frame(n):
    """The frame of export --spice (harness/export_spice_setup.c), without its FCS."""
    octets = bytearray(b"\xff" * 6 + b"\x02\0\0\0\0\1\x88\xb5" + b"\x00\xff\x55\xaa\x33\xcc")
    value = 1
    for i in range(n):
        value = (value * 1664525 + 1013904223) & 0xFFFFFFFF
        if i >= len(octets):
            octets.append(value >> 24)
    return bytes(octets[:n])


def write_capture(path, frame):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        f.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)


def read_vcd(path):
    """{name: [(ns, level)]}; ngspice and linkpulse both write one-bit variables."""
    names, edges, time, scale = {}, {}, 0.0, 1e-3
    with open(path, encoding="utf-8") as f:
        for line in f:
            variable = re.match(r"\$var\s+\w+\s+1\s+(\S+)\s+(\S+)", line)
            if variable:
                names.setdefault(variable[1], set()).add(variable[2])
            elif line.startswith("$timescale"):
                unit = re.search(r"(\d+)\s*([fpnu])s", line)
                scale = int(unit[1]) * {"f": 1e-6, "p": 1e-3, "n": 1.0, "u": 1e3}[unit[2]]
            elif line[0] == "#":
                time = int(line[1:]) * scale
            elif line[0] in "01" and line[1:].strip() in names:
                edges.setdefault(line[1:].strip(), []).append((time, int(line[0])))
    found = {}
    for code, of in edges.items():
        changes = [e for i, e in enumerate(of) if i and e[1] != of[i - 1][1]]
        for name in names[code]:
            found[name] = changes
    return found


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else float("nan")


def widths(edges):
    return [b[0] - a[0] for a, b in zip(edges, edges[1:]) if a[1] and not b[1]]


def rises(edges):
    return [t for t, level in edges if level]


def after(causes, effects):
    """From each cause to the next effect before the next cause."""
    delays = []
    for t, end in zip(causes, causes[1:] + [float("inf")]):
        delays += [e - t for e in effects if t < e < end][:1]
    return delays


def figures(waves):
    """The rows, from the edges of one frame. The first 8 one-shots still settle."""
    start = waves["line"][0][0] if waves["line"] else 0
    first, last = waves["line"][0][0], waves["line"][-1][0]
    idle = waves["idle_n"]
    return {
        "edge detector, delay": mean(after([t for t, _ in waves["line"]],
                                           rises(waves["edge_in"]))),
        "edge detector, width": mean(widths(waves["edge_in"])[8:]),
        "frame detector, up after the first edge": rises(idle)[0] - first,
        "frame-hold time, after the last edge": idle[-1][0] - last,
        "first-edge filter, first edge let through": rises(waves["edge"])[0] - start,
        "bit clock, after its edge": mean(after(rises(waves["edge"]), rises(waves["sck"]))[8:]),
        "bit clock, width": mean(widths(waves["sck"])[8:]),
        "select released, after the last edge": waves["nss_rx"][-1][0] - last,
    }


def by_stage(vcd, spice):
    waves = {}
    for stage, net in NETS.items():
        wanted = [n for n in vcd if (re.fullmatch(r"w\d+_" + stage, n) if spice else n == net)]
        waves[stage] = vcd[wanted[0]] if wanted else []
    return waves


def measure(arguments):
    write_capture(work + "/frame.pcap", spice_frame(60))
    rows = {}
    for engine in ("event", "rtl"):
        run(program, "run", "-q", "--firmware", "none", "--engine", engine, "--vcd", engine + ".vcd",
            "frame.pcap", *arguments)
        rows[engine] = figures(by_stage(read_vcd(f"{work}/{engine}.vcd"), False))
    run(program, "export", "--spice", "--octets", "60", "-o", "deck.cir", *arguments)
    run("ngspice", "-b", "deck.cir")
    rows["spice"] = figures(by_stage(read_vcd(work + "/linkpulse_spice.vcd"), True))
    return rows


VARIANTS = [
    ("as built", [], None),
    ("VT+ = 2.9 V", ["--set", "part.74HC14.vt_plus=2.9"], ("bit clock, width", "frame-hold")),
    ("R5 = 620 ohm", ["--edit", "value R5=620"], ("bit clock, width",)),
    ("R4 = 1 kohm", ["--edit", "value R4=1k"], ("frame-hold", "select released")),
    ("C10 = 33 pF", ["--edit", "value C10=33"], ("first-edge filter",)),
]


def three_way(out):
    out.append("| quantity, ns | event | rtl | ngspice | event - ngspice | rtl - ngspice | |")
    out.append("|---|---|---|---|---|---|---|")
    for title, arguments, wanted in VARIANTS:
        rows = measure(arguments)
        for name, truth in rows["spice"].items():
            if wanted and not any(name.startswith(w) for w in wanted):
                continue
            e, r = rows["event"][name], rows["rtl"][name]
            good = all(abs(v - truth) <= max(3, 0.05 * abs(truth)) for v in (e, r))
            out.append(f"| {title}: {name} | {e:.2f} | {r:.2f} | {truth:.2f} | {e - truth:+.2f} | "
                       f"{r - truth:+.2f} | {'' if good else 'beyond 3 ns and 5 %'} |")


def oscillator_deck():
    """U2A with R7 and C13, by ngspice alone: ms high and low."""
    deck = """* relaxation oscillator: a Schmitt inverter of two switches with hysteresis
VCC vcc 0 5
S1 drive 0 cap 0 DOWN
S2 vcc drive 0 cap UP
R7 drive cap 57.6k
C13 cap 0 0.68u IC=0
.model DOWN SW(VT=2.25 VH=0.45 RON=50 ROFF=1e12)
.model UP SW(VT=-2.25 VH=0.45 RON=75 ROFF=1e12)
.control
tran 1u 60m 0 1u uic
meas tran high1 trig v(drive) val=2.5 rise=1 targ v(drive) val=2.5 fall=2
meas tran low1 trig v(drive) val=2.5 fall=1 targ v(drive) val=2.5 rise=1
quit 0
.endc
.end
"""
    with open(work + "/osc.cir", "w", encoding="utf-8") as f:
        f.write(deck)
    text = run("ngspice", "-b", "osc.cir")
    found = dict(re.findall(r"^(\w+)\s*=\s*([-+0-9.e]+)", text, re.M))
    return float(found["high1"]) * 1e3, float(found["low1"]) * 1e3


def oscillator(out):
    """Small frames 9 ms apart, so that four periods are seen."""
    frame = spice_frame(60)
    with open(work + "/long.pcap", "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for _ in range(14):
            f.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
    high, low = {}, {}
    pulses = {}
    for engine in ("event", "rtl"):
        run(program, "run", "-q", "--firmware", "none", "--engine", engine, "--vcd", "osc.vcd",
            "--set", "line.gap=fixed", "--set", "line.gap_ns=9000000", "long.pcap")
        vcd = read_vcd(work + "/osc.vcd")
        edges = vcd["Net-(R7-Pad2)"]
        high[engine] = mean(widths(edges)) * 1e-6
        low[engine] = mean(b[0] - a[0] for a, b in zip(edges, edges[1:]) if not a[1]) * 1e-6
        nlp = vcd["/~{nlp}"]
        pulses[engine] = sorted({round(b[0] - a[0], 1) for a, b in zip(nlp, nlp[1:]) if not a[1]})
    spice = oscillator_deck()
    for name, of, truth in (("high", high, spice[0]), ("low", low, spice[1])):
        off = max(abs(of[e] / truth - 1) for e in of)
        out.append(f"| oscillator {name}, ms | {of['event']:.4f} | {of['rtl']:.4f} | {truth:.4f} | "
                   f"{of['event'] - truth:+.4f} | {of['rtl'] - truth:+.4f} | "
                   f"{'' if off < 0.05 else 'beyond 5 %'} |")
    out.append(f"| link pulse widths | {pulses['event']} | {pulses['rtl']} | - | | | |")


def crosscheck(arguments, env=None):
    text = run(program, "crosscheck", "--set", "delay.scale=0.65", "--set", "receiver.idle=high",
               *arguments, f"{root}/captures/dns.pcap", env=env)
    factor = re.search(r"event [\d.]+ s \(factor ([\d.]+)\), rtl [\d.]+ s \(factor ([\d.]+)", text)
    worst = {m[1]: (m[2], m[3]) for m in re.finditer(
        r"^(\S+) +\d+ +\d+ +\d+ +([-+.\d]+) +[\d.]+ +([-+.\d]+) at", text, re.M)}
    frames = re.search(r"recovered by event (\d+), by rtl (\d+)", text)
    return factor, worst, frames, re.search(r"^(PASS|FAIL): .*?(?=; repeat)", text, re.M)[0]


def ticks(out):
    out += ["| tick, ps | FET step, ps | /sck median, worst ns | /sck_rx | /~{idle} | frames event, "
            "rtl | factor event | factor rtl | verdict |", "|---|---|---|---|---|---|---|---|---|"]
    for tick, step in ((1, 125), (1, 500), (1, 1000), (250, 500), (1000, 1000)):
        flags = f"-GTICK_PS=64'sd{tick} -GSTEP_PS=64'sd{step}"
        env = {"LINKPULSE_RTL_FLAGS": flags} if (tick, step) != (1, 500) else None
        factor, worst, frames, verdict = crosscheck([], env)
        cells = [", ".join(worst[n]) for n in ("/sck", "/sck_rx", "/~{idle}")]
        out.append(f"| {tick} | {step} | {' | '.join(cells)} | {frames[1]}, {frames[2]} | "
                   f"{factor[1]} | {factor[2]} | {verdict} |")


def jitter(out):
    out += ["| jitter, peak ns | frames recovered by event | by rtl | verdict |", "|---|---|---|---|"]
    for peak in (0, 3, 6, 8):
        _, _, frames, verdict = crosscheck(["--set", f"line.jitter_peak_ns={peak}"])
        out.append(f"| {peak} | {frames[1]} | {frames[2]} | {verdict} |")


def versions():
    first = [run("verilator", "--version").split("rev")[0].strip(),
             (re.search(r"ngspice-\d+", run("ngspice", "--version")) or ["ngspice ?"])[0],
             run("g++", "--version").splitlines()[0]]
    return ", ".join(first)


def main():
    out = [f"Measured on {datetime.date.today()} with {versions()}.", "", "### Three ways", ""]
    three_way(out)
    oscillator(out)
    out += ["", "### Tick and step", ""]
    ticks(out)
    out += ["", "### Jitter", ""]
    jitter(out)
    path = root + "/docs/engines.md"
    with open(path, encoding="utf-8") as f:
        text = f.read()
    begin, end = "<!-- measured -->\n", "<!-- end -->\n"
    head, tail = text.split(begin)[0], text.split(end)[1]
    with open(path, "w", encoding="utf-8") as f:
        f.write(head + begin + "\n".join(out) + "\n" + end + tail)
    print("\n".join(out))


main()
