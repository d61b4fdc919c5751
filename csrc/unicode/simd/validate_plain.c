/* Validation in plain C: blocks of ASCII at once, others with an automaton that takes one byte a step without branches.
 *
 * A state is a multiple of 6 below 64. The transitions of one byte from every state are one 64-bit number, with six bits at the
 * place that the state selects. A step is a load, which does not depend on the previous step, and a shift (P. Vognsen,
 * "Shift-based DFAs", 2021). */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "unicode/utf8.h"
#include "unicode/validate.h"

enum {
    ILL_FORMED = 0, /* permanent: no number has anything in its lowest six bits */
    BETWEEN = 6,    /* between characters */
    NEED_1 = 12,    /* inside a character, with this many continuation bytes before its end */
    NEED_2 = 18,
    NEED_3 = 24,
    BEHIND_E0 = 30, /* after a lead byte that allows only some second bytes: see tp_utf8_is_second */
    BEHIND_ED = 36,
    BEHIND_F0 = 42,
    BEHIND_F4 = 48,
    STATE_BITS = 63
};

#define STEP(from, to) ((uint64_t)(to) << (from))
#define CONTINUE (STEP(NEED_1, BETWEEN) | STEP(NEED_2, NEED_1) | STEP(NEED_3, NEED_2))
#define FROM_80 (CONTINUE | STEP(BEHIND_ED, NEED_1) | STEP(BEHIND_F4, NEED_2))
#define FROM_90 (CONTINUE | STEP(BEHIND_ED, NEED_1) | STEP(BEHIND_F0, NEED_2))
#define FROM_A0 (CONTINUE | STEP(BEHIND_E0, NEED_1) | STEP(BEHIND_F0, NEED_2))
#define ASCII STEP(BETWEEN, BETWEEN)
#define LEAD_2 STEP(BETWEEN, NEED_1)
#define LEAD_3 STEP(BETWEEN, NEED_2)
#define LEAD_4 STEP(BETWEEN, NEED_3)
#define TWICE(x) x, x
#define TIMES_4(x) TWICE(x), TWICE(x)
#define TIMES_16(x) TIMES_4(x), TIMES_4(x), TIMES_4(x), TIMES_4(x)

static const uint64_t steps[256] = {
    TIMES_16(ASCII), TIMES_16(ASCII), TIMES_16(ASCII), TIMES_16(ASCII),             /* 00 */
    TIMES_16(ASCII), TIMES_16(ASCII), TIMES_16(ASCII), TIMES_16(ASCII),             /* 40 */
    TIMES_16(FROM_80), TIMES_16(FROM_90), TIMES_16(FROM_A0), TIMES_16(FROM_A0),     /* 80 */
    TWICE(0), TWICE(LEAD_2), TIMES_4(LEAD_2), TIMES_4(LEAD_2), TIMES_4(LEAD_2),     /* C0 */
    TIMES_16(LEAD_2),                                                               /* D0 */
    STEP(BETWEEN, BEHIND_E0), LEAD_3, TWICE(LEAD_3), TIMES_4(LEAD_3),               /* E0 */
    TIMES_4(LEAD_3), LEAD_3, STEP(BETWEEN, BEHIND_ED), TWICE(LEAD_3),               /* E8 */
    STEP(BETWEEN, BEHIND_F0), LEAD_4, TWICE(LEAD_4), STEP(BETWEEN, BEHIND_F4),      /* F0 … F4; then nothing */
};

static int is_ascii(const uint8_t *text)
{
    uint64_t eights[TP_VALIDATE_NBYTES / 8], all = 0;
    memcpy(eights, text, sizeof eights);
    for (int i = 0; i < TP_VALIDATE_NBYTES / 8; i++) all |= eights[i];
    return (all & TP_UTF8_HIGH_BITS) == 0;
}

size_t tp_validate_blocks_plain(const uint8_t *text, size_t nbytes);

size_t tp_validate_blocks_plain(const uint8_t *text, size_t nbytes)
{
    uint64_t state = BETWEEN; /* bits above its six bits do not belong to it */
    size_t done = 0;
    for (; nbytes - done >= TP_VALIDATE_NBYTES; done += TP_VALIDATE_NBYTES) {
        if ((state & STATE_BITS) == BETWEEN && is_ascii(text + done)) continue;
        for (size_t i = 0; i < TP_VALIDATE_NBYTES; i++) state = steps[text[done + i]] >> (state & STATE_BITS);
        if ((state & STATE_BITS) == ILL_FORMED) break;
    }
    return done;
}
