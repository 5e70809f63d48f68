#!/usr/bin/env python3
"""net_to_pcb.py NET: the parts and nets of a KiCad netlist as a .kicad_pcb (KiCad 8)."""
import re
import sys

text = open(sys.argv[1], encoding="utf-8").read()
parts, nets = text.split("(nets", 1)
comps = re.findall(r'\(comp \(ref "([^"]+)"\)\s*\(value "([^"]*)"\)\s*\(footprint "([^"]*)"\)', parts)
pads = {ref: [] for ref, _, _ in comps}
names = []
for net in nets.split("(net (code ")[1:]:
    name = re.search(r'\(name "([^"]*)"\)', net).group(1)
    names.append(name)
    for ref, pin, function in re.findall(r'\(node \(ref "([^"]+)"\) \(pin "([^"]+)"\)(?: \(pinfunction "([^"]*)"\))?', net):
        pads[ref].append((pin, len(names), name, function))
print("(kicad_pcb (version 20240108) (generator \"pcbnew\")")
for number, name in enumerate([""] + names):
    print(f'  (net {number} "{name}")')
for ref, value, footprint in comps:
    print(f'  (footprint "{footprint}" (layer "F.Cu")')
    print(f'    (property "Reference" "{ref}") (property "Value" "{value}")')
    for pin, number, name, function in pads[ref]:
        print(f'    (pad "{pin}" smd rect (at 0 0) (size 1 1) (layers "F.Cu")'
              f' (net {number} "{name}") (pinfunction "{function}"))')
    print("  )")
print(")")
