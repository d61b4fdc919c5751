/* From the bytes of a piece to its tokens, by merging the pair of the lowest rank, the leftmost first. */
#ifndef TEXTPROC_BPE_MERGE_H
#define TEXTPROC_BPE_MERGE_H

#include "base/memory.h"
#include "bpe/vocabulary/vocabulary.h"

/* Looking through all pairs for the lowest one is the fastest way up to about here; a heap is beyond. */
enum { TP_SHORT_PIECE_NBYTES = 64 };

/* Stores the tokens of a piece of 1 … TP_SHORT_PIECE_NBYTES bytes, merging ranks below `limit`, and returns how many. */
size_t tp_merge_short(const tp_vocabulary *vocabulary, const uint8_t *piece, size_t nbytes, uint32_t limit, uint32_t *tokens);

/* What merging a long piece takes; all zero before the first one. Kept for the next one. */
typedef struct tp_merger {
    tp_arena symbols;
    tp_arena heap;
    tp_arena tokens; /* of a long segment */
} tp_merger;

void tp_merger_free(tp_merger *merger);

/* Where tokens go. */
typedef struct tp_token_sink {
    const uint32_t *ids; /* of the tokens, by number; NULL: these are wanted */
    uint32_t *out;       /* NULL: they are only counted */
    size_t capacity;
    size_t n; /* may become more than `capacity`: these are not stored */
} tp_token_sink;

static inline void tp_put_token(tp_token_sink *sink, uint32_t token)
{
    if (sink->n < sink->capacity) sink->out[sink->n] = sink->ids == NULL ? token : sink->ids[token];
    sink->n++;
}

/* Puts the tokens of some bytes, all of which are looked at together. Otherwise as tp_merge_piece, which chooses the fastest way. */
bool tp_merge_with_heap(const tp_vocabulary *vocabulary, tp_merger *merger, const uint8_t *piece, size_t nbytes, uint32_t limit,
                      tp_token_sink *sink);

/* Puts the tokens of a piece of any length, merging ranks below `limit`. False, with nothing put, if there is no memory, which
 * only long pieces need. n bytes take O(n log n) at worst. */
bool tp_merge_piece(const tp_vocabulary *vocabulary, tp_merger *merger, const uint8_t *piece, size_t nbytes, uint32_t limit,
              tp_token_sink *sink);

#endif
