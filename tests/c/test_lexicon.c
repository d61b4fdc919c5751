/* Lexicons: words with weights, lowered and checked. */
#include <math.h>

#include "support.h"

/* Makes a lexicon of a word a line; its words lie in a block of just their size. */
static tp_status make_lexicon(const char *lines, const double *weights, tp_lexicon **lexicon, tp_error *error)
{
    uint64_t ends[32];
    block words = exact_copy(lines, strlen(lines));
    tp_status status = tp_lexicon_new(words.data, words.nbytes, ends, weights, find_ends(lines, ends), TP_UNICODE_NEWEST, lexicon, error);
    free(words.data);
    return status;
}

static void test_words_are_lowered_and_kept_in_order(void)
{
    const double weights[] = {1.5, -2, 0, 1e308, -0.0};
    tp_lexicon *lexicon = NULL;
    tp_lexicon_entries entries;
    if (!CHECK_EQ_U(make_lexicon("Good\nBAD\nÉCOLE\nΟΔΌΣ\nİ\n", weights, &lexicon, NULL), TP_OK)) return;
    tp_lexicon_get_entries(lexicon, &entries);
    const char lowered[] = "good\nbad\nécole\nοδός\ni\xCC\x87\n";
    const uint64_t ends[] = {4, 8, 15, 24, 28};
    CHECK_EQ_U(entries.n_words, 5);
    CHECK_EQ_BYTES(entries.words, entries.words_nbytes, lowered, strlen(lowered));
    CHECK_EQ_BYTES(entries.ends, 5 * sizeof *entries.ends, ends, sizeof ends);
    CHECK_EQ_BYTES(entries.weights, 5 * sizeof *entries.weights, weights, sizeof weights);
    tp_lexicon_free(lexicon);
}

static void test_entries_can_be_looked_up(void)
{
    const double weights[] = {1, -1, 1};
    const uint64_t expected[] = {2, 1, 0};
    uint64_t counts[3], documents;
    tp_corpus *corpus = corpus_of("good bad\nGood day\n");
    tp_lexicon *lexicon = NULL;
    tp_lexicon_entries entries;
    if (!CHECK_EQ_U(make_lexicon("GOOD\nbad\nugly\n", weights, &lexicon, NULL), TP_OK)) return;
    tp_lexicon_get_entries(lexicon, &entries);
    CHECK_EQ_U(tp_corpus_look_up(corpus, entries.words, entries.words_nbytes, entries.ends, entries.n_words, counts, &documents,
                                 NULL),
               TP_OK);
    CHECK_EQ_BYTES(counts, sizeof counts, expected, sizeof expected);
    tp_lexicon_free(lexicon);
    tp_corpus_free(corpus);
}

static void test_lexicon_without_words(void)
{
    tp_lexicon *lexicon = NULL;
    tp_lexicon_entries entries;
    if (!CHECK_EQ_U(tp_lexicon_new(NULL, 0, NULL, NULL, 0, TP_UNICODE_NEWEST, &lexicon, NULL), TP_OK)) return;
    tp_lexicon_get_entries(lexicon, &entries);
    CHECK(entries.n_words == 0 && entries.words_nbytes == 0);
    tp_lexicon_free_at(&lexicon);
    tp_lexicon_free(NULL);
}

static void test_words_may_grow_when_lowered(void)
{
    enum { N = 1000 };
    char word[2 * N + 2], lowered[3 * N + 1];
    for (size_t i = 0; i < N; i++) {
        memcpy(word + 2 * i, "İ", 2);
        memcpy(lowered + 3 * i, "i\xCC\x87", 3);
    }
    word[2 * N] = lowered[3 * N] = '\n';
    word[2 * N + 1] = '\0';
    const double weight = 1;
    tp_lexicon *lexicon = NULL;
    tp_lexicon_entries entries;
    if (!CHECK_EQ_U(make_lexicon(word, &weight, &lexicon, NULL), TP_OK)) return;
    tp_lexicon_get_entries(lexicon, &entries);
    CHECK_EQ_BYTES(entries.words, entries.words_nbytes, lowered, sizeof lowered);
    tp_lexicon_free(lexicon);
}

static void test_many_words(void)
{
    enum { N = 10000 };
    char *words = must_allocate(N * 8);
    uint64_t *ends = must_allocate(N * sizeof *ends);
    double *weights = must_allocate(N * sizeof *weights);
    size_t nbytes = 0;
    for (unsigned i = 0; i < N; i++) {
        nbytes += (size_t)sprintf(words + nbytes, "W%u,", i);
        ends[i] = nbytes - 1;
        weights[i] = i;
    }
    tp_lexicon *lexicon = NULL;
    tp_lexicon_entries entries;
    if (!CHECK_EQ_U(tp_lexicon_new((uint8_t *)words, nbytes, ends, weights, N, TP_UNICODE_NEWEST, &lexicon, NULL), TP_OK)) return;
    tp_lexicon_get_entries(lexicon, &entries);
    CHECK_EQ_U(entries.n_words, N);
    CHECK_EQ_BYTES(entries.words + entries.ends[N - 2] + 1, 5, "w9999", 5);
    CHECK_EQ_BYTES(entries.weights, N * sizeof(double), weights, N * sizeof(double));
    tp_lexicon_free(lexicon);

    ends[N - 1] = ends[N - 2]; /* the last word: none */
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(tp_lexicon_new((uint8_t *)words, nbytes, ends, weights, N, TP_UNICODE_NEWEST, &lexicon, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, N - 1);
    free(words);
    free(ends);
    free(weights);
}

static void check_bad_word(const char *lines, uint64_t number)
{
    const double weights[] = {1, 2, 3};
    tp_lexicon *lexicon = NULL;
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(make_lexicon(lines, weights, &lexicon, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.status, TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, number);
    CHECK(lexicon == NULL);
}

static void test_bad_words_are_named_by_number(void)
{
    check_bad_word("\nb\nc\n", 0);
    check_bad_word("a\n\nc\n", 1);
    check_bad_word("a\nb c\nd\n", 1);
    check_bad_word("a\nb\n c\n", 2);
    check_bad_word("a\nb\xC2\xA0\nc\n", 1);
    check_bad_word("a\nb\n\xFF\n", 2);
    check_bad_word("a\nb\xED\xA0\x80\n", 1); /* a surrogate */
    check_bad_word("a\nb\xC3\n", 1);         /* a character cut short */
    check_bad_word("a\nb\nA\n", 2);
    check_bad_word("ΟΔΌΣ\nοδός\n", 1);
}

static void test_word_at_no_address_is_empty(void)
{
    const uint64_t end = 0;
    const double weight = 1;
    tp_lexicon *lexicon = NULL;
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(tp_lexicon_new(NULL, 0, &end, &weight, 1, TP_UNICODE_NEWEST, &lexicon, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_BYTES(error.message, strlen(error.message), "the word is empty", 17);
}

static void test_first_bad_word_is_the_one_named(void) { check_bad_word("a\nA\n\xFF\n", 1); }

static void test_weights_must_be_finite(void)
{
    const double bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        double weights[] = {1, 2, 3};
        weights[i] = bad[i];
        tp_lexicon *lexicon = NULL;
        tp_error error = {TP_OK, 0, NULL};
        CHECK_EQ_U(make_lexicon("a\nb\nc\n", weights, &lexicon, &error), TP_INVALID_ARGUMENT);
        CHECK_EQ_U(error.offset, i);
    }
}

static void test_ends_must_ascend_within_the_words(void)
{
    const uint64_t bad[][2] = {{1, 4}, {1, 0}, {1, UINT64_MAX}, {2, 2}};
    const double weights[] = {1, 2};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        tp_lexicon *lexicon = NULL;
        tp_error error = {TP_OK, 0, NULL};
        CHECK_EQ_U(tp_lexicon_new((const uint8_t *)"a-b", 3, bad[i], weights, 2, TP_UNICODE_NEWEST, &lexicon, &error), TP_INVALID_ARGUMENT);
        CHECK_EQ_U(error.offset, 1);
    }
}

static void test_too_many_words(void)
{
    tp_lexicon *lexicon = NULL;
    tp_error error = {TP_OK, 0, NULL};
    CHECK_EQ_U(tp_lexicon_new(NULL, 0, NULL, NULL, SIZE_MAX, TP_UNICODE_NEWEST, &lexicon, &error), TP_TOO_LARGE);
    CHECK_EQ_U(tp_lexicon_new(NULL, 0, NULL, NULL, SIZE_MAX / 32 + 1, TP_UNICODE_NEWEST, &lexicon, &error), TP_TOO_LARGE);
    CHECK(lexicon == NULL);
}

int main(void)
{
    RUN(test_words_are_lowered_and_kept_in_order);
    RUN(test_entries_can_be_looked_up);
    RUN(test_lexicon_without_words);
    RUN(test_words_may_grow_when_lowered);
    RUN(test_many_words);
    RUN(test_bad_words_are_named_by_number);
    RUN(test_word_at_no_address_is_empty);
    RUN(test_first_bad_word_is_the_one_named);
    RUN(test_weights_must_be_finite);
    RUN(test_ends_must_ascend_within_the_words);
    RUN(test_too_many_words);
    return tests_done();
}
