/* Where lines end, and whether there is something in them. */
#include <string.h>

#include "base/error.h"
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
