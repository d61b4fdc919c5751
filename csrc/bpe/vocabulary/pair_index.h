/* The index of the pairs of tokens that merge, by their two tokens. */
#ifndef TEXTPROC_BPE_VOCABULARY_PAIR_INDEX_H
#define TEXTPROC_BPE_VOCABULARY_PAIR_INDEX_H

#include "bpe/vocabulary/vocabulary.h"

/* The filter has 2^2 bits for each slot: one in eight pairs that do not merge passes it. */
enum { TP_FILTER_BITS = 2 };

static inline uint64_t tp_pair_key(uint32_t left, uint32_t right) { return ((uint64_t)left << TP_TOKEN_BITS | right) + 1; }

/* The contents of a slot: the pair's key and its rank. */
static inline uint64_t tp_pair_slot(uint32_t left, uint32_t right, uint32_t rank)
{
    return tp_pair_key(left, right) << TP_RANK_BITS | rank;
}

/* The two tokens of a used slot, and their rank. */
static inline uint32_t tp_slot_left(uint64_t slot) { return (uint32_t)(((slot >> TP_RANK_BITS) - 1) >> TP_TOKEN_BITS); }

static inline uint32_t tp_slot_right(uint64_t slot)
{
    return (uint32_t)((slot >> TP_RANK_BITS) - 1) & ((UINT32_C(1) << TP_TOKEN_BITS) - 1);
}

static inline uint32_t tp_slot_rank(uint64_t slot) { return (uint32_t)slot & TP_MAX_MERGES; }

/* Starts to load the slot of two tokens, which mostly lies outside the near caches, while another pair is looked up. */
static inline void tp_prefetch_pair(const tp_vocabulary *vocabulary, uint32_t left, uint32_t right)
{
    uint64_t hash = tp_pair_key(left, right) * vocabulary->pair_multiplier;
    TP_PREFETCH(&vocabulary->pairs[(size_t)(hash >> vocabulary->pair_shift)]);
}

/* Returns the rank of two adjacent tokens; TP_NO_RANK if they do not merge. */
static inline uint32_t tp_find_pair(const tp_vocabulary *vocabulary, uint32_t left, uint32_t right)
{
    uint64_t key = tp_pair_key(left, right), hash = key * vocabulary->pair_multiplier;
    uint64_t bit = hash >> (vocabulary->pair_shift - TP_FILTER_BITS);
    if ((vocabulary->pair_filter[bit / 64] >> (bit % 64) & 1) == 0) return TP_NO_RANK;
    const size_t n_slots = vocabulary->n_pair_slots;
    for (size_t slot = (size_t)(hash >> vocabulary->pair_shift);; slot = tp_index_next(n_slots, slot, 1)) {
        uint64_t found = vocabulary->pairs[slot];
        if (found >> TP_RANK_BITS == key) return (uint32_t)found & TP_MAX_MERGES;
        if (found == 0) return TP_NO_RANK;
    }
}

/* ---- While it is made ----------------------------------------------------------------------------------------------- */

/* Makes room for `n_pairs` pairs. Returns false if memory runs out; what was allocated is freed with the vocabulary. */
bool tp_vocabulary_allocate_pairs(tp_vocabulary *v, size_t n_pairs);
void tp_vocabulary_free_pairs(tp_vocabulary *v);

/* Adds a pair of tokens that merges with this rank. Returns false if the pair is already there. */
bool tp_vocabulary_put_pair(tp_vocabulary *v, uint32_t left, uint32_t right, uint32_t rank);

#endif
