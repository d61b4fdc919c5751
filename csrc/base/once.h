/* Memory of a caller's that another thread may write to while the core reads it. Whatever decides a size, a place or what is
 * believed is read once; what was checked and is read again is kept within bounds. */
#ifndef TEXTPROC_BASE_ONCE_H
#define TEXTPROC_BASE_ONCE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A number as it was read: a compiler must not read it from memory again, as it may where it is short of registers. */
static inline uint64_t tp_once(uint64_t number)
{
#ifdef __GNUC__
    __asm__("" : "+r"(number));
    return number;
#else
    volatile uint64_t kept = number;
    return kept;
#endif
}

static inline double tp_once_double(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    bits = tp_once(bits);
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* Where the thing i ends that begins at `start` in a text: never before that, nor behind the text. */
static inline size_t tp_end_within(const uint64_t *ends, size_t i, size_t start, size_t text_nbytes)
{
    uint64_t end = tp_once(ends[i]);
    return end < start ? start : end > text_nbytes ? text_nbytes : (size_t)end;
}

/* Where the thing behind one that ends at `end` begins, a byte later, if there is one. */
static inline size_t tp_start_behind(size_t end, size_t text_nbytes) { return end < text_nbytes ? end + 1 : text_nbytes; }

#endif
