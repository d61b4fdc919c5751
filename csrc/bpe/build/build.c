/* Makes a vocabulary: its tokens in order of their ids, and an index of them by their bytes. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/once.h"
#include "bpe/build/by_tokens.h"
#include "bpe/build/splits.h"
#include "bpe/merge/backtrack.h"
#include "bpe/merge/characters.h"
#include "bpe/merge/merge.h"
#include "bpe/merge/parts.h"
#include "bpe/vocabulary/pair_index.h"

static _Atomic uint64_t last_serial;

/* ---- Room ----------------------------------------------------------------------------------------------------------- */

static void free_vocabulary(tp_vocabulary *v)
{
    size_t n = v->n_tokens;
    if (v->bytes != NULL) tp_release(TP_FOR_VOCABULARY, v->bytes, (size_t)v->starts[n] + TP_TOKEN_PADDING);
    tp_release(TP_FOR_VOCABULARY, v->ids, n * sizeof *v->ids);
    tp_release(TP_FOR_VOCABULARY, v->starts, (n + 1) * sizeof *v->starts);
    tp_release(TP_FOR_VOCABULARY, v->keys, n * sizeof *v->keys);
    tp_index_free(&v->index, TP_FOR_VOCABULARY);
    tp_vocabulary_free_pairs(v);
    tp_release(TP_FOR_VOCABULARY, v->parts, n * sizeof *v->parts);
    tp_token_tree_free(v->tree);
    tp_characters_free(v->characters);
    tp_release(TP_FOR_VOCABULARY, v->merged_tokens, (v->n_merges + 1) * sizeof *v->merged_tokens);
    tp_release(TP_FOR_VOCABULARY, v->byte_pairs, TP_N_BYTE_PAIRS * sizeof *v->byte_pairs);
    tp_object_freed(TP_FOR_VOCABULARY);
    tp_release(TP_FOR_VOCABULARY, v, sizeof *v);
}

void tp_vocabulary_free(tp_vocabulary *vocabulary)
{
    if (vocabulary != NULL) free_vocabulary(vocabulary);
}

void tp_vocabulary_free_at(tp_vocabulary **vocabulary)
{
    tp_vocabulary_free(*vocabulary);
    *vocabulary = NULL;
}

/* Allocates a vocabulary with room for `n_tokens` tokens, without their bytes. */
static tp_vocabulary *new_vocabulary(tp_rule rule, size_t n_tokens)
{
    tp_vocabulary *v = tp_allocate_zeroed(TP_FOR_VOCABULARY, sizeof *v);
    if (v == NULL) return NULL;
    tp_object_made(TP_FOR_VOCABULARY);
    v->serial = atomic_fetch_add(&last_serial, 1) + 1;
    v->rule = rule;
    v->hash_key = tp_hash_get_key();
    v->n_tokens = n_tokens;
    v->ids = tp_allocate(TP_FOR_VOCABULARY, n_tokens * sizeof *v->ids);
    v->starts = tp_allocate(TP_FOR_VOCABULARY, (n_tokens + 1) * sizeof *v->starts);
    v->keys = tp_allocate(TP_FOR_VOCABULARY, n_tokens * sizeof *v->keys);
    bool has_index = tp_index_renew(&v->index, TP_FOR_VOCABULARY, tp_index_size(n_tokens, TP_SMALLEST_TABLE));
    v->byte_pairs = tp_allocate(TP_FOR_VOCABULARY, TP_N_BYTE_PAIRS * sizeof *v->byte_pairs);
    if (v->ids == NULL || v->starts == NULL || v->keys == NULL || !has_index || v->byte_pairs == NULL) {
        free_vocabulary(v);
        return NULL;
    }
    memset(v->byte_pairs, 0xFF, TP_N_BYTE_PAIRS * sizeof *v->byte_pairs);
    return v;
}

static bool allocate_bytes(tp_vocabulary *v)
{
    size_t nbytes = (size_t)v->starts[v->n_tokens];
    v->bytes = tp_allocate(TP_FOR_VOCABULARY, nbytes + TP_TOKEN_PADDING);
    if (v->bytes != NULL) memset(v->bytes + nbytes, 0, TP_TOKEN_PADDING);
    return v->bytes != NULL;
}

/* ---- Tokens by their bytes ------------------------------------------------------------------------------------------ */

/* The key of a token's bytes; TP_TOKEN_PADDING bytes after them must be readable. */
static tp_key key_of(const tp_vocabulary *v, uint32_t token)
{
    const uint8_t *bytes = v->bytes + v->starts[token];
    size_t nbytes = tp_token_nbytes(v, token);
    if (nbytes <= TP_SHORT_KEY_NBYTES) return tp_short_key(bytes, nbytes);
    return tp_long_key(tp_hash(&v->hash_key, bytes, nbytes), v->starts[token]);
}

static inline bool is_equal(const void *vocabulary, uint32_t token, const void *wanted)
{
    const tp_vocabulary *v = vocabulary;
    uint32_t other = *(const uint32_t *)wanted;
    size_t nbytes = tp_token_nbytes(v, token);
    return nbytes == tp_token_nbytes(v, other) && memcmp(v->bytes + v->starts[token], v->bytes + v->starts[other], nbytes) == 0;
}

/* Puts a token into the index and returns TP_NO_TOKEN, or returns the token with the same bytes that is already in it. */
static uint32_t put_in_index(tp_vocabulary *v, uint32_t token)
{
    uint64_t hash = tp_key_hash(&v->hash_key, v->keys[token]);
    size_t slot;
    uint32_t found = tp_index_find(&v->index, hash, v, is_equal, &token, &slot);
    if (found == 0) tp_index_put(&v->index, slot, hash, token);
    return found - 1; /* 0 - 1 is TP_NO_TOKEN */
}

static void note_bytes(tp_vocabulary *v, uint32_t token)
{
    const uint8_t *bytes = v->bytes + v->starts[token];
    size_t nbytes = tp_token_nbytes(v, token);
    if (nbytes == 1) {
        v->byte_tokens[bytes[0]] = token;
        v->n_bytes++;
    }
    for (size_t i = 1; i < nbytes; i++) {
        size_t pair = (size_t)bytes[i - 1] << 8 | bytes[i];
        v->bigrams[pair / 64] |= UINT64_C(1) << (pair % 64);
    }
}

/* ---- Which tokens a piece can become as a whole --------------------------------------------------------------------- */

/* Checks whether merging a token's bytes gives that token. Returns false if memory runs out. */
static bool merges_to_itself(const tp_vocabulary *v, tp_merger *merger, uint32_t token, bool *is_whole)
{
    uint32_t made;
    tp_token_sink sink = {.out = &made, .capacity = 1};
    if (!tp_merge_piece(v, merger, v->bytes + v->starts[token], tp_token_nbytes(v, token), TP_NO_RANK, &sink)) return false;
    *is_whole = sink.n == 1 && made == token;
    return true;
}

/* With a rule of merges alone, a piece becomes a token only if the merges make it so, but then it may be looked up: this leaves
 * only those tokens in the index. */
static tp_status index_reachable(tp_vocabulary *v, tp_error *error)
{
    tp_merger merger = {0};
    bool has_memory = true;
    v->is_regular = true;
    memset(v->index.slots, 0, v->index.n_slots * sizeof *v->index.slots);
    for (uint32_t t = 0; has_memory && t < v->n_tokens; t++) {
        bool is_whole = false;
        if (tp_token_nbytes(v, t) == 0) continue;
        has_memory = merges_to_itself(v, &merger, t, &is_whole);
        if (is_whole) put_in_index(v, t);
        else v->is_regular = false;
    }
    tp_merger_free(&merger);
    return has_memory ? TP_OK : tp_fail_no_memory(error);
}

/* Makes the derived data of a vocabulary that is otherwise complete, or frees the vocabulary. */
static tp_status finish(tp_status status, tp_vocabulary *made, tp_vocabulary **vocabulary, tp_error *error)
{
    if (status == TP_OK && !(tp_parts_make(made) && tp_token_tree_make(made) && tp_characters_make(made))) status = tp_fail_no_memory(error);
    if (status == TP_OK) *vocabulary = made;
    else free_vocabulary(made);
    return status;
}

/* ---- From merges ---------------------------------------------------------------------------------------------------- */

/* The lengths of the tokens that merges make, which may double with each merge. */
static tp_status measure_merges(tp_vocabulary *v, const tp_merge *merges, tp_error *error)
{
    for (size_t t = 0; t <= TP_N_BYTES; t++) v->starts[t] = t;
    for (size_t t = TP_N_BYTES; t < v->n_tokens; t++) {
        tp_merge merge = merges[t - TP_N_BYTES];
        if (merge.left >= t || merge.right >= t) {
            return tp_fail(error, TP_INVALID_ARGUMENT, t - TP_N_BYTES, "the merge takes an id that does not exist yet");
        }
        uint64_t nbytes = tp_token_nbytes(v, merge.left) + tp_token_nbytes(v, merge.right);
        if (nbytes > UINT32_MAX || v->starts[t] > SIZE_MAX / 2 - UINT32_MAX) {
            return tp_fail(error, TP_TOO_LARGE, t - TP_N_BYTES, "the token that the merge makes is too long");
        }
        v->starts[t + 1] = v->starts[t] + nbytes;
    }
    return TP_OK;
}

static void join_merges(tp_vocabulary *v, const tp_merge *merges)
{
    for (size_t t = 0; t < v->n_tokens; t++) v->ids[t] = (uint32_t)t;
    for (size_t t = 0; t < TP_N_BYTES; t++) v->bytes[t] = (uint8_t)t;
    for (size_t t = TP_N_BYTES; t < v->n_tokens; t++) {
        uint32_t left = merges[t - TP_N_BYTES].left, right = merges[t - TP_N_BYTES].right;
        uint8_t *made = v->bytes + v->starts[t];
        memcpy(made, v->bytes + v->starts[left], tp_token_nbytes(v, left));
        memcpy(made + tp_token_nbytes(v, left), v->bytes + v->starts[right], tp_token_nbytes(v, right));
    }
    v->n_dense = v->n_tokens;
}

static tp_status fill_from_merges(tp_vocabulary *v, const tp_merge *merges, size_t n_merges, tp_error *error)
{
    tp_status status = measure_merges(v, merges, error);
    if (status != TP_OK) return status;
    if (!allocate_bytes(v) || !tp_vocabulary_allocate_pairs(v, n_merges)) return tp_fail_no_memory(error);
    join_merges(v, merges);
    for (uint32_t t = 0; t < v->n_tokens; t++) {
        v->keys[t] = key_of(v, t);
        note_bytes(v, t);
    }
    for (size_t i = 0; i < n_merges; i++) {
        if (!tp_vocabulary_put_pair(v, merges[i].left, merges[i].right, (uint32_t)(TP_N_BYTES + i))) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the pair was merged already");
        }
    }
    return index_reachable(v, error);
}

tp_status tp_vocabulary_from_merges(const tp_merge *merges, size_t n_merges, tp_vocabulary **vocabulary, tp_error *error)
{
    if (n_merges > TP_MAX_TOKENS - TP_N_BYTES) return tp_fail(error, TP_TOO_LARGE, 0, "there are too many merges");
    /* A copy, since the merges are read repeatedly and another thread must not write to them meanwhile. */
    tp_merge *own = tp_allocate(TP_FOR_WORK, (n_merges + 1) * sizeof *own);
    tp_vocabulary *made = own == NULL ? NULL : new_vocabulary(TP_RULE_MERGES, TP_N_BYTES + n_merges);
    tp_status status = made == NULL ? tp_fail_no_memory(error) : TP_OK;
    if (made != NULL) {
        if (n_merges > 0) memcpy(own, merges, n_merges * sizeof *own);
        status = finish(fill_from_merges(made, own, n_merges, error), made, vocabulary, error);
    }
    tp_release(TP_FOR_WORK, own, (n_merges + 1) * sizeof *own);
    return status;
}

/* ---- From tokens ---------------------------------------------------------------------------------------------------- */

static const char no_byte[] = "each single byte must be a token";

/* The tokens as given. */
typedef struct given {
    const uint8_t *tokens;
    size_t tokens_nbytes;
    const uint64_t *ends;
    const uint32_t *ids;
    size_t n_tokens;
    bool may_lack_bytes;
    uint64_t *order;  /* in ascending order of id: id << 32 | index of the token */
    uint64_t *starts; /* where each token begins and, after the last one, where that ends: the values of `ends` when they were
                       * read */
} given;

static int compare_numbers(const void *one, const void *other)
{
    uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;
    return (a > b) - (a < b);
}

static tp_status check_ends(const given *from, tp_error *error)
{
    from->starts[0] = 0;
    for (size_t i = 0; i < from->n_tokens; i++) {
        uint64_t start = from->starts[i], end = tp_once(from->ends[i]);
        if (end < start || end > from->tokens_nbytes) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends of tokens must ascend within the text");
        }
        from->starts[i + 1] = end;
    }
    return TP_OK;
}

static tp_status sort_ids(const given *from, tp_error *error)
{
    bool is_sorted = true;
    for (size_t i = 0; i < from->n_tokens; i++) {
        from->order[i] = tp_once(from->ids[i]) << 32 | i;
        is_sorted = is_sorted && (i == 0 || from->order[i - 1] >> 32 < from->order[i] >> 32);
    }
    if (is_sorted) return TP_OK;
    qsort(from->order, from->n_tokens, sizeof *from->order, compare_numbers);
    for (size_t i = 1; i < from->n_tokens; i++) {
        if (from->order[i - 1] >> 32 != from->order[i] >> 32) continue;
        return tp_fail(error, TP_INVALID_ARGUMENT, (uint32_t)from->order[i], "the id is that of an earlier token");
    }
    return TP_OK;
}

static void copy_in_order(tp_vocabulary *v, const given *from)
{
    for (size_t t = 0; t < v->n_tokens; t++) {
        size_t i = (uint32_t)from->order[t];
        memcpy(v->bytes + v->starts[t], from->tokens + from->starts[i], tp_token_nbytes(v, (uint32_t)t));
        v->ids[t] = (uint32_t)(from->order[t] >> 32);
        if (v->n_dense == t && v->ids[t] == t) v->n_dense++;
    }
}

static bool take_bytes(tp_vocabulary *v, const given *from)
{
    v->starts[0] = 0;
    for (size_t t = 0; t < v->n_tokens; t++) {
        size_t i = (uint32_t)from->order[t];
        v->starts[t + 1] = v->starts[t] + from->starts[i + 1] - from->starts[i];
    }
    if (!allocate_bytes(v)) return false;
    copy_in_order(v, from);
    return true;
}

static tp_status check_bytes(const tp_vocabulary *v, tp_error *error)
{
    for (size_t b = 0; b < TP_N_BYTES; b++) {
        if (v->byte_tokens[b] == TP_NO_TOKEN) return tp_fail(error, TP_INVALID_ARGUMENT, v->n_tokens + b, no_byte);
    }
    return TP_OK;
}

static tp_status index_tokens(tp_vocabulary *v, const given *from, tp_error *error)
{
    memset(v->byte_tokens, 0xFF, sizeof v->byte_tokens);
    for (uint32_t t = 0; t < v->n_tokens; t++) {
        if (tp_token_nbytes(v, t) == 0) {
            v->keys[t] = (tp_key){0, 0};
            v->n_empty++;
            continue;
        }
        v->keys[t] = key_of(v, t);
        uint32_t equal = put_in_index(v, t);
        if (equal != TP_NO_TOKEN) {
            uint32_t one = (uint32_t)from->order[equal], other = (uint32_t)from->order[t];
            return tp_fail(error, TP_INVALID_ARGUMENT, one > other ? one : other, "the token equals an earlier one");
        }
        note_bytes(v, t);
    }
    return from->may_lack_bytes ? TP_OK : check_bytes(v, error);
}

static tp_status fill_from_tokens(tp_vocabulary *v, const given *from, tp_error *error)
{
    tp_status status = check_ends(from, error);
    if (status == TP_OK) status = sort_ids(from, error);
    if (status != TP_OK) return status;
    if (!take_bytes(v, from)) return tp_fail_no_memory(error);
    return index_tokens(v, from, error);
}

/* Makes a vocabulary of tokens that have no merges yet. */
static tp_status new_from_tokens(given *from, tp_rule rule, tp_vocabulary **made, tp_error *error)
{
    if (from->n_tokens > TP_MAX_TOKENS) return tp_fail(error, TP_TOO_LARGE, 0, "there are too many tokens");
    if (from->n_tokens == 0) return tp_fail(error, TP_INVALID_ARGUMENT, 0, no_byte);
    const size_t order_nbytes = (2 * from->n_tokens + 1) * sizeof *from->order; /* and the starts, of which there is one more */
    from->order = tp_allocate(TP_FOR_WORK, order_nbytes);
    from->starts = from->order == NULL ? NULL : from->order + from->n_tokens;
    tp_vocabulary *v = new_vocabulary(rule, from->n_tokens);
    tp_status status = from->order == NULL || v == NULL ? tp_fail_no_memory(error) : fill_from_tokens(v, from, error);
    tp_release(TP_FOR_WORK, from->order, order_nbytes);
    if (status == TP_OK) *made = v;
    else tp_vocabulary_free(v);
    return status;
}

tp_status tp_vocabulary_from_tokens(const uint8_t *tokens, size_t tokens_nbytes, const uint64_t *ends, const uint32_t *ids,
                                    size_t n_tokens, bool may_lack_bytes, tp_vocabulary **vocabulary, tp_error *error)
{
    given from = {tokens, tokens_nbytes, ends, ids, n_tokens, may_lack_bytes, NULL, NULL};
    tp_vocabulary *made = NULL;
    tp_status status = new_from_tokens(&from, TP_RULE_TOKENS, &made, error);
    return status == TP_OK ? finish(tp_vocabulary_pair_tokens(made, error), made, vocabulary, error) : status;
}

/* ---- From tokens and merges ----------------------------------------------------------------------------------------- */

/* Puts in the pairs of a list up to the first invalid one, and returns their number. */
static tp_status put_merges(tp_vocabulary *v, const tp_merge *merges, size_t n_merges, size_t *n_put, tp_error *error)
{
    for (*n_put = 0; *n_put < n_merges; ++*n_put) {
        tp_merge merge = merges[*n_put];
        uint32_t left = tp_find_id(v, merge.left), right = tp_find_id(v, merge.right);
        uint64_t item = v->n_tokens + TP_N_BYTES + *n_put;
        if (left == TP_NO_TOKEN || right == TP_NO_TOKEN) {
            return tp_fail(error, TP_INVALID_ARGUMENT, item, "the merge takes an id that does not exist");
        }
        if (!tp_vocabulary_put_pair(v, left, right, (uint32_t)*n_put)) {
            return tp_fail(error, TP_INVALID_ARGUMENT, item, "the pair was merged already");
        }
    }
    return TP_OK;
}

/* Finds the tokens that the merges make: those whose bytes are the bytes of a pair. Returns false if memory runs out. */
static bool find_made(tp_vocabulary *v)
{
    tp_splits splits;
    bool has_memory = tp_splits_make(v, &splits);
    uint32_t left, right;
    for (uint32_t t = 0; has_memory && t < v->n_tokens; t++) {
        tp_splits_begin(&splits, t);
        while (tp_splits_next(&splits, &left, &right)) {
            uint32_t rank = tp_find_pair(v, left, right);
            if (rank != TP_NO_RANK) v->merged_tokens[rank] = t;
        }
    }
    tp_splits_free(&splits);
    return has_memory;
}

static tp_status take_merges(tp_vocabulary *v, const tp_merge *merges, size_t n_merges, tp_error *error)
{
    v->merged_tokens = tp_allocate(TP_FOR_VOCABULARY, (n_merges + 1) * sizeof *v->merged_tokens);
    if (v->merged_tokens != NULL) v->n_merges = n_merges;
    if (v->merged_tokens == NULL || !tp_vocabulary_allocate_pairs(v, n_merges)) return tp_fail_no_memory(error);
    memset(v->merged_tokens, 0xFF, (n_merges + 1) * sizeof *v->merged_tokens); /* TP_NO_TOKEN */
    size_t n_put;
    tp_status status = put_merges(v, merges, n_merges, &n_put, error);
    if (!find_made(v)) return tp_fail_no_memory(error);
    for (size_t i = 0; i < n_put; i++) {
        if (v->merged_tokens[i] != TP_NO_TOKEN) continue;
        return tp_fail(error, TP_INVALID_ARGUMENT, v->n_tokens + TP_N_BYTES + i, "the merge makes no token");
    }
    return status == TP_OK && v->rule == TP_RULE_MERGES ? index_reachable(v, error) : status;
}

tp_status tp_vocabulary_from_tokens_and_merges(const uint8_t *tokens, size_t tokens_nbytes, const uint64_t *ends,
                                               const uint32_t *ids, size_t n_tokens, bool may_lack_bytes, const tp_merge *merges,
                                               size_t n_merges, bool whole_pieces, tp_vocabulary **vocabulary, tp_error *error)
{
    if (n_merges > TP_MAX_MERGES) return tp_fail(error, TP_TOO_LARGE, 0, "there are too many merges");
    given from = {tokens, tokens_nbytes, ends, ids, n_tokens, may_lack_bytes, NULL, NULL};
    tp_vocabulary *made = NULL;
    tp_status status = new_from_tokens(&from, whole_pieces ? TP_RULE_WHOLE_PIECES : TP_RULE_MERGES, &made, error);
    return status == TP_OK ? finish(take_merges(made, merges, n_merges, error), made, vocabulary, error) : status;
}
