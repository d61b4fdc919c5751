/* str.lower of one word, as in CPython: the simple mapping of every code point, except for U+0130, which becomes two, and
 * capital sigma, whose form depends on its neighbours (Unicode Standard, 3.13, Final_Sigma). */
#include "unicode/lower.h"

#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"
#include "textproc/text.h"
#include "unicode/tables.h"
#include "unicode/utf8.h"

#define CAPITAL_SIGMA 0x03A3
#define SMALL_SIGMA 0x03C3
#define SMALL_FINAL_SIGMA 0x03C2
#define SMALL_I 0x0069
#define COMBINING_DOT_ABOVE 0x0307

/* Returns what a character was before the version of its record: few were assigned then. */
TP_NOINLINE tp_character older_character(uint32_t code_point, uint32_t version)
{
    for (size_t i = 0; i < TP_N_OLDER_CHARACTERS; i++) {
        const tp_older_character *older = &tp_older_characters[i];
        if (older->code_point == code_point && older->character.since <= version) return older->character;
    }
    return tp_character_records[0];
}

static inline tp_character character_at(uint32_t code_point, uint32_t version)
{
    tp_character newest = tp_character_of(code_point);
    return newest.since <= version ? newest : older_character(code_point, version);
}

tp_character tp_character_at(uint32_t code_point, uint32_t version) { return character_at(code_point, version); }

const char *tp_unicode_version(void) { return TP_UNICODE_VERSION; }

/* Returns whether a cased character stands before `sigma`, with only case-ignorable characters between them. */
static bool follows_cased(const uint8_t *word, const uint8_t *sigma, uint32_t version)
{
    while (sigma > word) {
        uint32_t code_point;
        sigma = tp_utf8_decode_before(word, sigma, &code_point);
        uint32_t properties = character_at(code_point, version).properties;
        if (!(properties & TP_CASE_IGNORABLE)) return properties & TP_CASED;
    }
    return false;
}

/* Returns whether a cased character follows, from `next` on, with only case-ignorable characters between. */
static bool precedes_cased(const uint8_t *next, const uint8_t *end, uint32_t version)
{
    while (next < end) {
        uint32_t code_point;
        next += tp_utf8_decode(next, end, &code_point);
        uint32_t properties = character_at(code_point, version).properties;
        if (!(properties & TP_CASE_IGNORABLE)) return properties & TP_CASED;
    }
    return false;
}

/* Lower-cases the ASCII bytes from `text` on and returns their number. */
static size_t lower_ascii(const uint8_t *text, size_t text_nbytes, uint8_t *lowered)
{
    size_t done = 0;
    for (; text_nbytes - done >= 8; done += 8) {
        uint64_t eight;
        memcpy(&eight, text + done, sizeof eight);
        if (eight & TP_UTF8_HIGH_BITS) break;
        eight = tp_ascii_lower_8(eight);
        memcpy(lowered + done, &eight, sizeof eight);
    }
    for (; done < text_nbytes && text[done] < 0x80; done++) lowered[done] = tp_ascii_lower(text[done]);
    return done;
}

/* Lower-cases U+0130 or the capital sigma in [first, next) and returns the number of bytes written. */
static size_t lower_special(const uint8_t *word, const uint8_t *end, const uint8_t *first, const uint8_t *next,
                            uint32_t code_point, uint32_t version, uint8_t *lowered)
{
    if (code_point == CAPITAL_SIGMA) {
        bool is_final = follows_cased(word, first, version) && !precedes_cased(next, end, version);
        return tp_utf8_encode(is_final ? SMALL_FINAL_SIGMA : SMALL_SIGMA, lowered);
    }
    size_t nbytes = tp_utf8_encode(SMALL_I, lowered);
    return nbytes + tp_utf8_encode(COMBINING_DOT_ABOVE, lowered + nbytes);
}

/* Both searches around a sigma end at the next sigma at the latest, which is cased, so the time is linear. */
size_t tp_lower_word(const uint8_t *word, size_t word_nbytes, uint32_t unicode_version, uint8_t *lowered)
{
    uint32_t version = tp_version_to_ask(unicode_version);
    size_t n_ascii = lower_ascii(word, word_nbytes, lowered);
    if (n_ascii == word_nbytes) return word_nbytes;
    const uint8_t *end = word + word_nbytes;
    const uint8_t *next = word + n_ascii;
    uint8_t *out = lowered + n_ascii;
    while (next < end) {
        if (*next < 0x80) {
            *out++ = tp_ascii_lower(*next++);
            continue;
        }
        const uint8_t *first = next;
        uint32_t code_point;
        next += tp_utf8_decode(first, end, &code_point);
        tp_character character = character_at(code_point, version);
        if (character.properties & TP_LOWER_SPECIAL) {
            out += lower_special(word, end, first, next, code_point, version, out);
        } else if (character.lower_delta != 0) {
            out += tp_utf8_encode(code_point + (uint32_t)character.lower_delta, out);
        } else {
            /* Copied unchanged, as are ill-formed bytes; the copy keeps the output within the bound. */
            while (first < next) *out++ = *first++;
        }
    }
    return (size_t)(out - lowered);
}
