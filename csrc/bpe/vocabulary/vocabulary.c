/* What is asked of a vocabulary: tokens by their bytes and by their ids. */
#include "bpe/vocabulary/vocabulary.h"

#include <string.h>

static uint32_t find_long_piece(const tp_vocabulary *v, const uint8_t *piece, size_t nbytes)
{
    uint64_t hash = tp_hash(&v->hash_key, piece, nbytes);
    for (size_t i = (size_t)hash & (v->n_slots - 1); v->slots[i] != 0; i = (i + 1) & (v->n_slots - 1)) {
        uint64_t slot = v->slots[i];
        if ((slot ^ hash) >> 32 != 0 || (slot & TP_NOT_WHOLE) != 0) continue;
        uint32_t token = (uint32_t)slot - 1;
        if (tp_is_token(v, token, piece, nbytes)) return token;
    }
    return TP_NO_TOKEN;
}

uint32_t tp_find_piece(const tp_vocabulary *vocabulary, const uint8_t *piece, size_t nbytes)
{
    if (nbytes > TP_SHORT_KEY_NBYTES) return find_long_piece(vocabulary, piece, nbytes);
    uint8_t padded[16] = {0};
    memcpy(padded, piece, nbytes);
    tp_key key = tp_short_key(padded, nbytes);
    return tp_find_short_piece(vocabulary, key, tp_short_key_hash(&vocabulary->hash_key, key));
}

uint32_t tp_find_id(const tp_vocabulary *vocabulary, uint32_t id)
{
    if (id < vocabulary->n_dense) return id;
    size_t low = vocabulary->n_dense, high = vocabulary->n_tokens;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (vocabulary->ids[middle] < id) low = middle + 1;
        else high = middle;
    }
    return low < vocabulary->n_tokens && vocabulary->ids[low] == id ? (uint32_t)low : TP_NO_TOKEN;
}

void tp_vocabulary_get_tokens(const tp_vocabulary *vocabulary, tp_vocabulary_tokens *tokens)
{
    const tp_vocabulary *v = vocabulary;
    *tokens = (tp_vocabulary_tokens){v->bytes, (size_t)v->starts[v->n_tokens], v->starts + 1, v->ids, v->n_tokens};
}
