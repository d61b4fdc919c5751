/* The kernel for NEON: 24 of the 32 registers hold a tile of 6 rows of 8 columns. */
#include "base/variants.h"

#ifdef TP_HAS_NEON_VARIANT

#include <arm_neon.h>

#define KERNEL tp_product_neon

typedef float64x2_t tp_vector;
enum { LANES = 2, TILE_ROWS = 6, TILE_VECTORS = 4 };

static inline tp_vector load(const double *p) { return vld1q_f64(p); }
static inline void store(double *p, tp_vector vector) { vst1q_f64(p, vector); }
static inline tp_vector broadcast(const double *p) { return vld1q_dup_f64(p); }
static inline tp_vector add(tp_vector a, tp_vector b) { return vaddq_f64(a, b); }
static inline tp_vector multiply_add(tp_vector a, tp_vector b, tp_vector c) { return vfmaq_f64(c, a, b); }

#include "numeric/simd/product_template.h"

#endif
