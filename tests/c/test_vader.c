/* VADER: scores of texts, how they came about, and rules that are refused. The Python tests compare with the originals. */
#include <math.h>

#include "support.h"
#include "vader_rules.h"

static tp_vader *new_vader(uint32_t dialect)
{
    static few_rules few;
    tp_vader *vader = NULL;
    take_few_rules(&few, dialect, TP_VADER_SUM_COMPENSATED);
    if (tp_vader_new(&few.rules, &vader, NULL) != TP_OK) abort();
    return vader;
}

static double compound_of(const tp_vader *vader, const char *text)
{
    block copy = exact_copy(text, strlen(text));
    const uint64_t end = copy.nbytes;
    double compound = NAN;
    CHECK_EQ_U(tp_vader_score(vader, copy.data, copy.nbytes, &end, 1, 1, NULL, &compound, NULL), TP_OK);
    free(copy.data);
    return compound;
}

static void test_scores_are_those_of_the_package(void)
{
    static const struct {
        const char *text;
        double compound;
    } known[] = {
        {"", 0}, {"good", 0.4404}, {"not good", -0.3412}, {"GOOD x", 0.5622}, {"good!!", 0.5399}, {"very good", 0.4927},
        {"this is the shit", 0.6124}, {"the shit", -0.5574}, {"isn't good", -0.3412}, {"Good, bad; great :(", 0.3182},
        {"x disadvantageously", -0.4215}, {"x Disadvantageously. x x", -0.4215}, {"good but bad", -0.5859},
    };
    tp_vader *vader = new_vader(TP_VADER_PACKAGE);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!CHECK(fabs(compound_of(vader, known[i].text) - known[i].compound) < 1e-12)) {
            printf("    %s: %f\n", known[i].text, compound_of(vader, known[i].text));
        }
    }
    tp_vader_free(vader);
}

static void test_texts_are_scored_by_themselves(void)
{
    static const char texts[] = "good\n\nnot bad\n\xE2\x9D\xA4 x\ncash flow bad";
    const uint64_t ends[] = {4, 5, 13, 19, sizeof texts - 1};
    tp_vader *vader = new_vader(TP_VADER_PACKAGE);
    block text = exact_copy(texts, sizeof texts - 1);
    tp_vader_scores scores[5], one;
    double compounds[5];
    CHECK_EQ_U(tp_vader_score(vader, text.data, text.nbytes, ends, 5, 3, scores, compounds, NULL), TP_OK);
    for (size_t i = 0, start = 0; i < 5; start = ends[i] + 1, i++) {
        const uint64_t end = ends[i] - start;
        CHECK_EQ_U(tp_vader_score(vader, text.data + start, end, &end, 1, 1, &one, NULL, NULL), TP_OK);
        CHECK(memcmp(&one, &scores[i], sizeof one) == 0 && one.compound == compounds[i]);
    }
    free(text.data);
    tp_vader_free(vader);
}

static void test_threads_change_nothing(void)
{
    enum { N = 4000 };
    static const char *const words[] = {"good", "bad", "not", "but", "x", "the", "shit", "GREAT", "fine", "no"};
    tp_vader *vader = new_vader(TP_VADER_PACKAGE);
    uint64_t *ends = must_allocate(N * sizeof *ends), state = 7;
    tp_vader_scores *scores = must_allocate(2 * N * sizeof *scores);
    block text = {NULL, 0};
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < 8; j++) {
            const char *word = words[random_below(&state, 10)];
            append_bytes(&text, word, strlen(word));
            append_bytes(&text, " ", 1);
        }
        ends[i] = text.nbytes;
        append_bytes(&text, "\n", 1);
    }
    CHECK_EQ_U(tp_vader_score(vader, text.data, text.nbytes, ends, N, 1, scores, NULL, NULL), TP_OK);
    for (size_t threads = 2; threads < 6; threads++) {
        CHECK_EQ_U(tp_vader_score(vader, text.data, text.nbytes, ends, N, threads, scores + N, NULL, NULL), TP_OK);
        CHECK(memcmp(scores, scores + N, N * sizeof *scores) == 0);
    }
    free(text.data);
    free(ends);
    free(scores);
    tp_vader_free(vader);
}

static void test_ends_are_checked(void)
{
    const uint64_t beyond[] = {2, 9}, back[] = {4, 3};
    tp_vader *vader = new_vader(TP_VADER_NLTK);
    tp_error error = {0};
    double compounds[2];
    CHECK_EQ_U(tp_vader_score(vader, (const uint8_t *)"good", 4, beyond, 2, 1, NULL, compounds, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 1);
    CHECK_EQ_U(tp_vader_score(vader, (const uint8_t *)"good", 4, back, 2, 1, NULL, compounds, &error), TP_INVALID_ARGUMENT);
    CHECK_EQ_U(error.offset, 1);
    CHECK_EQ_U(tp_vader_score(vader, NULL, 0, NULL, 0, 1, NULL, NULL, NULL), TP_OK);
    tp_vader_free(vader);
}

/* ---- Explanations ---------------------------------------------------------------------------------------------------- */

static void test_an_account_tells_each_step(void)
{
    tp_vader *vader = new_vader(TP_VADER_PACKAGE);
    tp_vader_account *account = NULL;
    tp_vader_explanation told;
    static const char text[] = "\xF0\x9F\x94\x9B very good, but bad";
    if (!CHECK_EQ_U(tp_vader_explain(vader, (const uint8_t *)text, sizeof text - 1, &account, NULL), TP_OK)) return;
    tp_vader_account_get(account, &told);
    CHECK_EQ_BYTES(told.expanded, told.expanded_nbytes, "ON! arrow very good, but bad", 28);
    CHECK_EQ_U(told.n_words, 6);
    CHECK(told.starts[3] == 15 && told.word_ends[3] == 19);
    static const uint32_t reasons[] = {TP_VADER_BY_LEXICON, TP_VADER_BY_BOOSTER, TP_VADER_BY_LEXICON,
                                       TP_VADER_BY_BOOSTER, TP_VADER_BY_BUT,     TP_VADER_BY_BUT};
    if (CHECK_EQ_U(told.n_steps, 6)) {
        for (size_t i = 0; i < 6; i++) CHECK_EQ_U(told.steps[i].reason, reasons[i]);
        CHECK(told.steps[1].word == 3 && told.steps[1].cause == 2 && told.steps[1].before == 1.9);
        CHECK(told.steps[5].word == 5 && told.steps[5].cause == 4 && told.steps[5].after == told.steps[5].before * 1.5);
    }
    CHECK(told.punctuation == 0.292);
    tp_vader_account_free_at(&account);
    CHECK(account == NULL);
    tp_vader_account_free(NULL);
    tp_vader_free(vader);
}

/* ---- Rules that are refused ------------------------------------------------------------------------------------------- */

static void refuse(const tp_vader_rules *rules, tp_status status, uint64_t offset)
{
    tp_vader *vader = NULL;
    tp_error error = {0};
    CHECK_EQ_U(tp_vader_new(rules, &vader, &error), status);
    CHECK_EQ_U(error.offset, offset);
    CHECK(vader == NULL);
}

static void test_bad_rules_are_refused(void)
{
    static few_rules few;
    take_few_rules(&few, TP_VADER_PACKAGE, TP_VADER_SUM_PLAIN);
    tp_vader_rules rules = few.rules;
    rules.dialect = 2;
    refuse(&rules, TP_INVALID_ARGUMENT, 0);
    rules = few.rules;
    rules.n_words = SIZE_MAX;
    refuse(&rules, TP_TOO_LARGE, 0);
    rules = few.rules;
    rules.words_nbytes = 20;
    refuse(&rules, TP_INVALID_ARGUMENT, 4);
    few.values[3] = INFINITY;
    refuse(&few.rules, TP_INVALID_ARGUMENT, 3);
    few.values[3] = 0;
    memcpy(few.words + 4, "the ", 4);
    few.word_ends[1] = 7;
    refuse(&few.rules, TP_INVALID_ARGUMENT, 1);
}

static void test_bad_phrases_are_refused(void)
{
    static few_rules few;
    take_few_rules(&few, TP_VADER_PACKAGE, TP_VADER_SUM_PLAIN);
    const uint32_t numbers[] = {0, 1, 0, 1, 0, N_RULE_WORDS}, many[17] = {0};
    const uint64_t short_ends[] = {1}, twice[] = {2, 4}, unknown[] = {2, 3, 6}, beyond[] = {2, 9}, long_end[] = {17};
    tp_vader_rules rules = few.rules;
    rules.phrase_words = numbers;
    rules.n_phrase_words = 6;
    rules.phrase_ends = short_ends;
    refuse(&rules, TP_INVALID_ARGUMENT, 0);
    rules.phrase_ends = twice;
    refuse(&rules, TP_INVALID_ARGUMENT, 1);
    rules.phrase_ends = unknown;
    refuse(&rules, TP_INVALID_ARGUMENT, 1);
    rules.phrase_ends = beyond;
    refuse(&rules, TP_INVALID_ARGUMENT, 1);
    rules.phrase_words = many;
    rules.n_phrase_words = 17;
    rules.phrase_ends = long_end;
    refuse(&rules, TP_INVALID_ARGUMENT, 0);
}

static void test_bad_emoji_are_refused(void)
{
    static few_rules few;
    take_few_rules(&few, TP_VADER_PACKAGE, TP_VADER_SUM_PLAIN);
    const uint32_t back[] = {0x2764, 0x2764, 0x2765}, beyond[] = {1, 2, 0x110000};
    const uint64_t far_ends[] = {9, 14, 25};
    tp_vader_rules rules = few.rules;
    rules.emojis = back;
    refuse(&rules, TP_INVALID_ARGUMENT, 1);
    rules.emojis = beyond;
    refuse(&rules, TP_INVALID_ARGUMENT, 2);
    rules = few.rules;
    rules.description_ends = far_ends;
    refuse(&rules, TP_INVALID_ARGUMENT, 2);
}

/* ---- Memory ------------------------------------------------------------------------------------------------------------ */

static tp_memory_stats held(void)
{
    tp_memory_stats stats;
    tp_memory_get_stats(&stats);
    return stats;
}

static void test_every_allocation_may_be_refused(void)
{
    static few_rules few;
    static char long_word[40000];
    memset(long_word, 'x', sizeof long_word);
    static const char start[] = "good but BAD Disadvantageously \xE2\x9D\xA4 \xC3\x89 no ";
    memcpy(long_word, start, sizeof start - 1);
    for (size_t i = sizeof start - 1; i + 9 < sizeof long_word; i += 9) memcpy(long_word + i, "good bad ", 9);
    const uint64_t ends[] = {20000, sizeof long_word};
    for (uint32_t dialect = 0; dialect < 2; dialect++) {
        take_few_rules(&few, dialect, TP_VADER_SUM_PLAIN);
        bool is_done = false;
        for (uint64_t n = 1; !is_done; n++) {
            tp_vader *vader = NULL;
            tp_vader_account *account = NULL;
            double compounds[2];
            tp_memory_fail_at(n);
            tp_status status = tp_vader_new(&few.rules, &vader, NULL);
            if (status == TP_OK) {
                status = tp_vader_score(vader, (uint8_t *)long_word, sizeof long_word, ends, 2, 2, NULL, compounds, NULL);
            }
            if (status == TP_OK) status = tp_vader_explain(vader, (uint8_t *)long_word, sizeof long_word, &account, NULL);
            is_done = status == TP_OK;
            tp_memory_fail_at(0);
            CHECK(is_done || status == TP_NO_MEMORY);
            CHECK((account != NULL) == is_done);
            tp_vader_account_free(account);
            tp_vader_free_at(&vader);
            CHECK_EQ_U(held().live_allocations, 0);
        }
    }
}

int main(void)
{
    RUN(test_scores_are_those_of_the_package);
    RUN(test_texts_are_scored_by_themselves);
    RUN(test_threads_change_nothing);
    RUN(test_ends_are_checked);
    RUN(test_an_account_tells_each_step);
    RUN(test_bad_rules_are_refused);
    RUN(test_bad_phrases_are_refused);
    RUN(test_bad_emoji_are_refused);
    RUN(test_every_allocation_may_be_refused);
    return tests_done();
}
