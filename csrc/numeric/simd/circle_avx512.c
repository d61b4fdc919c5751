/* The counter of points for AVX-512 with DQ, which multiplies 64 bits. */
#include "base/cpu.h"

#ifdef TP_HAS_X86_VARIANTS

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq")
#endif

#define COUNT_BEYOND tp_count_beyond_avx512

#include "numeric/simd/circle_template.h"

#ifdef __clang__
#pragma clang attribute pop
#endif

#else
typedef int tp_no_avx512_here; /* ISO C wants a translation unit to declare something */
#endif
