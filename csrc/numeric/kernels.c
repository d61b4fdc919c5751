#include "numeric/kernels.h"

#include "base/variants.h"

extern const tp_kernels tp_kernels_plain, tp_kernels_avx2, tp_kernels_avx512;

const tp_kernels *tp_kernels_in_use(void)
{
    return TP_X86_VARIANT(&tp_kernels);
}

size_t tp_number_nbytes(tp_number_type type)
{
    static const uint8_t nbytes[] = {1, 1, 2, 2, 4, 4, 8, 8, 4, 8};
    return nbytes[type];
}

/* Starting a thread takes some 20 µs, in which one thread adds this many numbers that are not in a cache. */
enum { LEAST_NUMBERS_OF_TASK = 1 << 16 };

size_t tp_count_tasks(size_t n, size_t threads)
{
    size_t most = n / LEAST_NUMBERS_OF_TASK;
    if (threads > most) threads = most;
    return threads > 1 ? threads : 1;
}

size_t tp_task_start(size_t n, size_t n_tasks, size_t i)
{
    size_t n_blocks = n / TP_BLOCK;
    return i == n_tasks ? n : (n_blocks / n_tasks * i + (n_blocks % n_tasks * i) / n_tasks) * TP_BLOCK;
}
