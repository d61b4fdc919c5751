/* Numbers: every variant gives the plain one's answers, reads and writes nothing beyond its numbers, and refused memory changes
 * nothing. That the answers are right is held against Python in tests/test_numeric_*.py. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "fenced.h"
#include "support.h"
#include "textproc.h"

#define N_ITEMS(array) (sizeof(array) / sizeof *(array))

static const char *const variants[] = {"plain", "neon", "avx2", "avx512"};

enum { N_TYPES = TP_FLOAT64 + 1, MAX_NUMBERS = 5000 };

static const size_t nbytes_of[N_TYPES] = {1, 1, 2, 2, 4, 4, 8, 8, 4, 8};
static const size_t lengths[] = {0, 1, 2, 15, 16, 17, 63, 64, 65, 127, 1000, 4095, 4096, 4097, MAX_NUMBERS};

static uint64_t random_state = 1;

static uint64_t random_bits(void)
{
    random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return random_state >> 17 ^ random_state << 31;
}

/* An integer of so many bytes, in the machine's order of bytes. */
static void store(uint8_t *to, size_t nbytes, uint8_t value)
{
    const uint16_t in_2 = value;
    const uint32_t in_4 = value;
    const uint64_t in_8 = value;
    const void *from = nbytes == 1 ? (const void *)&value : nbytes == 2 ? (const void *)&in_2
                     : nbytes == 4 ? (const void *)&in_4 : (const void *)&in_8;
    memcpy(to, from, nbytes);
}

/* Numbers that can be doubled, some below and some above what is kept. */
static void fill(uint8_t *numbers, tp_number_type type, size_t n)
{
    for (size_t i = 0; i < n; i++, numbers += nbytes_of[type]) {
        uint64_t bits = random_bits() & 63;
        float single = (float)bits / 3;
        double number = (double)bits / 7;
        if (type == TP_FLOAT32) memcpy(numbers, &single, sizeof single);
        else if (type == TP_FLOAT64) memcpy(numbers, &number, sizeof number);
        else store(numbers, nbytes_of[type], (uint8_t)bits);
    }
}

/* All that can be asked of some numbers. */
typedef struct answers {
    tp_int_sum int_sum;
    double float_sum;
    double exact_sum;
    uint64_t counts[MAX_NUMBERS / TP_FILTER_BLOCK + 1];
    uint64_t n_kept;
    uint8_t kept[MAX_NUMBERS * 8];
    uint8_t products[MAX_NUMBERS * 8];
    tp_stats stats;
} answers;

/* `out` ends where nothing can be written. */
static void ask(const uint8_t *numbers, tp_number_type type, size_t n, const fenced *out, answers *all)
{
    memset(all, 0, sizeof *all);
    uint8_t least[8];
    random_state = 99;
    fill(least, type, 1);
    if (type < TP_FLOAT32) {
        CHECK_EQ_U(tp_sum_ints(numbers, type, n, 1, &all->int_sum, NULL), TP_OK);
    } else {
        tp_float_sum sum, exact;
        memset(&sum, 0, sizeof sum);
        memset(&exact, 0, sizeof exact);
        CHECK_EQ_U(tp_sum_floats(numbers, type, n, false, 1, &sum, NULL), TP_OK);
        CHECK_EQ_U(tp_sum_floats(numbers, type, n, true, 1, &exact, NULL), TP_OK);
        CHECK(tp_float_sum_get(&exact, 0, &all->exact_sum));
        if (tp_float_sum_get(&sum, 0, &all->float_sum)) CHECK(all->float_sum == all->exact_sum);
        all->float_sum = all->exact_sum;
    }
    CHECK_EQ_U(tp_filter_count(numbers, type, n, least, 1, all->counts, NULL), TP_OK);
    for (size_t i = 0; i < N_ITEMS(all->counts); i++) all->n_kept += all->counts[i];
    const size_t nbytes = (size_t)all->n_kept * nbytes_of[type];
    tp_filter_double(numbers, type, n, least, 1, all->counts, out->start + out->nbytes - nbytes);
    memcpy(all->kept, out->start + out->nbytes - nbytes, nbytes);
    const size_t all_nbytes = n * nbytes_of[type];
    uint8_t *products = out->start + out->nbytes - all_nbytes;
    if (type >= TP_INT16) {
        CHECK_EQ_U(tp_multiply(numbers, numbers, type, n, 1, products, NULL), TP_OK);
        memcpy(all->products, products, all_nbytes);
    }
    CHECK_EQ_U(tp_stats_add(&all->stats, numbers, type, n, 1, 1, NULL), TP_OK);
    /* How sure of its sum a variant is may differ, and how it is stored; the sum was compared. */
    memset(&all->stats.float_sum, 0, sizeof all->stats.float_sum);
}

static void test_variants_are_alike_within_fences(void)
{
    fenced memory = map_fenced(MAX_NUMBERS * 8), out = map_fenced(MAX_NUMBERS * 8);
    static answers expected, found;
    for (int type = 0; type < N_TYPES; type++) {
        for (size_t k = 0; k < N_ITEMS(lengths); k++) {
            for (int at_end = 0; at_end <= 1; at_end++) {
                const size_t n = lengths[k], nbytes = n * nbytes_of[type];
                uint8_t *numbers = at_end ? memory.start + memory.nbytes - nbytes : memory.start;
                random_state = k + 1;
                fill(numbers, (tp_number_type)type, n);
                tp_simd_select("plain", NULL);
                ask(numbers, (tp_number_type)type, n, &out, &expected);
                for (size_t v = 1; v < N_ITEMS(variants); v++) {
                    if (tp_simd_select(variants[v], NULL) != TP_OK) continue;
                    ask(numbers, (tp_number_type)type, n, &out, &found);
                    if (!CHECK(memcmp(&found, &expected, sizeof found) == 0))
                        printf("    %s, type %d, %zu numbers\n", variants[v], type, n);
                }
            }
        }
    }
    tp_simd_select(NULL, NULL);
    unmap_fenced(&memory);
    unmap_fenced(&out);
}

static void test_sums_are_exact(void)
{
    const int64_t ints[] = {INT64_MAX, INT64_MAX, -1, INT64_MIN};
    tp_int_sum sum = {0, 0};
    CHECK_EQ_U(tp_sum_ints(ints, TP_INT64, 2, 1, &sum, NULL), TP_OK);
    CHECK(sum.high == 0 && sum.low == UINT64_MAX - 1);
    CHECK_EQ_U(tp_sum_ints(ints + 2, TP_INT64, 2, 1, &sum, NULL), TP_OK);
    CHECK(sum.high == 0 && sum.low == (UINT64_C(1) << 63) - 3);
    const double floats[] = {1e308, 1e308, -1e308, -1e308, 5e-324};
    tp_float_sum float_sum;
    memset(&float_sum, 0, sizeof float_sum);
    CHECK_EQ_U(tp_sum_floats(floats, TP_FLOAT64, 2, false, 1, &float_sum, NULL), TP_OK);
    double value = 0;
    CHECK(tp_float_sum_get(&float_sum, 0, &value) && isinf(value));
    CHECK(tp_float_sum_get(&float_sum, -1, &value) && value == 1e308);
    CHECK_EQ_U(tp_sum_floats(floats + 2, TP_FLOAT64, 3, true, 1, &float_sum, NULL), TP_OK);
    CHECK(tp_float_sum_get(&float_sum, 0, &value) && value == 5e-324);
    CHECK(tp_float_sum_get(&float_sum, 60, &value) && value == 5e-324 * 0x1p60);
}

static void test_other_types_are_refused(void)
{
    tp_error error;
    tp_int_sum int_sum = {0, 0};
    tp_float_sum float_sum;
    memset(&float_sum, 0, sizeof float_sum);
    CHECK_EQ_U(tp_sum_ints(NULL, TP_FLOAT32, 0, 1, &int_sum, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_sum_floats(NULL, TP_UINT64, 0, false, 1, &float_sum, &error), TP_INVALID_ARGUMENT);
}

static void test_what_is_too_large_is_found(void)
{
    static int16_t numbers[MAX_NUMBERS], products[MAX_NUMBERS];
    uint64_t counts[MAX_NUMBERS / TP_FILTER_BLOCK + 1];
    const int16_t least = 1;
    tp_error error;
    for (size_t i = 0; i < MAX_NUMBERS; i++) numbers[i] = 3;
    numbers[4500] = 20000;
    for (size_t v = 0; v < N_ITEMS(variants); v++) {
        if (tp_simd_select(variants[v], NULL) != TP_OK) continue;
        CHECK_EQ_U(tp_filter_count(numbers, TP_INT16, MAX_NUMBERS, &least, 1, counts, &error), TP_TOO_LARGE);
        CHECK_EQ_U(error.offset, 4500);
        CHECK_EQ_U(tp_multiply(numbers, numbers, TP_INT16, MAX_NUMBERS, 1, products, &error), TP_TOO_LARGE);
        CHECK_EQ_U(error.offset, 4500);
    }
    tp_simd_select(NULL, NULL);
}

static void test_what_is_left_out_may_be_too_large(void)
{
    const int32_t narrow[] = {INT32_MIN, 1, INT32_MIN, 2}, least_narrow = 1;
    const int64_t wide[] = {INT64_MIN, 1, INT64_MIN, 2}, least_wide = 1;
    for (size_t v = 0; v < N_ITEMS(variants); v++) {
        if (tp_simd_select(variants[v], NULL) != TP_OK) continue;
        int32_t narrow_kept[2] = {0};
        int64_t wide_kept[2] = {0};
        uint64_t count;
        CHECK_EQ_U(tp_filter_count(narrow, TP_INT32, 4, &least_narrow, 1, &count, NULL), TP_OK);
        tp_filter_double(narrow, TP_INT32, 4, &least_narrow, 1, &count, narrow_kept);
        CHECK(count == 2 && narrow_kept[0] == 2 && narrow_kept[1] == 4);
        CHECK_EQ_U(tp_filter_count(wide, TP_INT64, 4, &least_wide, 1, &count, NULL), TP_OK);
        tp_filter_double(wide, TP_INT64, 4, &least_wide, 1, &count, wide_kept);
        CHECK(count == 2 && wide_kept[0] == 2 && wide_kept[1] == 4);
    }
    tp_simd_select(NULL, NULL);
}

static void test_refused_memory_changes_nothing(void)
{
    const double numbers[] = {1, 2, 3};
    const int32_t ints[] = {1, 2, 3};
    int32_t products[3];
    const double least = 2;
    uint64_t count = 7;
    tp_int_sum int_sum = {0, 5};
    tp_float_sum float_sum;
    tp_stats stats;
    memset(&float_sum, 0, sizeof float_sum);
    memset(&stats, 0, sizeof stats);
    tp_memory_stats before, after;
    tp_memory_get_stats(&before);
    tp_memory_fail_at(1);
    CHECK_EQ_U(tp_sum_ints(ints, TP_INT32, 3, 1, &int_sum, NULL), TP_NO_MEMORY);
    CHECK(int_sum.high == 0 && int_sum.low == 5);
    tp_memory_fail_at(1);
    CHECK_EQ_U(tp_sum_floats(numbers, TP_FLOAT64, 3, false, 1, &float_sum, NULL), TP_NO_MEMORY);
    CHECK_EQ_U(float_sum.n_uncarried, 0);
    tp_memory_fail_at(1);
    CHECK_EQ_U(tp_filter_count(numbers, TP_FLOAT64, 3, &least, 1, &count, NULL), TP_NO_MEMORY);
    CHECK_EQ_U(count, 7);
    tp_memory_fail_at(1);
    CHECK_EQ_U(tp_multiply(ints, ints, TP_INT32, 3, 1, products, NULL), TP_NO_MEMORY);
    tp_memory_fail_at(1);
    CHECK_EQ_U(tp_stats_add(&stats, numbers, TP_FLOAT64, 3, 1, 1, NULL), TP_NO_MEMORY);
    CHECK_EQ_U(stats.n, 0);
    tp_memory_fail_at(0);
    tp_memory_get_stats(&after);
    CHECK_EQ_U(after.live_allocations, before.live_allocations);
}

static void test_threads_change_no_bit(void)
{
    enum { N = 300001, CHUNK = 7, N_CHUNKS = N / CHUNK };
    double *numbers = malloc(N * sizeof *numbers), *means = malloc(2 * N_CHUNKS * sizeof *means);
    if (numbers == NULL || means == NULL) abort();
    for (size_t i = 0; i < N; i++) numbers[i] = (double)(int64_t)random_bits() * 0x1p-40;
    tp_stats alone, together;
    memset(&alone, 0, sizeof alone);
    CHECK_EQ_U(tp_stats_add(&alone, numbers, TP_FLOAT64, N, 1, 1, NULL), TP_OK);
    for (size_t threads = 2; threads < 5; threads++) {
        memset(&together, 0, sizeof together);
        CHECK_EQ_U(tp_stats_add(&together, numbers, TP_FLOAT64, N, 1, threads, NULL), TP_OK);
        CHECK(together.mean_high == alone.mean_high && together.mean_low == alone.mean_low);
        CHECK(together.squares_high == alone.squares_high && together.squares_low == alone.squares_low);
        CHECK(together.least == alone.least && together.greatest == alone.greatest);
    }
    tp_chunk_means(numbers, CHUNK, N_CHUNKS, 1, means);
    tp_chunk_means(numbers, CHUNK, N_CHUNKS, 3, means + N_CHUNKS);
    CHECK_EQ_BYTES(means, N_CHUNKS * sizeof *means, means + N_CHUNKS, N_CHUNKS * sizeof *means);
    free(numbers);
    free(means);
}

int main(void)
{
    RUN(test_variants_are_alike_within_fences);
    RUN(test_sums_are_exact);
    RUN(test_other_types_are_refused);
    RUN(test_what_is_too_large_is_found);
    RUN(test_what_is_left_out_may_be_too_large);
    RUN(test_refused_memory_changes_nothing);
    RUN(test_threads_change_no_bit);
    return tests_done();
}
