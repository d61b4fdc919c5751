/* Shares out the terms of a corpus among parts, by a hash that is the same on every machine. */
#include "base/error.h"
#include "base/salted_hash.h"
#include "corpus/corpus.h"

/* What one part will hold. */
typedef struct share {
    tp_counts counts;
    size_t n_terms, text_nbytes;
} share;

static void free_shares(share *shares, size_t n)
{
    for (size_t i = 0; i < n; i++) tp_counts_free(&shares[i].counts);
    tp_release(TP_FOR_WORK, shares, n * sizeof *shares);
}

/* Finds the part of each term. */
static void find_parts(const tp_table *table, uint64_t salt, share *shares, size_t n_parts, uint16_t *parts)
{
    for (size_t i = 0; i < table->n_terms; i++) {
        size_t nbytes = tp_table_nbytes(table, i), part = tp_part_of(tp_salted_hash(salt, tp_table_text(table, i), nbytes), n_parts);
        parts[i] = (uint16_t)part;
        shares[part].n_terms++;
        shares[part].text_nbytes += nbytes;
    }
}

/* Copies each term to its part, which has room for it. */
static void share_terms(const tp_counts *whole, share *shares, const uint16_t *parts)
{
    for (size_t i = 0; i < whole->table.n_terms; i++) {
        tp_counts *counts = &shares[parts[i]].counts;
        const tp_term *term = &whole->table.terms[i];
        tp_word word = tp_table_word_at(&whole->table, i);
        tp_term_set(tp_table_append(&counts->table, &word), tp_term_count(term), tp_term_document_frequency(term));
        counts->words += tp_term_count(term);
        if (i < whole->first_document_terms) counts->first_document_terms++;
    }
}

/* The first part has the documents, and what was pruned. In a part without documents, no term is known to be in the first of them. */
static void share_documents(const tp_counts *whole, share *shares, size_t n_parts)
{
    shares[0].counts.documents = whole->documents;
    shares[0].counts.pruned_words = whole->pruned_words;
    shares[0].counts.words += whole->pruned_words;
    for (size_t i = 0; i < n_parts; i++) {
        tp_counts *counts = &shares[i].counts;
        if (counts->documents == 0) counts->first_document_terms = counts->table.n_terms > 0 ? 0 : UINT64_MAX;
    }
}

/* Returns the shares, or NULL if memory runs out. */
static share *make_shares(const tp_counts *whole, uint64_t salt, size_t n_parts)
{
    const size_t n = whole->table.n_terms;
    share *shares = tp_allocate(TP_FOR_WORK, n_parts * sizeof *shares);
    uint16_t *parts = n > 0 ? tp_allocate(TP_FOR_WORK, n * sizeof *parts) : NULL;
    bool is_made = shares != NULL && (parts != NULL || n == 0);
    for (size_t i = 0; shares != NULL && i < n_parts; i++) {
        shares[i] = (share){.counts = tp_counts_empty()};
        shares[i].counts.first_document_terms = 0;
    }
    if (is_made) find_parts(&whole->table, salt, shares, n_parts, parts);
    for (size_t i = 0; is_made && i < n_parts; i++) {
        is_made = shares[i].n_terms == 0 || tp_table_reserve(&shares[i].counts.table, shares[i].n_terms, shares[i].text_nbytes);
    }
    if (is_made) {
        share_terms(whole, shares, parts);
        share_documents(whole, shares, n_parts);
    }
    tp_release(TP_FOR_WORK, parts, n * sizeof *parts);
    if (is_made) return shares;
    if (shares != NULL) free_shares(shares, n_parts);
    return NULL;
}

static tp_status check_parts(tp_corpus *corpus, tp_corpus *const *parts, size_t n_parts, tp_error *error)
{
    if (n_parts == 0 || n_parts > TP_MOST_PARTS) {
        return tp_fail(error, TP_INVALID_ARGUMENT, n_parts, "there must be from 1 to 65536 parts");
    }
    for (size_t i = 0; i < n_parts; i++) {
        if (parts[i] == corpus) return tp_fail(error, TP_INVALID_ARGUMENT, i, "a corpus cannot be one of its own parts");
        tp_lock_read(&parts[i]->lock);
        bool is_empty = tp_counts_are_empty(&parts[i]->counts);
        tp_unlock_read(&parts[i]->lock);
        if (!is_empty) return tp_fail(error, TP_INVALID_ARGUMENT, i, "the part is not empty");
    }
    return TP_OK;
}

tp_status tp_corpus_split(tp_corpus *corpus, uint64_t salt, tp_corpus *const *parts, size_t n_parts, tp_error *error)
{
    tp_status status = check_parts(corpus, parts, n_parts, error);
    if (status != TP_OK) return status;
    tp_lock_read(&corpus->lock);
    bool is_open = corpus->counts.has_open_document;
    share *shares = is_open ? NULL : make_shares(&corpus->counts, salt, n_parts);
    tp_unlock_read(&corpus->lock);
    if (is_open) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "the last document has not been closed");
    if (shares == NULL) return tp_fail_no_memory(error);
    for (size_t i = 0; i < n_parts; i++) {
        tp_lock_write(&parts[i]->lock);
        tp_counts emptied = parts[i]->counts;
        parts[i]->counts = shares[i].counts;
        shares[i].counts = emptied;
        tp_unlock_write(&parts[i]->lock);
    }
    free_shares(shares, n_parts);
    return TP_OK;
}
