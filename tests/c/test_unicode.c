/* UTF-8, white space and lower-casing. Inputs and outputs lie in blocks of exactly their size, so that a sanitizer or valgrind
 * sees every byte that is read or written outside. The tables themselves are held against CPython by tests/test_unicode.py. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "textproc.h"
#include "unicode/lower.h"
#include "unicode/space.h"
#include "unicode/tables.h"
#include "unicode/utf8.h"

#define LAST_CODE_POINT 0x10FFFF

static bool is_surrogate(uint32_t code_point) { return code_point >= 0xD800 && code_point <= 0xDFFF; }

static uint8_t *allocate(size_t nbytes)
{
    uint8_t *block = malloc(nbytes);
    if (block == NULL && nbytes != 0) abort();
    return block;
}

static uint8_t *exact_copy(const void *bytes, size_t nbytes)
{
    uint8_t *copy = allocate(nbytes);
    if (nbytes != 0) memcpy(copy, bytes, nbytes);
    return copy;
}

/* ---- Validation -------------------------------------------------------------------------------------------------------- */

static bool is_valid(const void *bytes, size_t nbytes)
{
    uint8_t *text = exact_copy(bytes, nbytes);
    tp_status status = tp_utf8_validate(text, nbytes, NULL);
    free(text);
    return status == TP_OK;
}

static void check_invalid_at(const void *bytes, size_t nbytes, size_t offset)
{
    uint8_t *text = exact_copy(bytes, nbytes);
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(tp_utf8_validate(text, nbytes, &error), TP_INVALID_UTF8);
    CHECK_EQ_U(error.status, TP_INVALID_UTF8);
    CHECK_EQ_U(error.offset, offset);
    CHECK(error.message != NULL);
    free(text);
}

static void test_validate_accepts(void)
{
    CHECK_EQ_U(tp_utf8_validate(NULL, 0, NULL), TP_OK);
    CHECK(is_valid("\0", 1));
    CHECK(is_valid("plain ASCII, longer than one step of eight", 42));
    CHECK(is_valid("κόσμε 世界 \xF0\x9F\x8C\x8D", strlen("κόσμε 世界 \xF0\x9F\x8C\x8D")));
    CHECK(is_valid("\xED\x9F\xBF\xEE\x80\x80", 6)); /* the neighbours of the surrogates */
    CHECK(is_valid("\xEF\xBF\xBE\xEF\xBF\xBF", 6)); /* noncharacters are characters to UTF-8 */
    CHECK(is_valid("\xF4\x8F\xBF\xBF", 4));
}

typedef struct ill_formed {
    const char *bytes;
    size_t nbytes;
    size_t offset;
} ill_formed;

static void test_validate_refuses(void)
{
    static const ill_formed cases[] = {
        {"\x80", 1, 0},                     /* continuation bytes that continue nothing */
        {"a\xBF", 2, 1},
        {"\xC3\xA9\xA9", 3, 2},
        {"\xE4\xB8\xAD\xAD", 4, 3},
        {"\xF0\x9F\x8C\x8D\x8D", 5, 4},
        {"\xC0\x80", 2, 0},                 /* overlong forms */
        {"\xC1\xBF", 2, 0},
        {"\xE0\x80\x80", 3, 0},
        {"\xE0\x9F\xBF", 3, 0},
        {"\xF0\x80\x80\x80", 4, 0},
        {"\xF0\x8F\xBF\xBF", 4, 0},
        {"\xED\xA0\x80", 3, 0},             /* surrogates, one and a pair */
        {"\xED\xBF\xBF", 3, 0},
        {"ab\xED\xA0\xBD\xED\xB8\x80", 8, 2},
        {"\xF4\x90\x80\x80", 4, 0},         /* beyond U+10FFFF */
        {"\xF5\x80\x80\x80", 4, 0},
        {"\xF8\x88\x80\x80\x80", 5, 0},     /* lead bytes that UTF-8 has no more */
        {"\xFC\x84\x80\x80\x80\x80", 6, 0},
        {"\xFE", 1, 0},
        {"abc\xFF", 4, 3},
        {"\xC3(", 2, 0},                    /* something else where a continuation byte belongs */
        {"x\xE4\xB8(", 4, 1},
        {"x\xE4(\xAD", 4, 1},
        {"xy\xF0\x9F\x8C(", 6, 2},
        {"xy\xF0\x9F(\x8D", 6, 2},
        {"xy\xF0(\x8C\x8D", 6, 2},
        {"\xC3\xC3\xA9", 3, 0},             /* a lead byte where a continuation byte belongs */
        {"\xE4\xB8\xE4\xB8\xAD", 5, 0},
        {"\xFF\x80\xC0", 3, 0},             /* the first of several */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_invalid_at(cases[i].bytes, cases[i].nbytes, cases[i].offset);
    }
}

/* Every proper prefix of a character, behind ASCII of every length around the step of eight. */
static void test_validate_refuses_truncated(void)
{
    static const char *const characters[] = {"\xC2\x80",         "\xDF\xBF",         "\xE0\xA0\x80",     "\xED\x9F\xBF",
                                             "\xEF\xBF\xBF",     "\xF0\x90\x80\x80", "\xF3\xBF\xBF\xBF", "\xF4\x8F\xBF\xBF"};
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++) {
        for (size_t before = 0; before <= 17; before++) {
            char text[24];
            memset(text, 'x', sizeof text);
            size_t nbytes = strlen(characters[i]);
            memcpy(text + before, characters[i], nbytes);
            for (size_t kept = 1; kept < nbytes; kept++) check_invalid_at(text, before + kept, before);
            CHECK(is_valid(text, before + nbytes));
        }
    }
}

static void test_validate_finds_byte_at_every_place(void)
{
    char text[40];
    for (size_t at = 0; at < sizeof text; at++) {
        memset(text, 'x', sizeof text);
        text[at] = '\xFF';
        check_invalid_at(text, sizeof text, at);
    }
}

/* Together with the round trip of every code point, the number of well-formed sequences says that there are no others. */
static void test_number_of_well_formed_sequences(void)
{
    unsigned of_2 = 0, of_3 = 0, of_4 = 0;
    for (unsigned i = 0; i < 0x10000; i++) {
        uint8_t text[3] = {(uint8_t)(i >> 8), (uint8_t)i, 0};
        if (text[0] < 0x80) continue;
        if (tp_utf8_validate(text, 2, NULL) == TP_OK) of_2++;
        for (unsigned third = 0; third < 0x100; third++) {
            text[2] = (uint8_t)third;
            if (third >= 0x80 && tp_utf8_validate(text, 3, NULL) == TP_OK) of_3++;
        }
    }
    static const uint8_t bounds[] = {0x7F, 0x80, 0xBF, 0xC0}; /* of the third and fourth byte: two of these are allowed */
    for (unsigned i = 0xE000; i < 0x10000; i++) {
        for (unsigned j = 0; j < 16; j++) {
            uint8_t text[4] = {(uint8_t)(i >> 8), (uint8_t)i, bounds[j / 4], bounds[j % 4]};
            if (text[0] >= 0xF0 && tp_utf8_validate(text, 4, NULL) == TP_OK) of_4++;
        }
    }
    CHECK_EQ_U(of_2, 0x800 - 0x80);
    CHECK_EQ_U(of_3, 0x10000 - 0x800 - 0x800);
    CHECK_EQ_U(of_4, 0x100000 / (64 * 64) * 2 * 2);
}

/* ---- One code point ---------------------------------------------------------------------------------------------------- */

static void test_every_code_point_round_trips(void)
{
    unsigned wrong = 0;
    for (uint32_t code_point = 0; code_point <= LAST_CODE_POINT; code_point++) {
        if (is_surrogate(code_point)) continue;
        uint8_t text[TP_UTF8_MAX_NBYTES] = {0};
        size_t nbytes = tp_utf8_encode(code_point, text);
        uint32_t decoded;
        bool same = tp_utf8_decode(text, text + nbytes, &decoded) == nbytes && decoded == code_point;
        if (!same || tp_utf8_validate(text, nbytes, NULL) != TP_OK) wrong++;
    }
    CHECK_EQ_U(wrong, 0);
}

static void check_ill_formed(const char *bytes, size_t nbytes, size_t subpart_nbytes)
{
    uint8_t *text = exact_copy(bytes, nbytes);
    uint32_t code_point = 0;
    CHECK_EQ_U(tp_utf8_decode(text, text + nbytes, &code_point), subpart_nbytes);
    CHECK_EQ_U(code_point, TP_UTF8_ILL_FORMED);
    free(text);
}

static void test_decode_skips_maximal_subpart(void)
{
    check_ill_formed("\x80", 1, 1);
    check_ill_formed("\xFFz", 2, 1);
    check_ill_formed("\xC3", 1, 1);
    check_ill_formed("\xE4", 1, 1);
    check_ill_formed("\xE4\xB8", 2, 2);
    check_ill_formed("\xE4\xB8z", 3, 2);
    check_ill_formed("\xED\xA0\x80", 3, 1); /* no character begins with ED A0, so ED stands alone */
    check_ill_formed("\xF0\x9F\x8C", 3, 3);
    check_ill_formed("\xF0\x9F\x8Cz", 4, 3);
    check_ill_formed("\xF0\x9Fz", 3, 2);
    check_ill_formed("\xF4\x90\x80\x80", 4, 1);
}

/* Numbers that look random, the same in every run (xorshift64). */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Bytes that are rich in what is nearly UTF-8. */
static void fill_with_nonsense(uint8_t *text, size_t nbytes, uint64_t *state)
{
    static const uint8_t bytes[] = {'A', '\'', 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xA3, 0xB0, 0xBA, 0xBF, 0xC2, 0xC4,
                                    0xC8, 0xCE, 0xDF, 0xE0, 0xE2, 0xED, 0xEF, 0xF0, 0xF3, 0xF4, 0xFF};
    for (size_t i = 0; i < nbytes; i++) text[i] = bytes[next_random(state) % sizeof bytes];
}

static void test_decode_of_nonsense_advances_to_end(void)
{
    uint64_t state = 1;
    for (unsigned round = 0; round < 20000; round++) {
        size_t nbytes = 1 + round % 12;
        uint8_t *text = allocate(nbytes);
        fill_with_nonsense(text, nbytes, &state);
        const uint8_t *next = text, *end = text + nbytes;
        const uint8_t *first_ill_formed = NULL;
        while (next < end) {
            uint32_t code_point;
            size_t advance = tp_utf8_decode(next, end, &code_point);
            if (!CHECK(advance >= 1 && advance <= (size_t)(end - next))) break;
            if (code_point == TP_UTF8_ILL_FORMED && first_ill_formed == NULL) first_ill_formed = next;
            next += advance;
        }
        if (first_ill_formed == NULL) {
            CHECK(is_valid(text, nbytes));
        } else {
            check_invalid_at(text, nbytes, (size_t)(first_ill_formed - text));
        }
        free(text);
    }
}

/* ---- White space ------------------------------------------------------------------------------------------------------- */

static void test_white_space_is_what_the_tables_say(void)
{
    unsigned n_spaces = 0, wrong = 0;
    for (uint32_t code_point = 0; code_point <= LAST_CODE_POINT; code_point++) {
        if (is_surrogate(code_point)) continue;
        uint8_t text[TP_UTF8_MAX_NBYTES] = {0};
        size_t nbytes = tp_utf8_encode(code_point, text);
        bool is_space = tp_character_of(code_point).properties & TP_SPACE;
        n_spaces += is_space;
        if (tp_space_nbytes(text, text + nbytes) != (is_space ? nbytes : 0)) wrong++;
        if (code_point < 0x80 && tp_is_ascii_space((uint8_t)code_point) != is_space) wrong++;
    }
    CHECK_EQ_U(n_spaces, 29);
    CHECK_EQ_U(wrong, 0);
    for (unsigned byte = 0x80; byte <= 0xFF; byte++) CHECK(!tp_is_ascii_space((uint8_t)byte));
}

static void test_cut_white_space_is_none(void)
{
    static const char *const spaces[] = {"\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80",
                                         "\xE2\x80\x80", "\xE2\x81\x9F", "\xE3\x80\x80"};
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        for (size_t kept = 0; kept < strlen(spaces[i]); kept++) {
            uint8_t *text = exact_copy(spaces[i], kept);
            CHECK_EQ_U(tp_space_nbytes(text, kept == 0 ? text : text + kept), 0);
            free(text);
        }
    }
}

/* ---- Lower-casing ------------------------------------------------------------------------------------------------------ */

static void check_lower_bytes(const char *word, size_t word_nbytes, const char *expected, size_t expected_nbytes)
{
    uint8_t *input = exact_copy(word, word_nbytes);
    uint8_t *lowered = allocate(TP_LOWER_BOUND(word_nbytes));
    size_t nbytes = tp_lower_word(input, word_nbytes, TP_UNICODE_NEWEST, lowered);
    CHECK_EQ_BYTES(lowered, nbytes, expected, expected_nbytes);
    free(lowered);
    free(input);
}

static void check_lower(const char *word, const char *expected)
{
    check_lower_bytes(word, strlen(word), expected, strlen(expected));
}

static void test_ascii_lower(void)
{
    for (unsigned i = 0; i <= 0xFF; i++) {
        uint8_t byte = (uint8_t)i;
        CHECK_EQ_U(tp_ascii_lower(byte), byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
    }
}

static void test_ascii_lower_8_is_eight_times_ascii_lower(void)
{
    uint64_t state = 2;
    unsigned wrong = 0;
    for (unsigned round = 0; round < 100000; round++) {
        uint64_t random = next_random(&state);
        uint8_t bytes[8], lowered[8];
        memcpy(bytes, &random, 8);
        random = tp_ascii_lower_8(random);
        memcpy(lowered, &random, 8);
        for (unsigned i = 0; i < 8; i++) wrong += lowered[i] != tp_ascii_lower(bytes[i]);
    }
    CHECK_EQ_U(wrong, 0);
}

static void test_lower_ascii_words(void)
{
    check_lower("", "");
    CHECK_EQ_U(tp_lower_word(NULL, 0, TP_UNICODE_NEWEST, NULL), 0);
    check_lower("Don't", "don't");
    check_lower("@AZ[`az{", "@az[`az{");
    check_lower("ABCDEFGH", "abcdefgh");
    check_lower("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "abcdefghijklmnopqrstuvwxyz0123456789");
    check_lower_bytes("A\0B", 3, "a\0b", 3);
}

static void test_lower_letters_beyond_ascii(void)
{
    check_lower("ÄRGER", "ärger");
    check_lower("STRASSENVERKEHRSAMTÄRGERNIS", "strassenverkehrsamtärgernis");
    check_lower("ẞ", "ß");
    check_lower("ЖИЗНЬ", "жизнь");
    check_lower("ԱՐԵՎ", "արեվ");
    check_lower("東京TOWER", "東京tower");
    check_lower("ǅ", "ǆ");                                                /* title case */
    check_lower("\u2160", "\u2170");                                      /* Roman numeral: cased, but no letter */
    check_lower("\u24B6", "\u24D0");                                      /* circled A */
    check_lower("\u1C90", "\u10D0");                                      /* Georgian Mtavruli */
    check_lower("\xF0\x90\x90\x80\xF0\x90\x90\xA7", "\xF0\x90\x90\xA8\xF0\x90\x91\x8F"); /* Deseret */
    check_lower("\xF0\x9E\xA4\x80", "\xF0\x9E\xA4\xA2");                  /* Adlam */
    check_lower("\u13A0\u13EF\u13F0", "\uAB70\uABBF\u13F8");              /* Cherokee goes from block to block */
    check_lower("\uAB70", "\uAB70");
    check_lower("\u1C89\uA7CB\uA7DC", "\u1C8A\u0264\u019B");              /* new in Unicode 16.0 */
    check_lower("\xF0\x90\xB5\x90", "\xF0\x90\xB5\xB0");                  /* Garay, new in 16.0 */
}

static void test_lower_changes_length(void)
{
    check_lower("\u0130", "i\u0307"); /* İ, the only letter that becomes two */
    check_lower("D\u0130YARBAKIR", "di\u0307yarbakir");
    check_lower("\u0130\u0130\u0130", "i\u0307i\u0307i\u0307");
    check_lower("\u023A\u023E", "\u2C65\u2C66"); /* Ⱥ Ⱦ: two bytes to three */
    check_lower("\u212A", "k");                  /* Kelvin sign: three bytes to one */
    check_lower("\u2126\u212B", "ωå");
}

/* Σ is final behind a cased letter and not before one; case-ignorable characters between do not count. */
static void test_lower_sigma(void)
{
    check_lower("Σ", "σ");
    check_lower("ΣΣ", "σς");
    check_lower("ΣΣΣ", "σσς");
    check_lower("ΟΔΟΣ", "οδος");
    check_lower("ΣΟΦΟΣ", "σοφος");
    check_lower("ΟΔΥΣΣΕΥΣ", "οδυσσευς");
    check_lower("AΣ", "aς");
    check_lower("AΣB", "aσb");
    check_lower("ΣA", "σa");
    check_lower("ΑΣ-ΒΣ", "ας-βς"); /* a hyphen is neither cased nor ignorable: a border on either side */
    check_lower("1Σ", "1σ");
    check_lower("1Σ1", "1σ1");
    check_lower("AΣ1", "aς1");
    check_lower("AΣ1B", "aς1b");
    check_lower("A1Σ", "a1σ");
    check_lower("中Σ", "中σ");
    check_lower("AΣ中", "aς中");
    check_lower("\u0130Σ\u0130", "i\u0307σi\u0307");
    check_lower("Aσ Σς", "aσ σς"); /* small ones stay as they are; a blank would end the word, and is no letter anyway */
    check_lower("\xF0\x90\x90\x80Σ", "\xF0\x90\x90\xA8ς");
    check_lower("Σ\xF0\x90\x90\x80", "σ\xF0\x90\x90\xA8");
}

static void test_lower_sigma_beside_case_ignorable(void)
{
    static const char *const ignorable[] = {"'", ":", ".", "^", "\u00AD", "\u2019", "\u0301", "\u0345", "\u02B0", "\u200B",
                                            "\uFE0F", "\xF0\x9F\x8F\xBB", "\xF3\xA0\x80\x81"};
    static const char *const patterns[][2] = {
        {"A%Σ", "a%ς"},     {"%Σ", "%σ"},       {"1%Σ", "1%σ"},     {"AΣ%", "aς%"},       {"AΣ%B", "aσ%b"},
        {"AΣ%1B", "aς%1b"}, {"A%Σ%B", "a%σ%b"}, {"A%Σ%", "a%ς%"},   {"Σ%A", "σ%a"},       {"AΣ%Σ", "aσ%ς"},
        {"A%%%Σ", "a%%%ς"}, {"%A%Σ", "%a%ς"},   {"1%Σ%B", "1%σ%b"}, {"AΣ%%%B", "aσ%%%b"},
    };
    for (size_t i = 0; i < sizeof ignorable / sizeof *ignorable; i++) {
        for (size_t j = 0; j < sizeof patterns / sizeof *patterns; j++) {
            char filled[2][64];
            for (size_t side = 0; side < 2; side++) {
                char *out = filled[side];
                for (const char *in = patterns[j][side]; *in != '\0'; in++) {
                    if (*in == '%') {
                        memcpy(out, ignorable[i], strlen(ignorable[i]));
                        out += strlen(ignorable[i]);
                    } else {
                        *out++ = *in;
                    }
                }
                *out = '\0';
            }
            check_lower(filled[0], filled[1]);
        }
    }
}

/* A sigma at every tenth place of a word of 8 MB: hours, if each looked as far as it could without the others stopping it. */
static void test_lower_takes_linear_time(void)
{
    const size_t n = (size_t)1 << 23;
    uint8_t *word = allocate(n), *lowered = allocate(TP_LOWER_BOUND(n));
    memset(word, '\'', n);
    for (size_t i = 0; i + 2 <= n; i += 10) memcpy(word + i, "Σ", 2);
    CHECK_EQ_U(tp_lower_word(word, n, TP_UNICODE_NEWEST, lowered), n);
    CHECK_EQ_BYTES(lowered, 2, "σ", 2);
    CHECK_EQ_BYTES(lowered + 10, 2, "σ", 2);
    CHECK_EQ_BYTES(lowered + (n - 1) / 10 * 10, 2, "ς", 2);
    free(lowered);
    free(word);
}

static void test_lower_of_every_code_point_is_bounded_and_final(void)
{
    unsigned wrong = 0;
    for (uint32_t code_point = 0; code_point <= LAST_CODE_POINT; code_point++) {
        if (is_surrogate(code_point)) continue;
        uint8_t word[TP_UTF8_MAX_NBYTES] = {0}, once[TP_LOWER_BOUND(TP_UTF8_MAX_NBYTES)], twice[TP_LOWER_BOUND(sizeof once)];
        size_t word_nbytes = tp_utf8_encode(code_point, word);
        size_t once_nbytes = tp_lower_word(word, word_nbytes, TP_UNICODE_NEWEST, once);
        size_t twice_nbytes = tp_lower_word(once, once_nbytes, TP_UNICODE_NEWEST, twice);
        bool is_bounded = once_nbytes <= TP_LOWER_BOUND(word_nbytes);
        if (!is_bounded || once_nbytes != twice_nbytes || memcmp(once, twice, once_nbytes) != 0) wrong++;
    }
    CHECK_EQ_U(wrong, 0);
}

static void test_lower_of_nonsense_stays_in_bounds(void)
{
    check_lower("\xFF" "A\x80", "\xFF" "a\x80");
    check_lower("\xCE", "\xCE");
    check_lower("A\xCE\xA3\xCE", "aς\xCE");
    check_lower("\xCE\xCE\xA3", "\xCEσ");
    check_lower("\x80\x80\x80\x80\x80Σ", "\x80\x80\x80\x80\x80σ");
    uint64_t state = 3;
    for (unsigned round = 0; round < 20000; round++) {
        size_t nbytes = 1 + round % 24;
        uint8_t *word = allocate(nbytes), *lowered = allocate(TP_LOWER_BOUND(nbytes));
        fill_with_nonsense(word, nbytes, &state);
        CHECK(tp_lower_word(word, nbytes, TP_UNICODE_NEWEST, lowered) <= TP_LOWER_BOUND(nbytes));
        free(lowered);
        free(word);
    }
}

static void check_lower_by(const char *word, uint32_t version, const char *expected)
{
    uint8_t *lowered = allocate(TP_LOWER_BOUND(strlen(word)));
    size_t nbytes = tp_lower_word((const uint8_t *)word, strlen(word), version, lowered);
    CHECK_EQ_BYTES(lowered, nbytes, expected, strlen(expected));
    free(lowered);
}

/* Letters that were added, and marks and letters that became something else. */
static void test_lower_by_older_versions(void)
{
    check_lower_by("\uA7CB", 0x0F01, "\uA7CB"); /* capital rams horn, of 16.0 */
    check_lower_by("\uA7CB", 0x1000, "\u0264");
    check_lower_by("\U00016EA0", 0x1000, "\U00016EA0"); /* Beria Erfe, of 17.0 */
    check_lower_by("\U00016EA0", 0x1100, "\U00016EBB");
    check_lower_by("\U00016EA0", TP_UNICODE_NEWEST, "\U00016EBB");
    check_lower_by("\U00016EA0", 0x2000, "\U00016EBB");
    check_lower_by("AΣ\U0001171E", 0x0F01, "aς\U0001171E"); /* ignored around a sigma until 16.0 */
    check_lower_by("\U0001171EΣ", 0x0F01, "\U0001171Eσ");
    check_lower_by("A\U0001171EΣ", 0x0F01, "a\U0001171Eς");
    check_lower_by("A\U0001171EΣ", 0x1000, "a\U0001171Eσ");
    check_lower_by("\u0295Σ", 0x1000, "\u0295ς"); /* a small letter until 17.0 */
    check_lower_by("\u0295Σ", 0x1100, "\u0295σ");
    check_lower_by("AÉΣ", 0x0100, "aéς");
}

/* ---- Folding ----------------------------------------------------------------------------------------------------------- */

static void check_fold(const char *text, size_t nbytes, uint32_t version, const char *expected, size_t expected_nbytes)
{
    uint8_t *input = exact_copy(text, nbytes), *folded = allocate(TP_FOLD_BOUND(nbytes));
    CHECK_EQ_BYTES(folded, tp_fold(input, nbytes, version, folded), expected, expected_nbytes);
    free(folded);
    free(input);
}

static void test_fold(void)
{
    check_fold("", 0, TP_UNICODE_NEWEST, "", 0);
    check_fold("A\0Z[", 4, TP_UNICODE_NEWEST, "a\0z[", 4);
    check_fold("Straße ΐ İ ﬃ ς Ꭰ", strlen("Straße ΐ İ ﬃ ς Ꭰ"), TP_UNICODE_NEWEST, "strasse \u03B9\u0308\u0301 i\u0307 ffi σ Ꭰ",
               strlen("strasse \u03B9\u0308\u0301 i\u0307 ffi σ Ꭰ"));
    check_fold("\U00016EA0", 4, 0x1000, "\U00016EA0", 4);
    check_fold("\U00016EA0", 4, 0x1100, "\U00016EBB", 4);
    check_fold("A\xFF\xC3", 3, TP_UNICODE_NEWEST, "a\xFF\xC3", 3);
    for (size_t n = 0; n < 200; n++) {
        uint8_t *text = allocate(n + 2);
        uint8_t *expected = allocate(n + 2);
        for (size_t i = 0; i < n; i++) {
            text[i] = (uint8_t)("AbYz@[`{"[i % 8]);
            expected[i] = (uint8_t)("abyz@[`{"[i % 8]);
        }
        memcpy(text + n, "ß", 2);
        memcpy(expected + n, "ss", 2);
        check_fold((const char *)text, n + 2, TP_UNICODE_NEWEST, (const char *)expected, n + 2);
        free(expected);
        free(text);
    }
}

static void test_fold_of_nonsense_stays_in_bounds(void)
{
    uint64_t state = 5;
    for (unsigned round = 0; round < 20000; round++) {
        size_t nbytes = 1 + round % 150;
        uint8_t *text = allocate(nbytes), *folded = allocate(TP_FOLD_BOUND(nbytes));
        fill_with_nonsense(text, nbytes, &state);
        CHECK(tp_fold(text, nbytes, TP_UNICODE_NEWEST, folded) <= TP_FOLD_BOUND(nbytes));
        free(folded);
        free(text);
    }
}

/* ---- Marks ------------------------------------------------------------------------------------------------------------- */

static void test_strip_marks(void)
{
    static const char text[] = "e\u0301\u0316a \u0301\U0001D165x\u1ACF"; /* the last one is of 17.0 */
    for (size_t before = 0; before < 140; before++) {
        size_t nbytes = before + strlen(text);
        uint8_t *given = allocate(nbytes), *stripped = allocate(nbytes);
        memset(given, '.', before);
        memcpy(given + before, text, strlen(text));
        CHECK_EQ_U(tp_strip_marks(given, nbytes, 0x1000, stripped), before + 7);
        CHECK_EQ_BYTES(stripped + before, 7, "ea x\u1ACF", 7);
        CHECK_EQ_U(tp_strip_marks(given, nbytes, TP_UNICODE_NEWEST, given), before + 4);
        CHECK_EQ_BYTES(given + before, 4, "ea x", 4);
        free(stripped);
        free(given);
    }
    CHECK_EQ_U(tp_strip_marks(NULL, 0, TP_UNICODE_NEWEST, NULL), 0);
}

/* ---- Tables ------------------------------------------------------------------------------------------------------------ */

static void test_what_is_no_code_point_is_plain(void)
{
    static const uint32_t numbers[] = {0xD800, 0xDFFF, LAST_CODE_POINT, LAST_CODE_POINT + 1, TP_CHARACTER_LOW_END,
                                       TP_CHARACTER_HIGH_START - 1, TP_CHARACTER_HIGH_END, TP_UTF8_ILL_FORMED};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        CHECK_EQ_U(tp_character_of(numbers[i]).properties, 0);
        CHECK(tp_character_of(numbers[i]).lower_delta == 0);
    }
}

static void test_unicode_version(void)
{
    CHECK_EQ_BYTES(tp_unicode_version(), strlen(tp_unicode_version()), "17.0.0", 6);
}

int main(void)
{
    RUN(test_validate_accepts);
    RUN(test_validate_refuses);
    RUN(test_validate_refuses_truncated);
    RUN(test_validate_finds_byte_at_every_place);
    RUN(test_number_of_well_formed_sequences);
    RUN(test_every_code_point_round_trips);
    RUN(test_decode_skips_maximal_subpart);
    RUN(test_decode_of_nonsense_advances_to_end);
    RUN(test_white_space_is_what_the_tables_say);
    RUN(test_cut_white_space_is_none);
    RUN(test_ascii_lower);
    RUN(test_ascii_lower_8_is_eight_times_ascii_lower);
    RUN(test_lower_ascii_words);
    RUN(test_lower_letters_beyond_ascii);
    RUN(test_lower_changes_length);
    RUN(test_lower_sigma);
    RUN(test_lower_sigma_beside_case_ignorable);
    RUN(test_lower_takes_linear_time);
    RUN(test_lower_of_every_code_point_is_bounded_and_final);
    RUN(test_lower_of_nonsense_stays_in_bounds);
    RUN(test_lower_by_older_versions);
    RUN(test_fold);
    RUN(test_fold_of_nonsense_stays_in_bounds);
    RUN(test_strip_marks);
    RUN(test_what_is_no_code_point_is_plain);
    RUN(test_unicode_version);
    return tests_done();
}
