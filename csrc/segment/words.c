#include "segment/words.h"

#include "base/variants.h"
#include "segment/uax29.h"
#include "segment/word_breaks.h"

static size_t next_words(const tp_words_rule *rule, const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans,
                         size_t capacity)
{
    (void)rule;
    return TP_VARIANT(tp_find_words)(text, nbytes, at, spans, capacity);
}

static size_t next_segments(const tp_words_rule *rule, const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans,
                            size_t capacity)
{
    (void)rule;
    size_t n = 0;
    for (; n < capacity && *at < nbytes; n++) {
        bool is_word;
        size_t end = tp_word_break(text, nbytes, *at, &is_word);
        spans[n] = (tp_span){*at, end};
        *at = end;
    }
    return n;
}

const tp_words_rule tp_uax29_words = {next_words, false};
const tp_words_rule tp_uax29_word_segments = {next_segments, false};
