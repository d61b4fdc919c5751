/* Ids as they stand in files, and the hashes by which documents are shared out. */
#include "naive_shards.h"

enum { MOST_DOCUMENTS = 20, MOST_IDS = 100 };

static void test_random_documents_are_packed_as_the_plain_way_does(void)
{
    uint64_t random = 5, ends[MOST_DOCUMENTS];
    uint32_t ids[MOST_IDS];
    uint8_t parts[MOST_DOCUMENTS];
    size_t n_of[TP_UNKNOWN_VERSION + 1] = {0};
    for (unsigned round = 0; round < 3000; round++) {
        documents all = {ids, random_below(&random, MOST_IDS), ends, random_below(&random, MOST_DOCUMENTS), parts};
        for (size_t i = 0; i < all.n_ids; i++) ids[i] = (uint32_t)(random_next(&random) >> (round % 8 == 0 ? 40 : 50));
        uint64_t end = 0;
        for (size_t i = 0; i < all.n; i++) {
            end += random_below(&random, all.n_ids - end + 1 < 9 ? all.n_ids - end + 1 : 9);
            ends[i] = end;
            parts[i] = (uint8_t)random_below(&random, 3);
        }
        if (round % 16 == 1 && all.n > 1) ends[random_below(&random, all.n)] = random_below(&random, 2 * MOST_IDS);
        if (round % 2 == 0) all.parts = NULL;
        const bool has_first = random_below(&random, 2) == 1, has_last = random_below(&random, 2) == 1;
        tp_packing packing = {round % 50 == 0 ? 3 : 2 + 2 * (round & 1), has_first, has_last, (uint32_t)random_below(&random, 60000),
                              (uint32_t)random_below(&random, 70000), 1, round % 3 == 0 ? UINT64_MAX : random_below(&random, 30)};
        const size_t capacity = round % 5 == 0 ? random_below(&random, 100) : 4 * (MOST_IDS + 2 * MOST_DOCUMENTS);
        tp_packed packed;
        n_of[check_packing(&packing, &all, random_below(&random, all.n + 1), capacity, &packed)]++;
    }
    CHECK(n_of[TP_OK] > 1000 && n_of[TP_TOO_SMALL] > 10 && n_of[TP_TOO_LARGE] > 10 && n_of[TP_INVALID_ARGUMENT] > 10);
}

static void test_the_first_id_that_does_not_fit_is_told_of(void)
{
    const uint32_t ids[] = {1, 65535, 65536, 1 << 20};
    const uint64_t ends[] = {1, 4};
    uint8_t bytes[8];
    uint64_t packed_ends[2];
    tp_packed packed = {0};
    tp_error error;
    const tp_packing packing = {.id_nbytes = 2, .enough = UINT64_MAX};
    CHECK_EQ_U(tp_ids_pack(&packing, ids, 4, ends, 2, NULL, bytes, sizeof bytes, packed_ends, &packed, &error), TP_TOO_LARGE);
    CHECK_EQ_U(error.offset, 2);
    CHECK_EQ_U(packed.n_read, 0);
}

static void test_documents_have_the_hashes_of_xxh64(void)
{
    const uint8_t text[] = "abc\n\nabc"; /* the specification's own implementation gave the values */
    const uint64_t ends[] = {3, 4, 8}, bad[] = {3, 2}, beyond[] = {9};
    uint64_t hashes[3];
    tp_error error;
    CHECK_EQ_U(tp_hash_documents(0, text, 8, ends, 3, hashes, NULL), TP_OK);
    CHECK_EQ_U(hashes[0], UINT64_C(0x44BC2CF5AD770999));
    CHECK_EQ_U(hashes[1], UINT64_C(0xEF46DB3751D8E999));
    CHECK_EQ_U(hashes[2], hashes[0]);
    CHECK_EQ_U(tp_hash_documents(42, text, 8, ends, 1, hashes, NULL), TP_OK);
    CHECK_EQ_U(hashes[0], UINT64_C(0x13C1D910702770E6));
    CHECK_EQ_U(tp_hash_documents(0, text, 8, bad, 2, hashes, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 1);
    CHECK_EQ_U(tp_hash_documents(0, text, 8, beyond, 1, hashes, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_hash_documents(0, NULL, 0, NULL, 0, hashes, NULL), TP_OK);
}

int main(void)
{
    RUN(test_random_documents_are_packed_as_the_plain_way_does);
    RUN(test_the_first_id_that_does_not_fit_is_told_of);
    RUN(test_documents_have_the_hashes_of_xxh64);
    return tests_done();
}
