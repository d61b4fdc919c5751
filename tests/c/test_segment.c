/* Words, sentences and graphemes: what is known of some texts, and each variant that this machine has against the rules one
 * character after the other, at every place of a window and where memory ends. The standard's own tests are run from Python. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "naive.h"
#include "naive_segment.h"
#include "textproc.h"
#include "unicode/utf8.h"

enum { MOST_NBYTES = 512 };

static size_t random_below(uint64_t *state, size_t limit) { return (size_t)(next_random(state) % limit); }

/* Letters that the windows know and others, digits, marks that may join, marks that are ignored, kinds of their own. */
static const uint32_t matter[] = {
    'a', 'Z', '0', '_', '\'', '.', ',', ':', ';', ' ', ' ', '\n', '\r', '-', 0xB7, 0xC4, 0xD7, 0xDF, 0xF7, 0x2C9, 0x301,
    0x345, 0x387, 0x38C, 0x3A2, 0x3A9, 0x3F6, 0x416, 0x482, 0x5D0, 0x22, 0x61F, 0x621, 0x640, 0x64B, 0x661, 0xE01, 0x915,
    0x94D, 0x200D, 0x2019, 0x2028, 0x3042, 0x30AB, 0x4E2D, 0xAC00, 0xFF0E, 0x1F1E6, 0x1F468, 0x1F3FB, 0x2764, 0xFE0F,
};

static size_t random_text(uint8_t *text, size_t most, size_t n_kinds, bool is_well_formed, uint64_t *state)
{
    size_t nbytes = 0;
    while (nbytes + TP_UTF8_MAX_NBYTES <= most) {
        if (!is_well_formed && random_below(state, 20) == 0) text[nbytes++] = (uint8_t)(0x80 + random_below(state, 0x80));
        else nbytes += tp_utf8_encode(matter[random_below(state, n_kinds)], text + nbytes);
    }
    return nbytes;
}

/* In a block of exactly its size. */
static void check_exact(const uint8_t *text, size_t nbytes, size_t capacity)
{
    uint8_t *copy = exact_copy(text, nbytes);
    check_segments(copy, nbytes, capacity);
    free(copy);
}

static void test_random_texts(void)
{
    uint64_t state = 29;
    for (size_t i = 0; i < quick_or(100, 3000) && !has_failed_enough(); i++) {
        uint8_t text[MOST_NBYTES];
        /* The first characters are those of ASCII. */
        size_t n_kinds = i % 3 == 0 ? 14 : i % 3 == 1 ? 22 : N_ITEMS(matter);
        size_t nbytes = random_text(text, random_below(&state, sizeof text), n_kinds, i % 4 != 0, &state);
        check_exact(text, nbytes, 1 + random_below(&state, 100));
    }
}

/* What joins or parts, at every place of a window, behind a word and by itself. */
static void test_every_place(void)
{
    static const char *const middles[] = {"'",  ".",   "_",     ",1",   ". ",     "é",      "é.é", "'中", "\u0301", " \u0345",
                                          "中", "א'", "א\"א", "\U0001F1E6\U0001F1E6", "Ж:ж", "؟", "\xC3", "\x80"};
    for (size_t i = 0; i < N_ITEMS(middles); i++) {
        for (size_t before = 0; before < 140 && !has_failed_enough(); before++) {
            uint8_t text[MOST_NBYTES];
            size_t n = strlen(middles[i]);
            memset(text, before % 3 == 0 ? ' ' : 'a', before);
            memcpy(text + before, middles[i], n);
            memcpy(text + before + n, "b c", 3);
            check_exact(text, before + n + 3, 1 + before % 7);
            check_exact(text, before + n, 200);
        }
    }
}

static void check_parts(const char *text, tp_segments kind, const uint64_t *expected, size_t n_expected)
{
    uint64_t found[64];
    size_t n = find_all((const uint8_t *)text, strlen(text), kind, true, 8, found);
    CHECK_EQ_BYTES(found, 2 * n * sizeof *found, expected, n_expected * sizeof *expected);
}

static void test_known_texts(void)
{
    static const uint64_t words[] = {0, 5, 6, 8, 10, 14}, sentences[] = {0, 5, 5, 13}, graphemes[] = {0, 2, 2, 4, 4, 6};
    check_parts("Don't ça, 3.14!", TP_WORDS, words, 6);
    check_parts("a.b. Cé. e.g.", TP_SENTENCES, sentences, 4);
    check_parts("e\u0301\r\n\U0001F1E9\U0001F1EA", TP_GRAPHEMES, graphemes, 6);
    check_parts("", TP_WORDS, NULL, 0);
}

static void test_several_texts(void)
{
    static const char text[] = "ça va\n\nit is 1";
    const uint64_t ends[] = {6, 7, 15};
    uint64_t counts[3], bounds[10], copied_ends[5];
    const uint64_t expected_counts[] = {2, 0, 3}, expected[] = {0, 2, 3, 5, 0, 2, 3, 5, 6, 7}, expected_ends[] = {3, 5, 7, 9, 10};
    const uint8_t *bytes = (const uint8_t *)text;
    uint8_t copied[sizeof text];
    size_t n = 0, nbytes = strlen(text);
    tp_error error;
    CHECK_EQ_U(tp_count_segments(bytes, nbytes, ends, 3, TP_WORDS, counts, NULL), TP_OK);
    CHECK_EQ_BYTES(counts, sizeof counts, expected_counts, sizeof expected_counts);
    CHECK_EQ_U(tp_find_segments_of_texts(bytes, nbytes, ends, 3, TP_WORDS, true, bounds, copied, copied_ends, 5, &n, NULL), TP_OK);
    CHECK_EQ_U(n, 5);
    CHECK_EQ_BYTES(bounds, sizeof bounds, expected, sizeof expected);
    CHECK_EQ_BYTES(copied, 10, "çavaitis1", 10);
    CHECK_EQ_BYTES(copied_ends, sizeof copied_ends, expected_ends, sizeof expected_ends);
    tp_status status = tp_find_segments_of_texts(bytes, nbytes, ends, 3, TP_WORDS, false, bounds, NULL, NULL, 4, &n, &error);
    CHECK_EQ_U(status, TP_TOO_SMALL);
    CHECK_EQ_U(error.offset, 2);
}

static void test_what_is_wrong(void)
{
    const uint8_t text[] = "a b";
    const uint64_t beyond[] = {1, 4}, back[] = {2, 1};
    uint64_t counts[2], bounds[8];
    size_t n;
    tp_error error;
    tp_segments_place place = {4, 0};
    CHECK_EQ_U(tp_find_segments(text, 3, TP_WORDS, false, &place, bounds, 4, &n, &error), TP_INVALID_ARGUMENT);
    place.nbytes = 0;
    CHECK_EQ_U(tp_find_segments(text, 3, (tp_segments)9, false, &place, bounds, 4, &n, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_count_segments(text, 3, beyond, 2, (tp_segments)9, counts, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_count_segments(text, 3, beyond, 2, TP_WORDS, counts, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 1);
    CHECK_EQ_U(tp_count_segments(text, 3, back, 2, TP_WORDS, counts, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_find_segments_of_texts(text, 3, back, 2, TP_WORDS, false, bounds, NULL, NULL, 4, &n, &error),
               TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_find_segments_of_texts(text, 3, back, 2, (tp_segments)9, false, bounds, NULL, NULL, 4, &n, &error),
               TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_find_segments(NULL, 0, TP_WORDS, true, &place, bounds, 4, &n, NULL), TP_OK);
    CHECK_EQ_U(n, 0);
    CHECK_EQ_BYTES(tp_segments_unicode_version(), strlen(tp_segments_unicode_version()), "17.0.0", 6);
}

int main(void)
{
    is_quick = getenv("TEXTPROC_TEST_QUICK") != NULL;
    RUN(test_known_texts);
    RUN(test_random_texts);
    RUN(test_every_place);
    RUN(test_several_texts);
    RUN(test_what_is_wrong);
    return tests_done();
}
