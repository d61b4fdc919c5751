/* Threads that live for one call (fork-join). */
#ifndef TEXTPROC_BASE_THREAD_H
#define TEXTPROC_BASE_THREAD_H

#include <stddef.h>

typedef void (*tp_task)(void *shared, size_t index);

/* Runs task(shared, 0) … task(shared, n_tasks - 1), each in its own thread and task 0 in the calling thread, and returns when
 * all are done. The caller itself runs tasks for which no thread can be started, so the call cannot fail. Between
 * tp_before_fork and tp_after_fork_… it runs all of them. Signals are delivered to the calling thread only. */
void tp_fork_join(tp_task task, void *shared, size_t n_tasks);

#endif
