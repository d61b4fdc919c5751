/* Marking of lead bytes for AVX-512 with BW. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX512)

#include <immintrin.h>
#include <stdint.h>

#define MARK_LEADS tp_mark_leads_avx512
#define VECTOR_NBYTES 64

typedef __m512i vector;

static inline vector load(const uint8_t *p) { return _mm512_loadu_si512(p); }

static inline vector load_table(const uint8_t *p)
{
    return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)p));
}

static inline vector look_up(vector table, vector nibbles) { return _mm512_shuffle_epi8(table, nibbles); }
static inline vector low_nibbles(vector v) { return _mm512_and_si512(v, _mm512_set1_epi8(0x0F)); }
static inline vector high_nibbles(vector v) { return low_nibbles(_mm512_srli_epi16(v, 4)); }
static inline uint64_t have_common(vector v, vector w) { return _mm512_test_epi8_mask(v, w); }

#include "unicode/simd/leads_template.h"

TP_END_VARIANT
#endif
