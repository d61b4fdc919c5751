/* The pieces that a thread has encoded recently, with their ids: most pieces of a text have occurred before. */
#ifndef TEXTPROC_BPE_CACHE_H
#define TEXTPROC_BPE_CACHE_H

#include <stdatomic.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "bpe/encode/long_pieces.h"
#include "bpe/merge/merge.h"
#include "bpe/vocabulary/vocabulary.h"

/* A piece of 1 … 15 bytes that becomes at most four ids. Two entries are a cache line. A piece that becomes up to eleven ids
 * takes a whole line: both halves end with bytes that end no key, so neither half is taken for an entry. */
typedef struct tp_cache_entry {
    tp_key key;      /* all zero: the entry is free */
    uint64_t ids[2]; /* four ids of 32 bits, in memory order; the upper bits of the last one hold the number of ids << 24, so
                      * that id must be below 2^24 */
} tp_cache_entry;

enum {
    TP_CACHED_IDS = 4,
    TP_LINE_IDS = 11,
    TP_MOST_KEYED_NBYTES = 64, /* as many as a window has bytes */
    /* A short text needs no memory of its own, and clearing these entries costs less than encoding one piece. */
    TP_FEW_ENTRIES = 64,
    TP_MOST_ENTRIES = 1 << 16 /* 2 MB: with less, the words of many languages evict each other; a larger table takes longer to
                               * reach */
};

/* The upper eight bits of the last id, which hold the number of ids. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
enum { TP_COUNT_SHIFT = 24 };
#else
enum { TP_COUNT_SHIFT = 56 };
#endif

/* The fields that locate a piece. A loop that stores ids keeps a copy, which its stores cannot change. */
typedef struct tp_cache_index {
    tp_cache_entry *entries;
    uint64_t factors[2];
    unsigned shift; /* turns a hash into an index */
} tp_cache_index;

typedef struct tp_cache_table {
    uint64_t serial; /* the vocabulary to which the ids belong */
    tp_cache_index index;
    size_t n_entries; /* a power of two */
    size_t n_put;     /* the number of entries in use */
    tp_merger merger;
    tp_long_pieces longer; /* pieces of more than TP_SHORT_KEY_NBYTES */
    tp_cache_entry few[TP_FEW_ENTRIES];
} tp_cache_table;

/* The tables that nobody uses at present. A thread takes a table out and gives it back, so it shares none with others, and a
 * process that is forked meanwhile has all but those that are in use. */
struct tp_piece_cache {
    size_t n_places;
    _Atomic(tp_cache_table *) places[]; /* NULL: there is none */
};

/* Takes a table out of the cache; it is empty or holds pieces of this vocabulary. Returns NULL, recorded as a refusal, if there
 * is none and memory runs out. `cache` may be NULL. */
tp_cache_table *tp_piece_cache_take(tp_piece_cache *cache, uint64_t serial);

/* Puts the table into the cache, or frees it if there is no place, or a limit of memory. Accepts NULL for both. */
void tp_piece_cache_put(tp_piece_cache *cache, tp_cache_table *table);

/* Initialises an empty table for a vocabulary. */
void tp_cache_table_init(tp_cache_table *table, uint64_t serial);

/* Frees the memory that the table refers to; initialise it before it is used again. */
void tp_cache_table_free(tp_cache_table *table);

/* Returns the first of the two places where a piece may be; the other is its neighbour in the cache line. The factors are odd
 * and secret and the upper bits of the sum are used, so it is unpredictable which pieces share a place. Pieces that do share
 * one only cost time, and at most two need to be compared. */
static inline size_t tp_cache_place(const tp_cache_index *index, tp_key key)
{
    return (size_t)((key.low * index->factors[0] + key.high * index->factors[1]) >> index->shift);
}

/* For each length, a mask of the bytes of a key: 15 at most. */
extern const uint8_t tp_cache_masks[TP_MOST_KEYED_NBYTES + 1][TP_KEY_NBYTES];

/* The key of a piece of up to 64 bytes; 16 bytes must be readable. Up to 15 bytes it is the key that tp_short_key makes, which
 * takes longer. For more bytes its last byte is that of no entry, so a loop needs no test for them. */
static inline tp_key tp_cache_key(const uint8_t *piece, size_t nbytes)
{
    const uint8_t *mask = tp_cache_masks[nbytes];
    return (tp_key){tp_hash_load_8(piece) & tp_hash_load_8(mask),
                    (tp_hash_load_8(piece + 8) & tp_hash_load_8(mask + 8)) | (uint64_t)nbytes << TP_LAST_BYTE_SHIFT};
}

static inline bool tp_cache_has(const tp_cache_entry *entry, tp_key key)
{
    return ((entry->key.low ^ key.low) | (entry->key.high ^ key.high)) == 0;
}

static inline size_t tp_cache_count(const tp_cache_entry *entry) { return (size_t)(entry->ids[1] >> TP_COUNT_SHIFT & 0xFF); }

/* Stores all four ids; only tp_cache_count of them are valid. */
static inline void tp_cache_get(const tp_cache_entry *entry, uint32_t *ids)
{
#ifdef __SSE2__ /* measured: through other registers, as compilers do it, a look-up takes a tenth longer */
    const __m128i without_count = _mm_set_epi32(0xFFFFFF, -1, -1, -1);
    __m128i all = _mm_and_si128(_mm_loadu_si128((const __m128i *)(const void *)entry->ids), without_count);
    _mm_storeu_si128((__m128i *)(void *)ids, all);
#else
    uint64_t two[2] = {entry->ids[0], entry->ids[1] & ~(UINT64_C(0xFF) << TP_COUNT_SHIFT)};
    memcpy(ids, two, sizeof two);
#endif
}

/* Looks up a piece in both of its places: stores its ids, at most TP_LINE_IDS, and returns their number; 0 if it is not
 * there. */
size_t tp_cache_find(const tp_cache_table *table, tp_key key, uint32_t *ids);

/* Inserts a piece, possibly evicting others, unless its ids do not fit. The table may grow; it does not grow if memory runs
 * out. */
void tp_cache_put(tp_cache_table *table, tp_key key, const uint32_t *ids, size_t n);

#endif
