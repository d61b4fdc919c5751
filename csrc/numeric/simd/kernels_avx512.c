/* The loops for AVX-512 with BW, VL and VBMI2: Ice Lake (2019), Zen 4 (2022) and later. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX512)

#include <immintrin.h>
#include <string.h>

#include "numeric/kernels.h"

#define KERNELS tp_kernels_avx512

typedef __m512d vector;
enum { N_IN_VECTOR = 8 };

static inline vector load(const double *p) { return _mm512_loadu_pd(p); }
static inline void store(double *p, vector x) { _mm512_storeu_pd(p, x); }
static inline vector spread(double x) { return _mm512_set1_pd(x); }
static inline vector add(vector a, vector b) { return _mm512_add_pd(a, b); }
static inline vector subtract(vector a, vector b) { return _mm512_sub_pd(a, b); }
static inline vector multiply_vectors(vector a, vector b) { return _mm512_mul_pd(a, b); }
static inline vector magnitude(vector a) { return _mm512_abs_pd(a); }
static inline vector smaller(vector a, vector b) { return _mm512_min_pd(a, b); }
static inline vector greater(vector a, vector b) { return _mm512_max_pd(a, b); }

static inline __m512i twice_float(__m512i x)
{
    __m512 number = _mm512_castsi512_ps(x);
    return _mm512_castps_si512(_mm512_add_ps(number, number));
}

static inline __m512i twice_double(__m512i x)
{
    __m512d number = _mm512_castsi512_pd(x);
    return _mm512_castpd_si512(_mm512_add_pd(number, number));
}

static inline __m512i twice_8(__m512i x) { return _mm512_add_epi8(x, x); }
static inline __m512i twice_16(__m512i x) { return _mm512_add_epi16(x, x); }
static inline __m512i twice_32(__m512i x) { return _mm512_add_epi32(x, x); }
static inline __m512i twice_64(__m512i x) { return _mm512_add_epi64(x, x); }

static inline __mmask16 is_kept_float(__m512i x, __m512i from)
{
    return _mm512_cmp_ps_mask(_mm512_castsi512_ps(x), _mm512_castsi512_ps(from), _CMP_GE_OQ);
}

static inline __mmask8 is_kept_double(__m512i x, __m512i from)
{
    return _mm512_cmp_pd_mask(_mm512_castsi512_pd(x), _mm512_castsi512_pd(from), _CMP_GE_OQ);
}

static inline __m512i spread_8(const void *p) { return _mm512_set1_epi8(*(const signed char *)p); }

static inline __m512i spread_16(const void *p)
{
    int16_t bits;
    memcpy(&bits, p, sizeof bits);
    return _mm512_set1_epi16(bits);
}

static inline __m512i spread_32(const void *p)
{
    int32_t bits;
    memcpy(&bits, p, sizeof bits);
    return _mm512_set1_epi32(bits);
}

static inline __m512i spread_64(const void *p)
{
    int64_t bits;
    memcpy(&bits, p, sizeof bits);
    return _mm512_set1_epi64(bits);
}

/* The first n items of a block. */
#define FIRST(n) ((n) >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << (n)) - 1)

/* Whole blocks are stored as long as there is room for them, which is cheaper than parts of them. */
#define DEFINE_KEEP(type, bits, mask_type, is_kept, twice)                                                                     \
    static size_t keep_##type(const void *numbers, const void *least, size_t n_kept, const void *end, void *kept)              \
    {                                                                                                                          \
        enum { N_ITEMS = sizeof(__m512i) / sizeof(type) };                                                                     \
        const type *items = numbers, *items_end = end;                                                                         \
        type *out = kept, *out_end = out + n_kept;                                                                             \
        const __m512i from = spread_##bits(least);                                                                             \
        for (; out_end - out >= N_ITEMS && items_end - items >= N_ITEMS; items += N_ITEMS) {                                   \
            __m512i block = _mm512_loadu_si512(items);                                                                         \
            uint64_t mask = is_kept(block, from);                                                                              \
            _mm512_storeu_si512(out, _mm512_maskz_compress_epi##bits((mask_type)mask, twice(block)));                          \
            out += __builtin_popcountll(mask);                                                                                 \
        }                                                                                                                      \
        while (out < out_end) {                                                                                                \
            size_t n = (size_t)(items_end - items) < N_ITEMS ? (size_t)(items_end - items) : N_ITEMS;                          \
            __m512i block = _mm512_maskz_loadu_epi##bits((mask_type)FIRST(n), items);                                          \
            uint64_t mask = is_kept(block, from) & FIRST(n);                                                                   \
            unsigned n_found = (unsigned)__builtin_popcountll(mask), room = (unsigned)(out_end - out < 64 ? out_end - out : 64); \
            if (n_found > room) n_found = room;                                                                                \
            __m512i found = _mm512_maskz_compress_epi##bits((mask_type)mask, twice(block));                                    \
            _mm512_mask_storeu_epi##bits(out, (mask_type)FIRST(n_found), found);                                               \
            out += n_found;                                                                                                    \
            items += n;                                                                                                        \
            if (n == 0) break;                                                                                                 \
        }                                                                                                                      \
        return (size_t)(out - (type *)kept);                                                                                   \
    }

DEFINE_KEEP(int8_t, 8, __mmask64, _mm512_cmpge_epi8_mask, twice_8)
DEFINE_KEEP(uint8_t, 8, __mmask64, _mm512_cmpge_epu8_mask, twice_8)
DEFINE_KEEP(int16_t, 16, __mmask32, _mm512_cmpge_epi16_mask, twice_16)
DEFINE_KEEP(uint16_t, 16, __mmask32, _mm512_cmpge_epu16_mask, twice_16)
DEFINE_KEEP(int32_t, 32, __mmask16, _mm512_cmpge_epi32_mask, twice_32)
DEFINE_KEEP(uint32_t, 32, __mmask16, _mm512_cmpge_epu32_mask, twice_32)
DEFINE_KEEP(int64_t, 64, __mmask8, _mm512_cmpge_epi64_mask, twice_64)
DEFINE_KEEP(uint64_t, 64, __mmask8, _mm512_cmpge_epu64_mask, twice_64)
DEFINE_KEEP(float, 32, __mmask16, is_kept_float, twice_float)
DEFINE_KEEP(double, 64, __mmask8, is_kept_double, twice_double)
#define KEEP(type) keep_##type

#include "numeric/simd/kernels_template.h"

TP_END_VARIANT
#endif
