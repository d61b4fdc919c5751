/* The reader of JSON lines for AVX2. */
#include "base/variants.h"

#ifdef TP_HAS_X86_VARIANTS
TP_BEGIN_VARIANT(TP_AVX2)

#include "base/simd/block_avx2.h"

#define READ tp_json_read_avx2

#include "documents/simd/json_template.h"

TP_END_VARIANT
#endif
