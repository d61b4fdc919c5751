/* Shared code of the tests that compare the scanners, the counting and the validation with naive implementations. */
#ifndef TEXTPROC_TESTS_NAIVE_H
#define TEXTPROC_TESTS_NAIVE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unicode/space.h"
#include "unicode/words.h"

#define N_ITEMS(array) (sizeof(array) / sizeof *(array))

/* From the plainest to the best variant: the order of the library's preference. */
static const char *const variants[] = {"plain", "neon", "avx2", "avx512"};

/* Broken code fails so many checks that the first ones suffice. */
enum { ENOUGH_FAILURES = 10 };

static inline bool has_failed_enough(void) { return atomic_load(&check_failures) >= ENOUGH_FAILURES; }

/* With TEXTPROC_TEST_QUICK the longest loops run only a part of the cases: for valgrind and similar tools. */
static bool is_quick;

static inline size_t quick_or(size_t quick, size_t thorough) { return is_quick ? quick : thorough; }

static inline void *allocate(size_t nbytes)
{
    void *block = malloc(nbytes);
    if (block == NULL && nbytes != 0) abort();
    return block;
}

static inline void *exact_copy(const void *bytes, size_t nbytes)
{
    void *copy = allocate(nbytes);
    if (nbytes != 0) memcpy(copy, bytes, nbytes);
    return copy;
}

/* Numbers that look random, equal in every run (xorshift64). */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Returns the first byte from `p` on that is not part of a white-space character, or `end`. */
static inline const uint8_t *tp_skip_space(const uint8_t *p, const uint8_t *end)
{
    while (p < end) {
        size_t nbytes = tp_space_nbytes(p, end);
        if (nbytes == 0) break;
        p += nbytes;
    }
    return p;
}

#endif
