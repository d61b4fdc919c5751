/* What is done with the terms of a short row at once, by the instruction set in use. */
#ifndef TEXTPROC_VECTORS_FEW_H
#define TEXTPROC_VECTORS_FEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corpus/keys.h"

/* Up to so many numbers are sorted by counting for each how many are less, which takes few steps, without a branch. */
enum { TP_FEW = 64 };

/* Stores for each of n <= TP_FEW different numbers how many of them are less. They are below 2^31, and up to 15 numbers behind
 * them may be read. */
typedef void tp_rank_few_fn(const uint32_t *numbers, size_t n, uint8_t *ranks);

tp_rank_few_fn tp_rank_few;

/* Stores an entry for each different one of n > 0 terms of a row in order, with the sum of what they count, and returns how many
 * entries there are. If columns are hashed, a term is twice its column, and 1 more if it counts -1. Up to 16 more entries are written
 * over, and up to 16 numbers behind the terms may be read. */
typedef size_t tp_count_equal_fn(const uint32_t *sorted, size_t n, bool is_hashed, uint32_t *columns, int32_t *counts);

tp_count_equal_fn tp_count_equal;

/* How many entries and numbers more there must be room for. */
enum { TP_COUNTED_BEHIND = 16 };

/* Stores the MurmurHash3 of n words whose keys are made; word i is text[edges[2 * i] … edges[2 * i + 1]). */
typedef void tp_hash_words_fn(const tp_keys *made, const uint8_t *text, const uint16_t *edges, size_t n, uint32_t *hashes);

tp_hash_words_fn tp_hash_words;

#endif
