/* Counting the words of documents. A part of textproc.h, whose conventions hold. */
#ifndef TEXTPROC_CORPUS_H
#define TEXTPROC_CORPUS_H

#include "textproc/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Corpus: what was counted ------------------------------------------------------------------------------------ */

/* Totals and a table of terms with their counts. A term is a white-space separated word, lower-cased: what Python gives by
 * `w.lower() for w in text.split()`. Terms are numbered from 0 in the order in which they were first seen. */
typedef struct tp_corpus tp_corpus;

/* A new, empty corpus; tp_corpus_free accepts NULL. */
tp_status tp_corpus_new(tp_corpus **corpus, tp_error *error);
void tp_corpus_free(tp_corpus *corpus);

/* Frees *corpus, which becomes NULL: a destructor for who must own the place for the pointer before there is a corpus, so that nothing can
 * come between making one and owning it. */
void tp_corpus_free_at(tp_corpus **corpus);

/* A new corpus equal to `source`, its position included. */
tp_status tp_corpus_copy(tp_corpus *source, tp_corpus **copy, tp_error *error);

/* A batch of documents for one corpus.
 *
 * Document i of the batch ends before text[ends[i]]; the next one begins behind that byte, which must be ASCII white space
 * (or the end of the batch). What lies behind the last end belongs to a document that stays open: the next batch given to
 * the same corpus continues it, in the middle of a word too. So a batch without ends is one slice of a long document.
 * The text should be valid UTF-8, cut between characters; anything else is counted as some words or other, safely. */
typedef struct tp_batch {
    tp_corpus *corpus;
    const uint8_t *text;
    size_t text_nbytes;
    const uint64_t *ends; /* ascending, each at most text_nbytes */
    size_t n_ends;
} tp_batch;

/* Counts every batch into its own corpus, all at the same time: one thread a batch, of which the caller is one; no thread is
 * started for a single batch, and none outlives the call. The corpora must differ from each other. When memory runs out while it
 * counts, they are left empty: count into a private corpus, then tp_corpus_append it to the one that others read. */
tp_status tp_corpus_count(const tp_batch *batches, size_t n_batches, tp_error *error);

/* Called for a document that has been counted: its index in the batch and its number of words. 1 goes on, 0 stops. */
typedef int (*tp_on_document)(void *user, uint64_t index, uint64_t n_words);

/* Counts the documents of one batch (all closed: nothing may lie behind the last end) one after the other and tells
 * `on_document` of each, holding no lock meanwhile. When that returns 0: TP_CANCELLED; the documents told of so far, the
 * last one included, stay counted. When memory runs out the corpus is left empty, as by tp_corpus_count. */
tp_status tp_corpus_count_each(const tp_batch *batch, tp_on_document on_document, void *user, tp_error *error);

/* Adds what `part` counted behind what `corpus` holds, as if the same documents had been counted into it, and leaves `part`
 * empty. Where `corpus` holds an open document, the first one of `part` continues it (in a new word).
 * A corpus keeps a number for its owner, the position (0 at first), such as how far a log has been counted. If it is not
 * `from_position`: TP_STALE. Otherwise it becomes `to_position` together with the new counts. */
tp_status tp_corpus_append(tp_corpus *corpus, tp_corpus *part, uint64_t from_position, uint64_t to_position, tp_error *error);

/* Appends all the others to corpora[0], in order, by up to as many threads as there are corpora: what tp_corpus_count has
 * counted in parts becomes one. Their positions do not matter. When memory runs out, those not yet appended are as they were. */
tp_status tp_corpus_join(tp_corpus *const *corpora, size_t n_corpora, tp_error *error);

/* What a corpus holds. */
typedef struct tp_totals {
    uint64_t documents;
    uint64_t words;
    uint64_t terms;
    uint64_t position;
} tp_totals;

/* All totals at one instant. */
void tp_corpus_get_totals(tp_corpus *corpus, tp_totals *totals);

typedef enum tp_frequency_kind {
    TP_COUNT = 0,             /* how often the term occurs */
    TP_DOCUMENT_FREQUENCY = 1 /* in how many documents it occurs */
} tp_frequency_kind;

/* Stores how frequent every term is, in order of their numbers, at one instant, and how many there are in *n_terms.
 * TP_TOO_SMALL, with *n_terms stored, if there are more than `capacity`. */
tp_status tp_corpus_get_frequencies(tp_corpus *corpus, tp_frequency_kind kind, uint64_t *values, uint64_t capacity, uint64_t *n_terms,
                                tp_error *error);

/* Both frequencies of every term, at the same instant; otherwise as tp_corpus_get_frequencies. */
tp_status tp_corpus_get_all_frequencies(tp_corpus *corpus, uint64_t *counts, uint64_t *document_frequencies, uint64_t capacity,
                                 uint64_t *n_terms, tp_error *error);

/* Stores the counts of the terms `first` … `first + n - 1`, at one instant. TP_INVALID_ARGUMENT if there are not so many. */
tp_status tp_corpus_get_counts(tp_corpus *corpus, uint64_t first, uint64_t n, uint64_t *counts, tp_error *error);

/* The count of one word, looked up as it is, not lowered; 0 if it was not seen. O(length of the word). */
uint64_t tp_corpus_get_count(tp_corpus *corpus, const uint8_t *word, size_t word_nbytes);

/* Stores the terms `first` … `first + n - 1`, joined by '\n', and the length in *nbytes. Terms and their numbers never change
 * as long as the corpus is only added to. TP_TOO_SMALL, with *nbytes stored, if that is more than `capacity` bytes;
 * TP_INVALID_ARGUMENT if there are not so many terms. */
tp_status tp_corpus_get_terms(tp_corpus *corpus, uint64_t first, uint64_t n, uint8_t *text, size_t capacity, size_t *nbytes,
                              tp_error *error);

/* The same for the terms with the numbers ids[0] … ids[n - 1], in that order. After an error what `text` holds is undefined. */
tp_status tp_corpus_pick_terms(tp_corpus *corpus, const uint64_t *ids, uint64_t n, uint8_t *text, size_t capacity,
                               size_t *nbytes, tp_error *error);

/* Stores the numbers and counts of the min(n, terms) most frequent terms, the most frequent first, of equal ones the first
 * seen first, and how many these are in *n_given. O(terms + n log n) for a small n; O(terms) more memory for a large one. */
tp_status tp_corpus_get_top(tp_corpus *corpus, uint64_t n, uint64_t *ids, uint64_t *counts, uint64_t *n_given, tp_error *error);

/* Stores the counts of n_words given words (0 where a word was not seen) and the number of documents, at one instant.
 * Word i ends before words[ends[i]], the next one begins behind that byte. They are looked up as they are, not lowered. */
tp_status tp_corpus_look_up(tp_corpus *corpus, const uint8_t *words, size_t words_nbytes, const uint64_t *ends, size_t n_words,
                            uint64_t *counts, uint64_t *documents, tp_error *error);

/* Whether the terms `first` … `first + n - 1` are there and each is one word of valid UTF-8. Not, maybe, if the text was none, or was
 * written to while it was counted: then there is a snapshot, but no corpus will be made of it. O(bytes of these terms). */
bool tp_corpus_has_words(tp_corpus *corpus, uint64_t first, uint64_t n);

/* Writes a snapshot: versioned, checksummed, the same bytes on every machine. Its length goes to *nbytes; TP_TOO_SMALL, with
 * that stored, if it is more than `capacity`. The position is not part of it. A document left open is TP_INVALID_ARGUMENT. */
tp_status tp_corpus_write(tp_corpus *corpus, uint8_t *snapshot, size_t capacity, size_t *nbytes, tp_error *error);

/* Makes a corpus of a snapshot, which need not be trusted: TP_DAMAGED or TP_UNKNOWN_VERSION says that it is not one. */
tp_status tp_corpus_read(const uint8_t *snapshot, size_t snapshot_nbytes, tp_corpus **corpus, tp_error *error);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
