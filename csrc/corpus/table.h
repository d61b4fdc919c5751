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
 * zeros, its length in the last byte. Of a longer one it is a hash and, under LONG_TERM as the last byte, where its text starts:
 * such terms are equal if the hashes and the texts are. */
typedef struct tp_key {
    uint64_t low;
    uint64_t high;
} tp_key;

enum { TP_SHORT_TERM_NBYTES = 15, TP_LONG_TERM = 0xFF };

/* What every occurrence touches: two of them share a cache line. */
typedef struct tp_term {
    tp_key key;
    uint64_t packed;        /* the count in 48 bits; above it, the high 16 bits of the document frequency */
    uint32_t frequency_low; /* the low 32 bits of the document frequency */
    uint32_t last_document; /* a stamp of the last document that has it, or TP_NO_DOCUMENT */
} tp_term;

#define TP_NO_DOCUMENT UINT32_MAX
#define TP_MAX_COUNT ((UINT64_C(1) << 48) - 1)

/* All zero but for the hash key is an empty one. */
typedef struct tp_table {
    tp_hash_key hash_key;
    /* Open addressing, at most half full, probed in steps of 1, 2, 3 …: words that differ like consecutive numbers can crowd
     * slots under a key that suits them badly, and that leads away soon. 0 is a free slot. Otherwise the low bits are a term's
     * number plus 1, and those above, which no number needs, a tag made of its hash: most terms that are not the one looked for
     * need not be touched to see that. */
    uint32_t *slots;
    size_t n_slots; /* a power of two, or 0 */
    tp_term *terms; /* terms[-1] equals no word: it is what a free slot leads to */
    uint64_t *starts; /* where each term's text starts, and at [n_terms] where the next one's will */
    size_t n_terms;
    size_t terms_capacity;
    size_t starts_capacity;
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

/* The term, appended if it is new; there must be room for it. Of the word's hash only the bits that lead to a slot matter. */
tp_term *tp_table_find_or_append(tp_table *table, const tp_word *word);

/* Makes `copy`, whose contents are overwritten, an equal table of just the size needed; false without memory. */
bool tp_table_copy(const tp_table *table, tp_table *copy);

/* The word that some bytes are. Reads no others. */
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

static inline const uint8_t *tp_table_text(const tp_table *table, size_t number)
{
    return table->text.data + table->starts[number];
}

/* The length of a term's text, without the '\n' behind it. */
static inline size_t tp_table_nbytes(const tp_table *table, size_t number)
{
    return (size_t)(table->starts[number + 1] - table->starts[number] - 1);
}

/* ---- Keys ---------------------------------------------------------------------------------------------------------- */

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
enum { TP_LAST_BYTE_SHIFT = 0, TP_START_SHIFT = 8 };
#else
enum { TP_LAST_BYTE_SHIFT = 56, TP_START_SHIFT = 0 };
#endif

/* The key of a word of up to 15 bytes, of which 16 can be read. */
static inline tp_key tp_short_key(const uint8_t *text, size_t nbytes)
{
    /* From the middle less n on, the first n bytes are all ones and the others zeros. */
    static const uint8_t ones_then_zeros[32] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    const uint8_t *mask = ones_then_zeros + 16 - nbytes;
    return (tp_key){tp_hash_load_8(text) & tp_hash_load_8(mask),
                    (tp_hash_load_8(text + 8) & tp_hash_load_8(mask + 8)) | (uint64_t)nbytes << TP_LAST_BYTE_SHIFT};
}

#define TP_MAX_TEXT_START ((UINT64_C(1) << 56) - 1)

/* `start` is TP_MAX_TEXT_START, where no text starts, in the key of a word that is not in a table: no term's key equals it. */
static inline tp_key tp_long_key(uint64_t hash, uint64_t start)
{
    return (tp_key){hash, (uint64_t)TP_LONG_TERM << TP_LAST_BYTE_SHIFT | start << TP_START_SHIFT};
}

static inline bool tp_key_is_long(tp_key key) { return (key.high >> TP_LAST_BYTE_SHIFT & 0xFF) == TP_LONG_TERM; }

static inline uint64_t tp_long_key_start(tp_key key) { return key.high >> TP_START_SHIFT & TP_MAX_TEXT_START; }

static inline uint64_t tp_short_key_hash(const tp_hash_key *hash_key, tp_key key)
{
    return tp_hash_mix(key.low ^ hash_key->word[1], key.high ^ hash_key->word[2]);
}

/* The hash of a term or word. A long key holds its own. */
static inline uint64_t tp_key_hash(const tp_hash_key *hash_key, tp_key key)
{
    return tp_key_is_long(key) ? key.low : tp_short_key_hash(hash_key, key);
}

/* The word that a term is. */
static inline tp_word tp_table_word_at(const tp_table *table, size_t number)
{
    tp_key key = table->terms[number].key;
    uint64_t hash = tp_key_hash(&table->hash_key, key);
    if (tp_key_is_long(key)) key = tp_long_key(hash, TP_MAX_TEXT_START);
    return (tp_word){key, hash, tp_table_text(table, number), tp_table_nbytes(table, number)};
}

/* Whether two texts of more than 15 bytes are equal. */
static inline bool tp_is_same_long_text(const uint8_t *one, const uint8_t *other, size_t nbytes)
{
    size_t last = nbytes - 8;
    uint64_t difference = tp_hash_load_8(one + last) ^ tp_hash_load_8(other + last);
    for (size_t i = 0; i < last; i += 8) difference |= tp_hash_load_8(one + i) ^ tp_hash_load_8(other + i);
    return difference == 0;
}

/* Whether the term is this long word. */
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

/* ---- Slots --------------------------------------------------------------------------------------------------------- */

static inline size_t tp_table_home(const tp_table *table, uint64_t hash) { return (size_t)hash & (table->n_slots - 1); }

/* Where to look next: `step` is 1 at first, and one more each time, which visits every slot (Knuth, The Art of Computer
 * Programming 3, exercise 6.4-20). */
static inline size_t tp_table_next_slot(const tp_table *table, size_t slot, size_t step)
{
    return (slot + step) & (table->n_slots - 1);
}

/* The part of a slot that is the number of a term plus 1. */
static inline uint32_t tp_table_number_mask(const tp_table *table) { return (uint32_t)(table->n_slots - 1); }

/* What a slot of a term with this hash has in its other bits. */
static inline uint32_t tp_table_tag(const tp_table *table, uint64_t hash)
{
    return (uint32_t)(hash >> 32) & ~tp_table_number_mask(table);
}

/* Starts to load what will be needed soon. Not in a function that does nothing else: GCC takes calls of such a one for idle. */
#ifdef __GNUC__
#define TP_PREFETCH(address) __builtin_prefetch(address)
#else
#define TP_PREFETCH(address) ((void)(address))
#endif

/* In front of a loop whose body is so short that counting its rounds is a good part of the work. */
#if defined(__clang__)
#define TP_UNROLL _Pragma("clang loop unroll_count(4)")
#elif defined(__GNUC__)
#define TP_UNROLL _Pragma("GCC unroll 4")
#else
#define TP_UNROLL
#endif

#endif
