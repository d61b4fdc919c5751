/* Where words begin and end: the plain scanner, which every faster one must equal. */
#ifndef TEXTPROC_UNICODE_WORDS_H
#define TEXTPROC_UNICODE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "unicode/lower.h"
#include "unicode/space.h"

/* The first byte from `p` on that is not part of a white-space character, or `end`. */
static inline const uint8_t *tp_skip_space(const uint8_t *p, const uint8_t *end)
{
    while (p < end) {
        size_t nbytes = tp_space_nbytes(p, end);
        if (nbytes == 0) break;
        p += nbytes;
    }
    return p;
}

/* The first white-space character from `p` on, or `end`. */
const uint8_t *tp_skip_word(const uint8_t *p, const uint8_t *end);

/* The flags, in the high bit of each of eight bytes, of those that no run of ASCII word characters has: ASCII white space and
 * bytes beyond ASCII. Adding to the lower seven bits carries into the flag from a certain value on, as in tp_ascii_lower_8. */
static inline uint64_t tp_stops_in_8(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), flags = 0x80 * ones;
    uint64_t seven_bits = eight & ~flags;
    uint64_t from_tab = seven_bits + (0x80 - 0x09) * ones, behind_return = seven_bits + (0x80 - 0x0E) * ones;
    uint64_t from_separators = seven_bits + (0x80 - 0x1C) * ones, behind_space = seven_bits + (0x80 - 0x21) * ones;
    return (((from_tab & ~behind_return) | (from_separators & ~behind_space)) | eight) & flags;
}

/* Which of eight bytes in memory is the first one flagged. */
static inline size_t tp_first_flagged(uint64_t flags)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (size_t)__builtin_ctzll(flags) / 8;
#else
    uint8_t bytes[8];
    size_t i = 0;
    memcpy(bytes, &flags, sizeof bytes);
    while (bytes[i] == 0) i++;
    return i;
#endif
}

/* Lowers the ASCII word at `p`, up to white space, a byte beyond ASCII, `end` or `most` bytes, and returns how many these are.
 * `lowered` has room for `most` bytes and 8 more. */
static inline size_t tp_lower_ascii_run(const uint8_t *p, const uint8_t *end, uint8_t *lowered, size_t most)
{
    size_t n = 0, readable = (size_t)(end - p);
    for (; n < most && readable - n >= 8; n += 8) {
        uint64_t eight;
        memcpy(&eight, p + n, sizeof eight);
        uint64_t stops = tp_stops_in_8(eight);
        eight = tp_ascii_lower_8(eight);
        memcpy(lowered + n, &eight, sizeof eight);
        if (stops != 0) return n + tp_first_flagged(stops);
    }
    for (; n < most && n < readable && p[n] < 0x80 && !tp_is_ascii_space(p[n]); n++) lowered[n] = tp_ascii_lower(p[n]);
    return n;
}

#endif
