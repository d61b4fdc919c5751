/* Filters in two passes: the numbers to keep are counted, block by block, before the output is allocated. So the output has the
 * exact size, and every thread knows where to write. */
#include <stdatomic.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/thread.h"
#include "numeric/kernels.h"

typedef struct filter_task {
    const uint8_t *numbers;
    tp_number_type type;
    size_t n;
    const void *least;
    size_t n_tasks;
    uint64_t *counted;
    const uint64_t *counts;
    uint8_t *kept;
    uint64_t *overflow; /* for each task: the first block with a number that cannot be doubled, or UINT64_MAX */
    atomic_bool is_short; /* whether fewer numbers are kept than were counted */
} filter_task;

static size_t length_of_block(size_t n, size_t start) { return n - start < TP_BLOCK ? n - start : TP_BLOCK; }

static void count_task(void *shared, size_t index)
{
    const filter_task *task = shared;
    const tp_kernels *kernels = tp_kernels_in_use();
    const size_t nbytes = tp_number_nbytes(task->type), end = tp_task_start(task->n, task->n_tasks, index + 1);
    task->overflow[index] = UINT64_MAX;
    for (size_t i = tp_task_start(task->n, task->n_tasks, index); i < end; i += TP_BLOCK) {
        bool overflows;
        size_t n_now = length_of_block(task->n, i);
        const uint8_t *block = task->numbers + i * nbytes;
        task->counted[i / TP_FILTER_BLOCK] = kernels->count(block, task->type, n_now, task->least, &overflows);
        if (overflows) {
            task->overflow[index] = i;
            return;
        }
    }
}

/* Returns the first number of a block that is kept and cannot be doubled. */
static size_t find_overflow(const filter_task *task, size_t i)
{
    const tp_kernels *kernels = tp_kernels_in_use();
    const size_t nbytes = tp_number_nbytes(task->type);
    for (bool overflows = false; i + 1 < task->n; i++) {
        kernels->count(task->numbers + i * nbytes, task->type, 1, task->least, &overflows);
        if (overflows) break;
    }
    return i;
}

tp_status tp_filter_count(const void *numbers, tp_number_type type, size_t n, const void *least, size_t threads,
                          uint64_t *counts, tp_error *error)
{
    filter_task task = {.numbers = numbers, .type = type, .n = n, .least = least, .n_tasks = tp_count_tasks(n, threads)};
    task.counted = counts;
    task.overflow = tp_allocate(TP_FOR_WORK, task.n_tasks * sizeof *task.overflow);
    if (task.overflow == NULL) return tp_fail_no_memory(error);
    tp_fork_join(count_task, &task, task.n_tasks);
    uint64_t block = UINT64_MAX;
    for (size_t i = task.n_tasks; i-- > 0;) {
        if (task.overflow[i] != UINT64_MAX) block = task.overflow[i];
    }
    tp_release(TP_FOR_WORK, task.overflow, task.n_tasks * sizeof *task.overflow);
    if (block == UINT64_MAX) return TP_OK;
    return tp_fail(error, TP_TOO_LARGE, find_overflow(&task, (size_t)block), "twice the number has no place in its type");
}

static void keep_task(void *shared, size_t index)
{
    filter_task *task = shared;
    const tp_kernels *kernels = tp_kernels_in_use();
    const size_t nbytes = tp_number_nbytes(task->type);
    size_t start = tp_task_start(task->n, task->n_tasks, index), end = tp_task_start(task->n, task->n_tasks, index + 1);
    uint8_t *kept = task->kept;
    for (size_t i = 0; i < start; i += TP_BLOCK) kept += task->counts[i / TP_FILTER_BLOCK] * nbytes;
    for (size_t i = start; i < end; i += TP_BLOCK) {
        size_t n_kept = (size_t)task->counts[i / TP_FILTER_BLOCK];
        const uint8_t *block = task->numbers + i * nbytes;
        const uint8_t *block_end = block + length_of_block(task->n, i) * nbytes;
        if (kernels->keep(block, task->type, task->least, n_kept, block_end, kept) < n_kept) atomic_store(&task->is_short, true);
        kept += n_kept * nbytes;
    }
}

bool tp_filter_double(const void *numbers, tp_number_type type, size_t n, const void *least, size_t threads,
                      const uint64_t *counts, void *kept)
{
    filter_task task = {.numbers = numbers, .type = type, .n = n, .least = least, .n_tasks = tp_count_tasks(n, threads)};
    task.counts = counts;
    task.kept = kept;
    tp_fork_join(keep_task, &task, task.n_tasks);
    return !atomic_load(&task.is_short);
}
