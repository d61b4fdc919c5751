/* Bytes as numbers of every type, by every variant and by several threads: sums, filters, products, statistics and conversions
 * of integers against plain arithmetic, those of floats against themselves by another way. */
#include <float.h>
#include <math.h>

#include "fuzz.h"
#include "support.h"

enum { MOST_NUMBERS = 3 * TP_FILTER_BLOCK, N_BLOCKS = 4 };

static const char *const variants[] = {"plain", "neon", "avx2", "avx512"};
static const size_t nbytes_of[] = {1, 1, 2, 2, 4, 4, 8, 8, 4, 8};

#define N_ITEMS(array) (sizeof(array) / sizeof *(array))

static bool is_float(tp_number_type type) { return type >= TP_FLOAT32; }

/* An integer of any type. Zero is never negative. */
typedef struct integer {
    uint64_t magnitude;
    bool is_negative;
} integer;

static integer integer_at(const uint8_t *numbers, tp_number_type type, size_t i)
{
    size_t nbytes = nbytes_of[type];
    uint64_t value = 0;
    switch (nbytes) {
    case 1: value = numbers[i]; break;
    case 2: value = ((const uint16_t *)(const void *)numbers)[i]; break;
    case 4: value = ((const uint32_t *)(const void *)numbers)[i]; break;
    default: value = ((const uint64_t *)(const void *)numbers)[i];
    }
    if (type % 2 == 1 || (value >> (8 * nbytes - 1)) == 0) return (integer){value, false};
    uint64_t ones_above = nbytes == 8 ? 0 : ~UINT64_C(0) << (8 * nbytes);
    return (integer){0 - (value | ones_above), true};
}

static bool has_place(tp_number_type type, integer value)
{
    uint64_t bits = 8 * nbytes_of[type];
    if (type % 2 == 1) return !value.is_negative && (bits == 64 || value.magnitude >> bits == 0);
    uint64_t limit = UINT64_C(1) << (bits - 1);
    return value.is_negative ? value.magnitude <= limit : value.magnitude < limit;
}

static bool multiply(integer a, integer b, integer *product)
{
    if (a.magnitude != 0 && b.magnitude > UINT64_MAX / a.magnitude) return false;
    *product = (integer){a.magnitude * b.magnitude, a.is_negative != b.is_negative && a.magnitude * b.magnitude != 0};
    return true;
}

static bool is_less(integer a, integer b)
{
    if (a.is_negative != b.is_negative) return a.is_negative;
    return a.is_negative ? a.magnitude > b.magnitude : a.magnitude < b.magnitude;
}

static bool is_same_integer(integer a, integer b) { return a.magnitude == b.magnitude && a.is_negative == b.is_negative; }

static double float_at(const uint8_t *numbers, tp_number_type type, size_t i)
{
    return type == TP_FLOAT32 ? (double)((const float *)(const void *)numbers)[i] : ((const double *)(const void *)numbers)[i];
}

/* ---- Integers ---------------------------------------------------------------------------------------------------- */

static void check_int_sum(const uint8_t *numbers, tp_number_type type, size_t n, size_t threads)
{
    tp_int_sum sum = {0, 0}, expected = {0, 0};
    CHECK_EQ_U(tp_sum_ints(numbers, type, n, threads, &sum, NULL), TP_OK);
    for (size_t i = 0; i < n; i++) {
        integer value = integer_at(numbers, type, i);
        uint64_t low = value.is_negative ? 0 - value.magnitude : value.magnitude;
        expected.low += low;
        expected.high += (expected.low < low ? 1 : 0) - (value.is_negative ? 1 : 0);
    }
    CHECK(sum.high == expected.high && sum.low == expected.low);
}

static void check_int_products(const uint8_t *a, const uint8_t *b, tp_number_type type, size_t n, size_t threads)
{
    size_t wrong = 0;
    integer expected;
    block products = {must_allocate(n * nbytes_of[type]), 0};
    tp_error error = {TP_OK, 0, NULL};
    tp_status status = tp_multiply(a, b, type, n, threads, products.data, &error);
    for (; wrong < n; wrong++) {
        if (!multiply(integer_at(a, type, wrong), integer_at(b, type, wrong), &expected) || !has_place(type, expected)) break;
        if (status == TP_OK && !CHECK(is_same_integer(integer_at(products.data, type, wrong), expected))) break;
    }
    CHECK_EQ_U(status, wrong == n ? TP_OK : TP_TOO_LARGE);
    if (status != TP_OK) CHECK_EQ_U(error.offset, wrong);
    free(products.data);
}

static void check_conversions(const uint8_t *numbers, tp_number_type type, size_t n)
{
    int64_t *ints = must_allocate(n * sizeof *ints);
    double *floats = must_allocate(n * sizeof *floats);
    tp_error error = {TP_OK, n, NULL};
    size_t first = 0;
    while (first < n && has_place(TP_INT64, integer_at(numbers, type, first))) first++;
    CHECK_EQ_U(tp_to_int64(type, numbers, n, ints, &error), first == n ? TP_OK : TP_TOO_LARGE);
    CHECK_EQ_U(error.offset, first);
    for (size_t i = 0; first == n && i < n; i++) {
        CHECK(is_same_integer(integer_at((const uint8_t *)ints, TP_INT64, i), integer_at(numbers, type, i)));
    }
    error = (tp_error){TP_OK, n, NULL};
    first = n;
    CHECK_EQ_U(tp_to_float64(type, numbers, n, false, floats, NULL), TP_OK);
    for (size_t i = n; i-- > 0;) {
        integer value = integer_at(numbers, type, i);
        double nearest = (double)value.magnitude;
        CHECK(floats[i] == (value.is_negative ? -nearest : nearest));
        if (nearest >= 0x1p64 || (uint64_t)nearest != value.magnitude) first = i;
    }
    CHECK_EQ_U(tp_to_float64(type, numbers, n, true, floats, &error), first == n ? TP_OK : TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, first);
    free(floats);
    free(ints);
}

/* ---- Floats ------------------------------------------------------------------------------------------------------ */

static bool is_same_double(double a, double b) { return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b)); }

/* A sum that is known well enough is the exact one. */
static void check_float_sum(const uint8_t *numbers, tp_number_type type, size_t n, size_t threads)
{
    static tp_float_sum exact, quick, nothing;
    double expected, found;
    exact = quick = nothing;
    CHECK_EQ_U(tp_sum_floats(numbers, type, n, true, 1, &exact, NULL), TP_OK);
    CHECK_EQ_U(tp_sum_floats(numbers, type, n, false, threads, &quick, NULL), TP_OK);
    CHECK(tp_float_sum_get(&exact, 0, &expected));
    if (tp_float_sum_get(&quick, 0, &found)) CHECK(is_same_double(found, expected));
}

static void check_float_products(const uint8_t *a, const uint8_t *b, tp_number_type type, size_t n, size_t threads)
{
    block products = {must_allocate(n * nbytes_of[type]), 0};
    CHECK_EQ_U(tp_multiply(a, b, type, n, threads, products.data, NULL), TP_OK);
    for (size_t i = 0; i < n; i++) {
        double product = float_at(a, type, i) * float_at(b, type, i);
        if (type == TP_FLOAT32) product = (double)(float)product;
        if (!CHECK(is_same_double(float_at(products.data, type, i), product))) break;
    }
    free(products.data);
}

/* ---- Both -------------------------------------------------------------------------------------------------------- */

/* Whether the number is kept, and whether its double has a place. */
static bool is_kept(const uint8_t *numbers, tp_number_type type, size_t i, const uint8_t *least, bool *fits)
{
    if (is_float(type)) {
        double number = float_at(numbers, type, i), most = type == TP_FLOAT32 ? (double)FLT_MAX : DBL_MAX;
        *fits = isinf(number) || fabs(number) <= most / 2;
        return number >= float_at(least, type, 0);
    }
    integer value = integer_at(numbers, type, i), twice;
    *fits = multiply(value, (integer){2, false}, &twice) && has_place(type, twice);
    return !is_less(value, integer_at(least, type, 0));
}

static void check_filter(const uint8_t *numbers, tp_number_type type, size_t n, const uint8_t *least, size_t threads)
{
    uint64_t counts[N_BLOCKS] = {0}, n_kept = 0, position = 0;
    tp_error error = {TP_OK, n, NULL};
    if (is_float(type) && !(float_at(least, type, 0) > -(double)INFINITY)) return;
    tp_status status = tp_filter_count(numbers, type, n, least, threads, counts, &error);
    size_t wrong = 0;
    for (bool fits; wrong < n; wrong++) {
        if (is_kept(numbers, type, wrong, least, &fits)) {
            if (!fits) break;
            n_kept++;
        }
    }
    CHECK_EQ_U(status, wrong == n ? TP_OK : TP_TOO_LARGE);
    CHECK_EQ_U(error.offset, wrong);
    if (status != TP_OK) return;
    CHECK_EQ_U(counts[0] + counts[1] + counts[2] + counts[3], n_kept);
    block kept = {must_allocate((size_t)n_kept * nbytes_of[type]), 0};
    tp_filter_double(numbers, type, n, least, threads, counts, kept.data);
    for (size_t i = 0; i < n && position < n_kept; i++) {
        bool fits;
        if (!is_kept(numbers, type, i, least, &fits)) continue;
        if (is_float(type)) {
            double twice = 2 * float_at(numbers, type, i);
            CHECK(is_same_double(float_at(kept.data, type, (size_t)position), type == TP_FLOAT32 ? (double)(float)twice : twice));
        } else {
            integer twice;
            multiply(integer_at(numbers, type, i), (integer){2, false}, &twice);
            CHECK(is_same_integer(integer_at(kept.data, type, (size_t)position), twice));
        }
        position++;
    }
    free(kept.data);
}

static void check_stats(const uint8_t *numbers, tp_number_type type, size_t n, size_t threads)
{
    static tp_stats one, several, nothing;
    one = several = nothing;
    CHECK_EQ_U(tp_stats_add(&one, numbers, type, n, 1, 1, NULL), TP_OK);
    CHECK_EQ_U(tp_stats_add(&several, numbers, type, n, 1, threads, NULL), TP_OK);
    CHECK_EQ_U(one.n, n);
    CHECK(is_same_double(one.mean_high, several.mean_high) && is_same_double(one.mean_low, several.mean_low));
    CHECK(is_same_double(one.squares_high, several.squares_high) && is_same_double(one.squares_low, several.squares_low));
    for (size_t i = 0; i < n; i++) {
        if (!is_float(type)) {
            tp_number_type wide = type % 2 == 1 ? TP_UINT64 : TP_INT64;
            integer value = integer_at(numbers, type, i);
            CHECK(!is_less(value, integer_at((const uint8_t *)&one.int_least, wide, 0)));
            CHECK(!is_less(integer_at((const uint8_t *)&one.int_greatest, wide, 0), value));
        }
    }
}

/* The numbers are the bytes over and over again, so that few bytes are enough for several blocks. */
static block make_up_numbers(input from, size_t nbytes)
{
    block made = {must_allocate(nbytes), nbytes};
    for (size_t i = 0; i < nbytes; i++) made.data[i] = from.nbytes == 0 ? 0 : from.data[i % from.nbytes];
    return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    input in = fuzz_begin(data, nbytes);
    tp_number_type type = (tp_number_type)take_below(&in, TP_FLOAT64 + 1);
    size_t threads = 1 + take_below(&in, 4), n = (size_t)take_number(&in, 2) % (MOST_NUMBERS + 1), size = nbytes_of[type];
    if (n > 256 && n % 8 != 0) n %= 256; /* several blocks now and then: they take long */
    block least = make_up_numbers(take_bytes(&in, size), size);
    block a = make_up_numbers(take_bytes(&in, in.nbytes / 2), n * size), b = make_up_numbers(in, n * size);
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        if (tp_simd_select(variants[i], NULL) != TP_OK) continue;
        check_filter(a.data, type, n, least.data, threads);
        check_stats(a.data, type, n, threads);
        if (is_float(type)) {
            check_float_sum(a.data, type, n, threads);
            check_float_products(a.data, b.data, type, n, threads);
        } else {
            check_int_sum(a.data, type, n, threads);
            check_int_products(a.data, b.data, type, n, threads);
            check_conversions(a.data, type, n);
        }
    }
    free(least.data);
    free(a.data);
    free(b.data);
    return fuzz_end();
}
