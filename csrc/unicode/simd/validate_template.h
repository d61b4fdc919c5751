/* Validation by looking up nibbles, written once for all instruction sets (Keiser and Lemire, "Validating UTF-8 in less than
 * one instruction per byte", Software: Practice and Experience 51, 2021). The file that includes this one defines
 *
 *     vector, VECTOR_NBYTES                     16, 32 or 64 bytes in a register
 *     load(p)                                   a vector from any address
 *     load_table(p)                             16 bytes, repeated as look_up wants them
 *     look_up(table, nibbles)                   of each byte, which is below 16, the byte of the table at that place
 *     high_nibbles(v), low_nibbles(v)
 *     subtract(v, byte)                         from each byte, stopping at 0
 *     and(v, w), or(v, w), xor(v, w), splat(byte)
 *     is_ascii(v), is_zero(v)
 *     VALIDATE                                  the name of the function to define
 *
 * Every way to be ill-formed shows in two bytes that follow each other, in the high and the low nibble of the first and the
 * high nibble of the second; or a continuation byte is missing or too much at the third or fourth place of a character. Each
 * way has a bit, and each of the three nibbles a set of ways that it allows; what all three allow has happened. */
#include "unicode/validate.h"

enum {
    NO_CONTINUATION = 1 << 0,  /* C0 … FF, then 00 … 7F or C0 … FF */
    NO_LEAD = 1 << 1,          /* 00 … 7F, then 80 … BF */
    OVERLONG_2 = 1 << 2,       /* C0, C1 */
    OVERLONG_3 = 1 << 3,       /* E0, then 80 … 9F */
    SURROGATE = 1 << 4,        /* ED, then A0 … BF */
    TOO_LARGE = 1 << 5,        /* F4 … FF, then 90 … BF */
    OVERLONG_4 = 1 << 6,       /* F0, then 80 … 8F; F5 … FF, then 80 … 8F is too large as well */
    TWO_CONTINUATIONS = 1 << 7 /* 80 … BF, then 80 … BF: valid for the third or fourth byte of a character */
};

/* The low nibble of the first byte is irrelevant for these. */
#define ANY_LOW (NO_CONTINUATION | NO_LEAD | TWO_CONTINUATIONS)
#define BEYOND_F4 (ANY_LOW | TOO_LARGE | OVERLONG_4)
#define LATER (NO_LEAD | OVERLONG_2 | TWO_CONTINUATIONS) /* what any continuation byte allows */

static const uint8_t ways_by_first_high[16] = {
    NO_LEAD, NO_LEAD, NO_LEAD, NO_LEAD, NO_LEAD, NO_LEAD, NO_LEAD, NO_LEAD,         /* 0 … 7 */
    TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS,     /* 8 … B */
    NO_CONTINUATION | OVERLONG_2, NO_CONTINUATION,                                  /* C, D */
    NO_CONTINUATION | OVERLONG_3 | SURROGATE, NO_CONTINUATION | TOO_LARGE | OVERLONG_4,
};
static const uint8_t ways_by_first_low[16] = {
    ANY_LOW | OVERLONG_2 | OVERLONG_3 | OVERLONG_4, ANY_LOW | OVERLONG_2, ANY_LOW, ANY_LOW, /* 0 … 3 */
    ANY_LOW | TOO_LARGE, BEYOND_F4, BEYOND_F4, BEYOND_F4,                                   /* 4 … 7 */
    BEYOND_F4, BEYOND_F4, BEYOND_F4, BEYOND_F4,                                             /* 8 … B */
    BEYOND_F4, BEYOND_F4 | SURROGATE, BEYOND_F4, BEYOND_F4,
};
static const uint8_t ways_by_second_high[16] = {
    NO_CONTINUATION, NO_CONTINUATION, NO_CONTINUATION, NO_CONTINUATION,
    NO_CONTINUATION, NO_CONTINUATION, NO_CONTINUATION, NO_CONTINUATION,
    LATER | OVERLONG_3 | OVERLONG_4, LATER | OVERLONG_3 | TOO_LARGE,                        /* 8, 9 */
    LATER | SURROGATE | TOO_LARGE, LATER | SURROGATE | TOO_LARGE,                           /* A, B */
    NO_CONTINUATION, NO_CONTINUATION, NO_CONTINUATION, NO_CONTINUATION,
};

typedef struct tables {
    vector first_high, first_low, second_high;
} tables;

/* Returns a vector that is zero unless something ill-formed is visible in these bytes. Reads p[-3 … VECTOR_NBYTES). */
static inline vector find_errors(const uint8_t *p, const tables *ways)
{
    vector here = load(p), before = load(p - 1);
    vector found = and(and(look_up(ways->first_high, high_nibbles(before)), look_up(ways->first_low, low_nibbles(before))),
                       look_up(ways->second_high, high_nibbles(here)));
    /* The third byte of E0 … FF and the fourth of F0 … FF: the high bit, which is that of TWO_CONTINUATIONS. */
    vector is_later = or(subtract(load(p - 2), 0xE0 - 0x80), subtract(load(p - 3), 0xF0 - 0x80));
    return xor(and(is_later, splat(0x80)), found);
}

enum { N_VECTORS = TP_VALIDATE_NBYTES / VECTOR_NBYTES };

static inline int is_block_ascii(const uint8_t *p)
{
    vector all = load(p);
    for (size_t i = 1; i < N_VECTORS; i++) all = or(all, load(p + i * VECTOR_NBYTES));
    return is_ascii(all);
}

static inline int is_block_well_formed(const uint8_t *p, const tables *ways)
{
    vector errors = find_errors(p, ways);
    for (size_t i = 1; i < N_VECTORS; i++) errors = or(errors, find_errors(p + i * VECTOR_NBYTES, ways));
    return is_zero(errors);
}

size_t VALIDATE(const uint8_t *text, size_t nbytes);

size_t VALIDATE(const uint8_t *text, size_t nbytes)
{
    const tables ways = {load_table(ways_by_first_high), load_table(ways_by_first_low), load_table(ways_by_second_high)};
    size_t done = 0;
    int is_after_ascii = 1; /* or at the start: a block of ASCII need not be checked for the rest of a character from the
                             * previous block */
    for (; nbytes - done >= TP_VALIDATE_NBYTES; done += TP_VALIDATE_NBYTES) {
        int is_of_ascii = is_block_ascii(text + done);
        if (!(is_of_ascii && is_after_ascii) && !is_block_well_formed(text + done, &ways)) break;
        is_after_ascii = is_of_ascii;
    }
    return done;
}
