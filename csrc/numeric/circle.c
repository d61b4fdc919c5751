#include "numeric/circle.h"

#include <stdatomic.h>

#include "base/thread.h"
#include "base/variants.h"
#include "textproc/numeric.h"

/* The number of points that justifies a thread, which takes some 30 microseconds to start. */
enum { POINTS_PER_THREAD = 1 << 18 };

typedef struct points {
    uint64_t state;
    uint64_t n, n_each;
    _Atomic uint64_t n_beyond;
} points;

static void count_share(void *shared, size_t index)
{
    points *p = shared;
    uint64_t first = index * p->n_each;
    if (first >= p->n) return;
    uint64_t left = p->n - first;
    uint64_t n = left < p->n_each ? left : p->n_each;
    atomic_fetch_add(&p->n_beyond, TP_X86_VARIANT(tp_count_beyond)(p->state + first * TP_SPLITMIX_STEP, n));
}

uint64_t tp_count_points_in_circle(uint64_t key, uint64_t first, uint64_t n, size_t threads)
{
    uint64_t most = n / POINTS_PER_THREAD;
    if (threads > most) threads = (size_t)most;
    if (threads == 0) threads = 1;
    points p = {.state = key + first * TP_SPLITMIX_STEP, .n = n, .n_each = n / threads + (n % threads != 0)};
    tp_fork_join(count_share, &p, threads);
    return n - atomic_load(&p.n_beyond);
}
