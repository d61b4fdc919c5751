/* Encoding in plain C. */
#include "bpe/split/simd/window_plain.h"

#define ENCODE tp_encode_plain
#include "bpe/encode/simd/encode_template.h"
