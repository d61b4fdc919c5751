/* UTF-8, one code point at a time. Well-formed text is what table 3-7 of the Unicode Standard allows: no overlong forms, no
 * surrogates, nothing beyond U+10FFFF. */
#ifndef TEXTPROC_UNICODE_UTF8_H
#define TEXTPROC_UNICODE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The largest number of bytes of one code point. */
#define TP_UTF8_MAX_NBYTES 4

/* The high bit of each of eight bytes; it is set in bytes that are not ASCII. */
#define TP_UTF8_HIGH_BITS UINT64_C(0x8080808080808080)

/* The value that the decoder stores for an ill-formed sequence. It is not a code point, so no table contains it. */
#define TP_UTF8_ILL_FORMED UINT32_MAX

static inline bool tp_utf8_is_continuation(uint8_t byte) { return (byte & 0xC0) == 0x80; }

/* Returns how many of eight bytes begin a character. */
static inline size_t tp_utf8_count_in_eight(const uint8_t *text)
{
    uint64_t eight;
    memcpy(&eight, text, sizeof eight);
    uint64_t within = eight & ~eight << 1 & TP_UTF8_HIGH_BITS; /* the highest bit is set, the next one is not */
    return 8 - (size_t)((within >> 7) * UINT64_C(0x0101010101010101) >> 56);
}

/* Returns how many characters begin in a text; none if it ends before it starts. */
static inline size_t tp_utf8_count(const uint8_t *text, const uint8_t *end)
{
    size_t n = 0;
    for (; end - text >= 8; text += 8) n += tp_utf8_count_in_eight(text);
    for (; text < end; text++) n += !tp_utf8_is_continuation(*text);
    return n;
}

/* Returns whether `second` may follow `lead` (C2 … F4). Four leads allow less than 80 … BF: the lower bytes would be overlong
 * forms (E0, F0), the higher ones surrogates (ED) or beyond U+10FFFF (F4). */
static inline bool tp_utf8_is_second(uint8_t lead, uint8_t second)
{
    switch (lead) {
    case 0xE0:
        return second >= 0xA0 && second <= 0xBF;
    case 0xED:
        return second >= 0x80 && second <= 0x9F;
    case 0xF0:
        return second >= 0x90 && second <= 0xBF;
    case 0xF4:
        return second >= 0x80 && second <= 0x8F;
    default:
        return tp_utf8_is_continuation(second);
    }
}

/* Decodes the character that begins at `text`, which is before `end`, and returns its length in bytes. If there is no valid
 * character, *code_point becomes TP_UTF8_ILL_FORMED and the length is that of the maximal subpart (at least 1): the bytes that
 * decoders, including CPython's, replace with one U+FFFD. */
static inline size_t tp_utf8_decode(const uint8_t *text, const uint8_t *end, uint32_t *code_point)
{
    size_t available = (size_t)(end - text);
    uint8_t lead = text[0];
    if (lead < 0x80) {
        *code_point = lead;
        return 1;
    }
    *code_point = TP_UTF8_ILL_FORMED;
    if (lead < 0xC2 || lead > 0xF4 || available < 2 || !tp_utf8_is_second(lead, text[1])) return 1;
    uint32_t value = text[1] & 0x3Fu;
    if (lead < 0xE0) {
        *code_point = (lead & 0x1Fu) << 6 | value;
        return 2;
    }
    if (available < 3 || !tp_utf8_is_continuation(text[2])) return 2;
    value = value << 6 | (text[2] & 0x3Fu);
    if (lead < 0xF0) {
        *code_point = (lead & 0x0Fu) << 12 | value;
        return 3;
    }
    if (available < 4 || !tp_utf8_is_continuation(text[3])) return 3;
    *code_point = (lead & 0x07u) << 18 | value << 6 | (text[3] & 0x3Fu);
    return 4;
}

/* Steps back from `next` (after `start`) to the beginning of the character before it. Ill-formed sequences are passed byte by
 * byte, each as TP_UTF8_ILL_FORMED. UTF-8 is self-synchronising, so a step back never passes a character that a step forward
 * would see. */
static inline const uint8_t *tp_utf8_decode_before(const uint8_t *start, const uint8_t *next, uint32_t *code_point)
{
    const uint8_t *first = next - 1;
    while (first > start && next - first < TP_UTF8_MAX_NBYTES && tp_utf8_is_continuation(*first)) first--;
    if (tp_utf8_decode(first, next, code_point) == (size_t)(next - first)) return first;
    *code_point = TP_UTF8_ILL_FORMED;
    return next - 1;
}

/* Writes a code point that is at most U+10FFFF; a surrogate is written as if it were a character. Returns its length, 1 to TP_UTF8_MAX_NBYTES bytes. */
static inline size_t tp_utf8_encode(uint32_t code_point, uint8_t *encoded)
{
    if (code_point < 0x80) {
        encoded[0] = (uint8_t)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        encoded[0] = (uint8_t)(0xC0 | code_point >> 6);
        encoded[1] = (uint8_t)(0x80 | (code_point & 0x3F));
        return 2;
    }
    if (code_point < 0x10000) {
        encoded[0] = (uint8_t)(0xE0 | code_point >> 12);
        encoded[1] = (uint8_t)(0x80 | (code_point >> 6 & 0x3F));
        encoded[2] = (uint8_t)(0x80 | (code_point & 0x3F));
        return 3;
    }
    encoded[0] = (uint8_t)(0xF0 | code_point >> 18);
    encoded[1] = (uint8_t)(0x80 | (code_point >> 12 & 0x3F));
    encoded[2] = (uint8_t)(0x80 | (code_point >> 6 & 0x3F));
    encoded[3] = (uint8_t)(0x80 | (code_point & 0x3F));
    return 4;
}

#endif
