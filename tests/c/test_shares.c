/* Terms shared out among parts, and corpora made of rows. */
#include <stdio.h>

#include "base/salted_hash.h"
#include "support.h"

enum { MOST_PARTS = 5 };

typedef struct parts {
    tp_corpus *each[MOST_PARTS];
    size_t n;
} parts;

static parts split(tp_corpus *corpus, uint64_t salt, size_t n)
{
    parts made = {.n = n};
    for (size_t i = 0; i < n; i++) made.each[i] = new_corpus();
    CHECK_EQ_U(tp_corpus_split(corpus, salt, made.each, n, NULL), TP_OK);
    return made;
}

static void free_parts(parts *made)
{
    for (size_t i = 0; i < made->n; i++) tp_corpus_free(made->each[i]);
}

static tp_totals totals_of(tp_corpus *corpus)
{
    tp_totals totals;
    tp_corpus_get_totals(corpus, &totals);
    return totals;
}

/* ---- Splitting --------------------------------------------------------------------------------------------------------- */

static void test_one_part_is_the_whole(void)
{
    tp_corpus *corpus = corpus_of("a b a\nb c\n");
    parts made = split(corpus, 0, 1);
    CHECK_SAME_SNAPSHOT(made.each[0], corpus);
    free_parts(&made);
    tp_corpus_free(corpus);
}

static void test_term_is_in_the_part_that_its_hash_says(void)
{
    tp_corpus *corpus = corpus_of("the quick brown fox jumps\nover the lazy dog\n");
    parts made = split(corpus, 42, 3);
    static const char *const words[] = {"the", "quick", "brown", "fox", "jumps", "over", "lazy", "dog"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const uint8_t *word = (const uint8_t *)words[i];
        size_t nbytes = strlen(words[i]), expected = tp_part_of(tp_salted_hash(42, word, nbytes), 3);
        for (size_t k = 0; k < 3; k++) {
            uint64_t count = k == expected ? tp_corpus_get_count(corpus, word, nbytes) : 0;
            CHECK_EQ_U(tp_corpus_get_count(made.each[k], word, nbytes), count);
        }
    }
    free_parts(&made);
    tp_corpus_free(corpus);
}

/* With a salt that puts "a" into the first of two parts and the others into the second. */
static void test_first_part_has_the_documents(void)
{
    tp_corpus *corpus = corpus_of("a b a\nb c\n"), *again = new_corpus();
    uint64_t salt = 0;
    while (tp_part_of(tp_salted_hash(salt, (const uint8_t *)"a", 1), 2) != 0 ||
           tp_part_of(tp_salted_hash(salt, (const uint8_t *)"b", 1), 2) != 1 ||
           tp_part_of(tp_salted_hash(salt, (const uint8_t *)"c", 1), 2) != 1) {
        salt++;
    }
    parts made = split(corpus, salt, 2);
    CHECK_HOLDS(made.each[0], "2 documents, 2 words: a 2/1");
    CHECK_HOLDS(made.each[1], "0 documents, 3 words: b 2/2, c 1/1");
    CHECK_EQ_U(tp_corpus_append(again, made.each[1], 0, 0, NULL), TP_OK);
    CHECK_EQ_U(tp_corpus_append(again, made.each[0], 0, 0, NULL), TP_OK);
    CHECK_HOLDS(again, "2 documents, 5 words: b 2/2, c 1/1, a 2/1");
    CHECK_HOLDS(corpus, "2 documents, 5 words: a 2/1, b 2/2, c 1/1");
    count_lines(again, "c c\n");
    CHECK_HOLDS(again, "3 documents, 7 words: b 2/2, c 3/2, a 2/1");
    tp_corpus_free(again);
    free_parts(&made);
    tp_corpus_free(corpus);
}

static void test_counting_goes_on_in_a_part_without_documents(void)
{
    tp_corpus *corpus = corpus_of("a b\nb c\n");
    parts made = split(corpus, 0, 5);
    for (size_t i = 1; i < 5; i++) {
        tp_totals before = totals_of(made.each[i]);
        uint64_t n, frequencies[3];
        count_lines(made.each[i], "a b c\nc\n");
        tp_totals after = totals_of(made.each[i]);
        CHECK_EQ_U(after.documents, 2);
        CHECK_EQ_U(after.words, before.words + 4);
        CHECK_EQ_U(tp_corpus_get_frequencies(made.each[i], TP_DOCUMENT_FREQUENCY, frequencies, 3, &n, NULL), TP_OK);
        uint64_t sum = frequencies[0] + frequencies[1] + frequencies[2];
        CHECK_EQ_U(sum, before.words + 4); /* each occurrence was in a document of its own */
    }
    free_parts(&made);
    tp_corpus_free(corpus);
}

static void test_parts_without_documents_come_back_from_snapshots(void)
{
    tp_corpus *corpus = corpus_of("a b a\nb c\nd e f\n");
    parts made = split(corpus, 3, 4);
    for (size_t i = 0; i < 4; i++) {
        tp_corpus *read = NULL;
        block snapshot = snapshot_of(made.each[i]);
        if (!CHECK_EQ_U(tp_corpus_read(snapshot.data, snapshot.nbytes, NULL, NULL, &read, NULL), TP_OK)) continue;
        CHECK(is_same(read, made.each[i]));
        CHECK_SAME_SNAPSHOT(read, made.each[i]);
        free(snapshot.data);
        tp_corpus_free(read);
    }
    free_parts(&made);
    tp_corpus_free(corpus);
}

static void test_part_without_documents_continues_none(void)
{
    tp_corpus *corpus = corpus_of("a b a\nb c\n"), *open = corpus_of("x y");
    parts made = split(corpus, 0, 5);
    unsigned n_refused = 0;
    for (size_t i = 1; i < 5; i++) {
        if (totals_of(made.each[i]).terms == 0) continue;
        CHECK_EQ_U(tp_corpus_append(open, made.each[i], 0, 0, NULL), TP_INVALID_ARGUMENT);
        n_refused++;
    }
    CHECK(n_refused > 0);
    close_document(open);
    CHECK_HOLDS(open, "1 documents, 2 words: x 1/1, y 1/1");
    tp_corpus_free(open);
    free_parts(&made);
    tp_corpus_free(corpus);
}

static void test_what_cannot_be_split(void)
{
    tp_corpus *corpus = corpus_of("a\n"), *open = corpus_of("a"), *full = corpus_of("b\n"), *empty = new_corpus();
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(tp_corpus_split(corpus, 0, &empty, 0, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_corpus_split(corpus, 0, &empty, TP_MOST_PARTS + 1, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_corpus_split(open, 0, &empty, 1, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(tp_corpus_split(corpus, 0, (tp_corpus *[]){empty, full}, 2, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 1);
    CHECK_EQ_U(tp_corpus_split(corpus, 0, (tp_corpus *[]){corpus}, 1, &error), TP_INVALID_ARGUMENT);
    CHECK_HOLDS(empty, "0 documents, 0 words:");
    tp_corpus_free(corpus);
    tp_corpus_free(open);
    tp_corpus_free(full);
    tp_corpus_free(empty);
}

/* Parts of parts, in any order, are the whole again. */
static void test_many_terms_come_together_again(void)
{
    tp_corpus *corpus = new_corpus(), *again = new_corpus();
    uint64_t state = 5;
    for (int i = 0; i < 3000; i++) {
        char line[60];
        sprintf(line, "w%d long-word-number-%d\n", (int)random_below(&state, 900), (int)random_below(&state, 900));
        count_lines(corpus, line);
    }
    parts made = split(corpus, 1, 5);
    for (size_t i = 0; i < 5; i++) {
        tp_totals totals = totals_of(made.each[i]);
        CHECK(totals.terms > 250 && totals.terms < 470); /* of some 1,740, evenly */
        parts smaller = split(made.each[i], 2, 3);
        for (size_t k = 0; k < 3; k++) CHECK_EQ_U(tp_corpus_append(again, smaller.each[k], 0, 0, NULL), TP_OK);
        free_parts(&smaller);
    }
    tp_totals before = totals_of(corpus), after = totals_of(again);
    CHECK_EQ_U(after.documents, before.documents);
    CHECK_EQ_U(after.words, before.words);
    CHECK_EQ_U(after.terms, before.terms);
    free_parts(&made);
    tp_corpus_free(again);
    tp_corpus_free(corpus);
}

/* ---- Rows -------------------------------------------------------------------------------------------------------------- */

static const uint64_t two_offsets[] = {0, 1, 3}, two_counts[] = {3, 2}, two_frequencies[] = {1, 2};

static tp_rows two_rows(const char *text)
{
    return (tp_rows){(const uint8_t *)text, strlen(text), two_offsets, two_counts, two_frequencies, 2};
}

static void test_rows_become_a_corpus(void)
{
    tp_corpus *corpus = NULL;
    const tp_rows rows = two_rows("abc");
    CHECK_EQ_U(tp_corpus_from_rows(&rows, false, 7, NULL, NULL, &corpus, NULL), TP_OK);
    CHECK_HOLDS(corpus, "7 documents, 5 words: a 3/1, bc 2/2");
    count_lines(corpus, "A bc bc\n");
    CHECK_HOLDS(corpus, "8 documents, 8 words: a 4/2, bc 4/3");
    tp_corpus_free(corpus);
}

static void test_rows_of_equal_terms_are_added_up(void)
{
    tp_corpus *corpus = NULL;
    const uint64_t offsets[] = {0, 1, 2};
    tp_rows rows = two_rows("aa");
    rows.offsets = offsets;
    CHECK_EQ_U(tp_corpus_from_rows(&rows, false, 0, NULL, NULL, &corpus, NULL), TP_OK);
    CHECK_HOLDS(corpus, "0 documents, 5 words: a 5/3");
    tp_corpus_free(corpus);
}

static void test_no_rows_are_an_empty_corpus(void)
{
    tp_corpus *corpus = NULL, *empty = new_corpus();
    CHECK_EQ_U(tp_corpus_from_rows(&(tp_rows){0}, false, 0, NULL, NULL, &corpus, NULL), TP_OK);
    CHECK_SAME_SNAPSHOT(corpus, empty);
    tp_corpus_free(corpus);
    tp_corpus_free(empty);
}

static int stop_at_once(void *user)
{
    (void)user;
    return 0;
}

static void test_rows_are_stopped_and_leave_nothing(void)
{
    enum { N = 5000 };
    static uint64_t offsets[N + 1], ones[N];
    static uint8_t text[4 * N];
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < 4; j++) text[4 * i + j] = (uint8_t)('a' + (i >> 4 * j) % 16);
        offsets[i + 1] = 4 * i + 4;
        ones[i] = 1;
    }
    const tp_rows rows = {text, sizeof text, offsets, ones, ones, N};
    tp_corpus *corpus = NULL;
    tp_error error;
    tp_memory_stats before, after;
    tp_memory_get_stats(&before);
    CHECK_EQ_U(tp_corpus_from_rows(&rows, false, 1, stop_at_once, NULL, &corpus, &error), TP_CANCELLED);
    CHECK_EQ_U(error.offset, 4096);
    CHECK(corpus == NULL);
    tp_memory_get_stats(&after);
    CHECK_EQ_U(after.live_allocations, before.live_allocations);
}

static void check_rows_refused(tp_rows rows, uint64_t documents, tp_status status, uint64_t offset)
{
    tp_corpus *corpus = NULL;
    tp_error error = {TP_OK, 0, "fine"};
    CHECK_EQ_U(tp_corpus_from_rows(&rows, false, documents, NULL, NULL, &corpus, &error), status);
    if (!CHECK_EQ_U(error.offset, offset)) printf("    %s\n", error.message);
    CHECK(corpus == NULL);
}

static void test_rows_that_are_wrong_are_refused(void)
{
    tp_rows rows = two_rows("abc");
    const uint64_t zero[] = {3, 0}, above[] = {4, 1}, descending[] = {0, 2, 1}, beyond[] = {0, 1, 4}, empty[] = {0, 1, 1};
    const uint64_t many[] = {((uint64_t)1 << 48) - 1, 2}, wrapping[] = {3, UINT64_MAX};
    rows.counts = zero, check_rows_refused(rows, 1, TP_INVALID_ARGUMENT, 1);
    rows.counts = many, check_rows_refused(rows, 1, TP_TOO_LARGE, 1);
    rows.counts = wrapping, check_rows_refused(rows, 1, TP_TOO_LARGE, 1);
    rows = two_rows("abc");
    rows.document_frequencies = zero, check_rows_refused(rows, 1, TP_INVALID_ARGUMENT, 1);
    rows.document_frequencies = above, check_rows_refused(rows, 1, TP_INVALID_ARGUMENT, 0);
    rows = two_rows("abc");
    rows.offsets = descending, check_rows_refused(rows, 1, TP_INVALID_ARGUMENT, 1);
    rows.offsets = beyond, check_rows_refused(rows, 1, TP_INVALID_ARGUMENT, 1);
    rows.offsets = empty, check_rows_refused(rows, 1, TP_INVALID_ARGUMENT, 1);
    check_rows_refused(two_rows(" bc"), 1, TP_INVALID_ARGUMENT, 0);
    check_rows_refused(two_rows("ab\n"), 1, TP_INVALID_ARGUMENT, 1);
    check_rows_refused(two_rows("a\xFF\xFF"), 1, TP_INVALID_ARGUMENT, 1);
    check_rows_refused(two_rows("abc"), (uint64_t)1 << 48, TP_TOO_LARGE, 2);
}

int main(void)
{
    RUN(test_one_part_is_the_whole);
    RUN(test_term_is_in_the_part_that_its_hash_says);
    RUN(test_first_part_has_the_documents);
    RUN(test_counting_goes_on_in_a_part_without_documents);
    RUN(test_parts_without_documents_come_back_from_snapshots);
    RUN(test_part_without_documents_continues_none);
    RUN(test_what_cannot_be_split);
    RUN(test_many_terms_come_together_again);
    RUN(test_rows_become_a_corpus);
    RUN(test_rows_of_equal_terms_are_added_up);
    RUN(test_no_rows_are_an_empty_corpus);
    RUN(test_rows_are_stopped_and_leave_nothing);
    RUN(test_rows_that_are_wrong_are_refused);
    return tests_done();
}
