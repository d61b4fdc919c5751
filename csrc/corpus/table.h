/* The term table: every distinct term once, numbered in the order in which it was first seen. Knows no documents, no locks. */
#ifndef TEXTPROC_CORPUS_TABLE_H
#define TEXTPROC_CORPUS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/memory.h"

#define TP_NO_DOCUMENT UINT64_MAX

typedef struct tp_term {
    uint64_t hash;
    uint64_t count;
    uint64_t document_frequency;
    uint64_t last_document; /* the number of the last document that has it, or TP_NO_DOCUMENT */
    size_t start;           /* in the table's text */
    size_t nbytes;
} tp_term;

/* An index slot: the number of a term plus 1 (0: free), and the high half of its hash, so that most probes that miss never
 * touch the term itself. */
typedef struct tp_slot {
    uint32_t term;
    uint32_t tag;
} tp_slot;

/* All zero but for the key is an empty one. */
typedef struct tp_table {
    tp_hash_key key;
    tp_slot *slots; /* open addressing, linear probing, at most half full */
    size_t n_slots; /* a power of two, or 0 */
    tp_term *terms;
    size_t n_terms;
    size_t terms_capacity;
    tp_arena text; /* the terms in order, each followed by '\n': a run of them is ready to be handed out */
} tp_table;

#define TP_MAX_TERMS ((size_t)UINT32_MAX - 1)
#define TP_NO_TERM UINT32_MAX

void tp_table_free(tp_table *table);

/* Makes room for so many more terms of so many bytes in all; false, with nothing changed for the reader, without memory. */
bool tp_table_reserve(tp_table *table, size_t n_terms, size_t text_nbytes);

/* The number of the term, or TP_NO_TERM. */
uint32_t tp_table_find(const tp_table *table, const uint8_t *term, size_t nbytes, uint64_t hash);

/* Appends a term that is not in the table, with counts of zero; there must be room for it. */
tp_term *tp_table_append(tp_table *table, const uint8_t *term, size_t nbytes, uint64_t hash);

/* The term, appended if it is new; NULL without memory. */
tp_term *tp_table_find_or_append(tp_table *table, const uint8_t *term, size_t nbytes);

/* Makes `copy`, whose contents are overwritten, an equal table of just the size needed; false without memory. */
bool tp_table_copy(const tp_table *table, tp_table *copy);

/* Starts to load the index where a search for this hash will begin. */
static inline void tp_table_prefetch(const tp_table *table, uint64_t hash)
{
#ifdef __GNUC__
    if (table->n_slots != 0) __builtin_prefetch(&table->slots[hash & (table->n_slots - 1)]);
#else
    (void)table;
    (void)hash;
#endif
}

static inline const uint8_t *tp_table_text(const tp_table *table, const tp_term *term) { return table->text.data + term->start; }

#endif
