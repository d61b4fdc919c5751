/* The term table: every distinct term once, numbered in the order in which it was first seen. Knows no documents, no locks. */
#ifndef TEXTPROC_CORPUS_TABLE_H
#define TEXTPROC_CORPUS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

/* A term in 16 bytes, so that comparing seldom means following a pointer. One of up to 15 bytes is all in there, padded with
 * zeros, its length in the last byte. Of a longer one it is a hash and the length, the last byte being LONG_TERM: where such
 * keys are equal, the texts are compared. */
typedef struct tp_key {
    uint64_t low;
    uint64_t high;
} tp_key;

enum { TP_SHORT_TERM_NBYTES = 15, TP_LONG_TERM = 0xFF };

/* What every occurrence touches: two of them share a cache line. */
typedef struct tp_term {
    tp_key key;
    uint64_t packed;         /* the count in 48 bits; above it, the high 16 bits of the document frequency */
    uint32_t frequency_low;  /* the low 32 bits of the document frequency */
    uint32_t last_document;  /* a stamp of the last document that has it, or TP_NO_DOCUMENT */
} tp_term;

#define TP_NO_DOCUMENT UINT32_MAX
#define TP_MAX_COUNT ((UINT64_C(1) << 48) - 1)

/* Where a term's text is: what only new, long and handed-out terms touch. */
typedef struct tp_term_text {
    size_t start;
    size_t nbytes;
} tp_term_text;

/* An index slot: the number of a term plus 1 (0: free), and the high half of its hash, so that most probes that miss never
 * touch the term itself. */
typedef struct tp_slot {
    uint32_t term;
    uint32_t tag;
} tp_slot;

/* All zero but for the hash key is an empty one. */
typedef struct tp_table {
    tp_hash_key hash_key;
    tp_slot *slots; /* open addressing, linear probing, at most half full */
    size_t n_slots; /* a power of two, or 0 */
    tp_term *terms;
    tp_term_text *texts;
    size_t n_terms;
    size_t terms_capacity;
    size_t texts_capacity;
    tp_arena text; /* the terms in order, each followed by '\n': a run of them is ready to be handed out */
} tp_table;

#define TP_MAX_TERMS ((size_t)UINT32_MAX - 1)
#define TP_NO_TERM UINT32_MAX

/* A word on its way into the table: its key, the hash of that, and its text. */
typedef struct tp_word {
    tp_key key;
    uint64_t hash;
    const uint8_t *text;
    size_t nbytes;
} tp_word;

void tp_table_free(tp_table *table);

/* Makes room for so many more terms of so many bytes in all; false, with nothing changed for the reader, without memory. */
bool tp_table_reserve(tp_table *table, size_t n_terms, size_t text_nbytes);

/* The number of the term, or TP_NO_TERM. */
uint32_t tp_table_find(const tp_table *table, const tp_word *word);

/* Appends a term that is not in the table, with counts of zero; there must be room for it. */
tp_term *tp_table_append(tp_table *table, const tp_word *word);

/* The term, appended if it is new; NULL without memory. */
tp_term *tp_table_find_or_append(tp_table *table, const tp_word *word);

/* Makes `copy`, whose contents are overwritten, an equal table of just the size needed; false without memory. */
bool tp_table_copy(const tp_table *table, tp_table *copy);

/* The word that some bytes are. Reads no others. */
tp_word tp_table_word(const tp_table *table, const uint8_t *text, size_t nbytes);

static inline uint64_t tp_key_hash(const tp_hash_key *hash_key, tp_key key)
{
    return tp_hash_mix(key.low ^ hash_key->word[1], key.high ^ hash_key->word[2]);
}

/* The word that a term is. */
static inline tp_word tp_table_word_at(const tp_table *table, size_t number)
{
    const tp_term_text *text = &table->texts[number];
    tp_key key = table->terms[number].key;
    return (tp_word){key, tp_key_hash(&table->hash_key, key), table->text.data + text->start, text->nbytes};
}

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

/* Starts to load what looking for this hash will touch: first the index, then, when that has come, the term. */
static inline void tp_table_prefetch_slot(const tp_table *table, uint64_t hash)
{
#ifdef __GNUC__
    __builtin_prefetch(&table->slots[hash & (table->n_slots - 1)]);
#else
    (void)table;
    (void)hash;
#endif
}

static inline void tp_table_prefetch_term(const tp_table *table, uint64_t hash)
{
#ifdef __GNUC__
    uint32_t term = table->slots[hash & (table->n_slots - 1)].term;
    __builtin_prefetch(&table->terms[term - (term != 0)]);
#else
    (void)table;
    (void)hash;
#endif
}

/* The key of up to 15 bytes, behind which as many more can be read that there are 16. */
static inline tp_key tp_short_key(const uint8_t *text, size_t nbytes)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    uint8_t padded[16] = {0};
    tp_key key;
    memcpy(padded, text, nbytes);
    padded[15] = (uint8_t)nbytes;
    memcpy(&key, padded, sizeof key);
    return key;
#else
    static const uint64_t first_bytes[9] = {0,
                                            0xFF,
                                            0xFFFF,
                                            0xFFFFFF,
                                            0xFFFFFFFF,
                                            UINT64_C(0xFFFFFFFFFF),
                                            UINT64_C(0xFFFFFFFFFFFF),
                                            UINT64_C(0xFFFFFFFFFFFFFF),
                                            UINT64_MAX};
    uint64_t low = tp_hash_load_8(text), high = tp_hash_load_8(text + 8);
    low &= first_bytes[nbytes < 8 ? nbytes : 8];
    high &= first_bytes[nbytes > 8 ? nbytes - 8 : 0];
    return (tp_key){low, high | (uint64_t)nbytes << 56};
#endif
}

static inline tp_key tp_long_key(const tp_hash_key *hash_key, const uint8_t *text, size_t nbytes)
{
    return (tp_key){tp_hash(hash_key, text, nbytes), (uint64_t)TP_LONG_TERM << 56 | (uint64_t)nbytes};
}

static inline bool tp_key_is_long(tp_key key) { return key.high >> 56 == TP_LONG_TERM; }

#endif
