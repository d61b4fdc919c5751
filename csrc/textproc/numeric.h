/* Arrays of numbers. A part of textproc.h, whose conventions hold. */
#ifndef TEXTPROC_NUMERIC_H
#define TEXTPROC_NUMERIC_H

#include "textproc/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Numbers ----------------------------------------------------------------------------------------------------- */

/* What numbers in memory are: `const void *numbers`, in native byte order, aligned as their type wants it. */
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

/* Adds n ints to *sum, all zero before the first ones, by up to `threads` threads. TP_INVALID_ARGUMENT for a type of floats.
 * O(n), at the speed of memory. */
tp_status tp_sum_ints(const void *numbers, tp_number_type type, size_t n, size_t threads, tp_int_sum *sum, tp_error *error);

/* What a sum of floats has met that is no number. */
typedef enum tp_specials {
    TP_HAS_POSITIVE_INFINITY = 1,
    TP_HAS_NEGATIVE_INFINITY = 2,
    TP_HAS_NAN = 4
} tp_specials;

/* A sum of floats: a fixed-point number that holds every sum of them exactly, and by how much that may be wrong. All zero is
 * the sum of nothing. */
typedef struct tp_float_sum {
    int64_t digits[70];   /* times 2^32 for each place, in units of 2^-1074 */
    uint64_t n_uncarried; /* how many numbers were added since the digits were last below 2^32 */
    double bound;         /* the sum is wrong by no more than that */
    uint32_t specials;    /* the tp_specials that were among the numbers, or 0 */
} tp_float_sum;

/* Adds n floats to *sum by up to `threads` threads: at the speed of memory, with the error bound that goes with it or, if
 * `is_exact`, without any error and ten times as slowly. TP_INVALID_ARGUMENT for a type of ints. */
tp_status tp_sum_floats(const void *numbers, tp_number_type type, size_t n, bool is_exact, size_t threads, tp_float_sum *sum,
                        tp_error *error);

/* Stores the double nearest to the sum times 2 to the power of `exponent`, to the even one of two, infinite where that is, or
 * else NaN, as IEEE 754 has it. False where the sum is not known well enough to tell: add the same numbers exactly. An exact
 * sum is always known. */
bool tp_float_sum_get(const tp_float_sum *sum, int exponent, double *value);

/* Filtering works on blocks of so many numbers. */
#define TP_FILTER_BLOCK 4096

/* Stores, for each block (the last one may be shorter), how many numbers are at least *least, a number of the same type that is
 * neither NaN nor minus infinity. TP_TOO_LARGE, with the index of the first of these as offset, if twice that number has no place
 * in the type; then the counts are undefined. Infinity has its place. O(n), by up to `threads` threads. */
tp_status tp_filter_count(const void *numbers, tp_number_type type, size_t n, const void *least, size_t threads,
                          uint64_t *counts, tp_error *error);

/* Stores twice each of those numbers in their order, as many as tp_filter_count has counted, whose `counts` must be the same. False if
 * there are fewer: another thread has written to the numbers, and what is stored means nothing. */
bool tp_filter_double(const void *numbers, tp_number_type type, size_t n, const void *least, size_t threads,
                      const uint64_t *counts, void *kept);

/* Stores a[i] * b[i] for n pairs of numbers of the same type; of floats as IEEE 754 rounds it. TP_TOO_LARGE, with the index of
 * the first such pair as offset, if a product of ints has no place in the type; then the products are undefined. */
tp_status tp_multiply(const void *a, const void *b, tp_number_type type, size_t n, size_t threads, void *products,
                      tp_error *error);

/* What is known of the distribution of some numbers; all zero is that of none. */
typedef struct tp_stats {
    uint64_t n;
    tp_int_sum int_sum;     /* of ints */
    tp_float_sum float_sum; /* of floats */
    double mean_high;       /* the mean is the sum of both; of numbers times the scale */
    double mean_low;
    double squares_high;    /* the sum of squared differences from the mean, likewise */
    double squares_low;
    double least;           /* of floats; if there is NaN among them, it means nothing */
    double greatest;
    int64_t int_least;      /* of ints; for uint64 the same bits */
    int64_t int_greatest;
} tp_stats;

/* Adds n numbers. `scale`, a power of two, is 1 unless squares would overflow or vanish; then the numbers are multiplied by it
 * for mean and squares, and for nothing else. Squares mean nothing where a number is not finite, or too large for its square.
 * Numbers that come in several calls should come in multiples of TP_FILTER_BLOCK: then neither the cuts between these nor the
 * number of threads changes a bit of the answer. */
tp_status tp_stats_add(tp_stats *stats, const void *numbers, tp_number_type type, size_t n, double scale, size_t threads,
                       tp_error *error);

/* Stores the mean of each of n_chunks chunks of `chunk` > 0 doubles, rounded once from their exact sum and once by division. */
void tp_chunk_means(const double *numbers, size_t chunk, size_t n_chunks, size_t threads, double *means);

/* Stores `n` numbers of any type as the nearest doubles. With `exactly`, TP_INVALID_ARGUMENT, with the index of the first one as
 * offset, if an integer is not the same as a double: not all beyond 2^53 are. `items` must not overlap with `numbers`. */
tp_status tp_to_float64(tp_number_type type, const void *numbers, size_t n, bool exactly, double *items, tp_error *error);

/* Stores `n` integers of any type as int64. TP_TOO_LARGE, with the index of the first one as offset, if one has no place there;
 * TP_INVALID_ARGUMENT for floats. `items` must not overlap with `numbers`. */
tp_status tp_to_int64(tp_number_type type, const void *numbers, size_t n, int64_t *items, tp_error *error);

/* ---- Numbers: matrices ------------------------------------------------------------------------------------------- */

/* Numbers in rows and columns: that of row i and column j is items[i * row_stride + j * column_stride]. `items` may be NULL if
 * there are none. */
typedef struct tp_matrix {
    const double *items;
    size_t n_rows;
    size_t n_columns;
    size_t row_stride;
    size_t column_stride;
} tp_matrix;

/* A matrix product that is worked out step by step. One call at a time may use it. */
typedef struct tp_product tp_product;

/* Begins the product of two matrices, for up to `threads` threads. It is stored in `items`, row by row without gaps, which must
 * not overlap with the matrices; all three must last as long as steps are made. TP_INVALID_ARGUMENT unless left.n_columns is
 * right.n_rows; TP_NO_MEMORY for the panels into which both are packed, some 4 MB and less than 1 MB a thread.
 *
 * Every element is the sum, in double precision, of left[i][j] * right[j][k] in order of j, in blocks whose sums are added in
 * their order. So it is the same for any number of threads. Whether a product is rounded before it is added depends on the
 * variant in use (see tp_simd_name): with avx512, avx2 and neon it is not. With any of them an element differs from the exact one
 * by at most n 2^-53 / (1 - n 2^-53) times the sum of the absolute products, n = left.n_columns (N. Higham, Accuracy and
 * Stability of Numerical Algorithms, 3.5), unless it overflows or products are subnormal. NaN and infinities go where they go
 * in that sum. */
tp_status tp_product_new(const tp_matrix *left, const tp_matrix *right, double *items, size_t threads, tp_product **product,
                         tp_error *error);

/* Makes about `n` more multiplications, fewer where there are only some for each element, but at least those of a row of tiles, and
 * stores how many are done so far. Returns whether any are left; when none are, all elements are stored. At least one step is
 * needed, also where there is nothing to multiply. */
bool tp_product_step(tp_product *product, uint64_t n, uint64_t *n_done);

void tp_product_free(tp_product *product); /* accepts NULL */
void tp_product_free_at(tp_product **product); /* as tp_corpus_free_at */

/* ---- Numbers: random points, primes ------------------------------------------------------------------------------ */

/* Throws points at a square and returns how many lie within the quarter of a circle that touches two of its sides and has its
 * centre at the corner of the other two: those numbered from `first` on, modulo 2^64, `n` of an endless sequence, which `key`
 * chooses. Up to `threads` threads share them.
 *
 * Point i is the ith output of SplitMix64 begun with `key` (G. Steele, D. Lea, C. Flood, Fast Splittable Pseudorandom Number
 * Generators, 2014): 31 bits for each coordinate, in the middle of a cell of the grid that they make. All is done in integers. */
uint64_t tp_count_points_in_circle(uint64_t key, uint64_t first, uint64_t n, size_t threads);

/* The primes up to a limit, found from the smallest to the greatest step by step. One call at a time may use it. */
typedef struct tp_sieve tp_sieve;

/* Begins to look for the primes up to `limit`, with up to `threads` threads. TP_NO_MEMORY also where there is no memory for a
 * copy of all primes, though that is the caller's: none is taken here beyond some 4 MB and less than 100 KB a thread. */
tp_status tp_sieve_new(uint32_t limit, size_t threads, tp_sieve **sieve, tp_error *error);

/* Looks at some millions of numbers more. Stores where the primes among them are, until the next step, how many these are, and
 * how many numbers have been looked at: of limit + 1, from 0 on. */
tp_status tp_sieve_step(tp_sieve *sieve, const uint32_t **primes, size_t *n_primes, uint64_t *n_done, tp_error *error);

void tp_sieve_free(tp_sieve *sieve); /* accepts NULL */
void tp_sieve_free_at(tp_sieve **sieve); /* as tp_corpus_free_at */

/* ---- Numbers: windows -------------------------------------------------------------------------------------------- */

/* The last numbers of a sequence and, if wanted, their exact sum. It has a lock: readers share it, writers exclude each
 * other. */
typedef struct tp_window tp_window;

/* An empty window of `capacity` numbers, for all of which memory is reserved. TP_INVALID_ARGUMENT if that is 0. */
tp_status tp_window_new(size_t capacity, bool sums, tp_window **window, tp_error *error);

/* A window with the same contents. */
tp_status tp_window_copy(tp_window *window, tp_window **copy, tp_error *error);

void tp_window_free(tp_window *window); /* accepts NULL */
void tp_window_free_at(tp_window **window); /* as tp_corpus_free_at */

/* Adds numbers; each one drops the oldest if the window is full. With `averages`, of a window that sums, stores the average after
 * each: the sum rounded to double, correctly, divided by how many there are. So it is what Python's math.fsum(w) / len(w) is,
 * also where that overflows; NaN if there is a NaN in the window or infinities of both signs, an infinity if there are such of
 * one sign alone. `averages` may be `numbers`. O(1) a number: the sum is kept in fixed point, all 2098 bits that doubles reach
 * and 64 more, from which what is dropped is subtracted without error. */
void tp_window_push(tp_window *window, const double *numbers, size_t n, double *averages);

/* The same for one number; returns the average. */
double tp_window_push_one(tp_window *window, double number);

/* What is in a window. */
typedef struct tp_window_state {
    size_t capacity;
    size_t count;
    double latest;    /* of the numbers; NaN if there is none */
    double average;   /* NaN unless it sums; 0 if there is none */
    uint64_t version; /* changes with the contents */
} tp_window_state;

/* Stores all of it at one instant. */
void tp_window_get_state(tp_window *window, tp_window_state *state);

/* Stores the numbers, the oldest first, and how many there are; TP_TOO_SMALL, with that stored, if these are more than
 * `capacity`. */
tp_status tp_window_get_numbers(tp_window *window, double *numbers, size_t capacity, size_t *n, tp_error *error);

/* Drops all numbers; the capacity stays. */
void tp_window_clear(tp_window *window);

/* Exchanges what is in two different windows of the same capacity; otherwise TP_INVALID_ARGUMENT. TP_STALE unless the version of
 * `window` is the expected one. */
tp_status tp_window_exchange(tp_window *window, tp_window *other, uint64_t expected_version, tp_error *error);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
