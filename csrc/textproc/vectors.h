/* Vectors: documents as rows of counts of terms. Part of textproc.h; its conventions apply. */
#ifndef TEXTPROC_VECTORS_H
#define TEXTPROC_VECTORS_H

#include "textproc/corpus.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Vectors ----------------------------------------------------------------------------------------------------- */

/* What the terms of a document are. */
typedef enum tp_terms {
    TP_TERMS_OF_WORDS = 0,      /* runs of words, joined by one blank */
    TP_TERMS_OF_CHARACTERS = 1, /* runs of characters; two or more white-space characters count as one blank */
    TP_TERMS_IN_WORDS = 2       /* runs of characters within the parts between white space, each with a blank before and behind
                                 * it; a part that is shorter than a run is a term, once */
} tp_terms;

/* What becomes of accents, after letters got their case. */
typedef enum tp_accents {
    TP_ACCENTS_KEEP = 0,
    TP_ACCENTS_STRIP = 1, /* text that is not ASCII is normalized to NFKD and loses the characters with a combining class */
    TP_ACCENTS_ASCII = 2  /* it is normalized to NFKD and loses all characters that are not ASCII */
} tp_accents;

/* The most columns of vectors. */
#define TP_MAX_COLUMNS 0x7FFFFFFF

/* How documents become rows. */
typedef struct tp_vectors_options {
    tp_terms terms;
    const tp_words *words; /* TP_TERMS_OF_WORDS: its rule, stop words and least length count; it must be there as long as the
                            * vectors, change no letters and count single words. Otherwise NULL. */
    uint64_t least;        /* the number of words or characters in a term, at least 1 */
    uint64_t most;
    tp_case letter_case;
    tp_accents accents;
    uint32_t unicode_version; /* for case and accents; see tp_lower_word, tp_normalize */
    uint64_t n_columns;       /* 0: a term's column is its number in the order in which terms occur first. Otherwise, with h the
                               * 32-bit MurmurHash3 of its bytes with the seed 0, |h| modulo n_columns. */
    bool alternates_sign;     /* whether terms with a negative h count -1; only with n_columns */
} tp_vectors_options;

/* Rows of counts, and the terms that their columns stand for. Only one thread at a time may use one. */
typedef struct tp_vectors tp_vectors;

/* Makes vectors without rows. TP_INVALID_ARGUMENT if an option is out of its bounds. */
tp_status tp_vectors_new(const tp_vectors_options *options, tp_vectors **vectors, tp_error *error);
void tp_vectors_free(tp_vectors *vectors); /* accepts NULL */
void tp_vectors_free_at(tp_vectors **vectors); /* as tp_corpus_free_at */

/* Gives terms the next columns, in order, and from now on no others: terms of documents that are not among them are left out.
 * The texts are laid out as for tp_vectors_add, and a line feed within a term is the byte FF. TP_INVALID_ARGUMENT, with the
 * index as offset, for a term that has a column or is empty, and if columns are hashed. */
tp_status tp_vectors_fix(tp_vectors *vectors, const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_terms,
                         tp_error *error);

/* Adds a row for each document. Document i is valid UTF-8 and ends at ends[i]; one byte is between neighbours. Ill-formed
 * UTF-8 is taken safely, but its terms are unspecified. TP_INVALID_ARGUMENT, with the index as offset, if the ends do not
 * ascend within the text; TP_TOO_LARGE beyond TP_MAX_COLUMNS terms. O(size of the terms). */
tp_status tp_vectors_add(tp_vectors *vectors, const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_documents,
                         tp_error *error);

/* A document in memory of its own. */
typedef struct tp_document {
    const uint8_t *text;
    uint64_t nbytes;
} tp_document;

/* Adds a row for each document, as tp_vectors_add does. Within a long document, `go_on` is called now and then; the result is
 * TP_CANCELLED if it returns 0. It may be NULL. */
tp_status tp_vectors_add_documents(tp_vectors *vectors, const tp_document *documents, uint64_t n_documents, tp_go_on go_on, void *user,
                                   tp_error *error);

/* A tp_go_on for threads that another one stops: its argument is a uint64_t, which is 0 at first; tp_stop stops all that have it. */
int tp_go_on_unless(void *is_stopped);
void tp_stop(uint64_t *is_stopped);

/* Adds the terms first … first + n_terms - 1 of `other` behind those that are there, and stores in columns[first …] the column that
 * each has here; other terms are looked up by several threads. With the columns of all of them, tp_vectors_take_rows takes the rows of
 * `other` as if they came behind those here. TP_INVALID_ARGUMENT if there are no such terms or threads; TP_TOO_LARGE beyond
 * TP_MAX_COLUMNS terms. Unless TP_OK is returned, no term is added. O(n_terms). */
tp_status tp_vectors_append_terms(tp_vectors *vectors, const tp_vectors *other, uint64_t first, uint64_t n_terms, size_t n_threads,
                                  uint32_t *columns, tp_error *error);

/* The sizes of vectors. */
typedef struct tp_vectors_sizes {
    uint64_t n_rows;
    uint64_t n_entries; /* of all rows, a column of a row counted once */
    uint64_t n_terms;
    uint64_t terms_nbytes; /* with the line feed behind each term */
} tp_vectors_sizes;

/* Stores the sizes of now. */
void tp_vectors_get_sizes(const tp_vectors *vectors, tp_vectors_sizes *sizes);

/* What counts are stored as. */
typedef enum tp_values {
    TP_VALUES_INT32 = 0,   /* int32_t */
    TP_VALUES_INT64 = 1,   /* int64_t */
    TP_VALUES_FLOAT32 = 2, /* float */
    TP_VALUES_FLOAT64 = 3  /* double */
} tp_values;

/* What each row is divided by, unless that is 0. */
typedef enum tp_norm {
    TP_NORM_NONE = 0,
    TP_NORM_L1 = 1, /* the sum of the absolute values */
    TP_NORM_L2 = 2  /* the root of the sum of the squares; sums are made in the order of the entries */
} tp_norm;

/* The most threads of a call. */
#define TP_MOST_SHARES 256

/* How rows are stored. */
typedef struct tp_rows_form {
    const uint32_t *numbers;   /* for each term the number that stands for it here and below, by which rows are ordered; all differ.
                                * NULL: its own */
    const int32_t *renumbered; /* for each number the column that is stored instead of it; the order within a row stays. Or NULL */
    const double *weights;     /* for each number what its counts are multiplied by, as TP_VALUES_FLOAT64. Or NULL */
    tp_values values;
    tp_norm norm; /* only of TP_VALUES_FLOAT64 */
    size_t n_threads;
} tp_rows_form;

/* Stores the last rows, about a million entries, where they are among all rows, and removes them; their memory is given back.
 * Call it until *n_left, the number of rows that are left, is 0. `columns` and `values` are those of all rows, row i of which is
 * the entries row_starts[i] … row_starts[i + 1] - 1, in ascending order of their numbers; a hashed column whose counts add up to
 * zero is an entry too. Unless TP_OK is returned, nothing is removed; TP_TOO_LARGE if a value times its weight is not finite.
 * O(entries). */
tp_status tp_vectors_take_rows(tp_vectors *vectors, const tp_rows_form *form, int32_t *columns, void *values, int64_t *row_starts,
                               uint64_t *n_left, tp_error *error);

/* Vectors, and where the number of rows that have each of their terms is added to what is there. */
typedef struct tp_frequencies_job {
    const tp_vectors *vectors;
    int64_t *frequencies;
} tp_frequencies_job;

/* Counts the rows that have each term, with one thread for each job. Columns are not hashed. O(entries). */
void tp_vectors_add_frequencies(const tp_frequencies_job *jobs, size_t n_jobs);

/* Removes the rows; terms stay. */
void tp_vectors_clear_rows(tp_vectors *vectors);

/* Stores the terms in order of their columns, each with a line feed behind it. A line feed within a term is the byte FF. */
void tp_vectors_get_terms(const tp_vectors *vectors, uint8_t *text);

/* Stores the rank of each term in order of code points. `go_on` is called now and then by the calling thread; the result is TP_CANCELLED
 * if it returns 0. It may be NULL. O(n log n) comparisons of n terms. */
tp_status tp_vectors_rank_terms(const tp_vectors *vectors, size_t n_threads, int32_t *ranks, tp_go_on go_on, void *user,
                                tp_error *error);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
