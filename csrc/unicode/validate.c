#include "unicode/validate.h"

#include "base/cpu.h"

size_t tp_validate_blocks_plain(const uint8_t *text, size_t nbytes);
size_t tp_validate_blocks_neon(const uint8_t *text, size_t nbytes);
size_t tp_validate_blocks_avx2(const uint8_t *text, size_t nbytes);
size_t tp_validate_blocks_avx512(const uint8_t *text, size_t nbytes);

size_t tp_validate_blocks(const uint8_t *text, size_t nbytes)
{
    switch (tp_simd_in_use()) {
#ifdef TP_HAS_X86_VARIANTS
    case TP_SIMD_AVX512:
        return tp_validate_blocks_avx512(text, nbytes);
    case TP_SIMD_AVX2:
        return tp_validate_blocks_avx2(text, nbytes);
#endif
#ifdef TP_HAS_NEON_VARIANT
    case TP_SIMD_NEON:
        return tp_validate_blocks_neon(text, nbytes);
#endif
    default:
        return tp_validate_blocks_plain(text, nbytes);
    }
}
