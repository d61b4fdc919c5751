/* Splitting text into pieces, one at a time; the variants do it for many at once. */
#ifndef TEXTPROC_BPE_SPLIT_H
#define TEXTPROC_BPE_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What patterns have in common with each other: the alternatives that they consist of. */
typedef enum tp_split_family { TP_SPLIT_GPT2, TP_SPLIT_GPT4, TP_SPLIT_O200K } tp_split_family;

/* A pattern, as its family and what it does otherwise. GPT-2's is the only family without such differences. */
typedef struct tp_split_rules {
    tp_split_family family;
    size_t max_numbers;      /* how many number characters a piece has at most */
    bool keeps_blank_end;    /* white space at the end of the text is one piece, with newlines in it too */
} tp_split_rules;

/* The end of the piece that begins at `p`, which is before `end`. *met_end becomes true if what follows `end` could make it
 * another one. Whatever the bytes are, only those before `end` are read, and the piece has at least one. */
const uint8_t *tp_split_next(const tp_split_rules *rules, const uint8_t *p, const uint8_t *end, bool *met_end);

#endif
