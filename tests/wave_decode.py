#!/usr/bin/env python3
"""Compares what `wave --decode` says with what tshark reads in the capture.

wave_decode.py frames CAPTURE DECODED   addresses, types, ports, flags, lengths, FCS
wave_decode.py octets DECODED           the octets behind the SFD, one hex line per file
Exit 1 and a line per difference.
"""
import os
import re
import subprocess
import sys

FIELDS = """frame.len eth.dst eth.src ieee8021ad.id vlan.id pppoe.session_id pppoe.code arp.opcode arp.src.proto_ipv4
arp.dst.proto_ipv4 arp.src.hw_mac ip.src ip.dst ipv6.src ipv6.dst icmp.type icmpv6.type tcp.srcport tcp.dstport
tcp.flags udp.srcport udp.dstport ip.frag_offset""".split()
FLAGS = "FIN SYN RST PSH ACK URG ECE CWR".split()
# An IPv4 packet by its type whose version says 6: tshark believes the version.
DIFFERENT = {("pppoe_odd.pcap", 5)}
CODES = {0x09: "PADI", 0x07: "PADO", 0x19: "PADR", 0x65: "PADS", 0xA7: "PADT"}


def read(capture):
    command = ["tshark", "-n", "-r", capture, "-T", "fields", "-E", "occurrence=a", "-E", "separator=|"]
    for option in ("ip.defragment", "ipv6.defragment", "tcp.desegment_tcp_streams"):
        command += ["-o", option + ":FALSE"]
    for field in FIELDS:
        command += ["-e", field]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        frame = dict(zip(FIELDS, line.split("|")))
        tags = [tag for key in ("ieee8021ad.id", "vlan.id") for tag in frame[key].split(",") if tag]
        yield {key: text.split(",")[0] for key, text in frame.items()} | {"tags": tags}


def ends(frame, source, target):
    """Both ends of a packet; ports inside of an ICMP message are not its own."""
    if frame["icmp.type"] or frame["icmpv6.type"]:
        return f"{source} > {target} "
    for kind in ("tcp", "udp"):
        if frame[kind + ".srcport"]:
            form = "[{}]:{}" if ":" in source else "{}:{}"
            text = form.format(source, frame[kind + ".srcport"]) + " > " + form.format(target, frame[kind + ".dstport"])
            flags = int(frame["tcp.flags"] or "0", 16)
            return " ".join([text, kind.upper()] + [name for i, name in enumerate(FLAGS) if flags >> i & 1])
    return f"{source} > {target} "


def wanted(frame):
    """What the text must begin with."""
    text = "".join(f"VLAN {tag} " for tag in frame["tags"])
    code = int(frame["pppoe.code"] or "0", 16)
    if code:
        return text + "PPPoE " + CODES[code]
    if frame["pppoe.session_id"]:
        text += "PPPoE session {} ".format(int(frame["pppoe.session_id"], 16))
    if frame["arp.opcode"] == "1":
        return text + "ARP who has {}, asks {}".format(frame["arp.dst.proto_ipv4"], frame["arp.src.proto_ipv4"])
    if frame["arp.opcode"] == "2":
        return text + "ARP {} is at {}".format(frame["arp.src.proto_ipv4"], frame["arp.src.hw_mac"])
    if frame["ip.src"]:
        return text + "IPv4 " + ends(frame, frame["ip.src"], frame["ip.dst"])
    if frame["ipv6.src"]:
        return text + "IPv6 " + ends(frame, frame["ipv6.src"], frame["ipv6.dst"])
    return text


def rows(path):
    for line in open(path, encoding="utf-8"):
        if line.count("\t") >= 4:
            yield line.rstrip("\n").split("\t", 4)


def main():
    if sys.argv[1] == "octets":
        print("".join(text for _, _, line, _, text in rows(sys.argv[2]) if line == "octets" and re.fullmatch("[0-9a-f]{2}", text)))
        return 0
    frames, bad = list(read(sys.argv[2])), 0
    texts = [text for _, _, line, kind, text in rows(sys.argv[3]) if line == "frames" and kind in ("frame", "error")]
    if len(frames) != len(texts) or not frames:
        print(f"# {len(frames)} frames in the capture, {len(texts)} decoded")
        bad = 1
    for number, (frame, text) in enumerate(zip(frames, texts), 1):
        end = ", {} > {}, {} octets".format(frame["eth.dst"], frame["eth.src"], max(int(frame["frame.len"]), 60) + 4)
        if (os.path.basename(sys.argv[2]), number) in DIFFERENT:
            continue
        if text.startswith(wanted(frame)) and re.search(re.escape(end) + r"( \(long\))?, FCS good$", text):
            continue
        print(f"# frame {number}: {text}\n#   tshark: {wanted(frame)}...{end}")
        bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main())
