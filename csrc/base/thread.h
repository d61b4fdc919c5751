/* Threads that live for one call: fork, work, join. */
#ifndef TEXTPROC_BASE_THREAD_H
#define TEXTPROC_BASE_THREAD_H

#include <stddef.h>

typedef void (*tp_task)(void *shared, size_t index);

/* Runs task(shared, 0) … task(shared, n_tasks - 1), each in a thread of its own, task 0 in the calling one, and returns when
 * all are done. What no thread can be started for is done by the caller, so it cannot fail; all is, between tp_before_fork and
 * tp_after_fork_…. Signals stay with the caller. */
void tp_fork_join(tp_task task, void *shared, size_t n_tasks);

#endif
