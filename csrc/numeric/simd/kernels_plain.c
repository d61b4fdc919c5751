/* The loops in C without intrinsics; compilers vectorise them with the instructions that every machine of the kind has. */
#include "numeric/keep.h"
#include "numeric/kernels.h"

#define KERNELS tp_kernels_plain

typedef double vector;
enum { N_IN_VECTOR = 1 };

static inline vector load(const double *p) { return *p; }
static inline void store(double *p, vector x) { *p = x; }
static inline vector spread(double x) { return x; }
static inline vector add(vector a, vector b) { return a + b; }
static inline vector subtract(vector a, vector b) { return a - b; }
static inline vector multiply_vectors(vector a, vector b) { return a * b; }
static inline vector magnitude(vector a) { return a < 0 ? -a : a; }
static inline vector smaller(vector a, vector b) { return a < b ? a : b; }
static inline vector greater(vector a, vector b) { return a > b ? a : b; }

DEFINE_PLAIN_KEEP(int8_t, uint8_t)
DEFINE_PLAIN_KEEP(uint8_t, uint8_t)
DEFINE_PLAIN_KEEP(int16_t, uint16_t)
DEFINE_PLAIN_KEEP(uint16_t, uint16_t)
DEFINE_PLAIN_KEEP(int32_t, uint32_t)
DEFINE_PLAIN_KEEP(uint32_t, uint32_t)
DEFINE_PLAIN_KEEP(int64_t, uint64_t)
DEFINE_PLAIN_KEEP(uint64_t, uint64_t)
DEFINE_PLAIN_KEEP(float, float)
DEFINE_PLAIN_KEEP(double, double)
#define KEEP(type) keep_##type

#include "numeric/simd/kernels_template.h"
