#include "corpus/words.h"

#include "base/error.h"
#include "base/once.h"
#include "segment/uax29.h"
#include "textproc/text.h"

static const char *fault_of(const tp_words_options *options)
{
    if (options->rule != TP_WORDS_OF_CLASS && options->rule != TP_WORDS_ON_LINES && options->rule != TP_WORDS_OF_UAX29) return "there is no such rule for words";
    if (options->letter_case < TP_CASE_KEEP || options->letter_case > TP_CASE_FOLD) return "there is no such letter case";
    if (options->normalizes && (options->form < TP_NFC || options->form > TP_NFKD)) return "there is no such normal form";
    if (options->min_length < 1 || options->min_length > UINT32_MAX) return "the least length must be 1 to 2^32 - 1";
    if (options->least_ngram < 1 || options->least_ngram > options->most_ngram) return "n-grams must have 1 word or more";
    if (options->most_ngram > TP_MOST_NGRAM_WORDS) return "n-grams have at most 65,536 words";
    for (size_t i = 0; i < options->n_members; i++) {
        const tp_range *each = &options->members[i];
        if (each->first > each->last || each->last >= TP_N_CODE_POINTS) return "a range of characters is not one";
    }
    for (size_t i = 0; i < options->n_letters; i++) {
        const tp_range *each = &options->letters[i];
        if (each->first > each->last || each->last >= TP_N_CODE_POINTS) return "a range of characters is not one";
    }
    return NULL;
}

static tp_status add_stop_words(tp_table *table, const tp_words_options *options, tp_error *error)
{
    size_t nbytes = options->stop_words_nbytes, start = 0;
    uint64_t least = 0;
    for (size_t i = 0; i < options->n_stop_words; i++) {
        uint64_t end = tp_once(options->stop_word_ends[i]);
        if (end > nbytes || end < least) {
            return tp_fail(error, TP_INVALID_ARGUMENT, i, "the ends of words must ascend within the text");
        }
        least = end + 1;
    }
    if (options->n_stop_words == 0) return TP_OK;
    if (!tp_table_reserve(table, options->n_stop_words, nbytes)) return tp_fail_no_memory(error);
    for (size_t i = 0; i < options->n_stop_words; i++) {
        size_t end = tp_end_within(options->stop_word_ends, i, start, nbytes);
        tp_word word = tp_table_word(table, options->stop_words + start, end - start);
        tp_table_find_or_append(table, &word);
        start = tp_start_behind(end, nbytes);
    }
    return TP_OK;
}

static tp_status fill_rule(tp_words *made, const tp_words_options *options, tp_error *error)
{
    if (options->rule != TP_WORDS_OF_CLASS) {
        made->rule = options->rule == TP_WORDS_OF_UAX29 ? &tp_uax29_words : &tp_lines_rule;
        return TP_OK;
    }
    made->own_rule = tp_allocate(TP_FOR_CORPUS, sizeof *made->own_rule);
    if (made->own_rule == NULL) return tp_fail_no_memory(error);
    tp_class_rule_fill(made->own_rule, options->members, options->n_members, options->letters, options->n_letters,
                       options->min_length, options->starts_at_boundary, options->ends_at_boundary);
    made->rule = &made->own_rule->rule;
    made->min_length = 1; /* the rule sees to it */
    made->may_hold_line_feed = tp_character_set_has(&made->own_rule->members, '\n');
    return TP_OK;
}

tp_status tp_words_new(const tp_words_options *options, tp_words **words, tp_error *error)
{
    const char *fault = fault_of(options);
    if (fault != NULL) return tp_fail(error, TP_INVALID_ARGUMENT, 0, fault);
    tp_words *made = tp_allocate(TP_FOR_CORPUS, sizeof *made);
    if (made == NULL) return tp_fail_no_memory(error);
    *made = (tp_words){.letter_case = options->letter_case,
                       .normalizes = options->normalizes,
                       .form = options->form,
                       .strips_accents = options->strips_accents,
                       .unicode_version = options->unicode_version,
                       .min_length = (size_t)options->min_length,
                       .least_ngram = (size_t)options->least_ngram,
                       .most_ngram = (size_t)options->most_ngram,
                       .stop_words = {.hash_key = tp_hash_get_key()}};
    tp_status status = fill_rule(made, options, error);
    if (status == TP_OK) status = add_stop_words(&made->stop_words, options, error);
    if (status == TP_OK) *words = made;
    else tp_words_free(made);
    return status;
}

void tp_words_free(tp_words *words)
{
    if (words == NULL) return;
    tp_table_free(&words->stop_words);
    tp_release(TP_FOR_CORPUS, words->own_rule, sizeof *words->own_rule);
    tp_release(TP_FOR_CORPUS, words, sizeof *words);
}

void tp_words_free_at(tp_words **words)
{
    tp_words_free(*words);
    *words = NULL;
}

bool tp_words_can_be_cut(const tp_words *words) { return words->rule->cuts != TP_CUTS_NOWHERE && words->most_ngram == 1; }
