/* Splitting and encoding with AVX2 (with BMI1 and BMI2). */
#include "base/cpu.h"

#ifdef TP_HAS_X86_VARIANTS

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,popcnt"))), apply_to = function)
#else
#pragma GCC target("avx2,bmi,bmi2,popcnt")
#endif

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

#define SPLIT tp_split_avx2
#include "bpe/split/simd/split_template.h"

#define ENCODE tp_encode_avx2
#include "bpe/encode/simd/encode_template.h"

#ifdef __clang__
#pragma clang attribute pop
#endif

#else
typedef int tp_no_avx2_here; /* ISO C wants a translation unit to declare something */
#endif
