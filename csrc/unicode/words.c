#include "unicode/words.h"

#include "unicode/space.h"

/* What a byte can be the first of. Only these lead bytes begin white-space characters beyond ASCII: U+0085 and U+00A0, U+1680,
 * U+2000–U+205F, U+3000. */
enum { PART_OF_WORD, SPACE, MAYBE_SPACE, NOT_ASCII };

static uint8_t class_of(uint8_t byte)
{
    if (byte < 0x80) return tp_is_ascii_space(byte) ? SPACE : PART_OF_WORD;
    return byte == 0xC2 || (byte >= 0xE1 && byte <= 0xE3) ? MAYBE_SPACE : NOT_ASCII;
}

const uint8_t *tp_skip_space(const uint8_t *p, const uint8_t *end)
{
    while (p < end) {
        size_t nbytes = tp_space_nbytes(p, end);
        if (nbytes == 0) break;
        p += nbytes;
    }
    return p;
}

const uint8_t *tp_skip_word(const uint8_t *p, const uint8_t *end, bool *is_ascii)
{
    for (; p < end; p++) {
        uint8_t class = class_of(*p);
        if (class == PART_OF_WORD) continue;
        if (class == SPACE) break;
        if (class == MAYBE_SPACE && tp_space_nbytes(p, end) != 0) break;
        *is_ascii = false;
    }
    return p;
}
