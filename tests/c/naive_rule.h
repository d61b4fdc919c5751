/* Runs of characters of a class, found one character after the other as a regular expression's definition says. */
#ifndef TEXTPROC_TESTS_NAIVE_RULE_H
#define TEXTPROC_TESTS_NAIVE_RULE_H

#include "textproc.h"
#include "unicode/utf8.h"

/* A class, what \b calls letters, and the rest of C{m,}. */
typedef struct naive_rule {
    const tp_range *members, *letters;
    size_t n_members, n_letters;
    size_t min_length;
    bool starts_at_boundary, ends_at_boundary;
} naive_rule;

static inline bool naive_has(const tp_range *ranges, size_t n, const uint8_t *p, const uint8_t *end)
{
    uint32_t code_point;
    tp_utf8_decode(p, end, &code_point);
    for (size_t i = 0; i < n; i++) {
        if (code_point >= ranges[i].first && code_point <= ranges[i].last) return true;
    }
    return false;
}

static inline size_t naive_step(const uint8_t *text, size_t nbytes, size_t place)
{
    uint32_t code_point;
    return place + tp_utf8_decode(text + place, text + nbytes, &code_point);
}

static inline bool naive_boundary(const naive_rule *rule, const uint8_t *text, size_t nbytes, size_t place)
{
    size_t before = place;
    if (place > 0) {
        for (before = place - 1; (text[before] & 0xC0) == 0x80 && before > 0; before--) continue;
    }
    bool left = place > 0 && naive_has(rule->letters, rule->n_letters, text + before, text + place);
    bool right = place < nbytes && naive_has(rule->letters, rule->n_letters, text + place, text + nbytes);
    return left != right;
}

/* Finds the first match at or after *start: tries every place, the longest match first. False if there is none. The text is
 * valid UTF-8. */
static inline bool naive_match(const naive_rule *rule, const uint8_t *text, size_t nbytes, size_t *start, size_t *end)
{
    for (size_t from = *start; from < nbytes; from = naive_step(text, nbytes, from)) {
        if (rule->starts_at_boundary && !naive_boundary(rule, text, nbytes, from)) continue;
        size_t n = 0, found = 0;
        for (size_t to = from; to < nbytes && naive_has(rule->members, rule->n_members, text + to, text + nbytes);) {
            to = naive_step(text, nbytes, to);
            if (++n < rule->min_length) continue;
            if (!rule->ends_at_boundary || naive_boundary(rule, text, nbytes, to)) found = to;
        }
        if (found == 0) continue;
        *start = from;
        *end = found;
        return true;
    }
    return false;
}

static inline tp_words_options naive_options(const naive_rule *rule)
{
    return (tp_words_options){.rule = TP_WORDS_OF_CLASS,
                              .members = rule->members,
                              .n_members = rule->n_members,
                              .letters = rule->letters,
                              .n_letters = rule->n_letters,
                              .starts_at_boundary = rule->starts_at_boundary,
                              .ends_at_boundary = rule->ends_at_boundary,
                              .min_length = rule->min_length,
                              .least_ngram = 1,
                              .most_ngram = 1};
}

/* Classes to try: letters alone, with what stands in words, with white space, and beyond ASCII. */
static const tp_range ascii_letters[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
static const tp_range all_letters[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}, {0xC0, 0x24F}, {0x4E00, 0x9FFF}, {0x10400, 0x1044F}};
static const tp_range with_hyphen[] = {{'-', '-'}, {'a', 'z'}, {0xE0, 0xFF}};
static const tp_range no_blank[] = {{0, 0x1F}, {0x21, 0xD7FF}, {0xE000, 0x10FFFF}};
static const tp_range few[] = {{'a', 'b'}, {0x10FFFF, 0x10FFFF}};

#define NAIVE_CLASS(set) (set), sizeof(set) / sizeof *(set)

static inline naive_rule naive_rule_number(size_t number)
{
    static const struct {
        const tp_range *members;
        size_t n;
    } classes[] = {{NAIVE_CLASS(ascii_letters)}, {NAIVE_CLASS(all_letters)}, {NAIVE_CLASS(with_hyphen)}, {NAIVE_CLASS(no_blank)}, {NAIVE_CLASS(few)}};
    size_t which = number % 5, letters = number / 5 % 2;
    return (naive_rule){.members = classes[which].members,
                        .n_members = classes[which].n,
                        .letters = classes[letters].members,
                        .n_letters = classes[letters].n,
                        .starts_at_boundary = number / 10 % 2,
                        .ends_at_boundary = number / 20 % 2,
                        .min_length = 1 + number / 40 % 3};
}

enum { N_NAIVE_RULES = 120 };

#endif
