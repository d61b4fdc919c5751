/* Scores of any bytes: alone and among others, with threads and without, and explained; "but" against a naive search. */
#include <math.h>

#include "fuzz.h"
#include "support.h"
#include "vader_rules.h"

enum { MOST_NBYTES = 2048, MOST_TEXTS = 8 };

/* What vaderSentiment does with "but": it looks for each value from the beginning. */
static void weigh_naively(double *values, size_t n, size_t but)
{
    for (size_t i = 0; i < n; i++) {
        double value = values[i];
        size_t first = 0;
        while (values[first] != value) first++;
        if (first < but) values[first] = value * 0.5;
        if (first > but) values[first] = value * 1.5;
    }
}

static bool is_but(const tp_vader_explanation *told, size_t i)
{
    const uint8_t *word = told->expanded + told->starts[i];
    if (told->word_ends[i] - told->starts[i] != 3) return false;
    return (word[0] | 32) == 'b' && (word[1] | 32) == 'u' && (word[2] | 32) == 't';
}

static void check_but(const tp_vader_explanation *told)
{
    static double before[MOST_NBYTES * 4], after[MOST_NBYTES * 4];
    size_t but = 0;
    while (but < told->n_words && !is_but(told, but)) but++;
    if (but == told->n_words || told->n_words > sizeof before / sizeof *before) return;
    memset(before, 0, told->n_words * sizeof *before);
    memset(after, 0, told->n_words * sizeof *after);
    for (size_t i = 0; i < told->n_steps; i++) {
        const tp_vader_step *step = &told->steps[i];
        if (step->reason != TP_VADER_BY_BUT) before[step->word] = step->after;
        after[step->word] = step->after;
    }
    weigh_naively(before, told->n_words, but);
    for (size_t i = 0; i < told->n_words; i++) CHECK(before[i] == after[i]);
}

static void check_explained(const tp_vader *vader, block text, const tp_vader_scores *scores, uint32_t dialect)
{
    tp_vader_account *account = NULL;
    tp_vader_explanation told;
    if (!CHECK_EQ_U(tp_vader_explain(vader, text.data, text.nbytes, &account, NULL), TP_OK)) return;
    tp_vader_account_get(account, &told);
    CHECK(memcmp(&told.scores, scores, sizeof *scores) == 0);
    for (size_t i = 0; i < told.n_words; i++) {
        CHECK(told.starts[i] < told.word_ends[i] && told.word_ends[i] <= told.expanded_nbytes);
    }
    for (size_t i = 0; i < told.n_steps; i++) CHECK(told.steps[i].word < told.n_words && told.steps[i].cause < told.n_words);
    if (dialect == TP_VADER_PACKAGE) check_but(&told);
    tp_vader_account_free(account);
}

static void check_range(const tp_vader_scores *scores)
{
    CHECK(scores->neg >= 0 && scores->neg <= 1 && scores->neu >= 0 && scores->neu <= 1 && scores->pos >= 0 && scores->pos <= 1);
    CHECK(fabs(scores->compound) <= 1);
    double sum = scores->neg + scores->neu + scores->pos;
    CHECK(sum == 0 || fabs(sum - 1) < 0.002);
}

static void check_texts(const tp_vader *vader, input in, const uint64_t *ends, size_t n, uint32_t dialect)
{
    tp_vader_scores together[MOST_TEXTS], alone;
    block whole = exact_copy(in.data, in.nbytes);
    CHECK_EQ_U(tp_vader_score(vader, whole.data, whole.nbytes, ends, n, 2, together, NULL, NULL), TP_OK);
    size_t start = 0;
    for (size_t i = 0; i < n; start = (size_t)ends[i] + 1, i++) {
        block text = exact_copy(in.data + start, (size_t)ends[i] - start);
        const uint64_t end = text.nbytes;
        CHECK_EQ_U(tp_vader_score(vader, text.data, text.nbytes, &end, 1, 1, &alone, NULL, NULL), TP_OK);
        CHECK(memcmp(&alone, &together[i], sizeof alone) == 0);
        check_range(&alone);
        check_explained(vader, text, &alone, dialect);
        free(text.data);
    }
    free(whole.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static few_rules few;
    input in = fuzz_begin(data, nbytes);
    uint32_t dialect = (uint32_t)take_below(&in, 2);
    take_few_rules(&few, dialect, (uint32_t)take_below(&in, 3));
    few.rules.unicode_version = take_byte(&in) % 2 ? 0x0E00 : TP_UNICODE_NEWEST;
    if (in.nbytes > MOST_NBYTES) in.nbytes = MOST_NBYTES;
    uint64_t ends[MOST_TEXTS];
    size_t n = 0;
    for (size_t i = 0; i < in.nbytes && n + 1 < MOST_TEXTS; i++) {
        if (in.data[i] == '\n') ends[n++] = i;
    }
    ends[n++] = in.nbytes;
    if (n > 1 && ends[n - 1] == ends[n - 2]) n--;
    tp_vader *vader = NULL;
    if (CHECK_EQ_U(tp_vader_new(&few.rules, &vader, NULL), TP_OK)) check_texts(vader, in, ends, n, dialect);
    tp_vader_free(vader);
    return fuzz_end();
}
