#!/usr/bin/env python3
"""Compares waves edge by edge.

vcd.py SMALL WHOLE [FROM TO]: every net and vector of SMALL (VCD) has the same value at its start and
the same changes up to its end as in WHOLE; FROM and TO in ps: SMALL must lie within them
and have edges. Exit 1 and a line per difference otherwise.
vcd.py --span FILE: prints first and last time, ps.
"""
import sys


reals = "--reals" in sys.argv  # compared only then: a window has samples of its own


def load(path):
    nets, ids, scope = {}, {}, []
    edges, time, first = {}, 0, None
    with open(path, encoding="utf-8") as file:
        for line in file:
            word = line.split()
            if not word or word[0] == "$comment":
                continue
            if word[0] == "$timescale":
                scale = "".join(word[1:] or file.readline().split()).replace("$end", "")
                if scale != "1ps":
                    sys.exit(f"{path}: timescale {scale}")
            if word[0] == "$scope":
                scope.append(word[2])
            elif word[0] == "$upscope":
                scope.pop()
            elif word[0] == "$var":
                nets[".".join(scope) + "." + word[4]] = word[3]
                edges.setdefault(word[3], [])
            elif word[0][0] == "#":
                time = int(word[0][1:])
                first = time if first is None else first
            elif word[0][0] == "b":  # a number; FST has it as a vector, VCD as a real
                edges[word[1]].append((time, int(word[0][1:].replace("x", "0"), 2)))
            elif word[0][0] == "r":
                value = float(word[0][1:])
                edges[word[1]].append((time, int(value) if value.is_integer() else "%.6g" % value))
            elif word[0][0] in "01xz":
                edges[word[0][1:]].append((time, word[0][0]))
    ids.update(nets)
    return {name: edges[ids[name]] for name in nets if reals or ".volts." not in "." + name}, first or 0, time


def within(edges, start, end):
    """Level at `start`, and the changes after it up to `end`."""
    level, found = None, []
    for time, value in edges:
        if time <= start:
            level = value
        elif time <= end and value != (found[-1][1] if found else level):
            found.append((time, value))
    return level, found


def main():
    if reals:
        sys.argv.remove("--reals")
    if sys.argv[1] == "--span":
        print(*load(sys.argv[2])[1:])
        return 0
    small, start, end = load(sys.argv[1])
    whole, _, _ = load(sys.argv[2])
    bad, n_edges = 0, 0
    if len(sys.argv) > 4 and (start < int(sys.argv[3]) or end > int(sys.argv[4])):
        bad = 1
        print(f"# spans {start} to {end}")
    for name, edges in small.items():
        mine, theirs = within(edges, start, end), within(whole.get(name, []), start, end)
        n_edges += len(mine[1])
        if mine != theirs:
            bad += 1
            differ = [pair for pair in zip(mine[1], theirs[1]) if pair[0] != pair[1]][:1]
            print(f"# {name}: {len(mine[1])} and {len(theirs[1])} edges, first {differ}, at start {mine[0]} {theirs[0]}")
    if n_edges == 0:
        bad = 1
        print("# no edge at all")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
