/* Distinct pieces of text and their counts, from which training starts. */
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

/* Pieces in order of first occurrence. All zero except the hash key is an empty table. */
typedef struct tp_piece_table {
    tp_hash_key hash_key;
    tp_index index;
    tp_counted_piece *pieces;
    size_t n_pieces;
    size_t capacity;
    tp_arena long_text; /* the parts of pieces that do not fit in a key: for each such piece its length, a size_t, and its
                         * bytes */
} tp_piece_table;

struct tp_pieces {
    tp_lock lock;
    tp_piece_table table;
};

/* Returns the bytes of a piece and their number; they may lie in `piece` itself. */
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
