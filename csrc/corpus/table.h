/* The term table: every distinct term once, numbered in order of first occurrence. It knows nothing of documents and locks. */
#ifndef TEXTPROC_CORPUS_TABLE_H
#define TEXTPROC_CORPUS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/index.h"
#include "base/key.h"
#include "base/memory.h"

/* The data that every occurrence updates; two of these share a cache line. */
typedef struct tp_term {
    tp_key key;
    uint64_t packed;        /* low 48 bits: the count; high 16 bits: the high 16 bits of the document frequency */
    uint32_t frequency_low; /* the low 32 bits of the document frequency */
    uint32_t last_document; /* the stamp of the last document that contains it, or TP_NO_DOCUMENT */
} tp_term;

#define TP_NO_DOCUMENT UINT32_MAX
#define TP_MAX_COUNT ((UINT64_C(1) << 48) - 1)

/* All zero except the hash key is an empty table. */
typedef struct tp_table {
    tp_hash_key hash_key;
    tp_index index;
    tp_term *terms; /* terms[-1] equals no word; free slots refer to it */
    uint64_t *starts; /* where the text of each term starts; [n_terms] is where the next one will start */
    size_t n_terms;
    size_t terms_capacity;
    size_t starts_capacity;
    tp_arena text; /* the terms in order, each followed by '\n', so that a run of them can be returned as is */
} tp_table;

#define TP_MAX_TERMS TP_INDEX_MAX_ITEMS
#define TP_NO_TERM UINT32_MAX

/* A word to be looked up: its key, the hash of the key, and its text. */
typedef struct tp_word {
    tp_key key;
    uint64_t hash;
    const uint8_t *text;
    size_t nbytes;
} tp_word;

void tp_table_free(tp_table *table);

/* Makes room for n_terms more terms of text_nbytes bytes in all. Returns false, with nothing visible changed, if memory runs out. */
bool tp_table_reserve(tp_table *table, size_t n_terms, size_t text_nbytes);

/* Returns the number of the term, or TP_NO_TERM. */
uint32_t tp_table_find(const tp_table *table, const tp_word *word);

/* Appends a term that is not in the table, with counts of zero; there must be room for it. */
tp_term *tp_table_append(tp_table *table, const tp_word *word);

/* Returns the term, appended if it is new; there must be room for it. Only the bits of the word's hash that select a slot
 * matter. */
tp_term *tp_table_find_or_append(tp_table *table, const tp_word *word);

/* Removes the terms from number n_terms on. O(terms that stay + size of the index). */
void tp_table_truncate(tp_table *table, size_t n_terms);

/* Makes `copy`, whose contents are overwritten, an equal table of exactly the required size. Returns false if memory runs
 * out. */
bool tp_table_copy(const tp_table *table, tp_table *copy);

/* Makes a word of some bytes. Reads no other bytes. */
tp_word tp_table_word(const tp_table *table, const uint8_t *text, size_t nbytes);

/* ---- Terms --------------------------------------------------------------------------------------------------------- */

static inline uint64_t tp_term_count(const tp_term *term) { return term->packed & TP_MAX_COUNT; }

static inline uint64_t tp_term_document_frequency(const tp_term *term)
{
    return (term->packed >> 48) << 32 | term->frequency_low;
}

static inline void tp_term_set(tp_term *term, uint64_t count, uint64_t document_frequency)
{
    term->packed = (document_frequency >> 32) << 48 | count;
    term->frequency_low = (uint32_t)document_frequency;
}

/* Counts one occurrence in the document with this stamp. */
static inline void tp_term_note(tp_term *term, uint32_t document)
{
    term->packed++;
    if (term->last_document == document) return;
    term->last_document = document;
    if (++term->frequency_low == 0) term->packed += UINT64_C(1) << 48;
}

/* The same without a branch, for documents as long as a verse: there every second word is there for the first time, which no
 * processor predicts. */
static inline void tp_term_note_in_short(tp_term *term, uint32_t document)
{
    uint32_t is_first = term->last_document != document, frequency_low = term->frequency_low + is_first;
    term->last_document = document;
    term->frequency_low = frequency_low;
    term->packed += 1 + ((uint64_t)(is_first & (frequency_low == 0)) << 48);
}

static inline const uint8_t *tp_table_text(const tp_table *table, size_t number)
{
    return table->text.data + table->starts[number];
}

/* Returns the length of a term's text, without the '\n' that follows it. */
static inline size_t tp_table_nbytes(const tp_table *table, size_t number)
{
    return (size_t)(table->starts[number + 1] - table->starts[number] - 1);
}

/* Returns the word of a term. */
static inline tp_word tp_table_word_at(const tp_table *table, size_t number)
{
    tp_key key = table->terms[number].key;
    uint64_t hash = tp_key_hash(&table->hash_key, key);
    if (tp_key_is_long(key)) key = tp_long_key(hash, TP_MAX_TEXT_START);
    return (tp_word){key, hash, tp_table_text(table, number), tp_table_nbytes(table, number)};
}

/* Returns whether the term is this long word. */
static inline bool tp_table_is_long_word(const tp_table *table, const tp_term *term, uint64_t hash, const uint8_t *text,
                                         size_t nbytes)
{
    size_t start = (size_t)tp_long_key_start(term->key);
    return term->key.low == hash && tp_key_is_long(term->key) && nbytes < table->text.used - start &&
           table->text.data[start + nbytes] == '\n' && tp_is_same_long_text(table->text.data + start, text, nbytes);
}

static inline bool tp_table_is_word(const tp_table *table, const tp_term *term, const tp_word *word)
{
    if (tp_key_is_long(word->key)) return tp_table_is_long_word(table, term, word->key.low, word->text, word->nbytes);
    return term->key.low == word->key.low && term->key.high == word->key.high;
}

#endif
