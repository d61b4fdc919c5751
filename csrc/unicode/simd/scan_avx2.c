/* The scanner for AVX2 (with BMI1 and BMI2): Haswell (2013), Zen (2017) and later. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX2)

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/simd/block_avx2.h"
#include "base/simd/edges_avx2.h"

#define SCAN tp_scan_avx2

static inline __m256i half_space(__m256i half)
{
    return _mm256_or_si256(half_between(half, 0x09, 0x0D), half_between(half, 0x1C, 0x20));
}

static inline uint64_t is_ascii_space(tp_block block) { return to_mask(half_space(block.low), half_space(block.high)); }

static inline bool has_only_ascii(tp_block block)
{
    return _mm256_movemask_epi8(_mm256_or_si256(block.low, block.high)) == 0;
}

static inline __m256i half_lowered(__m256i half)
{
    return _mm256_or_si256(half, _mm256_and_si256(half_between(half, 'A', 'Z'), _mm256_set1_epi8(0x20)));
}

static inline void store_lowered(uint8_t *out, tp_block block)
{
    _mm256_storeu_si256((__m256i *)(void *)out, half_lowered(block.low));
    _mm256_storeu_si256((__m256i *)(void *)(out + 32), half_lowered(block.high));
}

#define HAS_FIND_BEYOND_ASCII
#include "unicode/simd/scan_template.h"

/* Masks are expensive in AVX2: combining bytes in registers and making masks of the results alone is three times as fast. */

static inline __m256i half_equal(__m256i half, uint8_t byte) { return _mm256_cmpeq_epi8(half, _mm256_set1_epi8((char)byte)); }

static inline __m256i half_or(__m256i one, __m256i other) { return _mm256_or_si256(one, other); }

static inline __m256i half_and(__m256i one, __m256i other) { return _mm256_and_si256(one, other); }

/* Half a block: one register for each set of first bytes. */
typedef struct half_found {
    __m256i two_byte_space, three_byte_space, latin_capital, unlowered;
} half_found;

/* Returns whether it contains a first byte that only note_rare checks: CD … D5, E1, E2, EA, EF … F4. */
static inline bool has_rare(__m256i here)
{
    __m256i found = half_or(half_between(here, 0xCD, 0xD5), half_between(here, 0xE1, 0xE2));
    found = half_or(found, half_or(half_equal(here, 0xEA), half_between(here, 0xEF, 0xF4)));
    return _mm256_movemask_epi8(found) != 0;
}

static inline __m256i rare_of_two_bytes(__m256i here, __m256i next)
{
    __m256i found = half_or(half_equal(here, 0xCD), half_between(here, 0xD2, 0xD4));
    found = half_or(found, half_and(half_equal(here, 0xCE), half_between(next, 0x86, 0xAB)));
    found = half_or(found, half_and(half_equal(here, 0xCF), half_between(next, 0x8F, 0xBF)));
    found = half_or(found, half_and(half_equal(here, 0xD0), half_between(next, 0x80, 0xAF)));
    found = half_or(found, half_and(half_equal(here, 0xD1), half_between(next, 0xA0, 0xBF)));
    return half_or(found, half_and(half_equal(here, 0xD5), half_between(next, 0x80, 0x96)));
}

static inline __m256i rare_of_more_bytes(__m256i here, __m256i next)
{
    __m256i e1 = _mm256_andnot_si256(half_equal(next, 0x9A), half_between(next, 0x82, 0xBF));
    __m256i e2 = half_or(half_between(next, 0x92, 0x93), half_between(next, 0xB0, 0xB3));
    e2 = half_or(e2, half_between(next, 0x84, 0x86));
    __m256i found = half_or(half_and(half_equal(here, 0xE1), e1), half_and(half_equal(here, 0xE2), e2));
    found = half_or(found, half_and(half_equal(here, 0xEA), half_between(next, 0x99, 0x9F)));
    found = half_or(found, half_and(half_equal(here, 0xEF), half_equal(next, 0xBC)));
    return half_or(found, half_between(here, 0xF0, 0xF4));
}

static inline __m256i rare_space(__m256i here, __m256i next, __m256i third)
{
    __m256i general = half_or(half_between(third, 0xA8, 0xA9), half_equal(third, 0xAF));
    general = half_and(half_equal(next, 0x80), half_or(half_between(third, 0x80, 0x8A), general));
    general = half_or(general, half_and(half_equal(next, 0x81), half_equal(third, 0x9F)));
    __m256i ogham = half_and(half_equal(next, 0x9A), half_equal(third, 0x80));
    return half_or(half_and(half_equal(here, 0xE1), ogham), half_and(half_equal(here, 0xE2), general));
}

static inline half_found find_in_half(__m256i here, __m256i next, __m256i third)
{
    __m256i is_ideographic = half_and(half_equal(next, 0x80), half_equal(third, 0x80));
    __m256i is_capital = _mm256_andnot_si256(half_equal(next, 0x97), half_between(next, 0x80, 0x9E));
    half_found found = {
        .two_byte_space = half_and(half_equal(here, 0xC2), half_or(half_equal(next, 0x85), half_equal(next, 0xA0))),
        .three_byte_space = half_and(half_equal(here, 0xE3), is_ideographic),
        .latin_capital = half_and(half_equal(here, 0xC3), is_capital),
        .unlowered = half_between(here, 0xC4, 0xC9),
    };
    if (has_rare(here)) {
        found.three_byte_space = half_or(found.three_byte_space, rare_space(here, next, third));
        found.unlowered = half_or(found.unlowered, half_or(rare_of_two_bytes(here, next), rare_of_more_bytes(here, next)));
    }
    return found;
}

static inline beyond_ascii find_beyond_ascii(const uint8_t *text, tp_block here)
{
    tp_block next = load(text + 1), third = load(text + 2);
    half_found low = find_in_half(here.low, next.low, third.low), high = find_in_half(here.high, next.high, third.high);
    return (beyond_ascii){to_mask(low.two_byte_space, high.two_byte_space), to_mask(low.three_byte_space, high.three_byte_space),
                          to_mask(low.latin_capital, high.latin_capital), to_mask(low.unlowered, high.unlowered)};
}

TP_END_VARIANT
#endif
