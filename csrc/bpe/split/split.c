#include "bpe/split/split.h"

#include <string.h>

#include "base/variants.h"
#include "textproc/text.h"
#include "unicode/classes.h"
#include "unicode/utf8.h"

/* ---- The patterns ------------------------------------------------------------------------------------------------ */

typedef struct pattern_entry {
    const char *text;
    tp_split_rules rules;
} pattern_entry;

#define O200K_UPPER "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]"
#define O200K_LOWER "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"
#define O200K_CONTRACTION "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"

/* Possessive quantifiers make no difference to what these match, except in `\s++$`. In GPT-2's family `\s+(?!\S)` has the same
 * effect at the end of a text. */
static const pattern_entry patterns[] = {
    [TP_PATTERN_GPT2] = {"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                         {.family = TP_SPLIT_GPT2}},
    [TP_PATTERN_R50K] = {"'(?:[sdmt]|ll|ve|re)| ?\\p{L}++| ?\\p{N}++| ?[^\\s\\p{L}\\p{N}]++|\\s++$|\\s+(?!\\S)|\\s",
                         {.family = TP_SPLIT_GPT2}},
    [TP_PATTERN_GPT4] = {"'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*"
                         "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
                         {.family = TP_SPLIT_GPT4, .max_numbers = 3}},
    [TP_PATTERN_CL100K] = {"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
                           "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                           {.family = TP_SPLIT_GPT4, .max_numbers = 3}},
    [TP_PATTERN_CL100K_TIKTOKEN] = {"'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+"
                                    "| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s",
                                    {.family = TP_SPLIT_GPT4, .max_numbers = 3, .keeps_blank_end = true}},
    [TP_PATTERN_NANOCHAT] = {"'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,2}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*"
                             "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
                             {.family = TP_SPLIT_GPT4, .max_numbers = 2}},
    [TP_PATTERN_O200K] = {"[^\\r\\n\\p{L}\\p{N}]?" O200K_UPPER "*" O200K_LOWER "+" O200K_CONTRACTION
                          "|[^\\r\\n\\p{L}\\p{N}]?" O200K_UPPER "+" O200K_LOWER "*" O200K_CONTRACTION
                          "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                          {.family = TP_SPLIT_O200K, .max_numbers = 3}},
};

enum { N_PATTERNS = sizeof patterns / sizeof *patterns };

/* NULL: there is none. */
static const pattern_entry *entry_of(tp_pattern pattern)
{
    unsigned number = (unsigned)pattern;
    return number < N_PATTERNS && patterns[number].text != NULL ? &patterns[number] : NULL;
}

const char *tp_pattern_text(tp_pattern pattern)
{
    const pattern_entry *entry = entry_of(pattern);
    return entry == NULL ? NULL : entry->text;
}

tp_pattern tp_pattern_find(const uint8_t *text, size_t text_nbytes)
{
    for (int number = TP_PATTERN_NONE + 1; number < N_PATTERNS; number++) {
        const char *known = patterns[number].text;
        if (strlen(known) == text_nbytes && memcmp(known, text, text_nbytes) == 0) return (tp_pattern)number;
    }
    return TP_PATTERN_NONE;
}

#define NAMED(pattern)                                                                                            \
    [pattern] = {.rules = &patterns[pattern].rules,                                                               \
                 .n_steps = 1,                                                                                    \
                 .steps = {{.rules = &patterns[pattern].rules, .behavior = TP_SPLIT_REMOVED, .is_inverted = true}}}

static const tp_splitter splitters[] = {
    NAMED(TP_PATTERN_GPT2),   NAMED(TP_PATTERN_R50K),           NAMED(TP_PATTERN_GPT4),
    NAMED(TP_PATTERN_CL100K), NAMED(TP_PATTERN_CL100K_TIKTOKEN), NAMED(TP_PATTERN_NANOCHAT),
    NAMED(TP_PATTERN_O200K),
};

const tp_splitter *tp_splitter_of(tp_pattern pattern) { return entry_of(pattern) == NULL ? NULL : &splitters[pattern]; }

/* ---- Splitting --------------------------------------------------------------------------------------------------- */

const tp_split_rules *tp_split_rules_of(tp_pattern pattern)
{
    const pattern_entry *entry = entry_of(pattern);
    return entry == NULL ? NULL : &entry->rules;
}

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
static uint8_t classes_at(const uint8_t *p, const uint8_t *end, size_t *nbytes)
{
    uint32_t code_point;
    *nbytes = tp_utf8_decode(p, end, &code_point);
    return tp_classes_of(code_point);
}

/* Returns where the character begins that covers the byte at `place`. */
static size_t start_of_character(const uint8_t *text, size_t place)
{
    size_t start = place;
    while (start > 0 && place - start < TP_UTF8_MAX_NBYTES - 1 && tp_utf8_is_continuation(text[start])) start--;
    return start;
}

/* In every pattern, after a letter a piece continues only with letters, marks and contractions, and after a number only with
 * numbers. No pattern depends on the text before a piece. So there is a cut before any other character. */
static size_t find_cut_by_rules(const uint8_t *text, size_t text_nbytes, size_t from)
{
    const uint8_t *end = text + tp_utf8_complete_nbytes(text, text_nbytes);
    const uint8_t *p = text + start_of_character(text, from > 0 ? from - 1 : 0);
    uint8_t before = 0;
    for (size_t nbytes; p < end; p += nbytes) {
        uint8_t here = classes_at(p, end, &nbytes);
        bool goes_on = (before & TP_CLASS_NUMBER) != 0
                           ? (here & TP_CLASS_NUMBER) != 0
                           : (here & (TP_CLASS_LETTER | TP_CLASS_UPPER | TP_CLASS_LOWER)) != 0 || *p == '\'';
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
    if (first->rules != NULL) return find_cut_by_rules(text, text_nbytes, from);
    return tp_machine_find_cut(first->machine, text, text_nbytes, from);
}
