/* The loops over numbers, with variants for each instruction set. All variants give the same bits: they add in the same lanes,
 * and no compiler fuses a product with a sum. */
#ifndef TEXTPROC_NUMERIC_KERNELS_H
#define TEXTPROC_NUMERIC_KERNELS_H

#include <float.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "textproc/numeric.h"

/* An x87 (32-bit x86 without SSE2) keeps more digits of a double in some places, and the errors of sums would be wrong. Floats
 * that are computed as doubles, as in ISO C on s390x, do no harm: a stored value is rounded once all the same. */
#if FLT_EVAL_METHOD == 2 || FLT_EVAL_METHOD < 0
#error "doubles must be computed as doubles: compile with -msse2 -mfpmath=sse"
#endif

/* Numbers are processed in blocks that stay in the first-level cache if they are read twice: 32 KB of doubles. */
enum { TP_BLOCK = TP_FILTER_BLOCK, TP_LANES = 16 };

/* Number i is added to lane i % TP_LANES. The sum of `sum` and of all errors is the sum of the numbers. `error` itself has
 * rounding errors, which are less than the count of numbers in a lane times 2^-53 times `error_size`, the sum of the magnitudes
 * in it. */
typedef struct tp_lanes {
    double sum[TP_LANES];
    double error[TP_LANES];
    double error_size[TP_LANES];
} tp_lanes;

typedef struct tp_moments {
    double sum;     /* of x - pivot */
    double squares; /* of (x - pivot)² */
} tp_moments;

/* The sum of ints in two words: high * 2^32 + low, before the effect of a bias is subtracted. */
typedef struct tp_halves {
    uint64_t low;
    uint64_t high;
} tp_halves;

typedef struct tp_kernels {
    /* Adds doubles to the lanes. */
    void (*add_doubles)(const double *numbers, size_t n, tp_lanes *lanes);
    /* The sum of ints of up to 32 bits; fewer than 2^31 of them. */
    int64_t (*sum_narrow)(const void *numbers, tp_number_type type, size_t n);
    /* The sum of uint64, or of int64 + 2^63; fewer than 2^31 of them. */
    tp_halves (*sum_wide)(const uint64_t *numbers, uint64_t bias, size_t n);
    /* Converts numbers to doubles. 64-bit ints become their differences from the first one: exact, then rounded. */
    void (*widen)(const void *numbers, tp_number_type type, size_t n, double *wide);
    tp_moments (*moments)(const double *numbers, size_t n, double pivot);
    /* Finds the least and the greatest of n > 0 doubles without NaN. */
    void (*extremes)(const double *numbers, size_t n, double *least, double *greatest);
    /* Finds the same for ints; uint64 values are in the bits of an int64. */
    void (*int_extremes)(const void *numbers, tp_number_type type, size_t n, int64_t *least, int64_t *greatest);
    /* Returns how many numbers are at least *least; *overflows: whether one of these is too large to be doubled. */
    size_t (*count)(const void *numbers, tp_number_type type, size_t n, const void *least, bool *overflows);
    /* Stores twice each of these numbers, at most n_kept of them, and returns how many. */
    size_t (*keep)(const void *numbers, tp_number_type type, const void *least, size_t n_kept, const void *end, void *kept);
    /* Computes the products of n numbers. Returns false if one of them does not fit the type. */
    bool (*multiply)(const void *a, const void *b, tp_number_type type, size_t n, void *products);
} tp_kernels;

const tp_kernels *tp_kernels_in_use(void);

size_t tp_number_nbytes(tp_number_type type);

/* Returns the number of tasks for n numbers: at most `threads`, each with enough work to justify starting it. */
size_t tp_count_tasks(size_t n, size_t threads);

/* Returns where task i of n_tasks begins: at a multiple of TP_BLOCK, or at the end. */
size_t tp_task_start(size_t n, size_t n_tasks, size_t i);

#endif
