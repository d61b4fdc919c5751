/* Distinct pieces of text and how often each occurs: what training begins with. */
#ifndef TEXTPROC_BPE_PIECES_H
#define TEXTPROC_BPE_PIECES_H

#include "base/index.h"
#include "base/key.h"
#include "base/lock.h"
#include "textproc/bpe.h"

typedef struct tp_counted_piece {
    tp_key key;
    uint64_t count;
} tp_counted_piece;

/* Pieces in the order in which they were first seen. All zero but for the hash key is an empty one. */
typedef struct tp_piece_table {
    tp_hash_key hash_key;
    tp_index index;
    tp_counted_piece *pieces;
    size_t n_pieces;
    size_t capacity;
    tp_arena long_text; /* what does not fit in a key: for each such piece its length, a size_t, and its bytes */
} tp_piece_table;

struct tp_pieces {
    tp_lock lock;
    tp_piece_table table;
};

/* The bytes of a piece and how many; they may lie in `piece` itself. */
static inline const uint8_t *tp_piece_text(const tp_piece_table *table, const tp_counted_piece *piece, size_t *nbytes)
{
    if (tp_key_is_long(piece->key)) {
        const uint8_t *entry = table->long_text.data + tp_long_key_start(piece->key);
        memcpy(nbytes, entry, sizeof *nbytes);
        return entry + sizeof *nbytes;
    }
    const uint8_t *text = (const uint8_t *)&piece->key;
    *nbytes = text[TP_SHORT_KEY_NBYTES];
    return text;
}

#endif
