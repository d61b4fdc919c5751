/* Splitting text into pieces: one at a time, or many at once in a variant for each instruction set. */
#ifndef TEXTPROC_BPE_SPLIT_H
#define TEXTPROC_BPE_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "textproc/bpe.h"

/* What patterns have in common with each other: the alternatives that they consist of. */
typedef enum tp_split_family { TP_SPLIT_GPT2, TP_SPLIT_GPT4, TP_SPLIT_O200K } tp_split_family;

/* A pattern, as its family and what it does otherwise; all of GPT-2's family are alike. */
typedef struct tp_split_rules {
    tp_split_family family;
    size_t max_numbers;   /* how many number characters a piece has at most: 2 or 3 */
    bool keeps_blank_end; /* white space at the end of the text is one piece, even with newlines in it */
} tp_split_rules;

/* The rules of a pattern; NULL if there is no splitter for it. */
const tp_split_rules *tp_split_rules_of(tp_pattern pattern);

/* How much of a text can be split: but for its end, which may be the beginning of a character that turns out to be anything. */
size_t tp_split_complete_nbytes(const uint8_t *text, size_t nbytes, bool is_final);

/* The end of the piece that begins at `p`, which is before `end`. *met_end becomes true if what follows `end` could make it
 * another one. Whatever the bytes are, only those before `end` are read, and the piece has at least one. */
const uint8_t *tp_split_next(const tp_split_rules *rules, const uint8_t *p, const uint8_t *end, bool *met_end);

/* tp_split, of a text that has no cut character at its end unless it is final. */
size_t tp_split_plain(const tp_split_rules *rules, const uint8_t *text, const uint8_t *end, bool is_final, uint64_t *ends,
                      size_t capacity);
size_t tp_split_neon(const tp_split_rules *rules, const uint8_t *text, const uint8_t *end, bool is_final, uint64_t *ends,
                     size_t capacity);
size_t tp_split_avx2(const tp_split_rules *rules, const uint8_t *text, const uint8_t *end, bool is_final, uint64_t *ends,
                     size_t capacity);
size_t tp_split_avx512(const tp_split_rules *rules, const uint8_t *text, const uint8_t *end, bool is_final, uint64_t *ends,
                       size_t capacity);

#endif
