/* Exact sums, and sums with an error bound. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/thread.h"
#include "numeric/exact.h"
#include "numeric/kernels.h"

/* ---- Ints ---------------------------------------------------------------------------------------------------------- */

/* The interval between two checks of the words, none of which overflows within 2^31 numbers. */
enum { INTS_AT_ONCE = 1 << 30 };

static void add_words(tp_int_sum *sum, int64_t high, uint64_t low)
{
    sum->low += low;
    sum->high += high + (sum->low < low);
}

void tp_add_int_sums(tp_int_sum *sum, const tp_int_sum *other) { add_words(sum, other->high, other->low); }

void tp_add_ints(const uint8_t *numbers, tp_number_type type, size_t n, tp_int_sum *sum)
{
    const tp_kernels *kernels = tp_kernels_in_use();
    const size_t nbytes = tp_number_nbytes(type);
    while (n > 0) {
        size_t n_now = n < INTS_AT_ONCE ? n : INTS_AT_ONCE;
        if (nbytes < 8) {
            int64_t found = kernels->sum_narrow(numbers, type, n_now);
            add_words(sum, found < 0 ? -1 : 0, (uint64_t)found);
        } else {
            const bool is_signed = type == TP_INT64;
            const uint64_t bias = is_signed ? UINT64_C(1) << 63 : 0;
            tp_halves found = kernels->sum_wide((const uint64_t *)(const void *)numbers, bias, n_now);
            add_words(sum, (int64_t)(found.high >> 32), found.high << 32);
            add_words(sum, 0, found.low);
            /* Subtracts the bias, n_now * 2^63. */
            if (is_signed) add_words(sum, -(int64_t)((n_now + 1) / 2), (uint64_t)(n_now & 1) << 63);
        }
        numbers += n_now * nbytes;
        n -= n_now;
    }
}

typedef struct int_task {
    const uint8_t *numbers;
    tp_number_type type;
    size_t n;
    size_t n_tasks;
    tp_int_sum *sums;
} int_task;

static void run_int_task(void *shared, size_t index)
{
    const int_task *task = shared;
    size_t start = tp_task_start(task->n, task->n_tasks, index), end = tp_task_start(task->n, task->n_tasks, index + 1);
    tp_int_sum sum = {0, 0};
    tp_add_ints(task->numbers + start * tp_number_nbytes(task->type), task->type, end - start, &sum);
    task->sums[index] = sum;
}

tp_status tp_sum_ints(const void *numbers, tp_number_type type, size_t n, size_t threads, tp_int_sum *sum, tp_error *error)
{
    if (type > TP_UINT64) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "ints cannot be of that type");
    int_task task = {.numbers = numbers, .type = type, .n = n, .n_tasks = tp_count_tasks(n, threads)};
    task.sums = tp_allocate(TP_FOR_WORK, task.n_tasks * sizeof *task.sums);
    if (task.sums == NULL) return tp_fail_no_memory(error);
    tp_fork_join(run_int_task, &task, task.n_tasks);
    for (size_t i = 0; i < task.n_tasks; i++) tp_add_int_sums(sum, &task.sums[i]);
    tp_release(TP_FOR_WORK, task.sums, task.n_tasks * sizeof *task.sums);
    return TP_OK;
}

/* ---- Floats -------------------------------------------------------------------------------------------------------- */

/* The numbers added to lanes before these are added to the sum: enough for each lane that this costs nothing, and few enough
 * that the errors of the errors stay far below any rounding. */
enum { FLOATS_AT_ONCE = 16 * TP_BLOCK };

static void add_floats_exactly(const uint8_t *numbers, tp_number_type type, size_t n, tp_float_sum *sum)
{
    for (size_t i = 0; i < n; i++) {
        if (type == TP_FLOAT64) tp_exact_add(sum, ((const double *)(const void *)numbers)[i]);
        else tp_exact_add(sum, (double)((const float *)(const void *)numbers)[i]);
    }
}

static void add_to_lanes(const tp_kernels *kernels, const uint8_t *numbers, tp_number_type type, size_t n, tp_lanes *lanes)
{
    if (type == TP_FLOAT64) {
        kernels->add_doubles((const double *)(const void *)numbers, n, lanes);
        return;
    }
    double wide[TP_BLOCK];
    for (size_t i = 0; i < n; i += TP_BLOCK) {
        size_t n_now = n - i < TP_BLOCK ? n - i : TP_BLOCK;
        kernels->widen(numbers + i * sizeof(float), type, n_now, wide);
        kernels->add_doubles(wide, n_now, lanes);
    }
}

/* Returns whether there is neither an infinity nor a NaN, as an input or by overflow. */
static bool are_finite(const tp_lanes *lanes)
{
    double nothing = 0;
    for (size_t i = 0; i < TP_LANES; i++) nothing += 0 * lanes->sum[i] + 0 * lanes->error[i] + 0 * lanes->error_size[i];
    return nothing == 0;
}

static void add_floats(const uint8_t *numbers, tp_number_type type, size_t n, tp_float_sum *sum)
{
    const tp_kernels *kernels = tp_kernels_in_use();
    const size_t nbytes = tp_number_nbytes(type);
    while (n > 0) {
        size_t n_now = n < FLOATS_AT_ONCE ? n : FLOATS_AT_ONCE;
        tp_lanes lanes = {{0}, {0}, {0}};
        add_to_lanes(kernels, numbers, type, n_now, &lanes);
        if (!are_finite(&lanes)) {
            add_floats_exactly(numbers, type, n_now, sum);
        } else {
            double size = 0;
            for (size_t i = 0; i < TP_LANES; i++) {
                tp_exact_add(sum, lanes.sum[i]);
                tp_exact_add(sum, lanes.error[i]);
                size += lanes.error_size[i];
            }
            /* Each of the at most n_now / TP_LANES + 1 additions to a lane's error is off by at most 2^-53 of that lane's size.
             * 2^-52 is used instead, to cover the rounding of the sizes; the smallest double is added for a product that
             * underflows. */
            if (size > 0) sum->bound += size * ((double)(n_now / TP_LANES + 2) * 0x1p-52) + 0x1p-1074;
        }
        numbers += n_now * nbytes;
        n -= n_now;
    }
}

typedef struct float_task {
    const uint8_t *numbers;
    tp_number_type type;
    bool is_exact;
    size_t n;
    size_t n_tasks;
    tp_float_sum *sums;
} float_task;

static void run_float_task(void *shared, size_t index)
{
    const float_task *task = shared;
    size_t start = tp_task_start(task->n, task->n_tasks, index), end = tp_task_start(task->n, task->n_tasks, index + 1);
    const uint8_t *numbers = task->numbers + start * tp_number_nbytes(task->type);
    memset(&task->sums[index], 0, sizeof *task->sums);
    (task->is_exact ? add_floats_exactly : add_floats)(numbers, task->type, end - start, &task->sums[index]);
}

tp_status tp_sum_floats(const void *numbers, tp_number_type type, size_t n, bool is_exact, size_t threads, tp_float_sum *sum,
                        tp_error *error)
{
    if (type < TP_FLOAT32) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "floats cannot be of that type");
    float_task task = {.numbers = numbers, .type = type, .is_exact = is_exact, .n = n, .n_tasks = tp_count_tasks(n, threads)};
    task.sums = tp_allocate(TP_FOR_WORK, task.n_tasks * sizeof *task.sums);
    if (task.sums == NULL) return tp_fail_no_memory(error);
    tp_fork_join(run_float_task, &task, task.n_tasks);
    for (size_t i = 0; i < task.n_tasks; i++) tp_exact_join(sum, &task.sums[i]);
    tp_release(TP_FOR_WORK, task.sums, task.n_tasks * sizeof *task.sums);
    return TP_OK;
}

bool tp_float_sum_get(const tp_float_sum *sum, int exponent, double *value)
{
    if (sum->bound == 0 || sum->specials != 0) {
        *value = tp_exact_round(sum, exponent);
        return true;
    }
    tp_float_sum low = *sum, high = *sum;
    tp_exact_add(&low, -sum->bound);
    tp_exact_add(&high, sum->bound);
    *value = tp_exact_round(&low, exponent);
    return *value == tp_exact_round(&high, exponent);
}

double tp_mean(const double *numbers, size_t n)
{
    double value = 0;
    for (int exponent = 0;; exponent -= 64) { /* the sum may be too large even if the mean is not */
        for (int is_exact = 0; is_exact <= 1; is_exact++) {
            tp_float_sum sum = {{0}, 0, 0, 0};
            (is_exact ? add_floats_exactly : add_floats)((const uint8_t *)(const void *)numbers, TP_FLOAT64, n, &sum);
            if (!tp_float_sum_get(&sum, exponent, &value)) continue;
            if (0 * value == 0 || sum.specials != 0 || exponent != 0) return value / (double)n * (exponent == 0 ? 1 : 0x1p64);
            break;
        }
    }
}
