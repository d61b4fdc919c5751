/* The hand-written patterns, one piece at a time: the match of each alternative, in the order in which a regular expression
 * tries them. Each needs only one pass over a piece and one character after it. */
#include "bpe/split/characters.h"
#include "bpe/split/split.h"

/* The class of the end of the text, beside those of a character, which are eight. */
#define AT_END 0x100u

#define SYMBOL_MASK (TP_CLASS_LETTER | TP_CLASS_NUMBER | TP_CLASS_SPACE | AT_END) /* all other characters are symbols */

/* The text from the current piece on. */
typedef struct tp_rest {
    const uint8_t *end;
    tp_split_script script;
    bool met_end; /* set when the end of the text was examined */
} tp_rest;

/* A character beyond ASCII; a truncated one is a symbol of one byte. */
static uint32_t look_beyond_ascii(const tp_rest *rest, const uint8_t *p, size_t *nbytes)
{
    *nbytes = tp_split_nbytes_of(*p);
    if ((size_t)(rest->end - p) < *nbytes) *nbytes = 1;
    return tp_split_classes_in(rest->script, tp_split_classes_of(p, *nbytes), p, *nbytes);
}

/* Returns the classes of the character at `p` and its length. */
static inline uint32_t look(tp_rest *rest, const uint8_t *p, size_t *nbytes)
{
    if (p == rest->end) {
        rest->met_end = true;
        *nbytes = 0;
        return AT_END;
    }
    if (*p >= 0x80) return look_beyond_ascii(rest, p, nbytes);
    *nbytes = 1;
    return tp_classes_values[*p];
}

/* Skips the characters whose classes within `mask` are exactly `wanted`. */
static inline const uint8_t *skip(tp_rest *rest, const uint8_t *p, uint32_t mask, uint32_t wanted)
{
    size_t nbytes;
    while ((look(rest, p, &nbytes) & mask) == wanted) p += nbytes;
    return p;
}

static inline const uint8_t *skip_letters(tp_rest *rest, const uint8_t *p)
{
    return skip(rest, p, TP_CLASS_LETTER, TP_CLASS_LETTER);
}

static const uint8_t *skip_han(tp_rest *rest, const uint8_t *p) { return skip(rest, p, TP_CLASS_HAN, TP_CLASS_HAN); }

static inline const uint8_t *skip_symbols(tp_rest *rest, const uint8_t *p) { return skip(rest, p, SYMBOL_MASK, 0); }

/* Returns the length of the contraction at the apostrophe `p`, or 0. */
static size_t contraction_nbytes(tp_rest *rest, const uint8_t *p, bool folds)
{
    size_t available = (size_t)(rest->end - p);
    if (available >= 3) return tp_split_contraction_nbytes(p, folds);
    const uint8_t padded[3] = {'\'', available == 2 ? p[1] : 0, 0};
    size_t nbytes = tp_split_contraction_nbytes(padded, folds);
    if (nbytes == 0) rest->met_end = true;
    return nbytes;
}

/* \s++$ (where the pattern has it) | \s*[\r\n] (unless in GPT-2's family) | \s+(?!\S) | \s, where white space begins at `p`. */
static const uint8_t *match_space(tp_rest *rest, const uint8_t *p, const tp_split_rules *rules)
{
    const uint8_t *last = p, *behind_newline = NULL, *q = p;
    size_t nbytes;
    uint32_t classes;
    while (((classes = look(rest, q, &nbytes)) & TP_CLASS_SPACE) != 0) {
        last = q;
        q += nbytes;
        if ((classes & TP_CLASS_NEWLINE) != 0) behind_newline = q;
    }
    bool is_at_end = classes == AT_END;
    if (rules->family != TP_SPLIT_GPT2 && behind_newline != NULL && !(is_at_end && rules->keeps_blank_end)) {
        return behind_newline;
    }
    if (rules->family == TP_SPLIT_DEEPSEEK && (classes & (TP_CLASS_NUMBER | TP_CLASS_HAN)) != 0) return q;
    return is_at_end || last == p ? q : last;
}

/* \p{N}{1,max}, the first of which ends at `p`. */
static const uint8_t *match_numbers(tp_rest *rest, const uint8_t *p, size_t max)
{
    size_t nbytes;
    for (size_t n = 1; n < max && (look(rest, p, &nbytes) & TP_CLASS_NUMBER) != 0; n++) p += nbytes;
    return p;
}

static const uint8_t *next_of_gpt2(tp_rest *rest, const uint8_t *p, const tp_split_rules *rules)
{
    if (*p == '\'') {
        size_t contraction = contraction_nbytes(rest, p, false);
        if (contraction != 0) return p + contraction;
    }
    size_t nbytes;
    const uint8_t *q = p + (*p == ' ');
    uint32_t classes = look(rest, q, &nbytes);
    if ((classes & TP_CLASS_LETTER) != 0) return skip_letters(rest, q + nbytes);
    if ((classes & TP_CLASS_NUMBER) != 0) return skip(rest, q + nbytes, TP_CLASS_NUMBER, TP_CLASS_NUMBER);
    if ((classes & SYMBOL_MASK) == 0) return skip_symbols(rest, q + nbytes);
    return match_space(rest, p, rules);
}

static const uint8_t *next_of_gpt4(tp_rest *rest, const uint8_t *p, const tp_split_rules *rules)
{
    if (*p == '\'') {
        size_t contraction = contraction_nbytes(rest, p, true);
        if (contraction != 0) return p + contraction;
    }
    size_t nbytes, second_nbytes;
    uint32_t first = look(rest, p, &nbytes);
    if ((first & TP_CLASS_LETTER) != 0) return skip_letters(rest, p + nbytes);
    if ((first & TP_CLASS_NUMBER) != 0) return match_numbers(rest, p + nbytes, rules->max_numbers);
    if ((first & TP_CLASS_NEWLINE) != 0) return match_space(rest, p, rules);
    uint32_t second = look(rest, p + nbytes, &second_nbytes);
    if ((second & TP_CLASS_LETTER) != 0) return skip_letters(rest, p + nbytes + second_nbytes);
    if ((first & TP_CLASS_SPACE) != 0 && !(*p == ' ' && (second & SYMBOL_MASK) == 0)) return match_space(rest, p, rules);
    return skip(rest, skip_symbols(rest, p + nbytes), TP_CLASS_NEWLINE, TP_CLASS_NEWLINE);
}

/* ---- o200k ------------------------------------------------------------------------------------------------------- */

/* (?i:'s|'t|'re|'ve|'m|'ll|'d)? */
static const uint8_t *match_optional_contraction(tp_rest *rest, const uint8_t *p)
{
    size_t nbytes;
    if (look(rest, p, &nbytes) == AT_END || *p != '\'') return p;
    return p + contraction_nbytes(rest, p, true);
}

/* Matches [upper]*[lower]+ from `p` on, or returns NULL; then *upper_end is the end of [upper]*, and no lower character
 * precedes it. A character that is both goes to [upper]* first. If no lower one follows, the last such character is given back
 * and is all of [lower]+. */
static const uint8_t *match_lower(tp_rest *rest, const uint8_t *p, const uint8_t **upper_end)
{
    const uint8_t *behind_both = NULL;
    size_t nbytes;
    uint32_t classes;
    while (((classes = look(rest, p, &nbytes)) & TP_CLASS_UPPER) != 0) {
        p += nbytes;
        if ((classes & TP_CLASS_LOWER) != 0) behind_both = p;
    }
    *upper_end = p;
    return (classes & TP_CLASS_LOWER) != 0 ? skip(rest, p, TP_CLASS_LOWER, TP_CLASS_LOWER) : behind_both;
}

/* Matches the two alternatives for words, the second of which takes words without lower characters; NULL if neither matches.
 * `first` and `nbytes` describe the character at `p`. */
static const uint8_t *match_word(tp_rest *rest, const uint8_t *p, uint32_t first, size_t nbytes, const tp_split_rules *rules)
{
    bool is_prefix = (first & (TP_CLASS_LETTER | TP_CLASS_NUMBER | TP_CLASS_NEWLINE)) == 0;
    const uint8_t *start = is_prefix ? p + nbytes : p, *upper_end;
    const uint8_t *word_end = match_lower(rest, start, &upper_end);
    if (word_end == NULL && is_prefix && (first & TP_CLASS_LOWER) != 0) word_end = p + nbytes; /* a mark, without prefix */
    if (word_end == NULL && upper_end != start) word_end = upper_end;
    if (word_end == NULL || rules->has_no_contractions) return word_end;
    return match_optional_contraction(rest, word_end);
}

static const uint8_t *skip_newlines(tp_rest *rest, const uint8_t *p)
{
    return skip(rest, p, TP_CLASS_NEWLINE, TP_CLASS_NEWLINE);
}

/* [\r\n/]* */
static const uint8_t *skip_newlines_and_slashes(tp_rest *rest, const uint8_t *p)
{
    size_t nbytes;
    while (((look(rest, p, &nbytes) & TP_CLASS_NEWLINE) != 0) || (nbytes == 1 && *p == '/')) p += nbytes;
    return p;
}

static const uint8_t *next_of_o200k(tp_rest *rest, const uint8_t *p, const tp_split_rules *rules)
{
    size_t nbytes, second_nbytes;
    uint32_t first = look(rest, p, &nbytes);
    if (rules->family == TP_SPLIT_KIMI && (first & TP_CLASS_HAN) != 0) return skip_han(rest, p + nbytes);
    const uint8_t *word_end = match_word(rest, p, first, nbytes, rules);
    if (word_end != NULL) return word_end;
    if ((first & TP_CLASS_NUMBER) != 0) return match_numbers(rest, p + nbytes, rules->max_numbers);
    if ((first & TP_CLASS_SPACE) != 0) {
        if (*p != ' ' || (look(rest, p + 1, &second_nbytes) & SYMBOL_MASK) != 0) return match_space(rest, p, rules);
    }
    const uint8_t *symbols_end = skip_symbols(rest, p + nbytes);
    return rules->family == TP_SPLIT_KIMI ? skip_newlines(rest, symbols_end) : skip_newlines_and_slashes(rest, symbols_end);
}

/* ---- DeepSeek V3 ------------------------------------------------------------------------------------------------- */

/* The letters of a word, marks among them. */
static const uint8_t *skip_word(tp_rest *rest, const uint8_t *p)
{
    return skip(rest, p, TP_CLASS_LETTER | TP_CLASS_HAN, TP_CLASS_LETTER);
}

static const uint8_t *skip_signs(tp_rest *rest, const uint8_t *p)
{
    return skip_newlines(rest, skip(rest, p, TP_CLASS_SIGN, TP_CLASS_SIGN));
}

static const uint8_t *skip_ascii_letters(tp_rest *rest, const uint8_t *p)
{
    while (p != rest->end && *p < 0x80 && (tp_classes_values[*p] & TP_CLASS_LETTER) != 0) p++;
    if (p == rest->end) rest->met_end = true;
    return p;
}

/* What no other alternative matches; a word that follows takes the last character, which is not the one at `p`. */
static const uint8_t *skip_others(tp_rest *rest, const uint8_t *p, size_t nbytes)
{
    const uint8_t *last = p, *q = p + nbytes;
    uint32_t classes;
    while (((classes = look(rest, q, &nbytes)) & (SYMBOL_MASK | TP_CLASS_SIGN)) == 0) {
        last = q;
        q += nbytes;
    }
    return (classes & (TP_CLASS_LETTER | TP_CLASS_HAN)) == TP_CLASS_LETTER ? last : q;
}

static const uint8_t *next_of_deepseek(tp_rest *rest, const uint8_t *p, const tp_split_rules *rules)
{
    size_t nbytes, second_nbytes;
    uint32_t first = look(rest, p, &nbytes);
    if ((first & TP_CLASS_NUMBER) != 0) return match_numbers(rest, p + nbytes, rules->max_numbers);
    if ((first & TP_CLASS_HAN) != 0) return skip_han(rest, p + nbytes);
    if ((first & TP_CLASS_LETTER) != 0) return skip_word(rest, p + nbytes);
    if ((first & TP_CLASS_NEWLINE) != 0) return match_space(rest, p, rules);
    uint32_t second = look(rest, p + nbytes, &second_nbytes);
    bool is_word_next = (second & (TP_CLASS_LETTER | TP_CLASS_HAN)) == TP_CLASS_LETTER;
    if ((first & TP_CLASS_SIGN) != 0) {
        bool is_joined = is_word_next && *p < 0x80 && p[nbytes] < 0x80;
        return is_joined ? skip_ascii_letters(rest, p + nbytes) : skip_signs(rest, p + nbytes);
    }
    if (is_word_next) return skip_word(rest, p + nbytes + second_nbytes);
    if (*p == ' ' && (second & TP_CLASS_SIGN) != 0) return skip_signs(rest, p + nbytes);
    return (first & TP_CLASS_SPACE) != 0 ? match_space(rest, p, rules) : skip_others(rest, p, nbytes);
}

/* ---- All of them ------------------------------------------------------------------------------------------------- */

const uint8_t *tp_split_next(const tp_split_rules *rules, const uint8_t *p, const uint8_t *end, bool *met_end)
{
    tp_rest rest = {.end = end, .script = rules->script};
    const uint8_t *piece_end;
    if (rules->family == TP_SPLIT_GPT2) piece_end = next_of_gpt2(&rest, p, rules);
    else if (rules->family == TP_SPLIT_GPT4) piece_end = next_of_gpt4(&rest, p, rules);
    else if (rules->family == TP_SPLIT_DEEPSEEK) piece_end = next_of_deepseek(&rest, p, rules);
    else piece_end = next_of_o200k(&rest, p, rules);
    *met_end = rest.met_end;
    return piece_end;
}
