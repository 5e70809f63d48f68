#!/usr/bin/env python3
"""Writes the capture of a host that speaks to the adapter: DHCP server, ARP, ping, web client.

talk.py FILE WORD...   the words are, in the order of sending:
  offer:XID ack:XID    DHCP, transaction XID (hexadecimal)
  arp ping             ARP request; echo request with 56 octets of data
  syn get:SEQ fin:SEQ  TCP to port 80; SEQ: the adapter's initial sequence number; get is the
                       acknowledgement of its SYN and the request, fin the end of both sides
Frames stand 4 ms apart, for line.gap=capture. Written after RFC 791, 792, 826, 2131, 9293, not by
the functions under test.
"""
import struct
import sys

US = bytes.fromhex("062233445566")
HOST = bytes.fromhex("021122334455")
OUR_IP = bytes((192, 168, 1, 7))
HOST_IP = bytes((192, 168, 1, 1))
PORT, FIRST = 40000, 1000  # of the host: TCP port, initial sequence number
REQUEST = b"GET / HTTP/1.1\r\nHost: 192.168.1.7\r\n\r\n"
FIN, SYN, PSH, ACK = 1, 2, 8, 16


def checksum(octets):
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ethernet(to, kind, payload):
    return to + HOST + struct.pack(">H", kind) + payload


def ip(protocol, to, payload, mac=US):
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0) + HOST_IP + to
    head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
    return ethernet(mac, 0x0800, head + payload)


def transport(protocol, payload, at, to=OUR_IP):
    pseudo = HOST_IP + to + struct.pack(">BBH", 0, protocol, len(payload))
    return payload[:at] + struct.pack(">H", checksum(pseudo + payload)) + payload[at + 2:]


def dhcp(kind, xid):
    bootp = struct.pack(">BBBBIHH", 2, 1, 6, 0, xid, 0, 0x8000) + bytes(4) + OUR_IP + HOST_IP + bytes(4)
    bootp += US + bytes(10 + 64 + 128) + bytes.fromhex("63825363")
    for code, value in ((53, bytes((kind,))), (54, HOST_IP), (51, struct.pack(">I", 3600)),
                        (1, bytes((255, 255, 255, 0))), (3, HOST_IP)):
        bootp += bytes((code, len(value))) + value
    bootp += b"\xff"
    udp = struct.pack(">HHHH", 67, 68, 8 + len(bootp), 0) + bootp
    everyone = b"\xff" * 4
    return ip(17, everyone, transport(17, udp, 6, everyone), b"\xff" * 6)


def arp():
    return ethernet(b"\xff" * 6, 0x0806, struct.pack(">HHBBH", 1, 0x0800, 6, 4, 1) + HOST + HOST_IP +
                    bytes(6) + OUR_IP)


def ping():
    echo = struct.pack(">BBHHH", 8, 0, 0, 7, 1) + bytes(range(56))
    return ip(1, OUR_IP, echo[:2] + struct.pack(">H", checksum(echo)) + echo[4:])


def tcp(flags, sequence, acknowledge, data=b""):
    head = struct.pack(">HHIIBBHHH", PORT, 80, sequence, acknowledge, 0x50, flags, 4096, 0, 0)
    return ip(6, OUR_IP, transport(6, head + data, 16))


def frames(word):
    name, _, value = word.partition(":")
    number = int(value, 0) & 0xFFFFFFFF if value else 0
    after = (number + 1) & 0xFFFFFFFF
    if name == "get":
        return [tcp(ACK, FIRST + 1, after), tcp(PSH | ACK, FIRST + 1, after, REQUEST)]
    return [{"offer": lambda: dhcp(2, number), "ack": lambda: dhcp(5, number), "arp": arp, "ping": ping,
             "syn": lambda: tcp(SYN, FIRST, 0),
             "fin": lambda: tcp(FIN | ACK, FIRST + 1 + len(REQUEST), after)}[name]()]


def main():
    time = 0
    with open(sys.argv[1], "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1))
        for word in sys.argv[2:]:
            for frame in frames(word):
                out.write(struct.pack("<IIII", time // 10**9, time % 10**9, len(frame), len(frame)) + frame)
                time += 4000000


main()
