/* Encoding with AVX2. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX2)

#include "bpe/split/simd/window_avx2.h"

#define ENCODE tp_encode_avx2
#include "bpe/encode/simd/encode_template.h"

TP_END_VARIANT
#endif
