#include "bpe/merge/merge.h"

#include "bpe/vocabulary/pair_index.h"

/* ---- Short pieces --------------------------------------------------------------------------------------------------- */

/* Returns the place of the lowest rank, the leftmost of equal ones. */
static inline size_t find_lowest(const uint32_t *ranks, size_t n)
{
    size_t lowest = 0;
    uint32_t rank = ranks[0];
    for (size_t i = 1; i < n; i++) {
        lowest = ranks[i] < rank ? i : lowest;
        rank = ranks[i] < rank ? ranks[i] : rank;
    }
    return lowest;
}

TP_INLINE size_t merge_ranked(const tp_vocabulary *vocabulary, uint32_t limit, size_t least, uint32_t *tokens,
                                  uint32_t *ranks, size_t n)
{
    while (n > least) {
        size_t at = find_lowest(ranks, n - 1);
        if (ranks[at] >= limit) break;
        tokens[at] = tp_merged_token(vocabulary, ranks[at]);
        n--;
        for (size_t i = at + 1; i < n; i++) tokens[i] = tokens[i + 1];
        for (size_t i = at + 1; i + 1 < n; i++) ranks[i] = ranks[i + 1];
        if (at + 1 < n) tp_prefetch_pair(vocabulary, tokens[at], tokens[at + 1]);
        if (at > 0) ranks[at - 1] = tp_find_pair(vocabulary, tokens[at - 1], tokens[at]);
        if (at + 1 < n) ranks[at] = tp_find_pair(vocabulary, tokens[at], tokens[at + 1]);
    }
    return n;
}

size_t tp_merge_ranked(const tp_vocabulary *vocabulary, uint32_t limit, size_t least, uint32_t *tokens, uint32_t *ranks, size_t n)
{
    return merge_ranked(vocabulary, limit, least, tokens, ranks, n);
}

/* Stops when no more than `least` tokens are left. */
TP_INLINE size_t merge_short(const tp_vocabulary *vocabulary, const uint8_t *piece, size_t nbytes, uint32_t limit,
                                 size_t least, uint32_t *tokens)
{
    uint32_t ranks[TP_SHORT_PIECE_NBYTES]; /* for each token and the next one */
    for (size_t i = 0; i < nbytes; i++) tokens[i] = vocabulary->byte_tokens[piece[i]];
    for (size_t i = 0; i + 1 < nbytes; i++) ranks[i] = vocabulary->byte_pairs[(size_t)piece[i] << 8 | piece[i + 1]];
    return merge_ranked(vocabulary, limit, least, tokens, ranks, nbytes);
}

size_t tp_merge_short(const tp_vocabulary *vocabulary, const uint8_t *piece, size_t nbytes, uint32_t limit, uint32_t *tokens)
{
    return merge_short(vocabulary, piece, nbytes, limit, 1, tokens);
}

/* ---- Long pieces: a list of symbols and a heap of pairs --------------------------------------------------------------- */

/* A token of the piece, at the index of its first byte. */
typedef struct symbol {
    uint32_t token; /* TP_NO_TOKEN: it is now part of the previous one */
    uint32_t next;  /* the number of bytes for the end, after the last symbol */
    uint32_t previous;
    uint32_t rank; /* of this symbol and the next one */
} symbol;

#define NO_SYMBOL UINT32_MAX

enum {
    HEAP_CHILDREN = 4, /* four: fewer levels, and the children share a cache line */
    COST_OF_MERGE = 16 /* of one by a large heap, which misses the cache at each level: as of that many bytes */
};

/* Pairs that may merge, as rank << 32 | symbol, in a heap. An entry is stale if its symbol has another rank by now. */
typedef struct heap {
    uint64_t *pairs;
    size_t n;
} heap;

static void sift_down(heap *h, size_t at, uint64_t pair)
{
    for (;;) {
        size_t first = HEAP_CHILDREN * at + 1, lowest = first;
        if (first >= h->n) break;
        size_t behind = h->n - first < HEAP_CHILDREN ? h->n : first + HEAP_CHILDREN;
        for (size_t child = first + 1; child < behind; child++) {
            if (h->pairs[child] < h->pairs[lowest]) lowest = child;
        }
        if (h->pairs[lowest] >= pair) break;
        h->pairs[at] = h->pairs[lowest];
        at = lowest;
    }
    h->pairs[at] = pair;
}

static bool make_heap(heap *h, tp_merger *merger)
{
    for (size_t i = h->n / HEAP_CHILDREN + 1; i-- > 0;) {
        if (i < h->n) sift_down(h, i, h->pairs[i]);
        if (!tp_merger_may_go_on(merger, 1)) return false;
    }
    return true;
}

static uint64_t pop(heap *h)
{
    uint64_t lowest = h->pairs[0], last = h->pairs[--h->n];
    if (h->n > 0) sift_down(h, 0, last);
    return lowest;
}

static void push(heap *h, uint64_t pair)
{
    size_t at = h->n++;
    while (at > 0 && h->pairs[(at - 1) / HEAP_CHILDREN] > pair) {
        h->pairs[at] = h->pairs[(at - 1) / HEAP_CHILDREN];
        at = (at - 1) / HEAP_CHILDREN;
    }
    h->pairs[at] = pair;
}

static void set_rank(const tp_vocabulary *vocabulary, symbol *symbols, uint32_t at, uint32_t n, uint32_t limit, heap *h)
{
    uint32_t next = symbols[at].next;
    uint32_t rank = next < n ? tp_find_pair(vocabulary, symbols[at].token, symbols[next].token) : TP_NO_RANK;
    symbols[at].rank = rank;
    if (rank < limit) push(h, (uint64_t)rank << 32 | at);
}

static bool start_merging(const tp_vocabulary *vocabulary, tp_merger *merger, const uint8_t *piece, uint32_t n, uint32_t limit,
                          symbol *symbols, heap *h)
{
    for (uint32_t i = 0; i < n; i++) {
        if (i % TP_ASK_AFTER_NBYTES == 0 && !tp_merger_may_go_on(merger, i == 0 ? 0 : TP_ASK_AFTER_NBYTES)) return false;
        uint32_t rank = i + 1 < n ? vocabulary->byte_pairs[(size_t)piece[i] << 8 | piece[i + 1]] : TP_NO_RANK;
        symbols[i] = (symbol){vocabulary->byte_tokens[piece[i]], i + 1, i - 1, rank}; /* before the first symbol: NO_SYMBOL */
        if (rank < limit) h->pairs[h->n++] = (uint64_t)rank << 32 | i;
    }
    return make_heap(h, merger);
}

static bool merge_all(const tp_vocabulary *vocabulary, tp_merger *merger, symbol *symbols, uint32_t n, uint32_t limit, size_t least,
                      heap *h)
{
    size_t n_left = n;
    while (h->n > 0 && n_left > least) {
        if (!tp_merger_may_go_on(merger, COST_OF_MERGE)) return false;
        uint64_t pair = pop(h);
        uint32_t rank = (uint32_t)(pair >> 32), at = (uint32_t)pair, next = symbols[at].next;
        if (symbols[at].token == TP_NO_TOKEN || symbols[at].rank != rank) continue;
        symbols[at].token = tp_merged_token(vocabulary, rank);
        symbols[at].next = symbols[next].next;
        symbols[next].token = TP_NO_TOKEN;
        n_left--;
        if (symbols[at].next < n) symbols[symbols[at].next].previous = at;
        set_rank(vocabulary, symbols, at, n, limit, h);
        if (symbols[at].previous != NO_SYMBOL) set_rank(vocabulary, symbols, symbols[at].previous, n, limit, h);
    }
    return true;
}

/* Puts some tokens even if it returns false. A merge removes one pair from the heap and one symbol, and adds at most two pairs: at
 * most 2n are in it. */
static bool merge_with_heap(const tp_vocabulary *vocabulary, tp_merger *merger, const uint8_t *piece, size_t nbytes,
                            uint32_t limit, size_t least, tp_token_sink *sink)
{
    if (nbytes >= NO_SYMBOL || nbytes > SIZE_MAX / 4 / sizeof(symbol)) return false;
    if (!tp_arena_reserve(TP_FOR_PIECE_CACHE, &merger->symbols, nbytes * sizeof(symbol))) return false;
    if (!tp_arena_reserve(TP_FOR_PIECE_CACHE, &merger->heap, 2 * nbytes * sizeof(uint64_t))) return false;
    symbol *symbols = (symbol *)(void *)merger->symbols.data;
    heap h = {(uint64_t *)(void *)merger->heap.data, 0};
    uint32_t n = (uint32_t)nbytes;
    if (!start_merging(vocabulary, merger, piece, n, limit, symbols, &h)) return false;
    if (!merge_all(vocabulary, merger, symbols, n, limit, least, &h)) return false;
    for (uint32_t i = 0; i < n; i = symbols[i].next) {
        if (!tp_merger_may_go_on(merger, 1)) return false;
        tp_put_token(sink, symbols[i].token);
    }
    return true;
}

bool tp_merge_with_heap(const tp_vocabulary *vocabulary, tp_merger *merger, const uint8_t *piece, size_t nbytes, uint32_t limit,
                        tp_token_sink *sink)
{
    return merge_with_heap(vocabulary, merger, piece, nbytes, limit, 1, sink);
}

bool tp_merge_to_two(const tp_vocabulary *vocabulary, tp_merger *merger, uint32_t token, uint32_t parts[2], bool *is_found)
{
    const uint8_t *bytes = vocabulary->bytes + vocabulary->starts[token];
    size_t nbytes = tp_token_nbytes(vocabulary, token);
    uint32_t tokens[TP_SHORT_PIECE_NBYTES];
    tp_token_sink sink = {.out = tokens, .capacity = 2};
    *is_found = false;
    if (nbytes <= 1 || tp_has_absent(vocabulary, bytes, nbytes)) return true;
    if (nbytes <= TP_SHORT_PIECE_NBYTES) sink.n = merge_short(vocabulary, bytes, nbytes, TP_NO_RANK, 2, tokens);
    else if (!merge_with_heap(vocabulary, merger, bytes, nbytes, TP_NO_RANK, 2, &sink)) return false;
    *is_found = sink.n == 2;
    parts[0] = tokens[0];
    parts[1] = tokens[1];
    return true;
}

void tp_merger_free(tp_merger *merger)
{
    tp_arena_free(TP_FOR_PIECE_CACHE, &merger->symbols);
    tp_arena_free(TP_FOR_PIECE_CACHE, &merger->heap);
    tp_arena_free(TP_FOR_PIECE_CACHE, &merger->tokens);
    tp_arena_free(TP_FOR_PIECE_CACHE, &merger->kept);
}
