#!/usr/bin/env python3
"""A capture of equal frames for a time on the line, each with a content of its own.

back_to_back.py OUT OCTETS SECONDS [GAP_NS]: OCTETS with FCS (64 to 1518); as many frames as SECONDS
hold at 10 Mb/s with their preamble and the gap (9600 ns). Prints how many. Half of them are for the
images' own address, half for everyone.
"""
import random
import struct
import sys

out, octets, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
gap_ns = float(sys.argv[4]) if len(sys.argv) > 4 else 9600
frame_ns = (octets + 8) * 800 + gap_ns
count = int(seconds * 1e9 / frame_ns)
US, ALL = bytes.fromhex("062233445566"), b"\xff" * 6
PEER, LOCAL_EXPERIMENTAL = bytes.fromhex("021122334455"), b"\x88\xb5"
content = random.Random(octets)
with open(out, "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    for i in range(count):
        frame = (ALL if i % 2 else US) + PEER + LOCAL_EXPERIMENTAL + struct.pack(">I", i)
        frame += content.randbytes(octets - 4 - len(frame))
        ns = int(i * frame_ns)
        file.write(struct.pack("<IIII", ns // 10**9, ns // 1000 % 10**6, len(frame), len(frame)))
        file.write(frame)
print(count)
