#include "bpe/chunk/boundaries.h"

#include <string.h>

#include "base/memory.h"
#include "segment/segment.h"
#include "segment/uax29.h"

enum {
    SEGMENTS_AT_ONCE = 16, /* found in one call: few sentences or words lie behind what a chunk can hold */
    /* The last boundary of a chunk is looked for in so much text first, and in the rest of its line before, if that is short. Most
     * sentences are shorter. */
    NEAR_NBYTES = 256,
    SHORT_LINE_NBYTES = 1024
};

/* Returns where the line ends that begins at `start`, behind its line feed. */
static size_t line_end(const uint8_t *text, size_t nbytes, size_t start)
{
    const uint8_t *feed = memchr(text + start, '\n', nbytes - start);
    return feed == NULL ? nbytes : (size_t)(feed - text) + 1;
}

static bool is_blank(uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

static bool is_blank_line(const uint8_t *text, size_t start, size_t end)
{
    while (start < end && is_blank(text[start])) start++;
    return start == end;
}

/* Returns where the paragraph ends that goes on at the start of a line: behind the next blank lines. */
static size_t paragraph_end(const uint8_t *text, size_t nbytes, size_t start)
{
    bool was_blank = false;
    for (size_t line = start, end; line < nbytes; line = end) {
        end = line_end(text, nbytes, line);
        bool is_blank_now = is_blank_line(text, line, end);
        if (was_blank && !is_blank_now) return line;
        was_blank = is_blank_now;
    }
    return nbytes;
}

static const tp_words_rule *rule_of(tp_boundary kind)
{
    if (kind == TP_BOUNDARY_SENTENCE) return &tp_uax29_sentences;
    return kind == TP_BOUNDARY_WORD ? &tp_uax29_word_segments : &tp_uax29_graphemes;
}

/* Stores the next boundaries behind `at`, at least one, and returns their number. */
static size_t next_places(tp_boundary kind, const uint8_t *text, size_t nbytes, size_t at, size_t *places)
{
    if (kind == TP_BOUNDARY_PARAGRAPH || kind == TP_BOUNDARY_LINE) {
        *places = (kind == TP_BOUNDARY_LINE ? line_end : paragraph_end)(text, nbytes, at);
        return 1;
    }
    tp_span spans[SEGMENTS_AT_ONCE];
    const tp_words_rule *rule = rule_of(kind);
    size_t n = rule->next_words(rule, text, nbytes, &at, spans, SEGMENTS_AT_ONCE);
    for (size_t i = 0; i < n; i++) places[i] = spans[i].end;
    return n;
}

/* Makes room for as many more boundaries as are found at once. */
static bool make_room(tp_boundary_queue *queue)
{
    if (queue->capacity - queue->n >= SEGMENTS_AT_ONCE) return true;
    if (queue->first >= queue->capacity / 2 && queue->first >= SEGMENTS_AT_ONCE) {
        queue->n -= queue->first;
        memmove(queue->places, queue->places + queue->first, queue->n * sizeof *queue->places);
        queue->first = 0;
        return true;
    }
    size_t needed = queue->n + SEGMENTS_AT_ONCE;
    size_t *grown = tp_grow(TP_FOR_WORK, queue->places, &queue->capacity, needed, sizeof *queue->places);
    if (grown == NULL) return false;
    queue->places = grown;
    return true;
}

bool tp_boundaries_begin(tp_boundary_queue *queue, tp_boundary kind, size_t known)
{
    queue->kind = kind;
    queue->at = known;
    queue->first = queue->n = 0;
    if (known == 0) return true;
    if (!make_room(queue)) return false;
    queue->places[queue->n++] = known;
    return true;
}

size_t tp_boundaries_resume(const tp_boundary_queue *queue)
{
    return queue->first < queue->n ? queue->places[queue->first] : queue->at;
}

/* A line begins with a boundary of all kinds but paragraphs, whose blank lines are seen from there on. So what lies between two
 * places need not be read again: returns the start of the last line that begins there, or the first place. */
static size_t last_line(const uint8_t *text, size_t first, size_t last)
{
    while (last > first && text[last - 1] != '\n') last--;
    return last;
}

bool tp_boundaries_find(tp_boundary_queue *queue, const uint8_t *text, size_t nbytes, size_t start, size_t limit)
{
    while (queue->first < queue->n && queue->places[queue->first] <= start) queue->first++;
    if (queue->at < start) queue->at = last_line(text, queue->at, start);
    while (queue->at < limit && queue->at < nbytes) {
        if (!make_room(queue)) return false;
        size_t places[SEGMENTS_AT_ONCE], n = next_places(queue->kind, text, nbytes, queue->at, places);
        if (n == 0) break; /* what another thread writes to meanwhile */
        for (size_t i = 0; i < n; i++) {
            if (places[i] > start) queue->places[queue->n++] = places[i];
        }
        queue->at = places[n - 1];
    }
    return true;
}

/* ---- Backwards ----------------------------------------------------------------------------------------------------------- */

/* Returns the start of the last line that begins in floor < … <= place; `floor` if there is none. */
static size_t line_before(const uint8_t *text, size_t floor, size_t place)
{
    const uint64_t ones = UINT64_MAX / 255, feeds = ones * '\n';
    while (place - floor >= sizeof feeds) {
        uint64_t bytes;
        memcpy(&bytes, text + place - sizeof bytes, sizeof bytes);
        bytes ^= feeds; /* a byte that becomes 0 is a line feed */
        if (((bytes - ones) & ~bytes & ones << 7) != 0) break;
        place -= sizeof bytes;
    }
    while (place > floor && text[place - 1] != '\n') place--;
    return place;
}

/* Whether the line before the start of one is blank, and that one is not. */
static bool begins_paragraph(const uint8_t *text, size_t nbytes, size_t line)
{
    size_t end = line, start = line - 1;
    while (end < nbytes && text[end] != '\n' && is_blank(text[end])) end++;
    if (end == nbytes || text[end] == '\n') return false;
    while (start > 0 && text[start - 1] != '\n' && is_blank(text[start - 1])) start--;
    return start == 0 || text[start - 1] == '\n';
}

size_t tp_boundary_before(tp_boundary kind, const uint8_t *text, size_t nbytes, size_t floor, size_t place)
{
    if (place == nbytes || place == floor) return place;
    place = line_before(text, floor, place);
    while (kind == TP_BOUNDARY_PARAGRAPH && place > floor && !begins_paragraph(text, nbytes, place)) {
        place = line_before(text, floor, place - 1);
    }
    return place;
}

size_t tp_boundary_of_line_near(const uint8_t *text, size_t floor, size_t limit)
{
    if (limit - floor < 2 * (size_t)NEAR_NBYTES) return SIZE_MAX;
    size_t place = limit - NEAR_NBYTES, least = place - floor > SHORT_LINE_NBYTES ? place - SHORT_LINE_NBYTES : floor;
    size_t line = line_before(text, least, place);
    return line > least ? line : SIZE_MAX;
}

void tp_boundaries_free(tp_boundary_queue *queue)
{
    tp_release(TP_FOR_WORK, queue->places, queue->capacity * sizeof *queue->places);
    *queue = (tp_boundary_queue){.kind = queue->kind};
}
