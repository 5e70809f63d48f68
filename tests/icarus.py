#!/usr/bin/env python3
"""icarus.py PROGRAM SOURCE_ROOT CAPTURE MICROSECONDS [ARGUMENT...]: a third simulator on the Verilog
design. crosscheck runs the capture with the arguments (which fix the scale and the idle level to 0.65
and high); Icarus Verilog gets the same inputs and the same design, and must make the same edges to
the picosecond as Verilator did. Prints what was compared and the processor's time; exits 1 when an
edge differs."""
import collections
import os
import re
import resource
import subprocess
import sys
import tempfile

POWER_UP = 10**9  # ps before time 0, harness/rtl_engine.c


def read_vcd(path):
    """{(scope, name): [(ps, level)]}, the initial values at the first time first."""
    scope, names, edges, time = "", collections.defaultdict(list), collections.defaultdict(list), 0
    with open(path, encoding="utf-8") as file:
        for line in file:
            word = line.split()
            if line.startswith("$scope"):
                scope = word[2]
            elif line.startswith("$var"):
                names[word[3]].append((scope, word[4]))
            elif line[0] == "#":
                time = int(line[1:])
            elif line[0] in "01z" and line[1:].strip() in names:
                for name in names[line[1:].strip()]:
                    edges[name].append((time, 2 if line[0] == "z" else int(line[0])))
    return edges


def ports(design):
    """Net names of the bits of `probe` and of `mcu`, and the highest bit of `probe` as it is written."""
    with open(design, encoding="utf-8") as file:
        text = file.read()
    probe = {int(bit): name for bit, name in re.findall(r"assign probe\[(\d+)\] = \\?(\S+?) ?;", text)}
    mcu = {name: int(bit) for name, bit in re.findall(r"assign \\?(\S+) +=\s*mcu_now\[(\d+)\];", text)}
    return probe, mcu, re.search(r"output wire +\[(.+?):0\] probe", text)[1]


def inputs(edges, mcu):
    rows = []
    for (scope, name), changes in edges.items():
        if scope == "inputs":
            what = 0 if name == "line" else mcu[name] + 1
            rows += [(time + POWER_UP, what, level) for time, level in changes[1:]]
    return sorted(rows)


def user_time():
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime


def icarus(root, design, work, last, rows, end):
    with open(work + "/inputs", "w", encoding="utf-8") as file:
        file.writelines(f"{time} {what} {level}\n" for time, what, level in rows)
    parts = root + "/rtl/parts"
    subprocess.run(["iverilog", "-g2012", "-I", parts, "-y", parts, "-o", work + "/board.vvp", "-s", "icarus",
                    f"-DLAST_PROBE={last}", root + "/tests/icarus.v", design], check=True)
    before = user_time()
    text = subprocess.run(["vvp", "-n", work + "/board.vvp", f"+inputs={work}/inputs", "+scale=650000",
                           "+idle=1", f"+end={end}"], check=True, capture_output=True, text=True).stdout
    edges = collections.defaultdict(list)
    for line in text.splitlines():
        if line[0].isdigit():
            time, bit, level = map(int, line.split())
            edges[bit].append((time - POWER_UP, level))
    return edges, user_time() - before


def main():
    program, root, capture, us = sys.argv[1:5]
    with tempfile.TemporaryDirectory(prefix="linkpulse-icarus.") as work:
        subprocess.run([program, "export", "--verilog", "-o", work + "/board.v"], check=True)
        before = user_time()
        done = subprocess.run([program, "crosscheck", "--firmware", "none", "--set", "delay.scale=0.65", "--set",
                               "receiver.idle=high", "--out", work, "--trace-window", f"0:{us}", *sys.argv[5:],
                               capture], capture_output=True, text=True, check=False)
        both = user_time() - before
        if done.returncode != 0:
            sys.exit(f"crosscheck: {done.stdout[-300:]}{done.stderr}")
        verilator = read_vcd(work + "/crosscheck-0.65-high.vcd")
        probe, mcu, last = ports(work + "/board.v")
        end = int(us) * 10**6
        edges, seconds = icarus(root, work + "/board.v", work, last, inputs(verilator, mcu),
                                end + POWER_UP)
    compared = different = 0
    for bit, name in probe.items():
        if ("rtl", name) not in verilator:
            continue
        mine = [edge for edge in edges[bit] if 0 <= edge[0] < end]
        theirs = [edge for edge in verilator["rtl", name][1:] if edge[0] < end]
        compared += len(theirs)
        if mine != theirs:
            first = next((pair for pair in zip(mine, theirs) if pair[0] != pair[1]), (mine[-1:], theirs[-1:]))
            print(f"{name}: {len(mine)} edges of Icarus, {len(theirs)} of Verilator; first {first}")
            different += 1
    print(f"{compared} edges, {different} nets differ; {float(us) * 1e-6 / seconds:.2e} of real time, "
          f"{seconds:.2f} s; crosscheck {both:.2f} s")
    sys.exit(1 if different or not compared else 0)


if __name__ == "__main__":
    main()
