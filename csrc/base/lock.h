/* A lock that readers share and writers hold alone, and the gate that keeps fork() apart from both. */
#ifndef TEXTPROC_BASE_LOCK_H
#define TEXTPROC_BASE_LOCK_H

#include <stdbool.h>

#ifdef _WIN32
/* An SRWLOCK: windows.h, which defines names such as near, far and min, stays out of headers. */
typedef struct tp_lock {
    void *state;
} tp_lock;
#else
#include <pthread.h>
typedef pthread_rwlock_t tp_lock;
#endif

/* False when the system has no more locks to give. */
bool tp_lock_init(tp_lock *lock);
void tp_lock_destroy(tp_lock *lock);

/* Every acquisition passes the gate that tp_before_fork closes, so that no lock is ever held while a process forks. A thread
 * that holds one lock and wants a second takes both by tp_lock_write_two: at the gate it could meet a waiting fork. */
void tp_lock_read(tp_lock *lock);
void tp_unlock_read(tp_lock *lock);
void tp_lock_write(tp_lock *lock);
void tp_unlock_write(tp_lock *lock);

/* Whether the calling thread has closed the gate. Threads of its own would wait there for it: it had better start none. */
bool tp_is_forking(void);

/* Both locks, in an order that does not depend on who asks. They must be different ones. */
void tp_lock_write_two(tp_lock *one, tp_lock *other);
void tp_unlock_write_two(tp_lock *one, tp_lock *other);

#endif
