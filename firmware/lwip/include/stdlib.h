/* lwIP includes it, and uses none of it as it is configured here. */
#ifndef FIRMWARE_LWIP_STDLIB_H
#define FIRMWARE_LWIP_STDLIB_H

#include <stddef.h>

#endif
