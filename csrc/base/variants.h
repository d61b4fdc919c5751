/* Code that comes in a variant for each instruction set: how a variant's file tells the compiler what it may use, and how the
 * variant in use is chosen.
 *
 *     #include "base/variants.h"
 *
 *     #ifdef TP_HAS_X86_VARIANTS
 *     TP_BEGIN_VARIANT(TP_AVX2)
 *     … includes, functions …
 *     TP_END_VARIANT
 *     #endif
 */
#ifndef TEXTPROC_BASE_VARIANTS_H
#define TEXTPROC_BASE_VARIANTS_H

#include "base/cpu.h"

/* What the variants may use: no more than base/cpu.c looks for. FMA is left to those that ask for it, since a compiler that knows
 * of it may fuse a product with a sum, which changes the result. */
#define TP_AVX2 "avx2,bmi,bmi2,popcnt"
#define TP_AVX2_FMA "avx2,fma"
#define TP_AVX512 "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,bmi,bmi2,popcnt"

#define TP_PRAGMA(words) _Pragma(#words)
#if defined(__clang__)
#define TP_BEGIN_VARIANT(set) TP_PRAGMA(clang attribute push(__attribute__((target(set))), apply_to = function))
#define TP_END_VARIANT TP_PRAGMA(clang attribute pop)
#elif defined(__GNUC__)
#define TP_BEGIN_VARIANT(set) TP_PRAGMA(GCC push_options) TP_PRAGMA(GCC target(set))
#define TP_END_VARIANT TP_PRAGMA(GCC pop_options)
#endif

/* The variant in use of a function or a constant that is called name_plain, name_neon, name_avx2 and name_avx512: of one that has
 * no variant for NEON, TP_X86_VARIANT. Compilers know NEON, which all of its machines have, without being told. */
#ifdef TP_HAS_X86_VARIANTS
#define TP_X86_VARIANT(name) \
    (tp_simd_in_use() == TP_SIMD_AVX512 ? name##_avx512 : tp_simd_in_use() == TP_SIMD_AVX2 ? name##_avx2 : name##_plain)
#else
#define TP_X86_VARIANT(name) (name##_plain)
#endif

#ifdef TP_HAS_NEON_VARIANT
#define TP_VARIANT(name) (tp_simd_in_use() == TP_SIMD_NEON ? name##_neon : name##_plain)
#else
#define TP_VARIANT(name) TP_X86_VARIANT(name)
#endif

#endif
