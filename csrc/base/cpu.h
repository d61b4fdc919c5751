/* Which instruction sets this machine has, and which one is in use. */
#ifndef TEXTPROC_BASE_CPU_H
#define TEXTPROC_BASE_CPU_H

#include <stdatomic.h>

/* The variants that the scanners come in. The plain one is C without intrinsics, and what all others must equal. */
typedef enum tp_simd { TP_SIMD_PLAIN, TP_SIMD_NEON, TP_SIMD_AVX2, TP_SIMD_AVX512, TP_N_SIMD } tp_simd;

/* What was chosen last, or TP_SIMD_UNDECIDED: for tp_simd_in_use alone, which is asked for each batch of words. */
enum { TP_SIMD_UNDECIDED = -1 };
extern _Atomic int tp_simd_chosen;
tp_simd tp_simd_choose(void);

/* The variant in use: the best one that the machine has, unless the environment variable TEXTPROC_SIMD or tp_simd_select has
 * chosen another one. */
static inline tp_simd tp_simd_in_use(void)
{
    int chosen = atomic_load_explicit(&tp_simd_chosen, memory_order_relaxed);
    return chosen == TP_SIMD_UNDECIDED ? tp_simd_choose() : (tp_simd)chosen;
}

/* Which variants this library was compiled with. Not on Windows with GCC, which spills 32 and 64 bytes at once to a stack that is
 * aligned to 16 there, and crashes in about every other run: https://gcc.gnu.org/bugzilla/show_bug.cgi?id=54412 */
#if defined(__x86_64__) && defined(__GNUC__) && (!defined(_WIN32) || defined(__clang__))
#define TP_HAS_X86_VARIANTS 1
#endif
#if defined(__aarch64__)
#define TP_HAS_NEON_VARIANT 1
#endif

#endif
