/* The pieces that a thread has encoded lately, with their ids: of a text's pieces most have been seen before. */
#ifndef TEXTPROC_BPE_CACHE_H
#define TEXTPROC_BPE_CACHE_H

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "bpe/merge/merge.h"
#include "bpe/vocabulary/vocabulary.h"

/* A piece of 1 … 15 bytes that becomes up to four ids: two entries are a cache line. One that becomes up to eleven takes a whole
 * line, of which no half is the entry of a piece: bytes that end no key end both. */
typedef struct tp_cache_entry {
    tp_key key;      /* all zero: nothing is here */
    uint64_t ids[2]; /* four of 32 bits, as they lie in memory; in the last one, which must fit, their number << 24 */
} tp_cache_entry;

enum {
    TP_CACHED_IDS = 4,
    TP_LINE_IDS = 11,
    TP_MOST_KEYED_NBYTES = 64, /* as long as a window */
    /* A short text costs no memory of its own, and clearing these costs less than one piece that is encoded anew. */
    TP_FEW_ENTRIES = 64,
    TP_MOST_ENTRIES = 1 << 16 /* 2 MB: of less, many languages' words push each other out; more takes longer to reach */
};

/* Where the last id has its upper eight bits, which are the number of all. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
enum { TP_COUNT_SHIFT = 24 };
#else
enum { TP_COUNT_SHIFT = 56 };
#endif

/* What tells where a piece is: a loop that stores ids keeps a copy, which they cannot change. */
typedef struct tp_cache_index {
    tp_cache_entry *entries;
    uint64_t factors[2];
    unsigned shift; /* of a hash, so that a place is left */
} tp_cache_index;

typedef struct tp_cache_table {
    uint64_t serial; /* of the vocabulary that the ids are of */
    tp_cache_index index;
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

/* Of the two places where a piece may be the first one: the other is its neighbour in the cache line. The factors are odd and
 * secret, and the upper bits of the sum are taken, so which pieces share a place is not known beforehand. Those that do cost time
 * alone, and there are two at most to compare with. */
static inline size_t tp_cache_place(const tp_cache_index *index, tp_key key)
{
    return (size_t)((key.low * index->factors[0] + key.high * index->factors[1]) >> index->shift);
}

/* Of each length, a mask of the bytes that a key has: 15 at most. */
extern const uint8_t tp_cache_masks[TP_MOST_KEYED_NBYTES + 1][TP_KEY_NBYTES];

/* The key of a piece of up to 64 bytes, where 16 may be read: of up to 15 what tp_short_key makes, which takes longer; of more, by
 * the last byte, that of no entry, so a loop needs no test for those. */
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

/* Stores all four ids, of which tp_cache_count are there. */
static inline void tp_cache_get(const tp_cache_entry *entry, uint32_t *ids)
{
#ifdef __SSE2__ /* measured: by way of other registers, as compilers go, looking up takes a tenth longer */
    const __m128i without_count = _mm_set_epi32(0xFFFFFF, -1, -1, -1);
    __m128i all = _mm_and_si128(_mm_loadu_si128((const __m128i *)(const void *)entry->ids), without_count);
    _mm_storeu_si128((__m128i *)(void *)ids, all);
#else
    uint64_t two[2] = {entry->ids[0], entry->ids[1] & ~(UINT64_C(0xFF) << TP_COUNT_SHIFT)};
    memcpy(ids, two, sizeof two);
#endif
}

/* Looks for a piece in both of its places: stores its ids, at most TP_LINE_IDS, and returns how many; 0 if it is not there. */
size_t tp_cache_find(const tp_cache_table *table, tp_key key, uint32_t *ids);

/* Keeps a piece, maybe in the place of others, unless its ids do not fit. The table may grow; it does not where there is no
 * memory. */
void tp_cache_put(tp_cache_table *table, tp_key key, const uint32_t *ids, size_t n);

#endif
