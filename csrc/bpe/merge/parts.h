/* What tokens are made of, and what that tells: which two of them merging leaves side by side. */
#ifndef TEXTPROC_BPE_PARTS_H
#define TEXTPROC_BPE_PARTS_H

#include "bpe/vocabulary/pair_index.h"

/* Finds the parts of a vocabulary's tokens, or leaves them NULL: they are known if each token is what merging makes of its bytes,
 * the first 256 are the bytes, and the others are numbered in the order of the merges that make them. False if there is no memory;
 * what was allocated is freed with the vocabulary. */
bool tp_parts_make(tp_vocabulary *v);

/* Whether merging leaves two tokens side by side, if the parts are known: a row of tokens is what merging makes of its bytes if,
 * and only if, this is so of each two neighbours (found by the crate `bpe` of GitHub's rust-gems). Merges are undone, the latest
 * first, of equal ones that on the right, since the leftmost is done first: if two tokens along the seam would have merged before
 * what was undone, it never came to these two. */
static inline bool tp_is_valid_pair(const tp_vocabulary *v, uint32_t left, uint32_t right)
{
    const tp_merge *parts = v->parts;
    uint32_t limit = TP_NO_TOKEN;
    for (;;) {
        uint32_t rank = tp_find_pair(v, left, right);
        if (rank != TP_NO_RANK && tp_merged_token(v, rank) < limit) return false;
        if (left < TP_N_BYTES && right < TP_N_BYTES) return true;
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
