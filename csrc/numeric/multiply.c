/* Products of pairs of numbers. */
#include "base/error.h"
#include "base/memory.h"
#include "base/thread.h"
#include "numeric/kernels.h"

typedef struct product_task {
    const uint8_t *a;
    const uint8_t *b;
    tp_number_type type;
    size_t n;
    size_t n_tasks;
    uint8_t *products;
    uint64_t *overflow; /* for each task: the first block with a product that does not fit, or UINT64_MAX */
} product_task;

static bool multiply(const product_task *task, size_t i, size_t n)
{
    const size_t offset = i * tp_number_nbytes(task->type);
    return tp_kernels_in_use()->multiply(task->a + offset, task->b + offset, task->type, n, task->products + offset);
}

static void run_product_task(void *shared, size_t index)
{
    const product_task *task = shared;
    const size_t end = tp_task_start(task->n, task->n_tasks, index + 1);
    task->overflow[index] = UINT64_MAX;
    for (size_t i = tp_task_start(task->n, task->n_tasks, index); i < end; i += TP_BLOCK) {
        if (!multiply(task, i, end - i < TP_BLOCK ? end - i : TP_BLOCK)) {
            task->overflow[index] = i;
            return;
        }
    }
}

tp_status tp_multiply(const void *a, const void *b, tp_number_type type, size_t n, size_t threads, void *products,
                      tp_error *error)
{
    product_task task = {.a = a, .b = b, .type = type, .n = n, .n_tasks = tp_count_tasks(n, threads), .products = products};
    task.overflow = tp_allocate(TP_FOR_WORK, task.n_tasks * sizeof *task.overflow);
    if (task.overflow == NULL) return tp_fail_no_memory(error);
    tp_fork_join(run_product_task, &task, task.n_tasks);
    uint64_t i = UINT64_MAX;
    for (size_t k = task.n_tasks; k-- > 0;) {
        if (task.overflow[k] != UINT64_MAX) i = task.overflow[k];
    }
    tp_release(TP_FOR_WORK, task.overflow, task.n_tasks * sizeof *task.overflow);
    if (i == UINT64_MAX) return TP_OK;
    while (i + 1 < n && multiply(&task, (size_t)i, 1)) i++;
    return tp_fail(error, TP_TOO_LARGE, i, "the product has no place in its type");
}
