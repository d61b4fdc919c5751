/* From the bytes of a piece to its tokens without merging: the longest token that fits, then the next one, and back where two
 * do not go together. Merging takes a step for each byte, this takes one for each token. */
#ifndef TEXTPROC_BPE_BACKTRACK_H
#define TEXTPROC_BPE_BACKTRACK_H

#include "bpe/vocabulary/vocabulary.h"

/* At worst this takes the length of a piece times that of the longest token: longer pieces go by segments. */
enum { TP_BACKTRACK_NBYTES = 128 };

/* Makes a vocabulary's tree of tokens, or leaves it NULL. There is one if the parts of tokens are known (see bpe/merge/parts.h), and many
 * tokens are not ASCII: ASCII seldom has a long piece, and then merging, whose tables are at hand, is as fast. False if there is no
 * memory; what was allocated is freed with the vocabulary. */
bool tp_token_tree_make(tp_vocabulary *v);
void tp_token_tree_free(tp_token_tree *tree); /* accepts NULL */

/* Whether this is the faster way to the tokens of a piece: it is if that is long and not ASCII, for which one byte stands. */
static inline bool tp_can_backtrack(const tp_vocabulary *v, const uint8_t *piece, size_t nbytes)
{
    return v->tree != NULL && nbytes > TP_SHORT_KEY_NBYTES && nbytes <= TP_BACKTRACK_NBYTES && piece[nbytes / 2] >= 0x80;
}

/* Stores the tokens of a piece of 1 … TP_BACKTRACK_NBYTES bytes, and returns how many. There must be a tree. */
size_t tp_backtrack(const tp_vocabulary *v, const uint8_t *piece, size_t nbytes, uint32_t *tokens);

#endif
