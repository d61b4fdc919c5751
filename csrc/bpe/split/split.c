#include "bpe/split/split.h"

#include "base/variants.h"
#include "bpe/split/steps.h"
#include "textproc/text.h"
#include "unicode/classes.h"
#include "unicode/utf8.h"

/* ---- Splitting --------------------------------------------------------------------------------------------------- */

size_t tp_split_complete_nbytes(const uint8_t *text, size_t nbytes, bool is_final)
{
    return is_final ? nbytes : tp_utf8_complete_nbytes(text, nbytes);
}

/* The same for any splitter: the pieces of each piece of the first step together. */
static size_t split_by_steps(const tp_splitter *splitter, const uint8_t *text, const uint8_t *end, bool is_final, uint64_t *ends,
                             size_t capacity)
{
    tp_split_cursor cursor;
    const uint8_t *piece_end;
    bool is_left_out;
    size_t n = 0, n_certain = 0;
    tp_split_begin(&cursor, text, end, is_final);
    while (n < capacity && tp_split_advance(splitter, &cursor, &piece_end, &is_left_out)) {
        ends[n++] = (uint64_t)(piece_end - text) | (is_left_out ? TP_LEFT_OUT : 0);
        if (tp_split_is_between(&cursor)) n_certain = n;
    }
    tp_split_end(&cursor);
    return n_certain;
}

size_t tp_split(const tp_splitter *splitter, const uint8_t *text, size_t text_nbytes, bool is_final, uint64_t *ends,
                size_t capacity)
{
    if (splitter == NULL || text_nbytes == 0) return 0;
    const uint8_t *end = text + tp_split_complete_nbytes(text, text_nbytes, is_final);
    if (splitter->rules == NULL) return split_by_steps(splitter, text, end, is_final, ends, capacity);
    return TP_VARIANT(tp_split)(splitter->rules, text, end, is_final, ends, capacity);
}

/* ---- Cutting ----------------------------------------------------------------------------------------------------- */

/* Returns the classes and the length of the character that begins at `p`, before `end`, as far as it is there. */
static uint8_t classes_at(const tp_split_rules *rules, const uint8_t *p, const uint8_t *end, size_t *nbytes)
{
    uint32_t code_point;
    *nbytes = tp_utf8_decode(p, end, &code_point);
    return tp_split_classes_in(rules->script, tp_classes_of(code_point), p, *nbytes);
}

/* Returns where the character begins that covers the byte at `place`. */
static size_t start_of_character(const uint8_t *text, size_t place)
{
    size_t start = place;
    while (start > 0 && place - start < TP_UTF8_MAX_NBYTES - 1 && tp_utf8_is_continuation(text[start])) start--;
    return start;
}

/* In every pattern, after a letter a piece continues only with letters, marks and contractions, and after a number only with
 * numbers; what has runs apart may go on with such. No pattern depends on the text before a piece. So there is a cut before
 * any other character. */
static size_t find_cut_by_rules(const tp_split_rules *rules, const uint8_t *text, size_t text_nbytes, size_t from)
{
    const uint8_t *end = text + tp_utf8_complete_nbytes(text, text_nbytes);
    const uint8_t *p = text + start_of_character(text, from > 0 ? from - 1 : 0);
    uint8_t before = 0;
    for (size_t nbytes; p < end; p += nbytes) {
        uint8_t here = classes_at(rules, p, end, &nbytes);
        bool goes_on = (before & TP_CLASS_NUMBER) != 0
                           ? (here & TP_CLASS_NUMBER) != 0
                           : (here & (TP_CLASS_LETTER | TP_CLASS_UPPER | TP_CLASS_LOWER)) != 0 || *p == '\'';
        if ((before & here & TP_CLASS_HAN) != 0) goes_on = true;
        size_t place = (size_t)(p - text);
        if (place >= from && (before & (TP_CLASS_LETTER | TP_CLASS_NUMBER)) != 0 && !goes_on) return place;
        before = here;
    }
    return text_nbytes;
}

/* A cut of the first step is one of all: each of its pieces is divided by itself. */
size_t tp_split_find_cut(const tp_splitter *splitter, const uint8_t *text, size_t text_nbytes, size_t from)
{
    if (splitter == NULL || splitter->n_steps == 0 || from >= text_nbytes) return text_nbytes;
    const tp_step *first = &splitter->steps[0];
    if (first->behavior != TP_SPLIT_ISOLATED && first->behavior != TP_SPLIT_REMOVED) return text_nbytes;
    if (first->rules != NULL) return find_cut_by_rules(first->rules, text, text_nbytes, from);
    return tp_machine_find_cut(first->machine, text, text_nbytes, from);
}
