/* The rules GB1 to GB999 of Unicode Standard Annex #29 for extended grapheme clusters. */
#include <stdbool.h>

#include "segment/take.h"
#include "segment/uax29.h"

/* What the rules ask of the characters of a cluster so far. */
typedef struct cluster {
    unsigned before;       /* the class of the last one */
    bool has_consonant;    /* GB9c: after a consonant there were only those that extend or link it, */
    bool has_linker;       /* one of which links */
    bool has_pictograph;   /* GB11: after a pictograph there were only those that extend it, */
    bool has_joined;       /* and then a joiner */
    bool has_odd_flag;     /* GB12, GB13: an odd number of regional indicators */
} cluster;

static inline bool is_control(unsigned class)
{
    return class == TP_GRAPHEME_CONTROL || class == TP_GRAPHEME_CR || class == TP_GRAPHEME_LF;
}

/* GB6, GB7, GB8: Hangul syllables. */
static bool joins_syllable(unsigned before, unsigned class)
{
    switch (before) {
    case TP_GRAPHEME_L:
        return class == TP_GRAPHEME_L || class == TP_GRAPHEME_V || class == TP_GRAPHEME_LV || class == TP_GRAPHEME_LVT;
    case TP_GRAPHEME_LV:
    case TP_GRAPHEME_V:
        return class == TP_GRAPHEME_V || class == TP_GRAPHEME_T;
    case TP_GRAPHEME_LVT:
    case TP_GRAPHEME_T:
        return class == TP_GRAPHEME_T;
    default:
        return false;
    }
}

/* Whether there is no boundary between the cluster and what follows; neither is a control character. */
static bool joins(const cluster *seen, uint8_t here)
{
    unsigned class = here & TP_BREAKS_CLASS;
    bool extends = class == TP_GRAPHEME_EXTEND || class == TP_GRAPHEME_ZWJ || class == TP_GRAPHEME_SPACINGMARK;
    if (extends || seen->before == TP_GRAPHEME_PREPEND) return true; /* GB9, GB9a, GB9b */
    if ((here & TP_BREAKS_CONJUNCT) == TP_BREAKS_CONJUNCT_CONSONANT && seen->has_consonant && seen->has_linker) return true;
    if ((here & TP_BREAKS_PICTOGRAPH) && seen->has_joined) return true;
    if (class == TP_GRAPHEME_REGIONAL_INDICATOR && seen->has_odd_flag) return true;
    return joins_syllable(seen->before, class);
}

static void note(cluster *seen, uint8_t here)
{
    unsigned class = here & TP_BREAKS_CLASS, conjunct = here & TP_BREAKS_CONJUNCT;
    if (conjunct == TP_BREAKS_CONJUNCT_CONSONANT) {
        seen->has_consonant = true;
        seen->has_linker = false;
    } else if (conjunct == TP_BREAKS_CONJUNCT_LINKER) {
        seen->has_linker = true;
    } else if (conjunct != TP_BREAKS_CONJUNCT_EXTEND) {
        seen->has_consonant = false;
    }
    seen->has_joined = seen->has_pictograph && class == TP_GRAPHEME_ZWJ;
    seen->has_pictograph = (here & TP_BREAKS_PICTOGRAPH) || (seen->has_pictograph && class == TP_GRAPHEME_EXTEND);
    seen->has_odd_flag = class == TP_GRAPHEME_REGIONAL_INDICATOR && !seen->has_odd_flag;
    seen->before = class;
}

static size_t grapheme_break(const uint8_t *text, size_t nbytes, size_t start)
{
    const uint8_t *at = text + start, *end = text + nbytes;
    uint8_t here = tp_take(&at, end).grapheme;
    if (is_control(here & TP_BREAKS_CLASS)) {
        bool has_pair = (here & TP_BREAKS_CLASS) == TP_GRAPHEME_CR && at < end && *at == '\n'; /* GB3 */
        return (size_t)(at - text) + has_pair;
    }
    cluster seen = {0};
    note(&seen, here);
    while (at < end) {
        const uint8_t *next = at;
        here = tp_take(&next, end).grapheme;
        if (is_control(here & TP_BREAKS_CLASS) || !joins(&seen, here)) break;
        note(&seen, here);
        at = next;
    }
    return (size_t)(at - text);
}

static size_t next_graphemes(const tp_words_rule *rule, const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans,
                             size_t capacity)
{
    (void)rule;
    size_t n = 0, place = *at;
    for (; n < capacity && place < nbytes; n++) {
        /* Of ASCII, only a line feed joins what stands before it. */
        bool is_alone = nbytes - place >= 2 && text[place] < 0x80 && text[place + 1] < 0x80 && text[place] != '\r';
        size_t end = is_alone ? place + 1 : grapheme_break(text, nbytes, place);
        spans[n] = (tp_span){place, end};
        place = end;
    }
    *at = place;
    return n;
}

const tp_words_rule tp_uax29_graphemes = {next_graphemes, TP_CUTS_NOWHERE};
