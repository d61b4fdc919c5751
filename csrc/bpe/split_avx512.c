/* The splitters for AVX-512 with BW and VL. */
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

#define SPLIT tp_split_avx512

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

static inline uint64_t is_letter(tp_block block)
{
    return is_between(_mm512_or_si512(block, _mm512_set1_epi8(0x20)), 'a', 'z');
}

static inline uint64_t is_beyond_ascii(tp_block block) { return _mm512_movepi8_mask(block); }

#include "bpe/split_template.h"

#ifdef __clang__
#pragma clang attribute pop
#endif

#else
typedef int tp_no_avx512_here; /* ISO C wants a translation unit to declare something */
#endif
