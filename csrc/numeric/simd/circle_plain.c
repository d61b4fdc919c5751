/* The counter of points for any machine; NEON, which has no product of 64 bits, would gain nothing. */
#define COUNT_BEYOND tp_count_beyond_plain

#include "numeric/simd/circle_template.h"
