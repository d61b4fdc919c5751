/* What was read in vain, so that it is not read again and again.
 *
 * After a match, a machine may read on for a better one and find none. If another match reaches the same state at the same place,
 * it will find none either. Such pairs are kept for some places only, and only after TP_MEMO_LEAST bytes in vain, so that memory
 * is bounded: the places lie the farther apart the more there is to keep. Without memory there is no memo, which costs time. */
#ifndef TEXTPROC_BPE_SPLIT_MEMO_H
#define TEXTPROC_BPE_SPLIT_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TP_MEMO_LEAST = 64,
    TP_MEMO_SLOTS = 1 << 21 /* 16 MB at most */
};

/* All zero but `base` is an empty memo. */
typedef struct tp_memo {
    const uint8_t *base;
    uint64_t *slots; /* a place, a state and a step; 0 is a free slot */
    size_t n_slots, n;
    unsigned level; /* the step that uses the memo now */
    unsigned doublings; /* of the distance between two places */
    bool is_off;
} tp_memo;

/* How far behind the base the next place is at which to ask, at least `nbytes` behind `p`. */
static inline size_t tp_memo_next(const tp_memo *memo, const uint8_t *p, size_t nbytes)
{
    size_t distance = (size_t)TP_MEMO_LEAST << memo->doublings, offset = (size_t)(p - memo->base) + nbytes;
    return (offset + distance - 1) & ~(distance - 1);
}

/* Whether reading from a place in a state was in vain before. */
bool tp_memo_has(const tp_memo *memo, const uint8_t *place, size_t state);

/* Keeps a place and a state. Places before `start` are not asked for any more. */
void tp_memo_put(tp_memo *memo, const uint8_t *place, size_t state, const uint8_t *start);

void tp_memo_free(tp_memo *memo);

#endif
