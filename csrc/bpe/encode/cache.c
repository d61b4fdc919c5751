#include "bpe/encode/cache.h"

#include "base/compiler.h"
#include "base/error.h"

enum { LAST_ID = (1 << 24) - 1 };

/* The masks of eight lengths from n on, and the values that they consist of. */
#define BYTE(n, i) ((i) < (n) && (i) < TP_SHORT_KEY_NBYTES ? 0xFF : 0)
#define FOUR(n, i) BYTE(n, i), BYTE(n, i + 1), BYTE(n, i + 2), BYTE(n, i + 3)
#define MASK(n) {FOUR(n, 0), FOUR(n, 4), FOUR(n, 8), FOUR(n, 12)}
#define EIGHT(n) MASK(n), MASK(n + 1), MASK(n + 2), MASK(n + 3), MASK(n + 4), MASK(n + 5), MASK(n + 6), MASK(n + 7)

const uint8_t tp_cache_masks[TP_MOST_KEYED_NBYTES + 1][TP_KEY_NBYTES] = {EIGHT(0),  EIGHT(8),  EIGHT(16), EIGHT(24), EIGHT(32),
                                                                         EIGHT(40), EIGHT(48), EIGHT(56), MASK(64)};

static void set_entries(tp_cache_table *table, tp_cache_entry *entries, size_t n_entries)
{
    table->index.entries = entries;
    table->n_entries = n_entries;
    table->index.shift = 64 - (unsigned)tp_lowest_bit(n_entries);
}

void tp_cache_table_init(tp_cache_table *table, uint64_t serial)
{
    tp_hash_key key = tp_hash_get_key();
    memset(table, 0, sizeof *table);
    table->serial = serial;
    set_entries(table, table->few, TP_FEW_ENTRIES);
    for (size_t i = 0; i < 2; i++) table->index.factors[i] = key.word[i] | 1;
}

void tp_cache_table_free(tp_cache_table *table)
{
    tp_merger_free(&table->merger);
    tp_long_pieces_free(&table->longer);
    if (table->index.entries == table->few) return;
    tp_release(TP_FOR_PIECE_CACHE, table->index.entries, table->n_entries * sizeof *table->index.entries);
}

/* ---- A line ---------------------------------------------------------------------------------------------------------- */

/* The contents of a line that is one piece of more than TP_CACHED_IDS ids; it begins like an entry. */
typedef struct whole_line {
    tp_key key; /* with WHOLE_LINE in its last byte */
    uint32_t first_ids[TP_CACHED_IDS];
    uint32_t second_ids[3];
    uint32_t mark; /* the place at which a second entry has the last bytes of its key */
    uint32_t third_ids[4];
} whole_line;

_Static_assert(sizeof(whole_line) == 2 * sizeof(tp_cache_entry), "a line is two entries");

/* The last byte of the keys of both halves, so that neither is taken for an entry: in an entry that byte is the length, up to
 * 15, and in a longer text that is looked up, up to 64. */
enum { WHOLE_LINE = 0x40 };

#define MARK UINT32_C(0x80808080)

/* The line of two entries that contains a piece. */
static tp_cache_entry *line_of(const tp_cache_table *table, tp_key key)
{
    return &table->index.entries[tp_cache_place(&table->index, key) & ~(size_t)1];
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
    tp_cache_entry *line = line_of(table, entry->key);
    size_t place = tp_cache_place(&table->index, entry->key);
    tp_cache_entry *first = &table->index.entries[place], *second = &table->index.entries[place ^ 1];
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

/* Inserts the contents of a line of another table. */
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
    tp_cache_entry *before = table->index.entries, *entries = tp_allocate_zeroed(TP_FOR_PIECE_CACHE, n * sizeof *entries);
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

/* ---- Tables that outlive a call -------------------------------------------------------------------------------------- */

static size_t cache_nbytes(size_t n_places) { return sizeof(tp_piece_cache) + n_places * sizeof(_Atomic(tp_cache_table *)); }

static void free_table(tp_cache_table *table)
{
    tp_cache_table_free(table);
    tp_release(TP_FOR_PIECE_CACHE, table, sizeof *table);
}

static tp_cache_table *take_kept(tp_piece_cache *cache)
{
    for (size_t i = 0; i < cache->n_places; i++) {
        if (atomic_load_explicit(&cache->places[i], memory_order_relaxed) == NULL) continue;
        tp_cache_table *table = atomic_exchange_explicit(&cache->places[i], NULL, memory_order_acquire);
        if (table != NULL) return table;
    }
    return NULL;
}

tp_cache_table *tp_piece_cache_take(tp_piece_cache *cache, uint64_t serial)
{
    tp_cache_table *table = cache == NULL ? NULL : take_kept(cache);
    if (table != NULL && table->serial == serial) return table;
    if (table != NULL) tp_cache_table_free(table);
    else table = tp_allocate(TP_FOR_PIECE_CACHE, sizeof *table);
    if (table != NULL) tp_cache_table_init(table, serial);
    return table;
}

void tp_piece_cache_put(tp_piece_cache *cache, tp_cache_table *table)
{
    if (tp_memory_is_limited()) cache = NULL;
    for (size_t i = 0; cache != NULL && table != NULL && i < cache->n_places; i++) {
        tp_cache_table *none = NULL;
        if (atomic_load_explicit(&cache->places[i], memory_order_relaxed) == NULL &&
            atomic_compare_exchange_strong_explicit(&cache->places[i], &none, table, memory_order_release, memory_order_relaxed)) {
            return;
        }
    }
    if (table != NULL) free_table(table);
}

/* ---- Public functions ----------------------------------------------------------------------------------------------- */

tp_status tp_piece_cache_new(size_t most_tables, tp_piece_cache **cache, tp_error *error)
{
    if (most_tables > SIZE_MAX / 2 / sizeof(tp_cache_table)) return tp_fail(error, TP_TOO_LARGE, 0, "there are too many tables");
    tp_piece_cache *made = tp_allocate(TP_FOR_PIECE_CACHE, cache_nbytes(most_tables));
    if (made == NULL) return tp_fail_no_memory(error);
    tp_object_made(TP_FOR_PIECE_CACHE);
    made->n_places = most_tables;
    for (size_t i = 0; i < most_tables; i++) atomic_init(&made->places[i], NULL);
    *cache = made;
    return TP_OK;
}

void tp_piece_cache_clear(tp_piece_cache *cache)
{
    for (size_t i = 0; i < cache->n_places; i++) {
        tp_cache_table *table = atomic_exchange_explicit(&cache->places[i], NULL, memory_order_acquire);
        if (table != NULL) free_table(table);
    }
}

void tp_piece_cache_free(tp_piece_cache *cache)
{
    if (cache == NULL) return;
    tp_piece_cache_clear(cache);
    tp_object_freed(TP_FOR_PIECE_CACHE);
    tp_release(TP_FOR_PIECE_CACHE, cache, cache_nbytes(cache->n_places));
}

void tp_piece_cache_free_at(tp_piece_cache **cache)
{
    tp_piece_cache_free(*cache);
    *cache = NULL;
}
