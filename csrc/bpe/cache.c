#include "bpe/cache.h"

#include "base/error.h"

void tp_cache_table_init(tp_cache_table *table)
{
    memset(table, 0, sizeof *table);
    table->entries = table->few;
    table->n_entries = TP_FEW_ENTRIES;
}

void tp_cache_table_free(tp_cache_table *table)
{
    tp_merger_free(&table->merger);
    if (table->entries == table->few) return;
    tp_release(TP_FOR_PIECE_CACHE, table->entries, table->n_entries * sizeof *table->entries);
}

static void put(tp_cache_table *table, const tp_cache_entry *entry, uint64_t hash)
{
    size_t first = (size_t)hash & (table->n_entries - 1), second = first ^ 1;
    bool is_taken = tp_cache_count(&table->entries[first]) != 0, is_other_free = tp_cache_count(&table->entries[second]) == 0;
    table->entries[is_taken && is_other_free ? second : first] = *entry;
}

static void grow(tp_cache_table *table, const tp_hash_key *hash_key)
{
    size_t n_before = table->n_entries, n = n_before * 8 < TP_MOST_ENTRIES ? n_before * 8 : TP_MOST_ENTRIES;
    tp_cache_entry *before = table->entries, *entries = tp_allocate_zeroed(TP_FOR_PIECE_CACHE, n * sizeof *entries);
    table->n_put = 0;
    if (entries == NULL) {
        tp_forget_refusal();
        return;
    }
    table->entries = entries;
    table->n_entries = n;
    for (size_t i = 0; i < n_before; i++) {
        if (tp_cache_count(&before[i]) != 0) put(table, &before[i], tp_short_key_hash(hash_key, before[i].key));
    }
    if (before != table->few) tp_release(TP_FOR_PIECE_CACHE, before, n_before * sizeof *before);
}

void tp_cache_put(tp_cache_table *table, const tp_hash_key *hash_key, const tp_cache_entry *entry, uint64_t hash)
{
    if (++table->n_put > table->n_entries / 2 && table->n_entries < TP_MOST_ENTRIES) grow(table, hash_key);
    put(table, entry, hash);
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
