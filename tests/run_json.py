#!/usr/bin/env python3
"""Checks a linkpulse.run/1 file: exactly the keys of the schema, each of its type.

run_json.py FILE [EXPRESSION...]: each expression, with the object as `r`, must hold too.
"""
import json
import sys

TOP = {
    "schema": str, "verdict": str, "seed": int, "board": str, "engine": str, "firmware": (str, type(None)),
    "captures": list, "total": dict, "margins": list, "counters": dict,
    "transmit": (dict, type(None)), "checks_not_run": list,
    "simulated_s": float, "real_time_factor": (float, type(None)),
}
COUNTS = {
    "frames": int, "sent": int, "recovered": int, "lost": int, "corrupt": int, "extra": int,
}
CAPTURE = {"file": str, **COUNTS, "skipped": list, "failures": list}
# With firmware:
DELIVERED = {"delivered": int, "refused": int, "dropped_after": (int, type(None))}
REARM = {
    "gaps": int, "rearmed": int, "late": int, "worst_cycles": int, "window_cycles": (int, type(None)),
    "hclk_hz": float,
}
SKIPPED = {"frame": int, "why": str}
FAILURE = {"frame": int, "stage": str, "net": str, "time_ps": int, "detail": str}
CAUSE = {"cause": (str, type(None))}
NUMBER = (float, type(None))
MARGIN = {"name": str, "net": str, "worst_ns": NUMBER, "limit_ns": NUMBER, "slack_ns": NUMBER, "source": str}
TRANSMIT = {
    "driver": (str, type(None)), "sent": int, "frames": int, "good_fcs": int, "octets": int, "damaged": int,
    "link_pulses": int, "pulse_least_ns": NUMBER, "pulse_most_ns": NUMBER, "swallowed": int,
    "dead": (str, type(None)), "first_damage": (str, type(None)), "line": (dict, type(None)),
    "partner": (dict, type(None)), "feedback": bool, "quantum_ns": NUMBER,
}
LINE = {
    "frames": int, "link_pulses": int, "fragments": int, "different": int, "missing": int, "measurements": list,
}
PARTNER = {
    "profile": str, "link": str, "link_losses": int, "link_pulses": int, "inverted_pulses": int,
    "odd_pulses": int, "frames": int, "taken": int, "unheard": int, "heard": list,
}
HEARD = {"time_ps": int, "octets": int, "why": (str, type(None)), "tp_idl_ns": float, "rate_ppm": float}
MEASUREMENT = {
    "name": str, "unit": str, "limit": float, "at_least": bool, "worst": NUMBER, "slack": NUMBER,
    "time_ps": (int, type(None)), "source": str,
}
NOT_RUN = {"name": str, "why": str}
errors = []


def no_twice(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        errors.append(f"a key stands twice: {keys}")
    return dict(pairs)


def shape(what, value, keys, optional=None):
    allowed = {**keys, **(optional or {})}
    for key in keys.keys() - value.keys():
        errors.append(f"{what}: no {key}")
    for key, item in value.items():
        if key not in allowed:
            errors.append(f"{what}: {key} is not of the schema")
        elif not isinstance(item, allowed[key]) or (isinstance(item, bool) and allowed[key] is not bool):
            errors.append(f"{what}: {key} is {item!r}")


def check(r):
    firmware = r["firmware"] is not None
    shape("top", r, {**TOP, **({"rearm": dict} if firmware else {})}, {"host": dict, "partial": bool})
    delivered, cause = (DELIVERED, CAUSE) if firmware else ({}, {})
    shape("total", r["total"], {**COUNTS, **delivered})
    if firmware:
        shape("rearm", r["rearm"], REARM)
    if r["schema"] != "linkpulse.run/1" or r["verdict"] not in ("pass", "fail"):
        errors.append(f"schema {r['schema']}, verdict {r['verdict']}")
    for capture in r["captures"]:
        shape("capture", capture, {**CAPTURE, **delivered}, {"partial": bool, "damage": str})
        for row in capture["skipped"]:
            shape("skipped", row, SKIPPED)
        for row in capture["failures"]:
            shape("failure", row, {**FAILURE, **cause})
    if r["transmit"] is not None:
        shape("transmit", r["transmit"], TRANSMIT)
        line = r["transmit"]["line"]
        shape("line", line or {}, LINE if line else {})
        for row in line["measurements"] if line else []:
            shape("measurement", row, MEASUREMENT)
        partner = r["transmit"]["partner"]
        shape("partner", partner or {}, PARTNER if partner else {})
        for row in partner["heard"] if partner else []:
            shape("heard", row, HEARD)
    for row in r["margins"]:
        shape("margin", row, MARGIN)
    for name, count in r["counters"].items():
        shape("counters", {name: count}, {name: int})
    for row in r["checks_not_run"]:
        shape("checks_not_run", row, NOT_RUN)


with open(sys.argv[1], encoding="utf-8") as file:
    result = json.load(file, object_pairs_hook=no_twice)
check(result)
for expression in sys.argv[2:]:
    if not eval(expression, {"r": result}):
        errors.append(f"not so: {expression}")
for error in errors:
    print(f"# {error}")
sys.exit(bool(errors))
