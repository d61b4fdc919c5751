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
    uint64_t most_nbytes; /* of all text that was counted: at most so many. Bounds the sums that a training makes */
};

/* Far more text than there is. */
#define TP_MOST_COUNTED_NBYTES ((UINT64_C(1) << 48) - 1)

tp_piece_table tp_piece_table_empty(void);
void tp_piece_table_free(tp_piece_table *table);

/* Makes room for `n_pieces` more pieces, where those too long for a key have `long_nbytes` in all (the size of a length more for
 * each of them). Returns false, with nothing visible changed, if memory runs out. */
bool tp_piece_table_reserve(tp_piece_table *table, size_t n_pieces, size_t long_nbytes);

/* The key of a piece, to look it up. Reads no other bytes. */
tp_key tp_piece_key(const tp_piece_table *table, const uint8_t *text, size_t nbytes);

/* Returns the number plus 1 of a piece with this key, or 0. */
uint32_t tp_piece_table_find(const tp_piece_table *table, tp_key key, const uint8_t *text, size_t nbytes);

/* Appends a piece that is not in the table; there must be room for it. */
void tp_piece_table_append(tp_piece_table *table, tp_key key, const uint8_t *text, size_t nbytes, uint64_t count);

/* The bytes of the arena that a piece needs. */
static inline size_t tp_long_piece_nbytes(size_t nbytes) { return nbytes > TP_SHORT_KEY_NBYTES ? nbytes + sizeof nbytes : 0; }

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
