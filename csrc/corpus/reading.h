/* How far a batch of documents has been counted. */
#ifndef TEXTPROC_CORPUS_READING_H
#define TEXTPROC_CORPUS_READING_H

#include "corpus/corpus.h"

/* The state of counting a batch. */
typedef struct reading {
    tp_counts *counts;
    const uint8_t *text;
    size_t nbytes;
    size_t position; /* the text before this place has been counted */
    const uint64_t *ends;
    size_t n_ends;
    size_t n_closed; /* how many of the documents that end in the batch are closed */
} reading;

/* The place is neither read nor written, so any number is safe if it was changed after the check. */
static inline uint64_t next_end(const reading *r) { return r->n_closed < r->n_ends ? r->ends[r->n_closed] : UINT64_MAX; }

/* Closes the documents that end before a place. */
static inline void close_documents_before(reading *r, size_t place)
{
    while (next_end(r) < place) {
        tp_counts_close_document(r->counts);
        r->n_closed++;
    }
}

/* Returns whether a word that ends at the end of the batch may continue in the next batch. */
static inline bool is_open_at_end(const reading *r) { return r->n_ends == 0 || r->ends[r->n_ends - 1] < r->nbytes; }

#endif
