#include "unicode/utf8.h"

#include <string.h>

#include "base/error.h"
#include "textproc.h"
#include "unicode/validate.h"

/* The first offset from `first` on, before `end`, of a byte that is not ASCII, or `end`. */
static size_t skip_ascii(const uint8_t *text, size_t first, size_t end)
{
    for (; end - first >= 8; first += 8) {
        uint64_t eight;
        memcpy(&eight, text + first, sizeof eight);
        if (eight & TP_UTF8_HIGH_BITS) break;
    }
    while (first < end && text[first] < 0x80) first++;
    return first;
}

/* Looks at one character after the other from the offset `first` on, up to the first one that begins at `end` or behind it.
 * Returns where that or the first ill-formed one begins. */
static size_t skip_well_formed(const uint8_t *text, size_t text_nbytes, size_t first, size_t end, bool *is_ill_formed)
{
    first = skip_ascii(text, first, end);
    while (first < end) {
        uint32_t code_point;
        size_t nbytes = tp_utf8_decode(text + first, text + text_nbytes, &code_point);
        *is_ill_formed = code_point == TP_UTF8_ILL_FORMED;
        if (*is_ill_formed) break;
        first += nbytes;
        if (code_point < 0x80) first = skip_ascii(text, first, end);
    }
    return first;
}

/* Where the last character that begins before the offset `end` begins, if it goes on behind that, else `end`. But for that
 * character, what lies before is well-formed; there are at least three bytes. */
static size_t step_back(const uint8_t *text, size_t end)
{
    if (text[end - 1] >= 0xC0) return end - 1;
    if (text[end - 2] >= 0xE0) return end - 2;
    if (text[end - 3] >= 0xF0) return end - 3;
    return end;
}

tp_status tp_utf8_validate(const uint8_t *text, size_t text_nbytes, tp_error *error)
{
    bool is_ill_formed = false;
    size_t done = 0;
    if (text_nbytes >= 2 * TP_VALIDATE_NBYTES) {
        done = skip_well_formed(text, text_nbytes, 0, TP_VALIDATE_BEHIND, &is_ill_formed);
        if (!is_ill_formed) done = step_back(text, done + tp_validate_blocks(text + done, text_nbytes - done));
    }
    if (!is_ill_formed) done = skip_well_formed(text, text_nbytes, done, text_nbytes, &is_ill_formed);
    return is_ill_formed ? tp_fail(error, TP_INVALID_UTF8, done, "text is not valid UTF-8") : TP_OK;
}
