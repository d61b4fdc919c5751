/* The contents of vectors; only the files of this directory read them. */
#ifndef TEXTPROC_VECTORS_ROWS_H
#define TEXTPROC_VECTORS_ROWS_H

#include "corpus/words.h"
#include "vectors/text.h"

struct tp_vectors {
    tp_vectors_options options;
    tp_table table;  /* a term's number is its column; while a document is added, the low 32 bits of its document frequency are its
                      * place among the entries of the row */
    bool is_fixed;   /* whether no terms are added */
    uint32_t stamp;  /* of the open document, as in tp_counts; never TP_NO_DOCUMENT */
    uint32_t *columns;
    int32_t *counts;
    size_t n_entries, columns_capacity, counts_capacity;
    uint64_t *row_ends;
    size_t n_rows, rows_capacity;
    /* Scratch memory for a document: its text, its words as for n-grams, where its characters begin (size_t), and the hashed
     * columns of its terms (uint64_t). */
    tp_text text;
    tp_arena tokens, token_ends, starts, hashed;
};

/* Where row i begins. */
static inline size_t tp_row_start(const tp_vectors *vectors, size_t i) { return i == 0 ? 0 : (size_t)vectors->row_ends[i - 1]; }

/* Makes room for so many more entries, or rows. Return false if memory runs out. */
bool tp_vectors_reserve_entries(tp_vectors *vectors, size_t n);
bool tp_vectors_reserve_rows(tp_vectors *vectors, size_t n);

#endif
