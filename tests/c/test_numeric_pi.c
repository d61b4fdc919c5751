/* Points in a circle: every variant counts those that a plain loop does, wherever one begins and whoever shares them. */
#include <stdlib.h>

#include "check.h"
#include "support.h"
#include "textproc.h"

#define N_ITEMS(array) (sizeof(array) / sizeof *(array))

static const char *const variants[] = {"plain", "neon", "avx2", "avx512"};

/* SplitMix64's ith number from a seed, as its authors wrote it down. */
static uint64_t splitmix(uint64_t seed, uint64_t i)
{
    uint64_t z = seed + (i + 1) * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* The first three outputs from 0, which other implementations have among their tests. */
static void test_it_is_splitmix(void)
{
    CHECK_EQ_U(splitmix(0, 0), UINT64_C(0xE220A8397B1DCDAF));
    CHECK_EQ_U(splitmix(0, 1), UINT64_C(0x6E789E6AA1B965F4));
    CHECK_EQ_U(splitmix(0, 2), UINT64_C(0x06C45D188009454F));
}

/* The radius is 2^32: those whose squares add up to less than 2^64. */
static uint64_t count(uint64_t key, uint64_t first, uint64_t n)
{
    uint64_t inside = 0;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t z = splitmix(key, first + i), x = z >> 32 | 1, y = (z & 0xFFFFFFFF) | 1;
        inside += x * x <= UINT64_MAX - y * y;
    }
    return inside;
}

static void test_every_variant_counts_the_same(void)
{
    uint64_t state = 3;
    for (int i = 0; i < 300; i++) {
        uint64_t key = random_next(&state), first = random_next(&state), n = random_below(&state, i < 200 ? 50 : 2000);
        uint64_t expected = count(key, first, n);
        for (size_t v = 0; v < N_ITEMS(variants); v++) {
            if (tp_simd_select(variants[v], NULL) != TP_OK) continue;
            CHECK_EQ_U(tp_count_points_in_circle(key, first, n, 1), expected);
        }
    }
    tp_simd_select(NULL, NULL);
}

static void test_threads_and_parts_count_the_same(void)
{
    bool is_quick = getenv("TEXTPROC_TEST_QUICK") != NULL;
    uint64_t n = is_quick ? 1100000 : 5000001, first = UINT64_MAX - n / 2, expected = tp_count_points_in_circle(9, first, n, 1);
    static const size_t threads[] = {0, 2, 3, 7, 64, SIZE_MAX};
    for (size_t i = 0; i < N_ITEMS(threads); i++) CHECK_EQ_U(tp_count_points_in_circle(9, first, n, threads[i]), expected);
    uint64_t sum = 0, done = 0;
    for (uint64_t part = 1; done < n; done += part, part = 3 * part + 1) {
        if (part > n - done) part = n - done;
        sum += tp_count_points_in_circle(9, first + done, part, 2);
    }
    CHECK_EQ_U(sum, expected);
    CHECK(4 * expected > 3 * n && 4 * expected < 33 * n / 10);
}

int main(void)
{
    RUN(test_it_is_splitmix);
    RUN(test_every_variant_counts_the_same);
    RUN(test_threads_and_parts_count_the_same);
    return tests_done();
}
