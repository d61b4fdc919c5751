/* The contents of vectors; only the files of this directory read them. */
#ifndef TEXTPROC_VECTORS_ROWS_H
#define TEXTPROC_VECTORS_ROWS_H

#include "corpus/words.h"
#include "vectors/chunk.h"
#include "vectors/text.h"

/* The parts between white space that were met, each with the terms in it: a part that comes again need not be taken apart. */
typedef struct tp_parts {
    tp_class_rule *visible; /* the class of what is not white space; NULL until the first part */
    tp_table table;
    uint64_t *ends; /* where the terms of each part end, among those of all, in 32-bit numbers */
    size_t ends_capacity;
    tp_arena terms; /* as in a row */
} tp_parts;

/* Who is asked whether a call goes on. */
typedef struct tp_asking {
    tp_go_on go_on; /* NULL: nobody */
    void *user;
    bool is_stopped;
} tp_asking;

struct tp_vectors {
    tp_vectors_options options;
    tp_table table; /* a term's number is its column */
    bool is_fixed;  /* whether no terms are added */
    uint32_t *columns;
    int32_t *counts;
    size_t n_entries, columns_capacity, counts_capacity;
    uint64_t *row_ends;
    size_t n_rows, rows_capacity;
    tp_arena row;          /* the terms of the open row in the order in which they come, in 32-bit numbers */
    size_t most_unmerged;  /* with more entries than that, those of the open row are merged */
    tp_vectors_chunk *chunk; /* NULL until the first document */
    tp_parts parts;
    /* Scratch memory for a document: its text, its words as for n-grams, where its characters begin (size_t), and its terms in
     * order (32-bit numbers, or 64-bit ones with their counts). */
    tp_text text;
    tp_arena tokens, token_ends, starts, sorted;
    tp_asking asking; /* of the call under way */
};

/* Returns whether the call goes on. To be asked every millisecond or so within a long document. */
bool tp_vectors_may_go_on(tp_vectors *vectors);

static inline bool tp_is_hashed(const tp_vectors *vectors) { return vectors->options.n_columns > 0; }

/* Where row i begins. */
static inline size_t tp_row_start(const tp_vectors *vectors, size_t i) { return i == 0 ? 0 : (size_t)vectors->row_ends[i - 1]; }

/* Makes room for so many more entries, rows, or terms with `nbytes` of text. Return false if memory runs out. */
bool tp_vectors_reserve_entries(tp_vectors *vectors, size_t n);
bool tp_vectors_reserve_rows(tp_vectors *vectors, size_t n);
bool tp_vectors_reserve_terms(tp_vectors *vectors, size_t n, size_t nbytes);

/* Frees the memory of entries and forgets these. */
void tp_vectors_drop_entries(tp_vectors *vectors);

/* Forgets the parts, but keeps the class. */
void tp_parts_clear(tp_parts *parts);
void tp_parts_free(tp_parts *parts);

/* Makes room for so many more terms in the open row, and for their entries. Returns false if memory runs out. */
bool tp_vectors_reserve_row(tp_vectors *vectors, size_t n);

/* Begins an empty row. */
void tp_vectors_begin_row(tp_vectors *vectors);

/* Makes entries of the open row, and ends it. Returns false if memory runs out. */
bool tp_vectors_close_row(tp_vectors *vectors);

/* Where the next term of the open row goes. */
static inline uint32_t *tp_row_end(const tp_vectors *v) { return (uint32_t *)(void *)(v->row.data + v->row.used); }

static inline void tp_keep_row(tp_vectors *v, const uint32_t *end) { v->row.used = (size_t)((const uint8_t *)end - v->row.data); }

#endif
