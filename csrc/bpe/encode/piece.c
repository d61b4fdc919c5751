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

/* Puts the ids of a piece of more than 15 bytes; returns false if memory runs out. */
static bool merge_long(tp_encoding *e, const uint8_t *piece, size_t nbytes, tp_token_sink *sink)
{
    const tp_vocabulary *v = e->vocabulary;
    uint32_t token = TP_NO_TOKEN;
    bool is_searched = !tp_can_backtrack(v, piece, nbytes); /* begins with the longest token anyway */
    if (is_searched && tp_bigram_run_nbytes(v, piece, nbytes) == nbytes) token = tp_find_piece(v, piece, nbytes);
    if (token == TP_NO_TOKEN) return tp_merge_piece(v, &e->table->merger, piece, nbytes, TP_NO_RANK, sink);
    tp_put_token(sink, token);
    return true;
}

/* Text without spaces between words, as Chinese and Japanese, has long pieces that seldom come again. */
static bool may_come_again(const uint8_t *piece, size_t nbytes)
{
    const uint8_t first = piece[piece[0] == ' ' || piece[0] == '\n'];
    return nbytes <= TP_MOST_LONG_NBYTES && !(first >= 0xE3 && first <= 0xE9);
}

static bool encode_long(tp_encoding *e, const uint8_t *piece, size_t nbytes)
{
    if (!may_come_again(piece, nbytes)) return merge_long(e, piece, nbytes, &e->sink);
    tp_long_pieces *longer = &e->table->longer;
    uint32_t ids[TP_MOST_LONG_NBYTES];
    uint64_t hash = tp_hash(&e->vocabulary->hash_key, piece, nbytes);
    size_t n_ids;
    const uint8_t *known = tp_long_pieces_find(longer, piece, nbytes, hash, &n_ids);
    if (known != NULL) {
        memcpy(ids, known, n_ids * sizeof *ids);
    } else {
        const uint8_t *copy = tp_long_pieces_begin(longer, piece, nbytes);
        if (copy == NULL) return merge_long(e, piece, nbytes, &e->sink);
        tp_token_sink sink = {.ids = e->vocabulary->ids, .out = ids, .capacity = TP_MOST_LONG_NBYTES};
        if (!merge_long(e, copy, nbytes, &sink)) return false;
        n_ids = sink.n;
        tp_long_pieces_put(longer, nbytes, hash, ids, n_ids);
    }
    put_ids(e, ids, n_ids);
    return true;
}

bool tp_encode_piece(tp_encoding *e, const uint8_t *piece, size_t nbytes, size_t readable_nbytes)
{
    size_t n_before = e->sink.n;
    uint8_t padded[TP_KEY_NBYTES] = {0};
    if (nbytes == 0) return true;
    if (nbytes > TP_SHORT_KEY_NBYTES) e->has_failed = !encode_long(e, piece, nbytes);
    else if (readable_nbytes >= TP_KEY_NBYTES) encode_short(e, piece, nbytes);
    else encode_short(e, memcpy(padded, piece, nbytes), nbytes);
    if (e->sink.out != NULL && e->sink.n > e->sink.capacity) {
        e->n_too_many = e->sink.n - n_before;
        e->sink.n = n_before;
    }
    return !e->has_failed && e->n_too_many == 0;
}
