/* Splitting text into pieces: one at a time, or many at once in a variant for each instruction set. */
#ifndef TEXTPROC_BPE_SPLIT_H
#define TEXTPROC_BPE_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "textproc/bpe.h"
#include "unicode/classes.h"

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

/* How many bytes the character with this first byte should have; a continuation byte is taken for a whole one. */
static inline size_t tp_split_nbytes_of(uint8_t lead) { return lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4; }

/* The classes of a character of so many bytes, of which the later ones are taken for continuation bytes unseen. */
static inline uint8_t tp_split_classes_of(const uint8_t *p, size_t nbytes)
{
    if (nbytes == 1) return p[0] < 0x80 ? tp_classes_values[p[0]] : 0;
    if (nbytes == 2) return tp_classes_of((p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu));
    uint32_t three = (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    return tp_classes_of(nbytes == 3 ? (p[0] & 0x0Fu) << 12 | three : (p[0] & 0x07u) << 18 | three << 6 | (p[3] & 0x3Fu));
}

/* How long the contraction at the apostrophe `p` is, which two bytes follow, or 0: 's, 't, 'm, 'd, 'll, 've or 're. If it folds
 * case, U+017F (long s, C5 BF) stands for s as well. */
static inline size_t tp_split_contraction_nbytes(const uint8_t *p, bool folds)
{
    uint8_t case_bit = folds ? 0x20 : 0, first = p[1] | case_bit, second = p[2] | case_bit;
    switch (first) {
    case 's':
    case 't':
    case 'm':
    case 'd':
        return 2;
    case 'l':
        return second == 'l' ? 3 : 0;
    case 'v':
    case 'r':
        return second == 'e' ? 3 : 0;
    default:
        return folds && p[1] == 0xC5 && p[2] == 0xBF ? 3 : 0;
    }
}

#endif
