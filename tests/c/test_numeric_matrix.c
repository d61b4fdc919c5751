/* Matrix products: every variant, whatever shape, strides, steps and threads, against sums written out; conversions to double. */
#include <float.h>
#include <math.h>

#include "check.h"
#include "fenced.h"
#include "support.h"
#include "textproc.h"

#define N_ITEMS(array) (sizeof(array) / sizeof *(array))

static const char *const variants[] = {"plain", "neon", "avx2", "avx512"};

static bool is_quick; /* under tools that make everything slow */

typedef struct shape {
    size_t m, k, n;
} shape;

static double *random_numbers(uint64_t *state, size_t n)
{
    double *numbers = must_allocate(n * sizeof *numbers);
    for (size_t i = 0; i < n; i++) numbers[i] = (double)random_below(state, 2000001) / 1e6 - 1;
    return numbers;
}

static tp_status multiply_into(const tp_matrix *a, const tp_matrix *b, double *items, size_t threads, uint64_t step)
{
    tp_product *product = NULL;
    tp_status status = tp_product_new(a, b, items, threads, &product, NULL);
    if (status != TP_OK) return status;
    uint64_t n_done = 0, before = 0;
    while (tp_product_step(product, step, &n_done)) {
        CHECK(n_done > before || a->n_columns == 0);
        before = n_done;
    }
    CHECK_EQ_U(n_done, a->n_rows * a->n_columns * b->n_columns);
    CHECK(!tp_product_step(product, step, &n_done));
    tp_product_free_at(&product);
    CHECK(product == NULL);
    return TP_OK;
}

static double *product_of(const tp_matrix *a, const tp_matrix *b, size_t threads, uint64_t step)
{
    double *items = must_allocate(a->n_rows * b->n_columns * sizeof *items);
    for (size_t i = 0; i < a->n_rows * b->n_columns; i++) items[i] = NAN;
    CHECK(multiply_into(a, b, items, threads, step) == TP_OK);
    return items;
}

/* Whether an element is as near to the sum written out as both may be to the exact one. */
static bool is_near(const tp_matrix *a, const tp_matrix *b, size_t i, size_t j, double found)
{
    double sum = 0, absolute = 0;
    for (size_t d = 0; d < a->n_columns; d++) {
        double product = a->items[i * a->row_stride + d * a->column_stride] * b->items[d * b->row_stride + j * b->column_stride];
        sum += product;
        absolute += fabs(product);
    }
    return fabs(found - sum) <= 2 * (double)a->n_columns * DBL_EPSILON / 2 * absolute;
}

/* Rows or columns one behind the other, as `by_columns` says. */
static tp_matrix matrix_of(const double *items, size_t n_rows, size_t n_columns, bool by_columns)
{
    return (tp_matrix){items, n_rows, n_columns, by_columns ? 1 : n_columns, by_columns ? n_rows : 1};
}

static void check_shape(shape s, uint64_t *state)
{
    double *left = random_numbers(state, s.m * s.k), *right = random_numbers(state, s.k * s.n);
    for (int order = 0; order < 4; order++) {
        tp_matrix a = matrix_of(left, s.m, s.k, order & 1), b = matrix_of(right, s.k, s.n, order & 2);
        double *found = product_of(&a, &b, 1, UINT64_MAX);
        bool all_near = true;
        for (size_t i = 0; i < s.m; i++) {
            for (size_t j = 0; j < s.n; j++) all_near = all_near && is_near(&a, &b, i, j, found[i * s.n + j]);
        }
        CHECK(all_near);
        for (size_t threads = 1; threads <= 5; threads += 2) {
            double *other = product_of(&a, &b, threads, threads * 5000);
            CHECK(memcmp(found, other, s.m * s.n * sizeof *found) == 0);
            free(other);
        }
        free(found);
    }
    free(left);
    free(right);
}

static void test_any_shape_by_every_variant(void)
{
    static const shape shapes[] = {{9, 193, 25}, {1, 1, 1},   {8, 192, 24}, {7, 191, 23},  {128, 10, 5}, {6, 500, 8},
                                   {4, 4, 2100}, {300, 2, 2}, {1, 400, 1},  {2, 200, 2049}, {33, 7, 100}, {130, 385, 49}};
    uint64_t state = 1;
    for (size_t v = 0; v < N_ITEMS(variants); v++) {
        if (tp_simd_select(variants[v], NULL) != TP_OK) continue;
        for (size_t i = 0; i < N_ITEMS(shapes); i += is_quick ? 3 : 1) check_shape(shapes[i], &state);
        for (int i = 0; i < (is_quick ? 3 : 30); i++) {
            check_shape((shape){1 + random_below(&state, 50), 1 + random_below(&state, 50), 1 + random_below(&state, 50)}, &state);
        }
    }
    tp_simd_select(NULL, NULL);
}

static void test_nothing_to_multiply_gives_zeros(void)
{
    double items[6] = {7, 7, 7, 7, 7, 7};
    tp_matrix a = {NULL, 2, 0, 0, 1}, b = {NULL, 0, 3, 3, 1};
    CHECK(multiply_into(&a, &b, items, 2, 1) == TP_OK);
    for (size_t i = 0; i < N_ITEMS(items); i++) CHECK(items[i] == 0 && !signbit(items[i]));
    tp_matrix none = {NULL, 0, 2, 2, 1}, c = {items, 2, 3, 3, 1};
    CHECK(multiply_into(&none, &c, NULL, 2, 1) == TP_OK);
    tp_matrix narrow = {NULL, 3, 0, 0, 1};
    CHECK(multiply_into(&c, &narrow, NULL, 2, 1) == TP_OK);
}

static void test_shapes_must_fit(void)
{
    double items[6] = {0};
    tp_matrix a = {items, 2, 3, 3, 1};
    CHECK(multiply_into(&a, &a, items, 1, 1) == TP_INVALID_ARGUMENT);
}

static void test_infinities_stay_in_their_rows_and_columns(void)
{
    double left[9 * 5], right[5 * 7];
    for (size_t i = 0; i < N_ITEMS(left); i++) left[i] = 1;
    for (size_t i = 0; i < N_ITEMS(right); i++) right[i] = 1;
    left[8 * 5 + 2] = INFINITY;
    right[3 * 7 + 6] = NAN;
    tp_matrix a = {left, 9, 5, 5, 1}, b = {right, 5, 7, 7, 1};
    for (size_t v = 0; v < N_ITEMS(variants); v++) {
        if (tp_simd_select(variants[v], NULL) != TP_OK) continue;
        double *found = product_of(&a, &b, 1, 1);
        for (size_t i = 0; i < 9; i++) {
            for (size_t j = 0; j < 7; j++) {
                double each = found[i * 7 + j];
                CHECK(j == 6 ? isnan(each) : i == 8 ? isinf(each) && each > 0 : each == 5);
            }
        }
        free(found);
    }
    tp_simd_select(NULL, NULL);
}

static void test_refused_allocations(void)
{
    double items[4] = {1, 2, 3, 4}, found[4];
    tp_matrix a = {items, 2, 2, 2, 1};
    tp_memory_stats before, after;
    tp_memory_get_stats(&before);
    uint64_t nth = 1;
    for (;; nth++) {
        tp_memory_fail_at(nth);
        tp_status status = multiply_into(&a, &a, found, 1, 1);
        tp_memory_fail_at(0);
        if (status == TP_OK) break;
        CHECK_EQ_U(status, TP_NO_MEMORY);
    }
    CHECK_EQ_U(nth, 4);
    CHECK(found[0] == 7 && found[1] == 10 && found[2] == 15 && found[3] == 22);
    tp_memory_get_stats(&after);
    CHECK_EQ_U(after.live_allocations, before.live_allocations);
}

#ifndef _WIN32

/* A copy that ends where memory does. */
static double *at_the_end(const fenced *memory, const double *numbers, size_t n)
{
    double *place = (double *)(void *)(memory->start + memory->nbytes) - n;
    memcpy(place, numbers, n * sizeof *numbers);
    return place;
}

static void test_nothing_is_touched_beyond_the_matrices(void)
{
    const fenced left_memory = map_fenced(100000), right_memory = map_fenced(100000), memory = map_fenced(100000);
    uint64_t state = 5;
    for (size_t v = 0; v < N_ITEMS(variants); v++) {
        if (tp_simd_select(variants[v], NULL) != TP_OK) continue;
        for (size_t i = 1; i < 40; i += is_quick ? 7 : 1) {
            shape s = {i, 1 + random_below(&state, 60), 1 + random_below(&state, 60)};
            double *left = random_numbers(&state, s.m * s.k), *right = random_numbers(&state, s.k * s.n);
            tp_matrix a = matrix_of(at_the_end(&left_memory, left, s.m * s.k), s.m, s.k, i % 2);
            tp_matrix b = matrix_of(at_the_end(&right_memory, right, s.k * s.n), s.k, s.n, i % 3 == 0);
            double *at_start = (double *)(void *)memory.start, *at_end = at_start + memory.nbytes / sizeof *at_start - s.m * s.n;
            CHECK(multiply_into(&a, &b, at_start, 2, 1000) == TP_OK);
            CHECK(multiply_into(&a, &b, at_end, 2, 1000) == TP_OK);
            CHECK(memcmp(at_start, at_end, s.m * s.n * sizeof *at_start) == 0);
            free(left);
            free(right);
        }
    }
    tp_simd_select(NULL, NULL);
    unmap_fenced(&left_memory);
    unmap_fenced(&right_memory);
    unmap_fenced(&memory);
}

#endif

/* ---- Conversion -------------------------------------------------------------------------------------------------- */

static void test_every_type_as_doubles(void)
{
    const int8_t a[] = {-128, 127};
    const uint8_t b[] = {0, 255};
    const int16_t c[] = {-32768, 32767};
    const uint16_t d[] = {0, 65535};
    const int32_t e[] = {INT32_MIN, INT32_MAX};
    const uint32_t f[] = {0, UINT32_MAX};
    const int64_t g[] = {INT64_MIN, INT64_C(1) << 62};
    const uint64_t h[] = {UINT64_C(1) << 63, UINT64_C(1) << 53};
    const float x[] = {0.5F, INFINITY};
    const double y[] = {5e-324, -0.0};
    const struct {
        tp_number_type type;
        const void *numbers;
        double expected[2];
    } cases[] = {{TP_INT8, a, {-128, 127}},
                 {TP_UINT8, b, {0, 255}},
                 {TP_INT16, c, {-32768, 32767}},
                 {TP_UINT16, d, {0, 65535}},
                 {TP_INT32, e, {-0x1p31, 0x1p31 - 1}},
                 {TP_UINT32, f, {0, 0x1p32 - 1}},
                 {TP_INT64, g, {-0x1p63, 0x1p62}},
                 {TP_UINT64, h, {0x1p63, 0x1p53}},
                 {TP_FLOAT32, x, {0.5, INFINITY}},
                 {TP_FLOAT64, y, {5e-324, -0.0}}};
    for (size_t i = 0; i < N_ITEMS(cases); i++) {
        double found[2];
        CHECK(tp_to_float64(cases[i].type, cases[i].numbers, 2, true, found, NULL) == TP_OK);
        CHECK_EQ_BYTES(found, sizeof found, cases[i].expected, sizeof found);
        CHECK(tp_to_float64(cases[i].type, NULL, 0, true, NULL, NULL) == TP_OK);
    }
}

static void test_integers_that_no_double_is(void)
{
    static const int64_t is_odd[] = {0, (INT64_C(1) << 53) + 1}, is_odd_below_0[] = {1, -(INT64_C(1) << 53) - 1};
    static const int64_t is_largest[] = {0, INT64_MAX};
    static const uint64_t is_largest_unsigned[] = {0, UINT64_MAX};
    static const double rounded[] = {0x1p53, -0x1p53, 0x1p63, 0x1p64};
    const void *const all[] = {is_odd, is_odd_below_0, is_largest, is_largest_unsigned};
    for (size_t i = 0; i < N_ITEMS(all); i++) {
        double found[2];
        tp_error error = {0};
        CHECK(tp_to_float64(i < 3 ? TP_INT64 : TP_UINT64, all[i], 2, true, found, &error) == TP_INVALID_ARGUMENT);
        CHECK_EQ_U(error.offset, 1);
        CHECK(tp_to_float64(i < 3 ? TP_INT64 : TP_UINT64, all[i], 2, false, found, NULL) == TP_OK);
        CHECK(found[1] == rounded[i]);
    }
}

static void test_integers_of_every_type_become_int64(void)
{
    static const int8_t a[] = {-128, 127};
    static const uint8_t b[] = {0, 255};
    static const int16_t c[] = {-32768, 32767};
    static const uint16_t d[] = {0, 65535};
    static const int32_t e[] = {INT32_MIN, INT32_MAX};
    static const uint32_t f[] = {0, UINT32_MAX};
    static const int64_t g[] = {INT64_MIN, INT64_MAX};
    static const uint64_t h[] = {0, INT64_MAX}, too_large[] = {INT64_MAX, UINT64_C(1) << 63};
    static const struct {
        tp_number_type type;
        const void *numbers;
        int64_t expected[2];
    } cases[] = {{TP_INT8, a, {-128, 127}},      {TP_UINT8, b, {0, 255}},
                 {TP_INT16, c, {-32768, 32767}}, {TP_UINT16, d, {0, 65535}},
                 {TP_INT32, e, {INT32_MIN, INT32_MAX}}, {TP_UINT32, f, {0, UINT32_MAX}},
                 {TP_INT64, g, {INT64_MIN, INT64_MAX}}, {TP_UINT64, h, {0, INT64_MAX}}};
    int64_t found[2];
    tp_error error = {0};
    for (size_t i = 0; i < N_ITEMS(cases); i++) {
        CHECK(tp_to_int64(cases[i].type, cases[i].numbers, 2, found, NULL) == TP_OK);
        CHECK_EQ_BYTES(found, sizeof found, cases[i].expected, sizeof found);
        CHECK(tp_to_int64(cases[i].type, NULL, 0, NULL, NULL) == TP_OK);
    }
    CHECK(tp_to_int64(TP_UINT64, too_large, 2, found, &error) == TP_TOO_LARGE);
    CHECK_EQ_U(error.offset, 1);
    CHECK(tp_to_int64(TP_FLOAT64, NULL, 0, NULL, NULL) == TP_INVALID_ARGUMENT);
}

int main(void)
{
    is_quick = getenv("TEXTPROC_TEST_QUICK") != NULL;
    RUN(test_any_shape_by_every_variant);
    RUN(test_nothing_to_multiply_gives_zeros);
    RUN(test_shapes_must_fit);
    RUN(test_infinities_stay_in_their_rows_and_columns);
    RUN(test_refused_allocations);
#ifndef _WIN32
    RUN(test_nothing_is_touched_beyond_the_matrices);
#endif
    RUN(test_every_type_as_doubles);
    RUN(test_integers_that_no_double_is);
    RUN(test_integers_of_every_type_become_int64);
    return tests_done();
}
