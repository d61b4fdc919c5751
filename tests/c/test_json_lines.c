/* The texts of a field of JSON lines: what is a row, what is left to another reader, and how much is read at once. */
#include <string.h>

#include "check.h"
#include "support.h"

#define N_ITEMS(array) (sizeof(array) / sizeof *(array))

enum { MOST_NBYTES = 1 << 17, MOST_ROWS = 8 };

/* What a call has read. */
typedef struct answer {
    tp_status status;
    uint8_t text[MOST_NBYTES];
    uint64_t ends[MOST_ROWS];
    uint8_t has_value[MOST_ROWS];
    tp_json_rows rows;
    size_t used;
} answer;

static answer found; /* too large for some stacks */

/* Reads the field "a", or "b" in it, of a text that is in memory of just its size. */
static void read_rows(const char *text, size_t nbytes, size_t n_names, size_t enough, size_t capacity)
{
    const uint64_t name_ends[] = {1, 2};
    const tp_json_field field = {(const uint8_t *)"ab", 2, name_ends, n_names};
    block copy = exact_copy(text, nbytes);
    found.rows = (tp_json_rows){.text = found.text, .text_capacity = nbytes, .ends = found.ends, .has_value = found.has_value,
                                .capacity = capacity, .enough = enough, .separates = true};
    found.status = tp_json_read_rows(&field, copy.data, nbytes, &found.rows, &found.used, NULL);
    free(copy.data);
}

static void check_read(const char *expected, size_t n_rows, size_t n_lines, size_t used)
{
    CHECK_EQ_U(found.status, TP_OK);
    CHECK_EQ_BYTES(found.rows.text, found.rows.text_nbytes, expected, strlen(expected));
    CHECK_EQ_U(found.rows.n_rows, n_rows);
    CHECK_EQ_U(found.rows.n_lines, n_lines);
    CHECK_EQ_U(found.used, used);
}

static void test_each_line_is_a_row_unless_it_is_blank(void)
{
    static const char text[] = " {\"n\": [1, {}], \"a\" : \"one\\n\\u00e9\"}\r\n\t\n{}\n{\"a\":null,\"b\":\"}{\"}\n{\"a\":\"\"}";
    read_rows(text, strlen(text), 1, MOST_NBYTES, MOST_ROWS);
    check_read("one\n\xC3\xA9\n\n\n\n", 4, 4, strlen(text));
    CHECK_EQ_BYTES(found.has_value, 4, "\1\0\0\1", 4);
    CHECK(found.ends[0] == 6 && found.ends[1] == 7 && found.ends[2] == 8 && found.ends[3] == 9);
    CHECK_EQ_U(found.rows.n_values, 2);
    CHECK(!found.rows.is_at_other);
}

static void test_a_field_may_be_in_an_object(void)
{
    static const char text[] = "{\"b\":{\"b\":1},\"a\":{\"c\":[[{}]],\"b\":\"x\"}}\n{\"a\":[{\"b\":1}]}\n{\"a\":{}}\n{\"a\":{\"\\u0062\":\"y\"}}\n";
    read_rows(text, strlen(text), 2, MOST_NBYTES, MOST_ROWS);
    check_read("x\n\n\ny\n", 4, 4, strlen(text));
}

static void test_other_lines_are_left_to_another_reader(void)
{
    static const char *const others[] = {
        "null",           "[]",             "{\"a\":1}",       "{\"a\":[]}",          "{\"a\":\"\\ud800\"}", "{\"a\":\"x\"",
        "{\"a\":\"x\"}}", "{\"a\":\"x\"} 1", "{\"a\":\"x\",}", "{\"a\":\"\\x\"}",     "{\"a\":\"\\u12g4\"}", "{\"a\":\"\t\"}",
        "{\"n\":01}",     "{\"n\":1.}",     "{\"n\":-}",       "{\"n\":+1}",          "{\"n\":tru}",         "{\"n\":[1,]}",
        "{\"n\":{1:2}}",  "{'a':\"x\"}",    "{\"a\" \"x\"}",   "{\"a\":\"x\",\"a\":\"y\"}", "\v",              "{\"n\":[}",
        "{,}",            "{\"a\":\"x\"}\xEF\xBB\xBF",
    };
    for (size_t i = 0; i < N_ITEMS(others); i++) {
        char text[100] = "{\"a\":\"first\"}\n";
        strcat(strcat(text, others[i]), "\n{}\n");
        read_rows(text, strlen(text), 1, MOST_NBYTES, MOST_ROWS);
        check_read("first\n", 1, 1, 14);
        CHECK(found.rows.is_at_other);
    }
}

static void test_nesting_may_be_deep_but_not_without_end(void)
{
    enum { DEEP = 1 << 8 };
    static char text[2 * DEEP + 100];
    for (size_t depth = DEEP; depth <= DEEP + 1; depth++) {
        strcpy(text, "{\"n\":");
        memset(text + 5, '[', depth);
        text[5 + depth] = '0';
        memset(text + 6 + depth, ']', depth);
        strcpy(text + 6 + 2 * depth, ",\"a\":\"x\"}");
        read_rows(text, strlen(text), 1, MOST_NBYTES, MOST_ROWS);
        CHECK_EQ_U(found.rows.is_at_other, depth > DEEP);
    }
}

static void test_a_call_reads_what_is_enough(void)
{
    static const char text[] = "{\"a\":\"12\"}\n{\"a\":\"34\"}\n{\"a\":\"longer\"}\n{\"a\":\"5\"}\n";
    read_rows(text, strlen(text), 1, 4, MOST_ROWS);
    check_read("12\n34\n", 2, 2, 22);
    read_rows(text + 11, strlen(text) - 11, 1, 4, MOST_ROWS);
    check_read("34\n", 1, 1, 11);
    read_rows(text + 22, strlen(text) - 22, 1, 4, MOST_ROWS);
    check_read("longer\n", 1, 1, 15);
    read_rows(text, strlen(text), 1, MOST_NBYTES, 3);
    check_read("12\n34\nlonger\n", 3, 3, 37);
}

static void test_too_little_room_and_bad_names_are_refused(void)
{
    const uint64_t ends[] = {1, 0}, beyond = 3;
    uint64_t end;
    uint8_t room[2], has_value;
    size_t used = 7;
    tp_error error;
    tp_json_rows rows = {.text = room, .text_capacity = 2, .ends = &end, .has_value = &has_value, .capacity = 1};
    tp_json_field field = {(const uint8_t *)"ab", 2, ends, 1};
    CHECK_EQ_U(tp_json_read_rows(&field, (const uint8_t *)"{} ", 3, &rows, &used, &error), TP_TOO_SMALL);
    rows.capacity = 0;
    CHECK_EQ_U(tp_json_read_rows(&field, (const uint8_t *)"{}", 2, &rows, &used, &error), TP_TOO_SMALL);
    rows.capacity = 1;
    field.n_names = 2;
    CHECK_EQ_U(tp_json_read_rows(&field, (const uint8_t *)"{}", 2, &rows, &used, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 1);
    field = (tp_json_field){(const uint8_t *)"ab", 2, &beyond, 1};
    CHECK_EQ_U(tp_json_read_rows(&field, (const uint8_t *)"{}", 2, &rows, &used, &error), TP_INVALID_ARGUMENT);
    field.n_names = 0;
    CHECK_EQ_U(tp_json_read_rows(&field, (const uint8_t *)"{}", 2, &rows, &used, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(used, 7);
}

int main(void)
{
    RUN(test_each_line_is_a_row_unless_it_is_blank);
    RUN(test_a_field_may_be_in_an_object);
    RUN(test_other_lines_are_left_to_another_reader);
    RUN(test_nesting_may_be_deep_but_not_without_end);
    RUN(test_a_call_reads_what_is_enough);
    RUN(test_too_little_room_and_bad_names_are_refused);
    return tests_done();
}
