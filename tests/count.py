#!/usr/bin/env python3
"""Counts what the test programs themselves reported, case by case.

count.py BUILDDIR MESON_STATUS EXCLUDED_SUITE...

A test with an argument --tap=FILE writes its cases there; without one it is a single case,
which Meson judges. A program that crashed, timed out, did not run, or reported nothing or
less than it planned counts as one failed case more.
Prints what is wrong, the skipped cases by name, and last `N passed, N failed, N skipped`;
exits 1 when any failed.
"""
import json
import pathlib
import re
import subprocess
import sys


def read_tap(path):
    """(passed, failed, skipped cases, complaint or None) of one TAP file."""
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return 0, 0, [], "reported no results"
    plan = None
    passed = failed = 0
    skipped = []
    for line in lines:
        if match := re.match(r"1\.\.(\d+)", line):
            plan = int(match[1])
        elif line.startswith("not ok"):
            failed += 1
        elif match := re.match(r"ok\b[ -]*(.*?)\s*# SKIP\b\s*(.*)", line, re.I):
            skipped.append(f"{match[1]}: {match[2] or 'no reason given'}")
        elif re.match(r"ok\b", line):
            passed += 1
    total = passed + failed + len(skipped)
    if not plan:
        return passed, failed, skipped, "planned no case"
    if total != plan:
        return passed, failed, skipped, f"reported {total} of {plan} planned cases"
    return passed, failed, skipped, None


def expected(build, excluded):
    text = subprocess.run(["meson", "introspect", "--tests", build], check=True,
                          capture_output=True, text=True).stdout
    return [test for test in json.loads(text)
            if not any(suite.split(":")[-1] in excluded for suite in test["suite"])]


def cases(test, verdict):
    """Like read_tap, for any test."""
    taps = [word[len("--tap="):] for word in test["cmd"] if word.startswith("--tap=")]
    if taps:
        return read_tap(pathlib.Path(taps[0]))
    if verdict == "SKIP":
        return 0, 0, ["skipped"], None
    return (1, 0, [], None) if verdict == "OK" else (0, 0, [], f"ended with {verdict}")


def results(build):
    """Meson's verdict by test name, from its log of the run just done."""
    found = {}
    try:
        log = (build / "meson-logs" / "testlog.json").read_text(errors="replace")
    except OSError:
        return found
    for line in log.splitlines():
        row = json.loads(line)
        found[row["name"].split(" / ")[-1]] = row["result"]
    return found


def main():
    build, status, excluded = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    passed = failed = skipped = 0
    verdicts = results(build)
    tests = expected(build, excluded)
    names = [test["name"] for test in tests]
    for name in sorted({name for name in names if names.count(name) > 1}):
        print(f"failed: {name}: {names.count(name)} tests have this name, and one file of results")
        failed += 1
    for test in tests:
        name = test["name"]
        verdict = verdicts.get(name, "did not run")
        ok, bad, skips, complaint = cases(test, verdict)
        if not complaint and verdict not in ("OK", "SKIP") and not bad:
            complaint = f"ended with {verdict}"
        if complaint:
            print(f"failed: {name}: {complaint} ({verdict})")
            bad += 1
        for skip in skips:
            print(f"not run: {name}: {skip}")
        passed, failed, skipped = passed + ok, failed + bad, skipped + len(skips)
    if status and not failed:
        print(f"failed: meson test ended with {status}")
        failed += 1
    if not passed and not failed:
        print("failed: no test was run")
        failed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
