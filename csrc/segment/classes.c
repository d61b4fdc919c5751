#include "segment/classes.h"

#include <string.h>

#include "base/variants.h"
#include "segment/class_words.h"

tp_next_words tp_next_class_words_plain, tp_next_class_words_neon, tp_next_class_words_avx2, tp_next_class_words_avx512;

static size_t next_class_words(const tp_words_rule *rule, const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans,
                               size_t capacity)
{
    return TP_VARIANT(tp_next_class_words)(rule, text, nbytes, at, spans, capacity);
}

tp_find_class_edges tp_find_class_edges_plain, tp_find_class_edges_neon, tp_find_class_edges_avx2, tp_find_class_edges_avx512;

size_t tp_class_edges(const tp_class_rule *rule, const uint8_t *text, size_t nbytes, uint16_t *edges)
{
    return TP_VARIANT(tp_find_class_edges)(rule, text, nbytes, edges);
}

/* ---- Making rules -------------------------------------------------------------------------------------------------- */

static void add_ranges(tp_character_set *set, const tp_range *ranges, size_t n)
{
    memset(set, 0, sizeof *set);
    for (size_t i = 0; i < n; i++) {
        uint32_t last = ranges[i].last < TP_N_CODE_POINTS ? ranges[i].last : TP_N_CODE_POINTS - 1;
        for (uint32_t each = ranges[i].first; each <= last;) {
            bool is_whole = each % 32 == 0 && last - each >= 31;
            set->bits[each / 32] |= is_whole ? UINT32_MAX : UINT32_C(1) << each % 32;
            each += is_whole ? 32 : 1;
        }
    }
}

static const tp_range white_space[] = {{0x09, 0x0D},     {0x1C, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},
                                       {0x1680, 0x1680}, {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F},
                                       {0x205F, 0x205F}, {0x3000, 0x3000}};

enum { N_SPACES = sizeof white_space / sizeof *white_space };

static bool has_white_space(const tp_character_set *set)
{
    for (size_t i = 0; i < N_SPACES; i++) {
        for (uint32_t each = white_space[i].first; each <= white_space[i].last; each++) {
            if (tp_character_set_has(set, each)) return true;
        }
    }
    return false;
}

void tp_class_rule_fill(tp_class_rule *rule, const tp_range *members, size_t n_members, const tp_range *letters,
                        size_t n_letters, size_t min_length, bool starts_at_boundary, bool ends_at_boundary)
{
    add_ranges(&rule->members, members, n_members);
    add_ranges(&rule->letters, letters, n_letters);
    /* A maximal run of letters has boundaries on both sides, and none within. */
    bool are_letters = memcmp(&rule->members, &rule->letters, sizeof rule->letters) == 0;
    bool has_boundaries = (starts_at_boundary || ends_at_boundary) && !are_letters;
    rule->starts_at_boundary = starts_at_boundary && !are_letters;
    rule->ends_at_boundary = ends_at_boundary && !are_letters;
    rule->min_length = min_length;
    memset(rule->ascii_rows, 0, sizeof rule->ascii_rows);
    memset(rule->ascii, 0, sizeof rule->ascii);
    for (uint32_t byte = 0; byte < 0x80; byte++) {
        bool is_member = tp_character_set_has(&rule->members, byte);
        rule->ascii[byte] = is_member;
        if (is_member) rule->ascii_rows[byte & 15] |= (uint8_t)(1u << (byte >> 4));
    }
    bool parts = !has_white_space(&rule->members) && !(has_boundaries && has_white_space(&rule->letters));
    rule->rule = (tp_words_rule){next_class_words, parts ? TP_CUTS_AT_SPACE : TP_CUTS_NOWHERE};
}

void tp_class_rule_fill_visible(tp_class_rule *rule)
{
    tp_range visible[N_SPACES + 1] = {{0, 0}};
    for (size_t i = 0; i < N_SPACES; i++) {
        visible[i].last = white_space[i].first - 1;
        visible[i + 1].first = white_space[i].last + 1;
    }
    visible[N_SPACES].last = TP_N_CODE_POINTS - 1;
    tp_class_rule_fill(rule, visible, N_SPACES + 1, NULL, 0, 1, false, false);
}

/* ---- Lines --------------------------------------------------------------------------------------------------------- */

static size_t next_lines(const tp_words_rule *rule, const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans,
                         size_t capacity)
{
    size_t n = 0, start = *at;
    (void)rule;
    while (start < nbytes && n < capacity) {
        const uint8_t *newline = memchr(text + start, '\n', nbytes - start);
        size_t end = newline != NULL ? (size_t)(newline - text) : nbytes;
        if (end > start) spans[n++] = (tp_span){start, end};
        start = end < nbytes ? end + 1 : nbytes;
    }
    *at = start;
    return n;
}

const tp_words_rule tp_lines_rule = {next_lines, TP_CUTS_NOWHERE};
