/* From ids back to bytes. */
#include <string.h>

#include "base/error.h"
#include "bpe/vocabulary/vocabulary.h"

/* The length of all tokens, and where each of them ends. */
static tp_status measure(const tp_vocabulary *v, const uint32_t *ids, size_t n_ids, size_t *nbytes, uint64_t *ends,
                         tp_error *error)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n_ids; i++) {
        uint32_t token = tp_find_id(v, ids[i]);
        if (token == TP_NO_TOKEN) return tp_fail(error, TP_INVALID_ARGUMENT, i, "the vocabulary has no such id");
        sum += tp_token_nbytes(v, token);
        if (sum > SIZE_MAX / 2) return tp_fail(error, TP_TOO_LARGE, i, "the tokens together are too long");
        if (ends != NULL) ends[i] = sum;
    }
    *nbytes = (size_t)sum;
    return TP_OK;
}

/* While there is room behind, sixteen bytes are copied at once, of which what follows overwrites those that are too many. */
static void join(const tp_vocabulary *v, const uint32_t *ids, size_t n_ids, uint8_t *bytes, size_t capacity)
{
    uint8_t *out = bytes;
    for (size_t i = 0; i < n_ids; i++) {
        uint32_t token = tp_find_id(v, ids[i]);
        const uint8_t *from = v->bytes + v->starts[token];
        size_t nbytes = tp_token_nbytes(v, token), room = capacity - (size_t)(out - bytes);
        if (nbytes <= TP_TOKEN_PADDING && room >= TP_TOKEN_PADDING) memcpy(out, from, TP_TOKEN_PADDING);
        else memcpy(out, from, nbytes);
        out += nbytes;
    }
}

tp_status tp_vocabulary_decode(const tp_vocabulary *vocabulary, const uint32_t *ids, size_t n_ids, uint8_t *bytes,
                               size_t capacity, size_t *nbytes, uint64_t *ends, tp_error *error)
{
    tp_status status = measure(vocabulary, ids, n_ids, nbytes, ends, error);
    if (status != TP_OK) return status;
    if (*nbytes > capacity) return tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the bytes");
    join(vocabulary, ids, n_ids, bytes, capacity);
    return TP_OK;
}
