/* Appends one corpus to another. It publishes a private count, and merges parts that were counted elsewhere. */
#include <string.h>

#include "base/error.h"
#include "base/thread.h"
#include "corpus/corpus.h"
#include "unicode/lower.h"

/* The information about the part that appending needs before it changes anything. */
typedef struct plan {
    uint32_t *numbers; /* for each term of the part: its number in the whole, or TP_NO_TERM */
    size_t n_numbers;
    size_t new_terms;
    size_t new_nbytes;
} plan;

/* How many terms ahead the look-up prefetches: enough to hide a cache miss behind the work on the terms between. First it loads
 * the slot, then, halfway, the term that the slot refers to. */
enum { LOOK_AHEAD = 32 };

static const uint32_t *slot_of(const tp_table *whole, const tp_table *part, size_t i)
{
    return &whole->index.slots[tp_index_home(&whole->index, tp_key_hash(&part->hash_key, part->terms[i].key))];
}

static const tp_term *term_of(const tp_table *whole, const tp_table *part, size_t i)
{
    return whole->terms + (*slot_of(whole, part, i) & tp_index_number_mask(&whole->index)) - 1;
}

/* ---- By one thread or several: each has a range of the part's terms, which are different terms of the whole -------------- */

/* With fewer terms than this, the work is done before a thread has started. */
enum { TERMS_PER_THREAD = 1 << 15 };

typedef struct range {
    tp_counts *whole;
    const tp_counts *part;
    plan *made; /* the thread writes only this range's own numbers and the two sums below */
    size_t first, end;
    size_t new_terms, new_nbytes;
} range;

static void match_terms(void *ranges, size_t index)
{
    range *r = (range *)ranges + index;
    const tp_table *whole = &r->whole->table, *part = &r->part->table;
    size_t new_terms = 0, new_nbytes = 0;
    for (size_t i = r->first; i < r->end; i++) {
        if (whole->index.n_slots != 0 && i + LOOK_AHEAD < r->end) {
            TP_PREFETCH(slot_of(whole, part, i + LOOK_AHEAD));
            TP_PREFETCH(term_of(whole, part, i + LOOK_AHEAD / 2));
        }
        tp_word word = tp_table_word_at(part, i);
        uint32_t number = tp_table_find(whole, &word);
        r->made->numbers[i] = number;
        if (number != TP_NO_TERM) continue;
        new_terms++;
        new_nbytes += word.nbytes;
    }
    r->new_terms = new_terms;
    r->new_nbytes = new_nbytes;
}

static tp_term *append_new_term(tp_table *whole, const tp_table *part, size_t i)
{
    tp_word word = tp_table_word_at(part, i);
    return tp_table_append(whole, &word);
}

static void add_to_term(tp_counts *whole, const tp_counts *part, size_t i, tp_term *term)
{
    const tp_term *added = &part->table.terms[i];
    /* A document that begins in the whole and ends in the part is one document, and a term may occur in both halves of it. */
    bool is_counted_twice = i < part->first_document_terms && term->last_document == tp_counts_stamp(whole);
    tp_term_set(term, tp_term_count(term) + tp_term_count(added),
                tp_term_document_frequency(term) + tp_term_document_frequency(added) - is_counted_twice);
    if (added->last_document == tp_counts_stamp(part)) {
        term->last_document = (uint32_t)((whole->documents + part->documents) % TP_NO_DOCUMENT);
    }
}

static void add_to_known_terms(void *ranges, size_t index)
{
    range *r = (range *)ranges + index;
    const uint32_t *numbers = r->made->numbers;
    tp_term *terms = r->whole->table.terms;
    for (size_t i = r->first; i < r->end; i++) {
        if (i + LOOK_AHEAD < r->end && numbers[i + LOOK_AHEAD] != TP_NO_TERM) TP_PREFETCH(&terms[numbers[i + LOOK_AHEAD]]);
        if (numbers[i] != TP_NO_TERM) add_to_term(r->whole, r->part, i, &terms[numbers[i]]);
    }
}

/* ---- By one alone, since the order of new terms matters -------------------------------------------------------------------- */

static void add_new_terms(tp_counts *whole, const tp_counts *part, const plan *made)
{
    uint64_t first_document_terms = UINT64_MAX;
    for (size_t i = 0; i < part->table.n_terms; i++) {
        if (i == part->first_document_terms) first_document_terms = whole->table.n_terms;
        if (i + LOOK_AHEAD < part->table.n_terms && made->numbers[i + LOOK_AHEAD] == TP_NO_TERM) {
            TP_PREFETCH(slot_of(&whole->table, &part->table, i + LOOK_AHEAD));
        }
        if (made->numbers[i] != TP_NO_TERM) continue;
        add_to_term(whole, part, i, append_new_term(&whole->table, &part->table, i));
    }
    if (part->first_document_terms == part->table.n_terms) first_document_terms = whole->table.n_terms;
    if (whole->first_document_terms == UINT64_MAX) whole->first_document_terms = first_document_terms;
}

/* Cannot fail: the memory of the plan is already reserved. */
static void add_counts(range *ranges, size_t n_ranges)
{
    tp_counts *whole = ranges->whole;
    const tp_counts *part = ranges->part;
    bool begin_anew = whole->documents / TP_NO_DOCUMENT != (whole->documents + part->documents) / TP_NO_DOCUMENT;
    if (begin_anew) tp_counts_forget_documents(whole, tp_counts_stamp(whole));
    tp_fork_join(add_to_known_terms, ranges, n_ranges);
    add_new_terms(whole, part, ranges->made);
    whole->words += part->words;
    whole->pruned_words += part->pruned_words;
    whole->has_open_document = part->has_open_document || (part->documents == 0 && whole->has_open_document);
    whole->documents += part->documents;
}

static void swap_arenas(tp_arena *one, tp_arena *other)
{
    tp_arena kept = *one;
    *one = *other;
    *other = kept;
}

/* The part's open document is the whole's now, and so is what is unfinished in it. */
static void move_carry(tp_counts *whole, tp_counts *part)
{
    swap_arenas(&whole->carry, &part->carry);
    swap_arenas(&whole->tokens, &part->tokens);
    swap_arenas(&whole->token_ends, &part->token_ends);
    whole->has_rule = whole->has_rule || part->has_rule;
}

static void swap_counts(tp_counts *one, tp_counts *other)
{
    tp_counts kept = *one;
    *one = *other;
    *other = kept;
}

/* Allocates all memory that appending can need, including for the word in the whole's carry. */
static bool reserve_for(tp_counts *whole, const plan *made)
{
    size_t carried = whole->carry.used > 0 ? TP_LOWER_BOUND(whole->carry.used) : 0;
    return tp_arena_reserve(TP_FOR_CORPUS, &whole->lowered, carried) &&
           tp_table_reserve(&whole->table, made->new_terms + (carried > 0), made->new_nbytes + carried);
}

static void match_all(range *ranges, size_t n_ranges, plan *made)
{
    tp_fork_join(match_terms, ranges, n_ranges);
    made->new_terms = made->new_nbytes = 0;
    for (size_t i = 0; i < n_ranges; i++) {
        made->new_terms += ranges[i].new_terms;
        made->new_nbytes += ranges[i].new_nbytes;
    }
}

/* Appends with the numbers of the plan. Returns false, with nothing changed, if memory runs out. */
static bool append_ranges(range *ranges, size_t n_ranges)
{
    tp_counts *whole = ranges->whole;
    match_all(ranges, n_ranges, ranges->made);
    if (!reserve_for(whole, ranges->made)) return false;
    if (whole->carry.used > 0) {
        tp_counts_close_word(whole);
        match_all(ranges, n_ranges, ranges->made); /* the carried word may be one of the part's */
    }
    add_counts(ranges, n_ranges);
    return true;
}

static void share_out(range *ranges, size_t n_ranges, tp_counts *whole, const tp_counts *part, plan *made)
{
    size_t n = part->table.n_terms;
    for (size_t i = 0; i < n_ranges; i++) {
        size_t first = n / n_ranges * i, end = n / n_ranges * (i + 1);
        ranges[i] = (range){.whole = whole, .part = part, .made = made, .first = first, .end = end};
    }
    ranges[n_ranges - 1].end = n;
}

/* Appends `part`. Returns false, with nothing changed, if memory runs out. */
static bool append_counts(tp_counts *whole, const tp_counts *part, size_t n_threads)
{
    plan made = {.n_numbers = part->table.n_terms};
    size_t most = made.n_numbers / TERMS_PER_THREAD + 1, n_ranges = n_threads < most ? n_threads : most;
    range *ranges = tp_allocate(TP_FOR_WORK, n_ranges * sizeof *ranges);
    made.numbers = made.n_numbers > 0 ? tp_allocate(TP_FOR_WORK, made.n_numbers * sizeof *made.numbers) : NULL;
    bool is_done = false;
    if (ranges != NULL && (made.numbers != NULL || made.n_numbers == 0)) {
        share_out(ranges, n_ranges, whole, part, &made);
        is_done = append_ranges(ranges, n_ranges);
    }
    tp_release(TP_FOR_WORK, made.numbers, made.n_numbers * sizeof *made.numbers);
    tp_release(TP_FOR_WORK, ranges, n_ranges * sizeof *ranges);
    return is_done;
}

static tp_status append_locked(tp_corpus *corpus, tp_corpus *part, uint64_t from_position, uint64_t to_position,
                               size_t n_threads, tp_error *error)
{
    if (corpus->position != from_position) return tp_fail(error, TP_STALE, 0, "the corpus is at another position by now");
    if (corpus->counts.has_open_document && tp_counts_lack_documents(&part->counts)) {
        return tp_fail(error, TP_INVALID_ARGUMENT, 0, "a part without documents cannot continue one");
    }
    if (part->counts.words > TP_MAX_COUNT - corpus->counts.words ||
        part->counts.documents > TP_MAX_COUNT - corpus->counts.documents) {
        return tp_fail(error, TP_TOO_LARGE, 0, "both corpora together have 2^48 words or documents");
    }
    if (corpus->counts.has_rule && (corpus->counts.carry.used > 0 || corpus->counts.tokens.used > 0)) {
        return tp_fail(error, TP_INVALID_ARGUMENT, corpus->counts.documents, "the corpus has a part of a document to continue");
    }
    if (tp_counts_are_empty(&corpus->counts)) {
        swap_counts(&corpus->counts, &part->counts);
    } else {
        if (!append_counts(&corpus->counts, &part->counts, n_threads)) return tp_fail_no_memory(error);
        move_carry(&corpus->counts, &part->counts);
    }
    tp_counts_free(&part->counts);
    part->counts = tp_counts_empty();
    tp_counts_free_scratch(&corpus->counts);
    corpus->position = to_position;
    return TP_OK;
}

static tp_status append(tp_corpus *corpus, tp_corpus *part, uint64_t from_position, uint64_t to_position, size_t n_threads,
                        tp_error *error)
{
    if (corpus == part) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "a corpus cannot be appended to itself");
    tp_lock_write_two(&corpus->lock, &part->lock);
    tp_status status = append_locked(corpus, part, from_position, to_position, n_threads, error);
    tp_unlock_write_two(&corpus->lock, &part->lock);
    return status;
}

tp_status tp_corpus_append(tp_corpus *corpus, tp_corpus *part, uint64_t from_position, uint64_t to_position, tp_error *error)
{
    return append(corpus, part, from_position, to_position, 1, error);
}

tp_status tp_corpus_join(tp_corpus *const *corpora, size_t n_corpora, tp_error *error)
{
    tp_status status = TP_OK;
    for (size_t i = 1; i < n_corpora && status == TP_OK; i++) {
        tp_totals totals;
        tp_corpus_get_totals(corpora[0], &totals);
        status = append(corpora[0], corpora[i], totals.position, totals.position, n_corpora, error);
    }
    return status;
}
