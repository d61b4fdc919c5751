/* The loops, for whichever instruction set the including file is compiled for. Before it includes this it defines
 *
 *   KERNELS       the name of the table of these kernels
 *   vector        doubles, N_IN_VECTOR of them, which divides TP_LANES
 *   load, store, spread, add, subtract, multiply_vectors, magnitude, smaller, greater
 *                 on vectors; smaller(a, b) is a < b ? a : b, and greater(a, b) is a > b ? a : b
 *   KEEP(type)    for each type of C the name of a function that does what `keep` does
 *
 * What is not written with vectors is so plain that compilers find them by themselves. */
#include <float.h>
#include <string.h>

#include "base/compiler.h"
#include "numeric/kernels.h"

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF /* GCC does not fuse under -std=c11 */
#endif

enum { N_VECTORS = TP_LANES / N_IN_VECTOR };

/* ---- Sums ---------------------------------------------------------------------------------------------------------- */

/* Knuth's TwoSum: the rounding error of a sum is computed exactly. */
static void add_doubles(const double *numbers, size_t n, tp_lanes *lanes)
{
    vector sums[N_VECTORS], errors[N_VECTORS], sizes[N_VECTORS];
    for (size_t k = 0; k < N_VECTORS; k++) {
        sums[k] = load(lanes->sum + k * N_IN_VECTOR);
        errors[k] = load(lanes->error + k * N_IN_VECTOR);
        sizes[k] = load(lanes->error_size + k * N_IN_VECTOR);
    }
    size_t i = 0;
    for (; i + TP_LANES <= n; i += TP_LANES) {
        for (size_t k = 0; k < N_VECTORS; k++) {
            vector x = load(numbers + i + k * N_IN_VECTOR);
            vector sum = add(sums[k], x);
            vector added = subtract(sum, sums[k]);
            vector error = add(subtract(sums[k], subtract(sum, added)), subtract(x, added));
            sums[k] = sum;
            errors[k] = add(errors[k], error);
            sizes[k] = add(sizes[k], magnitude(error));
        }
    }
    for (size_t k = 0; k < N_VECTORS; k++) {
        store(lanes->sum + k * N_IN_VECTOR, sums[k]);
        store(lanes->error + k * N_IN_VECTOR, errors[k]);
        store(lanes->error_size + k * N_IN_VECTOR, sizes[k]);
    }
    for (size_t lane = 0; i < n; i++, lane++) {
        double x = numbers[i], before = lanes->sum[lane], sum = before + x, added = sum - before;
        double error = (before - (sum - added)) + (x - added);
        lanes->sum[lane] = sum;
        lanes->error[lane] += error;
        lanes->error_size[lane] += error < 0 ? -error : error;
    }
}

#define SUM_AS(type)                                                                                                           \
    {                                                                                                                          \
        const type *items = numbers;                                                                                           \
        int64_t sum = 0;                                                                                                       \
        for (size_t i = 0; i < n; i++) sum += items[i];                                                                        \
        return sum;                                                                                                            \
    }

static int64_t sum_narrow(const void *numbers, tp_number_type number_type, size_t n)
{
    switch (number_type) {
    case TP_INT8: SUM_AS(int8_t)
    case TP_UINT8: SUM_AS(uint8_t)
    case TP_INT16: SUM_AS(int16_t)
    case TP_UINT16: SUM_AS(uint16_t)
    case TP_INT32: SUM_AS(int32_t)
    default: SUM_AS(uint32_t)
    }
}

/* So little work is done for each number that the loop would wait for memory: the values a few iterations ahead are
 * prefetched. */
enum { WIDE_AT_ONCE = 512, WIDE_AHEAD = 2048, WIDE_IN_LINE = 8 };

static tp_halves sum_wide(const uint64_t *numbers, uint64_t bias, size_t n)
{
    uint64_t low = 0, high = 0;
    for (size_t i = 0; i < n; i += WIDE_AT_ONCE) {
        size_t end = n - i < WIDE_AT_ONCE ? n : i + WIDE_AT_ONCE;
        if (n - i >= WIDE_AHEAD + WIDE_AT_ONCE) {
            for (size_t k = 0; k < WIDE_AT_ONCE; k += WIDE_IN_LINE) TP_PREFETCH(numbers + i + WIDE_AHEAD + k);
        }
        for (size_t k = i; k < end; k++) {
            uint64_t number = numbers[k] ^ bias;
            low += number & UINT32_MAX;
            high += number >> 32;
        }
    }
    return (tp_halves){low, high};
}

#define WIDEN_AS(type)                                                                                                         \
    {                                                                                                                          \
        const type *items = numbers;                                                                                           \
        for (size_t i = 0; i < n; i++) wide[i] = (double)items[i];                                                             \
        return;                                                                                                                \
    }

/* The difference of two 64-bit numbers needs one bit more: its magnitude and its sign. */
#define WIDEN_DIFFERENCES_AS(type, bias)                                                                                       \
    {                                                                                                                          \
        const type *items = numbers, base = items[0];                                                                          \
        if (widen_small_differences(numbers, bias, n, wide)) return;                                                           \
        for (size_t i = 0; i < n; i++) {                                                                                       \
            uint64_t up = (uint64_t)items[i] - (uint64_t)base, down = (uint64_t)base - (uint64_t)items[i];                     \
            wide[i] = items[i] >= base ? (double)up : -(double)down;                                                           \
        }                                                                                                                      \
        return;                                                                                                                \
    }

/* If all differences lie between -2^51 and 2^51, adding 2^52 + 2^51 gives the low bits of a double between 2^52 and 2^53, for
 * which all machines have vectors. Halves are compared, because their differences never wrap. */
static bool widen_small_differences(const uint64_t *numbers, uint64_t bias, size_t n, double *wide)
{
    const uint64_t base = numbers[0], half_base = (base ^ bias) >> 1, bits_of_2_to_52 = UINT64_C(0x433) << 52;
    uint64_t all = 0;
    for (size_t i = 0; i < n; i++) all |= ((numbers[i] ^ bias) >> 1) - half_base + (UINT64_C(1) << 49);
    if (all >> 50 != 0) return false;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = (numbers[i] - base + (UINT64_C(1) << 51)) | bits_of_2_to_52;
        double number;
        memcpy(&number, &bits, sizeof number);
        wide[i] = number - (0x1p52 + 0x1p51);
    }
    return true;
}

static void widen(const void *numbers, tp_number_type type, size_t n, double *wide)
{
    switch (type) {
    case TP_INT8: WIDEN_AS(int8_t)
    case TP_UINT8: WIDEN_AS(uint8_t)
    case TP_INT16: WIDEN_AS(int16_t)
    case TP_UINT16: WIDEN_AS(uint16_t)
    case TP_INT32: WIDEN_AS(int32_t)
    case TP_UINT32: WIDEN_AS(uint32_t)
    case TP_INT64: WIDEN_DIFFERENCES_AS(int64_t, UINT64_C(1) << 63)
    case TP_UINT64: WIDEN_DIFFERENCES_AS(uint64_t, 0)
    case TP_FLOAT32: WIDEN_AS(float)
    default: WIDEN_AS(double)
    }
}

/* ---- Statistics ---------------------------------------------------------------------------------------------------- */

static double sum_of_lanes(const double *lanes)
{
    double sum = 0;
    for (size_t i = 0; i < TP_LANES; i++) sum += lanes[i];
    return sum;
}

static tp_moments moments(const double *numbers, size_t n, double pivot)
{
    vector sums[N_VECTORS], squares[N_VECTORS], pivots = spread(pivot);
    for (size_t k = 0; k < N_VECTORS; k++) sums[k] = squares[k] = spread(0.0);
    size_t i = 0;
    for (; i + TP_LANES <= n; i += TP_LANES) {
        for (size_t k = 0; k < N_VECTORS; k++) {
            vector x = subtract(load(numbers + i + k * N_IN_VECTOR), pivots);
            sums[k] = add(sums[k], x);
            squares[k] = add(squares[k], multiply_vectors(x, x));
        }
    }
    double lane_sums[TP_LANES], lane_squares[TP_LANES];
    for (size_t k = 0; k < N_VECTORS; k++) {
        store(lane_sums + k * N_IN_VECTOR, sums[k]);
        store(lane_squares + k * N_IN_VECTOR, squares[k]);
    }
    for (size_t lane = 0; i < n; i++, lane++) {
        double x = numbers[i] - pivot;
        lane_sums[lane] += x;
        lane_squares[lane] += x * x;
    }
    return (tp_moments){sum_of_lanes(lane_sums), sum_of_lanes(lane_squares)};
}

static void extremes(const double *numbers, size_t n, double *least, double *greatest)
{
    vector lows[N_VECTORS], highs[N_VECTORS];
    for (size_t k = 0; k < N_VECTORS; k++) lows[k] = highs[k] = spread(numbers[0]);
    size_t i = 0;
    for (; i + TP_LANES <= n; i += TP_LANES) {
        for (size_t k = 0; k < N_VECTORS; k++) {
            vector x = load(numbers + i + k * N_IN_VECTOR);
            lows[k] = smaller(x, lows[k]);
            highs[k] = greater(x, highs[k]);
        }
    }
    double all_lows[TP_LANES], all_highs[TP_LANES];
    for (size_t k = 0; k < N_VECTORS; k++) {
        store(all_lows + k * N_IN_VECTOR, lows[k]);
        store(all_highs + k * N_IN_VECTOR, highs[k]);
    }
    double low = all_lows[0], high = all_highs[0];
    for (size_t k = 1; k < TP_LANES; k++) {
        low = all_lows[k] < low ? all_lows[k] : low;
        high = all_highs[k] > high ? all_highs[k] : high;
    }
    for (; i < n; i++) {
        low = numbers[i] < low ? numbers[i] : low;
        high = numbers[i] > high ? numbers[i] : high;
    }
    *least = low;
    *greatest = high;
}

#define INT_EXTREMES_AS(type)                                                                                                  \
    {                                                                                                                          \
        const type *items = numbers;                                                                                           \
        type low = items[0], high = items[0];                                                                                  \
        for (size_t i = 0; i < n; i++) {                                                                                       \
            low = items[i] < low ? items[i] : low;                                                                             \
            high = items[i] > high ? items[i] : high;                                                                          \
        }                                                                                                                      \
        *least = (int64_t)low;                                                                                                 \
        *greatest = (int64_t)high;                                                                                             \
        return;                                                                                                                \
    }

static void int_extremes(const void *numbers, tp_number_type type, size_t n, int64_t *least, int64_t *greatest)
{
    switch (type) {
    case TP_INT8: INT_EXTREMES_AS(int8_t)
    case TP_UINT8: INT_EXTREMES_AS(uint8_t)
    case TP_INT16: INT_EXTREMES_AS(int16_t)
    case TP_UINT16: INT_EXTREMES_AS(uint16_t)
    case TP_INT32: INT_EXTREMES_AS(int32_t)
    case TP_UINT32: INT_EXTREMES_AS(uint32_t)
    case TP_INT64: INT_EXTREMES_AS(int64_t)
    default: INT_EXTREMES_AS(uint64_t)
    }
}

/* ---- Filters ------------------------------------------------------------------------------------------------------- */

#define COUNT_AS(type, is_too_large)                                                                                           \
    {                                                                                                                          \
        const type *items = numbers, from = *(const type *)least;                                                              \
        size_t count = 0, n_too_large = 0;                                                                                     \
        for (size_t i = 0; i < n; i++) {                                                                                       \
            type x = items[i];                                                                                                 \
            count += x >= from;                                                                                                \
            n_too_large += (x >= from) & (is_too_large);                                                                       \
        }                                                                                                                      \
        *overflows = n_too_large != 0;                                                                                         \
        return count;                                                                                                          \
    }

/* Infinity is its own double. Minus infinity is never kept. */
static size_t count(const void *numbers, tp_number_type type, size_t n, const void *least, bool *overflows)
{
    switch (type) {
    case TP_INT8: COUNT_AS(int8_t, (x < INT8_MIN / 2) | (x > INT8_MAX / 2))
    case TP_UINT8: COUNT_AS(uint8_t, x > UINT8_MAX / 2)
    case TP_INT16: COUNT_AS(int16_t, (x < INT16_MIN / 2) | (x > INT16_MAX / 2))
    case TP_UINT16: COUNT_AS(uint16_t, x > UINT16_MAX / 2)
    case TP_INT32: COUNT_AS(int32_t, (x < INT32_MIN / 2) | (x > INT32_MAX / 2))
    case TP_UINT32: COUNT_AS(uint32_t, x > UINT32_MAX / 2)
    case TP_INT64: COUNT_AS(int64_t, (x < INT64_MIN / 2) | (x > INT64_MAX / 2))
    case TP_UINT64: COUNT_AS(uint64_t, x > UINT64_MAX / 2)
    case TP_FLOAT32: COUNT_AS(float, (x < -FLT_MAX / 2) | ((x > FLT_MAX / 2) & (x <= FLT_MAX)))
    default: COUNT_AS(double, (x < -DBL_MAX / 2) | ((x > DBL_MAX / 2) & (x <= DBL_MAX)))
    }
}

static size_t keep(const void *numbers, tp_number_type type, const void *least, size_t n_kept, const void *end, void *kept)
{
    switch (type) {
    case TP_INT8: return KEEP(int8_t)(numbers, least, n_kept, end, kept);
    case TP_UINT8: return KEEP(uint8_t)(numbers, least, n_kept, end, kept);
    case TP_INT16: return KEEP(int16_t)(numbers, least, n_kept, end, kept);
    case TP_UINT16: return KEEP(uint16_t)(numbers, least, n_kept, end, kept);
    case TP_INT32: return KEEP(int32_t)(numbers, least, n_kept, end, kept);
    case TP_UINT32: return KEEP(uint32_t)(numbers, least, n_kept, end, kept);
    case TP_INT64: return KEEP(int64_t)(numbers, least, n_kept, end, kept);
    case TP_UINT64: return KEEP(uint64_t)(numbers, least, n_kept, end, kept);
    case TP_FLOAT32: return KEEP(float)(numbers, least, n_kept, end, kept);
    default: return KEEP(double)(numbers, least, n_kept, end, kept);
    }
}

/* ---- Products ------------------------------------------------------------------------------------------------------ */

/* Whole cache lines are stored: a vector across two lines takes twice as long. */
enum { CACHE_LINE = 64 };

#define MULTIPLY_FLOATS(type)                                                                                                  \
    {                                                                                                                          \
        const type *x = a, *y = b;                                                                                             \
        type *product = products;                                                                                              \
        size_t i = 0;                                                                                                          \
        for (; i < n && (uintptr_t)(product + i) % CACHE_LINE != 0; i++) product[i] = x[i] * y[i];                             \
        for (; i < n; i++) product[i] = x[i] * y[i];                                                                           \
        return true;                                                                                                           \
    }

/* Every product fits a type of twice the width. */
#define MULTIPLY_INTS(type, twice_as_wide)                                                                                     \
    {                                                                                                                          \
        const type *x = a, *y = b;                                                                                             \
        type *product = products;                                                                                              \
        size_t n_wrong = 0;                                                                                                    \
        for (size_t i = 0; i < n; i++) {                                                                                       \
            twice_as_wide exact = (twice_as_wide)x[i] * y[i];                                                                  \
            product[i] = (type)exact;                                                                                          \
            n_wrong += (twice_as_wide)product[i] != exact;                                                                     \
        }                                                                                                                      \
        return n_wrong == 0;                                                                                                   \
    }

#define MULTIPLY_WIDE(type, added)                                                                                             \
    {                                                                                                                          \
        const type *x = a, *y = b;                                                                                             \
        type *product = products;                                                                                              \
        bool is_wrong = false;                                                                                                 \
        if (are_small(a, added, n) && are_small(b, added, n)) { /* unsigned: another thread may write to the numbers
                                                                 * meanwhile */         \
            for (size_t i = 0; i < n; i++) product[i] = (type)((uint64_t)x[i] * (uint64_t)y[i]);                               \
            return true;                                                                                                       \
        }                                                                                                                      \
        for (size_t i = 0; i < n; i++) is_wrong |= tp_multiply_##type(x[i], y[i], &product[i]);                                \
        return !is_wrong;                                                                                                      \
    }

/* Returns whether all numbers, with 2^31 added to signed ones, are below 2^32, so that every product fits: the check pays,
 * because vectors do not report overflow. */
static bool are_small(const uint64_t *numbers, uint64_t added, size_t n)
{
    uint64_t all = 0;
    for (size_t i = 0; i < n; i++) all |= numbers[i] + added;
    return all >> 32 == 0;
}

/* Returns whether a product overflows. */
static inline bool tp_multiply_uint64_t(uint64_t a, uint64_t b, uint64_t *product)
{
    *product = a * b;
#ifdef __GNUC__
    return __builtin_mul_overflow(a, b, product);
#else
    return a != 0 && *product / a != b;
#endif
}

static inline bool tp_multiply_int64_t(int64_t a, int64_t b, int64_t *product)
{
#ifdef __GNUC__
    return __builtin_mul_overflow(a, b, product);
#else
    *product = (int64_t)((uint64_t)a * (uint64_t)b);
    return (a == -1 && b == INT64_MIN) || (b == -1 && a == INT64_MIN) || (a != 0 && a != -1 && *product / a != b);
#endif
}

static bool multiply(const void *a, const void *b, tp_number_type type, size_t n, void *products)
{
    switch (type) {
    case TP_INT8: MULTIPLY_INTS(int8_t, int16_t)
    case TP_UINT8: MULTIPLY_INTS(uint8_t, uint16_t)
    case TP_INT16: MULTIPLY_INTS(int16_t, int32_t)
    case TP_UINT16: MULTIPLY_INTS(uint16_t, uint32_t)
    case TP_INT32: MULTIPLY_INTS(int32_t, int64_t)
    case TP_UINT32: MULTIPLY_INTS(uint32_t, uint64_t)
    case TP_INT64: MULTIPLY_WIDE(int64_t, UINT64_C(1) << 31)
    case TP_UINT64: MULTIPLY_WIDE(uint64_t, 0)
    case TP_FLOAT32: MULTIPLY_FLOATS(float)
    default: MULTIPLY_FLOATS(double)
    }
}

extern const tp_kernels KERNELS;
const tp_kernels KERNELS = {add_doubles, sum_narrow, sum_wide, widen, moments, extremes, int_extremes, count, keep, multiply};
