/* The scanner for classes, written once for all instruction sets. The file that includes this one defines
 *
 *     tp_block, load(p)                64 bytes in registers, from any address
 *     is_member(rule, block)           a mask of 64 bits, the lowest for the first byte: the ASCII characters of the class
 *     has_high_bit(block)              the bytes of characters beyond ASCII
 *     is_lead(block)                   the first bytes of these
 *     NEXT_WORDS                       the name of the function to define
 */
#include <string.h>

#include "base/compiler.h"
#include "segment/class_words.h"

tp_next_words NEXT_WORDS;

size_t NEXT_WORDS(const tp_words_rule *any_rule, const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans,
                  size_t capacity)
{
    const tp_class_rule *rule = (const tp_class_rule *)(const void *)any_rule;
    const bool is_simple = !rule->starts_at_boundary && !rule->ends_at_boundary;
    const size_t min_length = rule->min_length;
    size_t n = 0, start = 0;
    uint64_t inside = 0;    /* bit 0: the byte before the block belongs to a run, which begins at `start` */
    uint64_t following = 0; /* the bytes at the start of the block of a member that began in the previous one */
    bool has_beyond = false; /* whether the open run may have characters beyond ASCII */
    for (size_t offset = *at; offset < nbytes + (inside != 0); offset += 64) {
        uint8_t copy[64];
        const uint8_t *here = text + offset;
        size_t n_here = offset < nbytes ? nbytes - offset : 0;
        uint64_t within = ~UINT64_C(0);
        if (n_here < 64) {
            memset(copy, 0, sizeof copy);
            if (n_here > 0) memcpy(copy, here, n_here);
            here = copy;
            within = (UINT64_C(1) << n_here) - 1;
        }
        tp_block block = load(here);
        uint64_t members = is_member(rule, block) & within, beyond = has_high_bit(block);
        if ((beyond | following) != 0) {
            uint64_t next_following;
            members |= following | tp_class_mask_beyond(rule, text, nbytes, offset, is_lead(block), &next_following);
            following = next_following;
        }
        uint64_t changes = members ^ (members << 1 | inside);
        if (inside == 0) has_beyond = false;
        has_beyond |= beyond != 0;
        for (; changes != 0; changes &= changes - 1) {
            size_t place = offset + tp_lowest_bit(changes);
            inside ^= 1;
            if (inside != 0) {
                start = place;
                continue;
            }
            tp_span run = {start, place};
            if (is_simple && (!has_beyond || place - start >= 4 * min_length)) {
                spans[n] = run;
                n += place - start >= min_length;
            } else if (tp_class_accepts(rule, text, nbytes, &run)) {
                spans[n++] = run;
            }
            if (n == capacity) {
                *at = place;
                return n;
            }
        }
        inside = members >> 63;
    }
    *at = nbytes;
    return n;
}
