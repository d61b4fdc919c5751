#include "base/thread.h"

#include <stdbool.h>

#include "base/lock.h"
#include "base/memory.h"

#ifdef _WIN32
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
typedef HANDLE thread_id;
#else
#include <pthread.h>
#include <signal.h>
typedef pthread_t thread_id;
#endif

typedef struct worker {
    tp_task task;
    void *shared;
    size_t index;
    thread_id id;
    bool is_started;
    tp_memory_refusal refusal; /* the refusal of the task, to be handed to the caller */
} worker;

#ifdef _WIN32

static DWORD WINAPI run_worker(LPVOID argument)
{
    worker *w = argument;
    w->task(w->shared, w->index);
    tp_memory_take_refusal(&w->refusal);
    return 0;
}

static void start_workers(worker *workers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        workers[i].id = CreateThread(NULL, 0, run_worker, &workers[i], 0, NULL);
        workers[i].is_started = workers[i].id != NULL;
    }
}

static void join_worker(worker *w)
{
    WaitForSingleObject(w->id, INFINITE);
    CloseHandle(w->id);
}

#else

static void *run_worker(void *argument)
{
    worker *w = argument;
    w->task(w->shared, w->index);
    tp_memory_take_refusal(&w->refusal);
    return NULL;
}

/* A new thread inherits the signal mask. All signals are blocked in it, so the host's handlers run in the host's own
 * threads. */
static void start_workers(worker *workers, size_t n)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (size_t i = 0; i < n; i++) {
        workers[i].is_started = pthread_create(&workers[i].id, NULL, run_worker, &workers[i]) == 0;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void join_worker(worker *w) { pthread_join(w->id, NULL); }

#endif

void tp_fork_join(tp_task task, void *shared, size_t n_tasks)
{
    size_t n_workers = n_tasks > 1 && !tp_is_forking() ? n_tasks - 1 : 0;
    worker *workers = n_workers > 0 ? tp_allocate(TP_FOR_WORK, n_workers * sizeof *workers) : NULL;
    if (workers == NULL) {
        if (n_workers > 0) tp_forget_refusal();
        for (size_t i = 0; i < n_tasks; i++) task(shared, i);
        return;
    }
    for (size_t i = 0; i < n_workers; i++) {
        workers[i] = (worker){.task = task, .shared = shared, .index = i + 1};
    }
    start_workers(workers, n_workers);
    task(shared, 0);
    for (size_t i = 0; i < n_workers; i++) {
        if (workers[i].is_started) join_worker(&workers[i]);
        else task(shared, workers[i].index);
        if (workers[i].refusal.asked_bytes > 0) tp_give_refusal(&workers[i].refusal);
    }
    tp_release(TP_FOR_WORK, workers, n_workers * sizeof *workers);
}
