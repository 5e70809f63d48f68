#!/usr/bin/env python3
"""png_compare.py A B [SHARE]: exit 0 when at most SHARE (default 0.005) of the pixels of two PNGs
of equal size differ by more than 48 of 255 in a channel; else 1, and the share and the rectangle
that holds the differences. 8 bits per channel, not interlaced, colour types 2 and 6."""
import struct
import sys
import zlib


def chunks(data):
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("no PNG")
    at = 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at:at + 4])
        yield data[at + 4:at + 8], data[at + 8:at + 8 + length]
        at += length + 12


def unfilter(kind, line, above, step):
    """One line of samples as PNG's filter `kind` left it; in place."""
    if kind == 1:
        for i in range(step, len(line)):
            line[i] = (line[i] + line[i - step]) & 255
    elif kind == 2:
        for i in range(len(line)):
            line[i] = (line[i] + above[i]) & 255
    elif kind == 3:
        for i in range(len(line)):
            left = line[i - step] if i >= step else 0
            line[i] = (line[i] + (left + above[i]) // 2) & 255
    elif kind == 4:
        for i in range(len(line)):
            a = line[i - step] if i >= step else 0
            b, c = above[i], above[i - step] if i >= step else 0
            pa, pb, pc = abs(b - c), abs(a - c), abs(a + b - 2 * c)
            near = a if pa <= pb and pa <= pc else b if pb <= pc else c
            line[i] = (line[i] + near) & 255
    elif kind != 0:
        raise ValueError("filter %d" % kind)


def read(path):
    """Width, height and lines of RGB samples."""
    with open(path, "rb") as file:
        data = file.read()
    packed, lines = b"", []
    for kind, body in chunks(data):
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
    if depth != 8 or colour not in (2, 6) or interlaced:
        raise ValueError("%s: depth %d, colour type %d" % (path, depth, colour))
    step = 3 if colour == 2 else 4
    raw, above = zlib.decompress(packed), bytearray(width * step)
    for y in range(height):
        at = y * (width * step + 1)
        line = bytearray(raw[at + 1:at + 1 + width * step])
        unfilter(raw[at], line, above, step)
        above = line
        lines.append(bytes(line) if step == 3 else
                     bytes(b for i, b in enumerate(line) if i % 4 != 3))
    return width, height, lines


def differences(a, b):
    for y, (left, right) in enumerate(zip(a, b)):
        if left == right:
            continue
        for x in range(0, len(left), 3):
            if any(abs(left[x + c] - right[x + c]) > 48 for c in range(3)):
                yield x // 3, y


def main():
    width, height, first = read(sys.argv[1])
    other_width, other_height, second = read(sys.argv[2])
    most = float(sys.argv[3]) if len(sys.argv) > 3 else 0.005
    if (width, height) != (other_width, other_height):
        print("# %dx%d, not %dx%d" % (width, height, other_width, other_height))
        return 1
    points = list(differences(first, second))
    if len(points) <= most * width * height:
        return 0
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    print("# %.2f %% of the pixels differ, within %d,%d to %d,%d" %
          (100 * len(points) / (width * height), min(xs), min(ys), max(xs), max(ys)))
    return 1


sys.exit(main())
