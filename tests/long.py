#!/usr/bin/env python3
"""long.py PROGRAM FRAMES LENGTH [ARGUMENT...]: replays FRAMES generated frames that come
through a pipe; prints recovered frames, simulated seconds per second of processor time,
and the most memory the program had, MB."""
import json
import os
import subprocess
import sys
import tempfile

program, frames, length = sys.argv[1], sys.argv[2], sys.argv[3]
make = [sys.executable, os.path.dirname(os.path.abspath(__file__)) + "/frames.py", "make"]
with tempfile.TemporaryDirectory() as directory:
    report = directory + "/json"
    maker = subprocess.Popen([*make, "/dev/stdout", frames, length], stdout=subprocess.PIPE)
    run = subprocess.Popen([program, "run", "-q", "--json", report, *sys.argv[4:], "-"], stdin=maker.stdout,
                           stdout=subprocess.DEVNULL)
    maker.stdout.close()
    _, status, usage = os.wait4(run.pid, 0)
    maker.wait()
    with open(report, encoding="utf-8") as file:
        result = json.load(file)
recovered = result["captures"][0]["recovered"]
print(recovered, round(result["simulated_s"] / (usage.ru_utime + usage.ru_stime)), usage.ru_maxrss // 1024)
sys.exit(os.waitstatus_to_exitcode(status))
