#include "corpus/table.h"

#include <string.h>

enum { SMALLEST_INDEX = 64 };

void tp_table_free(tp_table *table)
{
    tp_release(table->slots, table->n_slots * sizeof *table->slots);
    tp_release(table->terms, table->terms_capacity * sizeof *table->terms);
    tp_arena_free(&table->text);
    *table = (tp_table){.key = table->key};
}

static void put_in_index(tp_slot *slots, size_t n_slots, uint64_t hash, uint32_t number)
{
    size_t i = hash & (n_slots - 1);
    while (slots[i].term != 0) i = (i + 1) & (n_slots - 1);
    slots[i] = (tp_slot){number + 1, (uint32_t)(hash >> 32)};
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
    for (size_t i = 0; i < table->n_terms; i++) put_in_index(slots, n_slots, table->terms[i].hash, (uint32_t)i);
    tp_release(table->slots, table->n_slots * sizeof *slots);
    table->slots = slots;
    table->n_slots = n_slots;
    return true;
}

bool tp_table_reserve(tp_table *table, size_t n_terms, size_t text_nbytes)
{
    if (n_terms > TP_MAX_TERMS - table->n_terms) return false;
    if (text_nbytes > SIZE_MAX - n_terms) return false;
    size_t needed = table->n_terms + n_terms;
    if (needed > table->terms_capacity) {
        size_t capacity = tp_grown_capacity(table->terms_capacity, needed, sizeof *table->terms);
        tp_term *terms = capacity == 0 ? NULL
                                       : tp_resize(table->terms, table->terms_capacity * sizeof *terms, capacity * sizeof *terms);
        if (terms == NULL) return false;
        table->terms = terms;
        table->terms_capacity = capacity;
    }
    return tp_arena_reserve(&table->text, text_nbytes + n_terms) && grow_index(table, needed);
}

/* As memcmp, but inline: most terms are shorter than a call of it takes. */
static inline bool is_equal(const uint8_t *one, const uint8_t *other, size_t nbytes)
{
    uint64_t a, b;
    if (nbytes >= 8) {
        for (size_t i = 0; i + 8 < nbytes; i += 8) {
            memcpy(&a, one + i, 8);
            memcpy(&b, other + i, 8);
            if (a != b) return false;
        }
        memcpy(&a, one + nbytes - 8, 8);
        memcpy(&b, other + nbytes - 8, 8);
        return a == b;
    }
    return tp_hash_load_short(one, nbytes) == tp_hash_load_short(other, nbytes);
}

uint32_t tp_table_find(const tp_table *table, const uint8_t *term, size_t nbytes, uint64_t hash)
{
    if (table->n_slots == 0) return TP_NO_TERM;
    size_t mask = table->n_slots - 1;
    for (size_t i = hash & mask; table->slots[i].term != 0; i = (i + 1) & mask) {
        if (table->slots[i].tag != (uint32_t)(hash >> 32)) continue;
        const tp_term *found = &table->terms[table->slots[i].term - 1];
        if (found->nbytes == nbytes && is_equal(tp_table_text(table, found), term, nbytes)) return table->slots[i].term - 1;
    }
    return TP_NO_TERM;
}

tp_term *tp_table_append(tp_table *table, const uint8_t *term, size_t nbytes, uint64_t hash)
{
    uint32_t number = (uint32_t)table->n_terms++;
    tp_arena *text = &table->text;
    table->terms[number] = (tp_term){.hash = hash, .last_document = TP_NO_DOCUMENT, .start = text->used, .nbytes = nbytes};
    memcpy(text->data + text->used, term, nbytes);
    text->data[text->used + nbytes] = '\n';
    text->used += nbytes + 1;
    put_in_index(table->slots, table->n_slots, hash, number);
    return &table->terms[number];
}

tp_term *tp_table_find_or_append(tp_table *table, const uint8_t *term, size_t nbytes)
{
    uint64_t hash = tp_hash(&table->key, term, nbytes);
    uint32_t number = tp_table_find(table, term, nbytes, hash);
    if (number != TP_NO_TERM) return &table->terms[number];
    if (!tp_table_reserve(table, 1, nbytes)) return NULL;
    return tp_table_append(table, term, nbytes, hash);
}

static void *copy_block(const void *block, size_t nbytes)
{
    void *copy = tp_allocate(nbytes);
    if (copy != NULL) memcpy(copy, block, nbytes);
    return copy;
}

bool tp_table_copy(const tp_table *table, tp_table *copy)
{
    *copy = (tp_table){.key = table->key};
    if (table->n_terms == 0) return true;
    copy->slots = copy_block(table->slots, table->n_slots * sizeof *copy->slots);
    copy->n_slots = copy->slots != NULL ? table->n_slots : 0;
    copy->terms = copy_block(table->terms, table->n_terms * sizeof *copy->terms);
    copy->terms_capacity = copy->terms != NULL ? table->n_terms : 0;
    copy->text.data = copy_block(table->text.data, table->text.used);
    copy->text.capacity = copy->text.data != NULL ? table->text.used : 0;
    if (copy->slots == NULL || copy->terms == NULL || copy->text.data == NULL) {
        tp_table_free(copy);
        return false;
    }
    copy->n_terms = table->n_terms;
    copy->text.used = table->text.used;
    return true;
}
