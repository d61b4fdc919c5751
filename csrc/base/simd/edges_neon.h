/* The offsets of the set bits of a mask, for NEON. */
#ifndef TEXTPROC_BASE_EDGES_NEON_H
#define TEXTPROC_BASE_EDGES_NEON_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* Appends the offsets of the mask's bits plus `offset`, in ascending order; may write 64 entries. */
static inline uint16_t *put_edges(uint64_t mask, size_t offset, uint16_t *out)
{
    for (; mask != 0; mask &= mask - 1) *out++ = (uint16_t)(offset + tp_lowest_bit(mask));
    return out;
}

#endif
