/* Where text can be cut: between lines, with something in them or not, and between characters. */
#include <string.h>

#include "base/error.h"
#include "unicode/space.h"
#include "unicode/utf8.h"

tp_status tp_find_lines(const uint8_t *text, size_t text_nbytes, uint64_t *ends, size_t capacity, size_t *n_lines,
                        tp_error *error)
{
    size_t n = 0, start = 0;
    while (start < text_nbytes) {
        const uint8_t *newline = memchr(text + start, '\n', text_nbytes - start);
        if (newline == NULL) break;
        size_t end = (size_t)(newline - text);
        if (n < capacity) ends[n] = end;
        n++;
        start = end + 1;
    }
    if (n < capacity) ends[n] = text_nbytes;
    *n_lines = n + 1;
    return n < capacity ? TP_OK : tp_fail(error, TP_TOO_SMALL, 0, "the buffer holds fewer ends than there are lines");
}

static bool is_within_character(uint8_t byte) { return byte >> 6 == 2; }

/* How many of eight bytes begin a character. */
static size_t count_characters(const uint8_t *text)
{
    uint64_t eight;
    memcpy(&eight, text, sizeof eight);
    uint64_t within = eight & ~eight << 1 & TP_UTF8_HIGH_BITS; /* the highest bit is set, the next one is not */
    return 8 - (size_t)((within >> 7) * UINT64_C(0x0101010101010101) >> 56);
}

/* The offset so many characters behind another one; beyond the text if there are fewer. */
static size_t skip_characters(const uint8_t *text, size_t text_nbytes, size_t at, uint64_t n)
{
    for (; n >= 8 && text_nbytes - at >= 8; at += 8) n -= count_characters(text + at);
    for (; at < text_nbytes && (n > 0 || is_within_character(text[at])); at++) n -= !is_within_character(text[at]);
    return n > 0 ? text_nbytes + 1 : at;
}

/* Whether the lengths add up to that of the text. */
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
        end = in_bytes ? start + (size_t)lengths[i] : skip_characters(text, text_nbytes, start, lengths[i]);
        if (end + (i + 1 < n) > text_nbytes) return tp_fail(error, TP_INVALID_ARGUMENT, i, wrong);
        ends[i] = end;
    }
    return end == text_nbytes ? TP_OK : tp_fail(error, TP_INVALID_ARGUMENT, n, wrong);
}

/* The first character from `p` on that is not white space, or is a line end, or `end`. */
static const uint8_t *skip_indent(const uint8_t *p, const uint8_t *end)
{
    while (p < end && *p != '\n') {
        size_t nbytes = tp_space_nbytes(p, end);
        if (nbytes == 0) break;
        p += nbytes;
    }
    return p;
}

bool tp_has_blank_line(const uint8_t *text, size_t text_nbytes)
{
    if (text_nbytes == 0) return true;
    const uint8_t *line = text, *end = text + text_nbytes;
    for (;;) {
        const uint8_t *p = skip_indent(line, end);
        if (p == end || *p == '\n') return true;
        const uint8_t *newline = memchr(p, '\n', (size_t)(end - p));
        if (newline == NULL) return false;
        line = newline + 1;
    }
}

bool tp_is_blank(const uint8_t *text, size_t text_nbytes)
{
    if (text_nbytes == 0) return true;
    const uint8_t *end = text + text_nbytes;
    for (size_t nbytes; text < end; text += nbytes) {
        nbytes = tp_space_nbytes(text, end);
        if (nbytes == 0) return false;
    }
    return true;
}

/* ---- Text that comes in blocks ---------------------------------------------------------------------------------- */

static void end_line(tp_lines *lines, uint64_t next_start)
{
    if (!lines->open_has_text && lines->n_blank++ == 0) lines->first_blank = lines->n_ended;
    lines->n_ended++;
    lines->open_start = next_start;
    lines->open_has_text = false;
}

tp_status tp_find_text_lines(tp_lines *lines, const uint8_t *text, size_t text_nbytes, uint64_t *ends, size_t capacity,
                             size_t *n_ends, tp_error *error)
{
    tp_lines found = *lines;
    size_t n = 0, start = 0;
    while (start < text_nbytes) {
        const uint8_t *p = text + start, *end = text + text_nbytes;
        if (!found.open_has_text) {
            p = skip_indent(p, end);
            found.open_has_text = p < end && *p != '\n';
        }
        const uint8_t *newline = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
        if (newline == NULL) break;
        size_t line_end = (size_t)(newline - text);
        if (found.open_has_text) {
            if (n < capacity) ends[n] = line_end;
            n++;
        }
        start = line_end + 1;
        end_line(&found, lines->nbytes + start);
    }
    *n_ends = n;
    if (n > capacity) return tp_fail(error, TP_TOO_SMALL, 0, "the buffer holds fewer ends than there are lines with text");
    found.nbytes += text_nbytes;
    *lines = found;
    return TP_OK;
}

/* How many bytes a character has that begins with `lead`; 0 if none does. */
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
