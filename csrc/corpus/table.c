#include "corpus/table.h"

#include <assert.h>

enum { SMALLEST_INDEX = 64, LOOK_AHEAD = 48 };

/* In front of terms[0]: no word equals it, since its length is 0. */
static const tp_term no_term;

static size_t terms_nbytes(size_t capacity) { return capacity == 0 ? 0 : (capacity + 1) * sizeof(tp_term); }

static tp_term *terms_block(const tp_table *table) { return table->terms == NULL ? NULL : table->terms - 1; }

void tp_table_free(tp_table *table)
{
    if (table->slots != NULL) tp_object_freed(TP_FOR_TABLE);
    tp_release(TP_FOR_TABLE, table->slots, table->n_slots * sizeof *table->slots);
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

static inline void put_in_slot(tp_table *table, size_t slot, uint64_t hash, size_t number)
{
    table->slots[slot] = ((uint32_t)number + 1) | tp_table_tag(table, hash);
}

static inline size_t find_free_slot(const tp_table *table, uint64_t hash)
{
    size_t slot = tp_table_home(table, hash);
    for (size_t step = 1; table->slots[slot] != 0; step++) slot = tp_table_next_slot(table, slot, step);
    return slot;
}

/* Puts all terms into a new index. */
static void fill_index(tp_table *table)
{
    for (size_t i = 0; i < table->n_terms; i++) {
        if (i + LOOK_AHEAD < table->n_terms) {
            uint64_t ahead = tp_key_hash(&table->hash_key, table->terms[i + LOOK_AHEAD].key);
            TP_PREFETCH(&table->slots[tp_table_home(table, ahead)]);
        }
        uint64_t hash = tp_key_hash(&table->hash_key, table->terms[i].key);
        put_in_slot(table, find_free_slot(table, hash), hash, i);
    }
}

static bool grow_index(tp_table *table, size_t n_terms)
{
    size_t n_slots = table->n_slots != 0 ? table->n_slots : SMALLEST_INDEX;
    while (n_slots / 2 < n_terms) {
        if (n_slots > SIZE_MAX / 4 / sizeof *table->slots) return false;
        n_slots *= 4;
    }
    if (n_slots == table->n_slots) return true;
    uint32_t *slots = tp_allocate_zeroed(TP_FOR_TABLE, n_slots * sizeof *slots);
    if (slots == NULL) return false;
    if (table->slots == NULL) tp_object_made(TP_FOR_TABLE);
    tp_release(TP_FOR_TABLE, table->slots, table->n_slots * sizeof *slots);
    table->slots = slots;
    table->n_slots = n_slots;
    fill_index(table);
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
    if (needed <= table->starts_capacity) return true;
    size_t grown = tp_grown_capacity(table->starts_capacity, needed, sizeof *table->starts), old = table->starts_capacity;
    uint64_t *moved = grown == 0 ? NULL : tp_resize(TP_FOR_TABLE, table->starts, old * sizeof *moved, grown * sizeof *moved);
    if (moved == NULL) return false;
    if (old == 0) moved[0] = 0;
    table->starts = moved;
    table->starts_capacity = grown;
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

/* The number of the word plus 1, or 0; *slot becomes where that stands, or should. */
static inline uint32_t find_in_index(const tp_table *table, const tp_word *word, size_t *slot)
{
    const uint32_t number_mask = tp_table_number_mask(table), tag = tp_table_tag(table, word->hash);
    *slot = tp_table_home(table, word->hash);
    for (size_t step = 1;; step++) {
        uint32_t held = table->slots[*slot], number = held & number_mask;
        if (held == 0) return 0;
        if ((held & ~number_mask) == tag && tp_table_is_word(table, table->terms + number - 1, word)) return number;
        *slot = tp_table_next_slot(table, *slot, step);
    }
}

uint32_t tp_table_find(const tp_table *table, const tp_word *word)
{
    size_t slot;
    if (table->n_slots == 0) return TP_NO_TERM;
    return find_in_index(table, word, &slot) - 1; /* 0 - 1 is TP_NO_TERM */
}

/* Short texts are copied in two steps of eight bytes, whatever their length; there is room for that. */
static inline void copy_text(uint8_t *to, const tp_word *word)
{
    if (word->nbytes > TP_SHORT_KEY_NBYTES) {
        memcpy(to, word->text, word->nbytes);
        return;
    }
    tp_key key = word->key; /* the length in its last byte gives way to the '\n' or is overwritten by the next term */
    memcpy(to, &key, sizeof key);
}

static tp_term *append_in_slot(tp_table *table, const tp_word *word, size_t slot)
{
    uint32_t number = (uint32_t)table->n_terms++;
    tp_arena *text = &table->text;
    assert(number < table->terms_capacity && table->n_terms < table->starts_capacity && table->slots[slot] == 0);
    assert(word->nbytes + 1 <= text->capacity - text->used && sizeof(tp_key) <= text->capacity - text->used);
    tp_key key = tp_key_is_long(word->key) ? tp_long_key(word->key.low, text->used) : word->key;
    put_in_slot(table, slot, word->hash, number);
    table->terms[number] = (tp_term){.key = key, .last_document = TP_NO_DOCUMENT};
    copy_text(text->data + text->used, word);
    text->used += word->nbytes;
    text->data[text->used++] = '\n';
    table->starts[number + 1] = text->used;
    return &table->terms[number];
}

tp_term *tp_table_append(tp_table *table, const tp_word *word)
{
    return append_in_slot(table, word, find_free_slot(table, word->hash));
}

/* Of two terms that have the same home, the more frequent one shall stand there, where it is found at once. Both can still be
 * reached: they have the same way, on which no slot has become free. */
static void bring_home(tp_table *table, size_t slot, size_t home)
{
    if (slot == home) return;
    uint32_t here = table->slots[slot], there = table->slots[home], number_mask = tp_table_number_mask(table);
    const tp_term *one = table->terms + (here & number_mask) - 1, *other = table->terms + (there & number_mask) - 1;
    if (tp_term_count(one) <= tp_term_count(other)) return;
    if (tp_table_home(table, tp_key_hash(&table->hash_key, other->key)) != home) return;
    table->slots[slot] = there;
    table->slots[home] = here;
}

tp_term *tp_table_find_or_append(tp_table *table, const tp_word *word)
{
    size_t slot;
    uint32_t number = find_in_index(table, word, &slot);
    if (number == 0) return append_in_slot(table, word, slot);
    bring_home(table, slot, tp_table_home(table, word->hash));
    return table->terms + number - 1;
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
    copy->slots = copy_block(table->slots, table->n_slots * sizeof *copy->slots);
    copy->n_slots = copy->slots != NULL ? table->n_slots : 0;
    if (copy->slots != NULL) tp_object_made(TP_FOR_TABLE);
    tp_term *terms = copy_block(terms_block(table), terms_nbytes(n));
    copy->terms = terms != NULL ? terms + 1 : NULL;
    copy->terms_capacity = terms != NULL ? n : 0;
    copy->starts = copy_block(table->starts, (n + 1) * sizeof *copy->starts);
    copy->starts_capacity = copy->starts != NULL ? n + 1 : 0;
    copy->text.data = copy_block(table->text.data, table->text.used);
    copy->text.capacity = copy->text.data != NULL ? table->text.used : 0;
    if (copy->slots == NULL || terms == NULL || copy->starts == NULL || copy->text.data == NULL) {
        tp_table_free(copy);
        return false;
    }
    copy->n_terms = n;
    copy->text.used = table->text.used;
    return true;
}
