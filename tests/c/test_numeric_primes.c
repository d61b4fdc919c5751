/* The sieve against trial division, and against counts and sums that others have published. */
#include <stdlib.h>

#include "check.h"
#include "support.h"
#include "textproc.h"

#define N_ITEMS(array) (sizeof(array) / sizeof *(array))

static bool is_quick; /* under tools that make everything slow */

typedef struct found {
    uint64_t n, sum;
    uint32_t last;
} found;

/* Goes through all primes, and checks that they ascend. */
static found find(uint32_t limit, size_t threads)
{
    found all = {0};
    tp_sieve *sieve = NULL;
    if (!CHECK(tp_sieve_new(limit, threads, &sieve, NULL) == TP_OK)) return all;
    bool ascends = true;
    for (uint64_t n_done = 0; n_done <= limit;) {
        const uint32_t *primes;
        size_t n;
        uint64_t before = n_done;
        if (!CHECK(tp_sieve_step(sieve, &primes, &n, &n_done, NULL) == TP_OK)) break;
        if (!CHECK(n_done > before && n_done <= (uint64_t)limit + 1)) break;
        for (size_t i = 0; i < n; i++) {
            ascends = ascends && primes[i] > all.last && primes[i] < n_done;
            all.sum += primes[i];
            all.last = primes[i];
        }
        all.n += n;
    }
    CHECK(ascends);
    tp_sieve_free_at(&sieve);
    CHECK(sieve == NULL);
    return all;
}

static bool is_prime(uint32_t n)
{
    for (uint32_t i = 2; i * i <= n; i++) {
        if (n % i == 0) return false;
    }
    return n > 1;
}

static void test_small_limits(void)
{
    found expected = {0};
    for (uint32_t limit = 0; limit < (is_quick ? 300 : 3000); limit++) {
        if (is_prime(limit)) expected = (found){expected.n + 1, expected.sum + limit, limit};
        found all = find(limit, 1);
        CHECK_EQ_U(all.n, expected.n);
        CHECK_EQ_U(all.sum, expected.sum);
        CHECK_EQ_U(all.last, expected.last);
    }
}

/* Around where segments end. */
static void test_the_last_number_counts(void)
{
    for (uint32_t end = 1 << 16; end <= 40 << 16; end += is_quick ? 8 << 16 : 1 << 16) {
        for (uint32_t limit = end - 3; limit < end + 3; limit++) {
            bool counts = find(limit, 1).n > find(limit - 1, 1).n;
            CHECK(counts == is_prime(limit));
        }
    }
}

/* OEIS A006880 and A007053 (how many), A046731 (their sums), A003618 and A014234 (the last). */
static void test_known_limits(void)
{
    static const struct {
        uint32_t limit;
        found expected;
    } known[] = {{1000, {168, 76127, 997}},
                 {1000000, {78498, UINT64_C(37550402023), 999983}},
                 {10000000, {664579, UINT64_C(3203324994356), 9999991}},
                 {100000000, {5761455, UINT64_C(279209790387276), 99999989}},
                 {4294967295, {203280221, UINT64_C(425649736193687430), 4294967291}}};
    for (size_t i = 0; i < (is_quick ? 3 : N_ITEMS(known)); i++) {
        for (size_t threads = known[i].limit > 100000000 ? 2 : 1; threads <= 3; threads += 2) {
            found all = find(known[i].limit, threads);
            CHECK_EQ_U(all.n, known[i].expected.n);
            CHECK_EQ_U(all.sum, known[i].expected.sum);
            CHECK_EQ_U(all.last, known[i].expected.last);
        }
    }
}

static void test_refused_allocations(void)
{
    tp_memory_stats before, after;
    tp_memory_get_stats(&before);
    uint64_t nth = 1;
    for (bool is_done = false; !is_done; nth++) {
        tp_sieve *sieve = NULL;
        const uint32_t *primes;
        size_t n = 0;
        uint64_t n_done = 0;
        tp_memory_fail_at(nth);
        tp_status status = tp_sieve_new(1000, 1, &sieve, NULL);
        if (status == TP_OK) status = tp_sieve_step(sieve, &primes, &n, &n_done, NULL);
        tp_memory_fail_at(0);
        is_done = status == TP_OK;
        if (!is_done) {
            CHECK_EQ_U(status, TP_NO_MEMORY);
            CHECK_EQ_U(n_done, 0);
            /* A step that failed can be made again. */
            if (sieve != NULL) CHECK(tp_sieve_step(sieve, &primes, &n, &n_done, NULL) == TP_OK);
        }
        if (sieve != NULL) CHECK_EQ_U(n, 168);
        tp_sieve_free(sieve);
    }
    CHECK_EQ_U(nth, 7);
    tp_memory_get_stats(&after);
    CHECK_EQ_U(after.live_allocations, before.live_allocations);
}

int main(void)
{
    is_quick = getenv("TEXTPROC_TEST_QUICK") != NULL;
    RUN(test_small_limits);
    RUN(test_the_last_number_counts);
    RUN(test_known_limits);
    RUN(test_refused_allocations);
    return tests_done();
}
