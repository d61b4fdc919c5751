/* What is done with the terms of a short row at once, by the instruction set in use. */
#ifndef TEXTPROC_VECTORS_FEW_H
#define TEXTPROC_VECTORS_FEW_H

#include <stddef.h>
#include <stdint.h>

#include "corpus/keys.h"

/* Up to so many numbers are sorted by counting for each how many are less, which takes few steps, without a branch. */
enum { TP_FEW = 64 };

/* Stores for each of n <= TP_FEW different numbers how many of them are less. They are below 2^31, and up to 15 numbers behind
 * them may be read. */
typedef void tp_rank_few_fn(const uint32_t *numbers, size_t n, uint8_t *ranks);

tp_rank_few_fn tp_rank_few;

/* Stores the MurmurHash3 of n words whose keys are made; word i is text[edges[2 * i] … edges[2 * i + 1]). */
typedef void tp_hash_words_fn(const tp_keys *made, const uint8_t *text, const uint16_t *edges, size_t n, uint32_t *hashes);

tp_hash_words_fn tp_hash_words;

#endif
