/* Validation for AVX2. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX2)

#include <immintrin.h>
#include <stdint.h>

#define VALIDATE tp_validate_blocks_avx2
#define VECTOR_NBYTES 32

typedef __m256i vector;

static inline vector load(const uint8_t *p) { return _mm256_loadu_si256((const __m256i *)(const void *)p); }

static inline vector load_table(const uint8_t *p)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)p));
}

static inline vector and(vector v, vector w) { return _mm256_and_si256(v, w); }
static inline vector or(vector v, vector w) { return _mm256_or_si256(v, w); }
static inline vector xor(vector v, vector w) { return _mm256_xor_si256(v, w); }
static inline vector splat(uint8_t byte) { return _mm256_set1_epi8((char)byte); }
static inline vector look_up(vector table, vector nibbles) { return _mm256_shuffle_epi8(table, nibbles); }
static inline vector low_nibbles(vector v) { return and(v, splat(0x0F)); }
static inline vector high_nibbles(vector v) { return and(_mm256_srli_epi16(v, 4), splat(0x0F)); }
static inline vector subtract(vector v, uint8_t byte) { return _mm256_subs_epu8(v, splat(byte)); }
static inline int is_ascii(vector v) { return _mm256_movemask_epi8(v) == 0; }
static inline int is_zero(vector v) { return _mm256_testz_si256(v, v); }

#include "unicode/simd/validate_template.h"

TP_END_VARIANT
#endif
