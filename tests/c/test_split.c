/* Splitting text for byte-level BPE: what the patterns say, and that every variant says the same, wherever its windows fall.
 * The patterns themselves are held against regular expressions in tests/test_split.py. */
#include <string.h>

#include "check.h"
#include "fenced.h"
#include "support.h"
#include "textproc.h"

#define N_ITEMS(array) (sizeof(array) / sizeof *(array))

static const char *const variants[] = {"plain", "neon", "avx2", "avx512"};

enum { N_PATTERNS = TP_PATTERN_DEEPSEEK3, MAX_NBYTES = 4096 };

static bool is_quick; /* under tools that make everything slow */

static void select_variant(const char *name)
{
    if (tp_simd_select(name, NULL) != TP_OK) abort();
}

/* ---- The patterns ------------------------------------------------------------------------------------------------ */

static void test_patterns_are_found_by_their_text(void)
{
    for (int pattern = 1; pattern <= N_PATTERNS; pattern++) {
        const char *text = tp_pattern_text((tp_pattern)pattern);
        if (!CHECK(text != NULL)) continue;
        CHECK_EQ_U(tp_pattern_find((const uint8_t *)text, strlen(text)), pattern);
        CHECK_EQ_U(tp_pattern_find((const uint8_t *)text, strlen(text) - 1), TP_PATTERN_NONE);
        CHECK_EQ_U(tp_pattern_find((const uint8_t *)text, strlen(text) + 1), TP_PATTERN_NONE);
    }
}

static void test_there_are_no_other_patterns(void)
{
    CHECK(tp_pattern_text(TP_PATTERN_NONE) == NULL);
    CHECK(tp_pattern_text((tp_pattern)(N_PATTERNS + 1)) == NULL);
    CHECK_EQ_U(tp_pattern_find(NULL, 0), TP_PATTERN_NONE);
    uint64_t end;
    CHECK_EQ_U(tp_split(tp_splitter_of(TP_PATTERN_NONE), (const uint8_t *)"text", 4, true, &end, 1), 0);
    CHECK_EQ_U(tp_split_find_cut(tp_splitter_of(TP_PATTERN_NONE), (const uint8_t *)"a text", 6, 0), 6);
}

/* ---- Examples ---------------------------------------------------------------------------------------------------- */

/* Text whose pieces are separated by '|'. */
typedef struct example {
    tp_pattern pattern;
    const char *pieces;
} example;

static const example examples[] = {
    {TP_PATTERN_GPT2, "We|'ll| say|:| it|'s| DON|'|T|  | x|\n|\n|y|1234|  "},
    {TP_PATTERN_R50K, "a|\n \n "},
    {TP_PATTERN_GPT4, "We|'ll| say|:| it|'s| DON|'T|  | x|\n\n|y|123|4|!\n\n|.z|  "},
    {TP_PATTERN_GPT4, "a|\n|  "},
    {TP_PATTERN_CL100K, "a|\n|  "},
    {TP_PATTERN_CL100K_TIKTOKEN, "a|\n  "},
    {TP_PATTERN_NANOCHAT, "12|34|5|'\xC5\xBF|x"},
    {TP_PATTERN_O200K, "XMLHttp|Request's|'s| we'll| DON'T| a|/b|/c| //|comment|;\n/\n|x|123|4"},
    {TP_PATTERN_O200K, "\xE4\xB8\xAD|AB| A\xE4\xB8\xAD|B| \xCC\x81"},
    {TP_PATTERN_QWEN35, "a\xCC\x81z| \xCC\x81z|1|2"},
    {TP_PATTERN_KIMI, "a|\xE4\xB8\xAD|b|C's| | |\xE4\xB8\xAD|!\n|/x"},
    {TP_PATTERN_DEEPSEEK3, "!abc|\xC3\xA9| !|abc| don|'t|  |\xE4\xB8\xAD\xE3\x82\xAB|123|4|\x01|\x02x"},
};

static size_t split_all(tp_pattern pattern, const uint8_t *text, size_t nbytes, uint64_t *ends)
{
    return tp_split(tp_splitter_of(pattern), text, nbytes, true, ends, nbytes);
}

static void check_example(const example *each)
{
    uint8_t text[MAX_NBYTES];
    uint64_t ends[MAX_NBYTES], expected[MAX_NBYTES];
    size_t nbytes = 0, n_expected = 0;
    for (const char *p = each->pieces; *p != '\0'; p++) {
        if (*p == '|') expected[n_expected++] = nbytes;
        else text[nbytes++] = (uint8_t)*p;
    }
    expected[n_expected++] = nbytes;
    size_t n = split_all(each->pattern, text, nbytes, ends);
    CHECK_EQ_BYTES(ends, n * sizeof *ends, expected, n_expected * sizeof *expected);
}

static void test_examples(void)
{
    for (size_t i = 0; i < N_ITEMS(examples); i++) check_example(&examples[i]);
}

/* ---- All variants alike ------------------------------------------------------------------------------------------ */

/* Checks that every variant splits a text as the plain one does, to the end and up to where it may go on. */
static void check_alike(tp_pattern pattern, const uint8_t *text, size_t nbytes)
{
    static uint64_t expected[MAX_NBYTES], ends[MAX_NBYTES + 64];
    for (int is_final = 0; is_final <= 1; is_final++) {
        select_variant("plain");
        size_t n_expected = tp_split(tp_splitter_of(pattern), text, nbytes, is_final, expected, nbytes);
        for (size_t i = 1; i < N_ITEMS(variants); i++) {
            if (!tp_simd_is_available(variants[i])) continue;
            select_variant(variants[i]);
            size_t n = tp_split(tp_splitter_of(pattern), text, nbytes, is_final, ends, nbytes);
            /* A variant may see that a piece is settled where the plain one does not ask, but never the other way round. */
            CHECK(n == n_expected || (!is_final && n > n_expected));
            if (!CHECK_EQ_BYTES(ends, n_expected * sizeof *ends, expected, n_expected * sizeof *expected)) {
                printf("    %s, pattern %d, %s\n", variants[i], (int)pattern, is_final ? "final" : "not final");
                check_print_bytes(text, nbytes, 0);
            }
        }
    }
    select_variant(NULL);
}

static void check_alike_by_all(const uint8_t *text, size_t nbytes)
{
    for (int pattern = 1; pattern <= N_PATTERNS; pattern++) check_alike((tp_pattern)pattern, text, nbytes);
}

/* One of each kind that patterns tell apart. */
static const char *const atoms[] = {
    "a", "S", "ll", "'", "'s", " ", "\n", "\t", "1", ".", "/", "\xC3\xA4", "\xC3\x84", "\xE4\xB8\xAD", "\xCC\x81", "\xC2\xA0",
    "\xE3\x80\x82", "\xC2\xB2", "'\xC5\xBF", "\xE3\x82\xAB", "\xE3\x80\x87", "\x01",
};

/* All triples of these, at the start of a window, across its end, and in its middle. */
static void test_all_triples_anywhere_in_a_window(void)
{
    static const size_t places[] = {0, 1, 20, 57, 59, 60, 61, 62, 63, 64};
    for (size_t i = 0; i < N_ITEMS(atoms) * N_ITEMS(atoms) * N_ITEMS(atoms); i += is_quick ? 97 : 1) {
        const size_t chosen[] = {i % N_ITEMS(atoms), i / N_ITEMS(atoms) % N_ITEMS(atoms), i / N_ITEMS(atoms) / N_ITEMS(atoms)};
        size_t place = places[i % N_ITEMS(places)];
        uint8_t text[256];
        size_t nbytes = place;
        memset(text, ".;"[i % 2], place);
        for (size_t k = 0; k < place; k += 5) text[k] = 'x';
        for (size_t k = 0; k < 3; k++) {
            memcpy(text + nbytes, atoms[chosen[k]], strlen(atoms[chosen[k]]));
            nbytes += strlen(atoms[chosen[k]]);
        }
        memcpy(text + nbytes, "b c. d\n\ne f 12345 g, h i, j k l m n o p q r s t u v w x y z 0 1 2 3 4 5 6 7 8 9", 80);
        check_alike_by_all(text, nbytes + 80);
    }
}

/* All characters of three bytes, in order, so that what is beside each is of its kind. */
static void test_all_characters_of_three_bytes(void)
{
    uint8_t text[MAX_NBYTES];
    size_t nbytes = 0;
    for (unsigned code = 0x800; code <= 0xFFFF; code++) {
        if (code >> 11 == 0x1B) continue; /* surrogates */
        text[nbytes++] = (uint8_t)(0xE0 | code >> 12);
        text[nbytes++] = (uint8_t)(0x80 | (code >> 6 & 0x3F));
        text[nbytes++] = (uint8_t)(0x80 | (code & 0x3F));
        if (code % 7 == 0) text[nbytes++] = (uint8_t)("a S1.'\n"[code / 7 % 7]);
        if (nbytes + 4 <= MAX_NBYTES && code != 0xFFFF) continue;
        check_alike_by_all(text, nbytes);
        nbytes = 0;
    }
}

/* Random texts of which long parts are made of few atoms. */
static void test_random_texts(void)
{
    uint64_t state = 2026;
    for (int i = 0; i < (is_quick ? 300 : 20000); i++) {
        uint8_t text[700];
        size_t nbytes = 0, length = random_below(&state, 640), n_few = 1 + random_below(&state, N_ITEMS(atoms)), first = 0;
        while (nbytes < length) {
            if (random_below(&state, 20) == 0) first = random_below(&state, N_ITEMS(atoms));
            const char *atom = atoms[(first + random_below(&state, n_few)) % N_ITEMS(atoms)];
            memcpy(text + nbytes, atom, strlen(atom));
            nbytes += strlen(atom);
        }
        check_alike_by_all(text, nbytes);
    }
}

/* Not UTF-8: split somehow, but without a piece too much or too little. */
static void test_random_bytes(void)
{
    uint64_t state = 7;
    for (int i = 0; i < (is_quick ? 300 : 20000); i++) {
        size_t nbytes = random_below(&state, 300);
        uint64_t limit = random_below(&state, 2) == 0 ? 256 : 0x40; /* the second: more of what pieces are made of */
        block text = {must_allocate(nbytes), nbytes};
        uint64_t *ends = must_allocate(nbytes * sizeof *ends);
        for (size_t k = 0; k < nbytes; k++) text.data[k] = (uint8_t)(random_below(&state, limit) * (limit == 256 ? 1 : 4));
        for (size_t v = 0; v < N_ITEMS(variants); v++) {
            if (!tp_simd_is_available(variants[v])) continue;
            select_variant(variants[v]);
            tp_pattern pattern = (tp_pattern)(1 + i % N_PATTERNS);
            size_t n = split_all(pattern, text.data, nbytes, ends);
            CHECK(nbytes == 0 ? n == 0 : n > 0 && ends[n - 1] == nbytes);
            for (size_t k = 1; k < n; k++) CHECK(ends[k - 1] < ends[k]);
            CHECK(tp_split(tp_splitter_of(pattern), text.data, nbytes, false, ends, nbytes) <= nbytes);
            size_t from = random_below(&state, nbytes + 1), cut = tp_split_find_cut(tp_splitter_of(pattern), text.data, nbytes, from);
            CHECK(from <= cut && cut <= nbytes);
        }
        free(ends);
        free(text.data);
    }
    select_variant(NULL);
}

/* A first byte where another character has its later ones begins none. */
static void test_characters_that_overlap(void)
{
    static const uint8_t some[] = {0xE5, 0xE3, 0x81, 0xE4, 0xB8, 0xAD, 0x80, 0xF0, 0xC3, 0xED, ' ', 'a'};
    uint64_t state = 9;
    uint8_t text[200];
    for (int i = 0; i < (is_quick ? 300 : 20000); i++) {
        size_t nbytes = 64 + random_below(&state, sizeof text - 64);
        for (size_t k = 0; k < nbytes; k++) text[k] = some[random_below(&state, N_ITEMS(some))];
        check_alike((tp_pattern)(1 + i % N_PATTERNS), text, nbytes);
    }
}

static void test_nothing_is_read_beyond_the_text(void)
{
    static const uint8_t some[] = {'a', 'B', '1', '\'', ' ', '.', '\n', 0xE4, 0xB8, 0xAD, 0xC3, 0xF0, 0xC5};
    fenced memory = map_fenced(1024);
    uint64_t state = 11, ends[512];
    for (int i = 0; i < (is_quick ? 300 : 30000); i++) {
        size_t nbytes = random_below(&state, 300);
        uint8_t *text = memory.start + memory.nbytes - nbytes;
        for (size_t k = 0; k < nbytes; k++) text[k] = some[random_below(&state, N_ITEMS(some))];
        for (size_t v = 0; v < N_ITEMS(variants); v++) {
            if (!tp_simd_is_available(variants[v])) continue;
            select_variant(variants[v]);
            tp_pattern pattern = (tp_pattern)(1 + i % N_PATTERNS);
            CHECK(tp_split(tp_splitter_of(pattern), text, nbytes, i % 2 == 0, ends, N_ITEMS(ends)) <= nbytes);
            CHECK(tp_split_find_cut(tp_splitter_of(pattern), text, nbytes, nbytes / 2) <= nbytes);
        }
    }
    select_variant(NULL);
    unmap_fenced(&memory);
}

/* ---- A few pieces at a time -------------------------------------------------------------------------------------- */

static void check_in_batches(tp_pattern pattern, const uint8_t *text, size_t nbytes, size_t capacity)
{
    static uint64_t expected[MAX_NBYTES], ends[MAX_NBYTES + 1];
    size_t n_expected = split_all(pattern, text, nbytes, expected), n = 0, start = 0;
    while (start < nbytes) {
        ends[n + capacity] = 77; /* nothing is stored behind the capacity */
        size_t n_more = tp_split(tp_splitter_of(pattern), text + start, nbytes - start, true, ends + n, capacity);
        CHECK_EQ_U(ends[n + capacity], 77);
        if (!CHECK(n_more > 0 && (n_more == capacity || start + ends[n + n_more - 1] == nbytes))) return;
        for (size_t i = 0; i < n_more; i++) ends[n + i] += start;
        n += n_more;
        start = ends[n - 1];
    }
    CHECK_EQ_BYTES(ends, n * sizeof *ends, expected, n_expected * sizeof *expected);
}

static void test_pieces_come_in_batches_of_any_size(void)
{
    static const char text[] = "It's the 1234th time: \"we'll see\",  she said;\n\n    return x + y;  // \xC3\xA9t\xC3\xA9, "
                               "\xE4\xB8\xAD\xE6\x96\x87. a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f";
    for (size_t v = 0; v < N_ITEMS(variants); v++) {
        if (!tp_simd_is_available(variants[v])) continue;
        select_variant(variants[v]);
        for (int pattern = 1; pattern <= N_PATTERNS; pattern++) {
            for (size_t capacity = 1; capacity < 130; capacity++) {
                check_in_batches((tp_pattern)pattern, (const uint8_t *)text, sizeof text - 1, capacity);
            }
        }
    }
    select_variant(NULL);
}

int main(void)
{
    is_quick = getenv("TEXTPROC_TEST_QUICK") != NULL;
    RUN(test_patterns_are_found_by_their_text);
    RUN(test_there_are_no_other_patterns);
    RUN(test_examples);
    RUN(test_all_triples_anywhere_in_a_window);
    RUN(test_all_characters_of_three_bytes);
    RUN(test_random_texts);
    RUN(test_random_bytes);
    RUN(test_pieces_come_in_batches_of_any_size);
    RUN(test_characters_that_overlap);
    RUN(test_nothing_is_read_beyond_the_text);
    return tests_done();
}
