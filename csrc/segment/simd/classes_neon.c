/* The scanner for classes for NEON: two look-ups by four bits tell of 16 bytes. */
#include "base/variants.h"

#ifdef TP_HAS_NEON_VARIANT

#include <arm_neon.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/simd/block_neon.h"
#include "base/simd/edges_neon.h"
#include "segment/class_words.h"

#define NEXT_WORDS tp_next_class_words_neon
#define FIND_EDGES tp_find_class_edges_neon

/* The row of a byte, by its low four bits, and the bit in it, by its high four bits; bytes beyond ASCII have no bit. */
static inline uint8x16_t quarter_member(uint8x16_t rows, uint8x16_t quarter)
{
    static const uint8_t bits[16] = {1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t row = vqtbl1q_u8(rows, vandq_u8(quarter, vdupq_n_u8(0x0F)));
    return vtstq_u8(row, vqtbl1q_u8(vld1q_u8(bits), vshrq_n_u8(quarter, 4)));
}

static inline uint64_t is_member(const tp_class_rule *rule, tp_block block)
{
    uint8x16_t rows = vld1q_u8(rule->ascii_rows);
    return to_mask(quarter_member(rows, block.val[0]), quarter_member(rows, block.val[1]),
                   quarter_member(rows, block.val[2]), quarter_member(rows, block.val[3]));
}

static inline uint64_t has_high_bit(tp_block block) { return is_between(block, 0x80, 0xFF); }

static inline uint64_t is_lead(tp_block block) { return is_between(block, 0xC0, 0xFF); }

#include "segment/simd/classes_template.h"

#endif
