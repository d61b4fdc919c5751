/* The counter of points for AVX-512 with DQ, which can multiply 64 bits. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX512)

#define COUNT_BEYOND tp_count_beyond_avx512

#include "numeric/simd/circle_template.h"

TP_END_VARIANT
#endif
