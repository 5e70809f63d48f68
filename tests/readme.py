#!/usr/bin/env python3
"""The commands README.md shows, and what it says they print.

readme.py commands README DIR   writes DIR/NN.cmd, NN.exit, and NN.want where output is quoted
readme.py shows WANT GOT        exit 0 when the output GOT holds what WANT quotes

A command is a line of a ```sh block; `# exit N` behind it is its exit code, 0 otherwise. A
```text block quotes what the block before it prints: its lines one after the other, except
that a line of three dots stands for any lines, and three dots in a line for any text.
"""
import re
import sys


def blocks(path):
    """(kind, lines) of every fenced block."""
    kind, lines = None, []
    with open(path, encoding="utf-8") as file:
        for line in file.read().splitlines():
            if line.startswith("```") and kind is None:
                kind, lines = line[3:], []
            elif line == "```":
                yield kind, lines
                kind = None
            elif kind is not None:
                lines.append(line)
    if kind is not None:
        sys.exit(f"{path}: a block is not closed")


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def commands(path, directory):
    count = 0
    for kind, lines in blocks(path):
        if kind == "sh":
            for line in lines:
                count += 1
                code = re.search(r"# exit (\d+)$", line)
                write(f"{directory}/{count:02}.cmd", line + "\n")
                write(f"{directory}/{count:02}.exit", code.group(1) if code else "0")
        elif kind == "text" and count:
            write(f"{directory}/{count:02}.want", "\n".join(lines) + "\n")
        else:
            sys.exit(f"{path}: a block of kind '{kind}'; expected sh, or text behind sh")


def same(quoted, line):
    parts = quoted.rstrip().split("...")
    return re.fullmatch(".*".join(re.escape(part) for part in parts), line.rstrip()) is not None


def shows(want, got):
    """Greedy: the first place for each run of quoted lines leaves the most for the next."""
    at = 0
    for run in re.split(r"^\.\.\.\n", want, flags=re.MULTILINE):
        quoted = run.splitlines()
        while at + len(quoted) <= len(got):
            if all(same(q, line) for q, line in zip(quoted, got[at:])):
                break
            at += 1
        else:
            print("# not printed: " + "\n#              ".join(quoted))
            return False
        at += len(quoted)
    return True


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "commands":
        commands(sys.argv[2], sys.argv[3])
    elif len(sys.argv) == 4 and sys.argv[1] == "shows":
        with open(sys.argv[2], encoding="utf-8") as want, open(sys.argv[3], encoding="utf-8") as got:
            sys.exit(not shows(want.read(), got.read().splitlines()))
    else:
        sys.exit(__doc__)


main()
