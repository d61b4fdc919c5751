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

/* How a pattern sees the characters beyond ASCII. */
typedef enum tp_split_script {
    TP_SCRIPT_PLAIN,         /* by their classes; TP_CLASS_HAN means nothing */
    TP_SCRIPT_MARKS,         /* marks are letters */
    TP_SCRIPT_HAN_APART,     /* those of the script Han are part of no word: their runs are pieces */
    TP_SCRIPT_CHINESE_APART, /* marks are letters, and the runs of U+3040 to 30FF and U+4E00 to 9FA5 are pieces: TP_CLASS_HAN */
} tp_split_script;

/* Whether a character of three bytes lies in U+3040 to 30FF or U+4E00 to 9FA5. */
static inline bool tp_split_is_chinese(const uint8_t *p)
{
    uint32_t bytes = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
    return (bytes >= 0xE38180 && bytes <= 0xE383BF) || (bytes >= 0xE4B880 && bytes <= 0xE9BEA5);
}

/* Returns the classes of the character of `nbytes` at `p`, as the pattern sees it; `classes` are those that it has. */
static inline uint8_t tp_split_classes_in(tp_split_script script, uint8_t classes, const uint8_t *p, size_t nbytes)
{
    if (script == TP_SCRIPT_PLAIN) return classes;
    if (script == TP_SCRIPT_HAN_APART) {
        return (classes & TP_CLASS_HAN) == 0 ? classes : classes & (uint8_t)~(TP_CLASS_UPPER | TP_CLASS_LOWER);
    }
    if ((classes & TP_CLASS_UPPER) != 0) classes |= TP_CLASS_LETTER;
    if (script == TP_SCRIPT_MARKS) return classes;
    if (nbytes == 3 && tp_split_is_chinese(p)) return TP_CLASS_LETTER | TP_CLASS_HAN;
    return classes & (uint8_t)~TP_CLASS_HAN;
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
