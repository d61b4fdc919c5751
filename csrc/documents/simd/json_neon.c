/* The reader of JSON lines for NEON. */
#include "base/variants.h"

#ifdef TP_HAS_NEON_VARIANT

#include "base/simd/block_neon.h"

#define READ tp_json_read_neon

#include "documents/simd/json_template.h"

#endif
