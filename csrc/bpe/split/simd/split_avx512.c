/* Splitting with AVX-512. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX512)

#include "bpe/split/simd/window_avx512.h"

#define SPLIT tp_split_avx512
#include "bpe/split/simd/split_template.h"

TP_END_VARIANT
#endif
