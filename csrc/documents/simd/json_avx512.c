/* The reader of JSON lines for AVX-512. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX512)

#include "base/simd/block_avx512.h"

#define READ tp_json_read_avx512

#include "documents/simd/json_template.h"

TP_END_VARIANT
#endif
