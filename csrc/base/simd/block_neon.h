/* A block of 64 bytes in four NEON registers. */
#ifndef TEXTPROC_UNICODE_BLOCK_NEON_H
#define TEXTPROC_UNICODE_BLOCK_NEON_H

#include <arm_neon.h>
#include <stdint.h>

typedef uint8x16x4_t tp_block;

static inline tp_block load(const uint8_t *p)
{
    return (tp_block){{vld1q_u8(p), vld1q_u8(p + 16), vld1q_u8(p + 32), vld1q_u8(p + 48)}};
}

/* Converts four vectors of all-or-nothing bytes to 64 bits: each byte keeps one bit, and three pairwise additions join them. */
static inline uint64_t to_mask(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d)
{
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t bit = vld1q_u8(weights);
    uint8x16_t ab = vpaddq_u8(vandq_u8(a, bit), vandq_u8(b, bit)), cd = vpaddq_u8(vandq_u8(c, bit), vandq_u8(d, bit));
    uint8x16_t all = vpaddq_u8(ab, cd);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(all, all)), 0);
}

static inline uint64_t is_equal(tp_block block, uint8_t byte)
{
    uint8x16_t wanted = vdupq_n_u8(byte);
    return to_mask(vceqq_u8(block.val[0], wanted), vceqq_u8(block.val[1], wanted), vceqq_u8(block.val[2], wanted),
                   vceqq_u8(block.val[3], wanted));
}

static inline uint8x16_t quarter_between(uint8x16_t quarter, uint8_t low, uint8_t high)
{
    return vcleq_u8(vsubq_u8(quarter, vdupq_n_u8(low)), vdupq_n_u8((uint8_t)(high - low)));
}

static inline uint64_t is_between(tp_block block, uint8_t low, uint8_t high)
{
    return to_mask(quarter_between(block.val[0], low, high), quarter_between(block.val[1], low, high),
                   quarter_between(block.val[2], low, high), quarter_between(block.val[3], low, high));
}

#endif
