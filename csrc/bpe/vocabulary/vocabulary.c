/* The queries of a vocabulary: tokens by their bytes and by their ids. */
#include "bpe/vocabulary/vocabulary.h"

#include <string.h>

typedef struct long_piece {
    const uint8_t *bytes;
    size_t nbytes;
} long_piece;

static inline bool is_long_piece(const void *vocabulary, uint32_t token, const void *wanted)
{
    const tp_vocabulary *v = vocabulary;
    const long_piece *piece = wanted;
    return tp_token_nbytes(v, token) == piece->nbytes && memcmp(v->bytes + v->starts[token], piece->bytes, piece->nbytes) == 0;
}

static uint32_t find_long_piece(const tp_vocabulary *v, const uint8_t *piece, size_t nbytes)
{
    const long_piece wanted = {piece, nbytes};
    size_t slot;
    return tp_index_find(&v->index, tp_hash(&v->hash_key, piece, nbytes), v, is_long_piece, &wanted, &slot) - 1;
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
