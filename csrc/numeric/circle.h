/* Random points in a square: a counter for each instruction set. */
#ifndef TEXTPROC_NUMERIC_CIRCLE_H
#define TEXTPROC_NUMERIC_CIRCLE_H

#include <stdint.h>

/* The step of the state of SplitMix64 for each number: 2^64 divided by the golden ratio, made odd. */
#define TP_SPLITMIX_STEP UINT64_C(0x9E3779B97F4A7C15)

/* The mixing constants, "variant 13" of D. Stafford. */
#define TP_SPLITMIX_FIRST_FACTOR UINT64_C(0xBF58476D1CE4E5B9)
#define TP_SPLITMIX_SECOND_FACTOR UINT64_C(0x94D049BB133111EB)

/* Returns how many of `n` points lie outside the circle; the first point is made from `state`. */
uint64_t tp_count_beyond_plain(uint64_t state, uint64_t n);
uint64_t tp_count_beyond_avx2(uint64_t state, uint64_t n);
uint64_t tp_count_beyond_avx512(uint64_t state, uint64_t n);

#endif
