#!/usr/bin/env python3
"""rtl_json.py EVENT RTL: two reports of `run --json` say the same, figures to 3 ns or 1 %.

What may differ: the engine's name, what was not run, which of equal edges was the worst, and
how a race was counted that is won by less than a ns. Prints each difference; exit 1.
"""
import json
import re
import sys

SKIPPED = {"engine", "checks_not_run", "repeat"}
PS = {"time_ps"}
RACES = 3
NUMBER = re.compile(r"\d+\.\d+")


def close(name, a, b):
    if name in PS:
        return abs(a - b) <= 3000
    return abs(a - b) <= max(3.0 if name.endswith("_ns") else 0, 0.01 * max(abs(a), abs(b)), 0.002)


def same_text(a, b):
    """Times, in us, may differ by 3 ns."""
    x, y = NUMBER.findall(a), NUMBER.findall(b)
    return (NUMBER.sub("#", a) == NUMBER.sub("#", b) and
            all(abs(float(p) - float(q)) <= 0.0031 for p, q in zip(x, y)))


def differences(path, name, a, b):
    if name in SKIPPED or path.startswith(".transmit.line.measurements") and name in PS:
        return
    if name.startswith("swallowed pulse"):
        a, b = (0 if n == "absent" else n for n in (a, b))
        if abs(a - b) > RACES:
            yield f"{path}: {a} by event, {b} by rtl"
        return
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            yield from differences(f"{path}.{key}", key, a.get(key, "absent"), b.get(key, "absent"))
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            yield from differences(f"{path}[{i}]", name, x, y)
    elif isinstance(a, float) and isinstance(b, float) or name in PS and None not in (a, b):
        if not close(name, a, b):
            yield f"{path}: {a} by event, {b} by rtl"
    elif isinstance(a, str) and isinstance(b, str):
        if not same_text(a, b):
            yield f"{path}: {a} by event, {b} by rtl"
    elif a != b:
        yield f"{path}: {a} by event, {b} by rtl"


def main():
    reports = []
    for path in sys.argv[1:3]:
        with open(path, encoding="utf-8") as file:
            reports.append(json.load(file))
    found = list(differences("", "", *reports))
    for line in found:
        print("#", line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
