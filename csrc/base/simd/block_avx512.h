/* A block of 64 bytes in one AVX-512 register. To be included where the compiler may use AVX-512. */
#ifndef TEXTPROC_UNICODE_BLOCK_AVX512_H
#define TEXTPROC_UNICODE_BLOCK_AVX512_H

#include <immintrin.h>
#include <stdint.h>

typedef __m512i tp_block;

static inline tp_block load(const uint8_t *p) { return _mm512_loadu_si512(p); }

static inline uint64_t is_equal(tp_block block, uint8_t byte)
{
    return _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8((char)byte));
}

static inline uint64_t is_between(tp_block block, uint8_t low, uint8_t high)
{
    tp_block shifted = _mm512_sub_epi8(block, _mm512_set1_epi8((char)low));
    return _mm512_cmple_epu8_mask(shifted, _mm512_set1_epi8((char)(high - low)));
}

#endif
