/* Splitting with AVX2. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX2)

#include "bpe/split/simd/window_avx2.h"

#define SPLIT tp_split_avx2
#include "bpe/split/simd/split_template.h"

TP_END_VARIANT
#endif
