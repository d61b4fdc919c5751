/* Lower-casing and folding. The functions for a whole text, tp_lower_word and tp_fold, are public. */
#ifndef TEXTPROC_UNICODE_LOWER_H
#define TEXTPROC_UNICODE_LOWER_H

#include <stdint.h>

#include "unicode/tables.h"

/* The largest number of bytes that `nbytes` bytes of text become in lower case. U+0130, U+023A and U+023E grow from 2 bytes to
 * 3, no others grow; the generator of the tables checks every code point and stops if that is no longer so. */
#define TP_LOWER_BOUND(nbytes) ((nbytes) + (nbytes) / 2)

/* The same of folding: U+0390 for one becomes three characters. */
#define TP_FOLD_BOUND(nbytes) (3 * (nbytes))

/* The number that ages are compared with: the newest version is above all of them. */
static inline uint32_t tp_version_to_ask(uint32_t unicode_version) { return unicode_version != 0 ? unicode_version : UINT32_MAX; }

/* Returns what a character was in a version of Unicode, by the number that tp_version_to_ask gives. */
tp_character tp_character_at(uint32_t code_point, uint32_t version);

static inline uint8_t tp_ascii_lower(uint8_t byte)
{
    return (uint8_t)(byte | ((uint8_t)(byte - 'A') < 26) << 5);
}

/* Lower-cases eight bytes at once; bytes that are not ASCII stay. The high bit of each byte is its flag: adding to the other
 * seven bits carries into it for bytes from 'A' on, and for bytes after 'Z', and never into the next byte. */
static inline uint64_t tp_ascii_lower_8(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t seven_bits = eight & 0x7F * ones;
    uint64_t from_a = seven_bits + (0x80 - 'A') * ones;
    uint64_t behind_z = seven_bits + (0x7F - 'Z') * ones;
    uint64_t is_upper = from_a & ~behind_z & ~eight & 0x80 * ones;
    return eight | is_upper >> 2;
}

#endif
