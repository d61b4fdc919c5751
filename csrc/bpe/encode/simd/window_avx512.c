/* Splitting and encoding with AVX-512 with BW and VL. */
#include "base/cpu.h"

#ifdef TP_HAS_X86_VARIANTS

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,bmi,bmi2,popcnt"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512vl,bmi,bmi2,popcnt")
#endif

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

#define SPLIT tp_split_avx512
#include "bpe/split/simd/split_template.h"

#define ENCODE tp_encode_avx512
#include "bpe/encode/simd/encode_template.h"

#ifdef __clang__
#pragma clang attribute pop
#endif

#else
typedef int tp_no_avx512_here; /* ISO C wants a translation unit to declare something */
#endif
