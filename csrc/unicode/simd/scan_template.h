/* The scanner, written once for all instruction sets. The file that includes this one defines
 *
 *     tp_block                                  64 bytes in registers
 *     load(p)                                   a block from any address
 *     is_equal(block, byte)                     a mask of 64 bits, the lowest for the first byte, as the following
 *     is_between(block, low, high)              unsigned, both ends included
 *     is_ascii_space(block)
 *     has_only_ascii(block)                     true or false
 *     store_lowered(out, block)                 with ASCII letters lowered
 *     put_edges(mask, offset, out)              appends the offsets of a mask's bits plus `offset`; may write 64 entries
 *     SCAN                                      the name of the function to define
 *
 * and, if it has a better way than by such masks, find_beyond_ascii, with HAS_FIND_BEYOND_ASCII.
 *
 * All multi-byte white space and all characters that lowering changes are found by their first two or three bytes; what is not
 * valid UTF-8 is taken for something or other without harm. */
#include <string.h>

#include "base/compiler.h"
#include "unicode/scan.h"

typedef struct scan_state {
    uint64_t after_space; /* bit 0: the byte before the block is white space */
    uint64_t space_carry; /* white space that began in the previous block: its bytes at the start of this one */
    uint64_t latin_carry; /* bit 0: the previous block ended with the first byte of a Latin capital */
} scan_state;

/* The first bytes of characters beyond ASCII. */
typedef struct beyond_ascii {
    uint64_t two_byte_space;
    uint64_t three_byte_space;
    uint64_t latin_capital; /* U+00C0 … U+00DE except U+00D7: 20 is to be added to the second byte */
    uint64_t unlowered;
} beyond_ascii;

/* Processes a block that is not all ASCII. Reads text[0 … 66). */
static inline beyond_ascii find_beyond_ascii(const uint8_t *text, tp_block here);

#ifndef HAS_FIND_BEYOND_ASCII

static inline uint64_t two_byte_space(tp_block here, tp_block next)
{
    return is_equal(here, 0xC2) & (is_equal(next, 0x85) | is_equal(next, 0xA0)); /* U+0085, U+00A0 */
}

/* U+1680; U+2000 … U+200A, U+2028, U+2029, U+202F, U+205F; U+3000. */
static inline uint64_t three_byte_space(tp_block here, tp_block next, tp_block third)
{
    uint64_t is_80 = is_equal(next, 0x80), ends_80 = is_equal(third, 0x80);
    uint64_t general = is_80 & (is_between(third, 0x80, 0x8A) | is_between(third, 0xA8, 0xA9) | is_equal(third, 0xAF));
    general |= is_equal(next, 0x81) & is_equal(third, 0x9F);
    return (is_equal(here, 0xE1) & is_equal(next, 0x9A) & ends_80) | (is_equal(here, 0xE2) & general) |
           (is_equal(here, 0xE3) & is_80 & ends_80);
}

/* The first bytes of characters that lower-casing may change. Of two-byte characters: U+0100 … U+027F (C4 … C9), U+0340 …
 * U+037F (CD), Greek capitals and Coptic (CE 86 … AB, CF 8F … BF), Cyrillic capitals and the letters beyond Russian (D0 80 …
 * AF, D1 A0 … D3), U+0500 … U+053F (D4), Armenian capitals (D5 80 … 96). Of three-byte characters: Georgian, Cherokee, Latin
 * and Greek (E1 82 … BF), letter-like ones, Roman and circled numbers (E2 84 … 93), Glagolitic and Coptic (E2 B0 … B3),
 * Cyrillic and Latin (EA 99 … 9F), full-width (EF BC). All four-byte characters. A test compares this with the generated
 * tables. */
static inline uint64_t maybe_upper(tp_block here, tp_block next)
{
    uint64_t found = is_between(here, 0xC4, 0xC9);
    if (is_between(here, 0xCD, 0xD5) != 0) {
        found |= is_equal(here, 0xCD) | is_between(here, 0xD2, 0xD4);
        found |= is_equal(here, 0xCE) & is_between(next, 0x86, 0xAB);
        found |= is_equal(here, 0xCF) & is_between(next, 0x8F, 0xBF);
        found |= is_equal(here, 0xD0) & is_between(next, 0x80, 0xAF);
        found |= is_equal(here, 0xD1) & is_between(next, 0xA0, 0xBF);
        found |= is_equal(here, 0xD5) & is_between(next, 0x80, 0x96);
    }
    if (is_between(here, 0xE1, 0xF4) == 0) return found;
    found |= is_equal(here, 0xE1) & is_between(next, 0x82, 0xBF) & ~is_equal(next, 0x9A);
    found |= is_equal(here, 0xE2) &
             (is_between(next, 0x84, 0x86) | is_between(next, 0x92, 0x93) | is_between(next, 0xB0, 0xB3));
    found |= is_equal(here, 0xEA) & is_between(next, 0x99, 0x9F);
    found |= is_equal(here, 0xEF) & is_equal(next, 0xBC);
    return found | is_between(here, 0xF0, 0xF4);
}

static inline beyond_ascii find_beyond_ascii(const uint8_t *text, tp_block here)
{
    tp_block next = load(text + 1);
    beyond_ascii found = {.two_byte_space = two_byte_space(here, next), .unlowered = maybe_upper(here, next)};
    if (is_between(here, 0xE1, 0xE3) != 0) found.three_byte_space = three_byte_space(here, next, load(text + 2));
    found.latin_capital = is_equal(here, 0xC3) & is_between(next, 0x80, 0x9E) & ~is_equal(next, 0x97);
    return found;
}

#endif

static void lower_latin(uint8_t *lowered, uint64_t mask)
{
    for (; mask != 0; mask &= mask - 1) lowered[tp_lowest_bit(mask)] |= 0x20;
}

static inline uint16_t *scan_block(const uint8_t *text, size_t offset, scan_state *state, tp_scan_chunk *chunk, uint16_t *edges)
{
    tp_block block = load(text);
    uint64_t space = is_ascii_space(block) | state->space_carry;
    store_lowered(chunk->lowered + offset, block);
    if (has_only_ascii(block)) {
        state->space_carry = state->latin_carry = 0;
    } else {
        beyond_ascii found = find_beyond_ascii(text, block);
        uint64_t two = found.two_byte_space, three = found.three_byte_space;
        space |= two | two << 1 | three | three << 1 | three << 2;
        state->space_carry = two >> 63 | three >> 63 | (three >> 63) << 1 | (three >> 62 & 1);
        lower_latin(chunk->lowered + offset, found.latin_capital << 1 | state->latin_carry);
        state->latin_carry = found.latin_capital >> 63;
        for (uint64_t mask = found.unlowered; mask != 0; mask &= mask - 1) {
            chunk->unlowered[chunk->n_unlowered++] = (uint16_t)(offset + tp_lowest_bit(mask));
        }
    }
    uint64_t changes = space ^ (space << 1 | state->after_space);
    state->after_space = space >> 63;
    return put_edges(changes, offset, edges);
}

/* The end of the text, of which only its own bytes may be read: a copy followed by white space. */
static inline uint16_t *scan_rest(const uint8_t *text, size_t nbytes, size_t offset, scan_state *state, tp_scan_chunk *chunk,
                                  uint16_t *edges)
{
    uint8_t copy[3 * TP_BLOCK_NBYTES];
    memset(copy, ' ', sizeof copy);
    memcpy(copy, text, nbytes);
    for (size_t i = 0; i <= nbytes; i += TP_BLOCK_NBYTES) edges = scan_block(copy + i, offset + i, state, chunk, edges);
    return edges;
}

size_t SCAN(const uint8_t *text, size_t nbytes, tp_scan_chunk *chunk);

size_t SCAN(const uint8_t *text, size_t nbytes, tp_scan_chunk *chunk)
{
    scan_state state = {.after_space = 1};
    uint16_t *edges = chunk->edges;
    size_t offset = 0;
    chunk->n_unlowered = chunk->n_dealt_with = 0;
    chunk->lowered_used = TP_SCANNED_NBYTES;
    /* A block looks two bytes ahead. */
    while (offset < TP_CHUNK_NBYTES && nbytes - offset >= TP_BLOCK_NBYTES + 2) {
        edges = scan_block(text + offset, offset, &state, chunk, edges);
        offset += TP_BLOCK_NBYTES;
    }
    if (offset < TP_CHUNK_NBYTES) {
        edges = scan_rest(text + offset, nbytes - offset, offset, &state, chunk, edges);
        chunk->unlowered[chunk->n_unlowered] = UINT16_MAX;
        chunk->n_words = (size_t)(edges - chunk->edges) / 2;
        return nbytes;
    }
    chunk->unlowered[chunk->n_unlowered] = UINT16_MAX;
    size_t n_edges = (size_t)(edges - chunk->edges);
    chunk->n_words = n_edges / 2;
    if (n_edges % 2 == 1) return chunk->edges[n_edges - 1]; /* the word continues: the next chunk begins with it */
    /* White space that begins in this chunk is processed in it, and its last bytes stand behind the blocks. */
    size_t n_behind = (size_t)((state.space_carry & 1) + (state.space_carry >> 1));
    memcpy(chunk->lowered + offset, text + offset, n_behind);
    return offset + n_behind;
}
