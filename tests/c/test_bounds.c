/* The whole engine on texts that end at the last byte before an unmapped page, begin right behind one, or lie at any alignment:
 * with every variant its answers are those of naive code for a copy elsewhere, and a byte read or written too far is a crash.
 * With TEXTPROC_TEST_QUICK in the environment the loops look at a part of the cases: for valgrind and the like. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fenced.h"
#include "naive_counter.h"
#include "textproc.h"
#include "unicode/lower.h"
#include "unicode/scan.h"
#include "unicode/utf8.h"

/* Memory for a text, for what it becomes when lowered, and for the words to look up. */
typedef struct place {
    fenced text, lowered, words;
} place;

enum { LONGEST = TP_CHUNK_NBYTES + 200 };

static place map_place(void)
{
    return (place){map_fenced(LONGEST + 64), map_fenced(TP_LOWER_BOUND(LONGEST)), map_fenced(2 * LONGEST)};
}

static void unmap_place(const place *at)
{
    unmap_fenced(&at->text);
    unmap_fenced(&at->lowered);
    unmap_fenced(&at->words);
}

/* A copy that ends where its memory does. */
static uint8_t *copy_to_end(const fenced *memory, const void *bytes, size_t nbytes)
{
    uint8_t *copy = memory->start + memory->nbytes - nbytes;
    if (nbytes > 0) memcpy(copy, bytes, nbytes);
    return copy;
}

/* ---- One function at a time -------------------------------------------------------------------------------------------- */

/* Counts the documents of `given`, whose text lies at `text` too. */
static void check_count(const documents *given, const uint8_t *text, const naive_counts *expected)
{
    tp_corpus *corpus = new_corpus();
    CHECK_EQ_U(tp_corpus_count(&(tp_batch){corpus, text, given->nbytes, given->ends, given->n, NULL, 0}, 1, NULL), TP_OK);
    check_corpus(corpus, given, expected);
    tp_corpus_free(corpus);
}

/* The same without ends: the last word is counted when the document is closed. */
static void check_count_of_open_document(const documents *given, const uint8_t *text)
{
    uint64_t end = given->nbytes;
    documents whole = {.text = given->text, .nbytes = given->nbytes, .ends = &end, .n = 1};
    naive_counts *expected = naive_count(&whole);
    tp_corpus *corpus = new_corpus();
    CHECK_EQ_U(tp_corpus_count(&(tp_batch){corpus, text, given->nbytes, NULL, 0, NULL, 0}, 1, NULL), TP_OK);
    CHECK_EQ_U(tp_corpus_count(&(tp_batch){corpus, NULL, 0, (const uint64_t[]){0}, 1, NULL, 0}, 1, NULL), TP_OK);
    check_corpus(corpus, &whole, expected);
    tp_corpus_free(corpus);
    naive_free(expected);
}

/* Looks up every term that there is, all in one piece up to the end of their memory. */
static void check_look_up(const documents *given, const fenced *memory, const naive_counts *expected)
{
    size_t n = expected->n_terms, nbytes = 0;
    uint64_t *ends = allocate(n * sizeof *ends), *counts = allocate(n * sizeof *counts), n_documents = 0;
    for (size_t i = 0; i < n; i++) ends[i] = (nbytes += expected->terms[i].nbytes + (i > 0));
    uint8_t *words = memory->start + memory->nbytes - nbytes, *out = words;
    for (size_t i = 0; i < n; i++) {
        if (i > 0) *out++ = '\n';
        memcpy(out, expected->terms[i].text, expected->terms[i].nbytes);
        out += expected->terms[i].nbytes;
    }
    tp_corpus *corpus = new_corpus();
    const tp_batch batch = {corpus, given->text, given->nbytes, given->ends, given->n, NULL, 0};
    CHECK_EQ_U(tp_corpus_count(&batch, 1, NULL), TP_OK);
    CHECK_EQ_U(tp_corpus_look_up(corpus, words, nbytes, ends, n, counts, &n_documents, NULL), TP_OK);
    CHECK_EQ_U(n_documents, given->n);
    for (size_t i = 0; i < n && !has_failed_enough(); i++) CHECK_EQ_U(counts[i], expected->terms[i].count);
    tp_corpus_free(corpus);
    free(counts);
    free(ends);
}

static bool is_blank(const uint8_t *line, const uint8_t *end) { return tp_skip_space(line, end) == end; }

static void check_lines(const documents *given, const uint8_t *text)
{
    size_t n = 0, n_found = 0, start = 0;
    bool has_blank = false;
    uint64_t *ends = allocate((given->nbytes + 1) * sizeof *ends), *found = allocate((given->nbytes + 1) * sizeof *found);
    for (size_t i = 0; i <= given->nbytes; i++) {
        if (i < given->nbytes && given->text[i] != '\n') continue;
        has_blank = has_blank || is_blank(given->text + start, given->text + i);
        ends[n++] = i;
        start = i + 1;
    }
    CHECK_EQ_U(tp_find_lines(text, given->nbytes, found, n, &n_found, NULL), TP_OK);
    if (CHECK_EQ_U(n_found, n)) CHECK_EQ_BYTES(found, n * sizeof *found, ends, n * sizeof *ends);
    CHECK_EQ_U(tp_has_blank_line(text, given->nbytes), has_blank);
    free(found);
    free(ends);
}

/* All of the text as one word, into memory of just the size that it may need. */
static void check_lower(const documents *given, const uint8_t *text, const fenced *memory)
{
    size_t bound = TP_LOWER_BOUND(given->nbytes);
    uint8_t *expected = allocate(bound + 1), *lowered = memory->start + memory->nbytes - bound;
    size_t expected_nbytes = tp_lower_word(given->text, given->nbytes, TP_UNICODE_NEWEST, expected);
    CHECK_EQ_BYTES(lowered, tp_lower_word(text, given->nbytes, TP_UNICODE_NEWEST, lowered), expected, expected_nbytes);
    free(expected);
}

/* The text is valid as it is, and not without its last byte if that ends a longer character. */
static void check_validate(const documents *given, const uint8_t *text)
{
    size_t nbytes = given->nbytes;
    CHECK_EQ_U(tp_utf8_validate(text, nbytes, NULL), TP_OK);
    if (nbytes == 0 || text[nbytes - 1] < 0x80) return;
    size_t last = nbytes - 1;
    while (tp_utf8_is_continuation(text[last])) last--;
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(tp_utf8_validate(text, nbytes - 1, &error), TP_INVALID_UTF8);
    CHECK_EQ_U(error.offset, last);
}

/* ---- All of them ------------------------------------------------------------------------------------------------------- */

static void check_all(const documents *given, const uint8_t *text, const place *at, const naive_counts *expected)
{
    for (size_t i = 0; i < N_ITEMS(variants); i++) {
        if (has_failed_enough()) return;
        if (!tp_simd_is_available(variants[i])) continue;
        tp_simd_select(variants[i], NULL);
        unsigned failures = atomic_load(&check_failures);
        check_count(given, text, expected);
        check_count_of_open_document(given, text);
        check_look_up(given, &at->words, expected);
        check_lines(given, text);
        check_lower(given, text, &at->lowered);
        check_validate(given, text);
        if (atomic_load(&check_failures) > failures) printf("    by %s, %zu bytes\n", variants[i], given->nbytes);
    }
}

/* What surrounds a text would go on with its words, lower them differently, and make invalid what is valid. */
static void check_placed(const documents *given, const place *at, size_t alignment)
{
    static const uint8_t surroundings[] = {'x', 0xE2, 0x80, 0x83, 'B', 0xCE, 0xA3, '\n', 0xC3, 0x84, 0xE4};
    naive_counts *expected = naive_count(given);
    for (size_t i = 0; i < at->text.nbytes; i++) at->text.start[i] = surroundings[i % sizeof surroundings];
    check_all(given, copy_to_end(&at->text, given->text, given->nbytes), at, expected);
    if (given->nbytes > 0) memcpy(at->text.start, given->text, given->nbytes);
    check_all(given, at->text.start, at, expected);
    at->text.start[given->nbytes] = surroundings[given->nbytes % sizeof surroundings];
    if (given->nbytes > 0) memmove(at->text.start + alignment, given->text, given->nbytes);
    check_all(given, at->text.start + alignment, at, expected);
    naive_free(expected);
}

typedef enum kind { ASCII, LATIN, JAPANESE, ANY, N_KINDS } kind;

/* Appends units of one kind of text until there are so many bytes, exactly. */
static void append_units_up_to(documents *made, size_t nbytes, kind of, uint64_t *state)
{
    static const char *const units[N_KINDS][12] = {
        {"a", "B", " ", "\n", "Word", "\t", "x", "LONGER-THAN-A-KEY", "'", "Z ", ".", "z"},
        {"e", "N", " ", "\n", "\xC3\xA4", "\xC3\x84", "\xC3\x9F", "stra\xC3\x9F" "e", "\xC2\xA0", "\xC3\x97", " D", "\xC5\x81"},
        {"\xE3\x81\xAE", "\xE6\x97\xA5", "\xE3\x80\x82", "\xE3\x80\x80", "\xE3\x82\xA2", " ", "\n", "\xE6\x9C\xAC",
         "\xEF\xBC\xA1", "\xE3\x83\xBC", "-", "\xE8\xAA\x9E"},
        {"\xCE\xA3", "\xCE\x91", "\xC4\xB0", "\xF0\x9F\x8C\x8D", "\xF0\x90\x90\x80", "\xE2\x80\x83", "\xE2\x84\xAA", "\x1C",
         " ", "\n", "\xC2\x85", "S"},
    };
    while (made->nbytes < nbytes) {
        const char *unit = units[of][next_random(state) % 12];
        if (strlen(unit) > nbytes - made->nbytes) unit = "q";
        append_string(made, unit);
    }
}

static documents make_documents(size_t nbytes, kind of, uint64_t *state)
{
    documents made = {0};
    append_units_up_to(&made, nbytes, of, state);
    for (made.nbytes = 0; made.nbytes < nbytes; made.nbytes++) {
        if (tp_is_ascii_space(made.text[made.nbytes]) && next_random(state) % 4 == 0) append_end(&made);
    }
    append_end(&made);
    return made;
}

static void check_length(const place *at, size_t nbytes, kind of, size_t alignment, uint64_t *state)
{
    documents given = make_documents(nbytes, of, state);
    check_placed(&given, at, alignment);
    free_documents(&given);
}

static void test_short_texts(void)
{
    place at = map_place();
    uint64_t state = 1;
    for (size_t nbytes = 0; nbytes <= 200; nbytes += quick_or(13, 1)) {
        for (unsigned of = 0; of < N_KINDS; of++) check_length(&at, nbytes, (kind)of, 1 + (7 * nbytes + of) % 63, &state);
    }
    unmap_place(&at);
}

static void test_every_alignment(void)
{
    static const size_t lengths[] = {15, 16, 63, 64, 65, 66, 67, 128, 131, 200};
    place at = map_place();
    uint64_t state = 2;
    for (size_t alignment = 0; alignment < 64; alignment += quick_or(13, 1)) {
        for (size_t i = 0; i < N_ITEMS(lengths); i++) {
            check_length(&at, lengths[i], (kind)((alignment + i) % N_KINDS), alignment, &state);
        }
    }
    unmap_place(&at);
}

static void test_texts_of_about_a_chunk(void)
{
    place at = map_place();
    uint64_t state = 3;
    for (size_t nbytes = TP_CHUNK_NBYTES - 70; nbytes <= LONGEST; nbytes += quick_or(67, 3)) {
        check_length(&at, nbytes, (kind)(nbytes / 3 % N_KINDS), nbytes % 64, &state);
    }
    unmap_place(&at);
}

/* Words that fill a whole text, a chunk's length and more, in one piece. */
static void test_one_long_word(void)
{
    static const char *const units[] = {"X", "\xC3\x84", "\xE6\x97\xA5", "\xCE\xA3", "\xC4\xB0"};
    static const size_t lengths[] = {1,  15, 16,  17, 31, 64,
                                     66, 130, TP_CHUNK_NBYTES - 66, TP_CHUNK_NBYTES, TP_CHUNK_NBYTES + 66};
    place at = map_place();
    for (size_t i = 0; i < N_ITEMS(units); i++) {
        for (size_t j = 0; j < N_ITEMS(lengths); j++) {
            documents given = {0};
            append_repeated(&given, units[i], lengths[j] / strlen(units[i]));
            append_end(&given);
            check_placed(&given, &at, lengths[j] % 64);
            free_documents(&given);
        }
    }
    unmap_place(&at);
}

int main(void)
{
    is_quick = getenv("TEXTPROC_TEST_QUICK") != NULL;
    RUN(test_short_texts);
    RUN(test_every_alignment);
    RUN(test_texts_of_about_a_chunk);
    RUN(test_one_long_word);
    return tests_done();
}
