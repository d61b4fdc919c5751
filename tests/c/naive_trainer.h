/* Training by the simplest way: count all pairs, merge the best one everywhere, repeat. */
#ifndef TEXTPROC_TESTS_NAIVE_TRAINER_H
#define TEXTPROC_TESTS_NAIVE_TRAINER_H

#include "support.h"

#ifndef MAX_TOKENS
#define MAX_TOKENS 400
#define MAX_TEXT 4096
#endif

/* A text and where its pieces end. */
typedef struct sample {
    uint8_t text[MAX_TEXT];
    size_t nbytes;
    uint64_t ends[MAX_TEXT];
    size_t n;
} sample;

/* All pieces as tokens; a token of NOTHING stands between any two pieces. */
typedef struct naive {
    uint32_t tokens[2 * MAX_TEXT];
    size_t n;
    uint32_t n_tokens;
    size_t lengths[MAX_TOKENS];
    uint64_t counts[MAX_TOKENS][MAX_TOKENS];
} naive;

/* What a training leaves out. */
typedef struct naive_limits {
    uint64_t least_count;
    size_t most_nbytes;
} naive_limits;

static const naive_limits NO_LIMITS = {0, SIZE_MAX};

#define NOTHING UINT32_MAX

static inline void naive_fill(naive *all, const sample *from)
{
    size_t start = 0;
    all->n = 0;
    all->n_tokens = 256;
    for (size_t i = 0; i < 256; i++) all->lengths[i] = 1;
    for (size_t i = 0; i < from->n; start = (size_t)from->ends[i++]) {
        for (size_t j = start; j < from->ends[i]; j++) all->tokens[all->n++] = from->text[j];
        all->tokens[all->n++] = NOTHING;
    }
}

static inline uint32_t rank_of(uint32_t token, tp_tie_break tie_break)
{
    if (tie_break == TP_TIE_RUSTBPE || token >= 256) return token;
    uint32_t rank = 0;
    bool is_plain = (token >= 33 && token <= 126) || (token >= 161 && token <= 172) || token >= 174;
    for (uint32_t other = 0; other < 256; other++) {
        bool other_is_plain = (other >= 33 && other <= 126) || (other >= 161 && other <= 172) || other >= 174;
        rank += other_is_plain == is_plain ? other < token : other_is_plain;
    }
    return rank;
}

static inline uint64_t *naive_count_at(naive *all, size_t place)
{
    static uint64_t no_pair;
    bool is_pair = place + 1 < all->n && all->tokens[place] != NOTHING && all->tokens[place + 1] != NOTHING;
    return is_pair ? &all->counts[all->tokens[place]][all->tokens[place + 1]] : &no_pair;
}

/* Returns the best pair within the limits, or one of NOTHING. */
static inline tp_merge naive_best(naive *all, tp_tie_break tie_break, naive_limits limits)
{
    tp_merge best = {NOTHING, NOTHING};
    uint64_t best_count = 0, best_rank = 0;
    for (size_t i = 0; i < all->n; i++) *naive_count_at(all, i) = 0;
    for (size_t i = 0; i < all->n; i++) ++*naive_count_at(all, i);
    for (size_t i = 0; i + 1 < all->n; i++) {
        uint32_t left = all->tokens[i], right = all->tokens[i + 1];
        uint64_t count = *naive_count_at(all, i);
        if (left == NOTHING || right == NOTHING || count < best_count || count < limits.least_count) continue;
        if (all->lengths[left] + all->lengths[right] > limits.most_nbytes) continue;
        uint64_t rank = (uint64_t)rank_of(left, tie_break) << 32 | rank_of(right, tie_break);
        if (count == best_count && rank > best_rank) continue;
        best = (tp_merge){left, right};
        best_count = count;
        best_rank = rank;
    }
    return best;
}

static inline void naive_merge(naive *all, tp_merge pair)
{
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++) {
        bool is_pair = i + 1 < all->n && all->tokens[i] == pair.left && all->tokens[i + 1] == pair.right;
        all->tokens[n++] = is_pair ? all->n_tokens : all->tokens[i];
        i += is_pair;
    }
    all->n = n;
    all->lengths[all->n_tokens++] = all->lengths[pair.left] + all->lengths[pair.right];
}

/* Makes the first `n_given` merges, and up to `capacity` in all; returns their number. */
static inline size_t naive_train_on(const sample *from, tp_tie_break tie_break, naive_limits limits, tp_merge *merges,
                                    size_t n_given, size_t capacity)
{
    naive *all = must_allocate(sizeof *all);
    size_t n = 0;
    naive_fill(all, from);
    for (; n < capacity; n++) {
        if (n >= n_given) merges[n] = naive_best(all, tie_break, limits);
        if (merges[n].left == NOTHING) break;
        naive_merge(all, merges[n]);
    }
    free(all);
    return n;
}

static inline size_t naive_train(const sample *from, tp_tie_break tie_break, tp_merge *merges, size_t capacity)
{
    return naive_train_on(from, tie_break, NO_LIMITS, merges, 0, capacity);
}

static inline void add_piece(sample *to, const void *text, size_t nbytes)
{
    memcpy(to->text + to->nbytes, text, nbytes);
    to->nbytes += nbytes;
    to->ends[to->n++] = to->nbytes;
}

#endif
