#include "corpus/table.h"

enum { SMALLEST_INDEX = 64, LOOK_AHEAD = 16 };

void tp_table_free(tp_table *table)
{
    tp_release(table->slots, table->n_slots * sizeof *table->slots);
    tp_release(table->terms, table->terms_capacity * sizeof *table->terms);
    tp_release(table->texts, table->texts_capacity * sizeof *table->texts);
    tp_arena_free(&table->text);
    *table = (tp_table){.hash_key = table->hash_key};
}

tp_word tp_table_word(const tp_table *table, const uint8_t *text, size_t nbytes)
{
    tp_key key;
    if (nbytes <= TP_SHORT_TERM_NBYTES) {
        uint8_t padded[16] = {0};
        if (nbytes > 0) memcpy(padded, text, nbytes);
        key = tp_short_key(padded, nbytes);
    } else {
        key = tp_long_key(&table->hash_key, text, nbytes);
    }
    return (tp_word){key, tp_key_hash(&table->hash_key, key), text, nbytes};
}

/* ---- Growing ----------------------------------------------------------------------------------------------------- */

static void put_in_index(tp_slot *slots, size_t n_slots, uint64_t hash, uint32_t number)
{
    size_t i = hash & (n_slots - 1);
    while (slots[i].term != 0) i = (i + 1) & (n_slots - 1);
    slots[i] = (tp_slot){number + 1, (uint32_t)(hash >> 32)};
}

/* Puts all terms into a new index. */
static void fill_index(tp_table *table)
{
    for (size_t i = 0; i < table->n_terms; i++) {
        if (i + LOOK_AHEAD < table->n_terms) {
            tp_table_prefetch_slot(table, tp_key_hash(&table->hash_key, table->terms[i + LOOK_AHEAD].key));
        }
        put_in_index(table->slots, table->n_slots, tp_key_hash(&table->hash_key, table->terms[i].key), (uint32_t)i);
    }
}

static bool grow_index(tp_table *table, size_t n_terms)
{
    size_t n_slots = table->n_slots != 0 ? table->n_slots : SMALLEST_INDEX;
    while (n_slots / 2 < n_terms) {
        if (n_slots > SIZE_MAX / 2 / sizeof(tp_slot)) return false;
        n_slots *= 2;
    }
    if (n_slots == table->n_slots) return true;
    tp_slot *slots = tp_allocate(n_slots * sizeof *slots);
    if (slots == NULL) return false;
    memset(slots, 0, n_slots * sizeof *slots);
    tp_release(table->slots, table->n_slots * sizeof *slots);
    table->slots = slots;
    table->n_slots = n_slots;
    fill_index(table);
    return true;
}

/* Makes an array of items hold `needed` of them; false without memory. */
static bool grow_array(void **items, size_t *capacity, size_t needed, size_t item_nbytes)
{
    if (needed <= *capacity) return true;
    size_t grown = tp_grown_capacity(*capacity, needed, item_nbytes);
    void *moved = grown == 0 ? NULL : tp_resize(*items, *capacity * item_nbytes, grown * item_nbytes);
    if (moved == NULL) return false;
    *items = moved;
    *capacity = grown;
    return true;
}

bool tp_table_reserve(tp_table *table, size_t n_terms, size_t text_nbytes)
{
    if (n_terms > TP_MAX_TERMS - table->n_terms || text_nbytes > SIZE_MAX - n_terms) return false;
    size_t needed = table->n_terms + n_terms;
    void *terms = table->terms, *texts = table->texts;
    bool is_grown = grow_array(&terms, &table->terms_capacity, needed, sizeof *table->terms) &&
                    grow_array(&texts, &table->texts_capacity, needed, sizeof *table->texts);
    table->terms = terms;
    table->texts = texts;
    return is_grown && tp_arena_reserve(&table->text, text_nbytes + n_terms) && grow_index(table, needed);
}

/* ---- Finding ----------------------------------------------------------------------------------------------------- */

static inline bool is_same_text(const tp_table *table, uint32_t number, const tp_word *word)
{
    const tp_term_text *text = &table->texts[number];
    return text->nbytes == word->nbytes && memcmp(table->text.data + text->start, word->text, word->nbytes) == 0;
}

uint32_t tp_table_find(const tp_table *table, const tp_word *word)
{
    if (table->n_slots == 0) return TP_NO_TERM;
    size_t mask = table->n_slots - 1;
    for (size_t i = word->hash & mask; table->slots[i].term != 0; i = (i + 1) & mask) {
        if (table->slots[i].tag != (uint32_t)(word->hash >> 32)) continue;
        uint32_t number = table->slots[i].term - 1;
        tp_key key = table->terms[number].key;
        if (key.low != word->key.low || key.high != word->key.high) continue;
        if (!tp_key_is_long(key) || is_same_text(table, number, word)) return number;
    }
    return TP_NO_TERM;
}

tp_term *tp_table_append(tp_table *table, const tp_word *word)
{
    uint32_t number = (uint32_t)table->n_terms++;
    tp_arena *text = &table->text;
    table->terms[number] = (tp_term){.key = word->key, .last_document = TP_NO_DOCUMENT};
    table->texts[number] = (tp_term_text){text->used, word->nbytes};
    if (word->nbytes > 0) memcpy(text->data + text->used, word->text, word->nbytes);
    text->data[text->used + word->nbytes] = '\n';
    text->used += word->nbytes + 1;
    put_in_index(table->slots, table->n_slots, word->hash, number);
    return &table->terms[number];
}

tp_term *tp_table_find_or_append(tp_table *table, const tp_word *word)
{
    uint32_t number = tp_table_find(table, word);
    if (number != TP_NO_TERM) return &table->terms[number];
    if (!tp_table_reserve(table, 1, word->nbytes)) return NULL;
    return tp_table_append(table, word);
}

/* ---- Copying ----------------------------------------------------------------------------------------------------- */

static void *copy_block(const void *block, size_t nbytes)
{
    void *copy = tp_allocate(nbytes);
    if (copy != NULL) memcpy(copy, block, nbytes);
    return copy;
}

bool tp_table_copy(const tp_table *table, tp_table *copy)
{
    *copy = (tp_table){.hash_key = table->hash_key};
    if (table->n_terms == 0) return true;
    copy->slots = copy_block(table->slots, table->n_slots * sizeof *copy->slots);
    copy->n_slots = copy->slots != NULL ? table->n_slots : 0;
    copy->terms = copy_block(table->terms, table->n_terms * sizeof *copy->terms);
    copy->terms_capacity = copy->terms != NULL ? table->n_terms : 0;
    copy->texts = copy_block(table->texts, table->n_terms * sizeof *copy->texts);
    copy->texts_capacity = copy->texts != NULL ? table->n_terms : 0;
    copy->text.data = copy_block(table->text.data, table->text.used);
    copy->text.capacity = copy->text.data != NULL ? table->text.used : 0;
    if (copy->slots == NULL || copy->terms == NULL || copy->texts == NULL || copy->text.data == NULL) {
        tp_table_free(copy);
        return false;
    }
    copy->n_terms = table->n_terms;
    copy->text.used = table->text.used;
    return true;
}
