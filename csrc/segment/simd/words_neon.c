/* The words of UAX #29 for NEON. */
#include "base/variants.h"

#ifdef TP_HAS_NEON_VARIANT

#include "base/simd/block_neon.h"

#define FIND_WORDS tp_find_words_neon
#define is_high_between is_between

#include "segment/simd/words_template.h"

#endif
