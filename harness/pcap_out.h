/* Frames out: a nanosecond pcap file of Ethernet frames, timestamps in simulated time
 * from 1970-01-01 on. The file appears under its name when it is whole, or not at all. */
#ifndef HARNESS_PCAP_OUT_H
#define HARNESS_PCAP_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/simtime.h"

#define PCAP_OUT_MAX_FRAME 262144 /* octets; libpcap's limit for Ethernet */

struct pcap_out;

/* Begins a file beside `path`, under a temporary name. NULL with err filled (class
 * SIM_ERR_INPUT) when there can be no such file: no such directory, no permission, or
 * `path` is a directory or a device. */
struct pcap_out *pcap_out_create(const char *path, struct sim_err *err);

/* Adds a frame: n octets from the destination address on, without FCS, as captures hold
 * them; `time` (ps, not negative) is cut to whole nanoseconds. False when n is above
 * PCAP_OUT_MAX_FRAME or the disk is full. */
bool pcap_out_frame(struct pcap_out *out, const uint8_t *octets, size_t n, sim_time time,
                    struct sim_err *err);

/* Gives the file its name. False, with err filled, when it could not be written whole;
 * an older file of that name is then still there. No frame may follow. */
bool pcap_out_commit(struct pcap_out *out, struct sim_err *err);

/* Frees; what was not committed is removed. Accepts NULL. */
void pcap_out_destroy(struct pcap_out *out);

#endif
