/* Few numbers with AVX-512: eight in a register. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX512)

#include <immintrin.h>

#include "vectors/few.h"

tp_rank_few_fn tp_rank_few_avx512;

/* The numbers stay in as many registers as they need; the bits behind the last one are masked. */
static inline void rank_in(const uint32_t *numbers, size_t n, uint8_t *ranks, size_t n_registers)
{
    __m512i all[4];
    const uint64_t within = n == 64 ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;
    for (size_t j = 0; j < n_registers; j++) all[j] = _mm512_loadu_si512(numbers + 16 * j);
    for (size_t i = 0; i < n; i++) {
        const __m512i number = _mm512_set1_epi32((int)numbers[i]);
        uint64_t are_less = 0;
        for (size_t j = 0; j < n_registers; j++) are_less |= (uint64_t)_mm512_cmplt_epu32_mask(all[j], number) << 16 * j;
        ranks[i] = (uint8_t)_mm_popcnt_u64(are_less & within);
    }
}

void tp_rank_few_avx512(const uint32_t *numbers, size_t n, uint8_t *ranks)
{
    if (n <= 16) rank_in(numbers, n, ranks, 1);
    else if (n <= 32) rank_in(numbers, n, ranks, 2);
    else if (n <= 48) rank_in(numbers, n, ranks, 3);
    else rank_in(numbers, n, ranks, 4);
}

#define HASH_WORDS tp_hash_words_avx512

#include "vectors/simd/murmur_template.h"

TP_END_VARIANT
#endif
