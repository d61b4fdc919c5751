/* Code with a variant for each instruction set: how the file of a variant tells the compiler which instructions it may use, and
 * how the variant in use is chosen.
 *
 *     #include "base/variants.h"
 *
 *     #ifdef TP_HAS_X86_VARIANTS
 *     TP_BEGIN_VARIANT(TP_AVX2)
 *     … includes, functions …
 *     TP_END_VARIANT
 *     #endif */
#ifndef TEXTPROC_BASE_VARIANTS_H
#define TEXTPROC_BASE_VARIANTS_H

#include "base/cpu.h"

/* The instructions that the variants may use, which are those that base/cpu.c checks for. Only variants that need FMA name it,
 * because a compiler that may use it can fuse a product with a sum, which changes the result. */
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

/* Selects the variant in use of a function or constant with the names name_plain, name_neon, name_avx2 and name_avx512.
 * TP_X86_VARIANT is for names without a NEON variant. Compilers use NEON without being told, because all of its machines have
 * it. */
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
