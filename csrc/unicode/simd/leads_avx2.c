/* Marking of lead bytes for AVX2. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX2)

#include <immintrin.h>
#include <stdint.h>

#define MARK_LEADS tp_mark_leads_avx2
#define VECTOR_NBYTES 32

typedef __m256i vector;

static inline vector load(const uint8_t *p) { return _mm256_loadu_si256((const __m256i *)(const void *)p); }

static inline vector load_table(const uint8_t *p)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)p));
}

static inline vector look_up(vector table, vector nibbles) { return _mm256_shuffle_epi8(table, nibbles); }
static inline vector low_nibbles(vector v) { return _mm256_and_si256(v, _mm256_set1_epi8(0x0F)); }
static inline vector high_nibbles(vector v) { return low_nibbles(_mm256_srli_epi16(v, 4)); }

static inline uint64_t have_common(vector v, vector w)
{
    vector has_none = _mm256_cmpeq_epi8(_mm256_and_si256(v, w), _mm256_setzero_si256());
    return (uint32_t)~_mm256_movemask_epi8(has_none);
}

#include "unicode/simd/leads_template.h"

TP_END_VARIANT
#endif
