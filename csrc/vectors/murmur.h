/* MurmurHash3 for 32 bits (Austin Appleby, in the public domain), with the seed 0: what hashed columns are computed from. */
#ifndef TEXTPROC_VECTORS_MURMUR_H
#define TEXTPROC_VECTORS_MURMUR_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t tp_rotate_left(uint32_t bits, unsigned n) { return bits << n | bits >> (32 - n); }

static inline uint32_t tp_murmur_block(uint32_t block) { return tp_rotate_left(block * 0xCC9E2D51u, 15) * 0x1B873593u; }

static inline uint32_t tp_murmur_end(uint32_t state, uint32_t nbytes)
{
    state ^= nbytes;
    state = (state ^ state >> 16) * 0x85EBCA6Bu;
    state = (state ^ state >> 13) * 0xC2B2AE35u;
    return state ^ state >> 16;
}

static inline uint32_t tp_murmur(const uint8_t *bytes, size_t nbytes)
{
    uint32_t state = 0, tail = 0;
    size_t i = 0;
    for (; nbytes - i >= 4; i += 4) {
        uint32_t block = (uint32_t)bytes[i] | (uint32_t)bytes[i + 1] << 8 | (uint32_t)bytes[i + 2] << 16 | (uint32_t)bytes[i + 3] << 24;
        state = tp_rotate_left(state ^ tp_murmur_block(block), 13) * 5 + 0xE6546B64u;
    }
    for (size_t j = nbytes; j > i; j--) tail = tail << 8 | bytes[j - 1];
    return tp_murmur_end(state ^ tp_murmur_block(tail), (uint32_t)nbytes);
}

#endif
