/* The offsets of the set bits of a mask, with AVX-512. To be included where the compiler may use it. */
#ifndef TEXTPROC_BASE_EDGES_AVX512_H
#define TEXTPROC_BASE_EDGES_AVX512_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

/* Appends the offsets of the mask's bits plus `offset`, in ascending order; may write 64 entries. */
static inline uint16_t *put_edges(uint64_t mask, size_t offset, uint16_t *out)
{
    static const uint8_t places[64] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                       22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
                                       44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    __m512i found = _mm512_maskz_compress_epi8(mask, _mm512_loadu_si512(places));
    __m512i offsets = _mm512_set1_epi16((short)offset);
    size_t n = (size_t)__builtin_popcountll(mask);
    _mm512_storeu_si512(out, _mm512_add_epi16(offsets, _mm512_cvtepu8_epi16(_mm512_castsi512_si256(found))));
    if (n > 32) {
        __m256i rest = _mm512_extracti64x4_epi64(found, 1);
        _mm512_storeu_si512(out + 32, _mm512_add_epi16(offsets, _mm512_cvtepu8_epi16(rest)));
    }
    return out + n;
}

#endif
