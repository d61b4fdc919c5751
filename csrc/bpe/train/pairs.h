/* The pairs of adjacent tokens: look-up by tokens, and a queue in the order in which they are to be merged. */
#ifndef TEXTPROC_BPE_PAIRS_H
#define TEXTPROC_BPE_PAIRS_H

#include "base/hash.h"
#include "base/index.h"

typedef struct tp_pair {
    uint32_t left, right;
    uint64_t count;       /* how often it occurs now, including overlapping occurrences; 0 after it has been merged */
    uint32_t positions;   /* where its list of positions begins or, for a single one, the position itself */
    uint32_t n_positions; /* its number of occurrences when it was created; positions that are out of date stay in the list */
    uint32_t next;        /* the next pair in the same bucket of the queue */
} tp_pair;

/* The values that the queue compares are copied into it. Counts fall meanwhile; that is noticed when the pair reaches the
 * top. */
typedef struct tp_queued {
    uint64_t count;
    uint64_t tokens; /* left and right in one number */
    uint32_t pair;
} tp_queued;

/* Pairs that occur less often than this wait in buckets, one for each count, until all others are done: nearly all of them
 * never reach the top, and a bucket costs next to nothing. */
enum { TP_N_BUCKETS = 4096 };

#define TP_NO_PAIR UINT32_MAX
#define TP_MAX_PAIRS ((size_t)INT32_MAX)

typedef struct tp_pairs {
    tp_hash_key hash_key;
    tp_pair *pairs;
    size_t n_pairs, capacity;
    tp_index index;
    /* All pairs of at least `level` occurrences, the next one on top, each item before the four at 4 i + 1 … 4 i + 4. */
    tp_queued *heap;
    size_t n_heap, heap_capacity;
    uint64_t level;
    uint32_t buckets[TP_N_BUCKETS];      /* the first pair of each bucket, or TP_NO_PAIR */
    uint32_t bucket_sizes[TP_N_BUCKETS];
} tp_pairs;

void tp_pairs_init(tp_pairs *pairs);
void tp_pairs_free(tp_pairs *pairs);

/* Makes room for `n` more pairs, of which there are at most TP_MAX_PAIRS. Returns false, with nothing changed, if memory runs
 * out. */
bool tp_pairs_reserve(tp_pairs *pairs, size_t n);

/* Adds a pair that is not there and occurs at least once, and returns its number; there must be room. */
uint32_t tp_pairs_add(tp_pairs *pairs, const tp_pair *pair);

/* Returns the pair of these tokens, which must be there. */
tp_pair *tp_pairs_find(const tp_pairs *pairs, uint32_t left, uint32_t right);

/* Returns the number of the pair of these tokens, or TP_NO_PAIR. */
uint32_t tp_pairs_look_up(const tp_pairs *pairs, uint32_t left, uint32_t right);

/* Stores the number of the pair to be merged next, or TP_NO_PAIR if none occurs any more. Returns false if memory runs out. The
 * pair stays in the queue until its count is 0. */
bool tp_pairs_peek(tp_pairs *pairs, uint32_t *number);

/* Takes the pair that tp_pairs_peek has just found out of the queue: it will never be merged, though it still occurs. */
void tp_pairs_drop(tp_pairs *pairs);

#endif
