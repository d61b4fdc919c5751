/* The loops for AVX2 with BMI2: Haswell (2013), Zen (2017) and later. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX2)

#include <immintrin.h>
#include <string.h>

#include "numeric/keep.h"
#include "numeric/kernels.h"

#define KERNELS tp_kernels_avx2

typedef __m256d vector;
enum { N_IN_VECTOR = 4 };

static inline vector load(const double *p) { return _mm256_loadu_pd(p); }
static inline void store(double *p, vector x) { _mm256_storeu_pd(p, x); }
static inline vector spread(double x) { return _mm256_set1_pd(x); }
static inline vector add(vector a, vector b) { return _mm256_add_pd(a, b); }
static inline vector subtract(vector a, vector b) { return _mm256_sub_pd(a, b); }
static inline vector multiply_vectors(vector a, vector b) { return _mm256_mul_pd(a, b); }
static inline vector magnitude(vector a) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a); }
static inline vector smaller(vector a, vector b) { return _mm256_min_pd(a, b); }
static inline vector greater(vector a, vector b) { return _mm256_max_pd(a, b); }

DEFINE_PLAIN_KEEP(int8_t, uint8_t)
DEFINE_PLAIN_KEEP(uint8_t, uint8_t)
DEFINE_PLAIN_KEEP(int16_t, uint16_t)
DEFINE_PLAIN_KEEP(uint16_t, uint16_t)

/* Moves those 32-bit items of a block whose bit is set to its beginning. */
static inline __m256i compress(__m256i block, unsigned mask)
{
    uint64_t bytes = _pdep_u64(mask, UINT64_C(0x0101010101010101)) * 0xFF;
    uint64_t places = _pext_u64(UINT64_C(0x0706050403020100), bytes);
    return _mm256_permutevar8x32_epi32(block, _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)places)));
}

static inline unsigned bits_of(__m256i is_kept) { return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(is_kept)); }

static inline __m256i twice_32(__m256i x) { return _mm256_add_epi32(x, x); }
static inline __m256i twice_64(__m256i x) { return _mm256_add_epi64(x, x); }

static inline __m256i twice_float(__m256i x)
{
    __m256 number = _mm256_castsi256_ps(x);
    return _mm256_castps_si256(_mm256_add_ps(number, number));
}

static inline __m256i twice_double(__m256i x)
{
    __m256d number = _mm256_castsi256_pd(x);
    return _mm256_castpd_si256(_mm256_add_pd(number, number));
}

/* All bits are set where x is below `from`, and none where x >= from. */
static inline __m256i is_below_int32(__m256i x, __m256i from) { return _mm256_cmpgt_epi32(from, x); }
static inline __m256i is_below_int64(__m256i x, __m256i from) { return _mm256_cmpgt_epi64(from, x); }

static inline __m256i is_below_uint32(__m256i x, __m256i from)
{
    __m256i sign = _mm256_set1_epi32(INT32_MIN);
    return _mm256_cmpgt_epi32(_mm256_xor_si256(from, sign), _mm256_xor_si256(x, sign));
}

static inline __m256i is_below_uint64(__m256i x, __m256i from)
{
    __m256i sign = _mm256_set1_epi64x(INT64_MIN);
    return _mm256_cmpgt_epi64(_mm256_xor_si256(from, sign), _mm256_xor_si256(x, sign));
}

static inline __m256i is_below_float(__m256i x, __m256i from)
{
    return _mm256_castps_si256(_mm256_cmp_ps(_mm256_castsi256_ps(x), _mm256_castsi256_ps(from), _CMP_NGE_UQ));
}

static inline __m256i is_below_double(__m256i x, __m256i from)
{
    return _mm256_castpd_si256(_mm256_cmp_pd(_mm256_castsi256_pd(x), _mm256_castsi256_pd(from), _CMP_NGE_UQ));
}

static inline __m256i spread_int32_t(const void *p)
{
    int32_t bits;
    memcpy(&bits, p, sizeof bits);
    return _mm256_set1_epi32(bits);
}

static inline __m256i spread_int64_t(const void *p)
{
    int64_t bits;
    memcpy(&bits, p, sizeof bits);
    return _mm256_set1_epi64x(bits);
}

/* A whole block is stored as long as there is room for it; the last ones are kept one by one. */
#define DEFINE_KEEP(type, sum, bits_type, is_below, twice)                                                                     \
    DEFINE_PLAIN_KEEP(type, sum)                                                                                               \
    static size_t keep_vectors_##type(const void *numbers, const void *least, size_t n_kept, const void *end, void *kept)      \
    {                                                                                                                          \
        enum { N_ITEMS = sizeof(__m256i) / sizeof(type), N_BITS = 8 / N_ITEMS };                                               \
        const type *items = numbers, *items_end = end;                                                                         \
        type *out = kept, *out_end = out + n_kept;                                                                             \
        const __m256i from = spread_##bits_type(least);                                                                        \
        for (; out_end - out >= N_ITEMS && items_end - items >= N_ITEMS; items += N_ITEMS) {                                   \
            __m256i block = _mm256_loadu_si256((const __m256i *)items);                                                        \
            unsigned mask = ~bits_of(is_below(block, from)) & 0xFF;                                                            \
            _mm256_storeu_si256((__m256i *)out, compress(twice(block), mask));                                                 \
            out += (unsigned)__builtin_popcount(mask) / N_BITS;                                                                \
        }                                                                                                                      \
        return (size_t)(out - (type *)kept) + keep_##type(items, least, (size_t)(out_end - out), items_end, out);              \
    }

DEFINE_KEEP(int32_t, uint32_t, int32_t, is_below_int32, twice_32)
DEFINE_KEEP(uint32_t, uint32_t, int32_t, is_below_uint32, twice_32)
DEFINE_KEEP(int64_t, uint64_t, int64_t, is_below_int64, twice_64)
DEFINE_KEEP(uint64_t, uint64_t, int64_t, is_below_uint64, twice_64)
DEFINE_KEEP(float, float, int32_t, is_below_float, twice_float)
DEFINE_KEEP(double, double, int64_t, is_below_double, twice_double)
#define keep_vectors_int8_t keep_int8_t
#define keep_vectors_uint8_t keep_uint8_t
#define keep_vectors_int16_t keep_int16_t
#define keep_vectors_uint16_t keep_uint16_t
#define KEEP(type) keep_vectors_##type

#include "numeric/simd/kernels_template.h"

TP_END_VARIANT
#endif
