/* Access to a caller's memory that another thread may write to while the core reads it. A value that decides a size, a place or
 * the validity of input is read once; a value that is read again after a check is clamped to the bounds. */
#ifndef TEXTPROC_BASE_ONCE_H
#define TEXTPROC_BASE_ONCE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Returns a number as it was read. The compiler must not read it from memory again, as it otherwise may if it is short of
 * registers. */
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

/* Returns where item i ends, which begins at `start` in a text, clamped to start … text_nbytes. */
static inline size_t tp_end_within(const uint64_t *ends, size_t i, size_t start, size_t text_nbytes)
{
    uint64_t end = tp_once(ends[i]);
    return end < start ? start : end > text_nbytes ? text_nbytes : (size_t)end;
}

/* Returns where the item after one that ends at `end` begins: one byte later, or at the end of the text. */
static inline size_t tp_start_behind(size_t end, size_t text_nbytes) { return end < text_nbytes ? end + 1 : text_nbytes; }

#endif
