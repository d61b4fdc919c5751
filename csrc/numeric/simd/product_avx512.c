/* The kernel for AVX-512: 24 of the 32 registers hold a tile of 8 rows of 24 columns, as in BLIS's for Skylake. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX512)

#include <immintrin.h>

#define KERNEL tp_product_avx512

typedef __m512d tp_vector;
enum { LANES = 8, TILE_ROWS = 8, TILE_VECTORS = 3 };

static inline tp_vector load(const double *p) { return _mm512_loadu_pd(p); }
static inline void store(double *p, tp_vector vector) { _mm512_storeu_pd(p, vector); }
static inline tp_vector broadcast(const double *p) { return _mm512_set1_pd(*p); }
static inline tp_vector add(tp_vector a, tp_vector b) { return _mm512_add_pd(a, b); }
static inline tp_vector multiply_add(tp_vector a, tp_vector b, tp_vector c) { return _mm512_fmadd_pd(a, b, c); }

#include "numeric/simd/product_template.h"

TP_END_VARIANT
#endif
