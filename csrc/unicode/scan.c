#include "unicode/scan.h"

#include "base/cpu.h"

size_t tp_scan_plain(const uint8_t *text, size_t nbytes, tp_chunk *chunk);
size_t tp_scan_neon(const uint8_t *text, size_t nbytes, tp_chunk *chunk);
size_t tp_scan_avx2(const uint8_t *text, size_t nbytes, tp_chunk *chunk);
size_t tp_scan_avx512(const uint8_t *text, size_t nbytes, tp_chunk *chunk);

size_t tp_scan(const uint8_t *text, size_t nbytes, tp_chunk *chunk)
{
    switch (tp_simd_in_use()) {
#ifdef TP_HAS_X86_VARIANTS
    case TP_SIMD_AVX512:
        return tp_scan_avx512(text, nbytes, chunk);
    case TP_SIMD_AVX2:
        return tp_scan_avx2(text, nbytes, chunk);
#endif
#ifdef TP_HAS_NEON_VARIANT
    case TP_SIMD_NEON:
        return tp_scan_neon(text, nbytes, chunk);
#endif
    default:
        return tp_scan_plain(text, nbytes, chunk);
    }
}
