/* Splitting in plain C. */
#include "bpe/split/simd/window_plain.h"

#define SPLIT tp_split_plain
#include "bpe/split/simd/split_template.h"
