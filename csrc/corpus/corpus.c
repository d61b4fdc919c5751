/* The lifetime of a corpus, and the queries that it answers. */
#include "corpus/corpus.h"

#include <string.h>

#include "base/error.h"
#include "base/once.h"

tp_counts tp_counts_empty(void)
{
    return (tp_counts){.table = {.hash_key = tp_hash_get_key()}, .first_document_terms = UINT64_MAX};
}

void tp_counts_free_scratch(tp_counts *counts)
{
    tp_arena_free(TP_FOR_CORPUS, &counts->lowered);
    tp_arena_free(TP_FOR_CORPUS, &counts->other);
    if (!counts->has_open_document) {
        tp_arena_free(TP_FOR_CORPUS, &counts->tokens);
        tp_arena_free(TP_FOR_CORPUS, &counts->token_ends);
    }
    tp_release(TP_FOR_CORPUS, counts->chunk, sizeof *counts->chunk);
    counts->chunk = NULL;
}

void tp_counts_free(tp_counts *counts)
{
    tp_table_free(&counts->table);
    tp_arena_free(TP_FOR_CORPUS, &counts->carry);
    tp_arena_free(TP_FOR_CORPUS, &counts->tokens);
    tp_arena_free(TP_FOR_CORPUS, &counts->token_ends);
    tp_counts_free_scratch(counts);
}

void tp_counts_forget_documents(tp_counts *counts, uint32_t spared_stamp)
{
    for (size_t i = 0; i < counts->table.n_terms; i++) {
        uint32_t *last_document = &counts->table.terms[i].last_document;
        if (*last_document != spared_stamp) *last_document = TP_NO_DOCUMENT;
    }
}

void tp_counts_close_document(tp_counts *counts)
{
    if (counts->first_document_terms == UINT64_MAX) counts->first_document_terms = counts->table.n_terms;
    if ((counts->documents + 1) % TP_NO_DOCUMENT == 0) tp_counts_forget_documents(counts, TP_NO_DOCUMENT);
    counts->documents++;
    counts->has_open_document = false;
}

bool tp_counts_append_to_carry(tp_counts *counts, const uint8_t *text, size_t nbytes)
{
    if (nbytes == 0) return true;
    if (!tp_arena_reserve(TP_FOR_CORPUS, &counts->carry, nbytes)) return false;
    memcpy(counts->carry.data + counts->carry.used, text, nbytes);
    counts->carry.used += nbytes;
    return true;
}

tp_status tp_corpus_new(tp_corpus **corpus, tp_error *error)
{
    tp_corpus *made = tp_allocate(TP_FOR_CORPUS, sizeof *made);
    if (made == NULL) return tp_fail_no_memory(error);
    if (!tp_lock_init(&made->lock)) {
        tp_release(TP_FOR_CORPUS, made, sizeof *made);
        return tp_fail_no_memory(error);
    }
    tp_object_made(TP_FOR_CORPUS);
    made->counts = tp_counts_empty();
    made->position = 0;
    *corpus = made;
    return TP_OK;
}

void tp_corpus_free(tp_corpus *corpus)
{
    if (corpus == NULL) return;
    tp_counts_free(&corpus->counts);
    tp_lock_destroy(&corpus->lock);
    tp_object_freed(TP_FOR_CORPUS);
    tp_release(TP_FOR_CORPUS, corpus, sizeof *corpus);
}

void tp_corpus_free_at(tp_corpus **corpus)
{
    tp_corpus_free(*corpus);
    *corpus = NULL;
}

/* Copies the contents of an arena into an empty one. */
static bool copy_arena(const tp_arena *source, tp_arena *copy)
{
    if (!tp_arena_reserve(TP_FOR_CORPUS, copy, source->used)) return false;
    if (source->used > 0) memcpy(copy->data, source->data, source->used);
    copy->used = source->used;
    return true;
}

static bool copy_counts(const tp_counts *source, tp_counts *copy)
{
    *copy = *source;
    copy->carry = copy->lowered = copy->other = copy->tokens = copy->token_ends = (tp_arena){0};
    copy->chunk = NULL;
    if (!tp_table_copy(&source->table, &copy->table)) return false;
    if (!copy_arena(&source->carry, &copy->carry) || !copy_arena(&source->tokens, &copy->tokens) ||
        !copy_arena(&source->token_ends, &copy->token_ends)) {
        tp_counts_free(copy);
        return false;
    }
    return true;
}

tp_status tp_corpus_copy(tp_corpus *source, tp_corpus **copy, tp_error *error)
{
    tp_corpus *made;
    tp_status status = tp_corpus_new(&made, error);
    if (status != TP_OK) return status;
    tp_lock_read(&source->lock);
    bool is_copied = copy_counts(&source->counts, &made->counts);
    made->position = source->position;
    tp_unlock_read(&source->lock);
    if (!is_copied) {
        made->counts = tp_counts_empty();
        tp_corpus_free(made);
        return tp_fail_no_memory(error);
    }
    *copy = made;
    return TP_OK;
}

void tp_corpus_get_totals(tp_corpus *corpus, tp_totals *totals)
{
    tp_lock_read(&corpus->lock);
    const tp_counts *counts = &corpus->counts;
    *totals = (tp_totals){counts->documents, counts->words, counts->table.n_terms, corpus->position,
                           counts->words - counts->pruned_words};
    tp_unlock_read(&corpus->lock);
}

tp_status tp_corpus_get_frequencies(tp_corpus *corpus, tp_frequency_kind kind, uint64_t *values, uint64_t capacity, uint64_t *n_terms,
                                tp_error *error)
{
    if (kind != TP_COUNT && kind != TP_DOCUMENT_FREQUENCY) {
        return tp_fail(error, TP_INVALID_ARGUMENT, 0, "there is no such frequency");
    }
    tp_status status = TP_OK;
    tp_lock_read(&corpus->lock);
    const tp_table *table = &corpus->counts.table;
    *n_terms = table->n_terms;
    if (table->n_terms > capacity) {
        status = tp_fail(error, TP_TOO_SMALL, 0, "the buffer holds fewer values than there are terms");
    } else if (kind == TP_COUNT) {
        for (size_t i = 0; i < table->n_terms; i++) values[i] = tp_term_count(&table->terms[i]);
    } else {
        for (size_t i = 0; i < table->n_terms; i++) values[i] = tp_term_document_frequency(&table->terms[i]);
    }
    tp_unlock_read(&corpus->lock);
    return status;
}

tp_status tp_corpus_get_all_frequencies(tp_corpus *corpus, uint64_t *counts, uint64_t *document_frequencies, uint64_t capacity,
                                 uint64_t *n_terms, tp_error *error)
{
    tp_status status = TP_OK;
    tp_lock_read(&corpus->lock);
    const tp_table *table = &corpus->counts.table;
    *n_terms = table->n_terms;
    if (table->n_terms > capacity) {
        status = tp_fail(error, TP_TOO_SMALL, 0, "the buffers hold fewer values than there are terms");
    } else {
        for (size_t i = 0; i < table->n_terms; i++) {
            counts[i] = tp_term_count(&table->terms[i]);
            document_frequencies[i] = tp_term_document_frequency(&table->terms[i]);
        }
    }
    tp_unlock_read(&corpus->lock);
    return status;
}

static bool has_terms(const tp_table *table, uint64_t first, uint64_t n)
{
    return first <= table->n_terms && n <= table->n_terms - first;
}

tp_status tp_corpus_get_counts(tp_corpus *corpus, uint64_t first, uint64_t n, uint64_t *counts, tp_error *error)
{
    tp_status status = TP_OK;
    tp_lock_read(&corpus->lock);
    const tp_table *table = &corpus->counts.table;
    if (!has_terms(table, first, n)) {
        status = tp_fail(error, TP_INVALID_ARGUMENT, 0, "there are not so many terms");
    } else {
        for (uint64_t i = 0; i < n; i++) counts[i] = tp_term_count(&table->terms[first + i]);
    }
    tp_unlock_read(&corpus->lock);
    return status;
}

tp_status tp_corpus_get_terms(tp_corpus *corpus, uint64_t first, uint64_t n, uint8_t *text, size_t capacity, size_t *nbytes,
                              tp_error *error)
{
    tp_status status = TP_OK;
    *nbytes = 0;
    tp_lock_read(&corpus->lock);
    const tp_table *table = &corpus->counts.table;
    if (!has_terms(table, first, n)) {
        status = tp_fail(error, TP_INVALID_ARGUMENT, 0, "there are not so many terms");
    } else if (n > 0) {
        *nbytes = (size_t)(table->starts[first + n] - table->starts[first] - 1);
        if (*nbytes > capacity) status = tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the terms");
        else memcpy(text, tp_table_text(table, (size_t)first), *nbytes);
    }
    tp_unlock_read(&corpus->lock);
    return status;
}

/* Joins as many terms as there is room for and stores their total length. Returns false if a term does not exist, with its
 * place in `ids` in *bad. Each number is read once: another thread may write to them. */
static bool join_picked(const tp_table *table, const uint64_t *ids, uint64_t n, uint8_t *text, size_t capacity, size_t *nbytes,
                        uint64_t *bad)
{
    *nbytes = 0;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t id = tp_once(ids[i]);
        if (id >= table->n_terms) {
            *bad = i;
            return false;
        }
        size_t with_separator = tp_table_nbytes(table, (size_t)id) + (i + 1 < n);
        if (*nbytes <= capacity && with_separator <= capacity - *nbytes) {
            memcpy(text + *nbytes, tp_table_text(table, (size_t)id), with_separator);
        }
        *nbytes += with_separator;
    }
    return true;
}

tp_status tp_corpus_pick_terms(tp_corpus *corpus, const uint64_t *ids, uint64_t n, uint8_t *text, size_t capacity,
                               size_t *nbytes, tp_error *error)
{
    tp_status status = TP_OK;
    uint64_t bad;
    tp_lock_read(&corpus->lock);
    if (!join_picked(&corpus->counts.table, ids, n, text, capacity, nbytes, &bad)) {
        status = tp_fail(error, TP_INVALID_ARGUMENT, bad, "there is no term with this number");
    } else if (*nbytes > capacity) {
        status = tp_fail(error, TP_TOO_SMALL, 0, "the buffer is too small for the terms");
    }
    tp_unlock_read(&corpus->lock);
    return status;
}

/* Returns the count of one word; the caller holds the lock. */
static uint64_t look_up(const tp_table *table, const uint8_t *text, size_t nbytes)
{
    tp_word word = tp_table_word(table, text, nbytes);
    uint32_t number = tp_table_find(table, &word);
    return number == TP_NO_TERM ? 0 : tp_term_count(&table->terms[number]);
}

uint64_t tp_corpus_get_count(tp_corpus *corpus, const uint8_t *word, size_t word_nbytes)
{
    tp_lock_read(&corpus->lock);
    uint64_t count = look_up(&corpus->counts.table, word, word_nbytes);
    tp_unlock_read(&corpus->lock);
    return count;
}

tp_status tp_corpus_look_up(tp_corpus *corpus, const uint8_t *words, size_t words_nbytes, const uint64_t *ends, size_t n_words,
                            uint64_t *counts, uint64_t *documents, tp_error *error)
{
    uint64_t checked = 0;
    for (size_t i = 0; i < n_words; i++) {
        uint64_t end = tp_once(ends[i]);
        if (end > words_nbytes || checked > end) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends of words must ascend within the text");
        }
        checked = end + 1;
    }
    tp_lock_read(&corpus->lock);
    const tp_table *table = &corpus->counts.table;
    size_t start = 0;
    for (size_t i = 0; i < n_words; i++) {
        const uint8_t *text = words != NULL ? words + start : NULL; /* C allows no arithmetic on NULL */
        size_t end = tp_end_within(ends, i, start, words_nbytes);
        counts[i] = look_up(table, text, end - start);
        start = tp_start_behind(end, words_nbytes);
    }
    *documents = corpus->counts.documents;
    tp_unlock_read(&corpus->lock);
    return TP_OK;
}
