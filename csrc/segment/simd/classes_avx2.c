/* The scanner for classes with AVX2: two look-ups by four bits tell of 32 bytes. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX2)

#include <immintrin.h>
#include <stdbool.h>

#include "base/simd/block_avx2.h"
#include "base/simd/edges_avx2.h"
#include "segment/class_words.h"

#define NEXT_WORDS tp_next_class_words_avx2
#define FIND_EDGES tp_find_class_edges_avx2

/* The row of a byte, by its low four bits, and the bit in it, by its high four bits; bytes beyond ASCII have no bit. */
static inline __m256i half_member(__m256i rows, __m256i half)
{
    const __m256i bits = _mm256_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, -128, 0,
                                          0, 0, 0, 0, 0, 0, 0);
    const __m256i low_bits = _mm256_set1_epi8(0x0F);
    __m256i row = _mm256_shuffle_epi8(rows, _mm256_and_si256(half, low_bits));
    __m256i bit = _mm256_shuffle_epi8(bits, _mm256_and_si256(_mm256_srli_epi16(half, 4), low_bits));
    return _mm256_cmpeq_epi8(_mm256_and_si256(row, bit), _mm256_setzero_si256());
}

static inline uint64_t is_member(const tp_class_rule *rule, tp_block block)
{
    __m256i rows = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)rule->ascii_rows));
    return ~to_mask(half_member(rows, block.low), half_member(rows, block.high));
}

static inline uint64_t has_high_bit(tp_block block) { return to_mask(block.low, block.high); }

static inline uint64_t is_lead(tp_block block) { return is_between(block, 0xC0, 0xFF); }

#include "segment/simd/classes_template.h"

TP_END_VARIANT
#endif
