/* What the splitters ask of characters, which need not be valid UTF-8, and of contractions. */
#ifndef TEXTPROC_BPE_SPLIT_CHARACTERS_H
#define TEXTPROC_BPE_SPLIT_CHARACTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unicode/classes.h"

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
