/* naive_shards.h - ids of documents as they stand in a file, id by id and byte by byte. */
#ifndef NAIVE_SHARDS_H
#define NAIVE_SHARDS_H

#include "support.h"

/* What is to be packed. */
typedef struct documents {
    const uint32_t *ids;
    size_t n_ids;
    const uint64_t *ends;
    size_t n;
    const uint8_t *parts;
} documents;

/* Stores one id; returns whether it fits. */
static inline bool pack_one_naively(uint32_t id, uint32_t id_nbytes, uint8_t *bytes, size_t *nbytes)
{
    for (uint32_t i = 0; i < id_nbytes; i++) bytes[(*nbytes)++] = (uint8_t)(id >> (8 * i));
    return id_nbytes == 4 || id < 65536;
}

/* Stores what tp_ids_pack should; there must be room for all ids with two marks each. */
static inline tp_status pack_naively(const tp_packing *packing, const documents *all, size_t first, size_t capacity,
                                     uint8_t *bytes, uint64_t *ends, tp_packed *packed)
{
    size_t nbytes = 0, i = first, n = 0;
    if (packing->id_nbytes != 2 && packing->id_nbytes != 4) return TP_INVALID_ARGUMENT;
    for (; i < all->n && nbytes / packing->id_nbytes < packing->enough; i++) {
        const uint64_t start = i == 0 ? 0 : all->ends[i - 1];
        if (all->ends[i] < start || all->ends[i] > all->n_ids) return TP_INVALID_ARGUMENT;
        if (all->parts != NULL && all->parts[i] != packing->part) continue;
        const size_t n_new = (size_t)(all->ends[i] - start) + packing->has_first + packing->has_last;
        if (nbytes + n_new * packing->id_nbytes > capacity) return TP_TOO_SMALL;
        bool fits = !packing->has_first || pack_one_naively(packing->first, packing->id_nbytes, bytes, &nbytes);
        for (uint64_t k = start; k < all->ends[i]; k++) {
            if (!pack_one_naively(all->ids[k], packing->id_nbytes, bytes, &nbytes)) fits = false;
        }
        if (packing->has_last && !pack_one_naively(packing->last, packing->id_nbytes, bytes, &nbytes)) fits = false;
        if (!fits) return TP_TOO_LARGE;
        ends[n++] = nbytes / packing->id_nbytes;
    }
    *packed = (tp_packed){i, n, nbytes / packing->id_nbytes};
    return TP_OK;
}

/* Packs both ways, into memory of exactly the size, and compares. */
static inline tp_status check_packing(const tp_packing *packing, const documents *all, size_t first, size_t capacity,
                                      tp_packed *packed)
{
    const size_t most = 4 * (all->n_ids + 2 * all->n) + 4;
    uint8_t *expected = must_allocate(most);
    uint64_t *expected_ends = must_allocate((all->n + 1) * sizeof *expected_ends);
    block bytes = {must_allocate(capacity), capacity};
    uint64_t *ends = must_allocate(all->n * sizeof *ends);
    tp_packed wanted = {first, 0, 0}, before;
    *packed = before = wanted;
    tp_status status = pack_naively(packing, all, first, capacity, expected, expected_ends, &wanted);
    CHECK_EQ_U(tp_ids_pack(packing, all->ids, all->n_ids, all->ends, all->n, all->parts, bytes.data, capacity, ends, packed, NULL),
               status);
    CHECK_EQ_BYTES(packed, sizeof *packed, &wanted, sizeof wanted);
    if (status == TP_OK) {
        const size_t nbytes = wanted.n_ids * packing->id_nbytes;
        CHECK_EQ_BYTES(bytes.data, nbytes, expected, nbytes);
        CHECK_EQ_BYTES(ends, wanted.n_documents * sizeof *ends, expected_ends, wanted.n_documents * sizeof *ends);
    }
    free(expected);
    free(expected_ends);
    free(bytes.data);
    free(ends);
    return status;
}

#endif
