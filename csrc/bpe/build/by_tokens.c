/* The pairs that merge if any two tokens whose joined bytes are a token merge. */
#include "bpe/build/by_tokens.h"

#include <string.h>

#include "base/error.h"
#include "bpe/build/splits.h"
#include "bpe/merge/merge.h"
#include "bpe/vocabulary/pair_index.h"

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

/* Finds, for each token, the two tokens that all merges of lower ranks leave of it. If more than two are left of one, the
 * vocabulary is not regular. Returns false if memory runs out. */
static bool put_last_merges(tp_vocabulary *v, tp_merger *merger)
{
    v->is_regular = true;
    for (uint32_t t = 0; v->is_regular && t < v->n_tokens; t++) {
        uint32_t parts[2];
        tp_token_sink sink = {.out = parts, .capacity = 2};
        if (tp_token_nbytes(v, t) <= 1) continue;
        if (!tp_merge_piece(v, merger, v->bytes + v->starts[t], tp_token_nbytes(v, t), t, &sink)) return false;
        v->is_regular = sink.n == 2 && !tp_has_absent(v, v->bytes + v->starts[t], tp_token_nbytes(v, t));
        if (v->is_regular) tp_vocabulary_put_pair(v, parts[0], parts[1], t);
        else v->irregular_id = v->ids[t];
    }
    return true;
}

static bool renew_pairs(tp_vocabulary *v, size_t n)
{
    tp_vocabulary_free_pairs(v);
    memset(v->byte_pairs, 0xFF, TP_N_BYTE_PAIRS * sizeof *v->byte_pairs);
    return tp_vocabulary_allocate_pairs(v, n);
}

/* Finds, with all pairs in place, the two tokens of which each token is made, and keeps these pairs alone; a token has none if
 * more than two are left of its bytes. Returns false if memory runs out. */
static bool keep_last_merges(tp_vocabulary *v, tp_merger *merger)
{
    tp_merge *parts = tp_allocate(TP_FOR_WORK, v->n_tokens * sizeof *parts);
    bool has_memory = parts != NULL;
    size_t n_found = 0;
    for (uint32_t t = 0; has_memory && t < v->n_tokens; t++) {
        uint32_t two[2] = {0, 0};
        bool is_found = false;
        has_memory = tp_merge_to_two(v, merger, t, two, &is_found);
        parts[t] = is_found ? (tp_merge){two[0], two[1]} : (tp_merge){TP_NO_TOKEN, TP_NO_TOKEN};
        n_found += is_found;
    }
    has_memory = has_memory && renew_pairs(v, n_found);
    for (uint32_t t = 0; has_memory && t < v->n_tokens; t++) {
        if (parts[t].left != TP_NO_TOKEN) tp_vocabulary_put_pair(v, parts[t].left, parts[t].right, t);
    }
    tp_release(TP_FOR_WORK, parts, v->n_tokens * sizeof *parts);
    return has_memory;
}

/* Any two tokens whose joined bytes are a token merge. But wherever two such tokens stand side by side, merging has proceeded
 * as it would within their bytes alone, and there two tokens were left: these are the only two that ever become that token. A
 * table of these pairs alone is several times smaller. If each token is what merging makes of its bytes with lower ranks alone,
 * as after training, the table is made without the other pairs. */
tp_status tp_vocabulary_pair_tokens(tp_vocabulary *v, tp_error *error)
{
    tp_merger merger = {0};
    bool has_memory = tp_vocabulary_allocate_pairs(v, v->n_tokens) && put_last_merges(v, &merger);
    if (has_memory && !v->is_regular) {
        tp_vocabulary_free_pairs(v);
        memset(v->byte_pairs, 0xFF, TP_N_BYTE_PAIRS * sizeof *v->byte_pairs);
        has_memory = put_all_splits(v) && keep_last_merges(v, &merger);
    }
    tp_merger_free(&merger);
    return has_memory ? TP_OK : tp_fail_no_memory(error);
}
