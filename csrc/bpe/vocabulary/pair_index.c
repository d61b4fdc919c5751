/* The pairs of tokens of a vocabulary that merge: their index, and the equivalent list. */
#include "bpe/vocabulary/pair_index.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* ---- The index ------------------------------------------------------------------------------------------------------ */

static size_t filter_nbytes(const tp_vocabulary *v) { return (v->n_pair_slots << TP_FILTER_BITS) / 8; }

void tp_vocabulary_free_pairs(tp_vocabulary *v)
{
    tp_release(TP_FOR_VOCABULARY, v->pairs, v->n_pair_slots * sizeof *v->pairs);
    tp_release(TP_FOR_VOCABULARY, v->pair_filter, filter_nbytes(v));
    v->pairs = v->pair_filter = NULL;
    v->n_pair_slots = v->n_pairs = 0;
}

bool tp_vocabulary_allocate_pairs(tp_vocabulary *v, size_t n_pairs)
{
    v->n_pair_slots = tp_index_size(n_pairs, TP_SMALLEST_TABLE);
    v->pairs = tp_allocate_zeroed(TP_FOR_VOCABULARY, v->n_pair_slots * sizeof *v->pairs);
    v->pair_filter = tp_allocate_zeroed(TP_FOR_VOCABULARY, filter_nbytes(v));
    if (v->pairs == NULL || v->pair_filter == NULL) return false;
    v->pair_multiplier = v->hash_key.word[0] | 1; /* odd and random: nobody can choose pairs that collide */
    v->pair_shift = 64;
    for (size_t size = v->n_pair_slots; size > 1; size /= 2) v->pair_shift--;
    return true;
}

bool tp_vocabulary_put_pair(tp_vocabulary *v, uint32_t left, uint32_t right, uint32_t rank)
{
    uint64_t key = tp_pair_key(left, right), hash = key * v->pair_multiplier;
    uint64_t bit = hash >> (v->pair_shift - TP_FILTER_BITS);
    size_t i = (size_t)(hash >> v->pair_shift);
    for (; v->pairs[i] != 0; i = tp_index_next(v->n_pair_slots, i, 1)) {
        if (v->pairs[i] >> TP_RANK_BITS == key) return false;
    }
    v->pairs[i] = tp_pair_slot(left, right, rank);
    v->pair_filter[bit / 64] |= UINT64_C(1) << (bit % 64);
    v->n_pairs++;
    if (tp_token_nbytes(v, left) == 1 && tp_token_nbytes(v, right) == 1) {
        v->byte_pairs[(size_t)v->bytes[v->starts[left]] << 8 | v->bytes[v->starts[right]]] = rank;
    }
    return true;
}

/* ---- The list ------------------------------------------------------------------------------------------------------- */

/* Stores the place of each pair's rank in the list: ranks are tokens, and not all of them are made by a pair. */
static void number_pairs(const tp_vocabulary *v, uint32_t *places)
{
    memset(places, 0, v->n_tokens * sizeof *places);
    for (size_t i = 0; i < v->n_pair_slots; i++) {
        if (v->pairs[i] != 0) places[tp_slot_rank(v->pairs[i])] = 1;
    }
    for (uint32_t t = 0, n = 0; t < v->n_tokens; t++) {
        uint32_t is_made = places[t];
        places[t] = n;
        n += is_made;
    }
}

static void list_pairs(const tp_vocabulary *v, const uint32_t *places, tp_merge *merges)
{
    for (size_t i = 0; i < v->n_pair_slots; i++) {
        uint64_t slot = v->pairs[i];
        if (slot == 0) continue;
        size_t place = places == NULL ? tp_slot_rank(slot) : places[tp_slot_rank(slot)];
        merges[place] = (tp_merge){v->ids[tp_slot_left(slot)], v->ids[tp_slot_right(slot)]};
    }
}

tp_status tp_vocabulary_get_pairs(const tp_vocabulary *vocabulary, tp_merge *pairs, size_t capacity, size_t *n_pairs,
                                  tp_error *error)
{
    *n_pairs = vocabulary->n_pairs;
    if (*n_pairs > capacity) return tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the pairs");
    if (vocabulary->merged_tokens != NULL) {
        list_pairs(vocabulary, NULL, pairs);
        return TP_OK;
    }
    uint32_t *places = tp_allocate(TP_FOR_WORK, vocabulary->n_tokens * sizeof *places);
    if (places == NULL) return tp_fail_no_memory(error);
    number_pairs(vocabulary, places);
    list_pairs(vocabulary, places, pairs);
    tp_release(TP_FOR_WORK, places, vocabulary->n_tokens * sizeof *places);
    return TP_OK;
}

tp_status tp_vocabulary_get_merges(const tp_vocabulary *vocabulary, tp_merge *merges, size_t capacity, size_t *n_merges,
                                   tp_error *error)
{
    if (vocabulary->rule == TP_RULE_TOKENS && !vocabulary->is_regular) {
        *n_merges = vocabulary->n_tokens - vocabulary->n_bytes - vocabulary->n_empty;
        if (*n_merges > capacity) return tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the merges");
        return tp_fail(error, TP_INVALID_ARGUMENT, vocabulary->irregular_id, "the token is not made of two before it");
    }
    return tp_vocabulary_get_pairs(vocabulary, merges, capacity, n_merges, error);
}
