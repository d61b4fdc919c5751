/* Arrays of numbers. Part of textproc.h; its conventions apply. */
#ifndef TEXTPROC_NUMERIC_H
#define TEXTPROC_NUMERIC_H

#include "textproc/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Numbers ----------------------------------------------------------------------------------------------------- */

/* The types of numbers in memory. `const void *numbers` points to them, in native byte order, aligned as their type
 * requires. */
typedef enum tp_number_type {
    TP_INT8 = 0,
    TP_UINT8 = 1,
    TP_INT16 = 2,
    TP_UINT16 = 3,
    TP_INT32 = 4,
    TP_UINT32 = 5,
    TP_INT64 = 6,
    TP_UINT64 = 7,
    TP_FLOAT32 = 8,
    TP_FLOAT64 = 9
} tp_number_type;

/* A sum of ints: high * 2^64 + low. */
typedef struct tp_int_sum {
    int64_t high;
    uint64_t low;
} tp_int_sum;

/* Adds n ints to *sum, which is all zero at first, with at most `threads` threads. TP_INVALID_ARGUMENT for a float type. O(n),
 * at the speed of memory. */
tp_status tp_sum_ints(const void *numbers, tp_number_type type, size_t n, size_t threads, tp_int_sum *sum, tp_error *error);

/* The values in a sum of floats that are not finite. */
typedef enum tp_specials {
    TP_HAS_POSITIVE_INFINITY = 1,
    TP_HAS_NEGATIVE_INFINITY = 2,
    TP_HAS_NAN = 4
} tp_specials;

/* A sum of floats: a fixed-point number wide enough for any sum of floats without rounding, and a bound on its error. All zero
 * is the empty sum. */
typedef struct tp_float_sum {
    int64_t digits[70];   /* each times 2^32 to the power of its index, in units of 2^-1074 */
    uint64_t n_uncarried; /* the number of values added since the digits were last below 2^32 */
    double bound;         /* the error of the sum is at most this */
    uint32_t specials;    /* the tp_specials among the values, or 0 */
} tp_float_sum;

/* Adds n floats to *sum with at most `threads` threads. Without `is_exact` it runs at the speed of memory and increases the
 * error bound; with `is_exact` it makes no error and takes ten times as long. TP_INVALID_ARGUMENT for an int type. */
tp_status tp_sum_floats(const void *numbers, tp_number_type type, size_t n, bool is_exact, size_t threads, tp_float_sum *sum,
                        tp_error *error);

/* Stores the sum times 2 to the power of `exponent`, rounded to the nearest double, ties to even, with overflow to infinity, or
 * NaN, as IEEE 754 defines. Returns false if the error bound is too large to determine the result; then add the same numbers
 * exactly. For an exact sum it always returns true. */
bool tp_float_sum_get(const tp_float_sum *sum, int exponent, double *value);

/* The number of values in a block of the filter. */
#define TP_FILTER_BLOCK 4096

/* Counts, for each block (the last one may be shorter), the numbers that are at least *least, which has the same type and is
 * neither NaN nor minus infinity. TP_TOO_LARGE, with the index of the first such number as offset, if twice that number does
 * not fit the type; then the counts are undefined. Infinity fits. O(n), with at most `threads` threads. */
tp_status tp_filter_count(const void *numbers, tp_number_type type, size_t n, const void *least, size_t threads,
                          uint64_t *counts, tp_error *error);

/* Stores twice each of the numbers that tp_filter_count counted, in order; the other arguments and `counts` must be the same.
 * Returns false if there are fewer now: another thread has written to the numbers, and the stored values are meaningless. */
bool tp_filter_double(const void *numbers, tp_number_type type, size_t n, const void *least, size_t threads,
                      const uint64_t *counts, void *kept);

/* Stores a[i] * b[i] for n pairs of numbers of the same type; products of floats are rounded as in IEEE 754. TP_TOO_LARGE, with
 * the index of the first such pair as offset, if a product of ints does not fit the type; then the products are undefined. */
tp_status tp_multiply(const void *a, const void *b, tp_number_type type, size_t n, size_t threads, void *products,
                      tp_error *error);

/* Statistics of a set of numbers. All zero is the empty set. */
typedef struct tp_stats {
    uint64_t n;
    tp_int_sum int_sum;     /* of ints */
    tp_float_sum float_sum; /* of floats */
    double mean_high;       /* the mean is mean_high + mean_low, of the numbers times the scale */
    double mean_low;
    double squares_high;    /* the sum of squared differences from the mean, in the same form */
    double squares_low;
    double least;           /* of floats; undefined if there is a NaN among them */
    double greatest;
    int64_t int_least;      /* of ints; for uint64 the same bits */
    int64_t int_greatest;
} tp_stats;

/* Adds n numbers. `scale`, a power of two, is 1 unless squares would overflow or underflow; then the numbers are multiplied by
 * it for the mean and the squares only. The squares are undefined if a number is not finite, or is too large to be squared. If
 * the numbers are passed in several calls, each call should pass a multiple of TP_FILTER_BLOCK; then the result is the same,
 * bit for bit, for any division into calls and any number of threads. */
tp_status tp_stats_add(tp_stats *stats, const void *numbers, tp_number_type type, size_t n, double scale, size_t threads,
                       tp_error *error);

/* Stores the mean of each of n_chunks chunks of `chunk` > 0 doubles. The exact sum is rounded once, and its quotient once
 * more. */
void tp_chunk_means(const double *numbers, size_t chunk, size_t n_chunks, size_t threads, double *means);

/* Converts `n` numbers of any type to the nearest doubles. With `exactly`, TP_INVALID_ARGUMENT, with the index of the first
 * such integer as offset, if an integer is not equal to a double; not all beyond 2^53 are. `items` must not overlap
 * `numbers`. */
tp_status tp_to_float64(tp_number_type type, const void *numbers, size_t n, bool exactly, double *items, tp_error *error);

/* Converts `n` integers of any type to int64. TP_TOO_LARGE, with the index of the first such integer as offset, if one does not
 * fit; TP_INVALID_ARGUMENT for floats. `items` must not overlap `numbers`. */
tp_status tp_to_int64(tp_number_type type, const void *numbers, size_t n, int64_t *items, tp_error *error);

/* ---- Numbers: matrices ------------------------------------------------------------------------------------------- */

/* A matrix: the element in row i and column j is items[i * row_stride + j * column_stride]. `items` may be NULL if there are no
 * elements. */
typedef struct tp_matrix {
    const double *items;
    size_t n_rows;
    size_t n_columns;
    size_t row_stride;
    size_t column_stride;
} tp_matrix;

/* A matrix product that is computed step by step. Only one call at a time may use it. */
typedef struct tp_product tp_product;

/* Begins the product of two matrices, for at most `threads` threads. The result is stored in `items`, row by row without gaps,
 * which must not overlap the matrices. The matrices and `items` must stay valid until the last step. TP_INVALID_ARGUMENT unless
 * left.n_columns equals right.n_rows; TP_NO_MEMORY if there is no memory for the panels into which both matrices are packed:
 * about 4 MB, and less than 1 MB for each thread.
 *
 * Each element is the sum, in double precision, of left[i][j] * right[j][k] in order of j, in blocks whose sums are added in
 * order. So the result is the same for any number of threads. Whether a product is rounded before it is added depends on the
 * variant in use (see tp_simd_name): avx512, avx2 and neon do not round it. With every variant an element differs from the
 * exact value by at most n 2^-53 / (1 - n 2^-53) times the sum of the absolute products, n = left.n_columns (N. Higham,
 * Accuracy and Stability of Numerical Algorithms, 3.5), unless it overflows or products are subnormal. NaN and infinities
 * propagate as in that sum. */
tp_status tp_product_new(const tp_matrix *left, const tp_matrix *right, double *items, size_t threads, tp_product **product,
                         tp_error *error);

/* Makes about `n` more multiplications and stores the number made so far. It makes fewer if each element needs only a few, but
 * at least those of one row of tiles. Returns whether any are left; if none are, all elements are stored. At least one step is
 * required, even if there is nothing to multiply. */
bool tp_product_step(tp_product *product, uint64_t n, uint64_t *n_done);

void tp_product_free(tp_product *product); /* accepts NULL */
void tp_product_free_at(tp_product **product); /* as tp_corpus_free_at */

/* ---- Numbers: random points, primes ------------------------------------------------------------------------------ */

/* Places random points in a square and returns how many lie within the quarter circle that touches two of its sides and has its
 * centre at the corner of the other two. The points are the `n` with the numbers from `first` on, modulo 2^64, of an endless
 * sequence, which `key` selects. At most `threads` threads share the work.
 *
 * Point i is the ith output of SplitMix64 started with `key` (G. Steele, D. Lea, C. Flood, Fast Splittable Pseudorandom Number
 * Generators, 2014): 31 bits for each coordinate, at the middle of a cell of the resulting grid. All computations use
 * integers. */
uint64_t tp_count_points_in_circle(uint64_t key, uint64_t first, uint64_t n, size_t threads);

/* The primes up to a limit, found step by step in ascending order. Only one call at a time may use it. */
typedef struct tp_sieve tp_sieve;

/* Begins the search for the primes up to `limit`, with at most `threads` threads. The sieve itself takes about 4 MB, and less
 * than 100 KB for each thread. TP_NO_MEMORY also if there is no memory for an array of all primes, although that is the
 * caller's and is not allocated here. */
tp_status tp_sieve_new(uint32_t limit, size_t threads, tp_sieve **sieve, tp_error *error);

/* Searches some millions of further numbers. Stores a pointer to the primes among them, which is valid until the next step, how
 * many there are, and the number of numbers searched so far, out of limit + 1 (from 0 on). */
tp_status tp_sieve_step(tp_sieve *sieve, const uint32_t **primes, size_t *n_primes, uint64_t *n_done, tp_error *error);

void tp_sieve_free(tp_sieve *sieve); /* accepts NULL */
void tp_sieve_free_at(tp_sieve **sieve); /* as tp_corpus_free_at */

/* ---- Numbers: windows -------------------------------------------------------------------------------------------- */

/* A window over the last numbers of a sequence, with their exact sum if requested. It has a lock: readers share it, writers
 * exclude each other. */
typedef struct tp_window tp_window;

/* Makes an empty window of `capacity` numbers and reserves memory for all of them. TP_INVALID_ARGUMENT if `capacity` is 0. */
tp_status tp_window_new(size_t capacity, bool sums, tp_window **window, tp_error *error);

/* Makes a window with the same contents. */
tp_status tp_window_copy(tp_window *window, tp_window **copy, tp_error *error);

void tp_window_free(tp_window *window); /* accepts NULL */
void tp_window_free_at(tp_window **window); /* as tp_corpus_free_at */

/* Adds numbers; each one removes the oldest number if the window is full. With `averages`, which requires a window with sums,
 * it stores the average after each number: the correctly rounded sum, as a double, divided by the count. This equals Python's
 * math.fsum(w) / len(w), also where that overflows. The average is NaN if the window contains a NaN or infinities of both
 * signs, and infinite if it contains infinities of one sign only. `averages` may be the same array as `numbers`. O(1) for each
 * number: the sum is kept in fixed point, with all 2098 bits that doubles span and 64 more, and removed numbers are subtracted
 * without error. */
void tp_window_push(tp_window *window, const double *numbers, size_t n, double *averages);

/* Adds one number and returns the average; otherwise as tp_window_push. */
double tp_window_push_one(tp_window *window, double number);

/* The state of a window. */
typedef struct tp_window_state {
    size_t capacity;
    size_t count;
    double latest;    /* the latest number; NaN if the window is empty */
    double average;   /* NaN for a window without sums; 0 if the window is empty */
    uint64_t version; /* changes with the contents */
} tp_window_state;

/* Stores the whole state, read at one instant. */
void tp_window_get_state(tp_window *window, tp_window_state *state);

/* Stores the numbers, oldest first, and how many there are in *n. TP_TOO_SMALL, with *n stored, if there are more than
 * `capacity`. */
tp_status tp_window_get_numbers(tp_window *window, double *numbers, size_t capacity, size_t *n, tp_error *error);

/* Removes all numbers; the capacity stays the same. */
void tp_window_clear(tp_window *window);

/* Exchanges the contents of two different windows of the same capacity; TP_INVALID_ARGUMENT for any other two. TP_STALE unless
 * the version of `window` is the expected one. */
tp_status tp_window_exchange(tp_window *window, tp_window *other, uint64_t expected_version, tp_error *error);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
