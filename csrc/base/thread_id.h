/* Which thread this is: below locks and memory, which ask. */
#ifndef TEXTPROC_BASE_THREAD_ID_H
#define TEXTPROC_BASE_THREAD_ID_H

#include <stdint.h>

/* A number that no other thread has as long as this one runs, and never 0. A fork leaves it as it is. */
uintptr_t tp_this_thread(void);

#endif
