/* The one timebase: picoseconds in a signed 64-bit integer (about 106 days). */
#ifndef SIM_SIMTIME_H
#define SIM_SIMTIME_H

#include <stdint.h>

typedef int64_t sim_time;

#define SIM_PS    INT64_C(1)
#define SIM_NS    INT64_C(1000)
#define SIM_US    INT64_C(1000000)
#define SIM_MS    INT64_C(1000000000)
#define SIM_S     INT64_C(1000000000000)
#define SIM_NEVER INT64_MAX

#endif
