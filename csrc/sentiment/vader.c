/* Scores of texts: their values summed up as Python does, each text by itself. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/once.h"
#include "base/thread.h"
#include "sentiment/but.h"
#include "sentiment/values.h"

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF /* GCC does not fuse under -std=c11 */
#endif

/* ---- Numbers --------------------------------------------------------------------------------------------------------- */

/* Rounds as Python's round(number, places) does: to the nearest decimal, to the even one of two that are equally near, then to
 * the nearest double. `scale` is ten to the power of places. */
static double round_to(double number, double scale)
{
    double scaled = number * scale;
    if (!(fabs(scaled) < 1e9)) return number; /* such a number of places is beyond its precision here; NaN stays */
    /* Doubles of this size have no fraction, so that adding it rounds to the nearest int; rint is a call on many machines. */
    const double no_fraction = 6755399441055744.0; /* 1.5 * 2^52 */
    double nearest = scaled + no_fraction - no_fraction, difference = fabs(scaled - nearest);
    if (difference > 0.4999) { /* near the middle the rounding of the product decides, unless it is taken into account */
        double low = floor(scaled), error = fma(number, scale, -scaled), from_middle = (scaled - low - 0.5) + error;
        if (from_middle != 0) nearest = from_middle > 0 ? low + 1 : low;
        else nearest = fmod(low, 2) == 0 ? low : low + 1;
    }
    return copysign(fabs(nearest) / scale, number);
}

/* sum() of Python over the values of all words. */
static double sum_of(const tp_values *values, uint32_t summing)
{
    double sum = 0, correction = 0;
    for (size_t k = 0; k < values->n; k++) {
        double number = values->items[k].number;
        size_t token = values->items[k].token;
        /* sum() is exact as long as it has seen only ints, and adds the first float to their sum as + does. */
        if (summing == TP_VADER_SUM_PLAIN || token <= values->first_float ||
            (values->items[k].is_int && summing == TP_VADER_SUM_FLOATS)) {
            sum += number;
            continue;
        }
        double total = sum + number;
        correction += fabs(sum) >= fabs(number) ? (sum - total) + number : (number - total) + sum;
        sum = total;
    }
    return correction != 0 && isfinite(correction) ? sum + correction : sum;
}

static double emphasis_of(const tp_tokens *tokens)
{
    size_t n_exclamations = tokens->n_emphasis[0] < 4 ? tokens->n_emphasis[0] : 4, n_questions = tokens->n_emphasis[1];
    double questions = n_questions <= 1 ? 0 : n_questions <= 3 ? (double)n_questions * 0.18 : 0.96;
    return (double)n_exclamations * 0.292 + questions;
}

static double normalized(double sum, uint32_t dialect)
{
    double normal = sum / sqrt(sum * sum + 15);
    if (dialect == TP_VADER_NLTK) return normal;
    return normal < -1.0 ? -1.0 : normal > 1.0 ? 1.0 : normal;
}

/* The scores of a text, and what they are made of. */
typedef struct polarity {
    tp_vader_scores scores;
    double sum;
    double emphasis;
} polarity;

static polarity polarity_of(const tp_tokens *tokens, const tp_values *values)
{
    if (tokens->n == 0) return (polarity){{0, 0, 0, 0}, 0, 0};
    double sum = sum_of(values, tokens->vader->summing), emphasis = emphasis_of(tokens);
    double emphasized = sum > 0 ? sum + emphasis : sum < 0 ? sum - emphasis : sum;
    double pos = 0, neg = 0;
    size_t n_neutral = tokens->n;
    for (size_t k = 0; k < values->n; k++) {
        double number = values->items[k].number;
        if (number > 0) pos += number + 1;
        if (number < 0) neg += number - 1;
        n_neutral -= number != 0;
    }
    if (pos > fabs(neg)) pos += emphasis;
    else if (pos < fabs(neg)) neg -= emphasis;
    double total = pos + fabs(neg) + (double)n_neutral;
    tp_vader_scores scores = {round_to(fabs(neg / total), 1000), round_to(fabs((double)n_neutral / total), 1000),
                              round_to(fabs(pos / total), 1000), round_to(normalized(emphasized, tokens->vader->dialect), 10000)};
    return (polarity){scores, sum, emphasis};
}

/* ---- Texts ----------------------------------------------------------------------------------------------------------- */

/* Some of the texts, and memory to score them one after the other. */
typedef struct share {
    const tp_vader *vader;
    const uint8_t *text;
    size_t text_nbytes;
    const uint64_t *ends;
    size_t first;
    size_t last;
    tp_vader_scores *scores;
    double *compounds;
    tp_tokens tokens;
    tp_values values;
    tp_status status;
    size_t failed; /* the text that could not be scored */
    tp_memory_refusal refusal;
} share;

static tp_status score_one(tp_tokens *tokens, tp_values *values, const uint8_t *text, size_t nbytes, size_t readable_nbytes,
                           polarity *found)
{
    tp_status status = tp_tokens_find(tokens, text, nbytes, readable_nbytes);
    if (status == TP_OK) status = tp_values_find(values, tokens);
    if (status == TP_OK && tokens->n > 0 && tokens->any_flags & TP_VADER_BUT) status = tp_values_weigh(values, tokens);
    if (status == TP_OK) *found = polarity_of(tokens, values);
    return status;
}

static void score_share(void *shared, size_t i)
{
    share *s = (share *)shared + i;
    s->tokens = (tp_tokens){.vader = s->vader, .wants_spans = s->vader->dialect == TP_VADER_NLTK};
    s->values = (tp_values){.n = 0};
    size_t start = s->first == 0 ? 0 : (size_t)tp_once(s->ends[s->first - 1]) + 1;
    for (size_t j = s->first; j < s->last && s->status == TP_OK; j++) {
        uint64_t end = tp_once(s->ends[j]);
        polarity found = {{0, 0, 0, 0}, 0, 0};
        s->failed = j;
        if (end > s->text_nbytes || start > end) s->status = TP_INVALID_ARGUMENT;
        else {
            s->status = score_one(&s->tokens, &s->values, start == end ? NULL : s->text + start, (size_t)end - start,
                                  s->text_nbytes - start, &found);
        }
        if (s->scores != NULL) s->scores[j] = found.scores;
        if (s->compounds != NULL) s->compounds[j] = found.scores.compound;
        start = (size_t)end + 1;
    }
    tp_tokens_free(&s->tokens);
    tp_values_free(&s->values);
    if (s->status == TP_NO_MEMORY) tp_memory_take_refusal(&s->refusal);
}

/* Returns the first text that ends at or behind a place; any text if the ends do not ascend. */
static size_t find_text(const uint64_t *ends, size_t n, uint64_t place)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tp_once(ends[middle]) < place) low = middle + 1;
        else high = middle;
    }
    return low;
}

static tp_status finish(const share *shares, size_t n, tp_error *error)
{
    for (size_t i = 0; i < n; i++) {
        if (shares[i].status == TP_OK) continue;
        if (shares[i].status == TP_NO_MEMORY) {
            tp_give_refusal(&shares[i].refusal);
            return tp_fail_no_memory(error);
        }
        return tp_fail(error, shares[i].status, shares[i].failed,
                       shares[i].status == TP_TOO_LARGE ? "the text has too many words"
                                                        : "the ends of texts must ascend within the text");
    }
    return TP_OK;
}

/* With fewer bytes for each thread, starting it costs more than it saves. */
enum { NBYTES_PER_THREAD = 1 << 15 };

tp_status tp_vader_score(const tp_vader *vader, const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n,
                         size_t threads, tp_vader_scores *scores, double *compounds, tp_error *error)
{
    share all = {.vader = vader, .text = text, .text_nbytes = text_nbytes, .ends = ends, .last = n, .scores = scores,
                 .compounds = compounds};
    size_t n_shares = text_nbytes / NBYTES_PER_THREAD < threads ? text_nbytes / NBYTES_PER_THREAD : threads;
    if (n_shares > n) n_shares = n;
    if (n_shares < 2) {
        score_share(&all, 0);
        return finish(&all, 1, error);
    }
    share *shares = n_shares <= SIZE_MAX / sizeof *shares ? tp_allocate(TP_FOR_WORK, n_shares * sizeof *shares) : tp_refuse(SIZE_MAX);
    if (shares == NULL) return tp_fail_no_memory(error);
    for (size_t i = 0; i < n_shares; i++) {
        shares[i] = all;
        shares[i].first = i == 0 ? 0 : shares[i - 1].last;
        size_t last = i + 1 < n_shares ? find_text(ends, n, text_nbytes / n_shares * (i + 1)) : n;
        shares[i].last = last < shares[i].first ? shares[i].first : last;
    }
    tp_fork_join(score_share, shares, n_shares);
    tp_status status = finish(shares, n_shares, error);
    tp_release(TP_FOR_WORK, shares, n_shares * sizeof *shares);
    return status;
}

/* ---- Accounts -------------------------------------------------------------------------------------------------------- */

struct tp_vader_account {
    tp_vader_explanation explanation;
    uint8_t *text;
    uint64_t *places; /* where words start, then where they end */
    tp_vader_step *steps;
    size_t steps_capacity;
};

void tp_vader_account_free(tp_vader_account *account)
{
    if (account == NULL) return;
    const tp_vader_explanation *e = &account->explanation;
    tp_release(TP_FOR_LEXICON, account->text, e->expanded_nbytes);
    tp_release(TP_FOR_LEXICON, account->places, 2 * e->n_words * sizeof *account->places);
    tp_release(TP_FOR_LEXICON, account->steps, account->steps_capacity * sizeof *account->steps);
    tp_object_freed(TP_FOR_LEXICON);
    tp_release(TP_FOR_LEXICON, account, sizeof *account);
}

void tp_vader_account_free_at(tp_vader_account **account)
{
    tp_vader_account_free(*account);
    *account = NULL;
}

void tp_vader_account_get(const tp_vader_account *account, tp_vader_explanation *explanation)
{
    *explanation = account->explanation;
    explanation->expanded = account->text;
    explanation->starts = account->places;
    explanation->word_ends = explanation->n_words == 0 ? account->places : account->places + explanation->n_words;
    explanation->steps = account->steps;
}

/* Copies the text and the places of its words. */
static tp_status copy_tokens(tp_vader_account *account, const tp_tokens *tokens)
{
    tp_vader_explanation *e = &account->explanation;
    if (tokens->nbytes > 0) {
        account->text = tp_allocate(TP_FOR_LEXICON, tokens->nbytes);
        if (account->text == NULL) return TP_NO_MEMORY;
        e->expanded_nbytes = tokens->nbytes;
        memcpy(account->text, tokens->text, tokens->nbytes);
    }
    if (tokens->n == 0) return TP_OK;
    account->places = tp_allocate(TP_FOR_LEXICON, 2 * tokens->n * sizeof *account->places);
    if (account->places == NULL) return TP_NO_MEMORY;
    e->n_words = tokens->n;
    for (size_t i = 0; i < tokens->n; i++) {
        account->places[i] = tokens->spans[i].start;
        account->places[tokens->n + i] = tokens->spans[i].end;
    }
    return TP_OK;
}

static tp_status fill_account(tp_vader_account *account, tp_tokens *tokens, tp_values *values, const uint8_t *text, size_t nbytes)
{
    polarity found;
    tp_status status = score_one(tokens, values, text, nbytes, nbytes, &found);
    if (status != TP_OK) return status;
    account->explanation.scores = found.scores;
    account->explanation.sum = found.sum;
    account->explanation.punctuation = found.emphasis;
    account->explanation.n_steps = values->n_steps;
    account->steps = values->steps;
    account->steps_capacity = values->steps_capacity;
    values->steps = NULL;
    values->steps_capacity = 0;
    return copy_tokens(account, tokens);
}

tp_status tp_vader_explain(const tp_vader *vader, const uint8_t *text, size_t text_nbytes, tp_vader_account **account,
                           tp_error *error)
{
    tp_vader_account *made = tp_allocate_zeroed(TP_FOR_LEXICON, sizeof *made);
    if (made == NULL) return tp_fail_no_memory(error);
    tp_object_made(TP_FOR_LEXICON);
    tp_tokens tokens = {.vader = vader, .wants_spans = true};
    tp_values values = {.wants_steps = true};
    tp_status status = fill_account(made, &tokens, &values, text, text_nbytes);
    tp_tokens_free(&tokens);
    tp_values_free(&values);
    if (status == TP_OK) {
        *account = made;
        return TP_OK;
    }
    tp_vader_account_free(made);
    return status == TP_NO_MEMORY ? tp_fail_no_memory(error) : tp_fail(error, status, 0, "the text has too many words");
}
