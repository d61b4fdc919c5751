#include "bpe/merge/segments.h"

#include <assert.h>
#include <string.h>

#include "bpe/merge/backtrack.h"
#include "bpe/merge/parts.h"

enum {
    SEGMENT_NBYTES = 32,           /* measured for merging; segments for backtracking are longer */
    LONG_SEGMENT_NBYTES = 1 << 14, /* for tokens about as long as a segment, as in a row of equal bytes */
    MOST_TRIES = 8,                /* in a row that make no progress, with segments of either length */
    MOST_WORK = 16,                /* the bytes merged, repeatedly, for each one of the piece */
    HELD_TOKENS = 8 * MOST_TRIES   /* half of them can be taken back: one with each try that makes no progress */
};

/* The tokens before a segment. */
typedef struct row {
    const tp_vocabulary *vocabulary;
    tp_token_sink *sink; /* the place of those that are no longer held */
    size_t end;          /* where the last one ends in the piece */
    size_t n_held;
    uint32_t held[HELD_TOKENS];
} row;

static void put_first(row *r, size_t n)
{
    for (size_t i = 0; i < n; i++) tp_put_token(r->sink, r->held[i]);
    r->n_held -= n;
    memmove(r->held, r->held + n, r->n_held * sizeof *r->held);
}

static void add(row *r, uint32_t token)
{
    if (r->n_held == HELD_TOKENS) put_first(r, HELD_TOKENS / 2);
    r->held[r->n_held++] = token;
    r->end += tp_token_nbytes(r->vocabulary, token);
}

static void take_back(row *r) { r->end -= tp_token_nbytes(r->vocabulary, r->held[--r->n_held]); }

typedef struct segment {
    size_t nbytes;
    size_t n_tokens;
    const uint32_t *tokens; /* `few`, or others that live until the next long segment */
    uint32_t few[TP_BACKTRACK_NBYTES];
} segment;

/* Finds the tokens of the first bytes of a text. */
static void merge_some(const tp_vocabulary *v, const uint8_t *text, size_t nbytes, segment *s)
{
    s->tokens = s->few;
    s->nbytes = nbytes < TP_BACKTRACK_NBYTES ? nbytes : TP_BACKTRACK_NBYTES;
    if (tp_can_backtrack(v, text, s->nbytes)) {
        s->n_tokens = tp_backtrack(v, text, s->nbytes, s->few);
    } else {
        s->nbytes = nbytes < SEGMENT_NBYTES ? nbytes : SEGMENT_NBYTES;
        s->n_tokens = tp_merge_short(v, text, s->nbytes, TP_NO_RANK, s->few);
    }
}

/* The same for many bytes; returns false if memory runs out. */
static bool merge_many(const tp_vocabulary *v, tp_merger *merger, const uint8_t *text, size_t nbytes, segment *s)
{
    s->nbytes = nbytes < LONG_SEGMENT_NBYTES ? nbytes : LONG_SEGMENT_NBYTES;
    if (!tp_arena_reserve(TP_FOR_PIECE_CACHE, &merger->tokens, s->nbytes * sizeof(uint32_t))) return false;
    tp_token_sink sink = {.out = (uint32_t *)(void *)merger->tokens.data, .capacity = s->nbytes};
    bool is_done = tp_merge_with_heap(v, merger, text, s->nbytes, TP_NO_RANK, &sink);
    s->tokens = sink.out;
    s->n_tokens = sink.n;
    return is_done;
}

/* Adds the tokens of a segment, except those near its end: they may change when the following bytes are known. */
static void add_sure(row *r, const segment *s, size_t piece_nbytes)
{
    size_t end = r->end + s->nbytes, sure_end = end == piece_nbytes ? end : r->end + s->nbytes / 4 * 3;
    for (size_t i = 0; i < s->n_tokens && (i == 0 || r->end < sure_end); i++) add(r, s->tokens[i]);
}

bool tp_merge_by_segments(const tp_vocabulary *v, tp_merger *merger, const uint8_t *piece, size_t nbytes, tp_token_sink *sink)
{
    row r = {.vocabulary = v, .sink = sink};
    segment s;
    size_t work = 0, furthest = 0, n_tries = 0;
    while (r.end < nbytes) {
        const size_t start = r.end;
        n_tries = start > furthest ? 0 : n_tries + 1;
        if (start > furthest) furthest = start;
        if (n_tries > 2 * MOST_TRIES || work / MOST_WORK > nbytes) return false;
        assert(r.n_held > 0 || start == 0);
        if (n_tries <= MOST_TRIES) merge_some(v, piece + start, nbytes - start, &s);
        else if (!merge_many(v, merger, piece + start, nbytes - start, &s)) return false;
        work += s.nbytes;
        if (!tp_merger_may_go_on(merger, s.nbytes)) return false;
        if (r.n_held > 0 && !tp_is_valid_pair(v, r.held[r.n_held - 1], s.tokens[0])) take_back(&r);
        else add_sure(&r, &s, nbytes);
    }
    put_first(&r, r.n_held);
    return true;
}
