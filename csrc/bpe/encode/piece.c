/* Encodes one piece: one seen before is looked up, others are merged. */
#include <string.h>

#include "bpe/encode/encode.h"
#include "bpe/merge/backtrack.h"

static void put_ids(tp_encoding *e, const uint32_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (e->sink.n + i < e->sink.capacity) e->sink.out[e->sink.n + i] = ids[i];
    }
    e->sink.n += n;
}

/* Stores the ids of a piece of up to 15 bytes and returns their number. They are the ids of the bytes in the key: the cache
 * keeps them under this key for other texts, and another thread may have written to the text since. */
static size_t merge_short(tp_encoding *e, tp_key key, size_t nbytes, uint32_t *ids)
{
    const tp_vocabulary *v = e->vocabulary;
    const uint8_t *piece = (const uint8_t *)&key;
    tp_token_sink sink = {.ids = v->ids, .out = ids, .capacity = TP_SHORT_KEY_NBYTES};
    uint32_t token = TP_NO_TOKEN;
    if (tp_bigram_run_nbytes(v, piece, nbytes) == nbytes) token = tp_find_short_piece(v, key, tp_short_key_hash(&v->hash_key, key));
    if (token != TP_NO_TOKEN) tp_put_token(&sink, token);
    else tp_merge_piece(v, &e->table->merger, piece, nbytes, TP_NO_RANK, &sink); /* needs no memory for that */
    return sink.n;
}

static void encode_short(tp_encoding *e, const uint8_t *piece, size_t nbytes)
{
    tp_key key = tp_short_key(piece, nbytes);
    uint32_t ids[TP_SHORT_KEY_NBYTES];
    size_t n = tp_cache_find(e->table, key, ids);
    if (n == 0) {
        n = merge_short(e, key, nbytes, ids);
        if (n > 0) tp_cache_put(e->table, key, ids, n);
    }
    put_ids(e, ids, n);
}

static void encode_long(tp_encoding *e, const uint8_t *piece, size_t nbytes)
{
    const tp_vocabulary *v = e->vocabulary;
    uint32_t token = TP_NO_TOKEN;
    bool is_searched = !tp_can_backtrack(v, piece, nbytes); /* begins with the longest token anyway */
    if (is_searched && tp_bigram_run_nbytes(v, piece, nbytes) == nbytes) token = tp_find_piece(v, piece, nbytes);
    if (token != TP_NO_TOKEN) tp_put_token(&e->sink, token);
    else e->has_failed = !tp_merge_piece(v, &e->table->merger, piece, nbytes, TP_NO_RANK, &e->sink);
}

bool tp_encode_piece(tp_encoding *e, const uint8_t *piece, size_t nbytes, size_t readable_nbytes)
{
    size_t n_before = e->sink.n;
    uint8_t padded[TP_KEY_NBYTES] = {0};
    if (nbytes == 0) return true;
    if (nbytes > TP_SHORT_KEY_NBYTES) encode_long(e, piece, nbytes);
    else if (readable_nbytes >= TP_KEY_NBYTES) encode_short(e, piece, nbytes);
    else encode_short(e, memcpy(padded, piece, nbytes), nbytes);
    if (e->sink.out != NULL && e->sink.n > e->sink.capacity) {
        e->n_too_many = e->sink.n - n_before;
        e->sink.n = n_before;
    }
    return !e->has_failed && e->n_too_many == 0;
}
