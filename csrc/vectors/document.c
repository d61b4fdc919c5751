#include "vectors/document.h"

#include <string.h>

#include "corpus/grams.h"
#include "corpus/word_batch.h"
#include "unicode/lower.h"
#include "unicode/utf8.h"
#include "vectors/few.h"
#include "vectors/murmur.h"
#include "vectors/sort.h"

/* ---- Batches of terms ------------------------------------------------------------------------------------------------ */

/* Terms of the documents of a chunk, or of one document, on their way into rows: while a batch is looked up, what it needs of the
 * next one is on its way from memory. */
typedef struct pipe {
    tp_vectors *v;
    const uint16_t *ends; /* of the documents in the text of the batches */
    size_t n_ends, n_closed;
    word_batch batches[2];
    size_t filling; /* which of them is being filled */
} pipe;

/* No term begins there. */
enum { NOWHERE = INT32_MAX };

static inline int32_t next_end(const pipe *p) { return p->n_closed < p->n_ends ? p->ends[p->n_closed] : NOWHERE; }

/* Closes the documents that end at or before a place. */
static bool close_before(pipe *p, int32_t place)
{
    for (; next_end(p) <= place; p->n_closed++) {
        if (!tp_vectors_close_row(p->v)) return false;
    }
    return true;
}

/* Returns what stands for a hash in a row. */
static inline uint32_t hashed_number(uint32_t hash, uint32_t n_columns, bool alternates_sign, bool is_power_of_2)
{
    bool is_negative = hash >> 31;
    uint32_t size = is_negative ? 0 - hash : hash; /* of the least number, 2^31 */
    uint32_t column = is_power_of_2 ? size & (n_columns - 1) : size % n_columns;
    return column << 1 | (is_negative & alternates_sign);
}

/* Puts hashes of terms behind numbers for which there is room. */
static void put_hashed(tp_arena *to, const tp_vectors *v, const uint32_t *hashes, size_t n)
{
    const uint32_t n_columns = (uint32_t)v->options.n_columns;
    const bool alternates_sign = v->options.alternates_sign;
    uint32_t *numbers = (uint32_t *)(void *)(to->data + to->used);
    if ((n_columns & (n_columns - 1)) == 0) {
        for (size_t i = 0; i < n; i++) numbers[i] = hashed_number(hashes[i], n_columns, alternates_sign, true);
    } else {
        for (size_t i = 0; i < n; i++) numbers[i] = hashed_number(hashes[i], n_columns, alternates_sign, false);
    }
    to->used += n * sizeof *numbers;
}

static bool hash_batch(pipe *p, word_batch *b)
{
    uint32_t hashes[TP_KEYS_AT_ONCE];
    tp_hash_words(&b->made, b->text, b->edges, b->n, hashes);
    for (size_t first = 0, end; first < b->n; first = end) {
        if (!close_before(p, b->edges[2 * first])) return false;
        int32_t stop = next_end(p);
        for (end = first + 1; end < b->n && b->edges[2 * end] < stop;) end++;
        if (!tp_vectors_reserve_row(p->v, end - first)) return false;
        put_hashed(&p->v->row, p->v, hashes + first, end - first);
    }
    return true;
}

/* Makes room for the terms of a batch, and looks them up. */
static bool find_batch(tp_vectors *v, word_batch *b)
{
    size_t nbytes = 0;
    for (size_t i = 0; i < b->n; i++) nbytes += (size_t)b->edges[2 * i + 1] - b->edges[2 * i];
    if (!tp_vectors_reserve_terms(v, b->n, nbytes)) return false;
    find_terms(&v->table, b);
    return true;
}

/* Returns the number of a term that was looked up; TP_NO_TERM if terms are fixed and it is none of them. */
static inline uint32_t number_of(tp_vectors *v, const word_batch *b, size_t i)
{
    tp_term *term = v->table.terms + b->found[i] - 1;
    if (!is_term(b, i, term)) {
        size_t start = b->edges[2 * i], end = b->edges[2 * i + 1];
        const tp_word word = {b->made.keys[i], b->made.hashes[i], b->text + start, end - start};
        if (v->is_fixed) return tp_table_find(&v->table, &word);
        term = tp_table_find_or_append(&v->table, &word);
    }
    term->packed++; /* the more frequent terms get the better slots */
    return (uint32_t)(term - v->table.terms);
}

static bool count_batch(pipe *p, word_batch *b)
{
    tp_vectors *v = p->v;
    if (!find_batch(v, b) || !tp_vectors_reserve_row(v, b->n)) return false;
    int32_t stop = next_end(p);
    uint32_t *end = tp_row_end(v);
    for (size_t i = 0; i < b->n; i++) {
        if (b->edges[2 * i] >= stop) {
            tp_keep_row(v, end);
            if (!close_before(p, b->edges[2 * i])) return false;
            stop = next_end(p);
            end = tp_row_end(v);
        }
        uint32_t number = number_of(v, b, i);
        *end = number;
        end += number != TP_NO_TERM;
    }
    tp_keep_row(v, end);
    return true;
}

static bool take_batch(pipe *p, word_batch *b)
{
    bool is_taken = b->n == 0 || (tp_is_hashed(p->v) ? hash_batch : count_batch)(p, b);
    b->n = 0;
    return is_taken;
}

static const tp_table *stop_words_of(const tp_vectors *v) { return &v->options.words->stop_words; }

/* Makes the keys of the batch that is filled, and takes the one before. */
static bool submit(pipe *p)
{
    tp_vectors *v = p->v;
    word_batch *b = &p->batches[p->filling];
    if (b->n > 0) {
        tp_make_keys(&v->table.hash_key, b->text, b->edges, b->n, &b->made);
        if (v->options.most == 1 && v->options.words != NULL) drop_words_of(stop_words_of(v), &v->table, b);
        if (!tp_is_hashed(v) && !is_cached(&v->table)) prefetch_slots(&v->table, b);
    }
    p->filling ^= 1;
    return take_batch(p, &p->batches[p->filling]);
}

/* Takes what is still on its way. */
static bool drain(pipe *p) { return submit(p) && submit(p); }

static bool put_term(pipe *p, const uint8_t *text, size_t start, size_t end)
{
    word_batch *b = &p->batches[p->filling];
    b->text = text;
    b->edges = b->moved;
    b->moved[2 * b->n] = (uint16_t)start;
    b->moved[2 * b->n + 1] = (uint16_t)end;
    return ++b->n < TP_KEYS_AT_ONCE || submit(p);
}

/* ---- Words of a chunk ------------------------------------------------------------------------------------------------ */

static bool add_words_of_chunk(pipe *p)
{
    tp_vectors_chunk *c = p->v->chunk;
    size_t n_words = tp_class_edges(p->v->options.words->own_rule, c->text, c->used, c->edges);
    for (size_t first = 0; first < n_words; first += TP_KEYS_AT_ONCE) {
        word_batch *b = &p->batches[p->filling];
        b->text = c->text;
        b->edges = c->edges + 2 * first;
        b->n = n_words - first < TP_KEYS_AT_ONCE ? n_words - first : TP_KEYS_AT_ONCE;
        if (!submit(p)) return false;
    }
    return drain(p);
}

/* Removes the stop words of a chunk, and returns how many words are left. */
static size_t drop_stop_words_of_chunk(const tp_vectors *v, size_t n_words)
{
    word_batch b;
    tp_vectors_chunk *c = v->chunk;
    size_t kept = 0;
    if (stop_words_of(v)->n_terms == 0) return n_words;
    for (size_t first = 0; first < n_words; first += TP_KEYS_AT_ONCE) {
        b.text = c->text;
        b.edges = c->edges + 2 * first;
        b.n = n_words - first < TP_KEYS_AT_ONCE ? n_words - first : TP_KEYS_AT_ONCE;
        tp_make_keys(&v->table.hash_key, b.text, b.edges, b.n, &b.made);
        drop_words_of(stop_words_of(v), &v->table, &b);
        memmove(c->edges + 2 * kept, b.edges, 2 * b.n * sizeof *b.edges);
        kept += b.n;
    }
    return kept;
}

/* Copies a word; so many bytes behind it may be read and written. */
static inline void copy_word(uint8_t *to, const uint8_t *from, size_t nbytes)
{
    memcpy(to, from, TP_READ_BEHIND);
    if (nbytes > TP_READ_BEHIND) memcpy(to, from, nbytes);
}

/* Puts the runs of n words, for every n, of the words first … end - 1. */
static bool put_grams(pipe *p, size_t first, size_t end)
{
    const tp_vectors_chunk *c = p->v->chunk;
    for (uint64_t n = p->v->options.least; n <= p->v->options.most && n <= end - first; n++) {
        for (size_t i = first; i + n <= end; i++) {
            if (!put_term(p, c->joined, c->edges[2 * i], c->edges[2 * (i + n - 1) + 1])) return false;
        }
    }
    return true;
}

/* The words of each document are copied with one blank between them, and their places become those of the copies. */
static bool add_grams_of_chunk(pipe *p)
{
    tp_vectors_chunk *c = p->v->chunk;
    size_t n_words = tp_class_edges(p->v->options.words->own_rule, c->text, c->used, c->edges), word = 0, used = 0;
    n_words = drop_stop_words_of_chunk(p->v, n_words);
    p->ends = c->joined_ends;
    for (size_t i = 0; i < c->n_documents; i++) {
        size_t first = word;
        for (; word < n_words && c->edges[2 * word] < c->ends[i]; word++) {
            size_t start = c->edges[2 * word], nbytes = c->edges[2 * word + 1] - start;
            copy_word(c->joined + used, c->text + start, nbytes);
            c->edges[2 * word] = (uint16_t)used;
            used += nbytes;
            c->edges[2 * word + 1] = (uint16_t)used;
            c->joined[used++] = ' ';
        }
        c->joined_ends[i] = (uint16_t)(word > first ? used - 1 : used);
        if (!put_grams(p, first, word)) return false;
    }
    return drain(p);
}

/* ---- Characters of a chunk ------------------------------------------------------------------------------------------- */

/* Within a term of a table, a line feed is another byte. */
static void hide_line_feeds(const tp_vectors *v, uint8_t *text, size_t nbytes)
{
    if (tp_is_hashed(v)) return;
    for (size_t i = 0; i < nbytes; i++) text[i] = text[i] == '\n' ? 0xFF : text[i];
}

/* Puts the runs of n of the characters that begin at starts[0 … n_characters - 1]; starts[n_characters] is the end. */
static bool put_runs(pipe *p, const uint16_t *starts, size_t n_characters, size_t n)
{
    for (size_t i = 0; i + n <= n_characters;) {
        word_batch *b = &p->batches[p->filling];
        size_t left = n_characters - n + 1 - i, room = TP_KEYS_AT_ONCE - b->n, n_put = left < room ? left : room;
        b->text = p->v->chunk->text;
        b->edges = b->moved;
        for (size_t j = 0; j < n_put; j++) {
            b->moved[2 * (b->n + j)] = starts[i + j];
            b->moved[2 * (b->n + j) + 1] = starts[i + j + n];
        }
        i += n_put;
        b->n += n_put;
        if (b->n == TP_KEYS_AT_ONCE && !submit(p)) return false;
    }
    return true;
}

static bool add_characters_of_chunk(pipe *p)
{
    tp_vectors_chunk *c = p->v->chunk;
    size_t start = 0;
    for (size_t i = 0; i < c->n_documents; i++) {
        size_t n = 0;
        hide_line_feeds(p->v, c->text + start, c->ends[i] - start);
        for (size_t j = start; j < c->ends[i]; j++) {
            c->starts[n] = (uint16_t)j;
            n += !tp_utf8_is_continuation(c->text[j]);
        }
        c->starts[n] = c->ends[i];
        for (uint64_t each = p->v->options.least; each <= p->v->options.most && each <= n; each++) {
            if (!put_runs(p, c->starts, n, (size_t)each)) return false;
        }
        start = (size_t)c->ends[i] + 1;
    }
    return drain(p);
}

/* ---- One document ---------------------------------------------------------------------------------------------------- */

/* Counts a term that is too long for the edges of a batch. */
static bool take_giant(tp_vectors *v, const uint8_t *text, size_t nbytes)
{
    if (!tp_vectors_reserve_row(v, 1)) return false;
    if (tp_is_hashed(v)) {
        const uint32_t hash = tp_murmur(text, nbytes);
        put_hashed(&v->row, v, &hash, 1);
        return true;
    }
    if (!tp_vectors_reserve_terms(v, 1, nbytes)) return false;
    const tp_word word = tp_table_word(&v->table, text, nbytes);
    uint32_t number = v->is_fixed ? tp_table_find(&v->table, &word)
                                  : (uint32_t)(tp_table_find_or_append(&v->table, &word) - v->table.terms);
    uint32_t *end = tp_row_end(v);
    *end = number;
    tp_keep_row(v, end + (number != TP_NO_TERM));
    return true;
}

/* Takes terms of the open document. */
static bool take_terms(tp_vectors *v, const uint8_t *text, const tp_span *spans, size_t n)
{
    pipe p = {.v = v};
    word_batch *b = &p.batches[0];
    for (size_t first = 0, taken; first < n; first += taken) {
        taken = put_edges(b, text, spans + first, n - first);
        if (taken == 0) {
            taken = 1;
            if (!take_giant(v, text + spans[first].start, spans[first].end - spans[first].start)) return false;
            continue;
        }
        tp_make_keys(&v->table.hash_key, b->text, b->moved, b->n, &b->made);
        if (!take_batch(&p, b)) return false;
    }
    return true;
}

/* Removes the stop words from the spans and returns how many are left. */
static size_t drop_stop_words(const tp_vectors *v, const uint8_t *text, tp_span *spans, size_t n)
{
    const tp_table *stop_words = stop_words_of(v);
    size_t kept = 0;
    if (stop_words->n_terms == 0) return n;
    for (size_t i = 0; i < n; i++) {
        tp_word word = tp_table_word(stop_words, text + spans[i].start, spans[i].end - spans[i].start);
        if (tp_table_find(stop_words, &word) == TP_NO_TERM) spans[kept++] = spans[i];
    }
    return kept;
}

static bool keep_words(tp_vectors *v, const uint8_t *text, const tp_span *spans, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!tp_keep_token(&v->tokens, &v->token_ends, text + spans[i].start, spans[i].end - spans[i].start)) return false;
    }
    return true;
}

static bool count_grams_of_words(tp_vectors *v)
{
    tp_span grams[TP_KEYS_AT_ONCE];
    size_t total = tp_n_tokens(&v->token_ends);
    for (uint64_t n = v->options.least; n <= v->options.most && n <= total; n++) {
        size_t held = 0;
        for (size_t first = 0; first + n <= total; first++) {
            grams[held++] = tp_gram_at(&v->token_ends, first, (size_t)n);
            if (held < TP_KEYS_AT_ONCE && first + n < total) continue;
            if (!take_terms(v, v->tokens.data, grams, held)) return false;
            held = 0;
        }
    }
    return true;
}

/* Words that are kept for n-grams do not fill a row, so it is asked after so many bytes of text whether to go on. */
enum { ASKED_EACH_NBYTES = 1 << 20 };

static bool add_words(tp_vectors *v)
{
    tp_span spans[TP_KEYS_AT_ONCE];
    uint8_t *text = v->text.held.data;
    size_t nbytes = v->text.held.used, at = 0, asked_at = 0, n;
    const tp_words *words = v->options.words;
    bool has_grams = v->options.most > 1;
    v->tokens.used = v->token_ends.used = 0;
    while ((n = words->rule->next_words(words->rule, text, nbytes, &at, spans, TP_KEYS_AT_ONCE)) > 0) {
        if (words->may_hold_line_feed) {
            for (size_t i = 0; i < n; i++) hide_line_feeds(v, text + spans[i].start, spans[i].end - spans[i].start);
        }
        n = drop_stop_words(v, text, spans, n);
        if (at - asked_at >= ASKED_EACH_NBYTES) {
            asked_at = at;
            if (!tp_vectors_may_go_on(v)) return false;
        }
        if (!(has_grams ? keep_words : take_terms)(v, text, spans, n)) return false;
    }
    return !has_grams || count_grams_of_words(v);
}

/* Where the characters of a text begin, and where the last one ends: at their own places if all are ASCII. */
typedef struct characters {
    const size_t *starts; /* NULL: all are ASCII */
    size_t n;
} characters;

static inline size_t start_of(const characters *all, size_t i) { return all->starts == NULL ? i : all->starts[i]; }

static bool find_characters(tp_vectors *v, const uint8_t *text, size_t nbytes, bool is_ascii, characters *all)
{
    size_t n = 0;
    *all = (characters){NULL, nbytes};
    if (is_ascii) return true;
    v->starts.used = 0;
    if (nbytes >= SIZE_MAX / sizeof(size_t) || !tp_arena_reserve(TP_FOR_VECTORS, &v->starts, (nbytes + 1) * sizeof(size_t))) return false;
    size_t *starts = (size_t *)(void *)v->starts.data;
    for (size_t i = 0; i < nbytes; i++) {
        starts[n] = i;
        n += !tp_utf8_is_continuation(text[i]);
    }
    starts[n] = nbytes;
    *all = (characters){starts, n};
    return true;
}

/* What is done with some terms of a text. */
typedef bool take_spans(tp_vectors *v, const uint8_t *text, const tp_span *spans, size_t n);

/* Takes the runs of n of the characters first … end - 1. */
static bool take_runs(tp_vectors *v, const uint8_t *text, const characters *all, size_t first, size_t end, size_t n, take_spans *take)
{
    tp_span runs[TP_KEYS_AT_ONCE];
    size_t held = 0;
    for (; first + n <= end; first++) {
        runs[held++] = (tp_span){start_of(all, first), start_of(all, first + n)};
        if (held < TP_KEYS_AT_ONCE && first + n < end) continue;
        if (!take(v, text, runs, held)) return false;
        held = 0;
    }
    return true;
}

static bool add_characters(tp_vectors *v)
{
    characters all;
    tp_arena *held = &v->text.held;
    held->used = tp_join_spaces(held->data, held->used);
    if (!find_characters(v, held->data, held->used, v->text.is_ascii, &all)) return false;
    hide_line_feeds(v, held->data, held->used);
    for (uint64_t n = v->options.least; n <= v->options.most && n <= all.n; n++) {
        if (!take_runs(v, held->data, &all, 0, all.n, (size_t)n, take_terms)) return false;
    }
    return true;
}

/* Takes the runs of a part with the blanks around it. */
static bool take_part(tp_vectors *v, const uint8_t *text, const characters *all, size_t first, size_t end, take_spans *take)
{
    for (uint64_t n = v->options.least; n <= v->options.most; n++) {
        size_t length = end - first, taken = n < length ? (size_t)n : length;
        if (!take_runs(v, text, all, first, end, taken, take)) return false;
        if (taken == length) break;
    }
    return true;
}

static bool add_parts(tp_vectors *v)
{
    characters all;
    const tp_arena *held = &v->text.held;
    if (!tp_text_pad_parts(&v->text) || !find_characters(v, held->data, held->used, v->text.is_ascii, &all)) return false;
    for (size_t first = 0, end; first + 1 < all.n; first = end) {
        end = first + 1;
        while (held->data[start_of(&all, end)] != ' ') end++;
        if (!take_part(v, held->data, &all, first, end + 1, take_terms)) return false;
    }
    return true;
}

/* Adds the row of the document that is prepared in `text`. */
static bool add_prepared(tp_vectors *v)
{
    bool is_added = v->options.terms == TP_TERMS_OF_WORDS        ? add_words(v)
                    : v->options.terms == TP_TERMS_OF_CHARACTERS ? add_characters(v)
                                                                 : add_parts(v);
    return is_added && tp_vectors_close_row(v);
}

/* ---- Parts of a chunk ------------------------------------------------------------------------------------------------ */

/* Longer parts do not come again. With more bytes of terms than this, what is known of parts is forgotten: some million parts,
 * more than the words of a language. */
enum { MOST_PART_NBYTES = 256, MOST_TERMS_OF_PARTS_NBYTES = 1 << 26 };

/* Keeps the numbers of terms, or their hashed columns, as terms of the last part. */
static bool keep_terms(tp_vectors *v, const uint8_t *text, const tp_span *spans, size_t n)
{
    word_batch b;
    tp_arena *kept = &v->parts.terms;
    if (put_edges(&b, text, spans, n) < n) return false;
    if (!tp_arena_reserve(TP_FOR_VECTORS, kept, n * sizeof(uint32_t))) return false;
    tp_make_keys(&v->table.hash_key, b.text, b.edges, b.n, &b.made);
    if (tp_is_hashed(v)) {
        uint32_t hashes[TP_KEYS_AT_ONCE];
        tp_hash_words(&b.made, b.text, b.edges, b.n, hashes);
        put_hashed(kept, v, hashes, n);
        return true;
    }
    if (!find_batch(v, &b)) return false;
    for (size_t i = 0; i < n; i++) {
        uint32_t number = number_of(v, &b, i);
        if (number == TP_NO_TERM) continue;
        memcpy(kept->data + kept->used, &number, sizeof number);
        kept->used += sizeof number;
    }
    return true;
}

/* Puts a blank before and behind a part. */
static bool pad_part(tp_vectors *v, const uint8_t *text, size_t nbytes)
{
    v->tokens.used = 0;
    if (!tp_arena_reserve(TP_FOR_CORPUS, &v->tokens, nbytes + 2 + TP_READ_BEHIND)) return false;
    v->tokens.data[0] = ' ';
    memcpy(v->tokens.data + 1, text, nbytes);
    v->tokens.data[nbytes + 1] = ' ';
    v->tokens.used = nbytes + 2;
    return true;
}

static bool take_padded(tp_vectors *v, take_spans *take)
{
    characters all;
    const tp_arena *padded = &v->tokens;
    return find_characters(v, padded->data, padded->used, tp_is_ascii_text(padded->data, padded->used), &all) &&
           take_part(v, padded->data, &all, 0, all.n, take);
}

/* Counts the terms of a part that is known. */
static bool note_part(tp_vectors *v, size_t number)
{
    const tp_parts *parts = &v->parts;
    size_t start = number == 0 ? 0 : (size_t)parts->ends[number - 1], nbytes = (size_t)parts->ends[number] - start;
    if (nbytes == 0) return true;
    if (!tp_vectors_reserve_row(v, nbytes / sizeof(uint32_t))) return false;
    memcpy(v->row.data + v->row.used, parts->terms.data + start, nbytes);
    v->row.used += nbytes;
    return true;
}

/* Counts the terms of a part that was looked up. */
static bool take_looked_up(tp_vectors *v, const word_batch *b, size_t i)
{
    tp_parts *parts = &v->parts;
    const tp_term *term = parts->table.terms + b->found[i] - 1;
    if (is_term(b, i, term)) return note_part(v, b->found[i] - 1);
    size_t start = b->edges[2 * i], nbytes = b->edges[2 * i + 1] - start;
    const tp_word word = {b->made.keys[i], b->made.hashes[i], b->text + start, nbytes};
    if (!pad_part(v, word.text, nbytes)) return false;
    if (nbytes > MOST_PART_NBYTES) return take_padded(v, take_terms);
    size_t n_before = parts->table.n_terms, number = (size_t)(tp_table_find_or_append(&parts->table, &word) - parts->table.terms);
    if (number == n_before) {
        if (!take_padded(v, keep_terms)) return false;
        parts->ends[number] = parts->terms.used;
    }
    return note_part(v, number);
}

/* Makes room for the parts of a batch, and looks them up. */
static bool find_parts(tp_parts *parts, word_batch *b)
{
    if (parts->terms.used > MOST_TERMS_OF_PARTS_NBYTES) tp_parts_clear(parts);
    size_t nbytes = 0;
    for (size_t i = 0; i < b->n; i++) nbytes += (size_t)b->edges[2 * i + 1] - b->edges[2 * i];
    if (!tp_table_reserve(&parts->table, b->n, nbytes)) return false;
    uint64_t *ends = tp_grow(TP_FOR_VECTORS, parts->ends, &parts->ends_capacity, parts->table.n_terms + b->n, sizeof *ends);
    if (ends == NULL) return false;
    parts->ends = ends;
    tp_make_keys(&parts->table.hash_key, b->text, b->edges, b->n, &b->made);
    if (!is_cached(&parts->table)) prefetch_slots(&parts->table, b);
    find_terms(&parts->table, b);
    return true;
}

static bool add_parts_of_chunk(pipe *p)
{
    tp_vectors *v = p->v;
    tp_vectors_chunk *c = v->chunk;
    word_batch *b = &p->batches[0];
    size_t n_parts = tp_class_edges(v->parts.visible, c->text, c->used, c->edges);
    for (size_t first = 0; first < n_parts; first += TP_KEYS_AT_ONCE) {
        b->text = c->text;
        b->edges = c->edges + 2 * first;
        b->n = n_parts - first < TP_KEYS_AT_ONCE ? n_parts - first : TP_KEYS_AT_ONCE;
        if (!find_parts(&v->parts, b)) return false;
        for (size_t i = 0; i < b->n; i++) {
            if (!close_before(p, b->edges[2 * i]) || !take_looked_up(v, b, i)) return false;
        }
    }
    return true;
}

/* ---- Documents ------------------------------------------------------------------------------------------------------- */

static bool fits_chunks(const tp_vectors *v)
{
    const tp_words *words = v->options.words;
    return words == NULL || (words->own_rule != NULL && tp_class_has_edges(words->own_rule) && !words->may_hold_line_feed);
}

static bool reserve_chunk(tp_vectors *v)
{
    if (v->chunk == NULL) {
        v->chunk = tp_allocate(TP_FOR_VECTORS, sizeof *v->chunk);
        if (v->chunk == NULL) return false;
        v->chunk->used = v->chunk->n_documents = 0;
    }
    if (v->options.terms != TP_TERMS_IN_WORDS || v->parts.visible != NULL) return true;
    v->parts.visible = tp_allocate(TP_FOR_VECTORS, sizeof *v->parts.visible);
    if (v->parts.visible != NULL) tp_class_rule_fill_visible(v->parts.visible);
    return v->parts.visible != NULL;
}

bool tp_vectors_flush(tp_vectors *v)
{
    tp_vectors_chunk *c = v->chunk;
    if (c == NULL || c->n_documents == 0) return true;
    pipe p = {.v = v, .ends = c->ends, .n_ends = c->n_documents};
    memset(c->text + c->used, 0, TP_VECTORS_READ_BEHIND);
    bool is_added = v->options.terms == TP_TERMS_OF_CHARACTERS ? add_characters_of_chunk(&p)
                    : v->options.terms == TP_TERMS_IN_WORDS    ? add_parts_of_chunk(&p)
                    : v->options.most > 1                      ? add_grams_of_chunk(&p)
                                                               : add_words_of_chunk(&p);
    c->used = c->n_documents = 0;
    return is_added && close_before(&p, NOWHERE - 1);
}

/* Closes the document whose text stands at the end of the chunk. */
static void close_in_chunk(tp_vectors *v, size_t nbytes)
{
    tp_vectors_chunk *c = v->chunk;
    if (v->options.terms == TP_TERMS_OF_CHARACTERS) nbytes = tp_join_spaces(c->text + c->used, nbytes);
    c->used += nbytes;
    c->ends[c->n_documents++] = (uint16_t)c->used;
    c->text[c->used++] = '\n';
}

static bool has_room(const tp_vectors_chunk *c, size_t nbytes)
{
    return nbytes < TP_VECTORS_CHUNK_NBYTES - c->used && c->n_documents < TP_VECTORS_CHUNK_DOCUMENTS;
}

/* Adds a document that is prepared in `text`. */
static bool put_prepared(tp_vectors *v)
{
    const tp_arena *held = &v->text.held;
    if (!has_room(v->chunk, held->used) && !tp_vectors_flush(v)) return false;
    if (held->used >= TP_VECTORS_CHUNK_NBYTES) return add_prepared(v);
    if (held->used > 0) memcpy(v->chunk->text + v->chunk->used, held->data, held->used);
    close_in_chunk(v, held->used);
    return true;
}

bool tp_vectors_put_document(tp_vectors *v, const uint8_t *document, size_t nbytes)
{
    if (!fits_chunks(v)) return tp_text_prepare(&v->text, document, nbytes, &v->options) && add_prepared(v);
    if (!reserve_chunk(v)) return false;
    if (nbytes >= TP_VECTORS_CHUNK_NBYTES) return tp_text_prepare(&v->text, document, nbytes, &v->options) && put_prepared(v);
    if (!has_room(v->chunk, nbytes) && !tp_vectors_flush(v)) return false;
    uint8_t *to = v->chunk->text + v->chunk->used;
    if (tp_copy_ascii(to, document, nbytes, v->options.letter_case == TP_CASE_LOWER)) {
        close_in_chunk(v, nbytes);
        return true;
    }
    return tp_text_prepare(&v->text, to, nbytes, &v->options) && put_prepared(v);
}
