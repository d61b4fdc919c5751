#include "vectors/document.h"

#include <string.h>

#include "corpus/grams.h"
#include "corpus/word_batch.h"
#include "unicode/utf8.h"
#include "vectors/murmur.h"
#include "vectors/sort.h"

static bool is_hashed(const tp_vectors *v) { return v->options.n_columns > 0; }

/* ---- Terms -> entries ---------------------------------------------------------------------------------------------- */

/* The hashed column in the high half, whether the term counts -1 in the low one. */
static uint64_t hashed_column(const tp_vectors *v, const uint8_t *term, size_t nbytes)
{
    uint32_t hash = tp_murmur(term, nbytes), n = (uint32_t)v->options.n_columns;
    bool is_negative = hash >> 31;
    uint32_t column = (is_negative ? 0 - hash : hash) % n; /* of the least number, 2^31 modulo n */
    return (uint64_t)column << 32 | (is_negative && v->options.alternates_sign);
}

static bool hash_terms(tp_vectors *v, const uint8_t *text, const tp_span *spans, size_t n)
{
    if (!tp_arena_reserve(TP_FOR_VECTORS, &v->hashed, n * sizeof(uint64_t))) return false;
    for (size_t i = 0; i < n; i++) {
        uint64_t column = hashed_column(v, text + spans[i].start, spans[i].end - spans[i].start);
        memcpy(v->hashed.data + v->hashed.used, &column, sizeof column);
        v->hashed.used += sizeof column;
    }
    return true;
}

static inline void note_term(tp_vectors *v, tp_term *term, size_t row_start)
{
    term->packed++;
    if (term->last_document == v->stamp) {
        v->counts[row_start + term->frequency_low]++;
        return;
    }
    term->last_document = v->stamp;
    term->frequency_low = (uint32_t)(v->n_entries - row_start);
    v->columns[v->n_entries] = (uint32_t)(term - v->table.terms);
    v->counts[v->n_entries++] = 1;
}

/* Counts a word that was looked up without success; if terms are fixed, it may be none. */
static void note_further(tp_vectors *v, const tp_word *word, size_t row_start)
{
    if (!v->is_fixed) {
        note_term(v, tp_table_find_or_append(&v->table, word), row_start);
        return;
    }
    uint32_t number = tp_table_find(&v->table, word);
    if (number != TP_NO_TERM) note_term(v, v->table.terms + number, row_start);
}

static bool reserve_terms(tp_vectors *v, size_t n, size_t nbytes)
{
    if (!tp_vectors_reserve_entries(v, n)) return false;
    return v->is_fixed || (n <= TP_MAX_COLUMNS - v->table.n_terms && tp_table_reserve(&v->table, n, nbytes));
}

/* Counts a term that is too long for the edges of a batch. */
static bool count_giant(tp_vectors *v, const uint8_t *text, size_t nbytes)
{
    if (!reserve_terms(v, 1, nbytes)) return false;
    tp_word word = tp_table_word(&v->table, text, nbytes);
    note_further(v, &word, tp_row_start(v, v->n_rows));
    return true;
}

/* Counts a batch of terms whose keys are made. */
static bool count_batch(tp_vectors *v, word_batch *b)
{
    size_t nbytes = 0, row_start = tp_row_start(v, v->n_rows);
    for (size_t i = 0; i < b->n; i++) nbytes += (size_t)b->edges[2 * i + 1] - b->edges[2 * i];
    if (b->n == 0) return true;
    if (!reserve_terms(v, b->n, nbytes)) return false;
    if (!is_cached(&v->table)) prefetch_slots(&v->table, b);
    find_terms(&v->table, b);
    for (size_t i = 0; i < b->n; i++) {
        tp_term *term = v->table.terms + b->found[i] - 1;
        if (((term->key.low ^ b->made.keys[i].low) | (term->key.high ^ b->made.keys[i].high)) == 0) {
            note_term(v, term, row_start);
            continue;
        }
        size_t start = b->edges[2 * i], end = b->edges[2 * i + 1];
        note_further(v, &(tp_word){b->made.keys[i], b->made.hashes[i], b->text + start, end - start}, row_start);
    }
    return true;
}

static bool count_terms(tp_vectors *v, const uint8_t *text, const tp_span *spans, size_t n)
{
    word_batch b;
    if (is_hashed(v)) return hash_terms(v, text, spans, n);
    for (size_t first = 0, taken; first < n; first += taken) {
        taken = put_edges(&b, text, spans + first, n - first);
        if (taken == 0) {
            taken = 1;
            if (!count_giant(v, text + spans[first].start, spans[first].end - spans[first].start)) return false;
            continue;
        }
        tp_make_keys(&v->table.hash_key, b.text, b.moved, b.n, &b.made);
        if (!count_batch(v, &b)) return false;
    }
    return true;
}

/* ---- Words --------------------------------------------------------------------------------------------------------- */

/* Removes the stop words from the spans and returns how many are left. */
static size_t drop_stop_words(const tp_vectors *v, const uint8_t *text, tp_span *spans, size_t n)
{
    const tp_table *stop_words = &v->options.words->stop_words;
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
            if (!count_terms(v, v->tokens.data, grams, held)) return false;
            held = 0;
        }
    }
    return true;
}

/* Within a term of a table, a line feed is another byte. */
static void hide_line_feeds(const tp_vectors *v, uint8_t *text, size_t nbytes)
{
    if (is_hashed(v)) return;
    for (size_t i = 0; i < nbytes; i++) {
        if (text[i] == '\n') text[i] = 0xFF;
    }
}

static bool add_words(tp_vectors *v)
{
    tp_span spans[TP_KEYS_AT_ONCE];
    uint8_t *text = v->text.held.data;
    size_t nbytes = v->text.held.used, at = 0, n;
    const tp_words *words = v->options.words;
    bool has_grams = v->options.most > 1;
    v->tokens.used = v->token_ends.used = 0;
    while ((n = words->rule->next_words(words->rule, text, nbytes, &at, spans, TP_KEYS_AT_ONCE)) > 0) {
        if (words->may_hold_line_feed) {
            for (size_t i = 0; i < n; i++) hide_line_feeds(v, text + spans[i].start, spans[i].end - spans[i].start);
        }
        n = drop_stop_words(v, text, spans, n);
        if (!(has_grams ? keep_words : count_terms)(v, text, spans, n)) return false;
    }
    return !has_grams || count_grams_of_words(v);
}

/* ---- Characters ------------------------------------------------------------------------------------------------------ */

/* Where the characters of text[0 … nbytes) begin, and where the last one ends: at their own places if all are ASCII. */
typedef struct characters {
    const size_t *starts; /* NULL: all are ASCII */
    size_t n;
} characters;

static inline size_t start_of(const characters *all, size_t i) { return all->starts == NULL ? i : all->starts[i]; }

static bool find_characters(tp_vectors *v, characters *all)
{
    const uint8_t *text = v->text.held.data;
    size_t nbytes = v->text.held.used, n = 0;
    *all = (characters){NULL, nbytes};
    if (v->text.is_ascii) return true;
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

/* Counts the runs of n of the characters first … end - 1. */
static bool count_runs(tp_vectors *v, const characters *all, size_t first, size_t end, size_t n)
{
    tp_span runs[TP_KEYS_AT_ONCE];
    size_t held = 0;
    for (; first + n <= end; first++) {
        runs[held++] = (tp_span){start_of(all, first), start_of(all, first + n)};
        if (held < TP_KEYS_AT_ONCE && first + n < end) continue;
        if (!count_terms(v, v->text.held.data, runs, held)) return false;
        held = 0;
    }
    return true;
}

static bool add_characters(tp_vectors *v)
{
    characters all;
    tp_text_join_spaces(&v->text);
    if (!find_characters(v, &all)) return false;
    hide_line_feeds(v, v->text.held.data, v->text.held.used);
    for (uint64_t n = v->options.least; n <= v->options.most && n <= all.n; n++) {
        if (!count_runs(v, &all, 0, all.n, (size_t)n)) return false;
    }
    return true;
}

/* Counts the runs of a part with the blanks around it. */
static bool add_part(tp_vectors *v, const characters *all, size_t first, size_t end)
{
    for (uint64_t n = v->options.least; n <= v->options.most; n++) {
        size_t length = end - first, taken = n < length ? (size_t)n : length;
        if (!count_runs(v, all, first, end, taken)) return false;
        if (taken == length) break;
    }
    return true;
}

static bool add_parts(tp_vectors *v)
{
    characters all;
    if (!tp_text_pad_parts(&v->text) || !find_characters(v, &all)) return false;
    const uint8_t *text = v->text.held.data;
    for (size_t first = 0, end; first + 1 < all.n; first = end) {
        end = first + 1;
        while (text[start_of(&all, end)] != ' ') end++;
        if (!add_part(v, &all, first, end + 1)) return false;
    }
    return true;
}

/* ---- Rows ---------------------------------------------------------------------------------------------------------- */

/* Makes entries of the hashed columns: one for each, with the sum of what its terms count. */
static bool sum_hashed(tp_vectors *v)
{
    size_t n = v->hashed.used / sizeof(uint64_t);
    if (!tp_vectors_reserve_entries(v, n)) return false;
    if (!tp_arena_reserve(TP_FOR_VECTORS, &v->hashed, v->hashed.used)) return false;
    uint64_t *hashed = (uint64_t *)(void *)v->hashed.data;
    if (n > 0) tp_sort_by_high_half(hashed, hashed + n, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t column = (uint32_t)(hashed[i] >> 32);
        bool is_new = i == 0 || column != (uint32_t)(hashed[i - 1] >> 32);
        if (is_new) {
            v->columns[v->n_entries] = column;
            v->counts[v->n_entries++] = 0;
        }
        v->counts[v->n_entries - 1] += (hashed[i] & 1) != 0 ? -1 : 1;
    }
    v->hashed.used = 0;
    return true;
}

/* Before stamps are used again, no term may have one. */
static void begin_row(tp_vectors *v)
{
    if (++v->stamp != TP_NO_DOCUMENT) return;
    v->stamp = 0;
    for (size_t i = 0; i < v->table.n_terms; i++) v->table.terms[i].last_document = TP_NO_DOCUMENT;
}

bool tp_vectors_add_document(tp_vectors *v, const uint8_t *document, size_t nbytes)
{
    begin_row(v);
    v->hashed.used = 0;
    if (!tp_text_prepare(&v->text, document, nbytes, &v->options)) return false;
    bool is_added = v->options.terms == TP_TERMS_OF_WORDS        ? add_words(v)
                    : v->options.terms == TP_TERMS_OF_CHARACTERS ? add_characters(v)
                                                                 : add_parts(v);
    if (!is_added || (is_hashed(v) && !sum_hashed(v))) return false;
    v->row_ends[v->n_rows++] = v->n_entries;
    return true;
}
