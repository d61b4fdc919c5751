#include "segment/words.h"

#include "base/variants.h"
#include "segment/uax29.h"
#include "segment/word_breaks.h"
#include "unicode/space.h"

static size_t next_words(const tp_words_rule *rule, const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans,
                         size_t capacity)
{
    (void)rule;
    return TP_VARIANT(tp_find_words)(text, nbytes, at, spans, capacity);
}

size_t tp_next_cut(const uint8_t *text, size_t nbytes, size_t from)
{
    size_t place = from;
    while (place < nbytes && !(tp_is_ascii_space(text[place]) && tp_is_cut(text, place))) place++;
    return place;
}

/* What a byte of ASCII does in segments: letters, digits and low lines go together, and so do spaces; all others stand alone, but
 * for a carriage return. */
typedef enum ascii_kind { ALONE, WORD, SPACE, UNKNOWN } ascii_kind;

static inline ascii_kind kind_of(uint8_t byte)
{
    if ((uint8_t)((byte | 0x20) - 'a') < 26 || (uint8_t)(byte - '0') < 10 || byte == '_') return WORD;
    if (byte == ' ') return SPACE;
    return byte >= 0x80 || byte == '\r' ? UNKNOWN : ALONE;
}

/* Marks that may join what stands on both sides of them. */
static inline bool may_join_words(uint8_t byte)
{
    return byte == '\'' || byte == '.' || byte == ':' || byte == ',' || byte == ';';
}

/* Returns the end of a segment of ASCII that ASCII follows; 0 if there is none, or the rules are needed to tell. */
static size_t ascii_segment(const uint8_t *text, size_t nbytes, size_t start)
{
    ascii_kind kind = kind_of(text[start]);
    size_t end = start + 1;
    if (kind == UNKNOWN) return 0;
    while (kind != ALONE && end < nbytes && kind_of(text[end]) == kind) end++;
    if (end == nbytes) return end;
    return text[end] >= 0x80 || (kind == WORD && may_join_words(text[end])) ? 0 : end;
}

static size_t next_segments(const tp_words_rule *rule, const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans,
                            size_t capacity)
{
    (void)rule;
    size_t n = 0;
    for (; n < capacity && *at < nbytes; n++) {
        bool is_word;
        size_t end = ascii_segment(text, nbytes, *at);
        if (end == 0) end = tp_word_break(text, nbytes, *at, &is_word);
        spans[n] = (tp_span){*at, end};
        *at = end;
    }
    return n;
}

const tp_words_rule tp_uax29_words = {next_words, TP_CUTS_BY_UAX29};
const tp_words_rule tp_uax29_word_segments = {next_segments, TP_CUTS_NOWHERE};
