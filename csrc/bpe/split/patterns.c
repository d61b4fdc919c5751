/* The patterns with a hand-written splitter. */
#include <string.h>

#include "bpe/split/split.h"

typedef struct pattern_entry {
    const char *text;
    tp_split_rules rules;
} pattern_entry;

#define O200K_UPPER "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]"
#define O200K_LOWER "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"
#define O200K_CONTRACTION "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"

#define KIMI_UPPER "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]"
#define KIMI_LOWER "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]"

/* U+3040 to 30FF and U+4E00 to 9FA5, of which DeepSeek V3's second pattern makes pieces. Its third one sees neither these nor
 * numbers, but the end of a text in their place; and what it does not match is a piece too, the last alternative here. */
#define CHINESE "\xE3\x81\x80-\xE3\x83\xBF\xE4\xB8\x80-\xE9\xBE\xA5"

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
    [TP_PATTERN_QWEN2] = {"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
                          "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                          {.family = TP_SPLIT_GPT4, .max_numbers = 1}},
    [TP_PATTERN_TEKKEN] = {"[^\\r\\n\\p{L}\\p{N}]?" O200K_UPPER "*" O200K_LOWER "+"
                           "|[^\\r\\n\\p{L}\\p{N}]?" O200K_UPPER "+" O200K_LOWER "*"
                           "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                           {.family = TP_SPLIT_O200K, .max_numbers = 1, .has_no_contractions = true}},
    [TP_PATTERN_QWEN35] = {"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}"
                           "| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                           {.family = TP_SPLIT_GPT4, .script = TP_SCRIPT_MARKS, .max_numbers = 1}},
    [TP_PATTERN_KIMI] = {"[\\p{Han}]+|[^\\r\\n\\p{L}\\p{N}]?" KIMI_UPPER "*" KIMI_LOWER "+" O200K_CONTRACTION
                         "|[^\\r\\n\\p{L}\\p{N}]?" KIMI_UPPER "+" KIMI_LOWER "*" O200K_CONTRACTION
                         "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                         {.family = TP_SPLIT_KIMI, .script = TP_SCRIPT_HAN_APART, .max_numbers = 3}},
    [TP_PATTERN_DEEPSEEK3] = {"\\p{N}{1,3}|[" CHINESE "]+|[!-/:-@\\[-`{-~][A-Za-z]+"
                              "|[^\\r\\n\\p{L}\\p{N}\\p{P}\\p{S}" CHINESE "]?[\\p{L}\\p{M}&&[^" CHINESE "]]+"
                              "| ?[\\p{P}\\p{S}&&[^" CHINESE "]]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?![^\\s\\p{N}" CHINESE "])|\\s+"
                              "|[^\\s\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}" CHINESE "]+(?![\\p{L}\\p{M}&&[^" CHINESE "]])",
                              {.family = TP_SPLIT_DEEPSEEK, .script = TP_SCRIPT_CHINESE_APART, .max_numbers = 3}},
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
    NAMED(TP_PATTERN_O200K),  NAMED(TP_PATTERN_QWEN2),           NAMED(TP_PATTERN_TEKKEN),
    NAMED(TP_PATTERN_QWEN35), NAMED(TP_PATTERN_KIMI),            NAMED(TP_PATTERN_DEEPSEEK3),
};

const tp_splitter *tp_splitter_of(tp_pattern pattern) { return entry_of(pattern) == NULL ? NULL : &splitters[pattern]; }

const tp_split_rules *tp_split_rules_of(tp_pattern pattern)
{
    const pattern_entry *entry = entry_of(pattern);
    return entry == NULL ? NULL : &entry->rules;
}
