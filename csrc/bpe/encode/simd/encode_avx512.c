/* Encoding with AVX-512. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX512)

#include "bpe/split/simd/window_avx512.h"

#define ENCODE tp_encode_avx512
#include "bpe/encode/simd/encode_template.h"

TP_END_VARIANT
#endif
