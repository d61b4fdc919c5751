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

/* ---- A line ---------------------------------------------------------------------------------------------------------- */

/* What a line holds that is one piece of more than TP_CACHED_IDS ids; it begins as an entry does. */
typedef struct whole_line {
    tp_key key; /* with WHOLE_LINE in its last byte */
    uint32_t first_ids[TP_CACHED_IDS];
    uint32_t second_ids[3];
    uint32_t mark; /* where a second entry has the last bytes of its key */
    uint32_t third_ids[4];
} whole_line;

_Static_assert(sizeof(whole_line) == 2 * sizeof(tp_cache_entry), "a line is two entries");

/* In the last byte of the keys of both halves, so that neither is taken for an entry: of a piece that byte is the length, up to 15,
 * and of a longer text it has the bit 16 (see encode_window). */
enum { WHOLE_LINE = 0x40 };

#define MARK UINT32_C(0x80808080)

/* The line of two entries in which a piece is. */
static tp_cache_entry *line_of(const tp_cache_table *table, tp_key key)
{
    return &table->entries[(size_t)(tp_cache_place(table, key) - table->entries) & ~(size_t)1];
}

static tp_key whole_line_key(tp_key key)
{
    return (tp_key){key.low, key.high | (uint64_t)WHOLE_LINE << TP_LAST_BYTE_SHIFT};
}

static bool is_whole(const tp_cache_entry *line) { return (line->key.high >> TP_LAST_BYTE_SHIFT & WHOLE_LINE) != 0; }

size_t tp_cache_find(const tp_cache_table *table, tp_key key, uint32_t *ids)
{
    const tp_cache_entry *line = line_of(table, key), *found = line;
    if (tp_cache_has(&line[1], key)) {
        found = &line[1];
    } else if (tp_cache_has(line, whole_line_key(key))) {
        whole_line whole;
        memcpy(&whole, line, sizeof whole);
        memcpy(ids + TP_CACHED_IDS, whole.second_ids, sizeof whole.second_ids);
        memcpy(ids + TP_CACHED_IDS + 3, whole.third_ids, sizeof whole.third_ids);
    } else if (!tp_cache_has(line, key)) {
        return 0;
    }
    tp_cache_get(found, ids);
    return tp_cache_count(found);
}

/* ---- Putting pieces in ----------------------------------------------------------------------------------------------- */

static bool fits(const uint32_t *ids, size_t n)
{
    return n <= TP_LINE_IDS && (n < TP_CACHED_IDS || ids[TP_CACHED_IDS - 1] <= LAST_ID);
}

static void put_entry(tp_cache_table *table, const tp_cache_entry *entry)
{
    tp_cache_entry *line = line_of(table, entry->key), *first = tp_cache_place(table, entry->key);
    tp_cache_entry *second = first == line ? line + 1 : line;
    if (is_whole(line)) memset(line, 0, 2 * sizeof *line);
    bool is_taken = tp_cache_count(first) != 0, is_other_free = tp_cache_count(second) == 0;
    *(is_taken && is_other_free ? second : first) = *entry;
}

static void put(tp_cache_table *table, tp_key key, const uint32_t *ids, size_t n)
{
    uint32_t all[TP_LINE_IDS] = {0};
    memcpy(all, ids, n * sizeof *ids);
    all[TP_CACHED_IDS - 1] |= (uint32_t)n << 24;
    if (n <= TP_CACHED_IDS) {
        tp_cache_entry entry = {.key = key};
        memcpy(entry.ids, all, sizeof entry.ids);
        put_entry(table, &entry);
    } else {
        whole_line whole = {.key = whole_line_key(key), .mark = MARK};
        memcpy(whole.first_ids, all, sizeof whole.first_ids);
        memcpy(whole.second_ids, all + TP_CACHED_IDS, sizeof whole.second_ids);
        memcpy(whole.third_ids, all + TP_CACHED_IDS + 3, sizeof whole.third_ids);
        memcpy(line_of(table, key), &whole, sizeof whole);
    }
}

/* Puts in what another table had in a line. */
static void put_again(tp_cache_table *table, const tp_cache_entry *line)
{
    if (is_whole(line)) {
        tp_key key = {line->key.low, line->key.high & ~((uint64_t)WHOLE_LINE << TP_LAST_BYTE_SHIFT)};
        memcpy(line_of(table, key), line, sizeof(whole_line));
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        if (tp_cache_count(&line[i]) != 0) put_entry(table, &line[i]);
    }
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
    for (size_t i = 0; i < n_before; i += 2) put_again(table, &before[i]);
    if (before != table->few) tp_release(TP_FOR_PIECE_CACHE, before, n_before * sizeof *before);
}

void tp_cache_put(tp_cache_table *table, tp_key key, const uint32_t *ids, size_t n)
{
    if (!fits(ids, n)) return;
    if (++table->n_put > table->n_entries / 2 && table->n_entries < TP_MOST_ENTRIES) grow(table);
    put(table, key, ids, n);
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
