#include "base/lock.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/thread_id.h"
#include "textproc/base.h"

#ifdef _WIN32

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

_Static_assert(sizeof(tp_lock) == sizeof(SRWLOCK), "a tp_lock is an SRWLOCK");

static SRWLOCK *system_lock(tp_lock *lock) { return (SRWLOCK *)lock; }

bool tp_lock_init(tp_lock *lock)
{
    InitializeSRWLock(system_lock(lock));
    return true;
}

void tp_lock_destroy(tp_lock *lock) { (void)lock; }

static void read_lock(tp_lock *lock) { AcquireSRWLockShared(system_lock(lock)); }
static void read_unlock(tp_lock *lock) { ReleaseSRWLockShared(system_lock(lock)); }
static void write_lock(tp_lock *lock) { AcquireSRWLockExclusive(system_lock(lock)); }
static void write_unlock(tp_lock *lock) { ReleaseSRWLockExclusive(system_lock(lock)); }

/* Windows has no fork() to keep apart. */
static void enter_gate(void) {}
static void leave_gate(void) {}
bool tp_is_forking(void) { return false; }
void tp_before_fork(void) {}
void tp_after_fork_in_parent(void) {}
void tp_after_fork_in_child(void) {}

#else

bool tp_lock_init(tp_lock *lock) { return pthread_rwlock_init(lock, NULL) == 0; }
void tp_lock_destroy(tp_lock *lock) { pthread_rwlock_destroy(lock); }

static void read_lock(tp_lock *lock) { pthread_rwlock_rdlock(lock); }
static void read_unlock(tp_lock *lock) { pthread_rwlock_unlock(lock); }
static void write_lock(tp_lock *lock) { pthread_rwlock_wrlock(lock); }
static void write_unlock(tp_lock *lock) { pthread_rwlock_unlock(lock); }

/* The mutex is held from tp_before_fork to tp_after_fork_…, so the child inherits it in a known state. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint64_t n_inside; /* how many threads hold locks or wait for one */
    uint64_t n_forks;  /* how many threads are about to fork; no other thread passes the gate */
} gate = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* The thread that has closed the gate, or 0. It holds the mutex, so there is at most one. Fork handlers may use the core and
 * even fork again: only that thread counts how many forks it has closed the gate for. */
static _Atomic uintptr_t forking_thread;
static uint64_t n_own_forks;

bool tp_is_forking(void) { return atomic_load_explicit(&forking_thread, memory_order_relaxed) == tp_this_thread(); }

static void enter_gate(void)
{
    if (tp_is_forking()) return;
    pthread_mutex_lock(&gate.mutex);
    while (gate.n_forks > 0) pthread_cond_wait(&gate.changed, &gate.mutex);
    gate.n_inside++;
    pthread_mutex_unlock(&gate.mutex);
}

static void leave_gate(void)
{
    if (tp_is_forking()) return;
    pthread_mutex_lock(&gate.mutex);
    assert(gate.n_inside > 0);
    gate.n_inside--;
    if (gate.n_inside == 0 && gate.n_forks > 0) pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.mutex);
}

static void close_gate(void)
{
    pthread_mutex_lock(&gate.mutex);
    gate.n_forks++;
    while (gate.n_inside != 0) pthread_cond_wait(&gate.changed, &gate.mutex);
    atomic_store_explicit(&forking_thread, tp_this_thread(), memory_order_relaxed);
}

void tp_before_fork(void)
{
    if (!tp_is_forking()) close_gate();
    n_own_forks++;
}

void tp_after_fork_in_parent(void)
{
    if (--n_own_forks > 0) return;
    atomic_store_explicit(&forking_thread, 0, memory_order_relaxed);
    gate.n_forks--;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.mutex);
}

/* This thread holds the mutex in the child as in the parent; threads that waited for the gate do not exist in the child. */
void tp_after_fork_in_child(void)
{
    gate.changed = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    gate.n_forks = 1;
    if (--n_own_forks > 0) return; /* this fork was made by a handler of another fork, which is still to come */
    atomic_store_explicit(&forking_thread, 0, memory_order_relaxed);
    gate.n_forks = 0;
    pthread_mutex_unlock(&gate.mutex);
}

#endif

void tp_lock_read(tp_lock *lock)
{
    enter_gate();
    read_lock(lock);
}

void tp_unlock_read(tp_lock *lock)
{
    read_unlock(lock);
    leave_gate();
}

void tp_lock_write(tp_lock *lock)
{
    enter_gate();
    write_lock(lock);
}

void tp_unlock_write(tp_lock *lock)
{
    write_unlock(lock);
    leave_gate();
}

void tp_lock_write_two(tp_lock *one, tp_lock *other)
{
    assert(one != other);
    tp_lock *first = (uintptr_t)one < (uintptr_t)other ? one : other;
    enter_gate();
    write_lock(first);
    write_lock(first == one ? other : one);
}

void tp_unlock_write_two(tp_lock *one, tp_lock *other)
{
    write_unlock(one);
    write_unlock(other);
    leave_gate();
}
