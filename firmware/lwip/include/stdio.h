/* lwIP includes it, and uses none of it as it is configured here. */
#ifndef FIRMWARE_LWIP_STDIO_H
#define FIRMWARE_LWIP_STDIO_H

#include <stddef.h>

#endif
