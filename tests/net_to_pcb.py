#!/usr/bin/env python3
"""net_to_pcb.py NET [5|8]: the parts and nets of a KiCad netlist as a .kicad_pcb, as KiCad 5 or
KiCad 8 (default) writes it: pads and nets, no tracks. KiCad 5 knows no pin functions."""
import re
import sys

text = open(sys.argv[1], encoding="utf-8").read()
dialect = int(sys.argv[2]) if len(sys.argv) > 2 else 8
head, nets = text.split("(nets", 1)
comps = re.findall(r'\(comp \(ref "([^"]+)"\)\s*\(value "([^"]*)"\)\s*\(footprint "([^"]*)"\)', head)
pads = {ref: [] for ref, _, _ in comps}
names = []
for net in nets.split("(net (code ")[1:]:
    name = re.search(r'\(name "([^"]*)"\)', net).group(1)
    names.append(name)
    for ref, pin, function in re.findall(r'\(node \(ref "([^"]+)"\) \(pin "([^"]+)"\)(?: \(pinfunction "([^"]*)"\))?', net):
        pads[ref].append((pin, len(names), name, function))


def word(value):
    """KiCad 5 quotes only what needs it."""
    return value if re.fullmatch(r'[^\s()"]+', value) else f'"{value}"'


def kicad5():
    print('(kicad_pcb (version 20171130) (host pcbnew 5.1.12)')
    print('  (general (thickness 1.6) (drawings 0) (tracks 0) (modules %d) (nets %d))' % (len(comps), len(names) + 1))
    print('  (layers (0 F.Cu signal) (31 B.Cu signal))')
    for number, name in enumerate([""] + names):
        print(f'  (net {number} {word(name)})')
    print('  (net_class Default "This is the default net class." (clearance 0.2)')
    for name in names:
        print(f'    (add_net {word(name)})')
    print('  )')
    for ref, value, footprint in comps:
        print(f'  (module {word(footprint)} (layer F.Cu) (tedit 5A02FF57) (tstamp 5F000000)')
        print('    (at 100 100) (path /5F000001) (attr smd)')
        print(f'    (fp_text reference {word(ref)} (at 0 -2) (layer F.SilkS) (effects (font (size 1 1))))')
        print(f'    (fp_text value {word(value)} (at 0 2) (layer F.Fab) (effects (font (size 1 1))))')
        for pin, number, name, _ in pads[ref]:
            print(f'    (pad {word(pin)} smd rect (at 0 0) (size 1 1) (layers F.Cu F.Paste F.Mask)'
                  f' (net {number} {word(name)}))')
        print('  )')
    print(')')


def kicad8():
    print('(kicad_pcb (version 20240108) (generator "pcbnew") (generator_version "8.0")')
    for number, name in enumerate([""] + names):
        print(f'  (net {number} "{name}")')
    for ref, value, footprint in comps:
        print(f'  (footprint "{footprint}" (layer "F.Cu") (uuid "00000000-0000-4000-8000-000000000000")')
        print(f'    (property "Reference" "{ref}" (at 0 -2 0) (layer "F.SilkS"))'
              f' (property "Value" "{value}" (at 0 2 0) (layer "F.Fab"))')
        for pin, number, name, function in pads[ref]:
            print(f'    (pad "{pin}" smd rect (at 0 0) (size 1 1) (layers "F.Cu")'
                  f' (net {number} "{name}") (pinfunction "{function}"))')
        print('  )')
    print(')')


kicad5() if dialect == 5 else kicad8()
