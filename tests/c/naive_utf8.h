/* A validator of UTF-8 that is simple enough to be seen to be right. */
#ifndef TEXTPROC_TESTS_NAIVE_UTF8_H
#define TEXTPROC_TESTS_NAIVE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAST_CODE_POINT 0x10FFFFu

/* Writes a code point, or half of a pair as if it were one, from its last six bits to its first; returns how many bytes it has. */
static inline size_t naive_encode(uint32_t code_point, uint8_t *encoded)
{
    const size_t nbytes = code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = nbytes; i-- > 1; code_point >>= 6) encoded[i] = (uint8_t)(0x80 | (code_point & 0x3F));
    encoded[0] = (uint8_t)(nbytes == 1 ? code_point : code_point | (0xF00u >> nbytes & 0xFF));
    return nbytes;
}

/* Returns the number of bytes that a lead byte announces; 0 if it is no lead byte. */
static inline size_t announced(uint8_t lead)
{
    return lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF8 ? 4 : 0;
}

/* Returns the length of the character at `text`, or 0 if there is none: the decoded code point must not fit in fewer bytes. */
static inline size_t naive_character(const uint8_t *text, size_t available)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t nbytes = announced(text[0]);
    if (nbytes == 0 || nbytes > available) return 0;
    uint32_t code_point = nbytes == 1 ? text[0] : text[0] & (0x7Fu >> nbytes);
    for (size_t i = 1; i < nbytes; i++) {
        if ((text[i] & 0xC0) != 0x80) return 0;
        code_point = code_point << 6 | (text[i] & 0x3Fu);
    }
    bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    return code_point < least[nbytes] || code_point > LAST_CODE_POINT || is_surrogate ? 0 : nbytes;
}

/* Returns the offset of the first ill-formed sequence, or the length of the text. */
static inline size_t naive_validate(const uint8_t *text, size_t nbytes)
{
    size_t offset = 0;
    while (offset < nbytes) {
        size_t character_nbytes = naive_character(text + offset, nbytes - offset);
        if (character_nbytes == 0) break;
        offset += character_nbytes;
    }
    return offset;
}

#endif
