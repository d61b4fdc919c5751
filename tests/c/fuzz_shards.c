/* Any ends, parts and marks: packed as id by id, or refused; and the hashes of any documents are those of each alone. */
#include "fuzz.h"
#include "naive_shards.h"

enum { MOST_DOCUMENTS = 32, MOST_IDS = 256 };

static void check_hashes(block text, const uint64_t *ends, size_t n)
{
    uint64_t hashes[MOST_DOCUMENTS], alone, start = 0;
    tp_error error;
    tp_status status = tp_hash_documents(7, text.data, text.nbytes, ends, n, hashes, &error);
    for (size_t i = 0; i < n; i++) {
        const bool is_bad = ends[i] < start || ends[i] > text.nbytes;
        if (is_bad) {
            CHECK_EQ_U(status, TP_INVALID_ARGUMENT);
            CHECK_EQ_U(error.offset, i);
            return;
        }
        const uint64_t nbytes = ends[i] - start;
        CHECK_EQ_U(tp_hash_documents(7, nbytes == 0 ? NULL : text.data + start, (size_t)nbytes, &nbytes, 1, &alone, NULL), TP_OK);
        if (status == TP_OK) CHECK_EQ_U(hashes[i], alone);
        start = ends[i] + 1;
    }
    CHECK_EQ_U(status, TP_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    uint64_t ends[MOST_DOCUMENTS];
    uint32_t ids[MOST_IDS];
    uint8_t parts[MOST_DOCUMENTS];
    input in = fuzz_begin(data, nbytes);
    const uint8_t flags = take_byte(&in);
    documents all = {ids, 0, ends, take_ends(&in, ends, MOST_DOCUMENTS), (flags & 1) != 0 ? parts : NULL};
    tp_packing packing = {(flags & 2) != 0 ? 2 : (flags & 4) != 0 ? 4 : flags >> 5, (flags & 8) != 0, (flags & 16) != 0,
                          (uint32_t)take_number(&in, 3), (uint32_t)take_number(&in, 3), take_byte(&in) % 3, take_byte(&in)};
    const size_t capacity = 4 * (size_t)take_byte(&in), first = take_below(&in, all.n + 1);
    for (size_t i = 0; i < all.n; i++) parts[i] = take_byte(&in) % 3;
    input text = in;
    while (in.nbytes > 0 && all.n_ids < MOST_IDS) ids[all.n_ids++] = (uint32_t)take_number(&in, 3);
    block exact_ids = exact_copy(ids, all.n_ids * sizeof *ids);
    all.ids = (const uint32_t *)(const void *)exact_ids.data;
    tp_packed packed;
    if (check_packing(&packing, &all, first, capacity, &packed) == TP_OK) CHECK(packed.n_read >= first);
    free(exact_ids.data);
    block exact_text = exact_copy(text.data, text.nbytes);
    check_hashes(exact_text, ends, all.n);
    free(exact_text.data);
    return fuzz_end();
}
