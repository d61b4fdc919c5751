/* Where lines end. */
#include <string.h>

#include "base/error.h"

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
