/* Marking of lead bytes for NEON. */
#include "base/variants.h"

#ifdef TP_HAS_NEON_VARIANT

#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>

#define MARK_LEADS tp_mark_leads_neon
#define VECTOR_NBYTES 16

typedef uint8x16_t vector;

static inline vector load(const uint8_t *p) { return vld1q_u8(p); }
static inline vector load_table(const uint8_t *p) { return vld1q_u8(p); }
static inline vector look_up(vector table, vector nibbles) { return vqtbl1q_u8(table, nibbles); }
static inline vector low_nibbles(vector v) { return vandq_u8(v, vdupq_n_u8(0x0F)); }
static inline vector high_nibbles(vector v) { return vshrq_n_u8(v, 4); }

/* Each byte keeps one bit of its half, and the sum of a half is its mask. */
static inline uint64_t have_common(vector v, vector w)
{
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    vector bits = vandq_u8(vtstq_u8(v, w), vld1q_u8(weights));
    return vaddv_u8(vget_low_u8(bits)) | (uint64_t)vaddv_u8(vget_high_u8(bits)) << 8;
}

#include "unicode/simd/leads_template.h"

#endif
