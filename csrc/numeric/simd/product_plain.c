/* The kernel in plain C: a tile of 4 rows of 4 columns, as many as the 16 registers of most machines. */
#define KERNEL tp_product_plain

typedef double tp_vector;
enum { LANES = 1, TILE_ROWS = 4, TILE_VECTORS = 4 };

static inline tp_vector load(const double *p) { return *p; }
static inline void store(double *p, tp_vector vector) { *p = vector; }
static inline tp_vector broadcast(const double *p) { return *p; }
static inline tp_vector add(tp_vector a, tp_vector b) { return a + b; }
static inline tp_vector multiply_add(tp_vector a, tp_vector b, tp_vector c) { return a * b + c; }

#include "numeric/simd/product_template.h"
