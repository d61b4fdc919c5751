/* The most frequent terms: a heap of n for a small n, a radix sort of all terms for a large one. */
#include <string.h>

#include "base/error.h"
#include "corpus/corpus.h"

typedef struct ranked {
    uint64_t count;
    uint64_t id;
} ranked;

static bool ranks_before(ranked one, ranked other)
{
    return one.count > other.count || (one.count == other.count && one.id < other.id);
}

/* ---- Few: a heap whose root is the last-ranked of those kept, in the caller's two arrays ------------------------- */

typedef struct heap {
    uint64_t *ids;
    uint64_t *counts;
    size_t size;
} heap;

static ranked heap_get(const heap *h, size_t i) { return (ranked){h->counts[i], h->ids[i]}; }

static void heap_set(heap *h, size_t i, ranked value)
{
    h->counts[i] = value.count;
    h->ids[i] = value.id;
}

/* Puts `value` into the heap, starting at the free place i, so that no child ranks after its parent. */
static void sift_down(heap *h, size_t i, ranked value)
{
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= h->size) break;
        if (child + 1 < h->size && ranks_before(heap_get(h, child), heap_get(h, child + 1))) child++;
        if (!ranks_before(value, heap_get(h, child))) break;
        heap_set(h, i, heap_get(h, child));
        i = child;
    }
    heap_set(h, i, value);
}

static void select_top(const tp_table *table, heap *h)
{
    for (size_t i = 0; i < h->size; i++) heap_set(h, i, (ranked){tp_term_count(&table->terms[i]), i});
    for (size_t i = h->size / 2; i-- > 0;) sift_down(h, i, heap_get(h, i));
    for (size_t i = h->size; i < table->n_terms; i++) {
        ranked candidate = {tp_term_count(&table->terms[i]), i};
        if (ranks_before(candidate, heap_get(h, 0))) sift_down(h, 0, candidate);
    }
    while (h->size > 1) {
        ranked last = heap_get(h, 0);
        h->size--;
        ranked moved = heap_get(h, h->size);
        sift_down(h, 0, moved);
        heap_set(h, h->size, last);
    }
}

/* ---- Many: least significant digit first, each pass stable, so equal counts stay in first-seen order ------------- */

enum { DIGIT_BITS = 8, N_DIGITS = 1 << DIGIT_BITS };

static size_t digit_of(uint64_t count, unsigned shift) { return (size_t)(~count >> shift) & (N_DIGITS - 1); }

/* One pass over one digit of the complement, which sorts high counts first. Returns false if all have the same digit. */
static bool sort_by_digit(const ranked *from, ranked *to, size_t n, unsigned shift)
{
    size_t starts[N_DIGITS] = {0}, next = 0;
    for (size_t i = 0; i < n; i++) starts[digit_of(from[i].count, shift)]++;
    if (starts[digit_of(from[0].count, shift)] == n) return false;
    for (size_t digit = 0; digit < N_DIGITS; digit++) {
        size_t here = starts[digit];
        starts[digit] = next;
        next += here;
    }
    for (size_t i = 0; i < n; i++) to[starts[digit_of(from[i].count, shift)]++] = from[i];
    return true;
}

static bool sort_all(const tp_table *table, uint64_t n, uint64_t *ids, uint64_t *counts)
{
    size_t all = table->n_terms;
    if (all > SIZE_MAX / (2 * sizeof(ranked))) return false;
    ranked *block = tp_allocate(TP_FOR_WORK, 2 * all * sizeof *block);
    if (block == NULL) return false;
    ranked *sorted = block, *other = block + all;
    for (size_t i = 0; i < all; i++) sorted[i] = (ranked){tp_term_count(&table->terms[i]), i};
    for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
        if (!sort_by_digit(sorted, other, all, shift)) continue;
        ranked *kept = sorted;
        sorted = other;
        other = kept;
    }
    for (size_t i = 0; i < n; i++) {
        ids[i] = sorted[i].id;
        counts[i] = sorted[i].count;
    }
    tp_release(TP_FOR_WORK, block, 2 * all * sizeof *block);
    return true;
}

/* Below a sixteenth of the terms the heap, which looks at most terms once, is faster than two or three passes over all. */
static bool is_few(uint64_t n, size_t n_terms) { return n < n_terms / 16; }

tp_status tp_corpus_get_top(tp_corpus *corpus, uint64_t n, uint64_t *ids, uint64_t *counts, uint64_t *n_given, tp_error *error)
{
    bool is_done = true;
    tp_lock_read(&corpus->lock);
    const tp_table *table = &corpus->counts.table;
    *n_given = n < table->n_terms ? n : table->n_terms;
    if (*n_given > 0) {
        if (is_few(n, table->n_terms)) select_top(table, &(heap){ids, counts, (size_t)n});
        else is_done = sort_all(table, *n_given, ids, counts);
    }
    tp_unlock_read(&corpus->lock);
    return is_done ? TP_OK : tp_fail_no_memory(error);
}
