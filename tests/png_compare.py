#!/usr/bin/env python3
"""Compares two pictures pixel by pixel.

png_compare.py GOT WANT [PERCENT]   exit 1 when the sizes differ, or more than PERCENT (default 0.3)
                                    of the pixels differ by more than 48 of 255 in a colour

PNG with 8 bits of red, green and blue, as libpng's simplified interface writes it. Glyphs come out a
little different with another FreeType; a trace, a row or a word that is missing does not pass.
"""
import struct
import sys
import zlib

FAR = 48


def paeth(row, above):
    """The nearest of left, up and corner to left + up - corner; of equal ones the first."""
    for i in range(3):
        row[i] = (row[i] + above[i]) & 0xff
    for i in range(3, len(row)):
        left, up, corner = row[i - 3], above[i], above[i - 3]
        to_left, to_up, to_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
        near = left if to_left <= to_up and to_left <= to_corner else up if to_up <= to_corner else corner
        row[i] = (row[i] + near) & 0xff


def unfilter(kind, row, above):
    """RFC 2083, section 6: none, sub, up, average, Paeth."""
    if kind == 1:
        for i in range(3, len(row)):
            row[i] = (row[i] + row[i - 3]) & 0xff
    elif kind == 2:
        row = bytearray((a + b) & 0xff for a, b in zip(row, above))
    elif kind == 3:
        for i, value in enumerate(row):
            row[i] = (value + ((row[i - 3] if i >= 3 else 0) + above[i]) // 2) & 0xff
    elif kind == 4:
        paeth(row, above)
    return row


def chunks(data):
    at = 8
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at + 8:at + 8 + length]
        at += 12 + length


def read(path):
    """(width, height, rows)"""
    with open(path, "rb") as file:
        data = file.read()
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        sys.exit(f"{path}: no PNG")
    packed, header = b"", None
    for kind, content in chunks(data):
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", content)
        elif kind == b"IDAT":
            packed += content
    if not header or header[2:] != (8, 2, 0, 0, 0):
        sys.exit(f"{path}: not a PNG of 8 bits each of red, green and blue")
    width, height = header[:2]
    raw, rows, above = zlib.decompress(packed), [], bytearray(3 * width)
    for y in range(height):
        start = y * (3 * width + 1)
        row = bytearray(raw[start + 1:start + 1 + 3 * width])
        above = unfilter(raw[start], row, above)
        rows.append(above)
    return width, height, rows


def differing(got, want, enough):
    """The pixels that differ; no further than `enough`."""
    n = 0
    for a, b in zip(got, want):
        if a != b and n <= enough:
            n += sum(any(abs(a[i + k] - b[i + k]) > FAR for k in range(3)) for i in range(0, len(a), 3))
    return n


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    with open(sys.argv[1], "rb") as one, open(sys.argv[2], "rb") as other:
        if one.read() == other.read():
            return
    (width, height, got), (*size, want) = read(sys.argv[1]), read(sys.argv[2])
    if size != [width, height]:
        print(f"# {sys.argv[1]} is {width}x{height}, wanted {size[0]}x{size[1]}")
        sys.exit(1)
    allowed = float(sys.argv[3] if len(sys.argv) == 4 else 0.3) / 100 * width * height
    if differing(got, want, allowed) > allowed:
        print(f"# more than {allowed:.0f} pixels of {sys.argv[1]} differ from {sys.argv[2]}")
        sys.exit(1)


main()
