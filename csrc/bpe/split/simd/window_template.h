/* Where pieces begin, written once for all instruction sets. The file that includes this one defines
 *
 *     tp_block                                  64 bytes in registers
 *     load(p)                                   a block from any address
 *     is_equal(block, byte)                     a mask of 64 bits, the lowest for the first byte, as the following
 *     is_between(block, low, high)              unsigned, both ends included
 *     is_letter(block)                          ASCII, of either case
 *     is_beyond_ascii(block)
 *     MASKS_ARE_CHEAP                           whether twenty of these masks, also of bytes beyond ASCII, which the plain ones
 *                                               are not made for, cost less than to look at twenty characters
 *
 * A window is 64 bytes that begin with a piece, so nothing before it matters. Mask arithmetic finds where the other pieces in
 * it begin, all but those for which more text would have to be known; the next window begins with the last one found. What has
 * no second piece, as at the end of the text, goes to tp_split_next. */
#include <string.h>

#include "base/compiler.h"
#include "bpe/split/characters.h"
#include "bpe/split/split.h"

/* A window at the end of the text may be shorter, unless it is so short that splitting its pieces one by one is faster. */
enum { WINDOW_NBYTES = 64, MIN_WINDOW_NBYTES = 12 };

/* The classes of the bytes of a window: bit i is for byte i. All bytes of a character of several bytes have its bits. */
typedef struct tp_window {
    uint64_t known; /* the bytes that the other masks describe: the first ones, up to the first that they cannot describe */
    uint64_t letters, numbers, symbols, newlines;
    uint64_t blanks;      /* white space except newlines */
    uint64_t later_bytes; /* all bytes but the first of characters of several bytes */
    uint64_t spaces, apostrophes;
    uint64_t han;          /* letters whose runs are pieces, which are not among `letters`; 0 in most families */
    uint64_t ascii;        /* ASCII's letters; for DeepSeek */
    uint64_t upper, lower; /* for o200k and Kimi: in pieces, a character that is both counts as lower, unless an upper one follows it */
} tp_window;

static inline void cut_before(tp_window *window, size_t place) { window->known &= (UINT64_C(1) << place) - 1; }

TP_INLINE bool has_case(tp_split_family family) { return family == TP_SPLIT_O200K || family == TP_SPLIT_KIMI; }
TP_INLINE bool has_han(tp_split_family family) { return family == TP_SPLIT_KIMI || family == TP_SPLIT_DEEPSEEK; }

/* Returns whether the masks can describe a character beyond ASCII. They cannot count the characters of a number, or find the
 * last character of a run of white space, if these have several bytes. A mark is part of a word, for o200k, if it follows a
 * letter. */
TP_INLINE bool is_plain(const tp_window *window, size_t place, uint8_t classes, tp_split_family family)
{
    if ((classes & (TP_CLASS_NUMBER | TP_CLASS_SPACE)) != 0) return false;
    if (family == TP_SPLIT_DEEPSEEK) return (classes & (TP_CLASS_LETTER | TP_CLASS_SIGN)) != 0;
    if (family == TP_SPLIT_KIMI && (classes & (TP_CLASS_HAN | TP_CLASS_LETTER)) == TP_CLASS_HAN) return false;
    bool is_mark = (classes & (TP_CLASS_UPPER | TP_CLASS_LETTER)) == TP_CLASS_UPPER;
    return !(has_case(family) && is_mark) || (place > 0 && (window->letters >> (place - 1) & 1) != 0);
}

/* The first bytes of three-byte characters that are certainly letters without case: most of Chinese, Japanese and Korean.
 * Unicode 16 has nothing else in these blocks. Invalid UTF-8 is left to the code that examines each character. */
static inline uint64_t find_letters_of_three(tp_block block)
{
    uint64_t later = is_between(block, 0x80, 0xBF), of_three = is_between(block, 0xE0, 0xEF);
    uint64_t of_four = is_between(block, 0xF0, 0xFF);
    uint64_t inside = (is_between(block, 0xC0, 0xDF) | of_three | of_four) << 1 | (of_three | of_four) << 2 | of_four << 3;
    uint64_t first = is_between(block, 0xE5, 0xE9) | is_between(block, 0xEB, 0xEC); /* U+5000 to 9FFF, U+B000 to CFFF */
    first |= is_equal(block, 0xE4) & ~(is_equal(block, 0xB7) >> 1);                 /* U+4000 to 4FFF but 4DC0 to 4DFF */
    first |= is_equal(block, 0xEA) & is_between(block, 0xB0, 0xBF) >> 1;            /* U+AC00 to AFFF */
    first |= is_equal(block, 0xED) & is_between(block, 0x80, 0x9D) >> 1;            /* U+D000 to D77F */
    uint64_t kana = is_equal(block, 0x81) >> 1 & ~(is_equal(block, 0x80) >> 2);     /* U+3041 to 307F */
    kana |= is_equal(block, 0x82) >> 1 & ~(is_between(block, 0x97, 0xA0) >> 2);     /* U+3080 to 30BF but 3097 to 30A0 */
    kana |= is_equal(block, 0x83) >> 1 & ~(is_equal(block, 0xBB) >> 2);             /* U+30C0 to 30FF but 30FB */
    return (first | (is_equal(block, 0xE3) & kana)) & ~inside & later >> 1 & later >> 2;
}

/* Those of the first bytes that begin letters whose runs are pieces. For DeepSeek, which also counts U+9F80 to 9FA5, takes U+9F80
 * to 9FFF out of the others, as the mask does not tell them apart. */
TP_INLINE uint64_t find_han(tp_block block, uint64_t *first, tp_split_family family)
{
    uint64_t from_4000 = *first & is_between(block, 0xE4, 0xE9);
    if (family == TP_SPLIT_KIMI) return from_4000;
    *first &= ~(is_equal(block, 0xE9) & is_between(block, 0xBE, 0xBF) >> 1);
    uint64_t below_4e00 = is_equal(block, 0xE4) & is_between(block, 0x80, 0xB7) >> 1;
    return *first & ((from_4000 & ~below_4e00) | is_equal(block, 0xE3));
}

/* Takes those letters at once and returns the remaining bytes beyond ASCII. */
TP_INLINE uint64_t add_letters_of_three(tp_window *window, tp_block block, uint64_t beyond, tp_split_family family)
{
    uint64_t first = find_letters_of_three(block), han = has_han(family) ? find_han(block, &first, family) : 0;
    uint64_t later = first << 1 | first << 2, others = (first | later) & ~(han | han << 1 | han << 2);
    window->later_bytes |= later;
    window->han |= han | han << 1 | han << 2;
    window->letters |= others;
    window->lower |= others;
    return beyond & ~(first | later);
}

/* The lowest first byte of the characters that are taken at once. */
enum { FIRST_OF_THREE = 0xE3 };

TP_INLINE tp_window describe_beyond_ascii(tp_window window, const uint8_t *p, tp_block block, uint64_t beyond,
                                          tp_split_script script, tp_split_family family)
{
    uint64_t both = 0;
    if (MASKS_ARE_CHEAP && p[tp_lowest_bit(beyond)] >= FIRST_OF_THREE) {
        uint64_t rest = add_letters_of_three(&window, block, beyond, family);
        both = beyond & ~rest & ~window.han;
        beyond = rest;
    }
    while (beyond != 0) {
        size_t place = tp_lowest_bit(beyond), nbytes = tp_split_nbytes_of(p[place]);
        bool is_within = place + nbytes <= WINDOW_NBYTES; /* otherwise its bytes may be behind the text */
        uint8_t classes = is_within ? tp_split_classes_of(p + place, nbytes) : 0;
        if (is_within) classes = tp_split_classes_in(script, classes, p + place, nbytes);
        if (!is_within || !is_plain(&window, place, classes, family)) {
            cut_before(&window, place);
            break;
        }
        uint64_t bytes = ((UINT64_C(1) << nbytes) - 1) << place;
        beyond &= ~bytes;
        window.later_bytes |= bytes & (bytes - 1);
        if (has_han(family) && (classes & TP_CLASS_HAN) != 0) {
            window.han |= bytes;
            continue;
        }
        if ((classes & (has_case(family) ? TP_CLASS_UPPER | TP_CLASS_LOWER : TP_CLASS_LETTER)) == 0) continue;
        window.letters |= bytes;
        if ((classes & TP_CLASS_LOWER) != 0) window.lower |= bytes;
        else window.upper |= bytes;
        if ((classes & TP_CLASS_LOWER) != 0 && (classes & TP_CLASS_UPPER) != 0) both |= bytes;
    }
    uint64_t upper_behind_both = window.upper & both << 1;
    if (upper_behind_both != 0) cut_before(&window, tp_lowest_bit(upper_behind_both));
    return window;
}

/* One function for each family: what it need not do is left out. */
#define DESCRIBE(name, family)                                                                                              \
    TP_NOINLINE tp_window name(tp_window window, const uint8_t *p, tp_block block, uint64_t beyond, tp_split_script script) \
    {                                                                                                                       \
        return describe_beyond_ascii(window, p, block, beyond, script, family);                                             \
    }
DESCRIBE(beyond_ascii_in_gpt, TP_SPLIT_GPT4)
DESCRIBE(beyond_ascii_in_o200k, TP_SPLIT_O200K)
DESCRIBE(beyond_ascii_in_kimi, TP_SPLIT_KIMI)
DESCRIBE(beyond_ascii_in_deepseek, TP_SPLIT_DEEPSEEK)

TP_INLINE tp_window with_beyond_ascii(tp_window window, const uint8_t *p, tp_block block, uint64_t beyond,
                                      tp_split_script script, tp_split_family family)
{
    switch (family) {
    case TP_SPLIT_O200K:
        return beyond_ascii_in_o200k(window, p, block, beyond, TP_SCRIPT_PLAIN);
    case TP_SPLIT_KIMI:
        return beyond_ascii_in_kimi(window, p, block, beyond, TP_SCRIPT_HAN_APART);
    case TP_SPLIT_DEEPSEEK:
        return beyond_ascii_in_deepseek(window, p, block, beyond, TP_SCRIPT_CHINESE_APART);
    default:
        return beyond_ascii_in_gpt(window, p, block, beyond, script);
    }
}

/* Before what no alternative of DeepSeek's matches: control characters but white space. */
TP_INLINE void cut_before_controls(tp_window *window, tp_block block)
{
    uint64_t controls = is_between(block, 0, 31) | is_equal(block, 127);
    controls &= ~(window->blanks | window->newlines);
    if (controls != 0) cut_before(window, tp_lowest_bit(controls));
}

TP_INLINE tp_window look_at(const uint8_t *p, size_t nbytes, tp_split_script script, tp_split_family family)
{
    tp_block block = load(p);
    uint64_t beyond = is_beyond_ascii(block);
    tp_window window = {.known = UINT64_MAX >> (WINDOW_NBYTES - nbytes), .letters = is_letter(block)};
    window.numbers = is_between(block, '0', '9');
    window.newlines = is_equal(block, '\n') | is_equal(block, '\r');
    window.spaces = is_equal(block, ' ');
    window.blanks = (is_between(block, '\t', '\r') | window.spaces) & ~window.newlines;
    window.apostrophes = is_equal(block, '\'');
    if (family == TP_SPLIT_DEEPSEEK) {
        window.ascii = window.letters;
        cut_before_controls(&window, block);
    }
    if (has_case(family)) {
        window.upper = is_between(block, 'A', 'Z');
        window.lower = window.letters & ~window.upper;
    }
    if (family == TP_SPLIT_O200K) {
        /* Both may belong to symbols before them. */
        uint64_t slash_behind_newline = is_equal(block, '/') & window.newlines << 1;
        if (slash_behind_newline != 0) cut_before(&window, tp_lowest_bit(slash_behind_newline));
    }
    if (beyond != 0) window = with_beyond_ascii(window, p, block, beyond, script, family);
    window.han = has_han(family) ? window.han & window.known : 0;
    window.letters &= window.known;
    window.ascii = family == TP_SPLIT_DEEPSEEK ? window.ascii & window.known : 0;
    window.numbers &= window.known;
    window.newlines &= window.known;
    window.blanks &= window.known;
    window.symbols = window.known & ~(window.letters | window.numbers | window.newlines | window.blanks | window.han);
    return window;
}

TP_INLINE uint64_t not_space(const tp_window *window)
{
    return window->letters | window->numbers | window->symbols | window->han;
}

/* ---- Contractions ------------------------------------------------------------------------------------------------ */

/* Makes contractions at those `apostrophes` that have one into pieces of their own. */
static inline uint64_t with_contractions(uint64_t starts, uint64_t apostrophes, const uint8_t *p, size_t p_nbytes, bool folds)
{
    for (; apostrophes != 0; apostrophes &= apostrophes - 1) {
        size_t place = tp_lowest_bit(apostrophes);
        if (place + 3 > p_nbytes) return starts & ((UINT64_C(2) << place) - 1);
        size_t nbytes = tp_split_contraction_nbytes(p + place, folds);
        if (nbytes == 0) continue;
        starts &= ~(UINT64_C(6) << place);
        starts |= (UINT64_C(1) << place) << nbytes;
    }
    return starts;
}

/* Makes the contractions at `apostrophes`, which follow letters, the ends of their pieces. If one contraction follows another,
 * the second begins a piece, so its letter plays another role than the masks say. */
static inline uint64_t with_contractions_behind_words(uint64_t starts, uint64_t apostrophes, const uint8_t *p, size_t p_nbytes)
{
    for (; apostrophes != 0; apostrophes &= apostrophes - 1) {
        size_t place = tp_lowest_bit(apostrophes);
        if (place + 4 > p_nbytes) return starts & ((UINT64_C(1) << place) - 1);
        size_t nbytes = tp_split_contraction_nbytes(p + place, true);
        if (nbytes == 0) continue;
        starts &= ~(((UINT64_C(1) << nbytes) - 1) << place);
        starts |= UINT64_C(1) << (place + nbytes);
        if (p[place + nbytes] == '\'') return starts & ((UINT64_C(2) << (place + nbytes)) - 1);
    }
    return starts;
}

/* ---- Where pieces begin ------------------------------------------------------------------------------------------ */

/* Before `text`, \s+(?!\S) leaves the last character of white space to the next piece. */
TP_INLINE uint64_t last_before(uint64_t text, uint64_t white) { return white & white << 1 & text >> 1; }

TP_INLINE uint64_t starts_of_gpt2(const tp_window *window, const uint8_t *p, size_t nbytes)
{
    uint64_t white = window->blanks | window->newlines;
    uint64_t starts = window->letters & ~((window->letters | window->spaces) << 1);
    starts |= window->numbers & ~((window->numbers | window->spaces) << 1);
    starts |= window->symbols & ~((window->symbols | window->spaces) << 1);
    starts |= (white & ~(white << 1)) | last_before(not_space(window), white);
    return with_contractions(starts, window->apostrophes & (starts | 1), p, nbytes, false);
}

/* \p{N}{1,max} */
TP_INLINE uint64_t starts_of_numbers(uint64_t numbers, size_t max)
{
    if (max == 1) return numbers;
    uint64_t first = numbers & ~(numbers << 1), starts = first;
    uint64_t is_far_in = numbers & numbers << 1 & numbers << 2;
    if (max == 3) is_far_in &= numbers << 3;
    for (uint64_t next = first << max & is_far_in; next != 0; next = next << max & is_far_in) starts |= next;
    return starts;
}

/* Symbols that are not the first character of a piece: those after another symbol or after a space. */
TP_INLINE uint64_t inner_symbols(const tp_window *window)
{
    uint64_t inner = window->symbols & (window->symbols | window->spaces) << 1 & ~window->later_bytes;
    if (window->later_bytes != 0) {
        for (int i = 1; i < 4; i++) inner |= inner << 1 & window->later_bytes;
    }
    return inner;
}

/* Blanks after newlines: they begin a piece unless another newline follows them. */
TP_INLINE uint64_t blanks_behind_newlines(const tp_window *window)
{
    uint64_t starts = 0;
    for (uint64_t found = window->blanks & window->newlines << 1; found != 0; found &= found - 1) {
        size_t place = tp_lowest_bit(found);
        size_t n = tp_lowest_bit(~(window->blanks >> place));
        if ((not_space(window) >> (place + n - 1) >> 1 & 1) != 0) starts |= UINT64_C(1) << place;
    }
    return starts;
}

/* What the families have in common, given the letters that do not belong to the symbol before them, and what the blanks before
 * it are divided for. */
TP_INLINE uint64_t starts_of_all(const tp_window *window, uint64_t apart, uint64_t text, size_t max_numbers)
{
    uint64_t words = window->letters | window->numbers | window->han;
    uint64_t starts = window->symbols & ~((window->symbols | window->spaces) << 1);
    starts |= (window->letters & (window->numbers | window->newlines | window->han) << 1) | apart;
    starts |= starts_of_numbers(window->numbers, max_numbers) | (window->han & ~(window->han << 1));
    starts |= (window->blanks | window->newlines) & words << 1;
    /* Newlines directly after symbols belong to them. Adding the first newline carries a bit to the place after the last. */
    uint64_t behind_symbols = (window->newlines + (window->newlines & window->symbols << 1)) & ~window->newlines;
    starts |= window->blanks & (window->symbols << 1 | behind_symbols);
    return starts | last_before(text, window->blanks) | blanks_behind_newlines(window);
}

/* For GPT-4's family, and for o200k's and Kimi's except contractions and case. */
TP_INLINE uint64_t starts_of_classes(const tp_window *window, size_t max_numbers)
{
    return starts_of_all(window, window->letters & inner_symbols(window) << 1, not_space(window), max_numbers);
}

/* A symbol of ASCII that begins a piece takes the letters of ASCII behind it, and nothing else is joined with symbols. White
 * space ends with a part of the text if a number or Chinese follows. */
TP_INLINE uint64_t starts_of_deepseek(const tp_window *window, size_t max_numbers)
{
    uint64_t joining = window->symbols & ~inner_symbols(window);
    uint64_t joined = window->ascii & joining << 1;
    if (window->later_bytes != 0) joined &= ~(window->later_bytes << 1);
    uint64_t apart = window->letters & window->symbols << 1 & ~joined;
    /* Adding the first letter carries a bit to the place behind the last one. */
    apart |= (window->ascii + joined) & ~window->ascii & window->letters;
    return starts_of_all(window, apart, window->letters | window->symbols, max_numbers);
}

TP_INLINE uint64_t starts_of_gpt4(const tp_window *window, const uint8_t *p, size_t nbytes, size_t max_numbers)
{
    uint64_t starts = starts_of_classes(window, max_numbers);
    return with_contractions(starts, window->apostrophes & (starts | 1), p, nbytes, true);
}

TP_INLINE uint64_t starts_of_o200k(const tp_window *window, const uint8_t *p, size_t nbytes, const tp_split_rules *rules)
{
    uint64_t starts = starts_of_classes(window, rules->max_numbers) | (window->upper & window->lower << 1);
    if (rules->has_no_contractions) return starts;
    return with_contractions_behind_words(starts, window->apostrophes & window->letters << 1, p, nbytes);
}

/* ---- A window ---------------------------------------------------------------------------------------------------- */

/* Returns where the other pieces begin in a window of `nbytes`; 64 bytes must be readable. */
TP_INLINE uint64_t find_starts_in(const tp_split_rules *rules, tp_split_family family, const uint8_t *p, size_t nbytes)
{
    tp_window window = look_at(p, nbytes, rules->script, family);
    uint64_t starts;
    if (family == TP_SPLIT_GPT2) starts = starts_of_gpt2(&window, p, nbytes);
    else if (family == TP_SPLIT_GPT4) starts = starts_of_gpt4(&window, p, nbytes, rules->max_numbers);
    else if (family == TP_SPLIT_DEEPSEEK) starts = starts_of_deepseek(&window, rules->max_numbers);
    else starts = starts_of_o200k(&window, p, nbytes, rules);
    return starts & window.known & ~UINT64_C(1);
}

/* The same for the window at `p`, which is shorter at the end of the text. No bit is set if a window cannot tell. */
TP_INLINE uint64_t find_starts(const tp_split_rules *rules, tp_split_family family, const uint8_t *p, const uint8_t *end)
{
    uint8_t copy[WINDOW_NBYTES];
    size_t nbytes = WINDOW_NBYTES;
    if ((size_t)(end - p) < WINDOW_NBYTES) {
        nbytes = (size_t)(end - p);
        if (nbytes < MIN_WINDOW_NBYTES) return 0;
        memset(copy, 0, sizeof copy);
        p = memcpy(copy, p, nbytes);
    }
    return find_starts_in(rules, family, p, nbytes);
}
