#!/usr/bin/env python3
"""Draws the receive path of one frame, from waves that linkpulse wrote, as an SVG.

draw_waves.py WAVES.vcd >receive.svg

WAVES.vcd comes from `linkpulse run CAPTURE --vcd WAVES.vcd --trace-window FRAME`. Time 0
is the frame's first edge on the line. Equal waves give equal bytes: tests/readme.sh draws
docs/receive.svg again and compares.
"""
import sys
from html import escape

# Net, colour, what its stage does. In the order the signal takes.
ROWS = [
    ("line", "#57606a", "the pair: rises in mid-bit for a 1, falls for a 0"),
    ("/line", "#0969da", "line receiver, polarity switch"),
    ("/edge_in", "#0969da", "edge detector: a pulse per edge"),
    ("/~{idle}", "#0969da", "frame detector: high while edges come"),
    ("/edge", "#0969da", "first-edge filter: not the edge out of idle"),
    ("/sck", "#8250df", "bit clock: a one-shot, mid-bit edges only"),
    ("/bytesync", "#8250df", "byte sync: set by the two ones of the SFD"),
    ("/sck_rx", "#1a7f37", "SPI clock: begins with the first data bit"),
    ("/mosi_rx", "#1a7f37", "SPI data: the line, delayed; read as clock rises"),
]
# Title, from, to (ns).
PANELS = [
    ("a frame begins", -60, 450),
    ("the SFD ends, the first data octet follows", 6170, 7330),
]
BIT_NS = 100
PREAMBLE_BITS = 64
PX_PER_NS = 0.5
LEFT, RIGHT, GAP = 290, 24, 30  # px: the column of names, the margin, between panels
TOP, ROW, AMPLITUDE = 64, 46, 24
CARD, INK, MUTED, GRID, BAND, MARK = "#ffffff", "#1f2328", "#656d76", "#e4e8ec", "#ddf4ff", "#bc4c00"
WIDTH = LEFT + RIGHT + GAP + round(PX_PER_NS * sum(end - start for _, start, end in PANELS))
BOTTOM = TOP + ROW * len(ROWS)
HEIGHT = BOTTOM + 62


def read_vcd(path):
    """Net name -> [(time in ns, level)], of the 1 ps waves linkpulse writes."""
    ids, edges, now = {}, {}, 0
    with open(path, encoding="utf-8") as file:
        for line in file:
            word = line.split()
            if word and word[0] == "$var":
                ids[word[4]] = word[3]
                edges.setdefault(word[3], [])
            elif word and word[0][0] == "#":
                now = int(word[0][1:]) / 1000
            elif word and word[0][0] in "01xz":
                edges[word[0][1:]].append((now, word[0][0]))
    missing = [net for net, _, _ in ROWS if net not in ids]
    if missing:
        sys.exit(f"{path}: no net {missing[0]}")
    return {net: edges[ids[net]] for net, _, _ in ROWS}


def from_frame_start(nets):
    """The same with the line's first edge at 0."""
    live = [time for time, level in nets["line"] if level != "z"]
    if not live:
        sys.exit("the line never moves in these waves")
    return {net: [(t - live[0], level) for t, level in edges] for net, edges in nets.items()}


def level_at(edges, time):
    """Before the waves begin: as they begin, which is how the board rests."""
    level = edges[0][1]
    for when, value in edges:
        if when > time:
            break
        level = value
    return level


def rising(edges):
    return [b[0] for a, b in zip(edges, edges[1:]) if (a[1], b[1]) == ("0", "1")]


def text(x, y, string, size=11, colour=MUTED, extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}"{extra}>{escape(string)}</text>'


def line(x1, y1, x2, y2, colour, extra=""):
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}"{extra}/>'


def level_y(row, level):
    """z, a line below the receiver's threshold, stands in the middle."""
    height = {"0": 0, "1": AMPLITUDE}.get(level, AMPLITUDE / 2)
    return TOP + row * ROW + 34 - height


class Panel:
    def __init__(self, index):
        self.title, self.start, self.end = PANELS[index]
        before = sum(end - start for _, start, end in PANELS[:index])
        self.left = LEFT + before * PX_PER_NS + index * GAP
        self.right = self.x(self.end)

    def x(self, time):
        return self.left + (time - self.start) * PX_PER_NS

    def holds(self, time):
        return self.start <= time <= self.end

    def axis(self):
        out = [text(self.left, TOP - 32, self.title, 13, INK, ' font-weight="600"')]
        for time in range(-(-self.start // BIT_NS) * BIT_NS, self.end + 1, BIT_NS):
            x = self.x(time)
            out.append(line(x, TOP, x, BOTTOM + 10, GRID))
            out.append(text(x, BOTTOM + 25, str(time), 11, MUTED, ' text-anchor="middle"'))
        return out

    def wave(self, row, edges, colour):
        """One path: along each level, straight up or down at each edge."""
        level = level_at(edges, self.start)
        path = f"M{self.left:.1f} {level_y(row, level):.1f}"
        for time, value in edges:
            if self.start < time <= self.end and value != level:
                path += f"H{self.x(time):.1f}V{level_y(row, value):.1f}"
                level = value
        return f'<path d="{path}H{self.right:.1f}" stroke="{colour}" stroke-width="1.6"/>'

    def bit_cells(self, first_cell):
        """The SFD's end and the first octet's cells on the line, named above; every other
        one stands on a band."""
        out = [text(self.x(first_cell - BIT_NS), TOP - 8, "1 1", 11, MARK, ' text-anchor="middle"')]
        for bit in range(8):
            x, width = self.x(first_cell + bit * BIT_NS), BIT_NS * PX_PER_NS
            if bit % 2 == 0:
                out.append(f'<rect x="{x:.1f}" y="{TOP}" width="{width:.1f}" height="{ROW - 6}" fill="{BAND}"/>')
            out.append(text(x + width / 2, TOP - 8, f"bit {bit}", 11, MUTED, ' text-anchor="middle"'))
        return out

    def samples(self, clock, data):
        """Where the MCU reads its first octet, and what."""
        out = []
        row = [net for net, _, _ in ROWS].index("/mosi_rx")
        for time in rising(clock)[:8]:
            x, level = self.x(time), level_at(data, time)
            y = level_y(row, level)
            out.append(line(x, level_y(row - 1, "0"), x, y, MARK, ' stroke-dasharray="2 2"'))
            out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{MARK}" stroke="{CARD}"/>')
            out.append(text(x, level_y(row, "0") + 16, level, 12, MARK,
                            ' font-weight="600" text-anchor="middle"'))
        return out

    def dropped_edge(self, edge_in, edge):
        """A ring where the filter kept back the pulse of the first edge, if it did."""
        first = [time for time in rising(edge_in) if self.holds(time)][0]
        if any(first < time < first + BIT_NS / 4 for time in rising(edge)):
            return []
        x = self.x(first + 8)
        y = level_y([net for net, _, _ in ROWS].index("/edge"), "z")
        return [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" stroke="{MARK}" stroke-dasharray="2 2"/>',
                text(x, y - 14, "dropped", 11, MARK, ' text-anchor="middle"')]


def names():
    out = []
    for row, (net, colour, caption) in enumerate(ROWS):
        y = TOP + row * ROW
        out.append(text(18, y + 19, net, 13, colour, ' font-weight="600" font-family="monospace"'))
        out.append(text(18, y + 34, caption))
    return out


def octet_caption(panel, nets):
    """The octet as read, in words; the MCU takes the least significant bit first."""
    bits = [level_at(nets["/mosi_rx"], time) for time in rising(nets["/sck_rx"])[:8]]
    value = sum((bit == "1") << place for place, bit in enumerate(bits))
    return text(panel.right, BOTTOM + 46, f"first octet read, least significant bit first: 0x{value:02x}", 12,
                MARK, ' font-weight="600" text-anchor="end"')


def draw(nets):
    begin, octet = (Panel(index) for index in range(len(PANELS)))
    first_cell = nets["line"][[level for _, level in nets["line"]].index("1")][0] - BIT_NS / 2
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
           f'height="{HEIGHT}" font-family="Helvetica, Arial, sans-serif" fill="none">',
           "<title>One frame on its way through the receive path</title>",
           f'<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="{CARD}" stroke="{GRID}"/>']
    out += octet.bit_cells(first_cell + PREAMBLE_BITS * BIT_NS)
    for panel in (begin, octet):
        out += panel.axis()
        out += [panel.wave(row, nets[net], colour) for row, (net, colour, _) in enumerate(ROWS)]
    out += begin.dropped_edge(nets["/edge_in"], nets["/edge"])
    out += octet.samples(nets["/sck_rx"], nets["/mosi_rx"])
    out += names()
    out.append(text(18, BOTTOM + 25, "ns after the frame's first edge"))
    out.append(octet_caption(octet, nets))
    return "\n".join(out + ["</svg>"])


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    print(draw(from_frame_start(read_vcd(sys.argv[1]))))


main()
