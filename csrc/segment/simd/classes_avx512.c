/* The scanner for classes with AVX-512: two look-ups by four bits tell of 64 bytes. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX512)

#include <immintrin.h>
#include <stdbool.h>

#include "base/simd/block_avx512.h"
#include "base/simd/edges_avx512.h"
#include "segment/class_words.h"

#define NEXT_WORDS tp_next_class_words_avx512
#define FIND_EDGES tp_find_class_edges_avx512

/* The row of a byte, by its low four bits, and the bit in it, by its high four bits; bytes beyond ASCII have no bit. */
static inline uint64_t is_member(const tp_class_rule *rule, tp_block block)
{
    const __m512i bits = _mm512_broadcast_i32x4(_mm_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m512i low_bits = _mm512_set1_epi8(0x0F);
    __m512i rows = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)rule->ascii_rows));
    __m512i row = _mm512_shuffle_epi8(rows, _mm512_and_si512(block, low_bits));
    __m512i bit = _mm512_shuffle_epi8(bits, _mm512_and_si512(_mm512_srli_epi16(block, 4), low_bits));
    return _mm512_test_epi8_mask(row, bit);
}

static inline uint64_t has_high_bit(tp_block block) { return _mm512_movepi8_mask(block); }

static inline uint64_t is_lead(tp_block block) { return is_between(block, 0xC0, 0xFF); }

#include "segment/simd/classes_template.h"

TP_END_VARIANT
#endif
