/* The offsets of the set bits of a mask, in plain C. */
#ifndef TEXTPROC_BASE_EDGES_PLAIN_H
#define TEXTPROC_BASE_EDGES_PLAIN_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* Appends the offsets of the mask's bits plus `offset`, in ascending order; may write 64 entries. Eight at a time, because a processor can hardly predict how many there are; the surplus entries are overwritten. */
static inline uint16_t *put_edges(uint64_t mask, size_t offset, uint16_t *out)
{
    const uint64_t last = UINT64_C(1) << 63;
    while (mask != 0) {
        uint64_t left = mask;
        size_t n = 0;
        for (size_t i = 0; i < 8; i++) {
            out[i] = (uint16_t)(offset + tp_lowest_bit(left | last));
            n += left != 0;
            left &= left - 1;
        }
        out += n;
        mask = left;
    }
    return out;
}

#endif
