/* Segments for whom the core is a library: offsets in bytes or characters, and counts. */
#include <string.h>

#include "base/error.h"
#include "base/once.h"
#include "segment/segment.h"
#include "segment/uax29.h"
#include "textproc/segment.h"
#include "unicode/breaks.h"
#include "unicode/utf8.h"

/* As many spans as stay in the first-level cache beside the text. */
enum { SPANS_AT_ONCE = 512 };

const char *tp_segments_unicode_version(void) { return TP_BREAKS_UNICODE_VERSION; }

static const tp_words_rule *rule_of(tp_segments kind)
{
    switch (kind) {
    case TP_WORDS:
        return &tp_uax29_words;
    case TP_WORD_SEGMENTS:
        return &tp_uax29_word_segments;
    case TP_SENTENCES:
        return &tp_uax29_sentences;
    case TP_GRAPHEMES:
        return &tp_uax29_graphemes;
    default:
        return NULL;
    }
}

static tp_status fail_kind(tp_error *error)
{
    return tp_fail(error, TP_INVALID_ARGUMENT, 0, "segments are words, word segments, sentences or graphemes");
}

/* Moves the place to an offset in bytes behind it, and returns the offset in characters. */
static uint64_t pass(tp_segments_place *place, const uint8_t *text, size_t nbytes)
{
    uint64_t n = place->n_characters + tp_utf8_count(text + place->nbytes, text + nbytes);
    *place = (tp_segments_place){nbytes, n};
    return n;
}

static void store(const tp_span *spans, size_t n, const uint8_t *text, bool in_characters, tp_segments_place *place,
                  uint64_t *bounds)
{
    for (size_t i = 0; i < n; i++) {
        bounds[2 * i] = in_characters ? pass(place, text, spans[i].start) : spans[i].start;
        bounds[2 * i + 1] = in_characters ? pass(place, text, spans[i].end) : spans[i].end;
    }
}

tp_status tp_find_segments(const uint8_t *text, size_t text_nbytes, tp_segments kind, bool in_characters,
                           tp_segments_place *place, uint64_t *bounds, size_t capacity, size_t *n_segments, tp_error *error)
{
    const tp_words_rule *rule = rule_of(kind);
    if (rule == NULL) return fail_kind(error);
    if (place->nbytes > text_nbytes) return tp_fail(error, TP_INVALID_ARGUMENT, 0, "the place is beyond the text");
    tp_segments_place now = *place;
    size_t at = (size_t)now.nbytes, n = 0, n_more = SIZE_MAX;
    while (n < capacity && n_more > 0) {
        tp_span spans[SPANS_AT_ONCE];
        size_t wanted = capacity - n < SPANS_AT_ONCE ? capacity - n : SPANS_AT_ONCE;
        n_more = rule->next_words(rule, text, text_nbytes, &at, spans, wanted);
        store(spans, n_more, text, in_characters, &now, bounds + 2 * n);
        n += n_more;
    }
    if (in_characters) pass(&now, text, at);
    now.nbytes = at;
    *place = now;
    *n_segments = n;
    return TP_OK;
}

/* What comes out of several texts. */
typedef struct found {
    uint64_t *bounds;
    uint8_t *copied;
    uint64_t *copied_ends;
    size_t capacity, n, copied_nbytes, copied_capacity;
    bool in_characters;
} found;

/* Takes the segments of one text. Returns false if there is not enough room. */
static bool take_segments(found *to, const tp_words_rule *rule, const uint8_t *text, size_t nbytes)
{
    tp_span spans[SPANS_AT_ONCE];
    tp_segments_place place = {0};
    size_t at = 0, n;
    while ((n = rule->next_words(rule, text, nbytes, &at, spans, SPANS_AT_ONCE)) > 0) {
        if (n > to->capacity - to->n) return false;
        if (to->bounds != NULL) store(spans, n, text, to->in_characters, &place, to->bounds + 2 * to->n);
        for (size_t i = 0; to->copied != NULL && i < n; i++) {
            size_t segment_nbytes = spans[i].end - spans[i].start;
            if (segment_nbytes > to->copied_capacity - to->copied_nbytes) return false;
            memcpy(to->copied + to->copied_nbytes, text + spans[i].start, segment_nbytes);
            to->copied_nbytes += segment_nbytes;
            to->copied_ends[to->n + i] = to->copied_nbytes;
        }
        to->n += n;
    }
    return true;
}

static tp_status fail_ends(tp_error *error, size_t i)
{
    return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends of texts must ascend within the text");
}

tp_status tp_find_segments_of_texts(const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_texts,
                                    tp_segments kind, bool in_characters, uint64_t *bounds, uint8_t *copied,
                                    uint64_t *copied_ends, size_t capacity, size_t *n_segments, tp_error *error)
{
    const tp_words_rule *rule = rule_of(kind);
    if (rule == NULL) return fail_kind(error);
    found to = {.bounds = bounds, .copied = copied, .copied_ends = copied_ends, .capacity = capacity,
                .copied_capacity = text_nbytes, .in_characters = in_characters};
    uint64_t start = 0;
    for (size_t i = 0; i < n_texts; i++) {
        uint64_t end = tp_once(ends[i]);
        if (end > text_nbytes || end < start) return fail_ends(error, i);
        if (end > start && !take_segments(&to, rule, text + start, (size_t)(end - start))) {
            return tp_fail(error, TP_TOO_SMALL, i, "the texts have more segments than there is room for");
        }
        start = end + 1;
    }
    *n_segments = to.n;
    return TP_OK;
}

static uint64_t count(const tp_words_rule *rule, const uint8_t *text, size_t nbytes)
{
    tp_span spans[SPANS_AT_ONCE];
    uint64_t n = 0;
    size_t at = 0, n_more;
    while ((n_more = rule->next_words(rule, text, nbytes, &at, spans, SPANS_AT_ONCE)) > 0) n += n_more;
    return n;
}

tp_status tp_count_segments(const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_texts, tp_segments kind,
                            uint64_t *counts, tp_error *error)
{
    const tp_words_rule *rule = rule_of(kind);
    if (rule == NULL) return fail_kind(error);
    uint64_t start = 0;
    for (size_t i = 0; i < n_texts; i++) {
        uint64_t end = tp_once(ends[i]);
        if (end > text_nbytes || end < start) return fail_ends(error, i);
        counts[i] = end > start ? count(rule, text + start, (size_t)(end - start)) : 0;
        start = end + 1;
    }
    return TP_OK;
}
