/* Decodes ids to bytes. */
#include <string.h>

#include "base/error.h"
#include "base/once.h"
#include "bpe/vocabulary/vocabulary.h"

/* Returns the bytes of an id and their number; NULL if neither the vocabulary nor the special tokens contain the id. */
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

/* Copies a token to its place, if there is room. As long as there is room for more, sixteen bytes are copied at once; the next
 * token overwrites the surplus. */
static inline void put_bytes(uint8_t *out, size_t room, const uint8_t *from, size_t nbytes, bool is_padded)
{
    if (is_padded && nbytes <= TP_TOKEN_PADDING && room >= TP_TOKEN_PADDING) memcpy(out, from, TP_TOKEN_PADDING);
    else if (nbytes <= room) memcpy(out, from, nbytes);
}

/* Each id is read once: if another thread changes it meanwhile, it can neither become longer than its room nor unknown. */
tp_status tp_vocabulary_decode(const tp_vocabulary *vocabulary, const tp_vocabulary_tokens *special, const uint32_t *ids,
                               size_t n_ids, uint8_t *bytes, size_t capacity, size_t *nbytes, uint64_t *ends, tp_error *error)
{
    size_t sum = 0;
    for (size_t i = 0; i < n_ids; i++) {
        size_t token_nbytes;
        bool is_padded;
        const uint8_t *from = find_bytes(vocabulary, special, (uint32_t)tp_once(ids[i]), &token_nbytes, &is_padded);
        if (from == NULL) return tp_fail(error, TP_INVALID_ARGUMENT, i, "the vocabulary has no such id");
        if (token_nbytes > SIZE_MAX / 2 - sum) return tp_fail(error, TP_TOO_LARGE, i, "the tokens together are too long");
        if (sum < capacity) put_bytes(bytes + sum, capacity - sum, from, token_nbytes, is_padded);
        sum += token_nbytes;
        if (ends != NULL) ends[i] = sum;
    }
    *nbytes = sum;
    return sum <= capacity ? TP_OK : tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the bytes");
}
