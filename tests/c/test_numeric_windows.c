/* Windows: their averages against sums made anew, what leaves them without a trace, and what is exchanged between two. */
#include <float.h>
#include <math.h>

#include "check.h"
#include "support.h"
#include "textproc.h"

#define N_ITEMS(array) (sizeof(array) / sizeof *(array))

static tp_window *new_window(size_t capacity, bool sums)
{
    tp_window *window = NULL;
    if (tp_window_new(capacity, sums, &window, NULL) != TP_OK) abort();
    return window;
}

static size_t count_of(tp_window *window)
{
    tp_window_state state;
    tp_window_get_state(window, &state);
    return state.count;
}

static bool is_same_double(double a, double b) { return isnan(a) ? isnan(b) : a == b; }

/* Any number of a few magnitudes, all of whose sums are exact in long double or, if that has no more bits, in double. */
static double modest(uint64_t *state) { return ldexp((double)random_below(state, 2001) - 1000, (int)random_below(state, 20)); }

static void test_averages_are_those_of_the_last_numbers(void)
{
    enum { N = 1000 };
    double numbers[N], averages[N];
    uint64_t state = 1;
    for (size_t capacity = 1; capacity < 50; capacity += 3) {
        tp_window *window = new_window(capacity, true), *other = new_window(capacity, true);
        for (size_t i = 0; i < N; i++) numbers[i] = modest(&state);
        tp_window_push(window, numbers, N, averages);
        for (size_t i = 0; i < N; i++) {
            size_t first = i + 1 > capacity ? i + 1 - capacity : 0;
            double sum = 0;
            for (size_t j = first; j <= i; j++) sum += numbers[j];
            double expected = sum / (double)(i + 1 - first);
            CHECK(averages[i] == expected);
            CHECK(tp_window_push_one(other, numbers[i]) == expected);
        }
        tp_window_push(other, numbers, N, numbers); /* averages in place of the numbers */
        CHECK_EQ_BYTES(numbers + capacity, (N - capacity) * sizeof(double), averages + capacity, (N - capacity) * sizeof(double));
        tp_window_free(window);
        tp_window_free(other);
    }
}

typedef struct example {
    double numbers[4];
    double average; /* of the last three */
} example;

static const example examples[] = {
    {{1e300, 1e16, 1, -1e16}, 1.0 / 3},
    {{1, 5e-324, 5e-324, 5e-324}, 5e-324},
    {{1, 5e-324, -5e-324, 0}, 0},
    {{-1e308, DBL_MAX, DBL_MAX, DBL_MAX}, DBL_MAX},
    {{0, -DBL_MAX, -DBL_MAX, -DBL_MAX}, -DBL_MAX},
    {{INFINITY, DBL_MAX, -DBL_MAX, 3}, 1},
    {{1, INFINITY, 2, 3}, INFINITY},
    {{1, 2, -INFINITY, -INFINITY}, -INFINITY},
    {{1, INFINITY, 2, -INFINITY}, NAN},
    {{1, 2, NAN, INFINITY}, NAN},
    {{NAN, 1, 2, 3}, 2},
    {{1, DBL_MAX, DBL_MAX, 0}, DBL_MAX / 3 * 2},
    /* Halfway between two doubles, and a bit more or less, nearby or a thousand binary places away. */
    {{0, 0x1p53, 1, 0}, 0x1p53 / 3},
    {{0, 0x1p53, 1, 0x1p-10}, (0x1p53 + 2) / 3},
    {{0, 0x1p53, 1, 0x1p-40}, (0x1p53 + 2) / 3},
    {{0, 0x1p53, 1, 0x1p-900}, (0x1p53 + 2) / 3},
    {{0, 0x1p53, 3, -0x1p-900}, (0x1p53 + 2) / 3},
    {{0, -0x1p53, -1, -0x1p-900}, -(0x1p53 + 2) / 3},
    {{0, -0x1p53, -1, 0x1p-900}, -0x1p53 / 3},
    {{9, 0x1p1000, 0x1p-1000, -0x1p1000}, 0x1p-1000 / 3},
};

static void test_examples(void)
{
    for (size_t i = 0; i < N_ITEMS(examples); i++) {
        tp_window *window = new_window(3, true);
        double averages[4];
        tp_window_push(window, examples[i].numbers, 4, averages);
        if (!CHECK(is_same_double(averages[3], examples[i].average))) printf("    example %zu: %a\n", i, averages[3]);
        const double zeros[3] = {0};
        tp_window_push(window, zeros, 3, averages);
        CHECK(averages[2] == 0);
        tp_window_free(window);
    }
}

/* Numbers of every magnitude come and go; after as many zeros, nothing is left. */
static void test_nothing_is_left_of_what_has_gone(void)
{
    bool is_quick = getenv("TEXTPROC_TEST_QUICK") != NULL;
    uint64_t state = 7;
    tp_window *window = new_window(100, true);
    for (int round = 0; round < (is_quick ? 3 : 300); round++) {
        for (int i = 0; i < 1000; i++) {
            uint64_t bits = random_next(&state);
            double number;
            memcpy(&number, &bits, sizeof number);
            tp_window_push_one(window, number);
        }
        for (int i = 0; i < 99; i++) tp_window_push_one(window, 0);
        CHECK(tp_window_push_one(window, 0) == 0);
        CHECK(tp_window_push_one(window, 100) == 1);
    }
    tp_window_free(window);
}

static void test_a_ring_keeps_the_last_numbers(void)
{
    for (size_t capacity = 1; capacity < 12; capacity++) {
        for (size_t part = 0; part < 30; part++) {
            tp_window *ring = new_window(capacity, false);
            double numbers[100], found[100];
            size_t n = 0, n_found;
            for (size_t i = 0; i < 3; i++) {
                for (size_t j = 0; j < part; j++) numbers[n + j] = (double)(n + j);
                tp_window_push(ring, numbers + n, part, NULL);
                n += part;
                CHECK(isnan(tp_window_push_one(ring, numbers[n] = -(double)n)));
                n++;
                size_t expected = n < capacity ? n : capacity;
                CHECK(tp_window_get_numbers(ring, found, expected - 1, &n_found, NULL) == TP_TOO_SMALL);
                CHECK_EQ_U(n_found, expected);
                CHECK(tp_window_get_numbers(ring, found, expected, &n_found, NULL) == TP_OK);
                CHECK_EQ_BYTES(found, n_found * sizeof *found, numbers + n - expected, expected * sizeof *found);
                tp_window_state state;
                tp_window_get_state(ring, &state);
                CHECK(state.latest == numbers[n - 1] && state.count == expected && state.capacity == capacity);
                CHECK(isnan(state.average));
            }
            tp_window_clear(ring);
            CHECK_EQ_U(count_of(ring), 0);
            CHECK(tp_window_get_numbers(ring, NULL, 0, &n_found, NULL) == TP_OK);
            tp_window_free(ring);
        }
    }
}

static void test_copies_and_exchanges(void)
{
    tp_window *window = new_window(3, true), *copy = NULL, *other = new_window(4, true);
    const double numbers[] = {1, 2, 3, 4};
    tp_window_push(window, numbers, 4, NULL);
    CHECK(tp_window_copy(window, &copy, NULL) == TP_OK);
    tp_window_state state;
    tp_window_get_state(window, &state);
    CHECK(state.average == 3);
    CHECK(tp_window_push_one(copy, 5) == 4);
    CHECK(tp_window_push_one(window, 8) == 5);
    CHECK(tp_window_exchange(window, copy, state.version, NULL) == TP_STALE);
    tp_window_get_state(window, &state);
    CHECK(state.average == 5);
    CHECK(tp_window_exchange(window, other, state.version, NULL) == TP_INVALID_ARGUMENT);
    CHECK(tp_window_exchange(window, copy, state.version, NULL) == TP_OK);
    CHECK(tp_window_push_one(window, 6) == 5); /* of 4, 5 and 6 */
    CHECK(tp_window_push_one(copy, 0) == 4);   /* of 4, 8 and 0 */
    tp_window_free_at(&copy);
    CHECK(copy == NULL);
    tp_window_free(window);
    tp_window_free(other);
}

static void test_sizes_that_cannot_be(void)
{
    tp_window *window = NULL;
    CHECK(tp_window_new(0, true, &window, NULL) == TP_INVALID_ARGUMENT);
    CHECK(tp_window_new(SIZE_MAX, true, &window, NULL) == TP_NO_MEMORY);
    CHECK(window == NULL);
}

static void test_refused_allocations(void)
{
    tp_memory_stats before, after;
    tp_memory_get_stats(&before);
    uint64_t nth = 1;
    for (bool is_done = false; !is_done; nth++) {
        tp_window *window = NULL, *copy = NULL;
        tp_memory_fail_at(nth);
        tp_status status = tp_window_new(3, true, &window, NULL);
        if (status == TP_OK) status = tp_window_copy(window, &copy, NULL);
        tp_memory_fail_at(0);
        is_done = status == TP_OK;
        if (!is_done) CHECK(status == TP_NO_MEMORY && copy == NULL);
        tp_window_free(window);
        tp_window_free(copy);
    }
    CHECK_EQ_U(nth, 6);
    tp_memory_get_stats(&after);
    CHECK_EQ_U(after.live_allocations, before.live_allocations);
}

int main(void)
{
    RUN(test_averages_are_those_of_the_last_numbers);
    RUN(test_examples);
    RUN(test_nothing_is_left_of_what_has_gone);
    RUN(test_a_ring_keeps_the_last_numbers);
    RUN(test_copies_and_exchanges);
    RUN(test_sizes_that_cannot_be);
    RUN(test_refused_allocations);
    return tests_done();
}
