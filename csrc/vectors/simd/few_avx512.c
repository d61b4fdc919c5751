/* Few numbers with AVX-512: sixteen in a register. */
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

/* Adds to each number those before it. */
static inline __m512i sums_before(__m512i numbers)
{
    const __m512i zero = _mm512_setzero_si512();
    numbers = _mm512_add_epi32(numbers, _mm512_alignr_epi32(numbers, zero, 15));
    numbers = _mm512_add_epi32(numbers, _mm512_alignr_epi32(numbers, zero, 14));
    numbers = _mm512_add_epi32(numbers, _mm512_alignr_epi32(numbers, zero, 12));
    return _mm512_add_epi32(numbers, _mm512_alignr_epi32(numbers, zero, 8));
}

/* The sums of what the terms up to the last one of each column count, less those of the column before. */
static inline size_t count_equal(const uint32_t *sorted, size_t n, uint32_t *columns, int32_t *counts, bool is_hashed)
{
    const __m512i one = _mm512_set1_epi32(1);
    const unsigned shift = is_hashed;
    size_t n_entries = 0;
    __m512i total = _mm512_setzero_si512(), before = total;
    for (size_t i = 0; i < n; i += 16) {
        const __m512i terms = _mm512_loadu_si512(sorted + i), following = _mm512_loadu_si512(sorted + i + 1);
        const __m512i here = _mm512_srli_epi32(terms, shift);
        __mmask16 are_last = _mm512_cmpneq_epu32_mask(here, _mm512_srli_epi32(following, shift));
        if (n - i <= 16) are_last = (__mmask16)((are_last | 1u << (n - i - 1)) & ((2u << (n - i - 1)) - 1));
        const __m512i each = is_hashed ? _mm512_sub_epi32(one, _mm512_slli_epi32(_mm512_and_si512(terms, one), 1)) : one;
        const __m512i sums = _mm512_add_epi32(total, sums_before(each));
        const unsigned n_last = (unsigned)_mm_popcnt_u32(are_last);
        const __m512i kept = _mm512_maskz_compress_epi32(are_last, sums);
        _mm512_storeu_si512(columns + n_entries, _mm512_maskz_compress_epi32(are_last, here));
        _mm512_storeu_si512(counts + n_entries, _mm512_sub_epi32(kept, _mm512_alignr_epi32(kept, before, 15)));
        total = _mm512_permutexvar_epi32(_mm512_set1_epi32(15), sums);
        if (n_last > 0) before = _mm512_permutexvar_epi32(_mm512_set1_epi32((int)n_last - 1), kept);
        n_entries += n_last;
    }
    return n_entries;
}

tp_count_equal_fn tp_count_equal_avx512;

size_t tp_count_equal_avx512(const uint32_t *sorted, size_t n, bool is_hashed, uint32_t *columns, int32_t *counts)
{
    return is_hashed ? count_equal(sorted, n, columns, counts, true) : count_equal(sorted, n, columns, counts, false);
}

#define HASH_WORDS tp_hash_words_avx512

#include "vectors/simd/murmur_template.h"

TP_END_VARIANT
#endif
