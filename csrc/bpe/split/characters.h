/* Character queries of the splitters, for text that need not be valid UTF-8, and contractions. */
#ifndef TEXTPROC_BPE_SPLIT_CHARACTERS_H
#define TEXTPROC_BPE_SPLIT_CHARACTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unicode/classes.h"

/* Returns the number of bytes of a character with this first byte; a continuation byte counts as a whole character. */
static inline size_t tp_split_nbytes_of(uint8_t lead) { return lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4; }

/* Returns the classes of a character of `nbytes` bytes; the bytes after the first are assumed to be continuation bytes. */
static inline uint8_t tp_split_classes_of(const uint8_t *p, size_t nbytes)
{
    if (nbytes == 1) return p[0] < 0x80 ? tp_classes_values[p[0]] : 0;
    if (nbytes == 2) return tp_classes_of((p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu));
    uint32_t three = (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    return tp_classes_of(nbytes == 3 ? (p[0] & 0x0Fu) << 12 | three : (p[0] & 0x07u) << 18 | three << 6 | (p[3] & 0x3Fu));
}

/* Returns the length of the contraction at the apostrophe `p`, or 0: 's, 't, 'm, 'd, 'll, 've or 're. Two bytes must follow
 * `p`. If it folds case, U+017F (long s, C5 BF) equals s. */
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
