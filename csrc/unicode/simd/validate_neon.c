/* Validation for NEON. */
#include "base/variants.h"

#ifdef TP_HAS_NEON_VARIANT

#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>

#define VALIDATE tp_validate_blocks_neon
#define VECTOR_NBYTES 16

typedef uint8x16_t vector;

static inline vector load(const uint8_t *p) { return vld1q_u8(p); }
static inline vector load_table(const uint8_t *p) { return vld1q_u8(p); }
static inline vector and(vector v, vector w) { return vandq_u8(v, w); }
static inline vector or(vector v, vector w) { return vorrq_u8(v, w); }
static inline vector xor(vector v, vector w) { return veorq_u8(v, w); }
static inline vector splat(uint8_t byte) { return vdupq_n_u8(byte); }
static inline vector look_up(vector table, vector nibbles) { return vqtbl1q_u8(table, nibbles); }
static inline vector low_nibbles(vector v) { return and(v, splat(0x0F)); }
static inline vector high_nibbles(vector v) { return vshrq_n_u8(v, 4); }
static inline vector subtract(vector v, uint8_t byte) { return vqsubq_u8(v, splat(byte)); }
static inline int is_ascii(vector v) { return vmaxvq_u8(v) < 0x80; }
static inline int is_zero(vector v) { return vmaxvq_u8(v) == 0; }

#include "unicode/simd/validate_template.h"

#endif
