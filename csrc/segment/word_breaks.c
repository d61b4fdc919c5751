/* The rules WB1 to WB999 of Unicode Standard Annex #29, which say where no boundary is; it is everywhere else. */
#include "segment/word_breaks.h"

#include "segment/take.h"

static inline uint8_t take(const uint8_t **at, const uint8_t *end) { return tp_take(at, end).word; }

static inline bool is_letter(unsigned class) { return class == TP_WORD_ALETTER || class == TP_WORD_HEBREW_LETTER; }

/* WB3a and WB3b. */
static inline bool is_newline(unsigned class)
{
    return class == TP_WORD_CR || class == TP_WORD_LF || class == TP_WORD_NEWLINE;
}

/* WB4: these belong to what stands before them, and the rules after it do not see them. */
static inline bool is_ignored(unsigned class)
{
    return class == TP_WORD_EXTEND || class == TP_WORD_FORMAT || class == TP_WORD_ZWJ;
}

/* What joins two characters: nothing, their classes, or those and the class of what follows. */
typedef enum junction { BREAK, JOIN, JOIN_IF_LETTER, JOIN_IF_HEBREW, JOIN_IF_NUMERIC } junction;

/* WB5, WB6 and WB7, WB9, WB13a. */
static junction behind_letter(unsigned class)
{
    switch (class) {
    case TP_WORD_ALETTER:
    case TP_WORD_HEBREW_LETTER:
    case TP_WORD_NUMERIC:
    case TP_WORD_EXTENDNUMLET:
        return JOIN;
    case TP_WORD_MIDLETTER:
    case TP_WORD_MIDNUMLET:
    case TP_WORD_SINGLE_QUOTE:
        return JOIN_IF_LETTER;
    default:
        return BREAK;
    }
}

/* WB8, WB10, WB11 and WB12, WB13a. */
static junction behind_numeric(unsigned class)
{
    switch (class) {
    case TP_WORD_ALETTER:
    case TP_WORD_HEBREW_LETTER:
    case TP_WORD_NUMERIC:
    case TP_WORD_EXTENDNUMLET:
        return JOIN;
    case TP_WORD_MIDNUM:
    case TP_WORD_MIDNUMLET:
    case TP_WORD_SINGLE_QUOTE:
        return JOIN_IF_NUMERIC;
    default:
        return BREAK;
    }
}

static junction junction_of(unsigned before, unsigned class)
{
    switch (before) {
    case TP_WORD_HEBREW_LETTER: /* WB7b and WB7c; WB7a is seen to where a letter is missing */
        return class == TP_WORD_DOUBLE_QUOTE ? JOIN_IF_HEBREW : behind_letter(class);
    case TP_WORD_ALETTER:
        return behind_letter(class);
    case TP_WORD_NUMERIC:
        return behind_numeric(class);
    case TP_WORD_KATAKANA: /* WB13, WB13a */
        return class == TP_WORD_KATAKANA || class == TP_WORD_EXTENDNUMLET ? JOIN : BREAK;
    case TP_WORD_EXTENDNUMLET: /* WB13a, WB13b */
        return is_letter(class) || class == TP_WORD_NUMERIC || class == TP_WORD_KATAKANA || class == TP_WORD_EXTENDNUMLET;
    case TP_WORD_REGIONAL_INDICATOR: /* WB15, WB16: two at a time */
        return class == TP_WORD_REGIONAL_INDICATOR ? JOIN : BREAK;
    default:
        return BREAK;
    }
}

static inline bool is_wanted(junction kind, unsigned class)
{
    switch (kind) {
    case JOIN_IF_LETTER:
        return is_letter(class);
    case JOIN_IF_HEBREW:
        return class == TP_WORD_HEBREW_LETTER;
    default:
        return class == TP_WORD_NUMERIC;
    }
}

/* If the character from `at` on that is not ignored is wanted, passes it and returns true. */
static bool take_if_wanted(const uint8_t **at, const uint8_t *end, junction kind, uint8_t *seen, uint8_t *last)
{
    const uint8_t *next = *at;
    uint8_t passed = 0;
    while (next < end) {
        uint8_t here = take(&next, end);
        passed |= here;
        if (is_ignored(here & TP_BREAKS_CLASS)) continue;
        if (!is_wanted(kind, here & TP_BREAKS_CLASS)) return false;
        *at = next;
        *seen |= passed;
        *last = here;
        return true;
    }
    return false;
}

size_t tp_word_break(const uint8_t *text, size_t nbytes, size_t start, bool *is_word)
{
    const uint8_t *at = text + start, *end = text + nbytes;
    uint8_t last = take(&at, end), seen = last;
    unsigned before = last & TP_BREAKS_CLASS; /* of the last character that is not ignored */
    if (is_newline(before)) {
        *is_word = false;
        bool has_pair = before == TP_WORD_CR && at < end && *at == '\n'; /* WB3 */
        return (size_t)(at - text) + has_pair;
    }
    while (at < end) {
        const uint8_t *next = at;
        uint8_t here = take(&next, end);
        unsigned class = here & TP_BREAKS_CLASS, class_of_last = last & TP_BREAKS_CLASS;
        if (!is_ignored(class)) {
            bool is_joined = (class_of_last == TP_WORD_ZWJ && (here & TP_BREAKS_PICTOGRAPH)) ||       /* WB3c */
                             (class_of_last == TP_WORD_WSEGSPACE && class == TP_WORD_WSEGSPACE); /* WB3d */
            junction kind = is_joined ? JOIN : junction_of(before, class);
            if (kind == BREAK) break;
            if (kind != JOIN && take_if_wanted(&next, end, kind, &seen, &here)) {
                class = here & TP_BREAKS_CLASS;
            } else if (kind != JOIN && !(before == TP_WORD_HEBREW_LETTER && class == TP_WORD_SINGLE_QUOTE)) { /* WB7a */
                break;
            }
            bool is_second_of_pair = before == TP_WORD_REGIONAL_INDICATOR && class == TP_WORD_REGIONAL_INDICATOR;
            before = is_second_of_pair ? TP_WORD_OTHER : class;
        }
        seen |= here;
        last = here;
        at = next;
    }
    *is_word = seen & TP_BREAKS_WORD_LIKE;
    return (size_t)(at - text);
}
