/* A naive counter of the words of documents, and a comparison of a corpus with it. */
#ifndef TEXTPROC_TESTS_NAIVE_COUNTER_H
#define TEXTPROC_TESTS_NAIVE_COUNTER_H

#include "corpus/corpus.h"
#include "naive.h"
#include "textproc.h"
#include "unicode/lower.h"

/* Texts of documents, one after the other. Each ends before an ASCII white-space byte, the last one at the end of the text. */
typedef struct documents {
    uint8_t *text;
    size_t nbytes;
    size_t capacity;
    uint64_t *ends;
    size_t n;
} documents;

typedef struct naive_term {
    uint8_t *text;
    size_t nbytes;
    uint64_t count;
    uint64_t document_frequency;
    size_t last_document;
} naive_term;

#ifndef N_BUCKETS
#define N_BUCKETS (1 << 17)
#endif

typedef struct naive_counts {
    naive_term *terms; /* in order of first occurrence */
    size_t n_terms;
    uint64_t n_words;
    uint32_t buckets[N_BUCKETS]; /* number of a term plus 1 */
} naive_counts;

static inline naive_term *naive_find_or_append(naive_counts *counts, const uint8_t *text, size_t nbytes)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < nbytes; i++) hash = (hash ^ text[i]) * 1099511628211u;
    uint32_t *bucket = &counts->buckets[hash % N_BUCKETS];
    while (*bucket != 0) {
        naive_term *term = &counts->terms[*bucket - 1];
        if (term->nbytes == nbytes && memcmp(term->text, text, nbytes) == 0) return term;
        bucket = bucket + 1 < counts->buckets + N_BUCKETS ? bucket + 1 : counts->buckets;
    }
    if (counts->n_terms % 1024 == 0) {
        counts->terms = realloc(counts->terms, (counts->n_terms + 1024) * sizeof *counts->terms);
        if (counts->terms == NULL) abort();
    }
    counts->terms[counts->n_terms] = (naive_term){exact_copy(text, nbytes), nbytes, 0, 0, SIZE_MAX};
    *bucket = (uint32_t)++counts->n_terms;
    return &counts->terms[counts->n_terms - 1];
}

static inline void naive_count_document(naive_counts *counts, const uint8_t *text, const uint8_t *end, size_t document)
{
    for (text = tp_skip_space(text, end); text < end; text = tp_skip_space(text, end)) {
        const uint8_t *behind = tp_skip_word(text, end);
        uint8_t *lowered = allocate(TP_LOWER_BOUND((size_t)(behind - text)));
        size_t lowered_nbytes = tp_lower_word(text, (size_t)(behind - text), TP_UNICODE_NEWEST, lowered);
        naive_term *term = naive_find_or_append(counts, lowered, lowered_nbytes);
        free(lowered);
        term->count++;
        term->document_frequency += term->last_document != document;
        term->last_document = document;
        counts->n_words++;
        text = behind;
    }
}

static inline naive_counts *naive_count(const documents *given)
{
    naive_counts *counts = calloc(1, sizeof *counts);
    if (counts == NULL) abort();
    size_t start = 0;
    for (size_t i = 0; i < given->n; i++) {
        naive_count_document(counts, given->text + start, given->text + given->ends[i], i);
        start = (size_t)given->ends[i] + 1;
    }
    return counts;
}

static inline void naive_free(naive_counts *counts)
{
    for (size_t i = 0; i < counts->n_terms; i++) free(counts->terms[i].text);
    free(counts->terms);
    free(counts);
}

/* ---- Making documents -------------------------------------------------------------------------------------------------- */

static inline void free_documents(documents *made)
{
    free(made->text);
    free(made->ends);
}

static inline void *grown(void *block, size_t nbytes)
{
    void *moved = realloc(block, nbytes);
    if (moved == NULL) abort();
    return moved;
}

static inline void append_text(documents *made, const void *text, size_t nbytes)
{
    if (nbytes == 0) return;
    if (made->capacity < made->nbytes + nbytes) {
        made->capacity = 2 * (made->nbytes + nbytes);
        made->text = grown(made->text, made->capacity);
    }
    memcpy(made->text + made->nbytes, text, nbytes);
    made->nbytes += nbytes;
}

static inline void append_string(documents *made, const char *text) { append_text(made, text, strlen(text)); }

static inline void append_repeated(documents *made, const char *unit, size_t n)
{
    for (size_t i = 0; i < n; i++) append_string(made, unit);
}

/* Ends a document here; a white-space byte must follow, or the end. */
static inline void append_end(documents *made)
{
    made->ends = grown(made->ends, (made->n + 1) * sizeof *made->ends);
    made->ends[made->n++] = made->nbytes;
}

/* ---- The corpus against it --------------------------------------------------------------------------------------------- */

static inline tp_corpus *new_corpus(void)
{
    tp_corpus *corpus = NULL;
    if (!CHECK_EQ_U(tp_corpus_new(&corpus, NULL), TP_OK)) abort();
    return corpus;
}

static inline void check_terms(tp_corpus *corpus, const naive_counts *expected)
{
    size_t nbytes = 0, start = 0;
    tp_status status = tp_corpus_get_terms(corpus, 0, expected->n_terms, NULL, 0, &nbytes, NULL);
    CHECK_EQ_U(status, nbytes > 0 ? TP_TOO_SMALL : TP_OK);
    uint8_t *text = allocate(nbytes);
    CHECK_EQ_U(tp_corpus_get_terms(corpus, 0, expected->n_terms, text, nbytes, &nbytes, NULL), TP_OK);
    for (size_t i = 0; i < expected->n_terms; i++) {
        const naive_term *term = &expected->terms[i];
        if (!CHECK(start + term->nbytes <= nbytes)) break;
        if (memcmp(text + start, term->text, term->nbytes) != 0) {
            CHECK_EQ_BYTES(text + start, term->nbytes, term->text, term->nbytes);
            break;
        }
        start += term->nbytes;
        if (i + 1 < expected->n_terms && !(CHECK(start < nbytes) && CHECK_EQ_U(text[start++], '\n'))) break;
    }
    CHECK_EQ_U(start, nbytes);
    free(text);
}

static inline void check_measures(tp_corpus *corpus, const naive_counts *expected)
{
    uint64_t n_terms, *counts = allocate((expected->n_terms + 1) * 8), *frequencies = allocate((expected->n_terms + 1) * 8);
    CHECK_EQ_U(tp_corpus_get_frequencies(corpus, TP_COUNT, counts, expected->n_terms, &n_terms, NULL), TP_OK);
    CHECK_EQ_U(tp_corpus_get_frequencies(corpus, TP_DOCUMENT_FREQUENCY, frequencies, expected->n_terms, &n_terms, NULL), TP_OK);
    for (size_t i = 0; i < expected->n_terms && !has_failed_enough(); i++) {
        CHECK_EQ_U(counts[i], expected->terms[i].count);
        CHECK_EQ_U(frequencies[i], expected->terms[i].document_frequency);
    }
    free(frequencies);
    free(counts);
}

/* Returns whether everything is as expected. */
static inline bool check_corpus(tp_corpus *corpus, const documents *given, const naive_counts *expected)
{
    unsigned failures = atomic_load(&check_failures);
    tp_totals totals;
    tp_corpus_get_totals(corpus, &totals);
    CHECK_EQ_U(totals.documents, given->n);
    CHECK_EQ_U(totals.words, expected->n_words);
    CHECK(!corpus->counts.has_open_document);
    if (CHECK_EQ_U(totals.terms, expected->n_terms)) {
        check_terms(corpus, expected);
        check_measures(corpus, expected);
    }
    return atomic_load(&check_failures) == failures;
}

#endif
