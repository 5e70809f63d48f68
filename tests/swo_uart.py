"""SWO octets on standard input as samples of an NRZ line (8N1, 4 samples a bit, one octet a
sample) on standard output, for sigrok's UART decoder. A pause and one more packet (port 31,
one octet) follow, since the ITM decoder shows text only when something comes after a pause."""
import sys

SAMPLES = 4


def frame(octet):
    bits = [0] + [octet >> i & 1 for i in range(8)] + [1]
    return bytes(bit for bit in bits for _ in range(SAMPLES))


idle = b"\1" * (SAMPLES * 10 * 40)
out = idle + b"".join(frame(octet) for octet in sys.stdin.buffer.read())
sys.stdout.buffer.write(out + idle + frame(0xF9) + frame(0) + idle)
