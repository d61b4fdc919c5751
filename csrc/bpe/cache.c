#include "bpe/cache.h"

#include "base/bits.h"
#include "base/error.h"

enum { LAST_ID = (1 << 24) - 1 };

static void set_entries(tp_cache_table *table, tp_cache_entry *entries, size_t n_entries)
{
    table->entries = entries;
    table->n_entries = n_entries;
    table->shift = 64 - (unsigned)tp_lowest_bit(n_entries);
}

void tp_cache_table_init(tp_cache_table *table)
{
    tp_hash_key key = tp_hash_get_key();
    memset(table, 0, sizeof *table);
    set_entries(table, table->few, TP_FEW_ENTRIES);
    for (size_t i = 0; i < 2; i++) table->factors[i] = key.word[i] | 1;
}

void tp_cache_table_free(tp_cache_table *table)
{
    tp_merger_free(&table->merger);
    if (table->entries == table->few) return;
    tp_release(TP_FOR_PIECE_CACHE, table->entries, table->n_entries * sizeof *table->entries);
}

static tp_cache_entry *neighbour_of(const tp_cache_table *table, const tp_cache_entry *entry)
{
    return &table->entries[(size_t)(entry - table->entries) ^ 1];
}

const tp_cache_entry *tp_cache_find(const tp_cache_table *table, tp_key key)
{
    const tp_cache_entry *first = tp_cache_place(table, key), *second = neighbour_of(table, first);
    if (tp_cache_has(first, key)) return first;
    return tp_cache_has(second, key) ? second : NULL;
}

bool tp_cache_set(tp_cache_entry *entry, const uint32_t *ids, size_t n)
{
    uint32_t four[TP_CACHED_IDS] = {0};
    if (n == TP_CACHED_IDS && ids[TP_CACHED_IDS - 1] > LAST_ID) return false;
    for (size_t i = 0; i < n; i++) four[i] = ids[i];
    four[TP_CACHED_IDS - 1] |= (uint32_t)n << 24;
    memcpy(entry->ids, four, sizeof four);
    return true;
}

static void put(tp_cache_table *table, const tp_cache_entry *entry)
{
    tp_cache_entry *first = tp_cache_place(table, entry->key), *second = neighbour_of(table, first);
    bool is_taken = tp_cache_count(first) != 0, is_other_free = tp_cache_count(second) == 0;
    *(is_taken && is_other_free ? second : first) = *entry;
}

static void grow(tp_cache_table *table)
{
    size_t n_before = table->n_entries, n = n_before * 8 < TP_MOST_ENTRIES ? n_before * 8 : TP_MOST_ENTRIES;
    tp_cache_entry *before = table->entries, *entries = tp_allocate_zeroed(TP_FOR_PIECE_CACHE, n * sizeof *entries);
    table->n_put = 0;
    if (entries == NULL) {
        tp_forget_refusal();
        return;
    }
    set_entries(table, entries, n);
    for (size_t i = 0; i < n_before; i++) {
        if (tp_cache_count(&before[i]) != 0) put(table, &before[i]);
    }
    if (before != table->few) tp_release(TP_FOR_PIECE_CACHE, before, n_before * sizeof *before);
}

void tp_cache_put(tp_cache_table *table, const tp_cache_entry *entry)
{
    if (++table->n_put > table->n_entries / 2 && table->n_entries < TP_MOST_ENTRIES) grow(table);
    put(table, entry);
}

/* ---- For callers ---------------------------------------------------------------------------------------------------- */

static size_t cache_nbytes(size_t n_tables) { return sizeof(tp_piece_cache) + n_tables * sizeof(tp_cache_table); }

tp_status tp_piece_cache_new(size_t threads, tp_piece_cache **cache, tp_error *error)
{
    size_t n_tables = threads > 0 ? threads : 1;
    if (n_tables > SIZE_MAX / 2 / sizeof(tp_cache_table)) return tp_fail(error, TP_TOO_LARGE, 0, "there are too many threads");
    tp_piece_cache *made = tp_allocate(TP_FOR_PIECE_CACHE, cache_nbytes(n_tables));
    if (made == NULL) return tp_fail_no_memory(error);
    tp_object_made(TP_FOR_PIECE_CACHE);
    made->n_tables = n_tables;
    for (size_t i = 0; i < n_tables; i++) tp_cache_table_init(&made->tables[i]);
    *cache = made;
    return TP_OK;
}

void tp_piece_cache_free(tp_piece_cache *cache)
{
    if (cache == NULL) return;
    for (size_t i = 0; i < cache->n_tables; i++) tp_cache_table_free(&cache->tables[i]);
    tp_object_freed(TP_FOR_PIECE_CACHE);
    tp_release(TP_FOR_PIECE_CACHE, cache, cache_nbytes(cache->n_tables));
}

void tp_piece_cache_free_at(tp_piece_cache **cache)
{
    tp_piece_cache_free(*cache);
    *cache = NULL;
}
