/* Where text can be cut: between lines, with something in them or not, and between characters. */
#include <string.h>

#include "check.h"
#include "support.h"
#include "textproc.h"
#include "unicode/utf8.h"

#define N_ITEMS(array) (sizeof(array) / sizeof *(array))

static const uint8_t *bytes_of(const char *text) { return (const uint8_t *)text; }

static void test_a_line_ends_at_each_newline_and_at_the_end(void)
{
    uint64_t ends[4] = {0};
    size_t n = 0;
    CHECK_EQ_U(tp_find_lines(bytes_of("a\n\nbc"), 5, ends, 4, &n, NULL), TP_OK);
    CHECK_EQ_U(n, 3);
    CHECK_EQ_U(ends[0], 1);
    CHECK_EQ_U(ends[1], 2);
    CHECK_EQ_U(ends[2], 5);
}

static void test_no_text_is_one_line(void)
{
    uint64_t end = 9;
    size_t n = 0;
    CHECK_EQ_U(tp_find_lines(NULL, 0, &end, 1, &n, NULL), TP_OK);
    CHECK_EQ_U(n, 1);
    CHECK_EQ_U(end, 0);
}

static void test_too_few_places_are_told_of(void)
{
    uint64_t ends[2] = {0, 77};
    size_t n = 0;
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(tp_find_lines(bytes_of("a\nb\n"), 4, ends, 1, &n, &error), TP_TOO_SMALL);
    CHECK_EQ_U(n, 3);
    CHECK_EQ_U(error.status, TP_TOO_SMALL);
    CHECK_EQ_U(ends[1], 77);
}

static tp_status find_text_ends(const char *text, const uint64_t *lengths, uint64_t *ends, size_t n, tp_error *error)
{
    block copy = exact_copy(text, strlen(text));
    tp_status status = tp_utf8_find_ends(copy.data, copy.nbytes, lengths, ends, n, error);
    free(copy.data);
    return status;
}

static void test_joined_texts_are_told_apart_by_their_lengths(void)
{
    uint64_t ends[3] = {0};
    CHECK_EQ_U(find_text_ends("one\n\nthree", (const uint64_t[]){3, 0, 5}, ends, 3, NULL), TP_OK);
    CHECK(ends[0] == 3 && ends[1] == 4 && ends[2] == 10);
    CHECK_EQ_U(find_text_ends("äöü\näöüßäöüßäöüß\n日本", (const uint64_t[]){3, 12, 2}, ends, 3, NULL), TP_OK);
    CHECK(ends[0] == 6 && ends[1] == 31 && ends[2] == 38);
    CHECK_EQ_U(find_text_ends("12345678𝔸2345678\n", (const uint64_t[]){16, 0}, ends, 2, NULL), TP_OK);
    CHECK(ends[0] == 19 && ends[1] == 20);
    CHECK_EQ_U(find_text_ends("äöü\nä\n日本", (const uint64_t[]){6, 2, 6}, ends, 3, NULL), TP_OK); /* in bytes */
    CHECK(ends[0] == 6 && ends[1] == 9 && ends[2] == 16);
    CHECK_EQ_U(find_text_ends("", (const uint64_t[]){0}, ends, 1, NULL), TP_OK);
    CHECK_EQ_U(ends[0], 0);
    CHECK_EQ_U(find_text_ends("", NULL, NULL, 0, NULL), TP_OK);
}

static void test_lengths_of_other_texts_are_refused(void)
{
    const struct {
        const char *text;
        uint64_t lengths[3];
        size_t n, offset;
    } wrong[] = {
        {"one\ntwo", {3, 4}, 2, 1},          {"one\ntwo", {3, 2}, 2, 2},   {"one\ntwo", {7, 0}, 2, 0},
        {"ä\nö", {1, 2}, 2, 1},              {"ä\nö", {UINT64_MAX, 3}, 2, 0}, {"ä\nö", {1}, 1, 1},
        {"one", {UINT64_MAX, 1, 1}, 3, 0},   {"", {0, 0}, 2, 0},           {"a", {0}, 0, 0},
    };
    for (size_t i = 0; i < N_ITEMS(wrong); i++) {
        uint64_t ends[3];
        tp_error error = {TP_OK, 99, NULL};
        CHECK_EQ_U(find_text_ends(wrong[i].text, wrong[i].lengths, ends, wrong[i].n, &error), TP_INVALID_ARGUMENT);
        CHECK_EQ_U(error.offset, wrong[i].offset);
    }
}

static void test_blank_lines_are_found(void)
{
    static const char *const with[] = {"", " ", "\n", "a\n", "\na", "a\n \nb", "a\n\x1C\t\xE3\x80\x80\nb", "a\n\xC2\xA0"};
    static const char *const without[] = {"a", " a", "a\nb", "\xC2\x85 a\n b\xE2\x80\xA8", "\x01\nb"};
    for (size_t i = 0; i < sizeof with / sizeof *with; i++) CHECK(tp_has_blank_line(bytes_of(with[i]), strlen(with[i])));
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        CHECK(!tp_has_blank_line(bytes_of(without[i]), strlen(without[i])));
    }
}

static void test_blank_text_is_white_space_alone(void)
{
    static const char *const blank[] = {"", " ", "\n\r\t", "\x1C\x1F", "\xE3\x80\x80\xC2\x85"};
    static const char *const text[] = {"a", " a", "\n\xE2\x80\x8B", "\xC2", "\x01", " \xE3\x80"};
    for (size_t i = 0; i < N_ITEMS(blank); i++) CHECK(tp_is_blank(bytes_of(blank[i]), strlen(blank[i])));
    for (size_t i = 0; i < N_ITEMS(text); i++) CHECK(!tp_is_blank(bytes_of(text[i]), strlen(text[i])));
    CHECK(tp_is_blank(NULL, 0));
}

/* ---- Text that comes in blocks ---------------------------------------------------------------------------------- */

/* A line that is only indented, blank ones of all sorts, one that begins in every way, and an open one at the end. */
static const char lines_text[] = "one\n \n\n  two \xE3\x80\x80\n"
                                 "\xE3\x80\x80\xC2\x85\r\n\x1Cthree\n\xE4\xB8\xAD\n\t\n \xC3\xA9nd";
enum { LINES_NBYTES = sizeof lines_text - 1, N_TEXT_LINES = 4 };

static const uint64_t text_line_ends[N_TEXT_LINES] = {3, 16, 30, 34};

static void check_lines_of_text(const tp_lines *lines)
{
    CHECK_EQ_U(lines->nbytes, LINES_NBYTES);
    CHECK_EQ_U(lines->n_ended, 8);
    CHECK_EQ_U(lines->n_blank, 4);
    CHECK_EQ_U(lines->first_blank, 1);
    CHECK_EQ_U(lines->open_start, 37);
    CHECK(lines->open_has_text);
}

static void test_lines_with_text_are_found(void)
{
    tp_lines lines = {0};
    uint64_t ends[N_TEXT_LINES] = {0};
    size_t n = 0;
    CHECK_EQ_U(tp_find_text_lines(&lines, bytes_of(lines_text), LINES_NBYTES, ends, N_TEXT_LINES, &n, NULL), TP_OK);
    CHECK_EQ_U(n, N_TEXT_LINES);
    CHECK_EQ_BYTES(ends, sizeof ends, text_line_ends, sizeof text_line_ends);
    check_lines_of_text(&lines);
}

/* Three blocks, cut at any two places between characters, find what one finds. */
static void test_lines_go_on_over_every_cut(void)
{
    for (size_t first = 0; first <= LINES_NBYTES; first++) {
        for (size_t second = first; second <= LINES_NBYTES; second++) {
            const size_t cuts[] = {0, tp_utf8_complete_nbytes(bytes_of(lines_text), first),
                                   tp_utf8_complete_nbytes(bytes_of(lines_text), second), LINES_NBYTES};
            tp_lines lines = {0};
            uint64_t all[N_TEXT_LINES] = {0};
            size_t n_all = 0;
            for (size_t i = 0; i + 1 < N_ITEMS(cuts); i++) {
                block text = exact_copy(lines_text + cuts[i], cuts[i + 1] - cuts[i]);
                uint64_t *ends = must_allocate((text.nbytes / 2 + 1) * sizeof *ends);
                size_t n = 0;
                CHECK_EQ_U(tp_find_text_lines(&lines, text.data, text.nbytes, ends, text.nbytes / 2 + 1, &n, NULL), TP_OK);
                for (size_t k = 0; k < n && n_all < N_TEXT_LINES; k++) all[n_all++] = cuts[i] + ends[k];
                free(ends);
                free(text.data);
            }
            CHECK_EQ_BYTES(all, n_all * sizeof *all, text_line_ends, sizeof text_line_ends);
            check_lines_of_text(&lines);
        }
    }
}

static void test_no_text_has_no_lines(void)
{
    tp_lines lines = {0};
    size_t n = 9;
    CHECK_EQ_U(tp_find_text_lines(&lines, NULL, 0, NULL, 0, &n, NULL), TP_OK);
    CHECK_EQ_U(n, 0);
    CHECK_EQ_U(lines.n_ended, 0);
}

static void test_too_few_places_for_lines_change_nothing(void)
{
    tp_lines lines = {.nbytes = 5, .n_ended = 2, .open_start = 4, .open_has_text = true};
    uint64_t ends[2] = {0, 77};
    size_t n = 0;
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(tp_find_text_lines(&lines, bytes_of("a\nb\n"), 4, ends, 1, &n, &error), TP_TOO_SMALL);
    CHECK_EQ_U(n, 2);
    CHECK_EQ_U(error.status, TP_TOO_SMALL);
    CHECK_EQ_U(ends[1], 77);
    CHECK_EQ_U(lines.nbytes, 5);
    CHECK_EQ_U(lines.n_ended, 2);
    CHECK_EQ_U(tp_find_text_lines(&lines, bytes_of("a\nb\n"), 4, ends, 2, &n, &error), TP_OK);
    CHECK_EQ_U(lines.n_ended, 4);
    CHECK_EQ_U(lines.open_start, 9);
}

/* ---- Characters -------------------------------------------------------------------------------------------------- */

static bool is_valid(const uint8_t *text, size_t nbytes) { return tp_utf8_validate(text, nbytes, NULL) == TP_OK; }

static void check_complete(const uint8_t *text, size_t nbytes, size_t expected)
{
    block copy = exact_copy(text, nbytes);
    CHECK_EQ_U(tp_utf8_complete_nbytes(copy.data, nbytes), expected);
    free(copy.data);
}

/* Every beginning of every character, behind another one. */
static void test_a_begun_character_is_left_off(void)
{
    for (uint32_t code_point = 0x80; code_point <= 0x10FFFF; code_point += code_point < 0x3000 ? 1 : 0xFB) {
        if (code_point >= 0xD800 && code_point <= 0xDFFF) continue;
        uint8_t text[1 + TP_UTF8_MAX_NBYTES] = "x";
        size_t nbytes = 1 + tp_utf8_encode(code_point, text + 1);
        for (size_t n = 1; n < nbytes; n++) check_complete(text, n, 1);
        check_complete(text, nbytes, nbytes);
    }
}

/* Of all three bytes: what is left off could be completed, and if that is nothing, then nothing that follows completes it. */
static void test_what_cannot_be_completed_is_not_left_off(void)
{
    static const uint8_t interesting[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2,
                                          0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};
    static const uint8_t continuations[] = {0x80, 0x90, 0xA0};
    for (size_t i = 0; i < N_ITEMS(interesting) * N_ITEMS(interesting) * N_ITEMS(interesting); i++) {
        uint8_t text[6] = {interesting[i / N_ITEMS(interesting) / N_ITEMS(interesting)],
                           interesting[i / N_ITEMS(interesting) % N_ITEMS(interesting)], interesting[i % N_ITEMS(interesting)]};
        size_t expected = 3;
        for (size_t start = 0; start < 3; start++) {
            for (size_t nbytes = 4 - start; nbytes <= 4; nbytes++) { /* begun in the three, and at least one byte longer */
                for (size_t k = 0; k < N_ITEMS(continuations); k++) {
                    memset(text + 3, 0x80, 3);
                    text[3] = continuations[k];
                    uint32_t code_point;
                    size_t decoded = tp_utf8_decode(text + start, text + start + nbytes, &code_point);
                    if (code_point != TP_UTF8_ILL_FORMED && start + decoded > 3 && expected == 3) expected = start;
                }
            }
        }
        check_complete(text, 3, expected);
        CHECK(expected == 3 || !is_valid(text + expected, 3 - expected));
    }
    check_complete(NULL, 0, 0);
}

int main(void)
{
    RUN(test_a_line_ends_at_each_newline_and_at_the_end);
    RUN(test_no_text_is_one_line);
    RUN(test_too_few_places_are_told_of);
    RUN(test_joined_texts_are_told_apart_by_their_lengths);
    RUN(test_lengths_of_other_texts_are_refused);
    RUN(test_blank_lines_are_found);
    RUN(test_blank_text_is_white_space_alone);
    RUN(test_lines_with_text_are_found);
    RUN(test_lines_go_on_over_every_cut);
    RUN(test_no_text_has_no_lines);
    RUN(test_too_few_places_for_lines_change_nothing);
    RUN(test_a_begun_character_is_left_off);
    RUN(test_what_cannot_be_completed_is_not_left_off);
    return tests_done();
}
