/* The loops over numbers, in variants for each instruction set. All of them give the same bits: they add in the same lanes, and
 * no compiler fuses a product with a sum. */
#ifndef TEXTPROC_NUMERIC_KERNELS_H
#define TEXTPROC_NUMERIC_KERNELS_H

#include <float.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "textproc/numeric.h"

/* An x87, of 32-bit x86 without SSE2, keeps more digits of a double here and there, and errors of sums would be wrong. That
 * floats are computed as doubles, as in ISO C on s390x, is no harm: what is stored is rounded once all the same. */
#if FLT_EVAL_METHOD == 2 || FLT_EVAL_METHOD < 0
#error "doubles must be computed as doubles: compile with -msse2 -mfpmath=sse"
#endif

/* Numbers are taken in blocks that stay in the first-level cache where they are read twice: 32 KB of doubles. */
enum { TP_BLOCK = TP_FILTER_BLOCK, TP_LANES = 16 };

/* Number i goes to lane i % TP_LANES. The sum of `sum` and of all errors is the sum of the numbers; `error` has rounding errors
 * of its own, which are less than the numbers in a lane times 2^-53 times `error_size`, the sum of the magnitudes of what is in
 * it. */
typedef struct tp_lanes {
    double sum[TP_LANES];
    double error[TP_LANES];
    double error_size[TP_LANES];
} tp_lanes;

typedef struct tp_moments {
    double sum;     /* of x - pivot */
    double squares; /* of (x - pivot)² */
} tp_moments;

/* The sum of ints in two words: high * 2^32 + low, before what a bias adds is taken away. */
typedef struct tp_halves {
    uint64_t low;
    uint64_t high;
} tp_halves;

typedef struct tp_kernels {
    /* Adds doubles to what the lanes have. */
    void (*add_doubles)(const double *numbers, size_t n, tp_lanes *lanes);
    /* The sum of ints of up to 32 bits, fewer than 2^31. */
    int64_t (*sum_narrow)(const void *numbers, tp_number_type type, size_t n);
    /* The sum of uint64, or of int64 + 2^63, fewer than 2^31. */
    tp_halves (*sum_wide)(const uint64_t *numbers, uint64_t bias, size_t n);
    /* Numbers as doubles. Of 64-bit ints, their differences from the first one: exact, then rounded. */
    void (*widen)(const void *numbers, tp_number_type type, size_t n, double *wide);
    tp_moments (*moments)(const double *numbers, size_t n, double pivot);
    /* The least and the greatest of n > 0 doubles without NaN. */
    void (*extremes)(const double *numbers, size_t n, double *least, double *greatest);
    /* The same of ints; uint64 in the bits of an int64. */
    void (*int_extremes)(const void *numbers, tp_number_type type, size_t n, int64_t *least, int64_t *greatest);
    /* How many numbers are at least *least; *overflows: whether one of these is too large to be doubled. */
    size_t (*count)(const void *numbers, tp_number_type type, size_t n, const void *least, bool *overflows);
    /* Stores twice of each of these numbers, which are n_kept, or the first so many, and returns how many. */
    size_t (*keep)(const void *numbers, tp_number_type type, const void *least, size_t n_kept, const void *end, void *kept);
    /* Products of n numbers. False where one of them has no place in the type. */
    bool (*multiply)(const void *a, const void *b, tp_number_type type, size_t n, void *products);
} tp_kernels;

const tp_kernels *tp_kernels_in_use(void);

size_t tp_number_nbytes(tp_number_type type);

/* How many tasks to share n numbers out to: up to `threads`, each with enough to do that starting it pays. */
size_t tp_count_tasks(size_t n, size_t threads);

/* Where task i of n_tasks begins: at a multiple of TP_BLOCK, or at the end. */
size_t tp_task_start(size_t n, size_t n_tasks, size_t i);

#endif
