/* Words found one character after the other, to compare the windows with; and what holds of segments of any kind. */
#ifndef TEXTPROC_TESTS_NAIVE_SEGMENT_H
#define TEXTPROC_TESTS_NAIVE_SEGMENT_H

#include "check.h"
#include "naive.h"
#include "segment/word_breaks.h"
#include "textproc.h"

/* Stores where words begin and end, at most nbytes of each, and returns how many there are. */
static inline size_t naive_words(const uint8_t *text, size_t nbytes, uint64_t *bounds)
{
    size_t n = 0, start = 0;
    while (start < nbytes) {
        bool is_word;
        size_t end = tp_word_break(text, nbytes, start, &is_word);
        if (!CHECK(end > start && end <= nbytes)) break;
        if (is_word) {
            bounds[2 * n] = start;
            bounds[2 * n++ + 1] = end;
        }
        start = end;
    }
    return n;
}

/* Finds all segments of a text, `capacity` at a time, and returns how many there are. */
static inline size_t find_all(const uint8_t *text, size_t nbytes, tp_segments kind, bool in_characters, size_t capacity,
                              uint64_t *bounds)
{
    tp_segments_place place = {0};
    size_t n = 0, n_more;
    do {
        tp_status status = tp_find_segments(text, nbytes, kind, in_characters, &place, bounds + 2 * n, capacity, &n_more, NULL);
        if (!CHECK_EQ_U(status, TP_OK)) break;
        n += n_more;
    } while (n_more > 0);
    CHECK_EQ_U(place.nbytes, nbytes);
    return n;
}

/* All variants agree with the naive one on words, and segments of each other kind lie one behind the other. */
static inline void check_segments(const uint8_t *text, size_t nbytes, size_t capacity)
{
    uint64_t *expected = allocate(2 * (nbytes + capacity) * sizeof *expected);
    uint64_t *found = allocate(2 * (nbytes + capacity) * sizeof *found);
    const uint64_t end = nbytes;
    size_t n_words = naive_words(text, nbytes, expected);
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        if (tp_simd_select(variants[i], NULL) != TP_OK) continue;
        size_t n = find_all(text, nbytes, TP_WORDS, false, capacity, found);
        CHECK_EQ_BYTES(found, 2 * n * sizeof *found, expected, 2 * n_words * sizeof *expected);
    }
    for (unsigned kind = TP_WORD_SEGMENTS; kind <= TP_GRAPHEMES; kind++) {
        size_t n = find_all(text, nbytes, (tp_segments)kind, false, capacity, found);
        uint64_t count = 0;
        CHECK_EQ_U(tp_count_segments(text, nbytes, &end, 1, (tp_segments)kind, &count, NULL), TP_OK);
        CHECK_EQ_U(count, n);
        CHECK(n == 0 ? nbytes == 0 : found[0] == 0 && found[2 * n - 1] == nbytes);
        for (size_t i = 0; i < n; i++) CHECK(found[2 * i] < found[2 * i + 1] && (i == 0 || found[2 * i] == found[2 * i - 1]));
    }
    free(found);
    free(expected);
}

#endif
