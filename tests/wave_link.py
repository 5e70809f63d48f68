#!/usr/bin/env python3
"""What a run says beside its waves (FILE.lpwave), held against the waves, the capture and reports.

wave_link.py packets FILE.vcd CAPTURE   octets as sent, edges where the waves have them
wave_link.py failure FILE.vcd JSON      the report's first failure, shown by a signal
wave_link.py delivered FILE.vcd LOW SIZE   the PC lies in there whenever a frame is delivered
wave_link.py exception FILE.vcd N       N is entered within 5 us behind every select
wave_link.py ndtr FILE.vcd              falls by the octets of every packet
wave_link.py volts FILE.vcd             at its thresholds at every edge, and what lies between
wave_link.py at FILE.vcd                PC, exception and NDTR when the first frame is delivered
Exit 1 and a line per difference.
"""
import bisect
import json
import sys

import frames


def load(path):
    """Signals by full name as lists of times and of values."""
    signals, ids, scope, time = {}, {}, [], 0
    with open(path, encoding="utf-8") as file:
        for line in file:
            word = line.split()
            if line[0] == "#":
                time = int(line[1:])
            elif line[0] == "r":
                add(ids[word[1]], time, float(word[0][1:]))
            elif line[0] in "01xz":
                add(ids[word[0][1:]], time, word[0][0])
            elif word[0] == "$scope":
                scope.append(word[2])
            elif word[0] == "$upscope":
                scope.pop()
            elif word[0] == "$var":
                signals[".".join(scope) + "." + word[4]] = ids.setdefault(word[3], ([], []))
    return signals


def add(signal, time, value):
    signal[0].append(time)
    signal[1].append(value)


def at(signal, time):
    i = bisect.bisect_right(signal[0], time)
    return signal[1][i - 1] if i else None


def between(signal, time):
    """A real as a straight line between its changes."""
    times, values = signal
    i = bisect.bisect_right(times, time)
    if i == 0 or i == len(times):
        return values[max(i - 1, 0)]
    share = (time - times[i - 1]) / (times[i] - times[i - 1])
    return values[i - 1] + share * (values[i] - values[i - 1])


def octets_of(capture):
    for frame in frames.read(capture):
        frame += bytes(max(0, 60 - len(frame)))
        yield frame + frames.zlib.crc32(frame).to_bytes(4, "little")


def packets(waves, side, capture):
    sent = list(octets_of(capture))
    line = waves["line.line"]
    for p in side["packets"]:
        if bytes.fromhex(p["octets"]) != sent[p["index"] - 1]:
            yield f"frame {p['frame']}: {p['octets'][:40]}"
        if p["from"] not in line[0] or p["to"] not in line[0]:
            yield f"frame {p['frame']}: no edge at {p['from']} or {p['to']}"
        if p["data_to"] - p["data_from"] != 800000 * len(sent[p["index"] - 1]):
            yield f"frame {p['frame']}: data from {p['data_from']} to {p['data_to']}"
    if not side["packets"]:
        yield "no packets"


def failure(waves, side, report):
    first = json.load(open(report, encoding="utf-8"))["captures"][0]["failures"][0]
    told = side["failures"][0]
    packet = side["packets"][told["packet"]]
    if told["time"] != first["time_ps"]:
        yield f"at {told['time']}, not {first['time_ps']}"
    if packet["index"] != first["frame"] or packet["verdict"] not in ("lost", "corrupt"):
        yield f"frame {packet['index']} {packet['verdict']}"
    if packet["cause"] != (first.get("cause") or first["stage"]):
        yield f"cause {packet['cause']}"
    if not packet["from"] <= told["time"] <= packet["to"] or told["signal"] not in waves:
        yield f"{told}"
    elif not told["signal"].endswith(first["net"]):
        yield f"shown by {told['signal']}"


def delivered(waves, side, low, size):
    for p in side["packets"]:
        pc = at(waves["cpu.pc"], p["delivered"] or -1)
        if pc is None or not int(low, 0) <= pc < int(low, 0) + int(size, 0):
            yield f"frame {p['frame']} at {p['delivered']}: pc {pc}"


def exception(waves, side, number):
    times, values = waves["cpu.exception"]
    for p in side["packets"]:
        first = bisect.bisect_left(times, p["deselected"])
        last = bisect.bisect_right(times, p["deselected"] + 5_000_000)
        if float(number) not in values[first:last]:
            yield f"frame {p['frame']}: {values[first:last]}"


def ndtr(waves, side):
    times, values = waves["dma.ndtr"]
    for p in side["packets"]:
        first = bisect.bisect_left(times, p["selected"])
        last = bisect.bisect_right(times, p["deselected"])
        n = len(p["octets"]) // 2
        if last - first != n or at(waves["dma.ndtr"], p["selected"]) - values[last - 1] != n:
            yield f"frame {p['frame']}: {last - first} changes, to {values[last - 1]}"


def volts(waves, side):
    n = 0
    for name in {t["signal"] for t in side["thresholds"]}:
        levels = [v for t in side["thresholds"] if t["signal"] == name for v in (t["low"], t["high"])]
        times, values = waves["one-shots." + name.split(".", 1)[1]]
        for time, value in list(zip(times, values))[1:]:
            volt = between(waves[name], time)
            off = min(abs(volt - level) for level in levels)
            n += 1
            if off > 0.02:
                yield f"{name} to {value} at {time}: {volt} V, {levels}"
    if n < 100:
        yield f"{n} edges"


def show(waves, side):
    time = side["packets"][0]["delivered"]
    yield " ".join("%d" % at(waves[name], time) for name in ("cpu.pc", "cpu.exception", "dma.ndtr"))


def main():
    checks = {"packets": packets, "failure": failure, "delivered": delivered, "exception": exception,
              "ndtr": ndtr, "volts": volts, "at": show}
    waves = load(sys.argv[2])
    with open(sys.argv[2] + ".lpwave", encoding="utf-8") as file:
        side = json.load(file)
    found = list(checks[sys.argv[1]](waves, side, *sys.argv[3:]))
    for line in found[:10]:
        print(line if sys.argv[1] == "at" else "# " + line)
    return int(bool(found) and sys.argv[1] != "at")


if __name__ == "__main__":
    sys.exit(main())
