/* The rules SB1 to SB998 of Unicode Standard Annex #29: a sentence ends behind a terminator, what closes it and white space,
 * unless what follows says otherwise; and behind a paragraph separator. */
#include <stdbool.h>

#include "segment/take.h"
#include "segment/uax29.h"

/* What has been seen of the end of a sentence. */
typedef enum phase { WITHIN, BEHIND_TERMINATOR, BEHIND_CLOSE, BEHIND_SPACE } phase;

typedef struct ending {
    phase phase;
    bool is_ambiguous; /* the terminator is a full stop: class ATerm */
    bool is_in_name;   /* a letter with case stands before the full stop */
} ending;

static inline bool is_paragraph_end(unsigned class)
{
    return class == TP_SENTENCE_SEP || class == TP_SENTENCE_CR || class == TP_SENTENCE_LF;
}

static inline bool is_terminator(unsigned class) { return class == TP_SENTENCE_ATERM || class == TP_SENTENCE_STERM; }

/* SB5: these belong to what stands before them. */
static inline bool is_ignored(unsigned class) { return class == TP_SENTENCE_EXTEND || class == TP_SENTENCE_FORMAT; }

/* SB8: whether the next letter, terminator or end of a paragraph is a small letter. */
static bool precedes_small_letter(const uint8_t *at, const uint8_t *end)
{
    while (at < end) {
        unsigned class = tp_take(&at, end).sentence;
        if (class == TP_SENTENCE_LOWER) return true;
        bool is_other_letter = class == TP_SENTENCE_OLETTER || class == TP_SENTENCE_UPPER;
        if (is_other_letter || is_paragraph_end(class) || is_terminator(class)) return false;
    }
    return false;
}

/* SB6 to SB10: whether the character of this class, which begins at `here`, still belongs to the sentence. */
static bool continues(const ending *seen, unsigned class, const uint8_t *here, const uint8_t *end)
{
    if (class == TP_SENTENCE_CLOSE && seen->phase != BEHIND_SPACE) return true;
    if (class == TP_SENTENCE_SP || is_paragraph_end(class)) return true;
    if (class == TP_SENTENCE_SCONTINUE || is_terminator(class)) return true;
    if (!seen->is_ambiguous) return false;
    if (seen->phase == BEHIND_TERMINATOR && class == TP_SENTENCE_NUMERIC) return true;
    if (seen->phase == BEHIND_TERMINATOR && class == TP_SENTENCE_UPPER && seen->is_in_name) return true;
    return precedes_small_letter(here, end);
}

static void note(ending *seen, unsigned before, unsigned class)
{
    if (is_terminator(class)) {
        bool is_in_name = before == TP_SENTENCE_UPPER || before == TP_SENTENCE_LOWER;
        *seen = (ending){BEHIND_TERMINATOR, class == TP_SENTENCE_ATERM, is_in_name};
    } else if (seen->phase != WITHIN && class == TP_SENTENCE_CLOSE && seen->phase != BEHIND_SPACE) {
        seen->phase = BEHIND_CLOSE;
    } else if (seen->phase != WITHIN && class == TP_SENTENCE_SP) {
        seen->phase = BEHIND_SPACE;
    } else {
        seen->phase = WITHIN;
    }
}

/* Of each byte whether a sentence can end there: terminators and ends of paragraphs of ASCII, and all that is not of ASCII. */
#define EIGHT(n) n, n, n, n, n, n, n, n
#define THIRTY_TWO(n) EIGHT(n), EIGHT(n), EIGHT(n), EIGHT(n)
static const uint8_t may_end[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, EIGHT(0), EIGHT(0), 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, EIGHT(0),
    0, 0, 0, 0, 0, 0, 0, 1, THIRTY_TWO(0), THIRTY_TWO(0), THIRTY_TWO(1), THIRTY_TWO(1), THIRTY_TWO(1), THIRTY_TWO(1)};

/* Returns the first byte from `at` on at which something can end, or `end`. */
static const uint8_t *skip_plain(const uint8_t *at, const uint8_t *end)
{
    while (end - at >= 4 && !(may_end[at[0]] | may_end[at[1]] | may_end[at[2]] | may_end[at[3]])) at += 4;
    while (at < end && !may_end[*at]) at++;
    return at;
}

/* Returns the next sentence boundary behind `start` < nbytes. The work is linear over all sentences: what is looked at beyond
 * the boundary has no terminator, so that it is not looked at from another place. */
static size_t sentence_break(const uint8_t *text, size_t nbytes, size_t start)
{
    const uint8_t *at = text + start, *end = text + nbytes;
    unsigned before = TP_SENTENCE_OTHER; /* of the last character that is not ignored */
    ending seen = {.phase = WITHIN};
    while (at < end) {
        if (seen.phase == WITHIN && !may_end[*at]) {
            at = skip_plain(at, end);
            before = tp_breaks_of(at[-1]).sentence;
            continue;
        }
        const uint8_t *next = at;
        unsigned class = tp_take(&next, end).sentence;
        if (!is_ignored(class)) {
            if (seen.phase != WITHIN && !continues(&seen, class, at, end)) break;
            if (is_paragraph_end(class)) {
                bool has_pair = class == TP_SENTENCE_CR && next < end && *next == '\n'; /* SB3 */
                return (size_t)(next - text) + has_pair;
            }
            note(&seen, before, class);
            before = class;
        }
        at = next;
    }
    return (size_t)(at - text);
}

static size_t next_sentences(const tp_words_rule *rule, const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans,
                             size_t capacity)
{
    (void)rule;
    size_t n = 0;
    for (; n < capacity && *at < nbytes; n++) {
        size_t end = sentence_break(text, nbytes, *at);
        spans[n] = (tp_span){*at, end};
        *at = end;
    }
    return n;
}

const tp_words_rule tp_uax29_sentences = {next_sentences, TP_CUTS_NOWHERE};
