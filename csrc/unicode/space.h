/* White space as in Python's str.split and str.isspace: bidirectional type WS, B or S, or category Zs. These 29 code points
 * have not changed since Unicode 6.3; a test compares them with the generated property TP_SPACE. */
#ifndef TEXTPROC_UNICODE_SPACE_H
#define TEXTPROC_UNICODE_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The ten ASCII ones: U+0009 … U+000D and U+001C … U+0020. */
static inline bool tp_is_ascii_space(uint8_t byte) { return (uint8_t)(byte - 0x09) < 5 || (uint8_t)(byte - 0x1C) < 5; }

/* U+2000 … U+200A, U+2028, U+2029, U+202F (lead E2 80) and U+205F (lead E2 81). */
static inline bool tp_is_general_punctuation_space(uint8_t second, uint8_t third)
{
    if (second == 0x80) return (third >= 0x80 && third <= 0x8A) || third == 0xA8 || third == 0xA9 || third == 0xAF;
    return second == 0x81 && third == 0x9F;
}

/* Returns the length in bytes of the white-space character that begins at `text`, or 0 if none does (for example at `end`). */
static inline size_t tp_space_nbytes(const uint8_t *text, const uint8_t *end)
{
    if (text == end) return 0;
    uint8_t lead = text[0];
    if (lead < 0x80) return tp_is_ascii_space(lead);
    size_t available = (size_t)(end - text);
    if (lead == 0xC2) return available >= 2 && (text[1] == 0x85 || text[1] == 0xA0) ? 2 : 0; /* U+0085, U+00A0 */
    if (lead < 0xE1 || lead > 0xE3 || available < 3) return 0;
    bool is_space = (lead == 0xE1 && text[1] == 0x9A && text[2] == 0x80)                  /* U+1680 */
                    || (lead == 0xE2 && tp_is_general_punctuation_space(text[1], text[2]))
                    || (lead == 0xE3 && text[1] == 0x80 && text[2] == 0x80);              /* U+3000 */
    return is_space ? 3 : 0;
}

#endif
