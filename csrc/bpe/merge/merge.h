/* Turns the bytes of a piece into tokens by merging the pair of the lowest rank, the leftmost first. */
#ifndef TEXTPROC_BPE_MERGE_H
#define TEXTPROC_BPE_MERGE_H

#include "base/memory.h"
#include "bpe/vocabulary/vocabulary.h"
#include "textproc/bpe.h"

/* Up to about here, a linear search for the lowest pair is the fastest way; beyond, a heap is. */
enum { TP_SHORT_PIECE_NBYTES = 64 };

/* Stores the tokens of a piece of 1 … TP_SHORT_PIECE_NBYTES bytes, merging ranks below `limit`, and returns their number. */
size_t tp_merge_short(const tp_vocabulary *vocabulary, const uint8_t *piece, size_t nbytes, uint32_t limit, uint32_t *tokens);

/* Merges tokens until no more than `least` are left, or no pair ranks below `limit`, and returns their number. `ranks` holds
 * that of each token and the next one; both lists have TP_SHORT_PIECE_NBYTES places at most. */
size_t tp_merge_ranked(const tp_vocabulary *vocabulary, uint32_t limit, size_t least, uint32_t *tokens, uint32_t *ranks, size_t n);

/* The scratch memory for merging a long piece, and whom to ask whether to go on. All zero before the first piece; kept for the
 * next one. */
typedef struct tp_merger {
    tp_arena symbols;
    tp_arena heap;
    tp_arena tokens; /* of a long segment */
    tp_arena kept;   /* the bytes of a long piece that are tokens */
    tp_go_on go_on;  /* NULL: nobody */
    void *user;
    size_t n_unasked; /* bytes merged since the last question */
    bool is_stopped;
} tp_merger;

/* Frees the memory. */
void tp_merger_free(tp_merger *merger);

/* So many bytes take a few milliseconds. */
enum { TP_ASK_AFTER_NBYTES = 1 << 16 };

/* Returns whether merging may go on after work on so many bytes; asks if there was enough of it. */
static inline bool tp_merger_may_go_on(tp_merger *merger, size_t nbytes)
{
    if (merger->go_on == NULL || merger->is_stopped) return !merger->is_stopped;
    merger->n_unasked += nbytes;
    if (merger->n_unasked < TP_ASK_AFTER_NBYTES) return true;
    merger->n_unasked = 0;
    merger->is_stopped = merger->go_on(merger->user) == 0;
    return !merger->is_stopped;
}

/* The output for tokens. */
typedef struct tp_token_sink {
    const uint32_t *ids; /* ids by token number; NULL: store token numbers */
    uint32_t *out;       /* NULL: the tokens are only counted */
    size_t capacity;
    size_t n; /* may exceed `capacity`: the surplus is not stored */
} tp_token_sink;

static inline void tp_put_token(tp_token_sink *sink, uint32_t token)
{
    if (sink->n < sink->capacity) sink->out[sink->n] = sink->ids == NULL ? token : sink->ids[token];
    sink->n++;
}

/* Puts the tokens of some bytes, which are merged as a whole. Otherwise as tp_merge_piece, which chooses the fastest way. */
bool tp_merge_with_heap(const tp_vocabulary *vocabulary, tp_merger *merger, const uint8_t *piece, size_t nbytes, uint32_t limit,
                      tp_token_sink *sink);

/* Puts the tokens of a piece of any length, merging ranks below `limit`. Bytes that are no token are left out first, so that
 * their neighbours may merge, as in Hugging Face's library. Returns false, with nothing put, if memory runs out, which only
 * long pieces need, or if it may not go on. O(n log n) for n bytes in the worst case. */
bool tp_merge_piece(const tp_vocabulary *vocabulary, tp_merger *merger, const uint8_t *piece, size_t nbytes, uint32_t limit,
              tp_token_sink *sink);

/* Merges the bytes of a token until two tokens are left, and stores these and whether there are such two. Returns false if
 * memory runs out. */
bool tp_merge_to_two(const tp_vocabulary *vocabulary, tp_merger *merger, uint32_t token, uint32_t parts[2], bool *is_found);

#endif
