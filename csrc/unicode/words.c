#include "unicode/words.h"

#include "unicode/space.h"

/* Only these lead bytes begin white-space characters beyond ASCII: U+0085 and U+00A0, U+1680, U+2000 … U+205F, U+3000. */
static inline bool may_begin_space(uint8_t byte)
{
    return byte == 0xC2 || (byte >= 0xE1 && byte <= 0xE3);
}

const uint8_t *tp_skip_word(const uint8_t *p, const uint8_t *end)
{
    for (; p < end; p++) {
        if (*p < 0x80 ? tp_is_ascii_space(*p) : may_begin_space(*p) && tp_space_nbytes(p, end) != 0) break;
    }
    return p;
}
