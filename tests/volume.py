#!/usr/bin/env python3
"""Volume over TCP to and from the board of `linkpulse live`, each transfer with its checksum.

    volume.py echo OCTETS [COUNT [PORT]]
                                   sent to port 7 and read back, COUNT connections one by one
    volume.py discard OCTETS       sent to port 9
    volume.py page                 GET /volume of port 80
    volume.py mixed SECONDS        all of these, in turn, with pings beside them

Exit status 1 when an octet differs or is missing, or when nothing moves for 60 s.
"""
import os
import socket
import subprocess
import sys
import threading
import time
import zlib

ADDRESS = os.environ["LINKPULSE_ADDRESS"]
PATIENCE = 60


def made(octets, seed):
    """Octets that repeat nowhere near a segment's length."""
    words = ((seed * 2654435761 + i) * 2246822519 & 0xFFFFFFFF for i in range(octets // 4 + 1))
    return b"".join(word.to_bytes(4, "little") for word in words)[:octets]


def connect(port):
    s = socket.create_connection((ADDRESS, port), timeout=PATIENCE)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def read_all(s):
    got = bytearray()
    while part := s.recv(65536):
        got += part
    return bytes(got)


def same(what, got, wanted):
    if got == wanted:
        print(f"{what}: {len(got)} octets, crc32 {zlib.crc32(got):08x}", flush=True)
        return
    sys.exit(f"{what}: {len(got)} of {len(wanted)} octets, crc32 {zlib.crc32(got):08x}, "
             f"not {zlib.crc32(wanted):08x}")


def send(s, data, failures):
    try:
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
    except OSError as error:
        failures.append(error)


def echo(octets, seed, port=7):
    data, failures = made(octets, seed), []
    with connect(port) as s:
        sender = threading.Thread(target=send, args=(s, data, failures))
        sender.start()
        got = read_all(s)
        sender.join()
    if failures:
        sys.exit(f"echo: {failures[0]}")
    same("echo", got, data)


def discard(octets):
    with connect(9) as s:
        s.sendall(made(octets, 9))
        s.shutdown(socket.SHUT_WR)
        rest = read_all(s)  # the other side closes when it has taken all
    same("discard", rest, b"")


def page():
    with connect(80) as s:
        s.sendall(b"GET /volume HTTP/1.0\r\n\r\n")
        body = read_all(s).partition(b"\r\n\r\n")[2]
    same("page", body, b"".join(b"%015d\n" % i for i in range(65536)))


def mixed(seconds):
    """One transfer after the other until the time is over, the board pinged meanwhile."""
    until = time.monotonic() + seconds
    pings = subprocess.Popen(["ping", "-q", "-i", "0.2", "-w", str(seconds), ADDRESS])
    n = 0
    while time.monotonic() < until:
        echo(1 + n * 7919 % 65536, n)
        discard(1 + n * 104729 % 65536)
        if n % 8 == 0:
            page()
        n += 1
    pings.wait()
    print(f"mixed: {n} rounds")


def main():
    what, numbers = sys.argv[1], [int(text) for text in sys.argv[2:]]
    if what == "echo":
        octets, count, port = numbers + [1, 7][len(numbers) - 1:]
        for i in range(count):
            echo(octets, i, port)
    elif what == "discard":
        discard(numbers[0])
    elif what == "mixed":
        mixed(numbers[0])
    else:
        page()


try:
    main()
except OSError as error:
    sys.exit(f"{sys.argv[1]}: {error}")
