/* The two tokens of which each token is made, and a test with them: which two tokens merging leaves side by side. */
#ifndef TEXTPROC_BPE_PARTS_H
#define TEXTPROC_BPE_PARTS_H

#include "bpe/vocabulary/pair_index.h"

/* Finds the parts of a vocabulary's tokens, or leaves them NULL. The parts are known if each token is what merging makes of its
 * bytes, the first ones are the bytes, and the others are numbered in the order of the merges that make them. Returns false if
 * memory runs out; what was allocated is freed with the vocabulary. */
bool tp_parts_make(tp_vocabulary *v);

/* Returns whether merging leaves two tokens side by side; the parts must be known. A row of tokens is what merging makes of its
 * bytes if, and only if, this holds for each two neighbours (found by the crate `bpe` of GitHub's rust-gems). The test undoes
 * merges, the latest first and, of equal ones, the right one first, since merging does the leftmost first. If two tokens along
 * the seam would have merged before the undone one, merging never leaves these two. */
static inline bool tp_is_valid_pair(const tp_vocabulary *v, uint32_t left, uint32_t right)
{
    const tp_merge *parts = v->parts;
    uint32_t limit = TP_NO_TOKEN;
    for (;;) {
        uint32_t rank = tp_find_pair(v, left, right);
        if (rank != TP_NO_RANK && tp_merged_token(v, rank) < limit) return false;
        if (left < v->n_bytes && right < v->n_bytes) return true;
        if (left > right) {
            limit = left;
            left = parts[left].right;
        } else {
            limit = right + 1;
            right = parts[right].left;
        }
    }
}

#endif
