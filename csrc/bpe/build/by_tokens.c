/* The pairs that merge where any two tokens that together are a token do. */
#include "bpe/build/by_tokens.h"

#include <string.h>

#include "base/error.h"
#include "bpe/merge/merge.h"
#include "bpe/vocabulary/pair_index.h"

/* Of each length, whether a token has it. NULL if there is no memory. */
static uint8_t *find_lengths(const tp_vocabulary *v, size_t *longest)
{
    *longest = 0;
    for (uint32_t t = 0; t < v->n_tokens; t++) {
        if (tp_token_nbytes(v, t) > *longest) *longest = tp_token_nbytes(v, t);
    }
    uint8_t *has_length = tp_allocate_zeroed(TP_FOR_WORK, *longest + 1);
    if (has_length == NULL) return NULL;
    for (uint32_t t = 0; t < v->n_tokens; t++) has_length[tp_token_nbytes(v, t)] = 1;
    return has_length;
}

/* Appends the pairs of tokens that together are this one. */
static bool append_splits(const tp_vocabulary *v, uint32_t token, const uint8_t *has_length, tp_arena *pairs)
{
    const uint8_t *bytes = v->bytes + v->starts[token];
    size_t nbytes = tp_token_nbytes(v, token);
    for (size_t i = 1; i < nbytes; i++) {
        if (!has_length[i] || !has_length[nbytes - i]) continue;
        uint32_t left = tp_find_padded(v, bytes, i);
        if (left == TP_NO_TOKEN) continue;
        uint32_t right = tp_find_padded(v, bytes + i, nbytes - i);
        if (right == TP_NO_TOKEN) continue;
        if (!tp_arena_reserve(TP_FOR_WORK, pairs, sizeof(uint64_t))) return false;
        uint64_t pair = tp_pair_slot(left, right, token);
        memcpy(pairs->data + pairs->used, &pair, sizeof pair);
        pairs->used += sizeof pair;
    }
    return true;
}

static bool append_all_splits(const tp_vocabulary *v, tp_arena *pairs)
{
    size_t longest;
    uint8_t *has_length = find_lengths(v, &longest);
    if (has_length == NULL) return false;
    uint32_t token = 0;
    while (token < v->n_tokens && append_splits(v, token, has_length, pairs)) token++;
    tp_release(TP_FOR_WORK, has_length, longest + 1);
    return token == v->n_tokens;
}

static bool put_all_splits(tp_vocabulary *v)
{
    tp_arena pairs = {0};
    bool is_done = append_all_splits(v, &pairs) && tp_vocabulary_allocate_pairs(v, pairs.used / sizeof(uint64_t));
    for (size_t i = 0; is_done && i < pairs.used; i += sizeof(uint64_t)) {
        uint64_t pair = *(const uint64_t *)(const void *)(pairs.data + i);
        tp_vocabulary_put_pair(v, tp_slot_left(pair), tp_slot_right(pair), tp_slot_rank(pair));
    }
    tp_arena_free(TP_FOR_WORK, &pairs);
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
