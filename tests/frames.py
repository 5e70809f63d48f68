#!/usr/bin/env python3
"""Frames of pcap files, read without the project's own code, and made.

frames.py octets FILE   one line per frame: what is sent after the SFD, pad and FCS included
frames.py padded FILE   the same without the FCS
frames.py make FILE COUNT LENGTH [NS]  COUNT different frames, NS apart (default 1 ms)
"""
import struct
import sys
import zlib


def read(path):
    data = open(path, "rb").read()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    at = 24
    while at < len(data):
        _, _, kept, length = struct.unpack_from(order + "4I", data, at)
        if kept != length:
            sys.exit(f"{path}: a cut frame at {at}")
        yield data[at + 16 : at + 16 + kept]
        at += 16 + kept


def make(path, count, length, ns):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1))
        for i in range(count):
            fill = bytes((i * 7 + k) & 255 for k in range(16)) + struct.pack(">Q", i)
            body = (bytes.fromhex("02000000000102000000000288b5") + fill * (length // 24 + 1))[:length]
            seconds, rest = divmod(i * ns, 10**9)
            file.write(struct.pack("<4I", seconds, rest, length, length) + body)


def main():
    if sys.argv[1] == "make":
        make(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int((sys.argv + ["1000000"])[5]))
        return
    for frame in read(sys.argv[2]):
        frame += bytes(max(0, 60 - len(frame)))
        fcs = struct.pack("<I", zlib.crc32(frame))
        print((frame + fcs if sys.argv[1] == "octets" else frame).hex())


if __name__ == "__main__":
    main()
