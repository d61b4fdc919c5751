/* The kernel for AVX2 with FMA: 12 of the 16 registers hold a tile of 4 rows of 12 columns. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX2_FMA)

#include <immintrin.h>

#define KERNEL tp_product_avx2

typedef __m256d tp_vector;
enum { LANES = 4, TILE_ROWS = 4, TILE_VECTORS = 3 };

static inline tp_vector load(const double *p) { return _mm256_loadu_pd(p); }
static inline void store(double *p, tp_vector vector) { _mm256_storeu_pd(p, vector); }
static inline tp_vector broadcast(const double *p) { return _mm256_set1_pd(*p); }
static inline tp_vector add(tp_vector a, tp_vector b) { return _mm256_add_pd(a, b); }
static inline tp_vector multiply_add(tp_vector a, tp_vector b, tp_vector c) { return _mm256_fmadd_pd(a, b, c); }

#include "numeric/simd/product_template.h"

TP_END_VARIANT
#endif
