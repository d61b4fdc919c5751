/* Puts the ids of documents into the bytes of a file. */
#include "base/error.h"
#include "base/once.h"
#include "textproc/bpe.h"

/* Written so that compilers recognise one store, or many at once. */
static void put_2(uint8_t *out, uint32_t id)
{
    out[0] = (uint8_t)id;
    out[1] = (uint8_t)(id >> 8);
}

static void put_4(uint8_t *out, uint32_t id)
{
    out[0] = (uint8_t)id;
    out[1] = (uint8_t)(id >> 8);
    out[2] = (uint8_t)(id >> 16);
    out[3] = (uint8_t)(id >> 24);
}

/* Stores ids and returns the bits that any of them has. Each id is read once. */
static uint32_t put_ids(uint8_t *restrict out, const uint32_t *restrict ids, size_t n, uint32_t id_nbytes)
{
    uint32_t bits = 0;
    if (id_nbytes == 4) {
        for (size_t i = 0; i < n; i++) put_4(out + 4 * i, ids[i]);
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        const uint32_t id = ids[i];
        bits |= id;
        put_2(out + 2 * i, id);
    }
    return bits;
}

static tp_status fail_too_large(const uint32_t *ids, size_t start, size_t end, tp_error *error)
{
    size_t i = start;
    while (i < end && tp_once(ids[i]) >> 16 == 0) i++;
    return tp_fail(error, TP_TOO_LARGE, i, "an id does not fit into two bytes");
}

/* The place to which ids are stored. */
typedef struct store {
    uint8_t *bytes;
    size_t capacity; /* in ids */
    size_t n;
    uint32_t id_nbytes;
} store;

static bool put_mark(store *to, bool has_mark, uint32_t mark)
{
    if (!has_mark) return true;
    return put_ids(to->bytes + to->id_nbytes * to->n++, &mark, 1, to->id_nbytes) >> 16 == 0;
}

tp_status tp_ids_pack(const tp_packing *packing, const uint32_t *ids, size_t n_ids, const uint64_t *ends, size_t n_documents,
                      const uint8_t *parts, uint8_t *bytes, size_t capacity, uint64_t *packed_ends, tp_packed *packed,
                      tp_error *error)
{
    const uint32_t id_nbytes = packing->id_nbytes;
    if (id_nbytes != 2 && id_nbytes != 4) {
        return tp_fail(error, TP_INVALID_ARGUMENT, packed->n_read, "an id has two bytes or four");
    }
    store to = {bytes, capacity / id_nbytes, 0, id_nbytes};
    const size_t n_marks = (size_t)packing->has_first + (size_t)packing->has_last;
    size_t n_stored = 0, i = packed->n_read;
    uint64_t start = i > 0 && i <= n_documents ? tp_once(ends[i - 1]) : 0;
    for (; i < n_documents && to.n < packing->enough; i++) {
        const uint64_t end = tp_once(ends[i]);
        if (end < start || end > n_ids) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends of documents must ascend within the ids");
        }
        const size_t n = (size_t)(end - start);
        if (parts == NULL || parts[i] == packing->part) {
            if (to.capacity - to.n < n_marks || to.capacity - to.n - n_marks < n) {
                return tp_fail(error, TP_TOO_SMALL, i, "the buffer is too small for the ids of the documents");
            }
            bool fits = put_mark(&to, packing->has_first, packing->first);
            if (n > 0 && put_ids(to.bytes + id_nbytes * to.n, ids + start, n, id_nbytes) >> 16 != 0) {
                return fail_too_large(ids, (size_t)start, (size_t)end, error);
            }
            to.n += n;
            if (!put_mark(&to, packing->has_last, packing->last) || !fits) {
                return tp_fail(error, TP_TOO_LARGE, (size_t)start, "an id does not fit into two bytes");
            }
            packed_ends[n_stored++] = to.n;
        }
        start = end;
    }
    *packed = (tp_packed){i, n_stored, to.n};
    return TP_OK;
}
