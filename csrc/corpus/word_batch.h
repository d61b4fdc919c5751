/* Looks up a batch of words in the term table in steps, each over the whole batch, so that cache misses overlap. */
#ifndef TEXTPROC_CORPUS_WORD_BATCH_H
#define TEXTPROC_CORPUS_WORD_BATCH_H

#include "corpus/corpus.h"
#include "corpus/keys.h"
#include "segment/segment.h"

typedef struct word_batch {
    size_t n;
    const uint8_t *text;
    const uint16_t *edges;     /* where each word begins and ends in the text */
    uint16_t moved[2 * TP_KEYS_AT_ONCE]; /* edges that are not those of a chunk */
    tp_keys made;
    uint32_t found[TP_KEYS_AT_ONCE]; /* the number plus 1 of the term that is probably the word; 0: the word is probably new */
} word_batch;

/* Up to this size the table stays in the caches near the core, and prefetching it costs more than it saves. Measured with
 * tables of 1 to 20 MB on a core with 1 MB of second-level cache. */
enum { CACHED_TABLE_NBYTES = 1 << 21 };

static inline bool is_cached(const tp_table *table)
{
    return table->index.n_slots * sizeof *table->index.slots + table->n_terms * sizeof *table->terms <= CACHED_TABLE_NBYTES;
}

/* Puts the first spans that lie close enough together into a batch, and returns how many; 0 if the first is too long. */
static inline size_t put_edges(word_batch *b, const uint8_t *text, const tp_span *spans, size_t n)
{
    size_t base = spans[0].start, i = 0;
    b->text = text + base;
    b->edges = b->moved;
    for (; i < n && spans[i].end - base <= UINT16_MAX; i++) {
        b->moved[2 * i] = (uint16_t)(spans[i].start - base);
        b->moved[2 * i + 1] = (uint16_t)(spans[i].end - base);
    }
    b->n = i;
    return i;
}

/* Prefetches the home slots of the hashes. */
static inline void prefetch_slots(const tp_table *table, const word_batch *b)
{
    const uint32_t *slots = table->index.slots;
    const size_t mask = table->index.n_slots - 1;
    TP_UNROLL
    for (size_t i = 0; i < b->n; i++) TP_PREFETCH(&slots[b->made.hashes[i] & mask]);
}

/* Looks up the home slots of the hashes. */
static inline void find_at_home(const tp_table *table, word_batch *b)
{
    const uint32_t *slots = table->index.slots;
    const uint32_t number_mask = tp_index_number_mask(&table->index);
    const size_t mask = table->index.n_slots - 1;
    TP_UNROLL
    for (size_t i = 0; i < b->n; i++) b->found[i] = slots[b->made.hashes[i] & mask] & number_mask;
}

/* Finds the terms by their tags and prefetches them. */
static inline void find_by_tag(const tp_table *table, word_batch *b)
{
    const tp_index index = table->index; /* kept in registers, whatever the loop writes to */
    for (size_t i = 0; i < b->n; i++) {
        b->found[i] = tp_index_find_by_tag(&index, b->made.hashes[i]);
        TP_PREFETCH(table->terms + b->found[i] - 1);
    }
}

/* Compares the texts of long words, and gives equal ones the keys of their terms. */
static inline void compare_long_words(const tp_table *table, word_batch *b)
{
    for (size_t j = 0; j < b->made.n_long_words; j++) {
        const tp_term *term = table->terms + b->found[b->made.long_words[j]] - 1;
        TP_PREFETCH(table->text.data + (tp_key_is_long(term->key) ? tp_long_key_start(term->key) : 0));
    }
    for (size_t j = 0; j < b->made.n_long_words; j++) {
        size_t i = b->made.long_words[j], start = b->edges[2 * i], end = b->edges[2 * i + 1];
        const tp_term *term = table->terms + b->found[i] - 1;
        if (tp_table_is_long_word(table, term, b->made.hashes[i], b->text + start, end - start)) b->made.keys[i] = term->key;
    }
}

/* Finds the terms of the batch of words, whose keys are made. */
static inline void find_terms(const tp_table *table, word_batch *b)
{
    if (is_cached(table)) find_at_home(table, b);
    else find_by_tag(table, b);
    compare_long_words(table, b);
}

/* Removes the words of a table from a batch, whose keys were made for the table `of_keys`. */
static inline void drop_words_of(const tp_table *dropped, const tp_table *of_keys, word_batch *b)
{
    if (dropped->n_terms == 0) return;
    const bool has_same_hashes = memcmp(&dropped->hash_key, &of_keys->hash_key, sizeof of_keys->hash_key) == 0;
    tp_keys *made = &b->made;
    size_t n = 0, n_long = 0, next_long = 0;
    for (size_t i = 0; i < b->n; i++) {
        size_t start = b->edges[2 * i], end = b->edges[2 * i + 1];
        bool is_long = next_long < made->n_long_words && made->long_words[next_long] == i;
        next_long += is_long;
        tp_word word = {made->keys[i], made->hashes[i], b->text + start, end - start};
        if (!has_same_hashes) word = tp_table_word(dropped, word.text, word.nbytes);
        if (tp_table_find(dropped, &word) != TP_NO_TERM) continue;
        if (is_long) made->long_words[n_long++] = (uint8_t)n;
        made->keys[n] = made->keys[i];
        made->hashes[n] = made->hashes[i];
        b->moved[2 * n] = (uint16_t)start;
        b->moved[2 * n + 1] = (uint16_t)end;
        n++;
    }
    b->n = n;
    b->edges = b->moved;
    made->n_long_words = n_long;
}

/* A word that is new, or that is not in its home slot. */
static inline tp_term *look_further(tp_table *table, const word_batch *b, size_t i)
{
    size_t start = b->edges[2 * i], end = b->edges[2 * i + 1];
    return tp_table_find_or_append(table, &(tp_word){b->made.keys[i], b->made.hashes[i], b->text + start, end - start});
}

static inline bool is_term(const word_batch *b, size_t i, const tp_term *term)
{
    return ((term->key.low ^ b->made.keys[i].low) | (term->key.high ^ b->made.keys[i].high)) == 0;
}

/* Counts one word of the batch, in the short document with this stamp. */
static inline void note_word_of_short(tp_counts *counts, const word_batch *b, size_t i, uint32_t stamp)
{
    tp_term *term = counts->table.terms + b->found[i] - 1;
    if (!is_term(b, i, term)) term = look_further(&counts->table, b, i);
    tp_term_note_in_short(term, stamp);
}

/* Counts the words first … end - 1 of the batch, all of them in the open document. While that is the first document, it is the
 * last document of every term. */
static inline void note(tp_counts *counts, const word_batch *b, size_t first, size_t end, bool is_first_document)
{
    const uint32_t stamp = tp_counts_stamp(counts);
    tp_term *terms = counts->table.terms;
    TP_UNROLL
    for (size_t i = first; i < end; i++) {
        tp_term *term = terms + b->found[i] - 1;
        if (!is_term(b, i, term)) {
            tp_term_note(look_further(&counts->table, b, i), stamp);
        } else if (is_first_document) {
            term->packed++;
        } else {
            tp_term_note(term, stamp);
        }
    }
    counts->words += end - first;
}

static inline void note_in_document(tp_counts *counts, const word_batch *b, size_t first, size_t end)
{
    if (counts->first_document_terms == UINT64_MAX) note(counts, b, first, end, true);
    else note(counts, b, first, end, false);
}

#endif
