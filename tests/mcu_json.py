#!/usr/bin/env python3
"""Checks a linkpulse.mcu/1 file: exactly the keys of the schema, each of its type.

mcu_json.py FILE [EXPRESSION...]: each expression, with the object as `r`, must hold too.
"""
import json
import sys

TOP = {
    "schema": str, "chip": str, "end": str, "exit_code": (int, type(None)), "instructions": int,
    "cycles": int, "itm": str, "faults": int, "unmodelled": list,
}
UNMODELLED = {
    "name": str, "address": int, "write": bool, "value": int, "pc": int, "where": str, "text": str,
}
ENDS = ("semihosting", "fault", "limit", "unmodelled", "breakpoint")


def shape(what, found, wanted):
    if set(found) != set(wanted):
        return [f"{what} has keys {sorted(found)}, expected {sorted(wanted)}"]
    return [f"{what}.{key} is {found[key]!r}" for key, kind in wanted.items()
            if not isinstance(found[key], kind) or isinstance(found[key], bool) != (kind is bool)]


with open(sys.argv[1], encoding="utf-8") as file:
    r = json.load(file)
errors = shape("the report", r, TOP)
if not errors:
    if r["schema"] != "linkpulse.mcu/1" or r["end"] not in ENDS:
        errors.append(f"schema {r['schema']}, end {r['end']}")
    if (r["exit_code"] is None) != (r["end"] != "semihosting"):
        errors.append(f"end {r['end']} with exit_code {r['exit_code']}")
    if any(ord(c) > 255 for c in r["itm"]):
        errors.append("itm holds more than octets")
    for entry in r["unmodelled"]:
        errors += shape("unmodelled", entry, UNMODELLED)
    errors += [f"does not hold: {e}" for e in sys.argv[2:] if not eval(e)]
for error in errors:
    print(f"# {error}")
sys.exit(bool(errors))
