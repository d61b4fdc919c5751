/* The scanner in plain C: eight bytes at a time in a 64-bit number. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bits.h"
#include "unicode/lower.h"

#define SCAN tp_scan_plain

typedef struct tp_block {
    uint64_t eights[8];
} tp_block;

#define ONES UINT64_C(0x0101010101010101)
#define HIGH (0x80 * ONES)

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define IN_LITTLE_ENDIAN(eight) __builtin_bswap64(eight)
#else
#define IN_LITTLE_ENDIAN(eight) (eight)
#endif

static inline tp_block load(const uint8_t *p)
{
    tp_block block;
    memcpy(&block, p, sizeof block);
    for (int i = 0; i < 8; i++) block.eights[i] = IN_LITTLE_ENDIAN(block.eights[i]);
    return block;
}

/* The high bits of eight bytes, gathered into eight bits: each product bit that is kept comes from one of them. */
static inline uint64_t gather(uint64_t flags) { return ((flags >> 7) * UINT64_C(0x0102040810204080)) >> 56; }

/* Flags bytes of at least `low`, which is not 0: comparing the lower seven bits carries into the eighth. */
static inline uint64_t is_from(uint64_t eight, uint8_t low)
{
    uint64_t seven_bits = eight & ~HIGH;
    if (low < 0x80) return (seven_bits + (uint8_t)(0x80 - low) * ONES) | eight;
    return (seven_bits + (uint8_t)(0x100 - low) * ONES) & eight;
}

static inline uint64_t is_between(tp_block block, uint8_t low, uint8_t high)
{
    uint64_t mask = 0;
    for (int i = 0; i < 8; i++) {
        uint64_t flags = is_from(block.eights[i], low) & ~is_from(block.eights[i], (uint8_t)(high + 1)) & HIGH;
        mask |= gather(flags) << 8 * i;
    }
    return mask;
}

static inline uint64_t is_equal(tp_block block, uint8_t byte) { return is_between(block, byte, byte); }

static inline uint64_t is_not_ascii(tp_block block)
{
    uint64_t mask = 0;
    for (int i = 0; i < 8; i++) mask |= gather(block.eights[i] & HIGH) << 8 * i;
    return mask;
}

static inline void store_lowered(uint8_t *out, tp_block block)
{
    for (int i = 0; i < 8; i++) block.eights[i] = IN_LITTLE_ENDIAN(tp_ascii_lower_8(block.eights[i]));
    memcpy(out, &block, sizeof block);
}

static inline uint16_t *put_edges(uint64_t mask, size_t offset, uint16_t *out)
{
    for (; mask != 0; mask &= mask - 1) *out++ = (uint16_t)(offset + tp_lowest_bit(mask));
    return out;
}

#include "unicode/scan_template.h"
