/* The scanner for AVX-512 with BW, VL and VBMI2: Ice Lake (2019), Zen 4 (2022) and later. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX512)

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/simd/block_avx512.h"

#define SCAN tp_scan_avx512

static inline uint64_t is_ascii_space(tp_block block)
{
    return is_between(block, 0x09, 0x0D) | is_between(block, 0x1C, 0x20);
}

static inline bool has_only_ascii(tp_block block) { return _mm512_movepi8_mask(block) == 0; }

static inline void store_lowered(uint8_t *out, tp_block block)
{
    tp_block bit = _mm512_maskz_mov_epi8(is_between(block, 'A', 'Z'), _mm512_set1_epi8(0x20));
    _mm512_storeu_si512(out, _mm512_or_si512(block, bit));
}

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

#include "unicode/simd/scan_template.h"

TP_END_VARIANT
#endif
