/* From ids back to bytes. */
#include <string.h>

#include "base/error.h"
#include "bpe/vocabulary/vocabulary.h"

/* The bytes of an id, and how many there are; NULL if neither the vocabulary nor the special tokens have the id. */
static const uint8_t *find_bytes(const tp_vocabulary *v, const tp_vocabulary_tokens *special, uint32_t id, size_t *nbytes,
                                 bool *is_padded)
{
    uint32_t token = tp_find_id(v, id);
    *is_padded = token != TP_NO_TOKEN;
    if (token != TP_NO_TOKEN) {
        *nbytes = tp_token_nbytes(v, token);
        return v->bytes + v->starts[token];
    }
    size_t low = 0, high = special == NULL ? 0 : special->n_tokens;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (special->ids[middle] < id) low = middle + 1;
        else high = middle;
    }
    if (special == NULL || low == special->n_tokens || special->ids[low] != id) return NULL;
    size_t start = low == 0 ? 0 : (size_t)special->ends[low - 1];
    *nbytes = (size_t)special->ends[low] - start;
    return special->tokens + start;
}

/* The length of all tokens, and where each of them ends. */
static tp_status measure(const tp_vocabulary *v, const tp_vocabulary_tokens *special, const uint32_t *ids, size_t n_ids,
                         size_t *nbytes, uint64_t *ends, tp_error *error)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n_ids; i++) {
        size_t token_nbytes;
        bool is_padded;
        if (find_bytes(v, special, ids[i], &token_nbytes, &is_padded) == NULL) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the vocabulary has no such id");
        }
        sum += token_nbytes;
        if (sum > SIZE_MAX / 2) return tp_fail(error, TP_TOO_LARGE, i, "the tokens together are too long");
        if (ends != NULL) ends[i] = sum;
    }
    *nbytes = (size_t)sum;
    return TP_OK;
}

/* While there is room behind, sixteen bytes are copied at once, of which what follows overwrites those that are too many. */
static void join(const tp_vocabulary *v, const tp_vocabulary_tokens *special, const uint32_t *ids, size_t n_ids, uint8_t *bytes,
                 size_t capacity)
{
    uint8_t *out = bytes;
    for (size_t i = 0; i < n_ids; i++) {
        size_t nbytes, room = capacity - (size_t)(out - bytes);
        bool is_padded;
        const uint8_t *from = find_bytes(v, special, ids[i], &nbytes, &is_padded);
        if (is_padded && nbytes <= TP_TOKEN_PADDING && room >= TP_TOKEN_PADDING) memcpy(out, from, TP_TOKEN_PADDING);
        else memcpy(out, from, nbytes);
        out += nbytes;
    }
}

tp_status tp_vocabulary_decode(const tp_vocabulary *vocabulary, const tp_vocabulary_tokens *special, const uint32_t *ids,
                               size_t n_ids, uint8_t *bytes, size_t capacity, size_t *nbytes, uint64_t *ends, tp_error *error)
{
    tp_status status = measure(vocabulary, special, ids, n_ids, nbytes, ends, error);
    if (status != TP_OK) return status;
    if (*nbytes > capacity) return tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the bytes");
    join(vocabulary, special, ids, n_ids, bytes, capacity);
    return TP_OK;
}
