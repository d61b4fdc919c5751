/* The counter of points for AVX2, four at a time. It multiplies 32 bits by 32; a product of 64 bits takes three of those. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX2)

#include <immintrin.h>

#include "numeric/circle.h"

/* The lower halves of the products with a 64-bit number. */
static inline __m256i multiply(__m256i a, uint64_t factor)
{
    __m256i low = _mm256_set1_epi64x((long long)(factor & 0xFFFFFFFF)), high = _mm256_set1_epi64x((long long)(factor >> 32));
    __m256i cross = _mm256_add_epi64(_mm256_mul_epu32(a, high), _mm256_mul_epu32(_mm256_srli_epi64(a, 32), low));
    return _mm256_add_epi64(_mm256_mul_epu32(a, low), _mm256_slli_epi64(cross, 32));
}

static inline __m256i half_square(__m256i a) { return _mm256_srli_epi64(_mm256_mul_epu32(a, a), 1); }

/* As in the template. */
uint64_t tp_count_beyond_avx2(uint64_t state, uint64_t n)
{
    const __m256i odd = _mm256_set1_epi32(1), step = _mm256_set1_epi64x((long long)(4 * TP_SPLITMIX_STEP));
    uint64_t states[4], counts[4];
    for (uint64_t i = 0; i < 4; i++) states[i] = state + (i + 1) * TP_SPLITMIX_STEP;
    __m256i at = _mm256_loadu_si256((const __m256i *)states), beyond = _mm256_setzero_si256();
    for (uint64_t i = 0; i < n / 4; i++) {
        __m256i z = at;
        z = multiply(_mm256_xor_si256(z, _mm256_srli_epi64(z, 30)), TP_SPLITMIX_FIRST_FACTOR);
        z = multiply(_mm256_xor_si256(z, _mm256_srli_epi64(z, 27)), TP_SPLITMIX_SECOND_FACTOR);
        z = _mm256_or_si256(_mm256_xor_si256(z, _mm256_srli_epi64(z, 31)), odd);
        __m256i sum = _mm256_add_epi64(half_square(_mm256_srli_epi64(z, 32)), half_square(z));
        beyond = _mm256_add_epi64(beyond, _mm256_srli_epi64(sum, 63));
        at = _mm256_add_epi64(at, step);
    }
    _mm256_storeu_si256((__m256i *)counts, beyond);
    uint64_t rest = tp_count_beyond_plain(state + (n - n % 4) * TP_SPLITMIX_STEP, n % 4);
    return counts[0] + counts[1] + counts[2] + counts[3] + rest;
}

TP_END_VARIANT
#endif
