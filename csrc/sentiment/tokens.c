/* Tokens are what str.split parts, without ASCII punctuation at both ends. What little depends on characters beyond ASCII is
 * looked up only for tokens that have some. */
#include "sentiment/tokens.h"

#include <string.h>

#include "base/compiler.h"
#include "textproc/text.h"
#include "unicode/lower.h"
#include "unicode/space.h"
#include "unicode/tables.h"
#include "unicode/utf8.h"

/* ---- Emoji ----------------------------------------------------------------------------------------------------------- */

/* The bytes of the character that begins at `text`: by its first byte alone, so that a surrogate is one too. */
static size_t character_nbytes(const uint8_t *text, const uint8_t *end)
{
    size_t nbytes = *text < 0xC0 ? 1 : *text < 0xE0 ? 2 : *text < 0xF0 ? 3 : 4;
    return nbytes <= (size_t)(end - text) ? nbytes : (size_t)(end - text);
}

static uint32_t code_point_of(const uint8_t *text, size_t nbytes)
{
    static const uint8_t masks[] = {0x7F, 0x1F, 0x0F, 0x07};
    uint32_t code_point = text[0] & masks[nbytes - 1];
    for (size_t i = 1; i < nbytes; i++) code_point = code_point << 6 | (text[i] & 0x3Fu);
    return code_point;
}

/* Returns the first byte from `at` on that is not ASCII, or a little before it. */
static const uint8_t *skip_ascii(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *start = at;
    for (; end - at >= 8; at += 8) {
        uint64_t eight;
        memcpy(&eight, at, sizeof eight);
        if (eight & TP_UTF8_HIGH_BITS) break;
    }
    return at > start ? at : start + 1;
}

/* Returns the first character from `at` on that is an emoji, its description and its length; `end` if there is none. */
static const uint8_t *find_emoji(const tp_vader *vader, const uint8_t *at, const uint8_t *end, const tp_vader_emoji **found,
                                 size_t *nbytes)
{
    while (at < end) {
        if (!vader->has_ascii_emoji && *at < 0x80) {
            at = skip_ascii(at, end);
            continue;
        }
        if (!vader->may_begin_emoji[*at]) {
            at++;
            continue;
        }
        *nbytes = character_nbytes(at, end);
        *found = tp_vader_find_emoji(vader, code_point_of(at, *nbytes));
        if (*found != NULL) return at;
        at += *nbytes;
    }
    return end;
}

static bool append(tp_arena *arena, const uint8_t *bytes, size_t nbytes)
{
    if (!tp_arena_reserve(TP_FOR_WORK, arena, nbytes)) return false;
    if (nbytes > 0) memcpy(arena->data + arena->used, bytes, nbytes);
    arena->used += nbytes;
    return true;
}

/* Copies the text with descriptions in place of emoji. A blank parts a description from what is before, unless that is one; or
 * begins the text. What follows is not parted from it. Returns false if memory runs out. */
static bool expand(tp_tokens *tokens, const uint8_t *text, const uint8_t *end, const uint8_t *emoji_at, size_t nbytes,
                   const tp_vader_emoji *emoji)
{
    const tp_vader *vader = tokens->vader;
    bool is_after_blank = true;
    tokens->expanded.used = 0;
    for (const uint8_t *at = text;; emoji_at = find_emoji(vader, at, end, &emoji, &nbytes)) {
        if (!append(&tokens->expanded, at, (size_t)(emoji_at - at))) return false;
        if (emoji_at > at) is_after_blank = emoji_at[-1] == ' ';
        if (emoji_at == end) return true;
        if (!is_after_blank && !append(&tokens->expanded, (const uint8_t *)" ", 1)) return false;
        if (!append(&tokens->expanded, vader->descriptions.data + emoji->start, emoji->nbytes)) return false;
        is_after_blank = false;
        at = emoji_at + nbytes;
    }
}

static bool take_text(tp_tokens *tokens, const uint8_t *text, size_t nbytes, size_t readable_nbytes)
{
    tokens->text = text;
    tokens->nbytes = nbytes;
    tokens->readable_end = text == NULL ? NULL : text + readable_nbytes;
    if (nbytes == 0 || tokens->vader->n_emojis == 0) return true;
    const tp_vader_emoji *emoji = NULL;
    size_t emoji_nbytes = 0;
    const uint8_t *end = text + nbytes, *emoji_at = find_emoji(tokens->vader, text, end, &emoji, &emoji_nbytes);
    if (emoji_at == end) return true;
    if (!expand(tokens, text, end, emoji_at, emoji_nbytes, emoji)) return false;
    tokens->text = tokens->expanded.data;
    tokens->nbytes = tokens->expanded.used;
    tokens->readable_end = tokens->text + tokens->nbytes;
    return true;
}

/* ---- Bytes ----------------------------------------------------------------------------------------------------------- */

enum { BLANK = 1, PUNCTUATION = 2, UPPER = 4, LOWER = 8, HIGH = 16, APOSTROPHE = 32, LEADS_BLANK = 64 };

#define P PUNCTUATION
#define U UPPER
#define L LOWER
#define B BLANK
#define H HIGH
#define S (HIGH | LEADS_BLANK)
static const uint8_t kinds[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, B, B, B, B, B, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, B, B, B, B,
    B, P, P, P, P, P, P, P | APOSTROPHE, P, P, P, P, P, P, P, P, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, P, P, P, P, P, P,
    P, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, P, P, P, P, P,
    P, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, P, P, P, P, 0,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    H, H, S, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    H, S, S, S, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
};
#undef P
#undef U
#undef L
#undef B
#undef H
#undef S

static bool is_punctuation(uint8_t byte) { return kinds[byte] & PUNCTUATION; }

/* The number of characters, or some number above `most`. */
static size_t count_characters(const uint8_t *text, size_t nbytes, size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < nbytes && n <= most; i++) n += !tp_utf8_is_continuation(text[i]);
    return n;
}

/* A piece of text, and the kinds of its bytes together. */
typedef struct piece {
    const uint8_t *start;
    const uint8_t *end;
    uint32_t kinds;
} piece;

/* vaderSentiment: punctuation goes from both ends, unless no more than two characters are left, as in emoticons. */
static void strip(piece *p)
{
    const uint8_t *start = p->start, *end = p->end;
    while (start < end && is_punctuation(*start)) start++;
    while (start < end && is_punctuation(end[-1])) end--;
    if (count_characters(start, (size_t)(end - start), 2) <= 2) return;
    p->start = start;
    p->end = end;
}

/* Whether some punctuation is one of those that NLTK takes from the beginning or the end of a word. */
static bool is_mark_of_nltk(const uint8_t *mark, size_t nbytes)
{
    static const char marks[][5] = {"!!", "!!!", "??", "???", "?!?", "!?!", "?!?!", "!?!?"};
    if (nbytes == 1) return memchr(".!?,;:-'\"", *mark, 9) != NULL;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (strlen(marks[i]) == nbytes && memcmp(marks[i], mark, nbytes) == 0) return true;
    }
    return false;
}

/* NLTK: a single character is no token; marks go from one end of a word of two characters or more that has no other
 * punctuation. Returns false if there is no token. */
static bool strip_as_nltk(piece *p)
{
    if (count_characters(p->start, (size_t)(p->end - p->start), 1) <= 1) return false;
    if (!(p->kinds & PUNCTUATION)) return true;
    const uint8_t *start = p->start, *end = p->end;
    while (start < end && is_punctuation(*start)) start++;
    if (start == p->start) {
        while (start < end && is_punctuation(end[-1])) end--;
    }
    for (const uint8_t *at = start; at < end; at++) {
        if (is_punctuation(*at)) return true;
    }
    if (count_characters(start, (size_t)(end - start), 1) <= 1) return true;
    const uint8_t *mark = start > p->start ? p->start : end;
    if (is_mark_of_nltk(mark, (size_t)(start > p->start ? start - p->start : p->end - end))) {
        p->start = start;
        p->end = end;
    }
    return true;
}

static bool has_nt(const piece *p)
{
    for (const uint8_t *at = p->start + 1; at + 1 < p->end; at++) {
        if (*at == '\'' && (at[-1] | 0x20) == 'n' && (at[1] | 0x20) == 't') return true;
    }
    return false;
}

static uint32_t case_beyond_ascii(const piece *p, uint32_t version)
{
    uint32_t flags = 0;
    for (const uint8_t *at = p->start; at < p->end;) {
        uint32_t code_point;
        at += tp_utf8_decode(at, p->end, &code_point);
        uint32_t properties = tp_character_at(code_point, version).properties;
        if (properties & TP_CASED) flags |= properties & TP_UPPERCASE ? TP_TOKEN_HAS_UPPER : TP_TOKEN_HAS_LOWER;
    }
    return flags;
}

/* ---- Looking up ------------------------------------------------------------------------------------------------------ */

enum { WORDS_NBYTES = 16 };

/* Looks up a token of ASCII of up to 15 bytes. */
static uint32_t find_short(const tp_vader *vader, const piece *p, const uint8_t *text_end)
{
    uint8_t word[WORDS_NBYTES] = {0};
    size_t nbytes = (size_t)(p->end - p->start);
    memcpy(word, p->start, text_end - p->start >= WORDS_NBYTES ? WORDS_NBYTES : nbytes);
    for (size_t i = 0; i < WORDS_NBYTES; i += 8) {
        uint64_t eight;
        memcpy(&eight, word + i, sizeof eight);
        eight = tp_ascii_lower_8(eight);
        memcpy(word + i, &eight, sizeof eight);
    }
    return tp_vader_find_word(vader, word, nbytes);
}

/* Looks up any other token, and tells whether it is in lower case already. False if memory runs out. */
static bool find_long(tp_tokens *tokens, const piece *p, uint32_t *word, bool *is_lower)
{
    size_t nbytes = (size_t)(p->end - p->start), most = tokens->vader->longest_nbytes;
    *word = TP_VADER_UNKNOWN;
    *is_lower = true;
    /* Lowering can make three bytes one: those of U+212A. */
    if (nbytes / 3 > most || (!(p->kinds & HIGH) && nbytes > most)) return true;
    tokens->lowered.used = 0;
    if (!tp_arena_reserve(TP_FOR_WORK, &tokens->lowered, TP_LOWER_BOUND(nbytes) + TP_KEY_NBYTES)) return false;
    uint8_t *lowered = tokens->lowered.data;
    size_t lowered_nbytes = tp_lower_word(p->start, nbytes, tokens->vader->unicode_version, lowered);
    *word = tp_vader_find_word(tokens->vader, lowered, lowered_nbytes);
    *is_lower = lowered_nbytes == nbytes && memcmp(lowered, p->start, nbytes) == 0;
    return true;
}

/* Rules of NLTK that look at tokens as they stand in the text. */
#define AS_IT_STANDS ((uint32_t)TP_VADER_NEVER | TP_VADER_SO | TP_VADER_IN_PHRASE)

/* The flags of a token with this word of the rules, of which the text adds some. */
static uint32_t with_roles(const tp_vader *vader, uint32_t flags, uint32_t word, bool is_lower)
{
    uint32_t roles = vader->words[word].roles;
    if (vader->dialect == TP_VADER_NLTK && !is_lower) roles &= ~AS_IT_STANDS;
    if ((flags & TP_TOKEN_HAS_UPPER) && !(flags & TP_TOKEN_HAS_LOWER)) flags |= TP_TOKEN_IS_UPPER;
    return roles | flags;
}

static bool make_token(tp_tokens *tokens, const piece *p, tp_token *made)
{
    const tp_vader *vader = tokens->vader;
    bool is_lower = !(p->kinds & UPPER);
    uint32_t flags = (p->kinds & UPPER ? TP_TOKEN_HAS_UPPER : 0) | (p->kinds & LOWER ? TP_TOKEN_HAS_LOWER : 0);
    if (!(p->kinds & HIGH) && p->end - p->start < WORDS_NBYTES) {
        made->word = find_short(vader, p, tokens->text + tokens->nbytes);
    } else {
        if (!find_long(tokens, p, &made->word, &is_lower)) return false;
        if (p->kinds & HIGH) flags |= case_beyond_ascii(p, vader->unicode_version);
    }
    if (p->kinds & APOSTROPHE && has_nt(p)) flags |= TP_TOKEN_HAS_NT;
    made->flags = with_roles(vader, flags, made->word, is_lower);
    return true;
}

/* ---- Short tokens of letters ----------------------------------------------------------------------------------------- */

#define ONES UINT64_C(0x0101010101010101)
#define HIGH_BITS TP_UTF8_HIGH_BITS

/* Flags bytes of at least `low`, which is 1 to 80, by their highest bit; bytes beyond ASCII are flagged by chance. */
static inline uint64_t is_from(uint64_t eight, uint8_t low) { return (eight & ~HIGH_BITS) + (uint8_t)(0x80 - low) * ONES; }

/* Flags the bytes that are no letters of ASCII. */
static inline uint64_t is_no_letter(uint64_t eight)
{
    uint64_t lowered = eight | 0x20 * ONES; /* takes nothing else to a letter */
    return (~is_from(lowered, 'a') | is_from(lowered, 'z' + 1) | eight) & HIGH_BITS;
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
enum { IS_LITTLE_ENDIAN = 0 };
#else
enum { IS_LITTLE_ENDIAN = 1 };
#endif

/* The lowest n bytes of eight, of which n is less. */
static inline uint64_t lowest_bytes(uint64_t eight, size_t n) { return n == 0 ? 0 : eight & ~UINT64_C(0) >> (64 - 8 * n); }

/* Returns how many of the bytes are letters up to the first one that is none. */
static inline size_t count_letters(uint64_t low, uint64_t high)
{
    uint64_t no_letters = is_no_letter(low);
    if (no_letters != 0) return tp_lowest_bit(no_letters) / 8;
    no_letters = is_no_letter(high);
    return no_letters == 0 ? WORDS_NBYTES : 8 + tp_lowest_bit(no_letters) / 8;
}

/* Returns how many bytes a token of so many letters takes with the one mark that may follow it; 0 if something else follows. Such
 * marks go from tokens of three letters by all rules. */
static inline size_t with_mark(const uint8_t *at, size_t n_letters, const uint8_t *end)
{
    const uint8_t *next = at + n_letters;
    if (next >= end || kinds[*next] & BLANK) return n_letters;
    bool is_mark = *next == ',' || *next == '.' || *next == '!' || *next == '?';
    if (n_letters < 3 || !is_mark || (next + 1 < end && !(kinds[next[1]] & BLANK))) return 0;
    return n_letters + 1;
}

/* Most tokens are at most 15 letters between white space: they are read as two numbers, for which 16 bytes must be readable.
 * Stores such a token, if it begins at `at`, and its number of letters; returns how many bytes it takes, 0 if there is none. */
static size_t take_letters(const tp_tokens *tokens, const uint8_t *at, const uint8_t *end, tp_token *made, size_t *n_letters)
{
    if (!IS_LITTLE_ENDIAN || tokens->readable_end - at < WORDS_NBYTES) return 0;
    uint64_t low = tp_hash_load_8(at), high = tp_hash_load_8(at + 8);
    size_t n = count_letters(low, high), left = (size_t)(end - at);
    if (n > left) n = left;
    if (n == 0 || n == WORDS_NBYTES || (n == 1 && tokens->vader->dialect == TP_VADER_NLTK)) return 0;
    size_t taken = with_mark(at, n, end);
    if (taken == 0) return 0;
    /* Of letters, the bit that tells the cases apart. */
    uint64_t case_low = 0x20 * ONES, case_high = 0;
    if (n <= 8) {
        low = n == 8 ? low : lowest_bytes(low, n);
        case_low = n == 8 ? case_low : lowest_bytes(case_low, n);
        high = 0;
    } else {
        high = lowest_bytes(high, n - 8);
        case_high = lowest_bytes(0x20 * ONES, n - 8);
    }
    bool has_lower = ((low & case_low) | (high & case_high)) != 0;
    bool has_upper = ((~low & case_low) | (~high & case_high)) != 0;
    tp_key key = {low | case_low, high | case_high | (uint64_t)n << TP_LAST_BYTE_SHIFT};
    uint64_t hash = tp_short_key_hash(&tokens->vader->key, key);
    made->word = tp_vader_may_have(tokens->vader, hash) ? tp_vader_find_short_word(tokens->vader, key, hash) : TP_VADER_UNKNOWN;
    uint32_t flags = (has_upper ? TP_TOKEN_HAS_UPPER : 0) | (has_lower ? TP_TOKEN_HAS_LOWER : 0);
    made->flags = with_roles(tokens->vader, flags, made->word, !has_upper);
    *n_letters = n;
    return taken;
}

/* ---- Phrases that count as one word ---------------------------------------------------------------------------------- */

/* Returns how many tokens from i on make the longest such phrase, and its word; 0 if they make none. */
static size_t find_unit(const tp_tokens *tokens, size_t i, uint32_t *word)
{
    size_t found = 0;
    uint32_t phrase = TP_VADER_NO_PHRASE;
    for (size_t j = i; j < tokens->n; j++) {
        phrase = tp_vader_find_phrase(tokens->vader, phrase, tokens->items[j].word);
        if (phrase == TP_VADER_NO_PHRASE) break;
        if (!(tokens->vader->phrases[phrase].kinds & TP_VADER_UNIT)) continue;
        found = j + 1 - i;
        *word = tokens->vader->phrases[phrase].unit;
    }
    return found;
}

static tp_token joined(const tp_tokens *tokens, size_t i, size_t n, uint32_t word)
{
    uint32_t flags = tokens->vader->words[word].roles;
    for (size_t j = i; j < i + n; j++) {
        flags |= tokens->items[j].flags & (TP_TOKEN_HAS_UPPER | TP_TOKEN_HAS_LOWER | TP_TOKEN_HAS_NT);
    }
    if ((flags & TP_TOKEN_HAS_UPPER) && !(flags & TP_TOKEN_HAS_LOWER)) flags |= TP_TOKEN_IS_UPPER;
    return (tp_token){word, flags};
}

/* Makes one token of each phrase that counts as one word: of the longest where several begin. */
static void join_units(tp_tokens *tokens)
{
    size_t n_kept = 0;
    tokens->any_flags = 0;
    tokens->all_flags = UINT32_MAX;
    for (size_t i = 0; i < tokens->n; n_kept++) {
        uint32_t word = TP_VADER_UNKNOWN;
        size_t n = tokens->items[i].flags & TP_VADER_BEGINS_UNIT ? find_unit(tokens, i, &word) : 0;
        if (tokens->wants_spans) {
            tokens->spans[n_kept] = (tp_token_span){tokens->spans[i].start, tokens->spans[n > 0 ? i + n - 1 : i].end};
        }
        tokens->items[n_kept] = n > 0 ? joined(tokens, i, n, word) : tokens->items[i];
        tokens->any_flags |= tokens->items[n_kept].flags;
        tokens->all_flags &= tokens->items[n_kept].flags;
        i += n > 0 ? n : 1;
    }
    tokens->n = n_kept;
}

/* ---- All tokens ------------------------------------------------------------------------------------------------------ */

static bool make_room(tp_tokens *tokens)
{
    void *grown = tp_grow(TP_FOR_WORK, tokens->items, &tokens->capacity, tokens->n < 32 ? 64 : tokens->n + 1, sizeof *tokens->items);
    if (grown == NULL) return false;
    tokens->items = grown;
    if (!tokens->wants_spans || tokens->spans_capacity >= tokens->capacity) return true;
    grown = tp_grow(TP_FOR_WORK, tokens->spans, &tokens->spans_capacity, tokens->capacity, sizeof *tokens->spans);
    if (grown != NULL) tokens->spans = grown;
    return grown != NULL;
}

/* Stores the next run of bytes that are not white space, from `at` on; returns false at the end. */
static bool next_piece(const uint8_t *at, const uint8_t *end, piece *p)
{
    while (at < end) {
        uint8_t kind = kinds[*at];
        size_t nbytes = kind & BLANK ? 1 : kind & LEADS_BLANK ? tp_space_nbytes(at, end) : 0;
        if (nbytes == 0) break;
        at += nbytes;
    }
    p->start = at;
    p->kinds = 0;
    for (; at < end; at++) {
        uint8_t kind = kinds[*at];
        if (kind & BLANK || (kind & LEADS_BLANK && tp_space_nbytes(at, end) != 0)) break;
        p->kinds |= kind;
    }
    p->end = at;
    return p->start < at;
}

static size_t count_bytes(const uint8_t *text, size_t nbytes, uint8_t byte)
{
    const uint8_t *found = memchr(text, byte, nbytes); /* most texts have none */
    size_t n = 0;
    for (size_t i = found == NULL ? nbytes : (size_t)(found - text); i < nbytes; i++) n += text[i] == byte;
    return n;
}

/* Stores the next token and its place, from *at on, which moves behind it. False at the end of the text, or if memory runs out,
 * which *has_memory says then. */
static bool next_token(tp_tokens *tokens, const uint8_t **at, tp_token *made, tp_token_span *span, bool *has_memory)
{
    const uint8_t *end = tokens->text + tokens->nbytes;
    const bool is_nltk = tokens->vader->dialect == TP_VADER_NLTK;
    piece p;
    for (;;) {
        if (*at < end && *(*at) == ' ') (*at)++;
        size_t n_letters, taken = take_letters(tokens, *at, end, made, &n_letters);
        if (taken > 0) {
            *span = (tp_token_span){(size_t)(*at - tokens->text), (size_t)(*at - tokens->text) + n_letters};
            *at += taken;
            return true;
        }
        if (!next_piece(*at, end, &p)) return false;
        *at = p.end;
        if (!is_nltk) strip(&p);
        else if (!strip_as_nltk(&p)) continue;
        *span = (tp_token_span){(size_t)(p.start - tokens->text), (size_t)(p.end - tokens->text)};
        *has_memory = make_token(tokens, &p, made);
        return *has_memory;
    }
}

static tp_status find_all(tp_tokens *tokens)
{
    const uint8_t *at = tokens->text;
    tp_token token;
    tp_token_span span;
    bool has_memory = true;
    tokens->any_flags = 0;
    tokens->all_flags = UINT32_MAX;
    while (next_token(tokens, &at, &token, &span, &has_memory)) {
        if (tokens->n == INT32_MAX) return TP_TOO_LARGE;
        if ((tokens->n == tokens->capacity || (tokens->wants_spans && tokens->n == tokens->spans_capacity)) && !make_room(tokens)) {
            return TP_NO_MEMORY;
        }
        tokens->any_flags |= token.flags;
        tokens->all_flags &= token.flags;
        tokens->items[tokens->n] = token;
        if (tokens->wants_spans) tokens->spans[tokens->n] = span;
        tokens->n++;
    }
    return has_memory ? TP_OK : TP_NO_MEMORY;
}

tp_status tp_tokens_find(tp_tokens *tokens, const uint8_t *text, size_t nbytes, size_t readable_nbytes)
{
    tokens->n = 0;
    if (!take_text(tokens, text, nbytes, readable_nbytes)) return TP_NO_MEMORY;
    if (tokens->nbytes == 0) return TP_OK;
    tokens->n_emphasis[0] = count_bytes(tokens->text, tokens->nbytes, '!');
    tokens->n_emphasis[1] = count_bytes(tokens->text, tokens->nbytes, '?');
    tp_status status = find_all(tokens);
    if (status == TP_OK && tokens->vader->has_units) join_units(tokens);
    return status;
}

void tp_tokens_free(tp_tokens *tokens)
{
    tp_release(TP_FOR_WORK, tokens->items, tokens->capacity * sizeof *tokens->items);
    tp_release(TP_FOR_WORK, tokens->spans, tokens->spans_capacity * sizeof *tokens->spans);
    tp_arena_free(TP_FOR_WORK, &tokens->expanded);
    tp_arena_free(TP_FOR_WORK, &tokens->lowered);
}
