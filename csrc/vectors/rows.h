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
    tp_arena terms; /* their numbers; if columns are hashed, for each a column and whether it counts -1 */
} tp_parts;

struct tp_vectors {
    tp_vectors_options options;
    tp_table table;  /* a term's number is its column */
    bool is_fixed;   /* whether no terms are added */
    uint32_t stamp;  /* of the open document; never 0 */
    uint64_t *marks; /* for each term the stamp of the last document that has it, in the high half, and its place in that row */
    size_t marks_capacity;
    uint32_t *columns;
    int32_t *counts;
    size_t n_entries, columns_capacity, counts_capacity;
    uint64_t *row_ends;
    size_t n_rows, rows_capacity;
    tp_vectors_chunk *chunk; /* NULL until the first document */
    tp_parts parts;
    /* Scratch memory for a document: its text, its words as for n-grams, where its characters begin (size_t), and the hashed
     * columns of its terms (uint64_t). */
    tp_text text;
    tp_arena tokens, token_ends, starts, hashed;
};

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

/* The row of the open document, kept in registers while terms are noted in it. */
typedef struct tp_open_row {
    uint64_t *marks;
    uint32_t *columns; /* from the start of the row on */
    int32_t *counts;
    uint64_t stamp; /* in the high half */
    uint32_t n;
} tp_open_row;

static inline tp_open_row tp_open_row_of(const tp_vectors *v)
{
    size_t start = tp_row_start(v, v->n_rows);
    return (tp_open_row){v->marks, v->n_entries == 0 ? v->columns : v->columns + start,
                         v->n_entries == 0 ? v->counts : v->counts + start, (uint64_t)v->stamp << 32,
                         (uint32_t)(v->n_entries - start)};
}

static inline void tp_keep_row(tp_vectors *v, const tp_open_row *row) { v->n_entries = tp_row_start(v, v->n_rows) + row->n; }

/* Counts a term in the row, where there is room for one more entry. Without a branch: how often a document repeats its words is
 * what no processor predicts. */
static inline void tp_note_term(tp_open_row *row, uint32_t number)
{
    uint64_t mark = row->marks[number], changed = mark ^ row->stamp;
    bool is_new = changed >> 32 != 0;
    uint32_t place = is_new ? row->n : (uint32_t)mark;
    row->marks[number] = row->stamp | place;
    row->counts[place] = is_new ? 1 : row->counts[place] + 1;
    row->columns[place] = number;
    row->n += is_new;
}

#endif
