/* Which pairs of tokens of a vocabulary merge: the index of them, and the list that it says the same as. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "bpe/merge.h"
#include "bpe/splits.h"
#include "bpe/vocabulary.h"

/* ---- The index ------------------------------------------------------------------------------------------------------ */

size_t tp_vocabulary_table_size(size_t n)
{
    size_t size = 16;
    while (size / 2 < n) size *= 2;
    return size;
}

static size_t filter_nbytes(const tp_vocabulary *v) { return (v->n_pair_slots << TP_FILTER_BITS) / 8; }

void tp_vocabulary_free_pairs(tp_vocabulary *v)
{
    tp_release(TP_FOR_VOCABULARY, v->pairs, v->n_pair_slots * sizeof *v->pairs);
    tp_release(TP_FOR_VOCABULARY, v->pair_filter, filter_nbytes(v));
    v->pairs = v->pair_filter = NULL;
    v->n_pair_slots = 0;
}

bool tp_vocabulary_allocate_pairs(tp_vocabulary *v, size_t n_pairs)
{
    v->n_pair_slots = tp_vocabulary_table_size(n_pairs);
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
    uint64_t key = tp_pair_key(left, right);
    uint64_t hash = key * v->pair_multiplier, bit = hash >> (v->pair_shift - TP_FILTER_BITS);
    size_t i = (size_t)(hash >> v->pair_shift);
    for (; v->pairs[i] != 0; i = (i + 1) & (v->n_pair_slots - 1)) {
        if (v->pairs[i] >> TP_RANK_BITS == key) return false;
    }
    v->pairs[i] = key << TP_RANK_BITS | rank;
    v->pair_filter[bit / 64] |= UINT64_C(1) << (bit % 64);
    if (tp_token_nbytes(v, left) == 1 && tp_token_nbytes(v, right) == 1) {
        v->byte_pairs[(size_t)v->bytes[v->starts[left]] << 8 | v->bytes[v->starts[right]]] = rank;
    }
    return true;
}

/* ---- By the rule of tokens ------------------------------------------------------------------------------------------ */

static size_t count_splits(const tp_vocabulary *v, tp_splits *splits)
{
    size_t n = 0;
    uint32_t left, right;
    for (uint32_t t = 0; t < v->n_tokens; t++) {
        tp_splits_begin(splits, t);
        while (tp_splits_next(splits, &left, &right)) n++;
    }
    return n;
}

static void put_splits(tp_vocabulary *v, tp_splits *splits)
{
    uint32_t left, right;
    for (uint32_t t = 0; t < v->n_tokens; t++) {
        tp_splits_begin(splits, t);
        while (tp_splits_next(splits, &left, &right)) tp_vocabulary_put_pair(v, left, right, t);
    }
}

static bool put_all_splits(tp_vocabulary *v)
{
    tp_splits splits;
    bool is_done = tp_splits_make(v, &splits) && tp_vocabulary_allocate_pairs(v, count_splits(v, &splits));
    if (is_done) put_splits(v, &splits);
    tp_splits_free(&splits);
    return is_done;
}

/* The two tokens that all merges of lower ranks leave of each token. If they leave more of one, the vocabulary is not regular.
 * False if there is no memory. */
static bool put_last_merges(tp_vocabulary *v, tp_merger *merger)
{
    v->is_regular = true;
    for (uint32_t t = 0; v->is_regular && t < v->n_tokens; t++) {
        uint32_t parts[2];
        tp_token_sink sink = {.out = parts, .capacity = 2};
        if (tp_token_nbytes(v, t) == 1) continue;
        if (!tp_merge_piece(v, merger, v->bytes + v->starts[t], tp_token_nbytes(v, t), t, &sink)) return false;
        v->is_regular = sink.n == 2;
        if (v->is_regular) tp_vocabulary_put_pair(v, parts[0], parts[1], t);
        else v->irregular_id = v->ids[t];
    }
    return true;
}

/* Any two tokens that together are a token merge. But if each token is what merging makes of its bytes, as it is after
 * training, only its last two parts ever meet: wherever two tokens stand side by side, merging has gone as it would have gone
 * within their bytes alone, and there it came to those two. A table of these pairs alone is several times smaller and soon
 * made. */
tp_status tp_vocabulary_pair_tokens(tp_vocabulary *v, tp_error *error)
{
    tp_merger merger = {0};
    bool has_memory = tp_vocabulary_allocate_pairs(v, v->n_tokens) && put_last_merges(v, &merger);
    tp_merger_free(&merger);
    if (has_memory && !v->is_regular) {
        tp_vocabulary_free_pairs(v);
        memset(v->byte_pairs, 0xFF, TP_N_BYTE_PAIRS * sizeof *v->byte_pairs);
        has_memory = put_all_splits(v);
    }
    return has_memory ? TP_OK : tp_fail_no_memory(error);
}

/* ---- The list ------------------------------------------------------------------------------------------------------- */

/* The numbers of tokens of more than a byte are their merges' places in the list, but for the bytes before them. */
static void number_merges(const tp_vocabulary *v, uint32_t *places)
{
    for (uint32_t t = 0, n = 0; t < v->n_tokens; t++) {
        places[t] = n;
        n += tp_token_nbytes(v, t) > 1;
    }
}

static void list_merges(const tp_vocabulary *v, const uint32_t *places, tp_merge *merges)
{
    for (size_t i = 0; i < v->n_pair_slots; i++) {
        uint64_t slot = v->pairs[i];
        if (slot == 0) continue;
        size_t place = places == NULL ? tp_slot_rank(slot) : places[tp_slot_rank(slot)];
        merges[place] = (tp_merge){v->ids[tp_slot_left(slot)], v->ids[tp_slot_right(slot)]};
    }
}

static size_t count_merges(const tp_vocabulary *v) { return v->made != NULL ? v->n_made : v->n_tokens - TP_N_BYTES; }

tp_status tp_vocabulary_get_merges(const tp_vocabulary *vocabulary, tp_merge *merges, size_t capacity, size_t *n_merges,
                                   tp_error *error)
{
    *n_merges = count_merges(vocabulary);
    if (*n_merges > capacity) return tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the merges");
    if (vocabulary->rule == TP_RULE_TOKENS && !vocabulary->is_regular) {
        return tp_fail(error, TP_INVALID_ARGUMENT, vocabulary->irregular_id, "the token is not made of two before it");
    }
    if (vocabulary->made != NULL) {
        list_merges(vocabulary, NULL, merges);
        return TP_OK;
    }
    uint32_t *places = tp_allocate(TP_FOR_WORK, vocabulary->n_tokens * sizeof *places);
    if (places == NULL) return tp_fail_no_memory(error);
    number_merges(vocabulary, places);
    list_merges(vocabulary, places, merges);
    tp_release(TP_FOR_WORK, places, vocabulary->n_tokens * sizeof *places);
    return TP_OK;
}
