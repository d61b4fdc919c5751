/* Appending one corpus to another: how a private count is published, and how parts counted elsewhere are merged. */
#include <string.h>

#include "base/error.h"
#include "corpus/corpus.h"
#include "unicode/lower.h"

/* What appending needs to know of the part before anything is changed. */
typedef struct plan {
    uint32_t *numbers; /* of each of the part's terms: its number in the whole, or TP_NO_TERM */
    size_t n_numbers;
    size_t new_terms;
    size_t new_nbytes;
} plan;

/* How many terms ahead the index is loaded: enough to hide a miss of the cache behind the work on the terms between. */
enum { LOOK_AHEAD = 16 };

static void look_ahead(const tp_table *whole, const tp_table *part, size_t i)
{
    if (i + LOOK_AHEAD < part->n_terms) {
        uint64_t hash = tp_key_hash(&part->hash_key, part->terms[i + LOOK_AHEAD].key);
        TP_PREFETCH(&whole->slots[tp_table_home(whole, hash)]);
    }
}

static void match_terms(const tp_table *whole, const tp_table *part, plan *made)
{
    made->new_terms = made->new_nbytes = 0;
    for (size_t i = 0; i < part->n_terms; i++) {
        if (whole->n_slots != 0) look_ahead(whole, part, i);
        tp_word word = tp_table_word_at(part, i);
        made->numbers[i] = tp_table_find(whole, &word);
        if (made->numbers[i] == TP_NO_TERM) {
            made->new_terms++;
            made->new_nbytes += word.nbytes;
        }
    }
}

static tp_term *append_new_term(tp_table *whole, const tp_table *part, size_t i)
{
    tp_word word = tp_table_word_at(part, i);
    return tp_table_append(whole, &word);
}

static void add_term(tp_counts *whole, const tp_counts *part, size_t i, const plan *made)
{
    const tp_term *added = &part->table.terms[i];
    tp_term *term = made->numbers[i] == TP_NO_TERM ? append_new_term(&whole->table, &part->table, i)
                                                   : &whole->table.terms[made->numbers[i]];
    /* A document begun in the whole and ended in the part is one document, in both of which the term may occur. */
    bool is_counted_twice = i < part->first_document_terms && term->last_document == tp_counts_stamp(whole);
    tp_term_set(term, tp_term_count(term) + tp_term_count(added),
                tp_term_document_frequency(term) + tp_term_document_frequency(added) - is_counted_twice);
    if (added->last_document == tp_counts_stamp(part)) {
        term->last_document = (uint32_t)((whole->documents + part->documents) % TP_NO_DOCUMENT);
    }
}

/* Cannot fail: the plan's memory has been reserved. */
static void add_counts(tp_counts *whole, const tp_counts *part, const plan *made)
{
    uint64_t first_document_terms = UINT64_MAX;
    bool begin_anew = whole->documents / TP_NO_DOCUMENT != (whole->documents + part->documents) / TP_NO_DOCUMENT;
    if (begin_anew) tp_counts_forget_documents(whole, tp_counts_stamp(whole));
    for (size_t i = 0; i < part->table.n_terms; i++) {
        look_ahead(&whole->table, &part->table, i);
        if (i == part->first_document_terms) first_document_terms = whole->table.n_terms;
        add_term(whole, part, i, made);
    }
    if (part->first_document_terms == part->table.n_terms) first_document_terms = whole->table.n_terms;
    if (whole->documents == 0) whole->first_document_terms = first_document_terms;
    whole->words += part->words;
    whole->has_open_document = part->has_open_document || (part->documents == 0 && whole->has_open_document);
    whole->documents += part->documents;
}

/* The part's open document is the whole's now, and so is the word that it stopped in. */
static void move_carry(tp_counts *whole, tp_counts *part)
{
    tp_arena empty = whole->carry;
    whole->carry = part->carry;
    part->carry = empty;
}

static void swap_counts(tp_counts *one, tp_counts *other)
{
    tp_counts kept = *one;
    *one = *other;
    *other = kept;
}

static bool is_empty(const tp_counts *counts)
{
    return counts->documents == 0 && !counts->has_open_document && counts->table.n_terms == 0;
}

/* Gets all the memory that appending can need, the word in the whole's carry included. */
static bool reserve_for(tp_counts *whole, const plan *made)
{
    size_t carried = whole->carry.used > 0 ? TP_LOWER_BOUND(whole->carry.used) : 0;
    return tp_arena_reserve(&whole->lowered, carried) &&
           tp_table_reserve(&whole->table, made->new_terms + (carried > 0), made->new_nbytes + carried);
}

/* Appends `part`, or changes nothing and returns false without memory. */
static bool append_counts(tp_counts *whole, const tp_counts *part)
{
    plan made = {.n_numbers = part->table.n_terms};
    if (made.n_numbers > 0) {
        made.numbers = tp_allocate(made.n_numbers * sizeof *made.numbers);
        if (made.numbers == NULL) return false;
    }
    match_terms(&whole->table, &part->table, &made);
    bool is_reserved = reserve_for(whole, &made);
    if (is_reserved) {
        if (whole->carry.used > 0) {
            tp_counts_close_word(whole);
            match_terms(&whole->table, &part->table, &made); /* that word may be one of the part's */
        }
        add_counts(whole, part, &made);
    }
    tp_release(made.numbers, made.n_numbers * sizeof *made.numbers);
    return is_reserved;
}

static tp_status append_locked(tp_corpus *corpus, tp_corpus *part, uint64_t from_position, uint64_t to_position,
                               tp_error *error)
{
    if (corpus->position != from_position) return tp_fail(error, TP_STALE, 0, "the corpus is at another position by now");
    if (part->counts.words > TP_MAX_COUNT - corpus->counts.words ||
        part->counts.documents > TP_MAX_COUNT - corpus->counts.documents) {
        return tp_fail(error, TP_TOO_LARGE, 0, "both corpora together have 2^48 words or documents");
    }
    if (is_empty(&corpus->counts)) {
        swap_counts(&corpus->counts, &part->counts);
    } else {
        if (!append_counts(&corpus->counts, &part->counts)) return tp_fail_no_memory(error);
        move_carry(&corpus->counts, &part->counts);
    }
    tp_counts_free(&part->counts);
    part->counts = tp_counts_empty();
    tp_counts_free_scratch(&corpus->counts);
    corpus->position = to_position;
    return TP_OK;
}

tp_status tp_corpus_append(tp_corpus *corpus, tp_corpus *part, uint64_t from_position, uint64_t to_position, tp_error *error)
{
    if (corpus == part) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "a corpus cannot be appended to itself");
    tp_lock_write_two(&corpus->lock, &part->lock);
    tp_status status = append_locked(corpus, part, from_position, to_position, error);
    tp_unlock_write_two(&corpus->lock, &part->lock);
    return status;
}
