/* Removes rare terms: the others move to a new table, which replaces the old one when it is complete. */
#include "base/error.h"
#include "corpus/corpus.h"

typedef struct kept {
    size_t n_terms, nbytes;
    uint64_t n_words;              /* of the terms that stay */
    uint64_t first_document_terms; /* how many of the terms that stay are among those of the first document */
} kept;

static kept count_kept(const tp_counts *counts, uint64_t min_count)
{
    const tp_table *table = &counts->table;
    kept found = {0};
    for (size_t i = 0; i < table->n_terms; i++) {
        uint64_t count = tp_term_count(&table->terms[i]);
        if (count < min_count) continue;
        found.n_terms++;
        found.nbytes += tp_table_nbytes(table, i);
        found.n_words += count;
        found.first_document_terms += i < counts->first_document_terms;
    }
    return found;
}

static void move_kept(const tp_table *from, uint64_t min_count, tp_table *to)
{
    for (size_t i = 0; i < from->n_terms; i++) {
        const tp_term *old = &from->terms[i];
        if (tp_term_count(old) < min_count) continue;
        tp_word word = tp_table_word_at(from, i);
        tp_term *moved = tp_table_append(to, &word);
        tp_term_set(moved, tp_term_count(old), tp_term_document_frequency(old));
        moved->last_document = old->last_document;
    }
}

static tp_status prune_locked(tp_corpus *corpus, uint64_t min_count, uint64_t position, uint64_t *n_terms, uint64_t *n_words,
                              tp_error *error)
{
    tp_counts *counts = &corpus->counts;
    if (corpus->position != position) return tp_fail(error, TP_STALE, 0, "the corpus is at another position by now");
    if (counts->has_open_document) {
        return tp_fail(error, TP_INVALID_ARGUMENT, counts->documents, "the last document has not been closed");
    }
    kept found = count_kept(counts, min_count);
    *n_terms = counts->table.n_terms - found.n_terms;
    *n_words = counts->words - counts->pruned_words - found.n_words;
    if (*n_terms == 0) return TP_OK;
    tp_table table = {.hash_key = counts->table.hash_key};
    if (found.n_terms > 0 && !tp_table_reserve(&table, found.n_terms, found.nbytes)) {
        tp_table_free(&table);
        return tp_fail_no_memory(error);
    }
    move_kept(&counts->table, min_count, &table);
    tp_table_free(&counts->table);
    counts->table = table;
    counts->pruned_words += *n_words;
    if (counts->documents > 0) counts->first_document_terms = found.first_document_terms;
    else if (counts->table.n_terms == 0) counts->first_document_terms = UINT64_MAX; /* a share, of which nothing is left */
    return TP_OK;
}

tp_status tp_corpus_prune(tp_corpus *corpus, uint64_t min_count, uint64_t position, uint64_t *n_terms, uint64_t *n_words,
                          tp_error *error)
{
    tp_lock_write(&corpus->lock);
    tp_status status = prune_locked(corpus, min_count, position, n_terms, n_words, error);
    tp_unlock_write(&corpus->lock);
    return status;
}
