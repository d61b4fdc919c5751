/* Mean, deviation and extremes in one pass over memory.
 *
 * Numbers are processed in blocks of 32 KB that are read several times while they lie in the first-level cache. First the sum
 * of a block is computed, with its rounding errors, then the squares of the differences from the mean, so that nothing cancels
 * however large the mean is relative to the deviation. Blocks are joined in order by Chan's rule, with means of two doubles
 * (106 bits), because the differences of means matter here. So a result depends only on the numbers. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/thread.h"
#include "numeric/exact.h"
#include "numeric/kernels.h"

/* ---- Numbers of two doubles ---------------------------------------------------------------------------------------- */

typedef struct pair {
    double high;
    double low;
} pair;

/* Knuth's TwoSum: exact. */
static pair add_exactly(double a, double b)
{
    double sum = a + b, added = sum - a;
    return (pair){sum, (a - (sum - added)) + (b - added)};
}

static pair add_pairs(pair a, pair b)
{
    pair sum = add_exactly(a.high, b.high);
    return add_exactly(sum.high, sum.low + (a.low + b.low));
}

/* ---- One block ----------------------------------------------------------------------------------------------------- */

typedef struct block_stats {
    pair mean;
    double squares;
} block_stats;

/* The results of one task, except its blocks. */
typedef struct totals {
    tp_int_sum int_sum;
    tp_float_sum float_sum;
    double least;
    double greatest;
    int64_t int_least;
    int64_t int_greatest;
} totals;

/* Adds up the lanes of a block of n numbers; `bound` grows by the possible error. */
static pair sum_lanes(const tp_lanes *lanes, size_t n, double *bound)
{
    pair sum = {0, 0};
    double size = 0;
    for (size_t i = 0; i < TP_LANES; i++) {
        pair next = add_exactly(sum.high, lanes->sum[i]);
        sum.high = next.high;
        sum.low += next.low + lanes->error[i];
        size += lanes->error_size[i] + (next.low < 0 ? -next.low : next.low);
    }
    /* As in sum.c; each lane's sum and error are two more additions. */
    if (size > 0) *bound += size * ((double)(n / TP_LANES + 2 * TP_LANES + 2) * 0x1p-52) + 0x1p-1074;
    return sum;
}

static block_stats measure(const tp_kernels *kernels, const double *numbers, size_t n, pair sum)
{
    double pivot = (sum.high + sum.low) / (double)n;
    tp_moments found = kernels->moments(numbers, n, pivot);
    double squares = found.squares - found.sum * found.sum / (double)n;
    return (block_stats){add_exactly(pivot, found.sum / (double)n), squares > 0 || squares != squares ? squares : 0};
}

static pair sum_block(const tp_kernels *kernels, const double *numbers, size_t n, double *bound)
{
    tp_lanes lanes = {{0}, {0}, {0}};
    kernels->add_doubles(numbers, n, &lanes);
    return sum_lanes(&lanes, n, bound);
}

static void take_floats(const double *numbers, size_t n, pair sum, double bound, totals *all)
{
    if (0 * sum.high + 0 * sum.low + 0 * bound == 0) {
        tp_exact_add(&all->float_sum, sum.high);
        tp_exact_add(&all->float_sum, sum.low);
        all->float_sum.bound += bound;
    } else { /* it overflows during the computation, or something is not finite */
        for (size_t i = 0; i < n; i++) tp_exact_add(&all->float_sum, numbers[i]);
    }
}

/* An int as two doubles, exactly. */
static pair split_int(const uint8_t *number, tp_number_type type)
{
    uint64_t bits;
    memcpy(&bits, number, sizeof bits);
    double high = (double)(bits >> 32) * 0x1p32, low = (double)(uint32_t)bits;
    if (type == TP_INT64 && bits >> 63 != 0) high -= 0x1p64;
    return add_exactly(high, low);
}

static block_stats take_block(const tp_kernels *kernels, const uint8_t *numbers, tp_number_type type, size_t n, double scale,
                              totals *all)
{
    double copies[TP_BLOCK];
    const double *doubles = (const double *)(const void *)numbers;
    if (type != TP_FLOAT64) {
        kernels->widen(numbers, type, n, copies);
        doubles = copies;
    }
    double bound = 0;
    pair sum = sum_block(kernels, doubles, n, &bound);
    if (type >= TP_FLOAT32) {
        double least, greatest;
        take_floats(doubles, n, sum, bound, all);
        kernels->extremes(doubles, n, &least, &greatest);
        if (least < all->least) all->least = least;
        if (greatest > all->greatest) all->greatest = greatest;
    } else {
        int64_t least, greatest;
        tp_add_ints(numbers, type, n, &all->int_sum);
        kernels->int_extremes(numbers, type, n, &least, &greatest);
        bool is_unsigned = type == TP_UINT64;
        if (is_unsigned ? (uint64_t)least < (uint64_t)all->int_least : least < all->int_least) all->int_least = least;
        if (is_unsigned ? (uint64_t)greatest > (uint64_t)all->int_greatest : greatest > all->int_greatest)
            all->int_greatest = greatest;
    }
    if (scale != 1) {
        for (size_t i = 0; i < n; i++) copies[i] = doubles[i] * scale;
        doubles = copies;
        sum = sum_block(kernels, doubles, n, &bound);
    }
    block_stats block = measure(kernels, doubles, n, sum);
    if (type == TP_INT64 || type == TP_UINT64) block.mean = add_pairs(block.mean, split_int(numbers, type));
    return block;
}

/* ---- All blocks ---------------------------------------------------------------------------------------------------- */

typedef struct stats_task {
    const uint8_t *numbers;
    tp_number_type type;
    size_t n;
    double scale;
    size_t n_tasks;
    block_stats *blocks;
    totals *totals;
} stats_task;

static double first_as_double(const tp_kernels *kernels, const uint8_t *numbers, tp_number_type type)
{
    double first = 0;
    if (type >= TP_FLOAT32) kernels->widen(numbers, type, 1, &first);
    return first;
}

static int64_t first_as_int(const tp_kernels *kernels, const uint8_t *numbers, tp_number_type type)
{
    int64_t least = 0, greatest = 0;
    if (type < TP_FLOAT32) kernels->int_extremes(numbers, type, 1, &least, &greatest);
    return least;
}

static void run_stats_task(void *shared, size_t index)
{
    const stats_task *task = shared;
    const tp_kernels *kernels = tp_kernels_in_use();
    const size_t nbytes = tp_number_nbytes(task->type);
    size_t start = tp_task_start(task->n, task->n_tasks, index), end = tp_task_start(task->n, task->n_tasks, index + 1);
    totals *all = &task->totals[index];
    memset(all, 0, sizeof *all);
    all->least = all->greatest = first_as_double(kernels, task->numbers + start * nbytes, task->type);
    all->int_least = all->int_greatest = first_as_int(kernels, task->numbers + start * nbytes, task->type);
    for (size_t i = start; i < end; i += TP_BLOCK) {
        size_t n = end - i < TP_BLOCK ? end - i : TP_BLOCK;
        task->blocks[i / TP_BLOCK] = take_block(kernels, task->numbers + i * nbytes, task->type, n, task->scale, all);
    }
}

static void join_block(tp_stats *stats, const block_stats *block, size_t n)
{
    double before = (double)stats->n, added = (double)n, after = before + added;
    pair mean = {stats->mean_high, stats->mean_low}, squares = {stats->squares_high, stats->squares_low};
    pair difference = add_pairs(block->mean, (pair){-mean.high, -mean.low});
    double share = added / after;
    mean = add_pairs(mean, (pair){difference.high * share, difference.low * share});
    double between = (difference.high + difference.low) * (difference.high + difference.low) * before * share;
    squares = add_pairs(squares, add_exactly(block->squares, between));
    stats->n += n;
    stats->mean_high = mean.high;
    stats->mean_low = mean.low;
    stats->squares_high = squares.high;
    stats->squares_low = squares.low;
}

static void join_totals(tp_stats *stats, totals *all, tp_number_type type, bool is_first)
{
    tp_add_int_sums(&stats->int_sum, &all->int_sum);
    tp_exact_join(&stats->float_sum, &all->float_sum);
    if (is_first || all->least < stats->least) stats->least = all->least;
    if (is_first || all->greatest > stats->greatest) stats->greatest = all->greatest;
    bool is_unsigned = type == TP_UINT64;
    if (is_first || (is_unsigned ? (uint64_t)all->int_least < (uint64_t)stats->int_least : all->int_least < stats->int_least))
        stats->int_least = all->int_least;
    if (is_first ||
        (is_unsigned ? (uint64_t)all->int_greatest > (uint64_t)stats->int_greatest : all->int_greatest > stats->int_greatest))
        stats->int_greatest = all->int_greatest;
}

tp_status tp_stats_add(tp_stats *stats, const void *numbers, tp_number_type type, size_t n, double scale, size_t threads,
                       tp_error *error)
{
    if (n == 0) return TP_OK;
    stats_task task = {.numbers = numbers, .type = type, .n = n, .scale = scale, .n_tasks = tp_count_tasks(n, threads)};
    const size_t n_blocks = (n - 1) / TP_BLOCK + 1;
    const size_t nbytes = n_blocks * sizeof *task.blocks + task.n_tasks * sizeof *task.totals;
    task.blocks = tp_allocate(TP_FOR_WORK, nbytes);
    if (task.blocks == NULL) return tp_fail_no_memory(error);
    task.totals = (totals *)(task.blocks + n_blocks);
    tp_fork_join(run_stats_task, &task, task.n_tasks);
    for (size_t i = 0; i < task.n_tasks; i++) join_totals(stats, &task.totals[i], type, stats->n == 0 && i == 0);
    for (size_t i = 0; i < n_blocks; i++) {
        join_block(stats, &task.blocks[i], i + 1 < n_blocks ? (size_t)TP_BLOCK : n - i * TP_BLOCK);
    }
    tp_release(TP_FOR_WORK, task.blocks, nbytes);
    return TP_OK;
}

/* ---- Chunks -------------------------------------------------------------------------------------------------------- */

/* Beginning and ending the sum of a chunk takes as long as this many more numbers. */
enum { CHUNK_OVERHEAD = 256 };

typedef struct chunk_task {
    const double *numbers;
    size_t chunk;
    size_t n_chunks;
    size_t n_tasks;
    double *means;
} chunk_task;

static void run_chunk_task(void *shared, size_t index)
{
    const chunk_task *task = shared;
    size_t end = (size_t)((double)task->n_chunks * (double)(index + 1) / (double)task->n_tasks);
    if (index + 1 == task->n_tasks) end = task->n_chunks;
    for (size_t i = (size_t)((double)task->n_chunks * (double)index / (double)task->n_tasks); i < end; i++) {
        task->means[i] = tp_mean(task->numbers + i * task->chunk, task->chunk);
    }
}

void tp_chunk_means(const double *numbers, size_t chunk, size_t n_chunks, size_t threads, double *means)
{
    size_t n_tasks = tp_count_tasks(n_chunks * (chunk + CHUNK_OVERHEAD), threads);
    if (n_tasks > n_chunks) n_tasks = n_chunks > 0 ? n_chunks : 1;
    chunk_task task = {numbers, chunk, n_chunks, n_tasks, means};
    tp_fork_join(run_chunk_task, &task, n_tasks);
}
