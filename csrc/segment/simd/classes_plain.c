/* The scanner for classes in plain C: a table tells of each byte. */
#include "base/compiler.h"
#include "base/simd/block_plain.h"
#include "base/simd/edges_plain.h"
#include "segment/class_words.h"

#define NEXT_WORDS tp_next_class_words_plain
#define FIND_EDGES tp_find_class_edges_plain

static inline uint64_t is_member(const tp_class_rule *rule, tp_block block)
{
    uint64_t mask = 0;
    for (size_t i = 0; i < 8; i++) {
        for (size_t j = 0; j < 8; j++) mask |= (uint64_t)rule->ascii[block.eights[i] >> 8 * j & 0xFF] << (8 * i + j);
    }
    return mask;
}

static inline uint64_t has_high_bit(tp_block block)
{
    uint64_t mask = 0;
    for (int i = 0; i < 8; i++) mask |= gather(block.eights[i] & HIGH) << 8 * i;
    return mask;
}

static inline uint64_t is_lead(tp_block block)
{
    uint64_t mask = 0;
    for (int i = 0; i < 8; i++) mask |= gather(block.eights[i] & block.eights[i] << 1 & HIGH) << 8 * i;
    return mask;
}

#include "segment/simd/classes_template.h"
