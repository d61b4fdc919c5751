/* The words of UAX #29 for AVX-512. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX512)

#include "base/simd/block_avx512.h"

#define FIND_WORDS tp_find_words_avx512
#define is_high_between is_between

#include "segment/simd/words_template.h"

TP_END_VARIANT
#endif
