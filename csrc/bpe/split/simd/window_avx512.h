/* Windows in AVX-512, for the variants that split text. */
#ifndef TEXTPROC_BPE_SPLIT_WINDOW_AVX512_H
#define TEXTPROC_BPE_SPLIT_WINDOW_AVX512_H

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/simd/block_avx512.h"

static inline uint64_t is_letter(tp_block block)
{
    return is_between(_mm512_or_si512(block, _mm512_set1_epi8(0x20)), 'a', 'z');
}

static inline uint64_t is_beyond_ascii(tp_block block) { return _mm512_movepi8_mask(block); }

#define MASKS_ARE_CHEAP true

#include "bpe/split/simd/window_template.h"

#endif
