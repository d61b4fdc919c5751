/* The scanner for AVX-512 with BW, VL and VBMI2: Ice Lake (2019), Zen 4 (2022) and later. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX512)

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/simd/block_avx512.h"
#include "base/simd/edges_avx512.h"

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

#include "unicode/simd/scan_template.h"

TP_END_VARIANT
#endif
