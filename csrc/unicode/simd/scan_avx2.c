/* The scanner for AVX2 (with BMI1 and BMI2): Haswell (2013), Zen (2017) and later. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX2)

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/simd/block_avx2.h"

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

/* The indices of the set bits of a byte, ascending, one byte each. Made in Python by
 * [sum(i << 8 * n for n, i in enumerate(i for i in range(8) if byte >> i & 1)) for byte in range(256)]. */
static const uint64_t bit_places[256] = {
    0x0, 0x0, 0x1, 0x100, 0x2, 0x200, 0x201, 0x20100, 0x3, 0x300, 0x301, 0x30100, 0x302, 0x30200, 0x30201, 0x3020100,
    0x4, 0x400, 0x401, 0x40100, 0x402, 0x40200, 0x40201, 0x4020100, 0x403, 0x40300, 0x40301, 0x4030100, 0x40302,
    0x4030200, 0x4030201, 0x403020100, 0x5, 0x500, 0x501, 0x50100, 0x502, 0x50200, 0x50201, 0x5020100, 0x503, 0x50300,
    0x50301, 0x5030100, 0x50302, 0x5030200, 0x5030201, 0x503020100, 0x504, 0x50400, 0x50401, 0x5040100, 0x50402,
    0x5040200, 0x5040201, 0x504020100, 0x50403, 0x5040300, 0x5040301, 0x504030100, 0x5040302, 0x504030200, 0x504030201,
    0x50403020100, 0x6, 0x600, 0x601, 0x60100, 0x602, 0x60200, 0x60201, 0x6020100, 0x603, 0x60300, 0x60301, 0x6030100,
    0x60302, 0x6030200, 0x6030201, 0x603020100, 0x604, 0x60400, 0x60401, 0x6040100, 0x60402, 0x6040200, 0x6040201,
    0x604020100, 0x60403, 0x6040300, 0x6040301, 0x604030100, 0x6040302, 0x604030200, 0x604030201, 0x60403020100, 0x605,
    0x60500, 0x60501, 0x6050100, 0x60502, 0x6050200, 0x6050201, 0x605020100, 0x60503, 0x6050300, 0x6050301, 0x605030100,
    0x6050302, 0x605030200, 0x605030201, 0x60503020100, 0x60504, 0x6050400, 0x6050401, 0x605040100, 0x6050402,
    0x605040200, 0x605040201, 0x60504020100, 0x6050403, 0x605040300, 0x605040301, 0x60504030100, 0x605040302,
    0x60504030200, 0x60504030201, 0x6050403020100, 0x7, 0x700, 0x701, 0x70100, 0x702, 0x70200, 0x70201, 0x7020100,
    0x703, 0x70300, 0x70301, 0x7030100, 0x70302, 0x7030200, 0x7030201, 0x703020100, 0x704, 0x70400, 0x70401, 0x7040100,
    0x70402, 0x7040200, 0x7040201, 0x704020100, 0x70403, 0x7040300, 0x7040301, 0x704030100, 0x7040302, 0x704030200,
    0x704030201, 0x70403020100, 0x705, 0x70500, 0x70501, 0x7050100, 0x70502, 0x7050200, 0x7050201, 0x705020100, 0x70503,
    0x7050300, 0x7050301, 0x705030100, 0x7050302, 0x705030200, 0x705030201, 0x70503020100, 0x70504, 0x7050400,
    0x7050401, 0x705040100, 0x7050402, 0x705040200, 0x705040201, 0x70504020100, 0x7050403, 0x705040300, 0x705040301,
    0x70504030100, 0x705040302, 0x70504030200, 0x70504030201, 0x7050403020100, 0x706, 0x70600, 0x70601, 0x7060100,
    0x70602, 0x7060200, 0x7060201, 0x706020100, 0x70603, 0x7060300, 0x7060301, 0x706030100, 0x7060302, 0x706030200,
    0x706030201, 0x70603020100, 0x70604, 0x7060400, 0x7060401, 0x706040100, 0x7060402, 0x706040200, 0x706040201,
    0x70604020100, 0x7060403, 0x706040300, 0x706040301, 0x70604030100, 0x706040302, 0x70604030200, 0x70604030201,
    0x7060403020100, 0x70605, 0x7060500, 0x7060501, 0x706050100, 0x7060502, 0x706050200, 0x706050201, 0x70605020100,
    0x7060503, 0x706050300, 0x706050301, 0x70605030100, 0x706050302, 0x70605030200, 0x70605030201, 0x7060503020100,
    0x7060504, 0x706050400, 0x706050401, 0x70605040100, 0x706050402, 0x70605040200, 0x70605040201, 0x7060504020100,
    0x706050403, 0x70605040300, 0x70605040301, 0x7060504030100, 0x70605040302, 0x7060504030200, 0x7060504030201,
    0x706050403020100,
};

static inline uint16_t *put_edges(uint64_t mask, size_t offset, uint16_t *out)
{
    for (size_t i = 0; i < 8; i++) {
        uint8_t byte = (uint8_t)(mask >> 8 * i);
        __m128i places = _mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)(const void *)&bit_places[byte]));
        _mm_storeu_si128((__m128i *)(void *)out, _mm_add_epi16(places, _mm_set1_epi16((short)(offset + 8 * i))));
        out += (size_t)__builtin_popcount(byte);
    }
    return out;
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
