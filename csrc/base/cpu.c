#include "base/cpu.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static const char *const names[TP_N_SIMD] = {"plain", "neon", "avx2", "avx512"};

_Atomic int tp_simd_chosen = TP_SIMD_UNDECIDED;

static bool is_available(tp_simd simd)
{
    switch (simd) {
    case TP_SIMD_PLAIN:
        return true;
#ifdef TP_HAS_NEON_VARIANT
    case TP_SIMD_NEON:
        return true; /* part of every aarch64 */
#endif
#ifdef TP_HAS_X86_VARIANTS
    case TP_SIMD_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
               __builtin_cpu_supports("bmi2");
    case TP_SIMD_AVX512:
        /* VBMI2 can compress bytes: Ice Lake (2019), Zen 4 (2022) and later. */
        return is_available(TP_SIMD_AVX2) && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2");
#endif
    default:
        return false;
    }
}

static bool find_by_name(const char *name, tp_simd *found)
{
    for (int i = 0; i < TP_N_SIMD; i++) {
        if (strcmp(names[i], name) == 0 && is_available((tp_simd)i)) {
            *found = (tp_simd)i;
            return true;
        }
    }
    return false;
}

static tp_simd best(void)
{
    tp_simd found = TP_SIMD_PLAIN;
    const char *wanted = getenv("TEXTPROC_SIMD");
    if (wanted != NULL && find_by_name(wanted, &found)) return found;
    for (int i = 0; i < TP_N_SIMD; i++) {
        if (is_available((tp_simd)i)) found = (tp_simd)i;
    }
    return found;
}

tp_simd tp_simd_choose(void)
{
    tp_simd chosen = best();
    atomic_store_explicit(&tp_simd_chosen, (int)chosen, memory_order_relaxed);
    return chosen;
}

const char *tp_simd_name(void) { return names[tp_simd_in_use()]; }

bool tp_simd_is_available(const char *name)
{
    tp_simd found;
    return find_by_name(name, &found);
}

tp_status tp_simd_select(const char *name, tp_error *error)
{
    tp_simd found = TP_SIMD_PLAIN;
    if (name != NULL && !find_by_name(name, &found)) {
        return tp_fail(error, TP_INVALID_ARGUMENT, 0, "this machine or library has no such instruction set");
    }
    atomic_store_explicit(&tp_simd_chosen, name == NULL ? TP_SIMD_UNDECIDED : (int)found, memory_order_relaxed);
    return TP_OK;
}
