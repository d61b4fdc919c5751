/* Lines: where they end, and which of them are blank. */
#include <string.h>

#include "base/error.h"
#include "textproc/documents.h"
#include "unicode/space.h"

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

/* Returns the first character from `p` on that is not white space or is a line end, or `end`. */
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
            p += found.open_has_text; /* this byte is no line end, whatever is written to it: so there are no more lines than
                                       * there is room */
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
