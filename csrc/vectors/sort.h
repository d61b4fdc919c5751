/* Sorting of rows and terms. */
#ifndef TEXTPROC_VECTORS_SORT_H
#define TEXTPROC_VECTORS_SORT_H

#include <stddef.h>
#include <stdint.h>

#include "corpus/table.h"
#include "textproc/base.h"

/* Sorts n numbers below `limit`, and returns where they are: in place or in `scratch`, which has as much room. O(n). */
uint32_t *tp_sort_numbers(uint32_t *numbers, uint32_t *scratch, size_t n, uint64_t limit);

/* Sorts numbers by their high halves; which half-equal ones come first is unspecified for 32 or fewer, and otherwise as before.
 * `scratch` has as much room. O(n). */
void tp_sort_by_high_half(uint64_t *numbers, uint64_t *scratch, size_t n);

/* A term by the number of its column and a piece of its text. */
typedef struct tp_sorted_term {
    uint64_t eight; /* eight bytes of it as one number that compares as they do */
    uint32_t number;
} tp_sorted_term;

/* How terms are sorted. */
typedef struct tp_sorting {
    const tp_table *table;
    size_t n_threads;
    tp_go_on go_on; /* or NULL */
    void *user;
} tp_sorting;

/* Stores where all terms of a table are, in order of their texts, in which FF stands for a line feed: `terms` or `scratch`, which have
 * room for them. TP_CANCELLED if go_on returns 0. */
tp_status tp_sort_terms(const tp_sorting *way, tp_sorted_term *terms, tp_sorted_term *scratch, tp_sorted_term **sorted, tp_error *error);

#endif
