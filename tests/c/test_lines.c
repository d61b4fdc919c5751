/* Where lines end, and whether there is something in them. */
#include <string.h>

#include "check.h"
#include "textproc.h"

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

static void test_blank_lines_are_found(void)
{
    static const char *const with[] = {"", " ", "\n", "a\n", "\na", "a\n \nb", "a\n\x1C\t\xE3\x80\x80\nb", "a\n\xC2\xA0"};
    static const char *const without[] = {"a", " a", "a\nb", "\xC2\x85 a\n b\xE2\x80\xA8", "\x01\nb"};
    for (size_t i = 0; i < sizeof with / sizeof *with; i++) CHECK(tp_has_blank_line(bytes_of(with[i]), strlen(with[i])));
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        CHECK(!tp_has_blank_line(bytes_of(without[i]), strlen(without[i])));
    }
}

int main(void)
{
    RUN(test_a_line_ends_at_each_newline_and_at_the_end);
    RUN(test_no_text_is_one_line);
    RUN(test_too_few_places_are_told_of);
    RUN(test_blank_lines_are_found);
    return tests_done();
}
