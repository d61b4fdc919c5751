/* The instruction sets that this machine supports, and the one in use. */
#ifndef TEXTPROC_BASE_CPU_H
#define TEXTPROC_BASE_CPU_H

#include <stdatomic.h>

/* The variants of the scanners. The plain variant is C without intrinsics and is the reference for all others. */
typedef enum tp_simd { TP_SIMD_PLAIN, TP_SIMD_NEON, TP_SIMD_AVX2, TP_SIMD_AVX512, TP_N_SIMD } tp_simd;

/* The variant chosen last, or TP_SIMD_UNDECIDED. Only for tp_simd_in_use, which is called for each batch of words. */
enum { TP_SIMD_UNDECIDED = -1 };
extern _Atomic int tp_simd_chosen;
tp_simd tp_simd_choose(void);

/* Returns the variant in use: the best one that the machine supports, unless the environment variable TEXTPROC_SIMD or
 * tp_simd_select chose another one. */
static inline tp_simd tp_simd_in_use(void)
{
    int chosen = atomic_load_explicit(&tp_simd_chosen, memory_order_relaxed);
    return chosen == TP_SIMD_UNDECIDED ? tp_simd_choose() : (tp_simd)chosen;
}

/* The variants that this library was compiled with. None on Windows with GCC: there the stack is aligned to 16 bytes, GCC
 * spills 32 and 64 bytes at once to it, and the program crashes in about every other run:
 * https://gcc.gnu.org/bugzilla/show_bug.cgi?id=54412 */
#if defined(__x86_64__) && defined(__GNUC__) && (!defined(_WIN32) || defined(__clang__))
#define TP_HAS_X86_VARIANTS 1
#endif
#if defined(__aarch64__)
#define TP_HAS_NEON_VARIANT 1
#endif

#endif
