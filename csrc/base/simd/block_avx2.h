/* A block of 64 bytes in two AVX2 registers. To be included where the compiler may use AVX2. */
#ifndef TEXTPROC_UNICODE_BLOCK_AVX2_H
#define TEXTPROC_UNICODE_BLOCK_AVX2_H

#include <immintrin.h>
#include <stdint.h>

typedef struct tp_block {
    __m256i low, high;
} tp_block;

static inline tp_block load(const uint8_t *p)
{
    const __m256i *halves = (const __m256i *)(const void *)p;
    return (tp_block){_mm256_loadu_si256(halves), _mm256_loadu_si256(halves + 1)};
}

static inline uint64_t to_mask(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

static inline uint64_t is_equal(tp_block block, uint8_t byte)
{
    __m256i wanted = _mm256_set1_epi8((char)byte);
    return to_mask(_mm256_cmpeq_epi8(block.low, wanted), _mm256_cmpeq_epi8(block.high, wanted));
}

/* After the lower bound is subtracted, the bytes up to the width of the range are inside: the minimum does not change them. */
static inline __m256i half_between(__m256i half, uint8_t low, uint8_t high)
{
    __m256i shifted = _mm256_sub_epi8(half, _mm256_set1_epi8((char)low));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(shifted, _mm256_set1_epi8((char)(high - low))), shifted);
}

static inline uint64_t is_between(tp_block block, uint8_t low, uint8_t high)
{
    return to_mask(half_between(block.low, low, high), half_between(block.high, low, high));
}

#endif
