/* support.h - shared code of the corpus tests: documents written as lines, comparisons of corpora with expected contents and
 * with each other, and a random sequence that is equal in every run.
 *
 * Text is given to the core in blocks of exactly its size, so that a sanitizer or valgrind sees every byte read past its
 * end. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "textproc.h"

typedef struct block {
    uint8_t *data;
    size_t nbytes;
} block;

static inline void *must_allocate(size_t nbytes)
{
    void *memory = malloc(nbytes);
    if (memory == NULL && nbytes != 0) abort();
    return memory;
}

static inline block exact_copy(const void *bytes, size_t nbytes)
{
    block copy = {must_allocate(nbytes), nbytes};
    if (nbytes != 0) memcpy(copy.data, bytes, nbytes);
    return copy;
}

/* xorshift64* (Vigna 2014). `state` must not be 0. */
static inline uint64_t random_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545F4914F6CDD1D);
}

static inline uint64_t random_below(uint64_t *state, uint64_t limit) { return random_next(state) % limit; }

/* ---- Counting ---------------------------------------------------------------------------------------------------------- */

static inline tp_corpus *new_corpus(void)
{
    tp_corpus *corpus = NULL;
    if (tp_corpus_new(&corpus, NULL) != TP_OK) abort();
    return corpus;
}

/* Counts one piece of text with the given ends of documents. */
static inline tp_status count_piece(tp_corpus *corpus, const void *text, size_t nbytes, const uint64_t *ends, size_t n_ends)
{
    block copy = exact_copy(text, nbytes);
    tp_status status = tp_corpus_count(&(tp_batch){corpus, copy.data, nbytes, ends, n_ends, NULL, 0}, 1, NULL);
    free(copy.data);
    return status;
}

/* Stores where the lines of a text end; text after the last '\n' is not a line. There must be room for one end for each
 * byte. */
static inline size_t find_ends(const char *lines, uint64_t *ends)
{
    size_t n = 0;
    for (size_t i = 0; lines[i] != '\0'; i++) {
        if (lines[i] == '\n') ends[n++] = i;
    }
    return n;
}

/* Counts one document for each line. Text after the last '\n' belongs to a document that stays open. */
static inline tp_status count_lines(tp_corpus *corpus, const char *lines)
{
    uint64_t *ends = must_allocate((strlen(lines) + 1) * sizeof *ends);
    tp_status status = count_piece(corpus, lines, strlen(lines), ends, find_ends(lines, ends));
    free(ends);
    return status;
}

static inline tp_corpus *corpus_of(const char *lines)
{
    tp_corpus *corpus = new_corpus();
    if (count_lines(corpus, lines) != TP_OK) abort();
    return corpus;
}

/* Ends the open document, or adds an empty one. */
static inline tp_status close_document(tp_corpus *corpus)
{
    const uint64_t end = 0;
    return tp_corpus_count(&(tp_batch){corpus, NULL, 0, &end, 1, NULL, 0}, 1, NULL);
}

/* Appends `part` wherever `corpus` is, frees `part`, and leaves the position unchanged. */
static inline tp_status append_and_free(tp_corpus *corpus, tp_corpus *part)
{
    tp_totals totals;
    tp_corpus_get_totals(corpus, &totals);
    tp_status status = tp_corpus_append(corpus, part, totals.position, totals.position, NULL);
    tp_corpus_free(part);
    return status;
}

/* ---- Comparing --------------------------------------------------------------------------------------------------------- */

/* All answers that a corpus can give while no other thread changes it. */
typedef struct contents {
    tp_totals totals;
    uint64_t *counts;
    uint64_t *frequencies;
    block terms; /* joined by '\n' */
} contents;

static inline contents contents_of(tp_corpus *corpus)
{
    contents all = {0};
    uint64_t n;
    size_t nbytes;
    tp_corpus_get_totals(corpus, &all.totals);
    all.counts = must_allocate(all.totals.terms * sizeof *all.counts);
    all.frequencies = must_allocate(all.totals.terms * sizeof *all.frequencies);
    if (tp_corpus_get_frequencies(corpus, TP_COUNT, all.counts, all.totals.terms, &n, NULL) != TP_OK) abort();
    if (tp_corpus_get_frequencies(corpus, TP_DOCUMENT_FREQUENCY, all.frequencies, all.totals.terms, &n, NULL) != TP_OK) abort();
    tp_corpus_get_terms(corpus, 0, all.totals.terms, NULL, 0, &all.terms.nbytes, NULL);
    all.terms.data = must_allocate(all.terms.nbytes);
    if (tp_corpus_get_terms(corpus, 0, all.totals.terms, all.terms.data, all.terms.nbytes, &nbytes, NULL) != TP_OK) abort();
    return all;
}

static inline void free_contents(contents *all)
{
    free(all->counts);
    free(all->frequencies);
    free(all->terms.data);
}

/* Returns whether two blocks, which may be NULL if they are empty, hold the same bytes. */
static inline bool is_equal(const void *one, const void *other, size_t nbytes)
{
    return nbytes == 0 || memcmp(one, other, nbytes) == 0;
}

/* Returns whether two corpora give equal answers to all questions; their positions may differ. */
static inline bool is_same(tp_corpus *one, tp_corpus *other)
{
    contents a = contents_of(one), b = contents_of(other);
    bool same = a.totals.documents == b.totals.documents && a.totals.words == b.totals.words &&
                a.totals.terms == b.totals.terms && a.terms.nbytes == b.terms.nbytes &&
                is_equal(a.counts, b.counts, a.totals.terms * sizeof *a.counts) &&
                is_equal(a.frequencies, b.frequencies, a.totals.terms * sizeof *a.frequencies) &&
                is_equal(a.terms.data, b.terms.data, a.terms.nbytes);
    free_contents(&a);
    free_contents(&b);
    return same;
}

static inline void append_bytes(block *text, const void *bytes, size_t nbytes)
{
    text->data = realloc(text->data, text->nbytes + nbytes + 1);
    if (text->data == NULL) abort();
    memcpy(text->data + text->nbytes, bytes, nbytes);
    text->nbytes += nbytes;
}

/* Describes a corpus in words: "2 documents, 5 words: the 3/2, hare 2/1", with each term's count and document frequency. */
static inline block describe(tp_corpus *corpus)
{
    contents all = contents_of(corpus);
    block text = {NULL, 0};
    char numbers[60];
    sprintf(numbers, "%" PRIu64 " documents, %" PRIu64 " words:", all.totals.documents, all.totals.words);
    append_bytes(&text, numbers, strlen(numbers));
    const uint8_t *term = all.terms.data;
    size_t left = all.terms.nbytes;
    for (size_t i = 0; i < all.totals.terms; i++) {
        const uint8_t *newline = memchr(term, '\n', left);
        size_t term_nbytes = newline != NULL ? (size_t)(newline - term) : left;
        append_bytes(&text, i == 0 ? " " : ", ", i == 0 ? 1 : 2);
        append_bytes(&text, term, term_nbytes);
        sprintf(numbers, " %" PRIu64 "/%" PRIu64, all.counts[i], all.frequencies[i]);
        append_bytes(&text, numbers, strlen(numbers));
        term += term_nbytes + (newline != NULL);
        left -= term_nbytes + (newline != NULL);
    }
    free_contents(&all);
    return text;
}

#define CHECK_HOLDS(corpus, expected) check_holds((corpus), (expected), #corpus, __FILE__, __LINE__)

static inline bool check_holds(tp_corpus *corpus, const char *expected, const char *what, const char *file, int line)
{
    block found = describe(corpus);
    bool same = check_eq_bytes(found.data, found.nbytes, expected, strlen(expected), what, file, line);
    free(found.data);
    return same;
}

/* Returns the snapshot of a corpus without an open document. */
static inline block snapshot_of(tp_corpus *corpus)
{
    size_t nbytes = 0;
    tp_corpus_write(corpus, NULL, 0, &nbytes, NULL);
    block snapshot = {must_allocate(nbytes), nbytes};
    if (tp_corpus_write(corpus, snapshot.data, nbytes, &nbytes, NULL) != TP_OK) abort();
    return snapshot;
}

#define CHECK_SAME_SNAPSHOT(one, other) check_same_snapshot((one), (other), #one " and " #other, __FILE__, __LINE__)

static inline bool check_same_snapshot(tp_corpus *one, tp_corpus *other, const char *what, const char *file, int line)
{
    block a = snapshot_of(one), b = snapshot_of(other);
    bool same = check_eq_bytes(a.data, a.nbytes, b.data, b.nbytes, what, file, line);
    free(a.data);
    free(b.data);
    return same;
}

#endif
