#include "unicode/utf8.h"

#include <string.h>

#include "base/error.h"
#include "base/once.h"
#include "textproc/text.h"
#include "unicode/validate.h"

/* Returns the first offset from `first` on, before `end`, of a byte that is not ASCII, or `end`. */
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

/* Checks the characters one after the other from the offset `first` on, up to the first one that begins at or after `end`.
 * Returns where that one, or the first ill-formed one, begins. */
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

/* Returns where the last character before the offset `end` begins, if it continues past `end`; otherwise `end`. The text before
 * that character is well-formed; there are at least three bytes. */
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

/* Returns the length in bytes of a character that begins with `lead`; 0 if none does. */
static size_t nbytes_of_lead(uint8_t lead)
{
    if (lead < 0xC2 || lead > 0xF4) return 0;
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

size_t tp_utf8_complete_nbytes(const uint8_t *text, size_t text_nbytes)
{
    for (size_t n = 1; n < TP_UTF8_MAX_NBYTES && n <= text_nbytes; n++) {
        const uint8_t *last = text + text_nbytes - n;
        if (tp_utf8_is_continuation(*last)) continue;
        bool is_begun = n < nbytes_of_lead(*last) && (n == 1 || tp_utf8_is_second(last[0], last[1]));
        return is_begun ? text_nbytes - n : text_nbytes;
    }
    return text_nbytes;
}

/* ---- The ends of texts that were joined --------------------------------------------------------------------------- */

/* Returns the offset `n` characters after `at`; beyond the text if there are fewer. */
static size_t skip_characters(const uint8_t *text, size_t text_nbytes, size_t at, uint64_t n)
{
    for (; n >= 8 && text_nbytes - at >= 8; at += 8) n -= tp_utf8_count_in_eight(text + at);
    for (; at < text_nbytes && (n > 0 || tp_utf8_is_continuation(text[at])); at++) n -= !tp_utf8_is_continuation(text[at]);
    return n > 0 ? text_nbytes + 1 : at;
}

/* Returns whether the lengths add up to that of the text. */
static bool are_in_bytes(size_t text_nbytes, const uint64_t *lengths, size_t n)
{
    uint64_t sum = n - 1;
    for (size_t i = 0; i < n && sum <= text_nbytes; i++) sum = lengths[i] <= text_nbytes ? sum + lengths[i] : UINT64_MAX;
    return sum == text_nbytes;
}

tp_status tp_utf8_find_ends(const uint8_t *text, size_t text_nbytes, const uint64_t *lengths, uint64_t *ends, size_t n,
                            tp_error *error)
{
    static const char wrong[] = "the lengths are not those of the texts";
    bool in_bytes = n > 0 && are_in_bytes(text_nbytes, lengths, n);
    size_t end = 0;
    for (size_t i = 0, start = 0; i < n; i++, start = end + 1) {
        uint64_t length = tp_once(lengths[i]), left = text_nbytes - start;
        end = !in_bytes ? skip_characters(text, text_nbytes, start, length) : length <= left ? start + (size_t)length : SIZE_MAX;
        if (end > text_nbytes || end + (i + 1 < n) > text_nbytes) return tp_fail(error, TP_INVALID_ARGUMENT, i, wrong);
        ends[i] = end;
    }
    return end == text_nbytes ? TP_OK : tp_fail(error, TP_INVALID_ARGUMENT, n, wrong);
}
