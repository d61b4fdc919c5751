/* Validation for AVX-512 with BW. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX512)

#include <immintrin.h>
#include <stdint.h>

#define VALIDATE tp_validate_blocks_avx512
#define VECTOR_NBYTES 64

typedef __m512i vector;

static inline vector load(const uint8_t *p) { return _mm512_loadu_si512(p); }

static inline vector load_table(const uint8_t *p)
{
    return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)p));
}

static inline vector and(vector v, vector w) { return _mm512_and_si512(v, w); }
static inline vector or(vector v, vector w) { return _mm512_or_si512(v, w); }
static inline vector xor(vector v, vector w) { return _mm512_xor_si512(v, w); }
static inline vector splat(uint8_t byte) { return _mm512_set1_epi8((char)byte); }
static inline vector look_up(vector table, vector nibbles) { return _mm512_shuffle_epi8(table, nibbles); }
static inline vector low_nibbles(vector v) { return and(v, splat(0x0F)); }
static inline vector high_nibbles(vector v) { return and(_mm512_srli_epi16(v, 4), splat(0x0F)); }
static inline vector subtract(vector v, uint8_t byte) { return _mm512_subs_epu8(v, splat(byte)); }
static inline int is_ascii(vector v) { return _mm512_movepi8_mask(v) == 0; }
static inline int is_zero(vector v) { return _mm512_test_epi8_mask(v, v) == 0; }

#include "unicode/simd/validate_template.h"

TP_END_VARIANT
#endif
