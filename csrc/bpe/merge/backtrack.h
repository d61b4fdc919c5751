/* Turns the bytes of a piece into tokens without merging: takes the longest token that fits, then the next one, and goes back
 * if two tokens do not fit together. Merging takes a step for each byte, this takes one for each token. */
#ifndef TEXTPROC_BPE_BACKTRACK_H
#define TEXTPROC_BPE_BACKTRACK_H

#include "bpe/vocabulary/vocabulary.h"

/* In the worst case the time is the length of a piece times that of the longest token: longer pieces are processed in
 * segments. */
enum { TP_BACKTRACK_NBYTES = 128 };

/* Builds a vocabulary's tree of tokens, or leaves it NULL. There is a tree if the parts of tokens are known (see
 * bpe/merge/parts.h) and many tokens are not ASCII: ASCII text seldom has long pieces, and for short ones merging, whose tables
 * are close, is as fast. Returns false if memory runs out; what was allocated is freed with the vocabulary. */
bool tp_token_tree_make(tp_vocabulary *v);
void tp_token_tree_free(tp_token_tree *tree); /* accepts NULL */

/* Returns whether this is the faster way to the tokens of a piece: it is for long pieces that are not ASCII, judged by one
 * byte. */
static inline bool tp_can_backtrack(const tp_vocabulary *v, const uint8_t *piece, size_t nbytes)
{
    return v->tree != NULL && nbytes > TP_SHORT_KEY_NBYTES && nbytes <= TP_BACKTRACK_NBYTES && piece[nbytes / 2] >= 0x80;
}

/* Stores the tokens of a piece of 1 … TP_BACKTRACK_NBYTES bytes and returns their number. There must be a tree. */
size_t tp_backtrack(const tp_vocabulary *v, const uint8_t *piece, size_t nbytes, uint32_t *tokens);

#endif
