/* Encoding with NEON. */
#include "base/variants.h"

#ifdef TP_HAS_NEON_VARIANT

#include "bpe/split/simd/window_neon.h"

#define ENCODE tp_encode_neon
#include "bpe/encode/simd/encode_template.h"

#endif
