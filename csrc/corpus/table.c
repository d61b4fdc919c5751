#include "corpus/table.h"

#include <assert.h>

enum { SMALLEST_INDEX = 64, INDEX_GROWTH = 4, LOOK_AHEAD = 48 };

/* Stands before terms[0]: no word equals it, because its length is 0. */
static const tp_term no_term;

static size_t terms_nbytes(size_t capacity) { return capacity == 0 ? 0 : (capacity + 1) * sizeof(tp_term); }

static tp_term *terms_block(const tp_table *table) { return table->terms == NULL ? NULL : table->terms - 1; }

void tp_table_free(tp_table *table)
{
    if (table->index.slots != NULL) tp_object_freed(TP_FOR_TABLE);
    tp_index_free(&table->index, TP_FOR_TABLE);
    tp_release(TP_FOR_TABLE, terms_block(table), terms_nbytes(table->terms_capacity));
    tp_release(TP_FOR_TABLE, table->starts, table->starts_capacity * sizeof *table->starts);
    tp_arena_free(TP_FOR_TABLE, &table->text);
    *table = (tp_table){.hash_key = table->hash_key};
}

tp_word tp_table_word(const tp_table *table, const uint8_t *text, size_t nbytes)
{
    tp_key key;
    if (nbytes <= TP_SHORT_KEY_NBYTES) {
        uint8_t padded[16] = {0};
        if (nbytes > 0) memcpy(padded, text, nbytes);
        key = tp_short_key(padded, nbytes);
    } else {
        key = tp_long_key(tp_hash(&table->hash_key, text, nbytes), TP_MAX_TEXT_START);
    }
    return (tp_word){key, tp_key_hash(&table->hash_key, key), text, nbytes};
}

/* ---- Growing ----------------------------------------------------------------------------------------------------- */

static uint64_t hash_of(const void *items, size_t number)
{
    const tp_table *table = items;
    return tp_key_hash(&table->hash_key, table->terms[number].key);
}

static bool grow_index(tp_table *table, size_t n_terms)
{
    size_t n_slots = table->index.n_slots != 0 ? table->index.n_slots : SMALLEST_INDEX;
    while (n_slots / 2 < n_terms) {
        if (n_slots > SIZE_MAX / INDEX_GROWTH) return false;
        n_slots *= INDEX_GROWTH;
    }
    if (n_slots == table->index.n_slots) return true;
    bool is_first = table->index.slots == NULL;
    if (!tp_index_renew(&table->index, TP_FOR_TABLE, n_slots)) return false;
    if (is_first) tp_object_made(TP_FOR_TABLE);
    tp_index_fill(&table->index, table, table->n_terms, LOOK_AHEAD, hash_of);
    return true;
}

static bool grow_terms(tp_table *table, size_t needed)
{
    if (needed <= table->terms_capacity) return true;
    size_t grown = tp_grown_capacity(table->terms_capacity, needed, sizeof *table->terms);
    size_t old_nbytes = terms_nbytes(table->terms_capacity);
    tp_term *moved = grown == 0 ? NULL : tp_resize(TP_FOR_TABLE, terms_block(table), old_nbytes, terms_nbytes(grown));
    if (moved == NULL) return false;
    *moved = no_term;
    table->terms = moved + 1;
    table->terms_capacity = grown;
    return true;
}

static bool grow_starts(tp_table *table, size_t needed)
{
    bool is_first = table->starts == NULL;
    uint64_t *starts = tp_grow(TP_FOR_TABLE, table->starts, &table->starts_capacity, needed, sizeof *starts);
    if (starts == NULL) return false;
    if (is_first) starts[0] = 0;
    table->starts = starts;
    return true;
}

bool tp_table_reserve(tp_table *table, size_t n_terms, size_t text_nbytes)
{
    if (n_terms > TP_MAX_TERMS - table->n_terms || text_nbytes > SIZE_MAX - sizeof(tp_key) - n_terms) return false;
    size_t needed = table->n_terms + n_terms;
    return grow_terms(table, needed) && grow_starts(table, needed + 1) &&
           tp_arena_reserve(TP_FOR_TABLE, &table->text, text_nbytes + n_terms + sizeof(tp_key)) && grow_index(table, needed);
}

/* ---- Finding ----------------------------------------------------------------------------------------------------- */

static inline bool is_word(const void *items, uint32_t number, const void *word)
{
    const tp_table *table = items;
    return tp_table_is_word(table, &table->terms[number], word);
}

uint32_t tp_table_find(const tp_table *table, const tp_word *word)
{
    size_t slot;
    if (table->index.n_slots == 0) return TP_NO_TERM;
    return tp_index_find(&table->index, word->hash, table, is_word, word, &slot) - 1; /* 0 - 1 is TP_NO_TERM */
}

/* Short texts are copied in two steps of eight bytes, whatever their length; there is room for them. */
static inline void copy_text(uint8_t *to, const tp_word *word)
{
    if (word->nbytes > TP_SHORT_KEY_NBYTES) {
        memcpy(to, word->text, word->nbytes);
        return;
    }
    tp_key key = word->key; /* its last byte, the length, is replaced by '\n' or overwritten by the next term */
    memcpy(to, &key, sizeof key);
}

static tp_term *append_in_slot(tp_table *table, const tp_word *word, size_t slot)
{
    uint32_t number = (uint32_t)table->n_terms++;
    tp_arena *text = &table->text;
    assert(number < table->terms_capacity && table->n_terms < table->starts_capacity && table->index.slots[slot] == 0);
    assert(word->nbytes + 1 <= text->capacity - text->used && sizeof(tp_key) <= text->capacity - text->used);
    tp_key key = tp_key_is_long(word->key) ? tp_long_key(word->key.low, text->used) : word->key;
    tp_index_put(&table->index, slot, word->hash, number);
    table->terms[number] = (tp_term){.key = key, .last_document = TP_NO_DOCUMENT};
    copy_text(text->data + text->used, word);
    text->used += word->nbytes;
    text->data[text->used++] = '\n';
    table->starts[number + 1] = text->used;
    return &table->terms[number];
}

tp_term *tp_table_append(tp_table *table, const tp_word *word)
{
    return append_in_slot(table, word, tp_index_find_free(&table->index, word->hash));
}

/* Of two terms with the same home slot, the more frequent one should stand there, where it is found at once. Both can still be
 * reached: they have the same probe sequence, on which no slot has become free. */
static void swap_home(tp_table *table, size_t slot, size_t home)
{
    if (slot == home) return;
    uint32_t *slots = table->index.slots, here = slots[slot], there = slots[home];
    const uint32_t number_mask = tp_index_number_mask(&table->index);
    const tp_term *one = table->terms + (here & number_mask) - 1, *other = table->terms + (there & number_mask) - 1;
    if (tp_term_count(one) <= tp_term_count(other)) return;
    if (tp_index_home(&table->index, tp_key_hash(&table->hash_key, other->key)) != home) return;
    slots[slot] = there;
    slots[home] = here;
}

tp_term *tp_table_find_or_append(tp_table *table, const tp_word *word)
{
    size_t slot;
    uint32_t number = tp_index_find(&table->index, word->hash, table, is_word, word, &slot);
    if (number == 0) return append_in_slot(table, word, slot);
    swap_home(table, slot, tp_index_home(&table->index, word->hash));
    return table->terms + number - 1;
}

void tp_table_truncate(tp_table *table, size_t n_terms)
{
    if (n_terms == table->n_terms) return;
    table->n_terms = n_terms;
    table->text.used = (size_t)table->starts[n_terms];
    memset(table->index.slots, 0, table->index.n_slots * sizeof *table->index.slots);
    tp_index_fill(&table->index, table, n_terms, LOOK_AHEAD, hash_of);
}

/* ---- Copying ----------------------------------------------------------------------------------------------------- */

static void *copy_block(const void *block, size_t nbytes)
{
    void *copy = tp_allocate(TP_FOR_TABLE, nbytes);
    if (copy != NULL) memcpy(copy, block, nbytes);
    return copy;
}

bool tp_table_copy(const tp_table *table, tp_table *copy)
{
    *copy = (tp_table){.hash_key = table->hash_key};
    size_t n = table->n_terms;
    if (n == 0) return true;
    copy->index.slots = copy_block(table->index.slots, table->index.n_slots * sizeof *copy->index.slots);
    copy->index.n_slots = copy->index.slots != NULL ? table->index.n_slots : 0;
    if (copy->index.slots != NULL) tp_object_made(TP_FOR_TABLE);
    tp_term *terms = copy_block(terms_block(table), terms_nbytes(n));
    copy->terms = terms != NULL ? terms + 1 : NULL;
    copy->terms_capacity = terms != NULL ? n : 0;
    copy->starts = copy_block(table->starts, (n + 1) * sizeof *copy->starts);
    copy->starts_capacity = copy->starts != NULL ? n + 1 : 0;
    copy->text.data = copy_block(table->text.data, table->text.used);
    copy->text.capacity = copy->text.data != NULL ? table->text.used : 0;
    if (copy->index.slots == NULL || terms == NULL || copy->starts == NULL || copy->text.data == NULL) {
        tp_table_free(copy);
        return false;
    }
    copy->n_terms = n;
    copy->text.used = table->text.used;
    return true;
}
