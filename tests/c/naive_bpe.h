/* Byte-level BPE by the simplest way of merging, with tokens that a test invents. */
#ifndef TEXTPROC_TESTS_NAIVE_BPE_H
#define TEXTPROC_TESTS_NAIVE_BPE_H

#include "support.h"

enum { N_BYTES = 256, MOST_TOKENS = 400, MOST_TOKEN_NBYTES = 40 };

typedef struct token {
    uint8_t bytes[MOST_TOKEN_NBYTES];
    size_t nbytes;
    uint32_t id;
} token;

/* Tokens in any order, as a test defines them. */
typedef struct tokens {
    token all[MOST_TOKENS];
    size_t n;
} tokens;

/* ---- The plain way --------------------------------------------------------------------------------------------------- */

static const token *find_token(const tokens *from, const uint8_t *bytes, size_t nbytes)
{
    for (size_t i = nbytes > 1 && from->n > N_BYTES ? N_BYTES : 0; i < from->n; i++) { /* the bytes come first */
        if (from->all[i].nbytes == nbytes && memcmp(from->all[i].bytes, bytes, nbytes) == 0) return &from->all[i];
    }
    return NULL;
}

/* The parts of a piece, given by their starts; merges the leftmost of the pairs with the lowest id until there is none. */
static inline size_t merge_naively(const tokens *from, const uint8_t *piece, size_t nbytes, uint32_t *ids)
{
    size_t *starts = must_allocate((nbytes + 1) * sizeof *starts), n = nbytes;
    for (size_t i = 0; i <= nbytes; i++) starts[i] = i;
    for (;;) {
        const token *lowest = NULL;
        size_t at = 0;
        for (size_t i = 0; i + 1 < n; i++) {
            const token *made = find_token(from, piece + starts[i], starts[i + 2] - starts[i]);
            if (made == NULL || (lowest != NULL && made->id >= lowest->id)) continue;
            lowest = made;
            at = i;
        }
        if (lowest == NULL) break;
        for (size_t i = at + 1; i < n; i++) starts[i] = starts[i + 1];
        n--;
    }
    for (size_t i = 0; i < n; i++) ids[i] = find_token(from, piece + starts[i], starts[i + 1] - starts[i])->id;
    free(starts);
    return n;
}

static inline size_t encode_naively(const tokens *from, const uint8_t *piece, size_t nbytes, uint32_t *ids)
{
    const token *whole = find_token(from, piece, nbytes);
    if (whole == NULL) return merge_naively(from, piece, nbytes, ids);
    ids[0] = whole->id;
    return 1;
}

/* ---- Making tokens -------------------------------------------------------------------------------------------------- */

static inline void add_token(tokens *to, const void *bytes, size_t nbytes)
{
    if (to->n == MOST_TOKENS || find_token(to, bytes, nbytes) != NULL) return;
    token *made = &to->all[to->n];
    memcpy(made->bytes, bytes, nbytes);
    made->nbytes = nbytes;
    made->id = (uint32_t)to->n++;
}

static inline void add_all_bytes(tokens *to)
{
    to->n = 0;
    for (unsigned b = 0; b < N_BYTES; b++) add_token(to, &(uint8_t){(uint8_t)b}, 1);
}

typedef struct laid_out {
    uint8_t text[MOST_TOKENS * MOST_TOKEN_NBYTES];
    uint64_t ends[MOST_TOKENS];
    uint32_t ids[MOST_TOKENS];
} laid_out;

static inline void lay_out(const tokens *from, laid_out *to)
{
    uint64_t end = 0;
    for (size_t i = 0; i < from->n; i++) {
        memcpy(to->text + end, from->all[i].bytes, from->all[i].nbytes);
        end += from->all[i].nbytes;
        to->ends[i] = end;
        to->ids[i] = from->all[i].id;
    }
}

#endif
