/* Windows in NEON, for the variants that split text. */
#ifndef TEXTPROC_BPE_SPLIT_WINDOW_NEON_H
#define TEXTPROC_BPE_SPLIT_WINDOW_NEON_H

#include <arm_neon.h>
#include <stdint.h>

#include "base/simd/block_neon.h"

static inline uint64_t is_letter(tp_block block)
{
    for (int i = 0; i < 4; i++) block.val[i] = vorrq_u8(block.val[i], vdupq_n_u8(0x20));
    return is_between(block, 'a', 'z');
}

static inline uint64_t is_beyond_ascii(tp_block block)
{
    return to_mask(vcgeq_u8(block.val[0], vdupq_n_u8(0x80)), vcgeq_u8(block.val[1], vdupq_n_u8(0x80)),
                   vcgeq_u8(block.val[2], vdupq_n_u8(0x80)), vcgeq_u8(block.val[3], vdupq_n_u8(0x80)));
}

#define MASKS_ARE_CHEAP true

#include "bpe/split/simd/window_template.h"

#endif
