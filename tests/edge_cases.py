#!/usr/bin/env python3
"""edge_cases.py CAPTURES FILE: the frames at which a board may fail, of the project's captures,
as one capture of 10 ms of line time: the least and most octets, longer than the standard's, every
pattern, runs of bits, first octets, extreme FCS, at the minimum gap."""
import struct
import sys

from frames import read


def pick(directory):
    def of(name, *numbers):
        frames = list(read(f"{directory}/{name}.pcap"))
        return [frames[i] for i in numbers]

    yield from of("short", 0, 1, 22, 45)  # 14, 15, 36, 59 octets
    yield from of("sizes", 0, 1, 2, 3, -1)  # 60 to 63 and 1514
    constants = 4 * 12  # patterns.pcap: 12 patterns at 60, 61, 511 and 1514 octets,
    yield from of("patterns", *range(0, constants, 4), 1, 17, 19)
    yield from of("patterns", *(constants + first for first in (0, 1, 2, 3, 0x54, 0x55, 0xAA, 0xFE, 0xFF)))
    runs = constants + 256  # then each first octet, then runs of 1 to 64 bits, then FCS
    yield from of("patterns", *(runs + length - 1 for length in (1, 2, 3, 8, 31, 64)))
    yield from of("patterns", *range(runs + 64, runs + 96, 2))
    yield from of("jumbo", 3)  # 2000 octets


def main():
    with open(sys.argv[2], "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1))
        for i, frame in enumerate(pick(sys.argv[1])):
            file.write(struct.pack("<4I", 0, i * 1000, len(frame), len(frame)) + frame)


main()
