/* The identity of the current thread. Locks and memory use it, so it depends on neither. */
#ifndef TEXTPROC_BASE_THREAD_ID_H
#define TEXTPROC_BASE_THREAD_ID_H

#include <stdint.h>

/* Returns a number that no other running thread has; never 0. A fork does not change it. */
uintptr_t tp_this_thread(void);

#endif
