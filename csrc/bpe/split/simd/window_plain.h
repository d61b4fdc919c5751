/* Windows in plain C, for the variants that split text. */
#ifndef TEXTPROC_BPE_SPLIT_WINDOW_PLAIN_H
#define TEXTPROC_BPE_SPLIT_WINDOW_PLAIN_H

#include <stddef.h>
#include <stdint.h>

#include "base/simd/block_plain.h"

static inline uint64_t is_letter(tp_block block)
{
    for (int i = 0; i < 8; i++) block.eights[i] |= 0x20 * ONES;
    return is_between(block, 'a', 'z');
}

static inline uint64_t is_beyond_ascii(tp_block block)
{
    uint64_t all = 0, mask = 0;
    for (int i = 0; i < 8; i++) all |= block.eights[i];
    if ((all & HIGH) == 0) return 0;
    for (int i = 0; i < 8; i++) mask |= gather(block.eights[i] & HIGH) << 8 * i;
    return mask;
}

#define MASKS_ARE_CHEAP false

#include "bpe/split/simd/window_template.h"

#endif
