/* naive_vectors.h - vectors for tests, and their comparison. */
#ifndef TEXTPROC_TESTS_NAIVE_VECTORS_H
#define TEXTPROC_TESTS_NAIVE_VECTORS_H

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "textproc.h"
#include "vectors/rows.h"

/* All that vectors hold. */
typedef struct held_vectors {
    tp_vectors_sizes sizes;
    int32_t *columns, *counts, *ranks;
    int64_t *starts;
    uint8_t *terms;
} held_vectors;

static inline void *room_for(size_t n, size_t item_nbytes)
{
    void *memory = calloc(n + 1, item_nbytes);
    if (memory == NULL) abort();
    return memory;
}

static inline held_vectors read_vectors(const tp_vectors *vectors)
{
    held_vectors held;
    tp_vectors_get_sizes(vectors, &held.sizes);
    held.columns = room_for((size_t)held.sizes.n_entries, sizeof *held.columns);
    held.counts = room_for((size_t)held.sizes.n_entries, sizeof *held.counts);
    held.ranks = room_for((size_t)held.sizes.n_terms, sizeof *held.ranks);
    held.starts = room_for((size_t)held.sizes.n_rows, sizeof *held.starts);
    held.terms = room_for((size_t)held.sizes.terms_nbytes, 1);
    for (size_t i = 0; i < vectors->n_entries; i++) {
        held.columns[i] = (int32_t)vectors->columns[i];
        held.counts[i] = vectors->counts[i];
    }
    for (size_t i = 0; i < vectors->n_rows; i++) held.starts[i + 1] = (int64_t)vectors->row_ends[i];
    tp_vectors_get_terms(vectors, held.terms);
    CHECK_EQ_U(tp_vectors_rank_terms(vectors, 1, held.ranks, NULL, NULL, NULL), TP_OK);
    return held;
}

/* Takes all rows as counts. */
static inline void take_all(tp_vectors *vectors, const uint32_t *numbers, size_t n_threads, int32_t *columns, int32_t *counts, int64_t *starts)
{
    const tp_rows_form form = {.numbers = numbers, .n_threads = n_threads};
    uint64_t n_left = 1;
    while (n_left > 0) CHECK_EQ_U(tp_vectors_take_rows(vectors, &form, columns, counts, starts, &n_left, NULL), TP_OK);
}

/* Appends the terms of a second part to those of the first, and takes the rows of both. */
static inline held_vectors read_joined(tp_vectors *first, tp_vectors *second, bool has_terms)
{
    tp_vectors_sizes one, other;
    held_vectors held;
    tp_vectors_get_sizes(first, &one);
    tp_vectors_get_sizes(second, &other);
    uint32_t *numbers = room_for((size_t)other.n_terms, sizeof *numbers);
    if (has_terms) {
        for (uint64_t n = 0, more; n < other.n_terms; n += more) { /* in two steps */
            more = (other.n_terms - n + 1) / 2;
            CHECK_EQ_U(tp_vectors_append_terms(first, second, n, more, 2, numbers, NULL), TP_OK);
        }
    }
    tp_vectors_get_sizes(first, &held.sizes);
    held.sizes.n_rows += other.n_rows;
    held.sizes.n_entries += other.n_entries;
    held.columns = room_for((size_t)held.sizes.n_entries, sizeof *held.columns);
    held.counts = room_for((size_t)held.sizes.n_entries, sizeof *held.counts);
    held.ranks = room_for((size_t)held.sizes.n_terms, sizeof *held.ranks);
    held.starts = room_for((size_t)held.sizes.n_rows, sizeof *held.starts);
    held.terms = room_for((size_t)held.sizes.terms_nbytes, 1);
    tp_vectors_get_terms(first, held.terms);
    CHECK_EQ_U(tp_vectors_rank_terms(first, 2, held.ranks, NULL, NULL, NULL), TP_OK);
    take_all(first, NULL, 2, held.columns, held.counts, held.starts);
    take_all(second, has_terms ? numbers : NULL, 2, held.columns + one.n_entries, held.counts + one.n_entries, held.starts + one.n_rows);
    for (size_t i = (size_t)one.n_rows; i <= held.sizes.n_rows; i++) held.starts[i] += (int64_t)one.n_entries;
    free(numbers);
    return held;
}

static inline void free_held(held_vectors *held)
{
    free(held->columns);
    free(held->counts);
    free(held->ranks);
    free(held->starts);
    free(held->terms);
}

static inline bool are_equal_vectors(const held_vectors *one, const held_vectors *other)
{
    const tp_vectors_sizes *a = &one->sizes, *b = &other->sizes;
    return a->n_rows == b->n_rows && a->n_entries == b->n_entries && a->n_terms == b->n_terms &&
           a->terms_nbytes == b->terms_nbytes && memcmp(one->columns, other->columns, a->n_entries * sizeof *one->columns) == 0 &&
           memcmp(one->counts, other->counts, a->n_entries * sizeof *one->counts) == 0 &&
           memcmp(one->ranks, other->ranks, a->n_terms * sizeof *one->ranks) == 0 &&
           memcmp(one->starts, other->starts, (a->n_rows + 1) * sizeof *one->starts) == 0 &&
           memcmp(one->terms, other->terms, a->terms_nbytes) == 0;
}

/* Runs of two or more of the letters a to z, of digits and of capital letters; `stop_word` is left out unless it is NULL. */
static inline tp_words *words_of_letters(const char *stop_word)
{
    static const tp_range letters[] = {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}};
    const uint64_t end = stop_word != NULL ? strlen(stop_word) : 0;
    tp_words *words = NULL;
    tp_words_options options = {.rule = TP_WORDS_OF_CLASS, .members = letters, .n_members = 3, .min_length = 2,
                                .least_ngram = 1, .most_ngram = 1};
    if (stop_word != NULL) {
        options.stop_words = (const uint8_t *)stop_word;
        options.stop_words_nbytes = (size_t)end;
        options.stop_word_ends = &end;
        options.n_stop_words = 1;
    }
    if (tp_words_new(&options, &words, NULL) != TP_OK) abort();
    return words;
}

#endif
