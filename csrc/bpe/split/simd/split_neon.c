/* Splitting with NEON. */
#include "base/variants.h"

#ifdef TP_HAS_NEON_VARIANT

#include "bpe/split/simd/window_neon.h"

#define SPLIT tp_split_neon
#include "bpe/split/simd/split_template.h"

#endif
