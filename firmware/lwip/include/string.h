/* The <string.h> that lwIP asks for. */
#ifndef FIRMWARE_LWIP_STRING_H
#define FIRMWARE_LWIP_STRING_H

#include "firmware/lib/memory.h"

#endif
