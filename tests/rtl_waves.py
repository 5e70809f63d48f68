#!/usr/bin/env python3
"""rtl_waves.py EVENT.vcd RTL.vcd: nets of both have the same edges, by at most 3 ns apart.

Nets go by their names, without scopes. Prints each difference; exit 1.
"""
import sys

import vcd

LEAST = 20  # nets that both must have


def nets(path):
    found = {}
    for name, edges in vcd.load(path)[0].items():
        found[name.split(".")[-1]] = edges
    return found


def main():
    event, rtl = nets(sys.argv[1]), nets(sys.argv[2])
    both, bad = sorted(event.keys() & rtl.keys()), 0
    for net in both:
        a, b = event[net], rtl[net]
        worst = max((abs(x[0] - y[0]) for x, y in zip(a, b)), default=0)
        if [x[1] for x in a] != [y[1] for y in b] or worst > 3000:
            print(f"# {net}: {len(a)} and {len(b)} edges, {worst} ps apart at most")
            bad += 1
    if len(both) < LEAST:
        print(f"# {len(both)} nets in both")
        bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
