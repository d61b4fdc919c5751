/* Cuts texts into chunks of at most so many ids.
 *
 * The text is counted from the start of a chunk: by stretches of many pieces first, then by pieces until there are too many ids,
 * which gives places where pieces end and the ids up to each. A cut may change how the text before it is split, but only just before
 * it: a candidate for the end is counted anew from such a place on that it cannot change, so every count is exact. */
#include "base/compiler.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/once.h"
#include "bpe/chunk/boundaries.h"
#include "bpe/encode/encode.h"
#include "unicode/utf8.h"

enum {
    MOST_AT_ONCE = 1 << 11,       /* bytes of text that are split at once */
    LEAST_AT_ONCE = 1 << 6,
    LONG_PIECE_NBYTES = 1 << 10,  /* a longer piece is not split to its end for each chunk in it */
    NBYTES_OF_AN_ID = 4,          /* about so many in English; less in most other texts */
    PIECES_AT_ONCE = 512,         /* ends of pieces that fit into the first-level cache */
    PREFETCHED = 32,              /* pieces whose entries are on their way from memory at a time */
    STRETCH_NBYTES = 512,         /* text that is counted as a whole before the pieces near the end; an end within is counted anew */
    STRETCH_NBYTES_OF_AN_ID = 2,  /* so few that hardly any text runs out of ids within a stretch */
    NEAR_IDS = 64,                /* ids before the last one from which on pieces are looked at one by one */
    EACH_TRIED = 8,               /* boundaries that are tried one by one; of those behind them every second, fourth, … is */
    /* No pattern that is written by hand looks further than this behind the end of a piece, but for white space: it reads at most
     * two characters more, or an apostrophe and two letters. */
    LOOK_AHEAD_NBYTES = 16
};

typedef struct piece {
    size_t end;
    uint64_t n_ids; /* of the chunk up to there */
} piece;

typedef struct chunker {
    tp_chunking how;
    const tp_splitter *splitter;
    tp_encoding encoding;
    const uint8_t *text, *readable_end;
    size_t nbytes;

    size_t start; /* of the chunk, and of its first piece */
    piece *pieces;
    size_t n_pieces, pieces_capacity;
    size_t n_stretches; /* the first of them are several pieces each */
    size_t n_certain;   /* the pieces before those that are parts of a long one */
    uint64_t *ends;
    size_t ends_capacity;

    uint32_t *tokens; /* of the piece in which ids run out */
    size_t n_tokens, tokens_capacity;
    tp_boundary_queue queues[TP_N_BOUNDARIES];
    tp_boundary_queue near; /* begins at a line near the end of the chunk */
} chunker;

static size_t back_to_character(const chunker *c, size_t place)
{
    while (place > c->start && place < c->nbytes && tp_utf8_is_continuation(c->text[place])) place--;
    return place;
}

static size_t on_to_character(const chunker *c, size_t place)
{
    while (place < c->nbytes && tp_utf8_is_continuation(c->text[place])) place++;
    return place;
}

/* ---- Pieces ------------------------------------------------------------------------------------------------------------ */

static void prefetch(const chunker *c, size_t at, size_t from, size_t to)
{
    const tp_cache_index *index = &c->encoding.table->index;
    size_t start = from == 0 ? 0 : (size_t)(c->ends[from - 1] & ~TP_LEFT_OUT);
    for (size_t i = from; i < to; i++) {
        size_t end = (size_t)(c->ends[i] & ~TP_LEFT_OUT);
        const uint8_t *p = c->text + at + start;
        if (tp_has_key(p, c->text + at + end, c->readable_end)) {
            TP_PREFETCH(&index->entries[tp_cache_place(index, tp_cache_key(p, end - start))]);
        }
        start = end;
    }
}

/* Counts the ids of one piece; returns false if memory runs out. */
static bool count_piece(chunker *c, size_t start, size_t end)
{
    tp_encoding *e = &c->encoding;
    const uint8_t *p = c->text + start;
    if (tp_has_key(p, c->text + end, c->readable_end)) {
        const tp_cache_index *index = &e->table->index;
        tp_key key = tp_cache_key(p, end - start);
        size_t place = tp_cache_place(index, key);
        const tp_cache_entry *entry = &index->entries[place];
        if (!tp_cache_has(entry, key)) entry = &index->entries[place ^ 1];
        if (tp_cache_has(entry, key)) {
            e->sink.n += tp_cache_count(entry);
            return true;
        }
    }
    return tp_encode_piece(e, p, end - start, (size_t)(c->readable_end - p));
}

static bool make_room_for_pieces(chunker *c, size_t n)
{
    if (c->pieces_capacity - c->n_pieces >= n) return true;
    piece *grown = tp_grow(TP_FOR_WORK, c->pieces, &c->pieces_capacity, c->n_pieces + n, sizeof *grown);
    if (grown != NULL) c->pieces = grown;
    return grown != NULL;
}

/* Counts the first n pieces whose ends from `at` on were found, until there are too many ids. Returns false if memory runs
 * out. */
static bool count_pieces(chunker *c, size_t at, size_t n)
{
    if (!make_room_for_pieces(c, n)) return false;
    for (size_t i = 0, start = at; i < n && c->encoding.sink.n <= c->how.size; i++) {
        if (i % PREFETCHED == 0) prefetch(c, at, i, n - i < PREFETCHED ? n : i + PREFETCHED);
        size_t end = at + (size_t)(c->ends[i] & ~TP_LEFT_OUT);
        if ((c->ends[i] & TP_LEFT_OUT) == 0 && !count_piece(c, start, end)) return false;
        c->pieces[c->n_pieces++] = (piece){end, c->encoding.sink.n};
        start = end;
    }
    return true;
}

static bool make_room_for_ends(chunker *c, size_t window)
{
    /* Pieces that several steps make of one are found together. */
    size_t needed = c->splitter->rules != NULL ? PIECES_AT_ONCE : window;
    if (c->ends_capacity >= needed) return true;
    uint64_t *grown = tp_grow(TP_FOR_WORK, c->ends, &c->ends_capacity, needed, sizeof *grown);
    if (grown != NULL) c->ends = grown;
    return grown != NULL;
}

/* Returns how many bytes to split for so many ids: few more than they need. */
static size_t window_for(size_t n_missing)
{
    size_t most = MOST_AT_ONCE / (2 * NBYTES_OF_AN_ID);
    return n_missing < most ? LEAST_AT_ONCE + n_missing * 2 * NBYTES_OF_AN_ID : MOST_AT_ONCE;
}

static size_t start_of_piece(const chunker *c, size_t i) { return i == 0 ? c->start : c->pieces[i - 1].end; }

/* Splits the text behind the pieces that are there until there are too many ids. Returns false if memory runs out. */
static bool read_pieces(chunker *c)
{
    size_t at = start_of_piece(c, c->n_pieces), window = 0;
    c->n_certain = SIZE_MAX;
    c->encoding.sink.n = c->n_pieces == 0 ? 0 : c->pieces[c->n_pieces - 1].n_ids;
    while (at < c->nbytes && c->encoding.sink.n <= c->how.size) {
        size_t left = c->nbytes - at, n_missing = (size_t)c->how.size - c->encoding.sink.n + 1;
        if (window == 0) window = window_for(n_missing);
        bool has_all = left <= window;
        if (!make_room_for_ends(c, window)) return false;
        size_t n = tp_split(c->splitter, c->text + at, has_all ? left : window, has_all, c->ends,
                            c->splitter->rules != NULL ? PIECES_AT_ONCE : window);
        if (n == 0 && !has_all && window / 8 < LONG_PIECE_NBYTES / 8 + n_missing) {
            window *= 2;
            continue;
        }
        if (n == 0) { /* a part of a long piece */
            if (c->n_certain > c->n_pieces) c->n_certain = c->n_pieces;
            size_t part = n_missing < left / NBYTES_OF_AN_ID ? n_missing * NBYTES_OF_AN_ID : left;
            if (part > window) part = window;
            c->ends[0] = on_to_character(c, at + part) - at;
            n = 1;
        }
        if (!count_pieces(c, at, n)) return false;
        at = c->pieces[c->n_pieces - 1].end;
        window = 0;
    }
    return true;
}

/* Counts the text from the start of the chunk on by stretches, which is faster than by pieces, while many ids are missing. Returns
 * false if memory runs out. */
static bool read_stretches(chunker *c)
{
    size_t at = c->start;
    uint64_t n_ids = 0;
    c->n_pieces = 0;
    while (c->splitter->rules != NULL && c->how.size - n_ids >= NEAR_IDS) {
        uint64_t n_missing = c->how.size - n_ids;
        size_t most = STRETCH_NBYTES / STRETCH_NBYTES_OF_AN_ID;
        size_t nbytes = n_missing < most ? (size_t)n_missing * STRETCH_NBYTES_OF_AN_ID : STRETCH_NBYTES;
        if (c->nbytes - at <= nbytes) break;
        const uint8_t *p = c->text + at;
        c->encoding.sink.n = 0;
        nbytes = tp_encode_text(&c->encoding, c->splitter, p, nbytes, (size_t)(c->readable_end - p), false);
        if (c->encoding.has_failed || !make_room_for_pieces(c, 1)) return false;
        if (nbytes == 0 || c->encoding.sink.n > n_missing) break;
        at += nbytes;
        n_ids += c->encoding.sink.n;
        c->pieces[c->n_pieces++] = (piece){at, n_ids};
    }
    c->n_stretches = c->n_pieces;
    return true;
}

/* Reads the text from stretch i on again, by pieces. Returns false if memory runs out. */
static bool split_stretches(chunker *c, size_t i)
{
    c->n_pieces = c->n_stretches = i;
    return read_pieces(c);
}

/* Returns the number of pieces that have at most n ids together. */
static size_t pieces_within(const chunker *c, uint64_t n)
{
    size_t low = 0, high = c->n_pieces;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c->pieces[middle].n_ids <= n) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Finds the end of the first n ids. Stores in *n_whole how many pieces end up to there, and keeps the tokens behind them. Returns
 * false if memory runs out. */
static bool find_end_of_ids(chunker *c, uint64_t n, size_t *n_whole, size_t *end)
{
    size_t i = pieces_within(c, n);
    if (i < c->n_stretches) {
        if (!split_stretches(c, i)) return false;
        i = pieces_within(c, n);
    }
    size_t start = start_of_piece(c, i);
    uint64_t n_more = n - (i == 0 ? 0 : c->pieces[i - 1].n_ids);
    *n_whole = i;
    *end = start;
    c->n_tokens = 0;
    if (n_more == 0 || i == c->n_pieces) return true;
    size_t nbytes = c->pieces[i].end - start, wanted = n_more < nbytes ? (size_t)n_more : nbytes;
    if (c->tokens_capacity < wanted) {
        uint32_t *grown = tp_grow(TP_FOR_WORK, c->tokens, &c->tokens_capacity, wanted, sizeof *grown);
        if (grown == NULL) return false;
        c->tokens = grown;
    }
    const tp_vocabulary *v = c->encoding.vocabulary;
    tp_token_sink sink = {.out = c->tokens, .capacity = wanted};
    if (!tp_merge_piece(v, &c->encoding.table->merger, c->text + start, nbytes, TP_NO_RANK, &sink)) return false;
    c->n_tokens = sink.n < wanted ? sink.n : wanted;
    for (size_t k = 0; k < c->n_tokens; k++) *end += tp_token_nbytes(v, c->tokens[k]);
    if (*end > c->pieces[i].end) *end = c->pieces[i].end; /* what another thread has written to meanwhile */
    return true;
}

/* ---- Counting ---------------------------------------------------------------------------------------------------------- */

/* Returns how many pieces of the chunk are the same if the text ends at a place. */
static size_t unchanged_pieces(const chunker *c, size_t end)
{
    if (c->splitter->rules == NULL) return 0;
    const uint8_t *start = c->text + c->start, *p = c->text + end;
    while (p > start) {
        uint32_t code_point;
        const uint8_t *before = tp_utf8_decode_before(start, p, &code_point);
        if ((tp_classes_of(code_point) & TP_CLASS_SPACE) == 0) break;
        p = before;
    }
    if (p - start < LOOK_AHEAD_NBYTES) return 0;
    size_t place = (size_t)(p - c->text) - LOOK_AHEAD_NBYTES, low = 0;
    size_t high = c->n_pieces < c->n_certain ? c->n_pieces : c->n_certain;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c->pieces[middle].end <= place) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Counts the ids of text[start … end) as a text of its own, behind the n_ids of what comes before it. Returns false if memory runs
 * out. */
static bool count_text(chunker *c, size_t start, size_t end, uint64_t n_ids, uint64_t *n)
{
    c->encoding.sink.n = 0;
    tp_encode_text(&c->encoding, c->splitter, c->text + start, end - start, (size_t)(c->readable_end - (c->text + start)), true);
    *n = n_ids + c->encoding.sink.n;
    return !c->encoding.has_failed;
}

/* The same of the chunk up to `end`. */
static bool count_chunk(chunker *c, size_t end, uint64_t *n)
{
    size_t i = unchanged_pieces(c, end);
    return count_text(c, start_of_piece(c, i), end, i == 0 ? 0 : c->pieces[i - 1].n_ids, n);
}

/* ---- Ends and starts of chunks ------------------------------------------------------------------------------------------- */

typedef enum search { NOT_FOUND, FOUND, NO_MEMORY } search;

/* How many candidates to go on after so many. */
static size_t step_after(unsigned n_tried)
{
    unsigned shift = n_tried < EACH_TRIED ? 0 : n_tried - EACH_TRIED + 1;
    return shift < 32 ? (size_t)1 << shift : SIZE_MAX;
}

static search try_end(chunker *c, size_t end, uint64_t *n)
{
    if (!count_chunk(c, end, n)) return NO_MEMORY;
    return *n <= c->how.size ? FOUND : NOT_FOUND;
}

/* Looks for an end in floor < end <= limit at lines or paragraphs. */
static search find_line(chunker *c, tp_boundary kind, size_t floor, size_t limit, size_t *end, uint64_t *n)
{
    size_t place = tp_boundary_before(kind, c->text, c->nbytes, floor, limit);
    for (unsigned tried = 0; place > floor;) {
        *end = place;
        search result = try_end(c, place, n);
        if (result != NOT_FOUND) return result;
        for (size_t step = step_after(tried++); step > 0 && place > floor; step--) {
            place = tp_boundary_before(kind, c->text, c->nbytes, floor, place - 1);
        }
    }
    return NOT_FOUND;
}

/* Looks for an end in floor < end <= limit at the boundaries behind `start` that a queue finds. */
static search find_in_queue(chunker *c, tp_boundary_queue *queue, size_t start, size_t floor, size_t limit, size_t *end, uint64_t *n)
{
    if (!tp_boundaries_find(queue, c->text, c->nbytes, start, limit)) return NO_MEMORY;
    const size_t *places = queue->places;
    size_t low = queue->first, high = queue->n;
    while (high > low && places[high - 1] > limit) high--;
    for (unsigned tried = 0; high > low && places[high - 1] > floor;) {
        *end = places[high - 1];
        search result = try_end(c, *end, n);
        if (result != NOT_FOUND) return result;
        size_t step = step_after(tried++);
        high = high - low > step ? high - step : low;
    }
    return NOT_FOUND;
}

/* Looks for an end in floor < end <= limit at the boundaries of one kind: near the limit first, where most chunks end. */
static search find_boundary(chunker *c, tp_boundary_queue *queue, size_t floor, size_t limit, size_t *end, uint64_t *n)
{
    if (tp_boundary_is_of_lines(queue->kind)) return find_line(c, queue->kind, floor, limit, end, n);
    size_t line = tp_boundary_of_line_near(c->text, floor, limit);
    if (line != SIZE_MAX) {
        if (!tp_boundaries_begin(&c->near, queue->kind, line)) return NO_MEMORY;
        search result = find_in_queue(c, &c->near, line, line, limit, end, n);
        if (result != NOT_FOUND) return result;
    }
    return find_in_queue(c, queue, c->start, floor, limit, end, n);
}

/* Looks for an end behind `floor` at the tokens that are kept, the last of which ends at `limit`, and at the pieces before. */
static search find_token(chunker *c, size_t n_whole, size_t floor, size_t limit, size_t *end, uint64_t *n)
{
    size_t k = c->n_tokens, place = limit;
    for (unsigned tried = 0; place > floor;) {
        *end = back_to_character(c, place);
        search result = *end > floor ? try_end(c, *end, n) : NOT_FOUND;
        if (result != NOT_FOUND) return result;
        for (size_t step = step_after(tried++); step > 0 && place > floor; step--) {
            if (k > 0) place -= tp_token_nbytes(c->encoding.vocabulary, c->tokens[--k]);
            else if (n_whole > 0) place = start_of_piece(c, --n_whole);
            else place = floor;
        }
    }
    return NOT_FOUND;
}

static search find_end(chunker *c, size_t floor, size_t *end, uint64_t *n)
{
    size_t n_whole, limit;
    if (!find_end_of_ids(c, c->how.size, &n_whole, &limit)) return NO_MEMORY;
    search result = NOT_FOUND;
    if (limit == c->nbytes) {
        *end = limit;
        result = try_end(c, limit, n);
    }
    for (size_t i = 0; result == NOT_FOUND && i < c->how.n_boundaries; i++) {
        result = find_boundary(c, &c->queues[i], floor, limit, end, n);
    }
    if (result == NOT_FOUND) result = find_token(c, n_whole, floor, limit, end, n);
    if (result != NOT_FOUND || floor > c->start) return result;
    *end = on_to_character(c, c->start + 1);
    return try_end(c, *end, n);
}

/* Whether the next chunk may begin at a place before `end`: if the text up to there has few enough ids. */
static search try_start(chunker *c, size_t start, size_t end)
{
    uint64_t n;
    if (!count_text(c, start, end, 0, &n)) return NO_MEMORY;
    return n <= c->how.overlap ? FOUND : NOT_FOUND;
}

/* Looks for a start in least <= start < end at the boundaries of one kind. */
static search find_boundary_before(chunker *c, tp_boundary_queue *queue, size_t least, size_t end, size_t *start)
{
    if (!tp_boundaries_find(queue, c->text, c->nbytes, least - 1, end)) return NO_MEMORY;
    size_t k = queue->first;
    while (k < queue->n && queue->places[k] < least) k++;
    for (unsigned tried = 0; k < queue->n && queue->places[k] < end;) {
        *start = queue->places[k];
        search result = try_start(c, *start, end);
        if (result != NOT_FOUND) return result;
        size_t step = step_after(tried++);
        k = queue->n - k > step ? k + step : queue->n;
    }
    return NOT_FOUND;
}

/* Looks for a start at a token that begins at `least`, and at the pieces behind it, the first of which has the number k. */
static search find_token_before(chunker *c, size_t k, size_t least, size_t end, size_t *start)
{
    size_t place = on_to_character(c, least);
    if (k < c->n_stretches && !split_stretches(c, k)) return NO_MEMORY;
    for (unsigned tried = 0; place < end;) {
        *start = place;
        search result = try_start(c, place, end);
        if (result != NOT_FOUND) return result;
        while (k < c->n_pieces && c->pieces[k].end <= place) k++;
        size_t step = step_after(tried++) - 1;
        k = c->n_pieces - k > step ? k + step : c->n_pieces;
        place = k < c->n_pieces ? on_to_character(c, c->pieces[k].end) : end;
    }
    return NOT_FOUND;
}

/* Finds where the chunk after one with this end begins. */
static search find_start(chunker *c, size_t end, uint64_t n_ids, size_t *start)
{
    *start = end;
    if (c->how.overlap == 0 || end == c->nbytes) return FOUND;
    size_t least = c->start, n_whole = 0;
    if (n_ids > c->how.overlap && !find_end_of_ids(c, n_ids - c->how.overlap, &n_whole, &least)) return NO_MEMORY;
    if (least == c->start) least++;
    search result = NOT_FOUND;
    for (size_t i = 0; result == NOT_FOUND && i < c->how.n_boundaries; i++) {
        result = find_boundary_before(c, &c->queues[i], least, end, start);
    }
    if (result == NOT_FOUND) result = find_token_before(c, n_whole, least, end, start);
    if (result == NOT_FOUND) *start = end;
    return result == NO_MEMORY ? NO_MEMORY : FOUND;
}

/* ---- Texts --------------------------------------------------------------------------------------------------------------- */

/* Moves the place within the text. */
static void pass(const chunker *c, tp_chunks_place *place, size_t start)
{
    if (c->how.in_characters) place->n_characters += tp_utf8_count(c->text + place->start, c->text + start);
    place->start = start;
}

static tp_status fail_character(const chunker *c, const uint8_t *text, tp_error *error)
{
    return tp_fail(error, TP_INVALID_ARGUMENT, (size_t)(c->text - text) + c->start, "a character has more ids than a chunk may have");
}

/* Finds the next chunk of the current text and moves the place behind it. */
static search next_chunk(chunker *c, tp_chunks_place *place, tp_chunk *chunk)
{
    size_t end = 0, next = 0;
    uint64_t n_ids = 0;
    search result = NOT_FOUND;
    for (;;) {
        c->start = (size_t)place->start;
        size_t floor = place->end > place->start ? (size_t)place->end : c->start;
        result = read_stretches(c) && read_pieces(c) ? find_end(c, floor, &end, &n_ids) : NO_MEMORY;
        if (result != NOT_FOUND || floor == c->start) break;
        pass(c, place, floor); /* there is no room for more than the overlap */
    }
    if (result == FOUND) result = find_start(c, end, n_ids, &next);
    if (result != FOUND) return result;
    *chunk = (tp_chunk){place->text, c->start, end, n_ids};
    if (c->how.in_characters) chunk->start = place->n_characters;
    pass(c, place, next);
    if (c->how.in_characters) chunk->end = place->n_characters + tp_utf8_count(c->text + next, c->text + end);
    place->end = end;
    return FOUND;
}

static bool begin_text(chunker *c, const tp_chunks_place *place)
{
    for (size_t i = 0; i < c->how.n_boundaries; i++) {
        tp_boundary kind = c->how.boundaries[i];
        if (!tp_boundaries_begin(&c->queues[i], kind, (size_t)place->known[kind])) return false;
    }
    return true;
}

static tp_status find_chunks(chunker *c, const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_texts,
                             tp_chunks_place *place, tp_chunk *chunks, size_t capacity, size_t *n_chunks, tp_error *error)
{
    size_t n = 0;
    for (; place->text < n_texts; *place = (tp_chunks_place){.text = place->text + 1}) {
        size_t i = (size_t)place->text, before = i == 0 ? 0 : tp_start_behind(tp_end_within(ends, i - 1, 0, text_nbytes), text_nbytes);
        size_t nbytes = tp_end_within(ends, i, before, text_nbytes) - before;
        if (place->start > nbytes || place->end > nbytes) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the place is beyond the text");
        }
        c->text = text + before;
        c->nbytes = nbytes;
        if (!begin_text(c, place)) return tp_fail_no_memory(error);
        while (place->start < nbytes && n < capacity) {
            search result = next_chunk(c, place, &chunks[n]);
            if (result == NO_MEMORY) return tp_fail_no_memory(error);
            if (result == NOT_FOUND) return fail_character(c, text, error);
            n++;
        }
        for (size_t k = 0; k < c->how.n_boundaries; k++) place->known[c->queues[k].kind] = tp_boundaries_resume(&c->queues[k]);
        if (place->start < nbytes) break;
    }
    *n_chunks = n;
    return TP_OK;
}

static tp_status check_chunking(const tp_chunking *how, const tp_splitter *splitter, tp_error *error)
{
    unsigned seen = 0;
    if (splitter == NULL) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "there is no splitter");
    if (how->size <= how->overlap) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "a chunk must be larger than the overlap");
    for (size_t i = 0; i < how->n_boundaries; i++) {
        unsigned kind = (unsigned)how->boundaries[i];
        if (kind >= TP_N_BOUNDARIES) return tp_fail(error, TP_INVALID_ARGUMENT, i, "there is no such boundary");
        if ((seen >> kind & 1) != 0) return tp_fail(error, TP_INVALID_ARGUMENT, i, "a boundary is repeated");
        seen |= 1u << kind;
    }
    return TP_OK;
}

static tp_status check_ends(const uint64_t *ends, size_t n_texts, size_t text_nbytes, tp_error *error)
{
    uint64_t start = 0;
    for (size_t i = 0; i < n_texts; i++) {
        uint64_t end = tp_once(ends[i]);
        if (end > text_nbytes || end < start) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends of texts must ascend within the text");
        }
        start = end + 1;
    }
    return TP_OK;
}

static void free_chunker(chunker *c)
{
    for (size_t i = 0; i < TP_N_BOUNDARIES; i++) tp_boundaries_free(&c->queues[i]);
    tp_boundaries_free(&c->near);
    tp_release(TP_FOR_WORK, c->pieces, c->pieces_capacity * sizeof *c->pieces);
    tp_release(TP_FOR_WORK, c->ends, c->ends_capacity * sizeof *c->ends);
    tp_release(TP_FOR_WORK, c->tokens, c->tokens_capacity * sizeof *c->tokens);
}

tp_status tp_vocabulary_find_chunks(const tp_vocabulary *vocabulary, tp_piece_cache *cache, const tp_splitter *splitter,
                                    const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_texts,
                                    const tp_chunking *how, tp_chunks_place *place, tp_chunk *chunks, size_t capacity,
                                    size_t *n_chunks, tp_error *error)
{
    tp_status status = check_chunking(how, splitter, error);
    if (status == TP_OK) status = check_ends(ends, n_texts, text_nbytes, error);
    if (status != TP_OK) return status;
    tp_cache_table *table = tp_piece_cache_take(cache, vocabulary->serial);
    if (table == NULL) return tp_fail_no_memory(error);
    /* No text has more ids than bytes. */
    chunker c = {.how = *how, .splitter = splitter, .readable_end = text + text_nbytes};
    if (c.how.size > text_nbytes) c.how.size = (uint64_t)text_nbytes + 1;
    if (c.how.overlap >= c.how.size) c.how.overlap = c.how.size - 1;
    c.encoding = (tp_encoding){.vocabulary = vocabulary, .table = table, .sink = {.ids = vocabulary->ids}};
    tp_chunks_place moved = *place;
    status = find_chunks(&c, text, text_nbytes, ends, n_texts, &moved, chunks, capacity, n_chunks, error);
    if (status == TP_OK) *place = moved;
    free_chunker(&c);
    tp_merger_free(&table->merger);
    tp_piece_cache_put(cache, table);
    return status;
}
