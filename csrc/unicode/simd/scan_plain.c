/* The scanner in plain C: eight bytes at a time in a 64-bit number. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"
#include "base/simd/block_plain.h"
#include "base/simd/edges_plain.h"
#include "unicode/lower.h"
#include "unicode/space.h"

#define SCAN tp_scan_plain

/* The same from 81 on. */
static inline uint64_t is_from_high(uint64_t eight, uint8_t low)
{
    return ((eight & ~HIGH) + (uint8_t)(0x100 - low) * ONES) & eight;
}

static inline uint64_t is_ascii_space(tp_block block)
{
    uint64_t mask = 0;
    for (int i = 0; i < 8; i++) {
        uint64_t eight = block.eights[i];
        uint64_t flags = (is_from(eight, 0x09) & ~is_from(eight, 0x0E)) | (is_from(eight, 0x1C) & ~is_from(eight, 0x21));
        mask |= gather(flags & HIGH) << 8 * i;
    }
    return mask;
}

static inline bool has_only_ascii(tp_block block)
{
    uint64_t all = 0;
    for (int i = 0; i < 8; i++) all |= block.eights[i];
    return (all & HIGH) == 0;
}

static inline void store_lowered(uint8_t *out, tp_block block)
{
    for (int i = 0; i < 8; i++) block.eights[i] = IN_LITTLE_ENDIAN(tp_ascii_lower_8(block.eights[i]));
    memcpy(out, &block, sizeof block);
}

#define HAS_FIND_BEYOND_ASCII
#include "unicode/simd/scan_template.h"

static inline uint64_t load_8(const uint8_t *p)
{
    uint64_t eight;
    memcpy(&eight, p, sizeof eight);
    return IN_LITTLE_ENDIAN(eight);
}

/* Flags the first byte of U+3000. It is the only relevant character with E3, which is frequent in Japanese. */
static inline uint64_t is_ideographic_space(uint64_t eight, const uint8_t *text)
{
    return is_zero((eight ^ 0xE3 * ONES) | (load_8(text + 1) ^ HIGH) | (load_8(text + 2) ^ HIGH));
}

/* Flags the first bytes of all other characters that may be white space or change in lower case, and of some that are
 * neither. */
static inline uint64_t is_lead_that_matters(uint64_t eight)
{
    return (is_from_high(eight, 0xC2) & ~is_from_high(eight, 0xE3)) | (is_from_high(eight, 0xEA) & ~is_from_high(eight, 0xEB)) |
           is_from_high(eight, 0xEF);
}

static inline bool is_within(uint8_t byte, uint8_t low, uint8_t high) { return (uint8_t)(byte - low) <= high - low; }

static inline bool maybe_upper_of_two_bytes(uint8_t lead, uint8_t second)
{
    if (lead <= 0xC9 || lead == 0xCD || is_within(lead, 0xD2, 0xD4)) return true;
    return (lead == 0xCE && is_within(second, 0x86, 0xAB)) || (lead == 0xCF && is_within(second, 0x8F, 0xBF)) ||
           (lead == 0xD0 && is_within(second, 0x80, 0xAF)) || (lead == 0xD1 && is_within(second, 0xA0, 0xBF)) ||
           (lead == 0xD5 && is_within(second, 0x80, 0x96));
}

/* Puts the character at `text`, whose bit is given, into the sets that the template's masks make. */
static void note_character(const uint8_t *text, uint64_t bit, beyond_ascii *found)
{
    uint8_t lead = text[0], second = text[1];
    if (lead == 0xC3) {
        if (is_within(second, 0x80, 0x9E) && second != 0x97) found->latin_capital |= bit;
    } else if (lead == 0xC2) {
        if (second == 0x85 || second == 0xA0) found->two_byte_space |= bit;
    } else if (lead < 0xE0) {
        if (maybe_upper_of_two_bytes(lead, second)) found->unlowered |= bit;
    } else if (lead == 0xE1) {
        if (second == 0x9A && text[2] == 0x80) found->three_byte_space |= bit;
        if (is_within(second, 0x82, 0xBF) && second != 0x9A) found->unlowered |= bit;
    } else if (lead == 0xE2) {
        if (tp_is_general_punctuation_space(second, text[2])) found->three_byte_space |= bit;
        if (is_within(second, 0x84, 0x86) || is_within(second, 0x92, 0x93) || is_within(second, 0xB0, 0xB3)) {
            found->unlowered |= bit;
        }
    } else if ((lead == 0xEA && is_within(second, 0x99, 0x9F)) || (lead == 0xEF && second == 0xBC) ||
               is_within(lead, 0xF0, 0xF4)) {
        found->unlowered |= bit;
    }
}

/* Irrelevant characters are sorted out eight bytes at a time; the rest are examined one by one. */
static inline beyond_ascii find_beyond_ascii(const uint8_t *text, tp_block here)
{
    beyond_ascii found = {0};
    uint64_t leads = 0;
    for (int i = 0; i < 8; i++) {
        leads |= gather(is_lead_that_matters(here.eights[i]) & HIGH) << 8 * i;
        found.three_byte_space |= gather(is_ideographic_space(here.eights[i], text + 8 * i)) << 8 * i;
    }
    for (; leads != 0; leads &= leads - 1) {
        size_t place = tp_lowest_bit(leads);
        note_character(text + place, UINT64_C(1) << place, &found);
    }
    return found;
}
