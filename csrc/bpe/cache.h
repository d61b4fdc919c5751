/* The pieces that a thread has encoded lately, with their ids: of a text's pieces most have been seen before. */
#ifndef TEXTPROC_BPE_CACHE_H
#define TEXTPROC_BPE_CACHE_H

#include <string.h>

#include "bpe/merge.h"
#include "bpe/vocabulary.h"

/* A piece of up to 15 bytes that becomes up to four ids: two entries are a cache line. */
typedef struct tp_cache_entry {
    tp_key key; /* all zero: nothing is here, which an empty piece may take for its zero ids */
    uint32_t ids[3];
    uint32_t last; /* how many ids << 24 | the fourth one, which must fit */
} tp_cache_entry;

enum {
    TP_CACHED_IDS = 4,
    TP_COUNT_SHIFT = 24,
    /* A short text costs no memory of its own, and clearing these costs less than one piece that is encoded anew. */
    TP_FEW_ENTRIES = 64,
    TP_MOST_ENTRIES = 1 << 17 /* 4 MB: of less, many languages' words push each other out; more takes longer to reach */
};

#define TP_LAST_ID ((UINT32_C(1) << TP_COUNT_SHIFT) - 1)

typedef struct tp_cache_table {
    uint64_t serial; /* of the vocabulary that the ids are of */
    tp_cache_entry *entries;
    size_t n_entries; /* a power of two */
    size_t n_put;     /* since there are so many */
    tp_merger merger;
    tp_cache_entry few[TP_FEW_ENTRIES];
} tp_cache_table;

struct tp_piece_cache {
    size_t n_tables;
    tp_cache_table tables[]; /* one for each thread */
};

/* Makes a new table empty. */
void tp_cache_table_init(tp_cache_table *table);

/* Frees what the table has beside itself; it must be made anew before it is used again. */
void tp_cache_table_free(tp_cache_table *table);

/* Of the two places where a piece may be the first one: the other is its neighbour in the cache line. */
static inline tp_cache_entry *tp_cache_place(const tp_cache_table *table, uint64_t hash)
{
    return &table->entries[hash & (table->n_entries - 1)];
}

static inline bool tp_cache_has(const tp_cache_entry *entry, tp_key key)
{
    return ((entry->key.low ^ key.low) | (entry->key.high ^ key.high)) == 0;
}

static inline size_t tp_cache_count(const tp_cache_entry *entry) { return entry->last >> TP_COUNT_SHIFT; }

/* Stores all four ids, of which tp_cache_count are there. */
static inline void tp_cache_get(const tp_cache_entry *entry, uint32_t *ids)
{
    memcpy(ids, entry->ids, sizeof entry->ids);
    ids[3] = entry->last & TP_LAST_ID;
}

/* Keeps a piece, maybe in the place of another one. The table may grow; it does not where there is no memory. */
void tp_cache_put(tp_cache_table *table, const tp_hash_key *hash_key, const tp_cache_entry *entry, uint64_t hash);

#endif
