/* What libpcap reads over: the FCS length a capture file states. */
#ifndef HARNESS_CAPTURE_FCS_H
#define HARNESS_CAPTURE_FCS_H

#include <stdio.h>

/* Octets of FCS at the end of every frame as the file's header (pcap) or its first
 * interface (pcapng) says; 0 when it says nothing or cannot be understood. Leaves the
 * stream at its start. */
unsigned capture_fcs_length(FILE *stream);

#endif
