/* Few numbers with AVX2: eight in a register. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX2)

#include <immintrin.h>

#include "vectors/few.h"

tp_rank_few_fn tp_rank_few_avx2;

/* Both numbers are below 2^31, so that they compare as numbers with a sign. */
void tp_rank_few_avx2(const uint32_t *numbers, size_t n, uint8_t *ranks)
{
    for (size_t i = 0; i < n; i++) {
        const __m256i number = _mm256_set1_epi32((int)numbers[i]);
        uint64_t are_less = 0;
        for (size_t j = 0; j < n; j += 8) {
            __m256i others = _mm256_loadu_si256((const __m256i *)(const void *)(numbers + j));
            are_less |= (uint64_t)(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(number, others))) << j;
        }
        ranks[i] = (uint8_t)_mm_popcnt_u64(n == 64 ? are_less : are_less & ((UINT64_C(1) << n) - 1));
    }
}

#define HASH_WORDS tp_hash_words_avx2

#include "vectors/simd/murmur_template.h"

TP_END_VARIANT
#endif
