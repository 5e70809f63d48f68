#!/usr/bin/env python3
"""bad_captures.py GOOD DIRECTORY: writes captures with one fault each into DIRECTORY."""
import struct
import sys

good = open(sys.argv[1], "rb").read()


def write(name, data):
    with open(f"{sys.argv[2]}/{name}.pcap", "wb") as file:
        file.write(data)


def record(octets, length=None):
    return struct.pack("<4I", 0, 0, len(octets), length or len(octets)) + octets


starts = [24]
while starts[-1] < len(good):
    starts.append(starts[-1] + 16 + struct.unpack_from("<I", good, starts[-1] + 8)[0])
header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
write("empty", b"")
write("magic", b"linkpulse\n" * 10)
write("header", good[:20])
write("frameless", good[:24])
write("gzip", b"\x1f\x8b\x08\x00" + good)
write("cut", good[: starts[5] + 30])
write("cut_header", good[: starts[5] + 7])
write("damaged", good[: starts[5]] + struct.pack("<4I", 0, 0, 0x7FFFFFFF, 0x7FFFFFFF) + good[starts[6]:])
write("link", good[:20] + struct.pack("<I", 105) + good[24:])
write("skipped", header + record(bytes(20), 1514) + record(bytes(13)) + record(b"\x55" * 10))
write("some_skipped", good[: starts[2]] + record(bytes(20), 1514) + record(bytes(5)) + good[starts[2]:])
for name, seconds in ("long_times", (0, 0x7FFFFFFF)), ("long_gap", (0, 3500000)):
    write(name, header + b"".join(struct.pack("<4I", second, 0, 60, 60) + bytes(60) for second in seconds))
