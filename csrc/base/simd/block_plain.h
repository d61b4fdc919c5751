/* A block of 64 bytes in plain C, processed as eight bytes in a 64-bit number. */
#ifndef TEXTPROC_UNICODE_BLOCK_PLAIN_H
#define TEXTPROC_UNICODE_BLOCK_PLAIN_H

#include <stdint.h>
#include <string.h>

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

/* Gathers the high bits of eight bytes, which have no other bits set, into eight bits: each product bit that is kept has one
 * source. */
static inline uint64_t gather(uint64_t flags) { return ((flags >> 7) * UINT64_C(0x0102040810204080)) >> 56; }

/* Flags exactly the zero bytes: adding to the lower seven bits carries into the eighth unless they are zero. */
static inline uint64_t is_zero(uint64_t eight) { return ~(((eight & ~HIGH) + ~HIGH) | eight | ~HIGH); }

/* Flags bytes of at least `low`, which is 1 to 80, by their highest bit: comparing the lower seven bits carries into it. */
static inline uint64_t is_from(uint64_t eight, uint8_t low)
{
    return ((eight & ~HIGH) + (uint8_t)(0x80 - low) * ONES) | eight;
}

static inline uint64_t is_equal(tp_block block, uint8_t byte)
{
    uint64_t mask = 0;
    for (int i = 0; i < 8; i++) mask |= gather(is_zero(block.eights[i] ^ byte * ONES)) << 8 * i;
    return mask;
}

static inline uint64_t is_between(tp_block block, uint8_t low, uint8_t high)
{
    uint64_t mask = 0;
    for (int i = 0; i < 8; i++) {
        uint64_t eight = block.eights[i];
        mask |= gather(is_from(eight, low) & ~is_from(eight, (uint8_t)(high + 1)) & HIGH) << 8 * i;
    }
    return mask;
}

#endif
