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
    uint64_t upper, lower; /* for o200k: in pieces, a character that is both counts as lower, unless an upper one follows it */
} tp_window;

static inline void cut_before(tp_window *window, size_t place) { window->known &= (UINT64_C(1) << place) - 1; }

/* Returns whether the masks can describe a character beyond ASCII. They cannot count the characters of a number, or find the
 * last character of a run of white space, if these have several bytes. A mark is part of a word, for o200k, if it follows a
 * letter. */
static inline bool is_plain(const tp_window *window, size_t place, uint8_t classes, bool is_o200k)
{
    if ((classes & (TP_CLASS_NUMBER | TP_CLASS_SPACE)) != 0) return false;
    bool is_mark = (classes & (TP_CLASS_UPPER | TP_CLASS_LETTER)) == TP_CLASS_UPPER;
    return !(is_o200k && is_mark) || (place > 0 && (window->letters >> (place - 1) & 1) != 0);
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

/* Takes those letters at once and returns the remaining bytes beyond ASCII. */
static inline uint64_t add_letters_of_three(tp_window *window, tp_block block, uint64_t beyond)
{
    uint64_t first = find_letters_of_three(block), later = first << 1 | first << 2;
    window->later_bytes |= later;
    window->letters |= first | later;
    window->lower |= first | later;
    return beyond & ~(first | later);
}

/* The lowest first byte of the characters that are taken at once. */
enum { FIRST_OF_THREE = 0xE3 };

TP_NOINLINE tp_window with_beyond_ascii(tp_window window, const uint8_t *p, tp_block block, uint64_t beyond, bool is_o200k)
{
    uint64_t both = 0;
    if (MASKS_ARE_CHEAP && p[tp_lowest_bit(beyond)] >= FIRST_OF_THREE) {
        uint64_t rest = add_letters_of_three(&window, block, beyond);
        both = beyond & ~rest;
        beyond = rest;
    }
    while (beyond != 0) {
        size_t place = tp_lowest_bit(beyond), nbytes = tp_split_nbytes_of(p[place]);
        uint8_t classes = place + nbytes <= WINDOW_NBYTES ? tp_split_classes_of(p + place, nbytes) : 0;
        if (place + nbytes > WINDOW_NBYTES || !is_plain(&window, place, classes, is_o200k)) {
            cut_before(&window, place);
            break;
        }
        uint64_t bytes = ((UINT64_C(1) << nbytes) - 1) << place;
        beyond &= ~bytes;
        window.later_bytes |= bytes & (bytes - 1);
        if ((classes & (is_o200k ? TP_CLASS_UPPER | TP_CLASS_LOWER : TP_CLASS_LETTER)) == 0) continue;
        window.letters |= bytes;
        if ((classes & TP_CLASS_LOWER) != 0) window.lower |= bytes;
        else window.upper |= bytes;
        if ((classes & TP_CLASS_LOWER) != 0 && (classes & TP_CLASS_UPPER) != 0) both |= bytes;
    }
    uint64_t upper_behind_both = window.upper & both << 1;
    if (upper_behind_both != 0) cut_before(&window, tp_lowest_bit(upper_behind_both));
    return window;
}

TP_INLINE tp_window look_at(const uint8_t *p, size_t nbytes, bool is_o200k)
{
    tp_block block = load(p);
    uint64_t beyond = is_beyond_ascii(block);
    tp_window window = {.known = UINT64_MAX >> (WINDOW_NBYTES - nbytes), .letters = is_letter(block)};
    window.numbers = is_between(block, '0', '9');
    window.newlines = is_equal(block, '\n') | is_equal(block, '\r');
    window.spaces = is_equal(block, ' ');
    window.blanks = (is_between(block, '\t', '\r') | window.spaces) & ~window.newlines;
    window.apostrophes = is_equal(block, '\'');
    if (is_o200k) {
        window.upper = is_between(block, 'A', 'Z');
        window.lower = window.letters & ~window.upper;
        /* Both may belong to symbols before them. */
        uint64_t slash_behind_newline = is_equal(block, '/') & window.newlines << 1;
        if (slash_behind_newline != 0) cut_before(&window, tp_lowest_bit(slash_behind_newline));
    }
    if (beyond != 0) window = with_beyond_ascii(window, p, block, beyond, is_o200k);
    window.letters &= window.known;
    window.numbers &= window.known;
    window.newlines &= window.known;
    window.blanks &= window.known;
    window.symbols = window.known & ~(window.letters | window.numbers | window.newlines | window.blanks);
    return window;
}

static inline uint64_t not_space(const tp_window *window) { return window->letters | window->numbers | window->symbols; }

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

/* Before other text, \s+(?!\S) leaves the last character of white space to the next piece. */
static inline uint64_t last_before_text(uint64_t white, const tp_window *window)
{
    return white & white << 1 & not_space(window) >> 1;
}

static inline uint64_t starts_of_gpt2(const tp_window *window, const uint8_t *p, size_t nbytes)
{
    uint64_t white = window->blanks | window->newlines;
    uint64_t starts = window->letters & ~((window->letters | window->spaces) << 1);
    starts |= window->numbers & ~((window->numbers | window->spaces) << 1);
    starts |= window->symbols & ~((window->symbols | window->spaces) << 1);
    starts |= (white & ~(white << 1)) | last_before_text(white, window);
    return with_contractions(starts, window->apostrophes & (starts | 1), p, nbytes, false);
}

/* \p{N}{1,max} */
static inline uint64_t starts_of_numbers(uint64_t numbers, size_t max)
{
    if (max == 1) return numbers;
    uint64_t first = numbers & ~(numbers << 1), starts = first;
    uint64_t is_far_in = numbers & numbers << 1 & numbers << 2;
    if (max == 3) is_far_in &= numbers << 3;
    for (uint64_t next = first << max & is_far_in; next != 0; next = next << max & is_far_in) starts |= next;
    return starts;
}

/* Symbols that are not the first character of a piece: those after another symbol or after a space. */
static inline uint64_t inner_symbols(const tp_window *window)
{
    uint64_t inner = window->symbols & (window->symbols | window->spaces) << 1 & ~window->later_bytes;
    if (window->later_bytes != 0) {
        for (int i = 1; i < 4; i++) inner |= inner << 1 & window->later_bytes;
    }
    return inner;
}

/* Blanks after newlines: they begin a piece unless another newline follows them. */
static inline uint64_t blanks_behind_newlines(const tp_window *window)
{
    uint64_t starts = 0;
    for (uint64_t found = window->blanks & window->newlines << 1; found != 0; found &= found - 1) {
        size_t place = tp_lowest_bit(found);
        size_t n = tp_lowest_bit(~(window->blanks >> place));
        if ((not_space(window) >> (place + n - 1) >> 1 & 1) != 0) starts |= UINT64_C(1) << place;
    }
    return starts;
}

/* For GPT-4's family, and for o200k's except contractions and case. */
static inline uint64_t starts_of_classes(const tp_window *window, size_t max_numbers)
{
    uint64_t words = window->letters | window->numbers;
    uint64_t starts = window->symbols & ~((window->symbols | window->spaces) << 1);
    starts |= window->letters & (window->numbers | window->newlines | inner_symbols(window)) << 1;
    starts |= starts_of_numbers(window->numbers, max_numbers);
    starts |= (window->blanks | window->newlines) & words << 1;
    /* Newlines directly after symbols belong to them. Adding the first newline carries a bit to the place after the last. */
    uint64_t behind_symbols = (window->newlines + (window->newlines & window->symbols << 1)) & ~window->newlines;
    starts |= window->blanks & (window->symbols << 1 | behind_symbols);
    return starts | last_before_text(window->blanks, window) | blanks_behind_newlines(window);
}

static inline uint64_t starts_of_gpt4(const tp_window *window, const uint8_t *p, size_t nbytes, size_t max_numbers)
{
    uint64_t starts = starts_of_classes(window, max_numbers);
    return with_contractions(starts, window->apostrophes & (starts | 1), p, nbytes, true);
}

static inline uint64_t starts_of_o200k(const tp_window *window, const uint8_t *p, size_t nbytes, const tp_split_rules *rules)
{
    uint64_t starts = starts_of_classes(window, rules->max_numbers) | (window->upper & window->lower << 1);
    if (rules->has_no_contractions) return starts;
    return with_contractions_behind_words(starts, window->apostrophes & window->letters << 1, p, nbytes);
}

/* ---- A window ---------------------------------------------------------------------------------------------------- */

/* Returns where the other pieces begin in a window of `nbytes`; 64 bytes must be readable. */
TP_INLINE uint64_t find_starts_in(const tp_split_rules *rules, tp_split_family family, const uint8_t *p, size_t nbytes)
{
    tp_window window = look_at(p, nbytes, family == TP_SPLIT_O200K);
    uint64_t starts;
    if (family == TP_SPLIT_GPT2) starts = starts_of_gpt2(&window, p, nbytes);
    else if (family == TP_SPLIT_GPT4) starts = starts_of_gpt4(&window, p, nbytes, rules->max_numbers);
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
