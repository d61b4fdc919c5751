/* The scanner for classes, written once for all instruction sets. The file that includes this one defines
 *
 *     tp_block, load(p)                64 bytes in registers, from any address
 *     is_member(rule, block)           a mask of 64 bits, the lowest for the first byte: the ASCII characters of the class
 *     has_high_bit(block)              the bytes of characters beyond ASCII
 *     is_lead(block)                   the first bytes of these
 *     put_edges(mask, offset, out)     appends the offsets of a mask's bits plus `offset`; may write 64 entries
 *     NEXT_WORDS, FIND_EDGES           the names of the functions to define
 */
#include <string.h>

#include "base/compiler.h"
#include "segment/class_words.h"
#include "unicode/utf8.h"

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

/* Counts the characters of a short run. Eight bytes more may be read. */
static inline size_t count_characters(const uint8_t *run, size_t nbytes)
{
    /* From the middle minus n on, the first n bytes are all ones. */
    static const uint8_t ones_then_zeros[16] = {255, 255, 255, 255, 255, 255, 255, 255};
    size_t n = 0;
    for (size_t i = 0; i < nbytes; i += 8) {
        size_t n_here = nbytes - i < 8 ? nbytes - i : 8;
        uint64_t eight, mask;
        memcpy(&eight, run + i, sizeof eight);
        memcpy(&mask, ones_then_zeros + 8 - n_here, sizeof mask);
        uint64_t later = eight & ~(eight << 1) & mask & TP_UTF8_HIGH_BITS; /* 10 are the highest bits of later bytes */
        n += n_here - tp_count_bits(later);
    }
    return n;
}

/* Removes the runs that are too short from the edges. A run that reaches as far as so many characters can has them. */
static inline size_t drop_short_runs(const tp_class_rule *rule, const uint8_t *text, bool has_beyond, uint16_t *edges,
                                     size_t n_words)
{
    const size_t min_length = rule->min_length, longest = 4 * min_length;
    size_t n = 0;
    for (size_t i = 0; i < n_words; i++) {
        size_t start = edges[2 * i], end = edges[2 * i + 1], length = end - start;
        edges[2 * n] = (uint16_t)start;
        edges[2 * n + 1] = (uint16_t)end;
        if (has_beyond) length = count_characters(text + start, length < longest ? length : longest);
        n += length >= min_length;
    }
    return n;
}

tp_find_class_edges FIND_EDGES;

size_t FIND_EDGES(const tp_class_rule *rule, const uint8_t *text, size_t nbytes, uint16_t *edges)
{
    uint16_t *end = edges;
    uint64_t inside = 0, following = 0, all_beyond = 0;
    for (size_t offset = 0; offset <= nbytes; offset += 64) { /* a run that ends with the text ends in the block behind */
        size_t n_here = nbytes - offset;
        uint64_t within = n_here < 64 ? (UINT64_C(1) << n_here) - 1 : ~UINT64_C(0);
        tp_block block = load(text + offset);
        uint64_t members = is_member(rule, block), beyond = has_high_bit(block) & within;
        if ((beyond | following) != 0) {
            uint64_t next_following, leads = is_lead(block) & within;
            members |= following | tp_class_mask_beyond(rule, text, nbytes, offset, leads, &next_following);
            following = next_following;
            all_beyond |= beyond;
        }
        members &= within;
        end = put_edges(members ^ (members << 1 | inside), offset, end);
        inside = members >> 63;
    }
    size_t n_words = (size_t)(end - edges) / 2;
    return rule->min_length == 1 ? n_words : drop_short_runs(rule, text, all_beyond != 0, edges, n_words);
}
