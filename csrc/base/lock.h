/* A lock that readers share and writers hold alone, and a gate that separates fork() from both. */
#ifndef TEXTPROC_BASE_LOCK_H
#define TEXTPROC_BASE_LOCK_H

#include <stdbool.h>

#ifdef _WIN32
/* An SRWLOCK. Headers do not include windows.h, because it defines names such as near, far and min. */
typedef struct tp_lock {
    void *state;
} tp_lock;
#else
#include <pthread.h>
typedef pthread_rwlock_t tp_lock;
#endif

/* Returns false if the system has no more locks. */
bool tp_lock_init(tp_lock *lock);
void tp_lock_destroy(tp_lock *lock);

/* Every acquisition passes the gate that tp_before_fork closes, so no lock is held while a process forks. A thread that needs
 * two locks takes both with tp_lock_write_two: if it took the second while it held the first, it could wait at the gate for a
 * fork that waits for it. */
void tp_lock_read(tp_lock *lock);
void tp_unlock_read(tp_lock *lock);
void tp_lock_write(tp_lock *lock);
void tp_unlock_write(tp_lock *lock);

/* Returns whether the calling thread has closed the gate. Such a thread should start no threads, because they would wait at the
 * gate for it. */
bool tp_is_forking(void);

/* Take and release both locks, in an order that is independent of the order of the arguments. The two locks must be
 * different. */
void tp_lock_write_two(tp_lock *one, tp_lock *other);
void tp_unlock_write_two(tp_lock *one, tp_lock *other);

#endif
