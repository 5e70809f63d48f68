#!/usr/bin/env python3
"""mcu_outputs.py N NET: a KiCad netlist of ours with N more nets that the MCU drives: a pad of J2
named like a port pin, and both inputs of a gate."""
import sys

count, text = int(sys.argv[1]), open(sys.argv[2], encoding="utf-8").read()
chips = range(30, 30 + (count + 3) // 4)
comps = "".join(f'\n    (comp (ref "U{u}") (value "74HC86"))' for u in chips)
nets = ""
for i in range(count):
    inputs = "".join(f' (node (ref "U{30 + i // 4}") (pin "{pin}"))' for pin in ((1, 2), (4, 5), (9, 10), (12, 13))[i % 4])
    nets += f'\n    (net (code "{900 + i}") (name "/out{i}") (node (ref "J2") (pin "P{"DEF"[i // 16]}{i % 16}")){inputs})'
text = text.replace("(components", "(components" + comps, 1).replace("(nets", "(nets" + nets, 1)
for name, pin in (("VCC", 14), ("GND", 7)):
    power = "".join(f' (node (ref "U{u}") (pin "{pin}"))' for u in chips)
    text = text.replace(f'(name "{name}")', f'(name "{name}")' + power, 1)
print(text, end="")
