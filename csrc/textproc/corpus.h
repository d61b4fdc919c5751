/* Word counts of documents. Part of textproc.h; its conventions apply. */
#ifndef TEXTPROC_CORPUS_H
#define TEXTPROC_CORPUS_H

#include "textproc/base.h"
#include "textproc/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Corpus: what was counted ------------------------------------------------------------------------------------ */

/* Totals and a table of terms with their counts. A term is a word between white space, in lower case, as Python's `w.lower()
 * for w in text.split()` gives it. Terms are numbered from 0 in the order of their first occurrence. */
typedef struct tp_corpus tp_corpus;

/* Makes a new, empty corpus. tp_corpus_free accepts NULL. */
tp_status tp_corpus_new(tp_corpus **corpus, tp_error *error);
void tp_corpus_free(tp_corpus *corpus);

/* Frees *corpus and sets it to NULL. A caller can register this destructor for the place of the pointer before the corpus is
 * made, so that a new corpus always has an owner. */
void tp_corpus_free_at(tp_corpus **corpus);

/* Makes a new corpus that is equal to `source`, including its position. */
tp_status tp_corpus_copy(tp_corpus *source, tp_corpus **copy, tp_error *error);

/* ---- Words by other rules ---------------------------------------------------------------------------------------- */

/* How the words of a document are found. */
typedef enum tp_words_kind {
    TP_WORDS_OF_CLASS = 0, /* what the greedy regular expression C{m,} finds, C being a class of characters; also with \b */
    TP_WORDS_OF_UAX29 = 2, /* as TP_WORDS of tp_find_segments */
    TP_WORDS_ON_LINES = 1  /* each stretch between line feeds, whatever its bytes, is a word, unless it is empty */
} tp_words_kind;

/* What happens to capital letters. */
typedef enum tp_case {
    TP_CASE_KEEP = 0,
    TP_CASE_LOWER = 1, /* as by tp_lower_word of the document, by the version of Unicode of the batch */
    TP_CASE_FOLD = 2   /* as by tp_fold */
} tp_case;

/* The steps by which a document becomes words, in this order: it is normalized; its letters are changed to the case asked for;
 * its accents are removed: unless it is ASCII, it is brought into the form NFKD and loses its marks, as by tp_strip_marks;
 * words are found in it; words of fewer than min_length characters and stop words are removed; each run of least_ngram …
 * most_ngram words of the document, joined by one blank, is a term, first all of the least number of words in order of their
 * places, then those of one word more, and so on. All zero except for min_length, least_ngram and most_ngram, which are 1,
 * counts runs of no character. */
typedef struct tp_words_options {
    tp_words_kind rule;
    const tp_range *members; /* of TP_WORDS_OF_CLASS: the class */
    size_t n_members;
    const tp_range *letters; /* the characters that \b calls letters */
    size_t n_letters;
    bool starts_at_boundary; /* whether \b stands before the class, and behind it */
    bool ends_at_boundary;
    bool normalizes;
    tp_normal_form form;
    tp_case letter_case;
    bool strips_accents;
    uint32_t unicode_version; /* for all of these but TP_CASE_LOWER; see tp_normalize */
    uint64_t min_length;  /* 1 to 2^32 - 1 */
    uint64_t least_ngram; /* at least 1 */
    uint64_t most_ngram;  /* at most 65,536 */
    const uint8_t *stop_words; /* word i ends before stop_words[stop_word_ends[i]]; the next one begins after that byte */
    size_t stop_words_nbytes;
    const uint64_t *stop_word_ends;
    size_t n_stop_words;
} tp_words_options;

/* A rule for words that corpora are counted by. It is immutable, so any number of threads may use it. */
typedef struct tp_words tp_words;

/* Makes a rule. TP_INVALID_ARGUMENT if an option is out of its bounds. */
tp_status tp_words_new(const tp_words_options *options, tp_words **words, tp_error *error);
void tp_words_free(tp_words *words); /* accepts NULL */
void tp_words_free_at(tp_words **words); /* as tp_corpus_free_at */

/* Whether different corpora can count the two sides of one document: before a line feed, or before a white-space character of
 * ASCII that follows a visible one. The corpus of the left side then counts one more line feed, which ends its last word. */
bool tp_words_can_be_cut(const tp_words *words);

/* ---- Counting ---------------------------------------------------------------------------------------------------- */

/* A batch of documents for one corpus.
 *
 * Document i of the batch ends before text[ends[i]]. The next document begins after that byte, which must be ASCII white space
 * (or the end of the batch). The text after the last end belongs to a document that stays open: the next batch for the same
 * corpus continues it, even within a word. So a batch without ends is one slice of a long document.
 * The text should be valid UTF-8, cut between characters. Other bytes are counted safely, but their division into words is
 * unspecified. */
typedef struct tp_batch {
    tp_corpus *corpus;
    const uint8_t *text;
    size_t text_nbytes;
    const uint64_t *ends; /* ascending, each at most text_nbytes */
    size_t n_ends;
    const tp_words *words; /* the rule for words, the same in all batches of a document; NULL: words between white space in lower
                            * case. A line feed in a word becomes the byte FF, which no UTF-8 has. A document that can't be cut is
                            * held in memory until it ends. A corpus cannot be appended to while it has a part of a word, or of a
                            * document of n-grams, that it may have to continue. */
    uint32_t unicode_version; /* that text is lower-cased by, as by tp_lower_word, the same in all batches of a document */
} tp_batch;

/* Counts every batch into its own corpus, all in parallel: one thread for each batch, including the calling thread. No thread
 * is started for a single batch, and no thread outlives the call. All corpora must be different. If memory runs out during the
 * count, the corpora are left empty; therefore count into a private corpus, then tp_corpus_append it to the shared one. */
tp_status tp_corpus_count(const tp_batch *batches, size_t n_batches, tp_error *error);

/* Called after each counted document with its index in the batch and its number of words. Return 1 to continue, 0 to stop. */
typedef int (*tp_on_document)(void *user, uint64_t index, uint64_t n_words);

/* Counts the documents of one batch one after the other and calls `on_document` after each one, without holding a lock. All
 * documents must be closed: no text may follow the last end. If the callback returns 0, the result is TP_CANCELLED; the
 * documents reported so far, including the last one, stay counted. If memory runs out, the corpus is left empty, as by
 * tp_corpus_count. */
tp_status tp_corpus_count_each(const tp_batch *batch, tp_on_document on_document, void *user, tp_error *error);

/* Appends the counts of `part` to `corpus`, as if the same documents had been counted into it, and leaves `part` empty. If
 * `corpus` has an open document, the first document of `part` continues it (with a new word); TP_INVALID_ARGUMENT if `part` has
 * terms but no document, as tp_corpus_split makes them.
 * A corpus keeps a number for its owner, the position (0 at first), for example how much of a log has been counted. If it
 * differs from `from_position`, the result is TP_STALE. Otherwise the position becomes `to_position` in the same step as the
 * counts change. */
tp_status tp_corpus_append(tp_corpus *corpus, tp_corpus *part, uint64_t from_position, uint64_t to_position, tp_error *error);

/* Appends all other corpora to corpora[0], in order, with at most one thread for each corpus. It joins the parts that
 * tp_corpus_count has counted. Their positions are ignored. If memory runs out, the corpora that are not yet appended stay
 * unchanged. */
tp_status tp_corpus_join(tp_corpus *const *corpora, size_t n_corpora, tp_error *error);

/* Shares out the terms of a corpus among `parts`, which are empty and different, and which no other thread may use meanwhile. A
 * term belongs to the part number floor(h * n_parts / 2^32), where h is the high half of XXH64 of its bytes with the salt as
 * seed: the same on every machine. Within a part, terms keep their order. The first part gets the number of documents; the
 * others have none, though their terms keep their document frequencies. Appended to each other, the parts are the whole again,
 * in another order. The corpus stays unchanged. TP_INVALID_ARGUMENT, with the number of the part as offset, if a part is not
 * empty; also if a document of the corpus is open, or unless there are 1 to 65536 parts. O(terms + parts). */
tp_status tp_corpus_split(tp_corpus *corpus, uint64_t salt, tp_corpus *const *parts, size_t n_parts, tp_error *error);

/* Rows of a table of terms. Term i is text[offsets[i] … offsets[i + 1]). */
typedef struct tp_rows {
    const uint8_t *text;
    size_t text_nbytes;
    const uint64_t *offsets; /* n + 1, ascending, each at most text_nbytes */
    const uint64_t *counts;
    const uint64_t *document_frequencies;
    size_t n;
} tp_rows;

/* Makes a corpus of rows, which may come from an untrusted source, and a number of documents; the counts of equal terms are
 * added up. Terms are taken as they are. TP_INVALID_ARGUMENT, with the number of the row as offset, if its term is not one word
 * of UTF-8 (of any rule: if it is empty or not UTF-8), if a count or a document frequency is 0, or if a document frequency is
 * above the count; TP_TOO_LARGE if all counts together reach 2^48. `go_on` is as for tp_corpus_read. */
tp_status tp_corpus_from_rows(const tp_rows *rows, bool of_any_rule, uint64_t documents, tp_go_on go_on, void *user,
                              tp_corpus **corpus, tp_error *error);

/* Removes the terms that occur less than min_count times and stores how many terms, and how many occurrences of them, were
 * removed. The other terms are numbered anew, in the same order; their frequencies and the totals stay. TP_STALE if the
 * position is another one; TP_INVALID_ARGUMENT if a document is open. O(terms). */
tp_status tp_corpus_prune(tp_corpus *corpus, uint64_t min_count, uint64_t position, uint64_t *n_terms, uint64_t *n_words,
                          tp_error *error);

/* The totals of a corpus. */
typedef struct tp_totals {
    uint64_t documents;
    uint64_t words;
    uint64_t terms;
    uint64_t position;
    uint64_t kept_words; /* the sum of the counts of the terms: less than `words` after tp_corpus_prune */
} tp_totals;

/* Stores all totals, read at one instant. */
void tp_corpus_get_totals(tp_corpus *corpus, tp_totals *totals);

typedef enum tp_frequency_kind {
    TP_COUNT = 0,             /* how often the term occurs */
    TP_DOCUMENT_FREQUENCY = 1 /* the number of documents that contain it */
} tp_frequency_kind;

/* Stores the frequency of every term, in order of the term numbers, read at one instant, and the number of terms in *n_terms.
 * TP_TOO_SMALL, with *n_terms stored, if there are more than `capacity`. */
tp_status tp_corpus_get_frequencies(tp_corpus *corpus, tp_frequency_kind kind, uint64_t *values, uint64_t capacity, uint64_t *n_terms,
                                tp_error *error);

/* Stores both frequencies of every term, read at the same instant; otherwise as tp_corpus_get_frequencies. */
tp_status tp_corpus_get_all_frequencies(tp_corpus *corpus, uint64_t *counts, uint64_t *document_frequencies, uint64_t capacity,
                                 uint64_t *n_terms, tp_error *error);

/* Stores the counts of the terms `first` … `first + n - 1`, read at one instant. TP_INVALID_ARGUMENT if the corpus has fewer
 * terms. */
tp_status tp_corpus_get_counts(tp_corpus *corpus, uint64_t first, uint64_t n, uint64_t *counts, tp_error *error);

/* Returns the count of one word, 0 if it was not seen. The word is looked up as given, without lower-casing. O(length of the
 * word). */
uint64_t tp_corpus_get_count(tp_corpus *corpus, const uint8_t *word, size_t word_nbytes);

/* Stores the terms `first` … `first + n - 1`, joined by '\n', and their length in bytes in *nbytes. Terms and their numbers
 * never change while the corpus is only added to. TP_TOO_SMALL, with *nbytes stored, if the length is more than `capacity`
 * bytes; TP_INVALID_ARGUMENT if the corpus has fewer terms. */
tp_status tp_corpus_get_terms(tp_corpus *corpus, uint64_t first, uint64_t n, uint8_t *text, size_t capacity, size_t *nbytes,
                              tp_error *error);

/* Stores the terms with the numbers ids[0] … ids[n - 1], in that order; otherwise as tp_corpus_get_terms. After an error the
 * contents of `text` are undefined. */
tp_status tp_corpus_pick_terms(tp_corpus *corpus, const uint64_t *ids, uint64_t n, uint8_t *text, size_t capacity,
                               size_t *nbytes, tp_error *error);

/* Stores the numbers and counts of the min(n, terms) most frequent terms, in descending order of count, terms of equal count in
 * order of first occurrence, and the number of terms stored in *n_given. O(terms + n log n) for a small n; a large n takes
 * O(terms) more memory. */
tp_status tp_corpus_get_top(tp_corpus *corpus, uint64_t n, uint64_t *ids, uint64_t *counts, uint64_t *n_given, tp_error *error);

/* Stores the counts of n_words given words (0 for a word that was not seen) and the number of documents, read at one instant.
 * Word i ends before words[ends[i]], the next one begins after that byte. The words are looked up as given, without
 * lower-casing. */
tp_status tp_corpus_look_up(tp_corpus *corpus, const uint8_t *words, size_t words_nbytes, const uint64_t *ends, size_t n_words,
                            uint64_t *counts, uint64_t *documents, tp_error *error);

/* Returns whether the terms `first` … `first + n - 1` exist and each one is a single word of valid UTF-8. The result can be
 * false if the text was invalid or was changed during the count; such a corpus can be written as a snapshot, but the snapshot
 * cannot be read back. O(bytes of these terms). */
bool tp_corpus_has_words(tp_corpus *corpus, uint64_t first, uint64_t n);

/* As tp_corpus_has_words, for counts by any rule: whether the terms are valid UTF-8 but for the bytes FF. */
bool tp_corpus_has_terms(tp_corpus *corpus, uint64_t first, uint64_t n);

/* Writes a snapshot: versioned, checksummed, the same bytes on every machine. Stores its length in bytes in *nbytes;
 * TP_TOO_SMALL, with *nbytes stored, if it is more than `capacity`. The position is not part of the snapshot.
 * TP_INVALID_ARGUMENT if a document is open. */
tp_status tp_corpus_write(tp_corpus *corpus, uint8_t *snapshot, size_t capacity, size_t *nbytes, tp_error *error);

/* Makes a corpus from a snapshot, which may come from an untrusted source. TP_DAMAGED or TP_UNKNOWN_VERSION if it is not a
 * valid snapshot. Calls `go_on` after each some thousand terms; the result is TP_CANCELLED if it returns 0. It may be NULL. */
tp_status tp_corpus_read(const uint8_t *snapshot, size_t snapshot_nbytes, tp_go_on go_on, void *user, tp_corpus **corpus,
                         tp_error *error);

/* As tp_corpus_read, for counts by any rule: a term may hold white space and bytes FF. */
tp_status tp_corpus_read_terms(const uint8_t *snapshot, size_t snapshot_nbytes, tp_go_on go_on, void *user, tp_corpus **corpus,
                               tp_error *error);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
