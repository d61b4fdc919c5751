/* Windows in AVX2, for the variants that split text. */
#ifndef TEXTPROC_BPE_SPLIT_WINDOW_AVX2_H
#define TEXTPROC_BPE_SPLIT_WINDOW_AVX2_H

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/simd/block_avx2.h"

static inline uint64_t is_letter(tp_block block)
{
    __m256i case_bit = _mm256_set1_epi8(0x20);
    return is_between((tp_block){_mm256_or_si256(block.low, case_bit), _mm256_or_si256(block.high, case_bit)}, 'a', 'z');
}

static inline uint64_t is_beyond_ascii(tp_block block) { return to_mask(block.low, block.high); }

#define MASKS_ARE_CHEAP true

#include "bpe/split/simd/window_template.h"

#endif
