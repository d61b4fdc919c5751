/* Few numbers with AVX-512: eight in a register. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX512)

#include <immintrin.h>

#include "vectors/few.h"

tp_sort_few_fn tp_sort_few_avx512;

void tp_sort_few_avx512(const uint64_t *numbers, uint64_t *sorted, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const __m512i number = _mm512_set1_epi64((long long)numbers[i]);
        unsigned rank = 0;
        for (size_t j = 0; j < n; j += 8) {
            rank += (unsigned)_mm_popcnt_u32(_mm512_cmplt_epu64_mask(_mm512_loadu_si512(numbers + j), number));
        }
        sorted[rank] = numbers[i];
    }
}

#define HASH_WORDS tp_hash_words_avx512

#include "vectors/simd/murmur_template.h"

TP_END_VARIANT
#endif
