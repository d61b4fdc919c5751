/* The tokens with which a token begins form a chain: the longest of them, then the longest with which that one begins, and so
 * on. In the order of their bytes, the longest prefix is the previous token or one of its chain. Reversed tokens give the
 * suffixes. */
#include "bpe/build/splits.h"

#include <string.h>

#include "base/memory.h"

enum { HEAD_NBYTES = 8 };

/* A token to sort. Its first bytes as a number, padded with zeros, decide most comparisons. */
typedef struct item {
    uint64_t head;
    uint32_t token;
} item;

/* The bytes of all tokens, forwards, or all of them reversed. */
typedef struct texts {
    const tp_vocabulary *vocabulary;
    const uint8_t *bytes;
    bool are_backwards;
} texts;

static const uint8_t *text_of(const texts *from, uint32_t token)
{
    const uint64_t *starts = from->vocabulary->starts;
    size_t end = (size_t)starts[from->vocabulary->n_tokens];
    return from->bytes + (from->are_backwards ? end - (size_t)starts[token + 1] : (size_t)starts[token]);
}

static item item_of(const texts *from, uint32_t token)
{
    const uint8_t *text = text_of(from, token);
    size_t nbytes = tp_token_nbytes(from->vocabulary, token);
    item made = {0, token};
    for (size_t i = 0; i < HEAD_NBYTES; i++) made.head = made.head << 8 | (i < nbytes ? text[i] : 0);
    return made;
}

/* ---- Sorting ---------------------------------------------------------------------------------------------------------- */

/* Reads no more bytes than the shorter token has: merge sort reads the bytes of each token log n times. */
static bool comes_before(const texts *from, const item *one, const item *other)
{
    if (one->head != other->head) return one->head < other->head;
    size_t one_nbytes = tp_token_nbytes(from->vocabulary, one->token);
    size_t other_nbytes = tp_token_nbytes(from->vocabulary, other->token);
    size_t n = one_nbytes < other_nbytes ? one_nbytes : other_nbytes;
    int difference = memcmp(text_of(from, one->token), text_of(from, other->token), n);
    return difference != 0 ? difference < 0 : one_nbytes < other_nbytes;
}

static void merge_runs(const texts *from, const item *one, const item *one_end, const item *other, const item *other_end,
                       item *out)
{
    while (one < one_end && other < other_end) *out++ = comes_before(from, other, one) ? *other++ : *one++;
    while (one < one_end) *out++ = *one++;
    while (other < other_end) *out++ = *other++;
}

/* Sorts n items with a buffer of the same size; returns the buffer that holds the result. */
static item *sort(const texts *from, item *items, item *room, size_t n)
{
    for (size_t length = 1; length < n; length *= 2) {
        for (size_t i = 0; i < n; i += 2 * length) {
            size_t middle = n - i < length ? n : i + length, end = n - i < 2 * length ? n : i + 2 * length;
            merge_runs(from, items + i, items + middle, items + middle, items + end, room + i);
        }
        item *sorted = room;
        room = items;
        items = sorted;
    }
    return items;
}

/* ---- Chains ----------------------------------------------------------------------------------------------------------- */

static bool begins_with(const texts *from, uint32_t token, uint32_t other)
{
    size_t nbytes = tp_token_nbytes(from->vocabulary, other);
    return nbytes <= tp_token_nbytes(from->vocabulary, token) &&
           memcmp(text_of(from, token), text_of(from, other), nbytes) == 0;
}

/* Items passed on the way down a chain are not met again: all searches together cost as much as the tokens are long. */
static void find_longest(const texts *from, const item *sorted, size_t n, uint32_t *longest)
{
    uint32_t last = TP_NO_TOKEN;
    for (size_t i = 0; i < n; i++) {
        uint32_t token = sorted[i].token, other = last;
        while (other != TP_NO_TOKEN && !begins_with(from, token, other)) other = longest[other];
        longest[token] = other;
        last = token;
    }
}

static bool find_beginnings(const texts *from, uint32_t *longest)
{
    size_t n = from->vocabulary->n_tokens;
    item *items = tp_allocate(TP_FOR_WORK, 2 * n * sizeof *items);
    if (items == NULL) return false;
    for (uint32_t t = 0; t < n; t++) items[t] = item_of(from, t);
    find_longest(from, sort(from, items, items + n, n), n, longest);
    tp_release(TP_FOR_WORK, items, 2 * n * sizeof *items);
    return true;
}

static bool find_endings(const tp_vocabulary *v, uint32_t *longest)
{
    size_t nbytes = (size_t)v->starts[v->n_tokens];
    uint8_t *backwards = tp_allocate(TP_FOR_WORK, nbytes);
    if (backwards == NULL) return false;
    for (size_t i = 0; i < nbytes; i++) backwards[i] = v->bytes[nbytes - 1 - i];
    bool is_done = find_beginnings(&(texts){v, backwards, true}, longest);
    tp_release(TP_FOR_WORK, backwards, nbytes);
    return is_done;
}

bool tp_splits_make(const tp_vocabulary *v, tp_splits *splits)
{
    *splits = (tp_splits){.vocabulary = v};
    for (uint32_t t = 0; t < v->n_tokens; t++) {
        if (tp_token_nbytes(v, t) > splits->longest) splits->longest = tp_token_nbytes(v, t);
    }
    splits->beginnings = tp_allocate(TP_FOR_WORK, v->n_tokens * sizeof *splits->beginnings);
    splits->endings = tp_allocate(TP_FOR_WORK, v->n_tokens * sizeof *splits->endings);
    splits->of_length = tp_allocate(TP_FOR_WORK, (splits->longest + 1) * sizeof *splits->of_length);
    if (splits->beginnings == NULL || splits->endings == NULL || splits->of_length == NULL) return false;
    memset(splits->of_length, 0xFF, (splits->longest + 1) * sizeof *splits->of_length);
    splits->token = TP_NO_TOKEN;
    return find_beginnings(&(texts){v, v->bytes, false}, splits->beginnings) && find_endings(v, splits->endings);
}

void tp_splits_free(tp_splits *splits)
{
    size_t n = splits->vocabulary->n_tokens;
    tp_release(TP_FOR_WORK, splits->beginnings, n * sizeof *splits->beginnings);
    tp_release(TP_FOR_WORK, splits->endings, n * sizeof *splits->endings);
    tp_release(TP_FOR_WORK, splits->of_length, (splits->longest + 1) * sizeof *splits->of_length);
}

/* Stores each token with which `token` begins, or TP_NO_TOKEN, at the index of its length. */
static void note_beginnings(tp_splits *splits, uint32_t token, bool are_there)
{
    for (uint32_t t = splits->beginnings[token]; t != TP_NO_TOKEN; t = splits->beginnings[t]) {
        splits->of_length[tp_token_nbytes(splits->vocabulary, t)] = are_there ? t : TP_NO_TOKEN;
    }
}

void tp_splits_begin(tp_splits *splits, uint32_t token)
{
    if (splits->token != TP_NO_TOKEN) note_beginnings(splits, splits->token, false);
    note_beginnings(splits, token, true);
    splits->token = token;
    splits->ending = splits->endings[token];
}

bool tp_splits_next(tp_splits *splits, uint32_t *left, uint32_t *right)
{
    const tp_vocabulary *v = splits->vocabulary;
    size_t nbytes = tp_token_nbytes(v, splits->token);
    while (splits->ending != TP_NO_TOKEN) {
        *right = splits->ending;
        *left = splits->of_length[nbytes - tp_token_nbytes(v, *right)];
        splits->ending = splits->endings[*right];
        if (*left != TP_NO_TOKEN) return true;
    }
    return false;
}
