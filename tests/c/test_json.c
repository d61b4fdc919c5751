/* The readers of the large members of a tokenizer.json. */
#include <string.h>

#include "support.h"

enum { ROOM = 8 };

typedef struct tokens {
    uint8_t bytes[256];
    uint64_t ends[ROOM];
    uint32_t ids[ROOM];
    tp_other_name others[ROOM];
    size_t n, n_others, used;
} tokens;

static tp_status read_tokens(const char *text, size_t capacity, tokens *out, tp_error *error)
{
    *out = (tokens){.n = 0};
    return tp_json_read_tokens((const uint8_t *)text, strlen(text), out->bytes, out->ends, out->ids, out->others, capacity, &out->n,
                               &out->n_others, &out->used, error);
}

static void test_tokens_are_read(void)
{
    static const char text[] = "{ \"a\":0 ,\n\"\\u0120t\\\"\\/\": 4294967294,\"\xC4\xA0\xC3\xA9\":3, \"\": 9}, more";
    tokens out;
    CHECK_EQ_U(read_tokens(text, ROOM, &out, NULL), TP_OK);
    CHECK(out.n == 4 && out.n_others == 0 && out.used == strlen(text) - strlen(", more"));
    CHECK(out.ids[0] == 0 && out.ids[1] == 4294967294 && out.ids[2] == 3 && out.ids[3] == 9);
    CHECK_EQ_BYTES(out.bytes, out.ends[3], "a t\"/ \xE9", 7);
    CHECK(out.ends[0] == 1 && out.ends[1] == 5 && out.ends[2] == 7 && out.ends[3] == 7);
    CHECK_EQ_U(read_tokens(text, 3, &out, NULL), TP_TOO_SMALL);
}

static void test_each_byte_has_one_character(void)
{
    for (unsigned byte = 0, next = 0x100; byte < 256; byte++) {
        bool is_shown = (byte > 0x20 && byte < 0x7F) || (byte > 0xA0 && byte != 0xAD);
        char text[32];
        tokens out;
        snprintf(text, sizeof text, "{\"\\u%04x\":1}", is_shown ? byte : next++);
        CHECK_EQ_U(read_tokens(text, ROOM, &out, NULL), TP_OK);
        CHECK(out.n == 1 && out.n_others == 0 && out.ends[0] == 1 && out.bytes[0] == byte);
    }
}

static void test_names_of_other_characters_have_their_places(void)
{
    static const char *const names[] = {"a b", "\xE4\xB8\xAD", "a\\n", "\\ud83d\\ude00", "\\u0144", "\xC5\x84", "\x7F"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[64];
        tokens out;
        snprintf(text, sizeof text, "{\"a\":1, \"%s\":2,\"b\":3}", names[i]);
        CHECK_EQ_U(read_tokens(text, ROOM, &out, NULL), TP_OK);
        CHECK(out.n == 3 && out.n_others == 1 && out.others[0].token == 1);
        CHECK(out.others[0].start == 8 && out.others[0].end == 10 + strlen(names[i]));
        CHECK_EQ_BYTES(out.bytes, out.ends[2], "ab", 2);
    }
}

static void test_other_tokens_are_refused(void)
{
    static const char *const wrong[] = {
        "", "{", "[]", "{}", "{,}", "{\"a\"}", "{\"a\":}", "{\"a\" 1}", "{\"a\":1", "{\"a\":1,}", "{\"a\":1 2}", "{\"a\":01}", "{\"a\":-1}",
        "{\"a\":1.0}", "{\"a\":1e3}", "{\"a\":4294967295}", "{\"a\":42949672940}", "{\"a\":true}", "{\"a\":\"1\"}", "{a:1}", "{\"a:1}",
        "{\"\\x\":1}", "{\"\\u12g4\":1}", "{\"a\n\":1}", "{\"a\\", "{\"a b", "{\"\\u01", "{\"a\":1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tokens out;
        tp_error error = {TP_OK, UINT64_MAX, NULL};
        CHECK_EQ_U(read_tokens(wrong[i], ROOM, &out, &error), TP_INVALID_ARGUMENT);
        CHECK(error.offset <= strlen(wrong[i]));
    }
}

/* All bytes, then "ab", "abc", and one that is longer than a key. */
static tp_vocabulary *new_vocabulary(void)
{
    static const char *const longer[] = {"ab", "abc", "cabcabcabcabcabcabc", "abcabcabcabcabcabcabc"};
    uint8_t bytes[512];
    uint64_t ends[260];
    uint32_t ids[260];
    size_t nbytes = 0;
    for (uint32_t i = 0; i < 260; i++) {
        size_t n = i < 256 ? 1 : strlen(longer[i - 256]);
        bytes[nbytes] = (uint8_t)i;
        if (i >= 256) memcpy(bytes + nbytes, longer[i - 256], n);
        ends[i] = nbytes += n;
        ids[i] = i < 256 ? i : i + 1000;
    }
    tp_vocabulary *made = NULL;
    CHECK_EQ_U(tp_vocabulary_from_tokens(bytes, nbytes, ends, ids, 260, false, &made, NULL), TP_OK);
    return made;
}

static void test_merges_are_read(void)
{
    static const char text[] = "[\"a b\", [ \"\\u0061b\" , \"c\" ],\n\"ab cabcabcabcabcabcabc\"]]";
    tp_vocabulary *vocabulary = new_vocabulary();
    tp_merge pairs[3];
    size_t n = 0, used = 0;
    CHECK_EQ_U(tp_json_read_merges(vocabulary, (const uint8_t *)text, strlen(text), pairs, 3, &n, &used, NULL), TP_OK);
    CHECK(n == 3 && used == strlen(text) - 1);
    CHECK(pairs[0].left == 'a' && pairs[0].right == 'b' && pairs[1].left == 1256 && pairs[1].right == 'c');
    CHECK(pairs[2].left == 1256 && pairs[2].right == 1258);
    CHECK_EQ_U(tp_json_read_merges(vocabulary, (const uint8_t *)text, strlen(text), pairs, 2, &n, &used, NULL), TP_TOO_SMALL);
    tp_vocabulary_free(vocabulary);
}

static void test_other_merges_are_refused(void)
{
    static const char *const wrong[] = {"", "[", "[]", "{}", "[\"a b\"", "[\"a b\",]", "[\"ab\"]", "[\"a  b\"]", "[\"a b c\"]", "[\" b\"]",
                                        "[\"a \"]", "[\"b a\"]", "[\"a z\"]", "[[\"a\"]]", "[[\"a\",\"b\",\"c\"]]", "[[\"a\",\"b\"]",
                                        "[[\"a b\"]]", "[[\"a \",\"b\"]]", "[7]", "[\"a\\u0020b\"]", "[\"\xE4\xB8\xAD b\"]",
                                        "[\"abcabcabcabcabcabcabcabc abcabcabcabcabcabcabcabc\"]"};
    tp_vocabulary *vocabulary = new_vocabulary();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tp_merge pairs[ROOM];
        size_t n = 0, used = 0;
        tp_status status =
            tp_json_read_merges(vocabulary, (const uint8_t *)wrong[i], strlen(wrong[i]), pairs, ROOM, &n, &used, NULL);
        CHECK_EQ_U(status, TP_INVALID_ARGUMENT);
    }
    tp_vocabulary_free(vocabulary);
}

static void test_without_memory_nothing_is_read(void)
{
    tp_vocabulary *vocabulary = new_vocabulary();
    tp_merge pairs[1];
    size_t n = 7, used = 7;
    const char *text = "[\"a b\"]";
    tp_memory_fail_at(1);
    CHECK_EQ_U(tp_json_read_merges(vocabulary, (const uint8_t *)text, strlen(text), pairs, 1, &n, &used, NULL), TP_NO_MEMORY);
    tp_memory_fail_at(0);
    CHECK(n == 7 && used == 7);
    tp_vocabulary_free(vocabulary);
}

static void test_tokens_are_found_by_their_bytes(void)
{
    static const uint8_t text[] = "ababcabcabcabcabcabcabcabczz";
    const uint64_t ends[] = {2, 2, 5, 26, 27, 28};
    const uint32_t expected[] = {1256, TP_NO_ID, 1257, 1259, 'z', 'z'};
    tp_vocabulary *vocabulary = new_vocabulary();
    uint32_t ids[6];
    CHECK_EQ_U(tp_vocabulary_find_tokens(vocabulary, text, 28, ends, 6, ids, NULL), TP_OK);
    CHECK_EQ_BYTES(ids, sizeof ids, expected, sizeof expected);
    tp_error error;
    CHECK_EQ_U(tp_vocabulary_find_tokens(vocabulary, text, 27, ends, 6, ids, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 5);
    tp_vocabulary_free(vocabulary);
}

int main(void)
{
    RUN(test_tokens_are_read);
    RUN(test_each_byte_has_one_character);
    RUN(test_names_of_other_characters_have_their_places);
    RUN(test_other_tokens_are_refused);
    RUN(test_merges_are_read);
    RUN(test_other_merges_are_refused);
    RUN(test_without_memory_nothing_is_read);
    RUN(test_tokens_are_found_by_their_bytes);
    return tests_done();
}
