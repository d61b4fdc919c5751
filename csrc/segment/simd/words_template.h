/* The words of UAX #29, written once for all instruction sets. The file that includes this one includes a block of base/simd and
 * defines FIND_WORDS, the name of the function to define, and is_high_between, which is is_between for bytes from 80 on.
 *
 * Text of ASCII and of the letters that take two bytes in most European scripts and in Arabic goes by in windows. There the rules
 * come down to these: letters, digits and low lines make words, and a mark between two letters or two digits belongs to the word.
 * Before a character of any other kind the window ends; from the last boundary before it on, the rules are applied one by one. */
#include <string.h>

#include "base/compiler.h"
#include "segment/word_breaks.h"
#include "segment/words.h"

/* A window is a block without its last two bytes, which are looked at but not decided on: a mark needs to know whether a letter
 * follows, and a letter may have two bytes. */
enum { BLOCK_NBYTES = 64, WINDOW_NBYTES = 62 };
#define WINDOW (UINT64_MAX >> 2)

/* More words than a window can begin or end. */
enum { MOST_WORDS = WINDOW_NBYTES / 2 + 1 };

/* What the windows so far leave to the next. */
typedef struct window_state {
    size_t word_start;      /* of the word that reaches up to this window */
    bool is_in_word;        /* whether there is one */
    bool has_line;          /* whether it has low lines */
    uint64_t after_letter;  /* bit 0: the byte before the window ends a letter */
    uint64_t after_digit;
    uint64_t second_byte;   /* bit 0: the window begins with the second byte of a letter */
} window_state;

/* Bit i tells of byte i. */
typedef struct window_masks {
    uint64_t word, line, unknown; /* a window must end before the first unknown one */
} window_masks;

/* The first bytes of letters of two bytes: Latin (C3 … C9, but for U+00D7 and U+00F7), Greek (CE, CF), Cyrillic (D0, D1), Arabic
 * (D8, D9). A test compares these with the tables. */
static inline uint64_t two_byte_letters(tp_block block)
{
    uint64_t seconds = is_high_between(block, 0x80, 0xBF) >> 1;
    uint64_t found = (is_high_between(block, 0xC4, 0xC9) | is_high_between(block, 0xD0, 0xD1)) & seconds;
    found |= is_equal(block, 0xC3) & seconds & ~(is_equal(block, 0x97) | is_equal(block, 0xB7)) >> 1;
    uint64_t greek = is_high_between(block, 0xCE, 0xCF) & seconds;
    if (greek != 0) {
        uint64_t first = is_equal(block, 0xCE);
        uint64_t later = is_high_between(block, 0x8E, 0xBF) & ~is_equal(block, 0xA2);
        later |= is_equal(block, 0x86) | is_high_between(block, 0x88, 0x8A) | is_equal(block, 0x8C);
        found |= greek & ((first & later >> 1) | ~(first | is_equal(block, 0xB6) >> 1));
    }
    uint64_t arabic = is_high_between(block, 0xD8, 0xD9) & seconds;
    if (arabic != 0) {
        uint64_t first = is_equal(block, 0xD8);
        found |= arabic & ((first & is_high_between(block, 0xA0, 0xBF) >> 1) | (~first & is_high_between(block, 0x80, 0x8A) >> 1));
    }
    return found & (UINT64_MAX >> 1);
}

/* Marks of ASCII: those that may stand between letters, and those between digits. */
static inline window_masks mask_window(tp_block block, window_state *state)
{
    uint64_t letters = is_between(block, 'a', 'z') | is_between(block, 'A', 'Z');
    uint64_t digits = is_between(block, '0', '9'), lines = is_equal(block, '_');
    uint64_t unknown = is_high_between(block, 0x80, 0xFF);
    uint64_t seconds = state->second_byte;
    state->second_byte = 0;
    if (unknown != 0) {
        uint64_t firsts = two_byte_letters(block);
        seconds |= firsts << 1;
        letters |= firsts | seconds;
        unknown &= ~(firsts | seconds);
        state->second_byte = firsts >> (WINDOW_NBYTES - 1) & 1;
    }
    uint64_t both = is_equal(block, '\'') | is_equal(block, '.');
    uint64_t between_letters = both | is_equal(block, ':');
    uint64_t between_digits = both | is_equal(block, ',') | is_equal(block, ';');
    uint64_t joined = (between_letters & (letters << 1 | state->after_letter) & letters >> 1) |
                      (between_digits & (digits << 1 | state->after_digit) & digits >> 1);
    state->after_letter = letters >> (WINDOW_NBYTES - 1) & 1;
    state->after_digit = digits >> (WINDOW_NBYTES - 1) & 1;
    unknown |= (between_letters | between_digits) & unknown >> 1;
    return (window_masks){(letters | digits | lines | joined) & WINDOW, lines & WINDOW, unknown & WINDOW};
}

/* Low lines alone are no word. */
static bool has_only_lines(const uint8_t *text, size_t start, size_t end)
{
    while (start < end && text[start] == '_') start++;
    return start == end;
}

/* Stores the words whose starts and ends are given, up to the capacity. Returns how many there are then. */
static size_t put_checked(const uint8_t *text, size_t base, uint64_t starts, uint64_t ends, window_state *state,
                          tp_span *spans, size_t n, size_t capacity)
{
    for (; ends != 0 && n < capacity; ends &= ends - 1) {
        if (!state->is_in_word) {
            state->word_start = base + tp_lowest_bit(starts);
            starts &= starts - 1;
        }
        state->is_in_word = false;
        size_t end = base + tp_lowest_bit(ends);
        if (!has_only_lines(text, state->word_start, end)) spans[n++] = (tp_span){state->word_start, end};
    }
    if (starts != 0) state->word_start = base + tp_lowest_bit(starts);
    return n;
}

/* The same where there is room for MOST_WORDS, and none has low lines. */
static inline size_t put(size_t base, uint64_t starts, uint64_t ends, window_state *state, tp_span *spans, size_t n)
{
    spans[n].start = state->word_start;
    tp_span *next = spans + n + state->is_in_word;
    for (; starts != 0; starts &= starts - 1) (next++)->start = base + tp_lowest_bit(starts);
    for (; ends != 0; ends &= ends - 1) spans[n++].end = base + tp_lowest_bit(ends);
    state->word_start = spans[n].start;
    return n;
}

/* Returns the boundary from which on the rules are to be applied one by one, where a window ends before `place` and no word
 * reaches up to it: spaces in front of a mark belong to it. */
static size_t boundary_before(const uint8_t *text, size_t first, size_t place)
{
    if (place == first || text[place] < 0x80) return place;
    uint8_t before = text[place - 1];
    if (before >= 0x0A && before <= 0x0D) return place; /* a line ends: WB3a */
    size_t found = place - 1;
    while (before == ' ' && found > first && text[found - 1] == ' ') found--;
    return found;
}

static inline tp_block load_rest(const uint8_t *text, size_t nbytes)
{
    uint8_t copy[BLOCK_NBYTES];
    memset(copy, ' ', sizeof copy);
    if (nbytes > 0) memcpy(copy, text, nbytes);
    return load(copy);
}

/* Stores the words from the boundary `first` on, up to a character of another kind, or until there is no more room. Returns the
 * boundary from which on to continue. */
static size_t find_in_windows(const uint8_t *text, size_t nbytes, size_t first, tp_span *spans, size_t *n, size_t capacity)
{
    window_state state = {0};
    for (size_t base = first; base < nbytes || state.is_in_word; base += WINDOW_NBYTES) {
        bool is_whole = base < nbytes && nbytes - base >= BLOCK_NBYTES;
        tp_block block = is_whole ? load(text + base) : load_rest(text + base, nbytes - base);
        window_masks found = mask_window(block, &state);
        uint64_t allowed = WINDOW;
        if (found.unknown != 0) allowed = (UINT64_C(1) << tp_lowest_bit(found.unknown)) - 1;
        uint64_t word = found.word & allowed, shifted = word << 1 | (uint64_t)state.is_in_word;
        uint64_t starts = word & ~shifted, ends = ~word & shifted & allowed;
        bool has_line = found.line != 0 || (state.is_in_word && state.has_line);
        if (capacity - *n > MOST_WORDS && !has_line) {
            *n = put(base, starts, ends, &state, spans, *n);
        } else {
            *n = put_checked(text, base, starts, ends, &state, spans, *n, capacity);
            if (*n == capacity) return spans[*n - 1].end;
        }
        state.has_line = has_line;
        state.is_in_word = found.unknown == 0 ? word >> (WINDOW_NBYTES - 1) : (shifted & (allowed + 1)) != 0;
        if (found.unknown != 0) {
            return state.is_in_word ? state.word_start : boundary_before(text, first, base + tp_lowest_bit(found.unknown));
        }
    }
    return nbytes;
}

size_t FIND_WORDS(const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans, size_t capacity)
{
    size_t n = 0, place = *at;
    while (n < capacity && place < nbytes) {
        if (text[place] < 0xE0) place = find_in_windows(text, nbytes, place, spans, &n, capacity);
        /* What stands at `place` now is of another kind, or is followed by such. */
        while (n < capacity && place < nbytes) {
            bool is_word;
            size_t end = tp_word_break(text, nbytes, place, &is_word);
            if (is_word) spans[n++] = (tp_span){place, end};
            place = end;
            if (place < nbytes && text[place] < 0x80) break;
        }
    }
    *at = place;
    return n;
}
