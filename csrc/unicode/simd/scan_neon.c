/* The scanner for NEON, which every aarch64 has. */
#include "base/variants.h"

#ifdef TP_HAS_NEON_VARIANT

#include <arm_neon.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/simd/block_neon.h"
#include "base/simd/edges_neon.h"

#define SCAN tp_scan_neon

static inline uint8x16_t quarter_space(uint8x16_t quarter)
{
    return vorrq_u8(quarter_between(quarter, 0x09, 0x0D), quarter_between(quarter, 0x1C, 0x20));
}

static inline uint64_t is_ascii_space(tp_block block)
{
    return to_mask(quarter_space(block.val[0]), quarter_space(block.val[1]), quarter_space(block.val[2]),
                   quarter_space(block.val[3]));
}

static inline bool has_only_ascii(tp_block block)
{
    return vmaxvq_u8(vorrq_u8(vorrq_u8(block.val[0], block.val[1]), vorrq_u8(block.val[2], block.val[3]))) < 0x80;
}

static inline void store_lowered(uint8_t *out, tp_block block)
{
    for (int i = 0; i < 4; i++) {
        uint8x16_t bit = vandq_u8(quarter_between(block.val[i], 'A', 'Z'), vdupq_n_u8(0x20));
        vst1q_u8(out + 16 * i, vorrq_u8(block.val[i], bit));
    }
}

#include "unicode/simd/scan_template.h"

#endif
