#include "unicode/utf8.h"

#include <string.h>

#include "base/error.h"
#include "textproc.h"

static const uint8_t *skip_ascii(const uint8_t *text, const uint8_t *end)
{
    while (end - text >= 8) {
        uint64_t eight;
        memcpy(&eight, text, sizeof eight);
        if (eight & TP_UTF8_HIGH_BITS) break;
        text += 8;
    }
    while (text < end && *text < 0x80) text++;
    return text;
}

tp_status tp_utf8_validate(const uint8_t *text, size_t text_nbytes, tp_error *error)
{
    if (text_nbytes == 0) return TP_OK; /* `text` may be NULL, which C lets nobody add 0 to */
    const uint8_t *end = text + text_nbytes;
    const uint8_t *next = skip_ascii(text, end);
    while (next < end) {
        uint32_t code_point;
        size_t nbytes = tp_utf8_decode(next, end, &code_point);
        if (code_point == TP_UTF8_ILL_FORMED) {
            return tp_fail(error, TP_INVALID_UTF8, (uint64_t)(next - text), "text is not valid UTF-8");
        }
        next += nbytes;
        if (code_point < 0x80) next = skip_ascii(next, end);
    }
    return TP_OK;
}
