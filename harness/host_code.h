/* Memory for code of the host, for the core's translations: see struct armv7m_host_code. */
#ifndef HARNESS_HOST_CODE_H
#define HARNESS_HOST_CODE_H

#include "models/mcu/armv7m/armv7m.h"

#define HOST_CODE_SIZE (1u << 20) /* when it is full, translating begins anew */

/* `size` octets (a multiple of a page), or none if the host does not give any, or the environment
 * variable LINKPULSE_TRANSLATE is 0. It is not for both a process and its child after fork(). */
struct armv7m_host_code host_code_map(size_t size);
void host_code_unmap(const struct armv7m_host_code *memory); /* one without memory is fine */

#endif
