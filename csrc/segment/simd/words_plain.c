/* The words of UAX #29 in plain C. */
#include "base/simd/block_plain.h"

#define FIND_WORDS tp_find_words_plain

/* Flags bytes of at least `low`, which is 80 to FF, by their highest bit. */
static inline uint64_t is_from_high(uint64_t eight, uint8_t low)
{
    return ((eight & ~HIGH) + (uint8_t)(0x100 - low) * ONES) & eight & HIGH;
}

static inline uint64_t is_high_between(tp_block block, uint8_t low, uint8_t high)
{
    uint64_t mask = 0;
    for (int i = 0; i < 8; i++) {
        uint64_t eight = block.eights[i], above = high < 0xFF ? is_from_high(eight, (uint8_t)(high + 1)) : 0;
        mask |= gather(is_from_high(eight, low) & ~above) << 8 * i;
    }
    return mask;
}

#include "segment/simd/words_template.h"
